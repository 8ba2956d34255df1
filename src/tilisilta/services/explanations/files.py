"""Words for a file that cannot be read into a journal: its kind, its columns, its values."""

from django.utils.translation import gettext_lazy as _

from tilisilta.domain.problems import ProblemCode
from tilisilta.services.explanations.file_owners import OWNER_WORDS
from tilisilta.services.explanations.file_values import VALUE_WORDS
from tilisilta.services.explanations.wording import Wording, for_cases

FROM_NMBRS = _("Save the journal in Nmbrs again and import that file, unchanged.")
SAVE_AGAIN = _("Save the file again where it comes from, and import it.")
READABLE_KINDS = _(
    "Journals are read from XML files of Nmbrs, SIE and JSON files, CSV files and XLSX workbooks."
)
SAVE_READABLE = _("Save the journal in one of these formats and import it again.")
NAME_COLUMNS = _("Say at the import which column holds what; the choice is remembered.")

FILE_WORDS: dict[ProblemCode, tuple[Wording, ...]] = {
    ProblemCode.FILE_EMPTY: (
        Wording(
            message=_("The file is empty"),
            cause=_("It has no content; perhaps it was not saved to its end."),
            remedy=SAVE_AGAIN,
        ),
    ),
    ProblemCode.FILE_TOO_LARGE: (
        Wording(
            message=_("The file is too large"),
            cause=_("At most %(limit)s MB can be imported at once."),
            remedy=_("Import one run at a time."),
        ),
    ),
    ProblemCode.FILE_TYPE_UNKNOWN: (
        Wording(
            when={"kind": "pdf"},
            message=_("A PDF file cannot be read"),
            cause=READABLE_KINDS,
            remedy=SAVE_READABLE,
        ),
        Wording(
            when={"kind": "xls"},
            message=_("A workbook in the old XLS format cannot be read"),
            cause=READABLE_KINDS,
            remedy=_("Open it in your spreadsheet program, save it as XLSX, and import that file."),
        ),
        Wording(
            when={"kind": "html"},
            message=_("The file is a web page, not a journal"),
            cause=_("Perhaps a log-in page was saved in its place."),
            remedy=SAVE_AGAIN,
        ),
        Wording(
            when={"kind": "xml", "element": "sieentry"},
            message=_("The file is in the format SIE 5, which cannot be read"),
            cause=_("Of SIE the files of type 4I are read."),
            remedy=_("Save the journal as SIE 4I (.si), and import that file."),
        ),
        Wording(
            when={"kind": "xml"},
            message=_("The XML file is no journal"),
            cause=_("It begins with “%(element)s”, which no journal of Nmbrs does."),
            remedy=FROM_NMBRS,
        ),
        Wording(
            message=_("This kind of file cannot be read"),
            cause=READABLE_KINDS,
            remedy=SAVE_READABLE,
        ),
    ),
    ProblemCode.FILE_TYPE_MISMATCH: for_cases(
        ({"kind": "xml"}, _("The file is named %(ending)s but is an XML file")),
        ({"kind": "csv"}, _("The file is named %(ending)s but is a text file")),
        ({"kind": "xlsx"}, _("The file is named %(ending)s but is an XLSX workbook")),
        ({"kind": "sie"}, _("The file is named %(ending)s but is a SIE file")),
        ({"kind": "json"}, _("The file is named %(ending)s but is a JSON file")),
        cause=_("What a file is must agree with the end of its name."),
        remedy=_("Save the journal again under the right format, and import it."),
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
            cause=_("A journal cannot be read without it."),
            remedy=FROM_NMBRS,
        ),
    ),
    ProblemCode.COLUMNS_UNKNOWN: (
        Wording(
            when={"reason": "missing"},
            message=_("The column “%(column)s” is missing"),
            cause=_(
                "A journal needs it, or it was chosen at the import, but the file does not have it."
            ),
            remedy=NAME_COLUMNS,
        ),
        Wording(
            when={"reason": "too-many"},
            message=_("The file has more than %(limit)s columns"),
            cause=_("No journal has as many; perhaps the sign between its lines was lost."),
            remedy=SAVE_AGAIN,
        ),
        Wording(
            when={"reason": "more-cells"},
            message=_("A line has more values than there are columns"),
            cause=_("Its values may stand in the wrong columns, so none of them is trusted."),
            remedy=SAVE_AGAIN,
        ),
        Wording(
            when={"reason": "ragged"},
            message=_("A line has more values than the other lines"),
            cause=_(
                "Perhaps the sign between the columns stands within a text too, and moves all that "
                "follows over by one column. None of its values is trusted."
            ),
            remedy=_(
                "Put the text in quotation marks or take the sign out of it, and import the file "
                "again."
            ),
        ),
        Wording(
            when={"reason": "cut-amounts"},
            message=_("The comma divides both columns and cents, or seems to"),
            cause=_(
                "Behind an amount without cents stands nothing but a short number in the next "
                "column. It cannot be told whether that is the end of the amount."
            ),
            remedy=_(
                "Save the file with semicolons between the columns, or the amounts with a point "
                "for the cents, as 4200.50, and import it again."
            ),
        ),
        Wording(
            when={"reason": "quotes"},
            message=_("A quotation mark in the file is never closed"),
            cause=_("It cannot be told where the value ends that begins with it."),
            remedy=SAVE_AGAIN,
        ),
        Wording(
            when={"reason": "quoted-rows"},
            message=_("Each row of the file stands in quotation marks as a whole"),
            cause=_("So it has one column only; a spreadsheet saves it so without dividing it."),
            remedy=_("Save the file again where it comes from, and import it unopened."),
        ),
        Wording(
            when={"reason": "no-headers"},
            message=_("The file has no headers over its columns"),
            cause=_("What stands in their place is a journal line, which must not get lost."),
            remedy=_("Give each column a header in the first row, and import the file again."),
        ),
        Wording(
            message=_("The columns of the file are not known"),
            cause=_("Its headers do not say which column holds the accounts and the amounts."),
            remedy=NAME_COLUMNS,
        ),
    ),
    ProblemCode.NO_HEADER_ROW: (
        Wording(
            message=_("The file has no header row"),
            cause=_("Its first line is a journal line, and no line is left out."),
            remedy=_(
                "Say at the import by their places which columns hold what; the choice is "
                "remembered."
            ),
        ),
    ),
    ProblemCode.NO_DATES: (
        Wording(
            message=_("The file has no dates"),
            cause=_("None of its columns is said to hold a booking date or a period."),
            remedy=_(
                "Say which column it is; or give the booking date or the period of all lines at "
                "the import. It is not remembered, and never guessed."
            ),
        ),
    ),
    ProblemCode.DATES_IN_FILE: (
        Wording(
            message=_("The file has dates of its own"),
            cause=_("%(date)s was given at the import for lines without a date."),
            remedy=_(
                "Import it without a date; or correct the dates where the file comes from, if "
                "they are wrong."
            ),
        ),
    ),
    ProblemCode.DATED_AT_IMPORT: (
        Wording(
            message=_("All lines are booked by what was given at the import: %(date)s"),
            cause=_("The file has no dates. A person gave the date or the period."),
            remedy=_("Nothing needs to be done, if the preview shows the right date."),
        ),
    ),
    ProblemCode.COLUMN_TWICE: (
        Wording(
            message=_("The column “%(column)s” is there twice"),
            cause=_("It cannot be told which of the two counts."),
            remedy=_("Remove or rename one of them, and import the file again."),
        ),
        Wording(
            message=_("“%(element)s” is there twice in one line"),
            cause=_("It cannot be told which of the two counts."),
            remedy=FROM_NMBRS,
        ),
    ),
    ProblemCode.NO_LINES: (
        Wording(
            message=_("The file has no journal lines"),
            cause=_("It has a heading, but nothing to book below it."),
            remedy=_("Check that the run has a journal, save it again, and import that file."),
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
    ),
    ProblemCode.WORKBOOK_UNREADABLE: (
        Wording(
            when={"reason": "protected"},
            message=_("The workbook is protected by a password"),
            cause=_("Without the password its content cannot be read."),
            remedy=_("Save it without a password, and import it again."),
        ),
        Wording(
            when={"reason": "several-sheets"},
            message=_("The workbook has several filled sheets: %(count)s"),
            cause=_("It cannot be told which of them is the journal."),
            remedy=_("Save the sheet of the journal as a workbook of its own, and import that."),
        ),
        Wording(
            when={"reason": "formula"},
            message=_("A formula in the workbook has no result"),
            cause=_("It failed, as #N/A tells, or the workbook was saved without calculating it."),
            remedy=_(
                "Correct it in your spreadsheet program, save the workbook, and import it again."
            ),
        ),
        Wording(
            when={"reason": "merged"},
            message=_("Cells of the workbook are merged over several rows"),
            cause=_("Only the first of the rows holds what they show; the others look empty."),
            remedy=_("Unmerge them, fill every row, and import the workbook again."),
        ),
        Wording(
            when={"reason": "too-large"},
            message=_("The workbook is too large when unpacked"),
            cause=_("It holds far more than the journal of any one run."),
            remedy=_("Save the sheet of the journal as a workbook of its own, and import that."),
        ),
        Wording(
            message=_("The workbook cannot be read"),
            cause=_("It is damaged, protected by a password, or holds what is no journal."),
            remedy=_("Save it again as an XLSX workbook without a password, and import it."),
        ),
    ),
    ProblemCode.SIE_UNREADABLE: (
        Wording(
            when={"reason": "ledger"},
            message=_("The SIE file holds a whole ledger, not a payroll journal"),
            cause=_("It has balances of accounts, as files of type 4E have."),
            remedy=_("Save the journal of the run as SIE 4I (.si), and import that file."),
        ),
        Wording(
            when={"reason": "outside"},
            message=_("A row of the SIE file belongs to no voucher"),
            cause=_("#TRANS stands outside of the braces behind #VER, so its date is not known."),
            remedy=SAVE_AGAIN,
        ),
        Wording(
            when={"reason": "unclosed"},
            message=_("A voucher of the SIE file does not end"),
            cause=_("Its closing brace is missing; perhaps the file was cut off."),
            remedy=SAVE_AGAIN,
        ),
        Wording(
            message=_("A line of the SIE file cannot be read"),
            cause=_(
                "It is not written as the standard says: #TRANS, the account, objects in braces, "
                "the amount."
            ),
            remedy=SAVE_AGAIN,
        ),
    ),
    ProblemCode.DIMENSION_NOT_READ: (
        Wording(
            message=_("Dimension %(name)s of the file is not read"),
            cause=_("Cost centers are read from dimension 1, and cost units from 6 or 2."),
            remedy=_("Nothing needs to be done, unless what it says must reach the books."),
        ),
    ),
    ProblemCode.JSON_UNREADABLE: (
        Wording(
            when={"reason": "shape"},
            message=_("The JSON file is no list of journal lines"),
            cause=_("It holds several lists, lists in lists, or values that belong to no line."),
            remedy=_("Save the journal as XLSX, CSV or SIE instead, and import that file."),
        ),
        Wording(
            message=_("The JSON file is damaged"),
            cause=_("It cannot be read to its end; perhaps it was cut off or edited by hand."),
            remedy=SAVE_AGAIN,
        ),
    ),
    **VALUE_WORDS,
    **OWNER_WORDS,
    ProblemCode.FILE_REFUSED: (
        Wording(
            message=_("The file cannot be read into a journal"),
            cause=_("Each of its problems says what is wrong and on which line."),
            remedy=_("Put the problems right where the file comes from, and import it again."),
        ),
    ),
}
