"""Words for a file whose company or run is in question, or that is here already."""

from django.utils.translation import gettext_lazy as _

from tilisilta.domain.problems import ProblemCode
from tilisilta.services.explanations.wording import Wording, for_cases

OWNER_WORDS: dict[ProblemCode, tuple[Wording, ...]] = {
    ProblemCode.SEVERAL_RUNS: (
        Wording(
            when={"reason": "run"},
            message=_("The file holds more than one run: %(run)s"),
            cause=_("A journal belongs to one run, so that each can be sent and found again."),
            remedy=_("Save each run as a file of its own, and import them one by one."),
        ),
        Wording(
            when={"reason": "company-missing"},
            message=_("A line does not say of which company it is"),
            cause=_("The file is of several companies, and the column that names them is empty."),
            remedy=_(
                "Fill the column on every line of the file, delete rows of sums, and import the "
                "file again."
            ),
        ),
        Wording(
            when={"reason": "company"},
            message=_("The file is of several companies: %(company)s"),
            cause=_("A column names %(count)s. A journal belongs to one company and one run."),
            remedy=_(
                "Choose a company that is in the file: the journal of each then goes to its own. "
                "Or save the journal of each company as a file of its own."
            ),
        ),
        Wording(
            when={"reason": "company"},
            message=_("The file is of several companies"),
            cause=_("A column names %(count)s. A journal belongs to one company and one run."),
            remedy=_(
                "Choose a company that is in the file: the journal of each then goes to its own. "
                "Or save the journal of each company as a file of its own."
            ),
        ),
        Wording(
            when={"reason": "currency"},
            message=_("The file holds more than one currency: %(currency)s"),
            cause=_("A journal is in one currency, that of the company's books."),
            remedy=_("Correct the currency where the file comes from, and import it again."),
        ),
        Wording(
            message=_("The file holds more than one run or currency"),
            cause=_("A journal belongs to one run, so that each can be sent and found again."),
            remedy=_("Save each run as a file of its own, and import them one by one."),
        ),
    ),
    ProblemCode.COMPANIES_UNKNOWN: (
        Wording(
            when={"reason": "number-of-two"},
            message=_("The numbers in the file may each mean two companies: %(companies)s"),
            cause=_(
                "Here each is the number of one company, and in Nmbrs that of another. Nothing was "
                "stored, as a journal might go to the wrong books."
            ),
            remedy=_(
                "Name the companies in the file by name or business ID, or import the file of each "
                "company by itself and choose the company."
            ),
        ),
        Wording(
            message=_("The file holds companies that are not here: %(companies)s"),
            cause=_(
                "Each journal goes to its own company, and for %(count)s there is none that you "
                "see. Nothing was stored, not even the others."
            ),
            remedy=_(
                "Add the companies, or delete their lines from the file; or choose to import the "
                "journal of one company only."
            ),
        ),
    ),
    ProblemCode.COMPANY_NOT_SAID: (
        Wording(
            message=_("The file does not say which company it is for"),
            cause=_("It names none of the companies here by number, name or business ID."),
            remedy=_("Choose the company at the import, with --company on the command line."),
        ),
    ),
    ProblemCode.ANSWER_NEEDED: (
        *for_cases(
            (
                {"reason": "which-run"},
                _("It must be said first which run the journal of %(company)s is"),
            ),
            ({"reason": "discarded"}, _("The journal of %(company)s was discarded before")),
            ({"reason": "elsewhere"}, _("The journal of %(company)s is in another company")),
            ({"reason": "other-run"}, _("The journal of %(company)s is another run already")),
            _("The journal of %(company)s cannot be taken in with the others"),
            cause=_(
                "The journal of this company is not taken in before that is answered, whatever "
                "becomes of the others in the file."
            ),
            remedy=_(
                "Import the file for this company only, with --only on the command line, and "
                "answer what is asked."
            ),
        ),
    ),
    ProblemCode.OTHER_COMPANY: (
        Wording(
            when={"reason": "name"},
            message=_("The file names another company, %(company)s"),
            cause=_("It was imported for company %(expected)s."),
            details=(_("Here that is %(other)s."),),
            remedy=_("Choose the company the file is for, or choose another file."),
        ),
        Wording(
            when={"reason": "business-id"},
            message=_("The file names another business ID, %(company)s"),
            cause=_("It was imported for company %(expected)s, which has another one."),
            details=(_("Here that is %(other)s."),),
            remedy=_("Choose the company the file is for, or choose another file."),
        ),
        Wording(
            message=_("The file belongs to another company, %(company)s"),
            cause=_("It was imported for company %(expected)s."),
            remedy=_("Choose the company the file is for, or choose another file."),
        ),
        Wording(
            message=_("The file belongs to another company"),
            cause=_("The company number in the file is not the one of the chosen company."),
            remedy=_("Choose the company the file is for, or choose another file."),
        ),
    ),
    ProblemCode.OTHER_RUN: (
        Wording(
            message=_("This very file is journal %(journal)s already"),
            cause=_("A file is the journal of one run; as a second run it would be booked twice."),
            remedy=_("Open that journal, or choose the file of the other run."),
        ),
    ),
    ProblemCode.SAME_FILE: for_cases(
        _("This very file was imported for %(other)s already"),
        _("This very file was imported for another company already"),
        cause=_("A journal belongs to one company; for two it would be booked twice."),
        remedy=_("Choose the file of the right company."),
    ),
}
