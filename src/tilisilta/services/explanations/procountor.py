"""Words for what Procountor answers when it is asked for something other than to book a receipt."""

from django.utils.translation import gettext_lazy as _

from tilisilta.domain.problems import ProblemCode
from tilisilta.services.explanations.refusals import other_refusals
from tilisilta.services.explanations.wording import Wording, for_cases

REFUSED = _("Procountor refused it: %(answer)s")
NO_ACCESS = _("Procountor gives no access: %(answer)s")

PROCOUNTOR_WORDS: dict[ProblemCode, tuple[Wording, ...]] = {
    ProblemCode.PROCOUNTOR_SILENT: (
        Wording(
            message=_("Procountor gave no answer"),
            cause=_("It cannot be reached, or has a fault of its own. Nothing was changed."),
            remedy=_("Try again in a few minutes."),
        ),
    ),
    ProblemCode.PROCOUNTOR_BUSY: (
        Wording(
            message=_("Procountor asks to wait"),
            cause=_("It takes only so many requests at a time. Nothing was changed."),
            remedy=_("Try again in %(wait)s."),
        ),
        Wording(
            message=_("Procountor asks to wait"),
            cause=_("It takes only so many requests at a time. Nothing was changed."),
            remedy=_("Try again in a few minutes."),
        ),
    ),
    ProblemCode.PROCOUNTOR_OUTCOME_UNKNOWN: (
        Wording(
            message=_("It is uncertain whether item %(item)s was created"),
            cause=_("Procountor gave no clear answer when the item was created."),
            remedy=_(
                "Create the missing items again: this one is looked for first, and never "
                "created twice."
            ),
        ),
        Wording(
            message=_("It is uncertain whether Procountor did what was asked"),
            cause=_("The request was sent, but no clear answer came back."),
            remedy=_(
                "Look in Procountor before doing it again. For receipts Tilisilta looks by itself."
            ),
        ),
    ),
    ProblemCode.PROCOUNTOR_REFUSED: (
        *other_refusals(REFUSED),
        Wording(
            message=REFUSED,
            cause=_("These are Procountor's own words, with answer %(status)s."),
            remedy=_("Put right what they are about, and try again."),
        ),
        Wording(
            message=_("Procountor refused it"),
            cause=_("It gave no reason that can be read."),
            remedy=_("Check the values, and try again."),
        ),
    ),
    ProblemCode.PROCOUNTOR_ACCESS_DENIED: (
        # Procountor answers with 403 to a closed fiscal year too.
        *other_refusals(NO_ACCESS),
        *for_cases(
            NO_ACCESS,
            _("Procountor gives no access"),
            cause=_("The person or API key behind the account lacks a right in Procountor."),
            remedy=_("Give the right in Procountor, or authorise the account as another person."),
        ),
    ),
    ProblemCode.CLIENT_ID_REFUSED: (
        Wording(
            message=_("Procountor does not accept Tilisilta's own client ID"),
            cause=_("The client ID or the client secret is not the one that Procountor gave."),
            remedy=_(
                "Ask whoever runs Tilisilta to check TILISILTA_PROCOUNTOR_CLIENT_ID and "
                "TILISILTA_PROCOUNTOR_CLIENT_SECRET."
            ),
        ),
    ),
    ProblemCode.AUTHORISATION_REFUSED: (
        Wording(
            when={"reason": "api_key"},
            message=_("Procountor does not know this API key"),
            cause=_(
                "It was copied in part, was revoked, or was made for another application than "
                "Tilisilta. Nothing was saved."
            ),
            remedy=_(
                "Copy the whole key from Procountor, under API client keys, or make a new one "
                "there for the client ID of Tilisilta."
            ),
        ),
        Wording(
            message=_("Procountor does not accept the authorisation"),
            cause=_("The log-in was withdrawn or has expired, or the API key is not valid."),
            remedy=_(
                "Authorise the account in the settings for Procountor, under Accounts, and choose "
                "the same company."
            ),
        ),
    ),
    ProblemCode.CLIENT_ID_MISSING: (
        Wording(
            message=_("Tilisilta has no client ID for Procountor yet"),
            cause=_(
                "TILISILTA_PROCOUNTOR_CLIENT_ID and TILISILTA_PROCOUNTOR_CLIENT_SECRET are not set."
            ),
            remedy=_(
                "Ask whoever runs Tilisilta to set them to the values that Procountor gave, and "
                "to start it again."
            ),
        ),
    ),
    ProblemCode.OTHER_COMPANY_CHOSEN: (
        Wording(
            message=_("Another company was chosen: %(chosen)s"),
            cause=_(
                "The account is linked to %(expected)s. Its journals would have gone to the wrong "
                "books, so the authorisation was not kept."
            ),
            remedy=_("Authorise again and choose %(expected)s, or make a new account."),
        ),
    ),
    ProblemCode.LOG_IN_FINISHED: (
        Wording(
            message=_("This log-in is finished already, or was begun elsewhere"),
            cause=_("Each log-in at Procountor can be used once, in the browser that began it."),
            remedy=_("Look at the accounts. If yours is not authorised yet, click its icon again."),
        ),
    ),
    ProblemCode.LOG_IN_CANCELLED: (
        Wording(
            message=_("The account was not authorised"),
            cause=_("The log-in at Procountor was cancelled, or no company was chosen."),
            remedy=_("Click the icon of the account again, log in, and choose one company."),
        ),
    ),
    ProblemCode.ITEMS_BEING_CREATED: (
        Wording(
            message=_("Items are being created in this administration already"),
            cause=_(
                "Somebody else has begun to. Only one at a time can, so that no item is created "
                "twice."
            ),
            remedy=_("Try again in a minute."),
        ),
    ),
}
