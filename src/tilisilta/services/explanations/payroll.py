"""Words for what can go wrong between Nmbrs and us."""

from django.utils.translation import gettext_lazy as _

from tilisilta.domain.problems import ProblemCode
from tilisilta.services.explanations.wording import Wording

_OTHER_HOST = (
    _(
        "%(site)s was asked. See whether your environment answers there: Dutch ones do at "
        "api.nmbrs.nl, Swedish ones at api.nmbrs.se."
    ),
)

PAYROLL_WORDS: dict[ProblemCode, tuple[Wording, ...]] = {
    ProblemCode.NMBRS_UNREACHABLE: (
        Wording(
            message=_("Nmbrs gave no answer"),
            cause=_("It cannot be reached, or its answer cannot be read. Nothing was changed."),
            remedy=_("It is tried again by itself. Should it last, see whether Nmbrs is down."),
        ),
    ),
    ProblemCode.NMBRS_LOGIN_REFUSED: (
        Wording(
            message=_("Nmbrs does not accept the user and token"),
            cause=_(
                "User name, token and domain do not go together: the token was made anew, the user "
                "was removed, or has no subscription. Nmbrs says %(number)s."
            ),
            remedy=_(
                "Make a token in Nmbrs, in the user's profile under API token, and give it to the "
                "connection in the settings for Nmbrs."
            ),
            hints=_OTHER_HOST,
        ),
        Wording(
            message=_("Nmbrs does not accept the user and token"),
            cause=_(
                "User name, token and domain do not go together: the token was made anew, the user "
                "was removed, or has no subscription."
            ),
            remedy=_(
                "Make a token in Nmbrs, in the user's profile under API token, and give it to the "
                "connection in the settings for Nmbrs."
            ),
            hints=_OTHER_HOST,
        ),
    ),
    ProblemCode.NMBRS_CALL_FORBIDDEN: (
        Wording(
            when={"reason": "scope"},
            message=_("The consent in Nmbrs does not cover %(call)s"),
            cause=_(
                "What a connection may read is fixed when the consent is given. This one was given "
                "for less than is needed."
            ),
            remedy=_("Connect again in the settings for Nmbrs and consent to all that is asked."),
        ),
        Wording(
            message=_("The API template in Nmbrs does not allow the call %(call)s"),
            cause=_("In Nmbrs each call is allowed or not by the API template of the user."),
            remedy=_("Allow %(call)s in the API template, then fetch again."),
        ),
    ),
    ProblemCode.NMBRS_ACCESS_DENIED: (
        Wording(
            message=_("Nmbrs does not let the user see this"),
            cause=_(
                "The user has no right to the debtor or company, its tag filter leaves it out, or "
                "it was removed. Nmbrs says %(number)s to %(call)s."
            ),
            remedy=_("Give the user the right in Nmbrs, then fetch again."),
        ),
        Wording(
            message=_("Nmbrs does not let the user see this"),
            cause=_(
                "The user has no right to the debtor or company, its tag filter leaves it out, or "
                "it was removed. That was the answer to %(call)s."
            ),
            remedy=_(
                "Give the user the right in Nmbrs, and allow %(call)s in the API template. Then "
                "fetch again."
            ),
        ),
    ),
    ProblemCode.NMBRS_REFUSED: (
        Wording(
            message=_("Nmbrs refused the call %(call)s"),
            cause=_("It gave the number %(number)s as its reason."),
            remedy=_("Look the number up at Nmbrs, put right what it is about, and fetch again."),
        ),
        Wording(
            message=_("Nmbrs refused a call"),
            cause=_("It gave no reason that is known here."),
            remedy=_("Fetch again. If it stays so, ask Nmbrs."),
        ),
    ),
    ProblemCode.NMBRS_ANSWER_UNKNOWN: (
        Wording(
            message=_("Nmbrs answers %(call)s in a way that is not known here"),
            cause=_("Its API has changed. Nothing was guessed, and nothing was kept."),
            remedy=_("Upgrade Tilisilta. Until then import the journals from files."),
        ),
    ),
    ProblemCode.FETCHED_JOURNAL_REFUSED: (
        Wording(
            message=_("The journal of run %(run)s cannot be read"),
            cause=_(
                "Nmbrs gave a journal that nobody can vouch for: %(codes)s. What it answered is "
                "kept, and can be saved from the page of the company."
            ),
            remedy=_(
                "Look the codes up under Common errors. Put it right in Nmbrs, make the journal "
                "anew, and fetch again."
            ),
        ),
    ),
    ProblemCode.RUN_NUMBER_TWICE: (
        Wording(
            message=_("Nmbrs has more than one run %(run)s"),
            cause=_(
                "Runs are told apart by year and number. None of them was fetched, as one might "
                "have been booked in place of the other."
            ),
            remedy=_("Delete the run in Nmbrs that is one too many, then fetch again."),
        ),
    ),
    ProblemCode.COMPANY_WITHOUT_DEBTOR: (
        Wording(
            message=_("Companies of Nmbrs that belong to no debtor: %(count)s"),
            cause=_(
                "Nmbrs lists the companies %(numbers)s, but under none of the debtors that the "
                "user may see. They were not taken in."
            ),
            remedy=_("Give the user the right to their debtors in Nmbrs, then fetch again."),
        ),
    ),
    ProblemCode.FETCHING_BROKE: (
        Wording(
            message=_("Fetching broke off by a fault of Tilisilta's own"),
            cause=_("Something came that nobody has thought of. What came before it is kept."),
            remedy=_(
                "Fetch again. If it stays so, whoever runs Tilisilta finds the fault in its log."
            ),
        ),
    ),
    ProblemCode.JOURNAL_EMPTIED: (
        Wording(
            message=_("Nmbrs no longer has a journal of run %(run)s"),
            cause=_("It had one when it was fetched before. That one is kept as it came."),
            remedy=_(
                "See in Nmbrs whether its journal is to be made anew. Send the one that is here "
                "only if it still belongs in the books. If it was sent and does not belong there, "
                "withdraw it."
            ),
        ),
    ),
    ProblemCode.NMBRS_ENVIRONMENT_CLOSED: (
        Wording(
            message=_("Nmbrs has closed the environment of this connection"),
            cause=_("The environment is disabled, or has no valid subscription with Nmbrs."),
            remedy=_("Ask Nmbrs why, and test the connection once that is settled."),
        ),
    ),
    ProblemCode.NMBRS_QUOTA_USED_UP: (
        Wording(
            message=_("The plan with Nmbrs allows no more calls"),
            cause=_(
                "All calls of the subscription to Nmbrs' API have been used. Fetching has stopped, "
                "as every further call would be refused too."
            ),
            remedy=_(
                "Take a larger plan in Nmbrs' developer portal, or wait until the plan begins "
                "anew. Then test the connection, and fetch again."
            ),
        ),
    ),
    ProblemCode.JOURNAL_NOT_READY: (
        Wording(
            message=_("Nmbrs is still making the journal of run %(run)s"),
            cause=_("It was not there within two minutes. Nothing was stored of it."),
            remedy=_(
                "It is fetched again by itself. If it stays so, see in Nmbrs whether the journal "
                "of the run can be opened."
            ),
        ),
        Wording(
            message=_("Nmbrs is still making a journal"),
            cause=_("It was not there within two minutes. Nothing was stored of it."),
            remedy=_("It is fetched again by itself."),
        ),
    ),
    ProblemCode.NMBRS_ID_UNKNOWN: (
        Wording(
            message=_("Nmbrs has not listed this yet"),
            cause=_(
                "The connection now reads Nmbrs in another way, which knows companies and runs by "
                "other ids. The next fetch of everything brings them."
            ),
            remedy=_("Fetch everything once, then try again."),
        ),
    ),
    ProblemCode.NMBRS_SEVERAL_ALIKE: (
        Wording(
            when={"reason": "debtor"},
            message=_("Debtors of Nmbrs that may be one of several here: %(count)s"),
            cause=_(
                "Nmbrs lists the debtors %(numbers)s, and by number and id each may be another "
                "one here. Nothing was changed, as journals might go to the wrong books."
            ),
            remedy=_("Give each debtor a number of its own in Nmbrs, then fetch again."),
        ),
        Wording(
            when={"reason": "company"},
            message=_("Companies of Nmbrs that may be one of several here: %(count)s"),
            cause=_(
                "Nmbrs lists the companies %(numbers)s, and by number and id each may be another "
                "one here. Nothing was changed, as journals might go to the wrong books."
            ),
            remedy=_(
                "Give each company of a debtor a number of its own in Nmbrs, then fetch again."
            ),
        ),
        Wording(
            when={"reason": "here-twice"},
            message=_("The company is here a second time, as %(numbers)s"),
            cause=_(
                "Nmbrs gives one id for both, so that each payroll of it comes in twice. Through "
                "two links it might be booked twice."
            ),
            remedy=_("Keep the link of one of them, and end that of the other one."),
        ),
        Wording(
            when={"reason": "perhaps-here"},
            message=_("Companies of Nmbrs that may be here already: %(count)s"),
            cause=_(
                "Number or name say so, and no id tells it: perhaps it has another debtor or "
                "number now, or was made anew. Until somebody answers it is not fetched, as its "
                "payroll might be booked a second time."
            ),
            remedy=_("Say in the settings for Nmbrs whether they are the same."),
        ),
        Wording(
            message=_("Runs of Nmbrs that may be one of several here: %(numbers)s"),
            cause=_(
                "By number and id each may be another one here. None of them was fetched, as one "
                "might have been booked in place of the other."
            ),
            remedy=_("Delete the run in Nmbrs that is one too many, then fetch again."),
        ),
    ),
    ProblemCode.CONNECTION_NAME_TAKEN: (
        Wording(
            message=_("There is already a connection of this name"),
            cause=_("Each connection to Nmbrs has a name of its own."),
            remedy=_("Choose another name."),
        ),
    ),
    ProblemCode.OTHER_ENVIRONMENT: (
        Wording(
            message=_("The token belongs to another environment: %(chosen)s"),
            cause=_(
                "The connection is to %(expected)s. Its companies would be mixed with those of "
                "the other, so nothing was changed."
            ),
            remedy=_("Give a token of %(expected)s, or make a connection of its own."),
        ),
    ),
    ProblemCode.NMBRS_NOT_CONNECTED: (
        Wording(
            message=_("Nmbrs is not connected"),
            cause=_("There is no connection that Nmbrs accepts, so nothing can be fetched."),
            remedy=_("Make a connection in the settings for Nmbrs, or give it another token."),
        ),
    ),
    ProblemCode.NOT_IN_NMBRS: (
        Wording(
            message=_("%(other)s cannot be fetched from Nmbrs"),
            cause=_(
                "It was added by hand, is no longer in Nmbrs, or its connection does not work."
            ),
            remedy=_("See the settings for Nmbrs, or import its journals from files."),
        ),
    ),
}
