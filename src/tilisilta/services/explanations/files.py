"""Words for a file that cannot be read into a journal."""

from django.utils.translation import gettext_lazy as _

from tilisilta.domain.problems import ProblemCode
from tilisilta.services.explanations.wording import Wording

FROM_NMBRS = _("Save the journal in Nmbrs again and import that file, unchanged.")
CORRECT_AND_IMPORT = _("Correct the line where the file comes from, and import it again.")

FILE_WORDS: dict[ProblemCode, tuple[Wording, ...]] = {
    ProblemCode.FILE_EMPTY: (
        Wording(
            message=_("The file is empty"),
            cause=_("It has no content; perhaps it was not saved to its end."),
            remedy=FROM_NMBRS,
        ),
    ),
    ProblemCode.FILE_TOO_LARGE: (
        Wording(
            message=_("The file is too large"),
            cause=_("At most %(limit)s can be imported at once."),
            remedy=_("Import one run at a time."),
        ),
        Wording(
            message=_("The file is too large"),
            cause=_("It is larger than the journal of any one run should be."),
            remedy=_("Import one run at a time."),
        ),
    ),
    ProblemCode.FILE_TYPE_UNKNOWN: (
        Wording(
            message=_("This kind of file cannot be read"),
            cause=_("Journals are read from XML files of Nmbrs, CSV files and XLSX workbooks."),
            remedy=_("Save the journal in one of these formats and import it again."),
        ),
    ),
    ProblemCode.FILE_TYPE_MISMATCH: (
        Wording(
            message=_("The content of the file does not match its name"),
            cause=_("The end of the name promises another format than the file has."),
            remedy=_("Save the journal again under the right format, and import it."),
        ),
    ),
    ProblemCode.XML_MALFORMED: (
        Wording(
            message=_("The XML file is damaged"),
            cause=_("It cannot be read to its end; perhaps it was cut off or edited by hand."),
            remedy=FROM_NMBRS,
        ),
    ),
    ProblemCode.XML_FORBIDDEN: (
        Wording(
            message=_("The XML file holds something that is not allowed"),
            cause=_("For safety, files with document types or entities are not read."),
            remedy=FROM_NMBRS,
        ),
    ),
    ProblemCode.ELEMENT_MISSING: (
        Wording(
            message=_("“%(element)s” is missing in the file"),
            cause=_("Without it the journal cannot be read."),
            remedy=FROM_NMBRS,
        ),
        Wording(
            message=_("Something is missing in the file"),
            cause=_("An element that a journal cannot be read without is not there."),
            remedy=FROM_NMBRS,
        ),
    ),
    ProblemCode.AMOUNT_UNREADABLE: (
        Wording(
            message=_("“%(value)s” is not an amount"),
            cause=_("Amounts are written in digits, as 1234.50 or 1234,50."),
            remedy=CORRECT_AND_IMPORT,
        ),
        Wording(
            message=_("An amount cannot be read"),
            cause=_("Amounts are written in digits, as 1234.50 or 1234,50."),
            remedy=CORRECT_AND_IMPORT,
        ),
    ),
    ProblemCode.AMOUNT_TOO_PRECISE: (
        Wording(
            message=_("The amount %(value)s has more than two decimals"),
            cause=_("Amounts are booked in whole cents, and Tilisilta never rounds."),
            remedy=CORRECT_AND_IMPORT,
        ),
        Wording(
            message=_("An amount has more than two decimals"),
            cause=_("Amounts are booked in whole cents, and Tilisilta never rounds."),
            remedy=CORRECT_AND_IMPORT,
        ),
    ),
    ProblemCode.DEBIT_CREDIT_UNCLEAR: (
        Wording(
            message=_("It is unclear whether an amount is debit or credit"),
            cause=_("The line says neither or both, or in a word that is not known."),
            remedy=CORRECT_AND_IMPORT,
        ),
    ),
    ProblemCode.DATE_UNREADABLE: (
        Wording(
            message=_("“%(value)s” is not a date"),
            cause=_("Dates are written as 2026-01-31 or 31.1.2026."),
            remedy=CORRECT_AND_IMPORT,
        ),
        Wording(
            message=_("A date cannot be read"),
            cause=_("Dates are written as 2026-01-31 or 31.1.2026."),
            remedy=CORRECT_AND_IMPORT,
        ),
    ),
    ProblemCode.ACCOUNT_MISSING: (
        Wording(
            message=_("A line has no ledger account"),
            cause=_("Every amount needs the ledger account it is booked on."),
            remedy=_(
                "Give the wage component a ledger account in Nmbrs, and get the journal again."
            ),
        ),
    ),
    ProblemCode.COLUMNS_UNKNOWN: (
        Wording(
            message=_("The columns of the file are not known"),
            cause=_("These are missing: %(columns)s."),
            remedy=_("Say at the import which column holds what; the choice is remembered."),
        ),
        Wording(
            message=_("The columns of the file are not known"),
            cause=_("Its first row does not say which column holds the accounts and the amounts."),
            remedy=_("Say at the import which column holds what; the choice is remembered."),
        ),
    ),
    ProblemCode.COLUMN_TWICE: (
        Wording(
            message=_("The column “%(column)s” is there twice"),
            cause=_("It cannot be told which of the two counts."),
            remedy=_("Remove or rename one of them, and import the file again."),
        ),
        Wording(
            message=_("A column is there twice"),
            cause=_("It cannot be told which of the two counts."),
            remedy=_("Remove or rename one of them, and import the file again."),
        ),
    ),
    ProblemCode.NO_LINES: (
        Wording(
            message=_("The file has no journal lines"),
            cause=_("It has a heading, but nothing to book below it."),
            remedy=_("Check that the run has a journal in Nmbrs, save it again, and import it."),
        ),
    ),
    ProblemCode.SEVERAL_RUNS: (
        Wording(
            message=_("The file holds more than one run"),
            cause=_("A journal belongs to one run, so that each can be sent and found again."),
            remedy=_("Save each run as a file of its own, and import them one by one."),
        ),
    ),
    ProblemCode.OTHER_COMPANY: (
        Wording(
            message=_("The file belongs to another company"),
            cause=_("The company number in the file is %(value)s."),
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
            message=_("The file belongs to another run"),
            cause=_("The run in the file is %(value)s."),
            remedy=_("Choose the run the file is for, or choose another file."),
        ),
        Wording(
            message=_("The file belongs to another run"),
            cause=_("The run in the file is not the one that was chosen."),
            remedy=_("Choose the run the file is for, or choose another file."),
        ),
    ),
    ProblemCode.SAME_FILE: (
        Wording(
            message=_("This very file has been imported already"),
            cause=_("Its content is the same, byte for byte."),
            remedy=_("There is nothing to do: its journal is there."),
        ),
    ),
    ProblemCode.ENCODING_UNREADABLE: (
        Wording(
            message=_("The characters of the file cannot be read"),
            cause=_("Texts are read as UTF-8, UTF-16 or Windows-1252."),
            remedy=_("Save the file as UTF-8 and import it again."),
        ),
    ),
    ProblemCode.TOO_MANY_LINES: (
        Wording(
            message=_("The file has too many lines"),
            cause=_("At most %(limit)s lines can be imported at once."),
            remedy=_("Import one run at a time, or let Nmbrs sum the lines of the journal."),
        ),
        Wording(
            message=_("The file has too many lines"),
            cause=_("It has more lines than the journal of one run should have."),
            remedy=_("Import one run at a time, or let Nmbrs sum the lines of the journal."),
        ),
    ),
    ProblemCode.TEXT_TOO_LONG: (
        Wording(
            message=_("A text is too long"),
            cause=_("At most %(limit)s characters can be read in “%(column)s”."),
            remedy=CORRECT_AND_IMPORT,
        ),
        Wording(
            message=_("A text is too long"),
            cause=_("An account, a cost center or a description is longer than any should be."),
            remedy=CORRECT_AND_IMPORT,
        ),
    ),
    ProblemCode.WORKBOOK_UNREADABLE: (
        Wording(
            message=_("The workbook cannot be read"),
            cause=_("It is damaged, protected by a password, or in an older format than XLSX."),
            remedy=_("Save it again as an XLSX workbook without a password, and import it."),
        ),
    ),
    ProblemCode.PERIOD_UNREADABLE: (
        Wording(
            message=_("“%(value)s” is not a period"),
            cause=_("Periods are months, written as 2026-01 or 1/2026."),
            remedy=CORRECT_AND_IMPORT,
        ),
        Wording(
            message=_("A period cannot be read"),
            cause=_("Periods are months, written as 2026-01 or 1/2026."),
            remedy=CORRECT_AND_IMPORT,
        ),
    ),
}
