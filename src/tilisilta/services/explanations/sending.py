"""Words for what happened to a receipt on its way to Procountor."""

from django.utils.translation import gettext_lazy as _

from tilisilta.domain.problems import ProblemCode
from tilisilta.services.explanations.wording import Wording

CHECK_AND_SEND = _("Put that right, check the journal again, and send it.")
LOOK_AGAIN = _(
    "Wait: Tilisilta looks for the receipt and sends it again only if it is surely absent."
)

SENDING_WORDS: dict[ProblemCode, tuple[Wording, ...]] = {
    ProblemCode.REJECTED: (
        Wording(
            message=_("Procountor refused the receipt: %(answer)s"),
            cause=_("Procountor's answer %(status)s is about the field %(field)s."),
            remedy=CHECK_AND_SEND,
        ),
        Wording(
            message=_("Procountor refused the receipt: %(answer)s"),
            cause=_("These are Procountor's own words, with answer %(status)s."),
            remedy=CHECK_AND_SEND,
        ),
        Wording(
            message=_("Procountor refused the receipt"),
            cause=_("Its own words stand on the receipt, with the field they are about."),
            remedy=CHECK_AND_SEND,
        ),
    ),
    ProblemCode.UNCERTAIN: (
        Wording(
            message=_("It is uncertain whether the receipt of %(date)s is booked"),
            cause=_("Procountor gave no clear answer when the receipt was sent."),
            remedy=LOOK_AGAIN,
        ),
        Wording(
            message=_("It is uncertain whether the receipt is booked"),
            cause=_("Procountor gave no clear answer when the receipt was sent."),
            remedy=LOOK_AGAIN,
        ),
    ),
    ProblemCode.FOUND_SEVERAL_TIMES: (
        Wording(
            message=_("The receipt is in Procountor more than once: %(numbers)s"),
            cause=_("Several receipts in Procountor carry the same token. Nothing more is sent."),
            remedy=_("Remove all but one of them in Procountor, then look for it again here."),
        ),
        Wording(
            message=_("The receipt is in Procountor more than once"),
            cause=_("Several receipts in Procountor carry the same token. Nothing more is sent."),
            remedy=_("Remove all but one of them in Procountor, then look for it again here."),
        ),
    ),
    ProblemCode.BOOKED_DIFFERENTLY: (
        Wording(
            message=_("What Procountor booked differs from what was sent"),
            cause=_("These differ: %(fields)s."),
            remedy=_(
                "Open the receipt in Procountor and compare it with the journal. Correct it there "
                "if somebody has not changed it on purpose."
            ),
        ),
        Wording(
            message=_("What Procountor booked differs from what was sent"),
            cause=_("The receipt was read back, and its rows or its heading are not the same."),
            remedy=_(
                "Open the receipt in Procountor and compare it with the journal. Correct it there "
                "if somebody has not changed it on purpose."
            ),
        ),
    ),
    ProblemCode.ACCOUNT_DIED: (
        Wording(
            message=_("The authorisation of account %(name)s has ended"),
            cause=_("It was withdrawn in Procountor, or the API key has expired. Nothing is lost."),
            remedy=_(
                "Authorise the account again and choose the same company, %(company)s. Sending "
                "then continues by itself."
            ),
        ),
        Wording(
            message=_("The authorisation of the account has ended"),
            cause=_("It was withdrawn in Procountor, or the API key has expired. Nothing is lost."),
            remedy=_(
                "Authorise the account again and choose the same company. Sending then continues "
                "by itself."
            ),
        ),
    ),
    ProblemCode.PREVIEW_CHANGED: (
        Wording(
            message=_("What would be sent is no longer what you looked at"),
            cause=_(
                "The link or the company in Procountor has changed since the preview was shown. "
                "Nothing was sent."
            ),
            remedy=_("Look at the new preview, and send if it is right."),
        ),
    ),
    ProblemCode.WRONG_COMPANY: (
        Wording(
            message=_("The account is authorised for another company, %(company)s"),
            cause=_("The link was made for a different company in Procountor. Nothing was sent."),
            remedy=_("Authorise the account again and choose the company of the link."),
        ),
        Wording(
            message=_("The account is authorised for another company, %(name)s"),
            cause=_("The link was made for a different company in Procountor. Nothing was sent."),
            remedy=_("Authorise the account again and choose the company of the link."),
        ),
        Wording(
            message=_("The account is authorised for another company"),
            cause=_("The link was made for a different company in Procountor. Nothing was sent."),
            remedy=_("Authorise the account again and choose the company of the link."),
        ),
    ),
    ProblemCode.WAITS_FOR_EARLIER: (
        Wording(
            message=_("The receipt of %(date)s waits for an earlier one"),
            cause=_(
                "It is uncertain whether an earlier receipt of the journal is booked, and receipts "
                "are sent one after the other."
            ),
            remedy=_("Wait: once the earlier one is found or sent, this one goes on by itself."),
        ),
        Wording(
            message=_("The receipt waits for an earlier one"),
            cause=_(
                "It is uncertain whether an earlier receipt of the journal is booked, and receipts "
                "are sent one after the other."
            ),
            remedy=_("Wait: once the earlier one is found or sent, this one goes on by itself."),
        ),
    ),
    ProblemCode.ITEM_REFUSED: (
        Wording(
            message=_("Procountor refused to create %(items)s in “%(name)s”: %(answer)s"),
            cause=_("The receipt needs these items, so it was not sent."),
            remedy=_(
                "Create them in Procountor, or put the codes right where the journal comes from; "
                "then check the journal again and send it."
            ),
        ),
        Wording(
            message=_("Procountor has no usable item for %(items)s in “%(name)s”"),
            cause=_(
                "The item is passive, there are several of this code, or the dimension is gone. "
                "The receipt needs it, so it was not sent."
            ),
            remedy=_("Put it right in Procountor; then check the journal again and send it."),
        ),
        Wording(
            message=_("Procountor refused to create a dimension item"),
            cause=_("The receipt needs the item, so it was not sent."),
            remedy=_(
                "Create it in Procountor, or put the code right where the journal comes from; "
                "then check the journal again and send it."
            ),
        ),
    ),
    ProblemCode.CANNOT_BE_SENT: (
        Wording(
            message=_("The journal %(journal)s cannot be sent"),
            cause=_("Something stands in its way; nothing was sent."),
            remedy=_("Open the journal: its problems say what to do."),
        ),
        Wording(
            message=_("The journal cannot be sent"),
            cause=_("Something stands in its way; nothing was sent."),
            remedy=_("Open the journal: its problems say what to do."),
        ),
    ),
}
