"""Words for errors that were raised: what happened, why, and what to do about it."""

from collections.abc import Mapping

from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext

from tilisilta.domain.problems import ProblemCode
from tilisilta.errors import OutcomeUnknown, TilisiltaError, TryAgainLater
from tilisilta.services.explanations.payroll import PAYROLL_WORDS
from tilisilta.services.explanations.wording import Explanation, Wording

# Errors are known here by the names of their classes, as those that raise them explain
# their problems too: importing them would be going round in a circle.
ERROR_WORDS: dict[str, tuple[Wording, ...]] = {
    "ProcountorUnavailable": (
        Wording(
            message=_("Procountor gave no answer"),
            cause=_("It cannot be reached, or has a fault of its own. Nothing was changed."),
            remedy=_("Try again in a few minutes."),
        ),
    ),
    "ProcountorBusy": (
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
    "ProcountorOutcomeUnknown": (
        Wording(
            message=_("It is uncertain whether Procountor did what was asked"),
            cause=_("The request was sent, but no clear answer came back."),
            remedy=_(
                "Look in Procountor before doing it again. Receipts are looked for by itself."
            ),
        ),
    ),
    "ApplicationRefused": (
        Wording(
            message=_("Procountor does not accept Tilisilta's own client ID"),
            cause=_("The client ID or the client secret is not the one that Procountor gave."),
            remedy=_(
                "Ask whoever runs Tilisilta to check TILISILTA_PROCOUNTOR_CLIENT_ID and "
                "TILISILTA_PROCOUNTOR_CLIENT_SECRET."
            ),
        ),
    ),
    "AccessDenied": (
        Wording(
            message=_("Procountor gives no access: %(answer)s"),
            cause=_("The person or API key behind the account lacks a right in Procountor."),
            remedy=_("Give the right in Procountor, or authorise the account as another person."),
        ),
        Wording(
            message=_("Procountor gives no access"),
            cause=_("The person or API key behind the account lacks a right in Procountor."),
            remedy=_("Give the right in Procountor, or authorise the account as another person."),
        ),
    ),
    "ProcountorRejected": (
        Wording(
            message=_("Procountor refused it: %(answer)s"),
            cause=_("These are Procountor's own words, with answer %(status)s."),
            remedy=_("Put right what they are about, and try again."),
        ),
        Wording(
            message=_("Procountor refused it"),
            cause=_("It gave no reason that can be read."),
            remedy=_("Check the values, and try again."),
        ),
    ),
    "GrantEnded": (
        Wording(
            message=_("Procountor does not accept the authorisation"),
            cause=_("The log-in was withdrawn or has expired, or the API key is not valid."),
            remedy=_(
                "Authorise the account in the settings for Procountor, under Accounts, and choose "
                "the same company."
            ),
        ),
    ),
    "AccountNameTaken": (
        Wording(
            message=_("There is already an account of this name"),
            cause=_("Each account has a name of its own, so that nobody mistakes one for another."),
            remedy=_("Choose another name."),
        ),
    ),
    "NotConfigured": (
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
    "OtherCompanyChosen": (
        Wording(
            message=_("Another company was chosen: %(chosen)s"),
            cause=_(
                "The account is linked to %(expected)s. Its journals would have gone to the wrong "
                "books, so the authorisation was not kept."
            ),
            remedy=_("Authorise again and choose %(expected)s, or make a new account."),
        ),
    ),
    "AccountTaken": (
        Wording(
            message=_("The account already has an administration"),
            cause=_("One account serves one administration in Procountor."),
            remedy=_("Make a new account, authorise it, and link the company to that one."),
        ),
    ),
    "CompanyLinked": (
        Wording(
            message=_("The company already has a link"),
            cause=_("A company goes to one administration, so that nothing is booked twice."),
            remedy=_("Change the link that is there."),
        ),
    ),
    "AccountNotAuthorised": (
        Wording(
            message=_("The account is not authorised, or no longer"),
            cause=_("A company can be linked only to an account that is authorised."),
            remedy=_(
                "Authorise it in the settings for Procountor, under Accounts, then make the link."
            ),
        ),
    ),
    "LinkInUse": (
        Wording(
            message=_("The link cannot be removed"),
            cause=_("Receipts were sent through it, and it is their trail for the auditor."),
            remedy=_("Keep the link. To stop sending, remove the account's authorisation."),
        ),
    ),
    "JournalElsewhere": (
        Wording(
            message=_("This very file was imported for %(other)s already"),
            cause=_("A journal belongs to one company; for two it would be booked twice."),
            remedy=_("Choose the file of the right company."),
        ),
    ),
    "ImportedAsOtherRun": (
        Wording(
            message=_("This very file is journal %(journal)s already"),
            cause=_("A file is the journal of one run; as a second run it would be booked twice."),
            remedy=_("Open that journal, or choose the file of the other run."),
        ),
    ),
    "CannotBeSent": (
        Wording(
            message=_("The journal %(journal)s cannot be sent"),
            cause=_("Something stands in its way; nothing was sent."),
            remedy=_("Open the journal: its problems say what to do."),
        ),
    ),
    "PreviewChanged": (
        Wording(
            message=_("What would be sent is no longer what you looked at"),
            cause=_(
                "The link or the company in Procountor has changed since the preview was shown. "
                "Nothing was sent."
            ),
            remedy=_("Look at the new preview, and send if it is right."),
        ),
    ),
    "NotInDoubt": (
        Wording(
            message=_("That receipt is not in question"),
            cause=_("Somebody has answered already, or Tilisilta has looked again since."),
            remedy=_("Look at the journal: it shows which receipts are in question now."),
        ),
    ),
    "ReceiptCannotBeOurs": (
        Wording(
            message=_("That receipt cannot be the one of the journal"),
            cause=_("It is gone, invalidated, or the receipt of another journal by now."),
            remedy=_("Compare them in Procountor, and check the journal again."),
        ),
    ),
    "AlreadySent": (
        Wording(
            message=_("The journal %(journal)s has been sent already"),
            cause=_("All its ledger receipts are booked in Procountor, each once."),
            remedy=_("There is nothing to do. The receipt numbers stand on the journal."),
        ),
    ),
    "UserNameTaken": (
        Wording(
            message=_("There is already a user of this name"),
            cause=_("A user name belongs to one person, so that the audit log can be trusted."),
            remedy=_("Choose another user name."),
        ),
    ),
    "TemplateNameTaken": (
        Wording(
            message=_("There is already a user template of this name"),
            cause=_("Each user template has a name of its own."),
            remedy=_("Choose another name."),
        ),
    ),
    "LastAdministrator": (
        Wording(
            message=_("Somebody must stay administrator"),
            cause=_("After this nobody could change users and user templates any more."),
            remedy=_("Make another user an administrator first."),
        ),
    ),
    "AdministratorTemplateKept": (
        Wording(
            message=_("The administrators' user template stays as it is"),
            cause=_("It gives every right, so that nobody is ever locked out."),
            remedy=_("Make a user template with fewer rights, and give it to the user."),
        ),
    ),
    "DebtorNumberTaken": (
        Wording(
            message=_("There is already a debtor with this number"),
            cause=_("Each debtor has a number of its own, as in Nmbrs."),
            remedy=_("Check the number, or use the debtor that is there."),
        ),
    ),
    "CompanyNumberTaken": (
        Wording(
            message=_("There is already a company with this number"),
            cause=_("Each company has a number of its own, as in Nmbrs."),
            remedy=_("Check the number, or use the company that is there."),
        ),
    ),
    "NmbrsUnavailable": PAYROLL_WORDS[ProblemCode.NMBRS_UNREACHABLE],
    "NmbrsLoginRefused": PAYROLL_WORDS[ProblemCode.NMBRS_LOGIN_REFUSED],
    "NmbrsCallForbidden": PAYROLL_WORDS[ProblemCode.NMBRS_CALL_FORBIDDEN],
    "NmbrsAccessDenied": PAYROLL_WORDS[ProblemCode.NMBRS_ACCESS_DENIED],
    "NmbrsRefused": PAYROLL_WORDS[ProblemCode.NMBRS_REFUSED],
    "NmbrsAnswerUnknown": PAYROLL_WORDS[ProblemCode.NMBRS_ANSWER_UNKNOWN],
    "ConnectionNameTaken": (
        Wording(
            message=_("There is already a connection of this name"),
            cause=_("Each connection to Nmbrs has a name of its own."),
            remedy=_("Choose another name."),
        ),
    ),
    "OtherEnvironment": (
        Wording(
            message=_("The token belongs to another environment: %(chosen)s"),
            cause=_(
                "The connection is to %(expected)s. Its companies would be mixed with those of "
                "the other, so nothing was changed."
            ),
            remedy=_("Give a token of %(expected)s, or make a connection of its own."),
        ),
    ),
    "NothingConnected": (
        Wording(
            message=_("Nmbrs is not connected"),
            cause=_("There is no connection that Nmbrs accepts, so nothing can be fetched."),
            remedy=_("Make a connection in the settings for Nmbrs, or give it another token."),
        ),
    ),
    "NotInNmbrs": (
        Wording(
            message=_("%(other)s cannot be fetched from Nmbrs"),
            cause=_(
                "It was added by hand, is no longer in Nmbrs, or its connection does not work."
            ),
            remedy=_("See the settings for Nmbrs, or import its journals from files."),
        ),
    ),
    "FileRefused": (
        Wording(
            message=_("The file cannot be read into a journal"),
            cause=_("Each of its problems says what is wrong and on which line."),
            remedy=_("Put the problems right where the file comes from, and import it again."),
        ),
    ),
    "ColumnsNeeded": (
        Wording(
            message=_("The columns of the file are not known"),
            cause=_("Its first row does not say which column holds the accounts and the amounts."),
            remedy=_("Say at the import which column holds what; the choice is remembered."),
        ),
    ),
}

ANY_ERROR_WORDS: dict[type, tuple[Wording, ...]] = {
    TryAgainLater: (
        Wording(
            message=_("It did not work just now"),
            cause=_("A service gave no answer. Nothing was changed."),
            remedy=_("Try again in a few minutes."),
        ),
    ),
    OutcomeUnknown: (
        Wording(
            message=_("It is uncertain whether it was done"),
            cause=_("The request was sent, but no clear answer came back."),
            remedy=_("Look whether it was done before doing it again."),
        ),
    ),
    TilisiltaError: (
        Wording(
            message=_("It cannot be done like this"),
            cause=_("Something in the way must be changed first."),
            remedy=_("Check what was entered, and try again."),
        ),
    ),
}


def explain_error(error: TilisiltaError) -> Explanation:
    """The words for a raised ``error`` in the active language.

    A file that was refused for several problems says so; show the problems themselves beside it.
    """
    facts = _facts_of(error)
    for kind in type(error).__mro__:
        for wording in (*ERROR_WORDS.get(kind.__name__, ()), *ANY_ERROR_WORDS.get(kind, ())):
            if wording.fits(facts):
                return wording.filled(facts)
    raise TypeError(f"There are no words for {type(error).__name__}.")


def _facts_of(error: TilisiltaError) -> Mapping[str, str]:
    """What an error says of its case, under the names that its words use."""
    journal = getattr(error, "journal", None)
    told = {
        "answer": "; ".join(text for _field, text in getattr(error, "answers", ())),
        "wait": _shown_wait(getattr(error, "retry_after_seconds", None)),
        "journal": journal.reference if journal else "",
        "number": getattr(error, "code", ""),
        **{
            name: str(getattr(error, name, None) or "")
            for name in ("status", "expected", "chosen", "other", "call")
        },
    }
    return {name: text for name, text in told.items() if text}


def _shown_wait(seconds: int | None) -> str:
    if seconds is None:
        return ""
    if seconds < 90:
        return ngettext("%(count)s second", "%(count)s seconds", seconds) % {"count": seconds}
    minutes = -(-seconds // 60)
    return ngettext("%(count)s minute", "%(count)s minutes", minutes) % {"count": minutes}
