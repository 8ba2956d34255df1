"""Words for what balances and may be wrong all the same, in a journal or in its file."""

from django.utils.translation import gettext_lazy as _

from tilisilta.domain.problems import ProblemCode
from tilisilta.services.explanations.file_values import PLACE
from tilisilta.services.explanations.wording import Wording, for_cases

UNHIDE = _("Show all rows, columns and sheets, delete what is no part of it, and import it again.")
GIVE_DATES = _("Import the journal XML of the run instead, or a file with dates.")
TELL_APART = _(
    "Delete what is there twice, and import the file again. If several employees really have the "
    "same lines, import a file with a column that tells them apart, such as their number."
)

SUSPICION_WORDS: dict[ProblemCode, tuple[Wording, ...]] = {
    ProblemCode.SIGNS_PERHAPS_REVERSED: (
        Wording(
            message=_("The cost accounts together are a credit: %(amount)s"),
            cause=_(
                "Wages are a debit of the cost accounts. Perhaps debits are negative in the file, "
                "so that everything would be booked the wrong way round."
            ),
            remedy=_(
                "Look at the rows below. If debit and credit are reversed, import the file again "
                "and tick “Debits are negative in the file”. If the journal takes back earlier "
                "costs, nothing needs to be done."
            ),
        ),
    ),
    ProblemCode.ALL_TO_FALLBACK: (
        Wording(
            message=_("All lines would be booked on the fallback account %(fallback)s"),
            cause=_(
                "Procountor has none of the journal's other ledger accounts in use. Debits and "
                "credits would meet on one account, and nothing of the payroll would be in the "
                "books."
            ),
            remedy=_(
                "Check that the link leads to the right administration and that the column of the "
                "ledger accounts is the right one. Then add the accounts in Procountor or map them "
                "in the link."
            ),
        ),
    ),
    ProblemCode.PERIOD_AND_DATE_DIFFER: (
        Wording(
            message=_("The file names the period %(period)s and the date %(date)s"),
            cause=_("A line is booked on its date, here in another month than its period."),
            remedy=_(
                "Nothing needs to be done if the date is right. If it is the day of payment, "
                "import the file with the period alone, or with the dates of the period."
            ),
        ),
    ),
    ProblemCode.PERHAPS_SUMS: (
        Wording(
            message=_("Some lines may be sums of the lines before them"),
            cause=_(
                "On every ledger account with several lines the last one is exactly the sum of the "
                "others. If these are subtotals, everything would be booked twice."
            ),
            remedy=_(
                "Compare the total with the payroll. If the lines are subtotals, delete them from "
                "the file and import it again. If not, nothing needs to be done."
            ),
        ),
    ),
    ProblemCode.PERHAPS_DOUBLED: (
        Wording(
            message=_("The lines may be there more than once: %(count)s times"),
            cause=_(
                "The same lines come again in the file, perhaps because it was pasted twice or "
                "saved over itself. Several employees with equal pay look the same."
            ),
            remedy=_(
                "Compare the total with the payroll. If lines are there twice, delete them from "
                "the file and import it again. If not, nothing needs to be done."
            ),
        ),
    ),
    ProblemCode.PERHAPS_TWO_PAYROLLS: (
        Wording(
            message=_("The file may also hold the whole payroll of %(period)s"),
            cause=_(
                "Its lines of that month are on the same ledger accounts as those of the last "
                "month and about as large. As a correction they would be booked beside what is "
                "booked for that month already."
            ),
            remedy=_(
                "If two journals are in one file, import each as a file of its own. If it is a "
                "correction, nothing needs to be done."
            ),
        ),
    ),
    ProblemCode.PERIOD_NOT_A_MONTH: (
        Wording(
            when={"period_type": "Week4"},
            message=_("Period %(value)s is a four-week period, and the file has no dates"),
            cause=_(
                "The company is paid every four weeks, so the number of a period does not tell a "
                "month, nor the day to book on."
            ),
            details=PLACE,
            remedy=GIVE_DATES,
        ),
        Wording(
            when={"period_type": "Week"},
            message=_("Period %(value)s is a week, and the file has no dates"),
            cause=_(
                "The company is paid every week, so the number of a period does not tell a month, "
                "nor the day to book on."
            ),
            details=PLACE,
            remedy=GIVE_DATES,
        ),
        Wording(
            when={"reason": "period-type"},
            message=_("Period %(value)s is no month, and the file has no dates"),
            cause=_(
                "The pay periods of the company are not months (%(period_type)s in Nmbrs), so the "
                "number of a period does not tell the day to book on."
            ),
            details=PLACE,
            remedy=GIVE_DATES,
        ),
        *for_cases(
            (
                {"value": "13"},
                _("Period 13 is a four-week period or a week, and the file has no dates"),
            ),
            _("Period %(value)s is a week or a four-week period, and the file has no dates"),
            cause=_(
                "A year has twelve months. A period above 12 does not tell the day to book on, and "
                "the other periods of such a company are no months either."
            ),
            details=PLACE,
            remedy=GIVE_DATES,
        ),
        Wording(
            message=_("The periods of the file are weeks or four-week periods, without dates"),
            cause=_(
                "Only where pay periods are months does the number of a period tell the day to "
                "book on."
            ),
            remedy=GIVE_DATES,
        ),
    ),
    ProblemCode.HIDDEN_IN_WORKBOOK: (
        Wording(
            when={"reason": "rows"},
            message=_("The workbook hides rows with lines: %(rows)s"),
            cause=_(
                "They are hidden by hand or by a filter. Their debits are %(debit)s and their "
                "credits %(credit)s. It cannot be told whether they are part of the journal."
            ),
            remedy=UNHIDE,
        ),
        Wording(
            when={"reason": "column"},
            message=_("The workbook hides the column “%(column)s”"),
            cause=_("Its values would be booked although nobody sees them."),
            remedy=UNHIDE,
        ),
        Wording(
            when={"reason": "sheet"},
            message=_("The workbook hides a sheet with journal lines: %(sheet)s"),
            cause=_(
                "It has %(count)s lines; their debits are %(debit)s and their credits %(credit)s. "
                "It cannot be told which sheet is the journal."
            ),
            remedy=UNHIDE,
        ),
    ),
    ProblemCode.SIDES_GIVEN: (
        Wording(
            message=_("The file says itself what is debit and what is credit"),
            cause=_(
                "“Debits are negative in the file” is for files with one column of amounts and no "
                "word for the side. Here it would turn round what is clear."
            ),
            remedy=_(
                "Import the file without that choice. If its sides are the wrong way round, "
                "correct them where the file comes from."
            ),
        ),
    ),
    ProblemCode.HEADERS_REPEATED: (
        Wording(
            message=_("The headers stand in the file again"),
            cause=_(
                "Two journals in one file, or one pasted twice, look like this; so does a report "
                "that was printed on several pages."
            ),
            remedy=_(
                "Import each journal as a file of its own. If it is one journal, delete the row "
                "with the headers, and check that no line is there twice."
            ),
        ),
    ),
    ProblemCode.LINES_REPEATED: (
        Wording(
            message=_("The same %(block)s lines are in the file %(count)s times"),
            cause=_(
                "They come again in the same order and alike in every column, as when a journal is "
                "pasted twice. Everything would be booked more than once."
            ),
            remedy=TELL_APART,
        ),
    ),
}
