"""Words for what forbids sending: the company, its account, its link, the history of the run."""

from django.utils.translation import gettext_lazy as _

from tilisilta.domain.problems import ProblemCode
from tilisilta.services.explanations.wording import Wording, for_cases

COMPANY_WORDS: dict[ProblemCode, tuple[Wording, ...]] = {
    ProblemCode.TEST_COMPANY: (
        Wording(
            message=_("%(company)s is a test company"),
            cause=_("Test companies are never sent, so that trial runs stay out of the books."),
            remedy=_(
                "If it is a real company, remove the mark “test company” in its settings under "
                "Companies."
            ),
        ),
    ),
    ProblemCode.DEBTOR_BLOCKED: (
        Wording(
            when={"reason": "left"},
            message=_("%(company)s comes from a blocked debtor and is still blocked"),
            cause=_(
                "A company stays blocked when it gets another debtor, also when Nmbrs has put two "
                "debtors together."
            ),
            remedy=_("Free it on the page of the company when its journals may be sent again."),
        ),
        Wording(
            when={"reason": "perhaps"},
            message=_("%(company)s may have a blocked debtor by now"),
            cause=_(
                "Nmbrs lists a company that may be this one under a blocked debtor, and nobody has "
                "said yet whether they are the same."
            ),
            remedy=_("Answer the questions about companies in the settings for Nmbrs."),
        ),
        Wording(
            message=_("The debtor %(debtor)s is blocked"),
            cause=_("No journal of a blocked debtor's companies is sent."),
            remedy=_("Unblock the debtor under Companies when its journals may be sent again."),
        ),
    ),
    ProblemCode.ACCOUNT_NOT_AUTHORISED: (
        Wording(
            when={"reason": "linking"},
            message=_("The account is not authorised, or no longer"),
            cause=_("A company can be linked only to an account that is authorised."),
            remedy=_(
                "Authorise it in the settings for Procountor, under Accounts, then make the link."
            ),
        ),
        Wording(
            message=_("The account %(account_name)s is not authorised, or no longer"),
            cause=_(
                "Nobody has authorised it yet, its authorisation was withdrawn in Procountor, or "
                "its API key has expired."
            ),
            remedy=_(
                "Authorise it in the settings for Procountor, under Accounts, and choose the same "
                "company. Waiting journals continue by themselves."
            ),
        ),
    ),
    ProblemCode.VERIFY_ONLY: (
        Wording(
            message=_("The link of %(company)s is verify only"),
            cause=_("It compares payroll with the ledger, and writes nothing to Procountor."),
            remedy=_(
                "Nothing needs to be done. To send through it, take the tick from the link and see "
                "that its account may write."
            ),
        ),
    ),
    ProblemCode.NOT_LINKED: (
        Wording(
            message=_("No administration is linked to %(company)s"),
            cause=_("Without a link there is nowhere to send the company's journals to."),
            remedy=_("Make a link in the settings for Procountor, under Administrations."),
        ),
    ),
    ProblemCode.ACCOUNT_TAKEN: (
        Wording(
            message=_("The account already has an administration"),
            cause=_("One account serves one administration in Procountor."),
            remedy=_("Make a new account, authorise it, and link the company to that one."),
        ),
    ),
    ProblemCode.RIGHT_MISSING: (
        Wording(
            message=_("You have no right to this"),
            cause=_(
                "Your user template gives no right to this area, or only the right to look at it."
            ),
            remedy=_(
                "Ask an administrator for the right under Users, User templates. It holds at once."
            ),
        ),
    ),
    ProblemCode.ALREADY_SENT: for_cases(
        _("The journal %(journal)s has been sent already"),
        _("The journal has been sent already"),
        cause=_(
            "All its ledger receipts are booked in Procountor or on their way. Each is booked "
            "once, however often Send is pressed."
        ),
        remedy=_("There is nothing to do. The receipt numbers stand on the journal."),
    ),
    ProblemCode.PROCOUNTOR_UNREACHABLE: (
        Wording(
            message=_("Procountor gave no answer"),
            cause=_(
                "The journal could not be checked against the company's ledger accounts, "
                "dimensions and periods. Nothing was sent."
            ),
            remedy=_(
                "Wait: the journal is checked again by itself once Procountor answers, or click "
                "Check again."
            ),
        ),
    ),
    ProblemCode.RUN_DELETED: (
        Wording(
            message=_("Run %(run)s was deleted in Nmbrs"),
            cause=_("The run no longer exists there, but its journal came in before."),
            remedy=_(
                "Send the journal only if it belongs in the books all the same. If it has been "
                "sent and does not belong there, withdraw it. If it stays, or was put right by "
                "hand in Procountor, settle it by hand with the reason."
            ),
        ),
    ),
    ProblemCode.BEFORE_START: (
        Wording(
            message=_("The run of %(period)s is from before the start, %(start)s"),
            cause=_(
                "Nothing of a month before the start is sent, so that what was booked in another "
                "way is not booked again. Nobody has to do anything about it."
            ),
            remedy=_(
                "If this journal is not in Procountor yet, choose an earlier first month in the "
                "link, and an earlier start date in the settings of the company."
            ),
        ),
    ),
    ProblemCode.NEWER_REVISION: (
        Wording(
            message=_("There is a newer revision of the journal of run %(run)s"),
            cause=_("The run was changed after this revision came in."),
            remedy=_("Open the newest revision and send that one."),
        ),
    ),
    ProblemCode.EARLIER_REVISION_SENT: (
        Wording(
            message=_("An earlier revision of the journal of run %(run)s has been sent"),
            cause=_(
                "Sending revision %(revision)s as well would book the run twice. The journal "
                "shows what has changed since."
            ),
            remedy=_(
                "Book the difference as a receipt of its own, or withdraw the earlier revision and "
                "send this one as a whole. If it was booked by hand in Procountor, or is to stay "
                "as it is, settle it by hand with the reason."
            ),
        ),
    ),
    ProblemCode.JOURNAL_TOO_COARSE: for_cases(
        ({"split": "cost_unit"}, _("The journal was fetched without cost units")),
        _("The journal was fetched without cost centers"),
        cause=_(
            "The link uses them, but did not yet when the journal was fetched. Sent like this, "
            "all its lines would go without."
        ),
        remedy=_("It is fetched again by itself. To have it at once, fetch the company now."),
    ),
    ProblemCode.PERHAPS_BOOKED_ALREADY: (
        Wording(
            message=_("This may be the payroll of journal %(journal)s again"),
            cause=_(
                "It has the same lines, or the same period while the other one was deleted in "
                "Nmbrs or came another way. Sent as well, wages could be booked twice."
            ),
            remedy=_(
                "Compare the two. If this is another payroll, say so on the journal's page; then "
                "it can be sent. If it is booked already, mark it as sent there."
            ),
        ),
    ),
    ProblemCode.LINK_ENDED: (
        Wording(
            message=_("The link to %(administration)s has ended"),
            cause=_("Its end lies before the month of this run, and it has no successor."),
            remedy=_("Link %(company)s to the administration that its payroll goes to now."),
        ),
    ),
    ProblemCode.PERHAPS_ANOTHER_COMPANYS: (
        Wording(
            when={"journal": "?"},
            message=_("This is the payroll of another company, to the cent"),
            cause=_(
                "A journal of another company books the same amounts on the same accounts and "
                "dates. Perhaps its file was imported here."
            ),
            remedy=_(
                "Look whose payroll it is. If it is this company's own, say on the journal's page "
                "that it is another payroll; otherwise discard it."
            ),
        ),
        Wording(
            message=_(
                "This is the payroll of journal %(journal)s, of another company, to the cent"
            ),
            cause=_(
                "It books the same amounts on the same accounts and dates. Perhaps the file of the "
                "other company was imported here."
            ),
            remedy=_(
                "Look whose payroll it is. If it is this company's own, say on the journal's page "
                "that it is another payroll; otherwise discard it."
            ),
        ),
    ),
    ProblemCode.BOOKED_ELSEWHERE: (
        Wording(
            message=_("It was booked in %(administration)s, too: %(numbers)s"),
            cause=_("It was sent there through a link that has ended since."),
            remedy=_("Invalidate these receipts in %(administration)s, unless that is done."),
        ),
    ),
    ProblemCode.COMPANIES_DIFFER_NOW: (
        Wording(
            message=_("%(company)s and %(administration)s differ by now"),
            cause=_(
                "One of them has got another name or business ID since they were linked, or nobody "
                "ever confirmed that they belong together."
            ),
            remedy=_(
                "Look whether the payroll belongs in these books. Confirm it on the page of the "
                "link, or with tilisilta link confirm; if it does not, end the link."
            ),
        ),
    ),
    ProblemCode.COMPANY_LINKED: (
        Wording(
            message=_("The company already has a link"),
            cause=_("A company goes to one administration, so that nothing is booked twice."),
            remedy=_("Change the link that is there."),
        ),
    ),
    ProblemCode.LINK_IN_USE: (
        Wording(
            message=_("The link cannot be removed"),
            cause=_("Receipts were sent through it, and it is their trail for the auditor."),
            remedy=_("Keep the link. To stop sending, remove the account's authorisation."),
        ),
    ),
}
