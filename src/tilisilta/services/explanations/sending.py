"""Words for what happened to a receipt on its way to Procountor."""

from django.utils.translation import gettext_lazy as _

from tilisilta.domain.problems import ProblemCode
from tilisilta.services.explanations.refusals import refusals
from tilisilta.services.explanations.wording import Wording, for_cases

CHECK_AND_SEND = _("Put that right, check the journal again, and send it.")
LOOK_AGAIN = _(
    "Wait: Tilisilta looks for the receipt and sends it again only if it is surely absent. Do not "
    "book it by hand meanwhile."
)
LOOK_AND_SEND = _("Look at the new preview, and send if it is right.")
SEND_YOURSELF = _("Look at the preview and send it yourself: the rule does not try again.")
INVALIDATE_OR_SAY = _(
    "Invalidate all but one of them in Procountor and look for it again here, or say here which "
    "one it is."
)
COMPARE_AND_SAY = _(
    "Compare it with the journal in Procountor. Say here that it is this one, or that it is "
    "another and this one is to be sent."
)
REVERSE_OR_TAKE = _(
    "Compare it with the journal in Procountor. Say here that it is this one, and correct it "
    "there. Or invalidate or reverse it there, and say here that it is another and this one is to "
    "be sent."
)
SAY_OR_LEAVE = _(
    "If it is to be booked after all, make the receipt unfinished again in Procountor, or say here "
    "that it is to be sent again. Otherwise leave it."
)

ROW_REFUSED = _("Procountor rejected row %(row)s of the receipt: %(answer)s")
RECEIPT_REFUSED = _("Procountor rejected the receipt: %(answer)s")
ANSWERED = _("These are Procountor's own words, with answer %(status)s.")
REFUSED_FIELD = _("It is about %(fields)s.")
ITEMS_REFUSED = _("Procountor refused to create %(items)s in “%(name)s”: %(answer)s")
ITEMS_NEEDED = _("The receipt needs these items, so it was not sent.")

SENDING_WORDS: dict[ProblemCode, tuple[Wording, ...]] = {
    ProblemCode.REJECTED: (
        *refusals(ROW_REFUSED, RECEIPT_REFUSED, details=(REFUSED_FIELD,)),
        Wording(
            message=ROW_REFUSED,
            cause=ANSWERED,
            remedy=CHECK_AND_SEND,
            details=(REFUSED_FIELD,),
        ),
        Wording(
            message=RECEIPT_REFUSED,
            cause=ANSWERED,
            remedy=CHECK_AND_SEND,
            details=(REFUSED_FIELD,),
        ),
    ),
    ProblemCode.UNCERTAIN: (
        Wording(
            message=_("It is uncertain whether the receipt of %(date)s is booked"),
            cause=_(
                "Procountor gave no clear answer when the receipt was sent. That happens when it "
                "is busy or the line breaks; in most cases the receipt is there."
            ),
            remedy=LOOK_AGAIN,
        ),
    ),
    ProblemCode.FOUND_SEVERAL_TIMES: (
        Wording(
            message=_("The receipt is in Procountor more than once: %(numbers)s"),
            cause=_("Several receipts in Procountor carry the same token. Nothing more is sent."),
            remedy=INVALIDATE_OR_SAY,
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
    ),
    ProblemCode.PREVIEW_CHANGED: (
        Wording(
            message=_("The link has changed since the journal was confirmed"),
            cause=_(
                "With the link as it is now, other receipts would be sent than those that were "
                "confirmed. Nothing was sent."
            ),
            remedy=LOOK_AND_SEND,
            when={"reason": "link"},
        ),
        Wording(
            message=_("The receipts have other dates than when the journal was confirmed"),
            cause=_("A period was closed or opened in Procountor meanwhile. Nothing was sent."),
            remedy=LOOK_AND_SEND,
            when={"reason": "dates"},
        ),
        Wording(
            message=_("Nmbrs has changed the run since the journal was confirmed"),
            cause=_(
                "Right before the journal was sent, Nmbrs had another one of this run, or no run "
                "any more. Nothing was sent."
            ),
            remedy=_("Look at the newest revision, and send it if it is right."),
            when={"reason": "run"},
        ),
        Wording(
            message=_("What is ready is not what you looked at any more"),
            cause=_(
                "Since the list was read, a journal has become ready, is not ready any more, or "
                "would be sent otherwise. Nothing was sent."
            ),
            remedy=_("Read the list again, and send it if it is right."),
            when={"reason": "list"},
        ),
        Wording(
            message=_("What would be sent is no longer what you looked at"),
            cause=_(
                "The link or the company in Procountor has changed since the preview was shown. "
                "Nothing was sent."
            ),
            remedy=LOOK_AND_SEND,
        ),
    ),
    ProblemCode.RULE_HELD: (
        Wording(
            message=_("All sending by rule was stopped before this journal left"),
            cause=_("A person has stopped it meanwhile. Nothing was sent."),
            remedy=SEND_YOURSELF,
            when={"reason": "stopped"},
        ),
        Wording(
            message=_("A person kept this journal from being sent by rule before it left"),
            cause=_("The rule had asked for it a moment before. Nothing was sent."),
            remedy=SEND_YOURSELF,
            when={"reason": "left"},
        ),
        Wording(
            message=_("The link demanded two persons before the rule sent this journal"),
            cause=_("No person had looked at it. Nothing was sent."),
            remedy=_("Look at the preview and propose it. Another person then releases it."),
            when={"reason": "persons"},
        ),
        Wording(
            message=_("The rule of the link was switched off before this journal left"),
            cause=_("A person has switched it off meanwhile. Nothing was sent."),
            remedy=SEND_YOURSELF,
            when={"reason": "off"},
        ),
        Wording(
            message=_("The authorisation of the account ended before the rule sent this journal"),
            cause=_("A rule does not wait for another authorisation. Nothing was sent."),
            remedy=_("Authorise the account again, look at the preview, and send the journal."),
            when={"reason": "account"},
        ),
        Wording(
            message=_("The run is not locked in Nmbrs any more"),
            cause=_("Right before the rule sent it, Nmbrs said so. Nothing was sent."),
            remedy=SEND_YOURSELF,
            when={"reason": "unlocked"},
        ),
        Wording(
            message=_("Nmbrs did not say whether the run is still the same"),
            cause=_(
                "A rule sends a journal only if Nmbrs confirms its run right before. Nothing was "
                "sent."
            ),
            remedy=SEND_YOURSELF,
        ),
    ),
    ProblemCode.WRONG_COMPANY: for_cases(
        _("The account is authorised for another company, %(company)s"),
        _("The account is authorised for another company, %(name)s"),
        cause=_("The link was made for a different company in Procountor. Nothing was sent."),
        remedy=_("Authorise the account again and choose the company of the link."),
    ),
    ProblemCode.PERHAPS_BOOKED: (
        Wording(
            message=_("Receipt %(numbers)s of %(date)s may be this one already: %(name)s"),
            cause=_(
                "It carries no token of Tilisilta, but books the same amounts on the same "
                "accounts, dimensions and day. Sent as well, wages could be booked twice."
            ),
            remedy=COMPARE_AND_SAY,
            when={"same": "all"},
        ),
        Wording(
            message=_("Receipt %(numbers)s of %(date)s may be this one already: %(name)s"),
            cause=_(
                "It carries the token of another receipt of Tilisilta, as copies do, but books the "
                "same amounts on the same accounts and day. Sent as well, wages could be booked "
                "twice."
            ),
            remedy=COMPARE_AND_SAY,
            when={"same": "copied"},
        ),
        Wording(
            message=_("Receipt %(numbers)s of %(date)s may be this one already: %(name)s"),
            cause=_(
                "It carries this one's token, but books nothing of what would be sent. Somebody "
                "may have typed or copied the token. Nothing more is sent."
            ),
            remedy=COMPARE_AND_SAY,
            when={"same": "token"},
        ),
        Wording(
            message=_("Receipt %(numbers)s of %(date)s may be this one already: %(name)s"),
            cause=_(
                "It was sent for the same payroll run, by another revision of its journal or for "
                "another date, and Tilisilta does not remember it. Sent as well, wages could be "
                "booked twice."
            ),
            remedy=REVERSE_OR_TAKE,
            when={"same": "revision"},
        ),
        Wording(
            message=_("Receipt %(numbers)s of %(date)s may be this one already: %(name)s"),
            cause=_(
                "The comparison with the ledger found that it books this one without a token of "
                "Tilisilta: a part of it, or several journals in one. Sent as well, wages could be "
                "booked twice."
            ),
            remedy=COMPARE_AND_SAY,
            when={"same": "part"},
        ),
        Wording(
            message=_("Receipt %(numbers)s of %(date)s may be this one already: %(name)s"),
            cause=_(
                "It carries no token of Tilisilta, but books the same amounts on the same "
                "accounts and day. Sent as well, wages could be booked twice."
            ),
            remedy=COMPARE_AND_SAY,
        ),
        Wording(
            message=_("A receipt in Procountor may be this one already"),
            cause=_(
                "It carries no token of Tilisilta, but books the same amounts on the same "
                "accounts and day. Sent as well, wages could be booked twice."
            ),
            remedy=COMPARE_AND_SAY,
        ),
    ),
    ProblemCode.INVALIDATED_BY_PERSON: (
        Wording(
            message=_("The receipt was booked and invalidated in Procountor: %(numbers)s"),
            cause=_("Somebody has made it void, and may have had a reason. Nothing is sent again."),
            remedy=SAY_OR_LEAVE,
        ),
    ),
    ProblemCode.SEVERAL_TOKENS: for_cases(
        _("Receipt %(numbers)s carries the tokens of several receipts: %(name)s"),
        _("A receipt in Procountor carries the tokens of several receipts"),
        cause=_(
            "Its name or notes were changed to those of another receipt of Tilisilta, so that "
            "it may be either. Nothing more is sent."
        ),
        remedy=COMPARE_AND_SAY,
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
    ),
    ProblemCode.ITEM_REFUSED: (
        *refusals(ITEMS_REFUSED, details=(ITEMS_NEEDED,)),
        Wording(
            message=ITEMS_REFUSED,
            cause=ITEMS_NEEDED,
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
    ),
    ProblemCode.NOT_IN_DOUBT: (
        Wording(
            message=_("That receipt is not in question"),
            cause=_("Somebody has answered already, or Tilisilta has looked again since."),
            remedy=_("Look at the journal: it shows which receipts are in question now."),
        ),
    ),
    ProblemCode.CANNOT_BE_OURS: (
        Wording(
            message=_("That receipt cannot be the one of the journal"),
            cause=_("It is gone, invalidated, or the receipt of another journal by now."),
            remedy=_("Compare them in Procountor, and check the journal again."),
        ),
    ),
    ProblemCode.CANNOT_BE_SENT: (
        Wording(
            message=_("The journal %(journal)s cannot be sent"),
            cause=_("Something stands in its way; nothing was sent."),
            remedy=_("Open the journal: its problems say what to do."),
        ),
    ),
}
