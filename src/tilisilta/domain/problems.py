"""What can be wrong with a journal, a file or an action, and where a person puts it right.

A problem carries a code and the facts of the case; the words for it, in three languages, belong
to the edge (``tilisilta.services.explanations``). Facts are strings under these names:

================  ===================================================================
account           ledger account as Procountor would have it
account_name      name of the Procountor account (our permission), N03
administration    name of a Procountor company (N36, N38, N39, E40 to E42)
answer            what Procountor said of what it refused (S01, E07, E08)
amount            amount of a row, as 1234.50 or -1234.50; debit positive; the sum of the cost
                  accounts (N40)
block             how many lines stand in the block that comes again (F29, N44)
call              name of a call of Nmbrs (P03 to P06)
chosen            name of what was chosen: the company (E13), the environment (E24)
characters        replaced characters, "ő → o, ł → l" (N15)
codes             codes of what is wrong with a fetched journal, "F08, F11" (P07)
column            header of a column, as the file has it (F08 to F14, F22, F24 to F26)
company           name of the Nmbrs company (N01, N02, N04, N36, N37, N39), of the Procountor
                  company (S07); number, name or business ID of the company the file is for (F17)
company_currency  currency of the Procountor company (N17)
count             how many, other than lines; how often a block of lines is there (F29, N44)
credit            sum of the credits of hidden rows (F26)
currency          currency of the journal (N17); the currencies of a file (F16)
date              booking date of the journal, as 2026-01-31; date of a receipt (S02, S08 to S11)
debit             sum of the debits of hidden rows (F26)
dates             unbalanced dates with their differences, "2026-05-31 -0.01" (N11)
debtor            name of the debtor (N02)
description       what Procountor calls the dimension item (N21)
difference        what is missing to 0.00: the sum of the debits less the credits
element           name of an XML element: the one that is missing (F07), the root (F03), or the
                  one a value stands in (F08 to F12, F22, F24, F25)
ending            how the name of the file ends, ".xlsx" (F04)
expected          number of the company the file was imported for (F17); name of what should
                  have been chosen: the company (E13), the environment (E24)
fallback          ledger account used instead (N26, N42)
field             "description" or "name", the text that was shortened (N31); the field that
                  Procountor found fault with (S01)
fields            what Procountor booked otherwise, as ``domain.booked`` names it (S04)
free              number and year that no run has yet, "6b/2026" (E44)
item              cost center or cost unit as the journal has it
items             codes of the items to be made, the first of them (N46); refused ones (S14)
kind              "cost_center" or "cost_unit"; for N16 "fi" or "se"; what a file really is: F03
                  "pdf", "xls", "html", "zip", "xml" or "binary", F04 "xml", "csv" or "xlsx"
limit             greatest length of a text (N31, F22), size in MB (F02), number of lines (F21)
lines             how many journal lines share the finding; ``line`` is the first
mapped_from       the journal's ledger account, where the link maps it to another
meant             ledger account that the journal's looks like (N07), item that a cost center or
                  unit looks like (N09)
more              how many more items there are (N46)
moved_to          receipt date instead of the booking date (N25)
journal           reference of a journal, "1001-2026-5-1": of another one (N35, N37, F18, E44,
                  E46, E49), of the one it is about (N12, S06, E16, E45 to E48); "?" for one of a
                  debtor that not everybody may see (N37)
name              name of a dimension, of an inactive ledger account (N19), of the Procountor
                  account (S05), of the Procountor company that answered (S07), of the first
                  receipt in question (S03, S09 to S11)
near              known ledger accounts or items that look alike, "5030, 5010"
number            Nmbrs' own number for why it refused a call (P02 to P05)
numbers           receipt numbers: of all that are in question, "12, 15" (S03, S09 to S11), of those
                  booked in another administration (N38)
other             the company that has the file already (F19), that it names (F17), that is not in
                  Nmbrs (E26)
offered           real names of the dimensions, "Osasto, Projekti"
period            the month booked on, as 2026-01; for N41 the month the file names,
                  for N45 the earlier month that may be a payroll of its own
period_type       Nmbrs' word for a company's pay period, "Week4" (F25)
questionable      "number", "date", "formula" or "like-item": what a missing item's code looks
                  like (N09)
reason_text       why somebody discarded a journal (E45)
reason            E44: "guessed", "known-guessed", "number", "month" or
                  "lines";
                  N10: "tracking-period", "fiscal-year", "no-fiscal-year";
                  N14: "zero" or "cancelled"; N22: "unticked" or "pattern";
                  F08: "empty", "ambiguous", "mixed", "too-large" or "unreadable";
                  F10: "both", "neither", "empty" or "unreadable"; F11, F24: "empty",
                  "ambiguous", "mixed" or "unreadable"; F12: "sum" for a row of sums,
                  "balance" for one of an opening or closing balance; F13: "missing", "more-cells",
                  "ragged", "cut-amounts", "quotes" or "no-headers"; F16: "run", "currency"
                  or "company"; F17: "name" or "business-id", where the file has no number;
                  F25: "number" or "period-type"; F26: "rows", "column" or "sheet";
                  F23: "damaged", "protected", "too-large", "several-sheets",
                  "formula" or "merged"; N03: "linking" when a link was to be made
receipts          Procountor's ids of all that are in question, as ``numbers`` (S03, S09 to S11)
revision          revision of a journal (N29, N30)
role              "clearing" or "fallback", when the link names the ledger account
rows              the hidden rows of a workbook, "4-6, 9" (F26)
row               position of the line among the lines of an XML file (F07 to F12, F22, F24)
run               number and year of the run, "6/2026"; the runs of a file, "5, 6" (F16)
sheet             name of a hidden sheet (F26)
same              "all", or "sums" where only the dimensions differ (S09)
split             "cost_center" or "cost_unit": what the link uses and the journal lacks (N34)
start             first date of the link (N28)
status            status of Procountor's answer (S01, E07, E08)
token             token of the export that a receipt is in question for (S03, S09 to S11)
value             what the file has there, when it is surely no name (F08 to F11, F17, F24, F25)
vat_status        number of a VAT status (N18)
wait              how many seconds to wait (E05)
================  ===================================================================

Of a file that cannot be read (F01 to F29) ``line`` is the line of the file, in a workbook the row.
A personal identity code never stands in a fact.
"""

from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from enum import StrEnum


class Severity(StrEnum):
    """Errors stop a journal, warnings inform."""

    ERROR = "error"
    WARNING = "warning"


class Effect(StrEnum):
    """What a problem does to the journal or the action it is about.

    What ``STOPS`` goes on only when a person has put something right. What ``INFORMS`` holds up
    nothing. What ``WAITS`` passes by itself, or is found out by itself.
    """

    STOPS = "stops"
    INFORMS = "informs"
    WAITS = "waits"


class Screen(StrEnum):
    """The place where a problem is solved."""

    COMPANY = "company"
    DEBTOR = "debtor"
    PROCOUNTOR_ACCOUNT = "account"
    LINK = "link"
    NMBRS = "nmbrs"
    JOURNAL = "journal"
    FILE = "file"
    PROCOUNTOR = "procountor"
    NOWHERE = "nowhere"


class ProblemCode(StrEnum):
    """Every problem we know, by a code that stays the same for ever."""

    # Guards: the journal as a whole must not be sent (R10).
    TEST_COMPANY = "N01"
    DEBTOR_BLOCKED = "N02"
    ACCOUNT_NOT_AUTHORISED = "N03"
    NOT_LINKED = "N04"
    ACCOUNT_TAKEN = "N05"
    RIGHT_MISSING = "N06"
    # The journal against the administration.
    LEDGER_ACCOUNT_UNKNOWN = "N07"
    DIMENSION_UNKNOWN = "N08"
    DIMENSION_ITEM_UNKNOWN = "N09"
    PERIOD_CLOSED = "N10"
    NOT_BALANCED = "N11"
    ALREADY_SENT = "N12"
    PROCOUNTOR_UNREACHABLE = "N13"
    ZERO_LINES = "N14"
    CHARACTERS_REPLACED = "N15"
    PERSONAL_IDENTITY_CODE = "N16"
    CURRENCY_DIFFERS = "N17"
    VAT_STATUS_MISSING = "N18"
    LEDGER_ACCOUNT_INACTIVE = "N19"
    DIMENSION_AMBIGUOUS = "N20"
    DIMENSION_ITEM_PASSIVE = "N21"
    WITHOUT_DIMENSION = "N22"
    PERIOD_NOT_BALANCED = "N23"
    CLEARING_ROWS = "N24"
    MOVED_TO_OPEN_DAY = "N25"
    FALLBACK_USED = "N26"
    RUN_DELETED = "N27"
    BEFORE_START = "N28"
    NEWER_REVISION = "N29"
    EARLIER_REVISION_SENT = "N30"
    TEXT_SHORTENED = "N31"
    NOTHING_TO_BOOK = "N32"
    DIMENSION_USED_TWICE = "N33"
    JOURNAL_TOO_COARSE = "N34"
    PERHAPS_BOOKED_ALREADY = "N35"
    LINK_ENDED = "N36"
    PERHAPS_ANOTHER_COMPANYS = "N37"
    BOOKED_ELSEWHERE = "N38"
    COMPANIES_DIFFER_NOW = "N39"
    # What balances and may be wrong all the same.
    SIGNS_PERHAPS_REVERSED = "N40"
    PERIOD_AND_DATE_DIFFER = "N41"
    ALL_TO_FALLBACK = "N42"
    PERHAPS_SUMS = "N43"
    PERHAPS_DOUBLED = "N44"
    PERHAPS_TWO_PAYROLLS = "N45"
    ITEMS_TO_BE_MADE = "N46"
    # A file that cannot be read into a journal.
    FILE_EMPTY = "F01"
    FILE_TOO_LARGE = "F02"
    FILE_TYPE_UNKNOWN = "F03"
    FILE_TYPE_MISMATCH = "F04"
    XML_MALFORMED = "F05"
    XML_FORBIDDEN = "F06"
    ELEMENT_MISSING = "F07"
    AMOUNT_UNREADABLE = "F08"
    AMOUNT_TOO_PRECISE = "F09"
    DEBIT_CREDIT_UNCLEAR = "F10"
    DATE_UNREADABLE = "F11"
    ACCOUNT_MISSING = "F12"
    COLUMNS_UNKNOWN = "F13"
    COLUMN_TWICE = "F14"
    NO_LINES = "F15"
    SEVERAL_RUNS = "F16"
    OTHER_COMPANY = "F17"
    OTHER_RUN = "F18"
    SAME_FILE = "F19"
    ENCODING_UNREADABLE = "F20"
    TOO_MANY_LINES = "F21"
    TEXT_TOO_LONG = "F22"
    WORKBOOK_UNREADABLE = "F23"
    PERIOD_UNREADABLE = "F24"
    PERIOD_NOT_A_MONTH = "F25"
    HIDDEN_IN_WORKBOOK = "F26"
    SIDES_GIVEN = "F27"
    HEADERS_REPEATED = "F28"
    LINES_REPEATED = "F29"
    # What happened when Nmbrs was asked.
    NMBRS_UNREACHABLE = "P01"
    NMBRS_LOGIN_REFUSED = "P02"
    NMBRS_CALL_FORBIDDEN = "P03"
    NMBRS_ACCESS_DENIED = "P04"
    NMBRS_REFUSED = "P05"
    NMBRS_ANSWER_UNKNOWN = "P06"
    FETCHED_JOURNAL_REFUSED = "P07"
    RUN_NUMBER_TWICE = "P08"
    COMPANY_WITHOUT_DEBTOR = "P09"
    FETCHING_BROKE = "P10"
    JOURNAL_EMPTIED = "P11"
    # What happened to a receipt on its way.
    REJECTED = "S01"
    UNCERTAIN = "S02"
    FOUND_SEVERAL_TIMES = "S03"
    BOOKED_DIFFERENTLY = "S04"
    ACCOUNT_DIED = "S05"
    PREVIEW_CHANGED = "S06"
    WRONG_COMPANY = "S07"
    WAITS_FOR_EARLIER = "S08"
    PERHAPS_BOOKED = "S09"
    INVALIDATED_BY_PERSON = "S10"
    SEVERAL_TOKENS = "S11"
    ITEM_REFUSED = "S14"
    # An action that came to nothing: what could not be done, and was not. First the general ones.
    TRY_AGAIN_LATER = "E01"
    OUTCOME_UNKNOWN = "E02"
    NOT_POSSIBLE = "E03"
    # Procountor, asked for something other than to book a receipt.
    PROCOUNTOR_SILENT = "E04"
    PROCOUNTOR_BUSY = "E05"
    PROCOUNTOR_OUTCOME_UNKNOWN = "E06"
    PROCOUNTOR_REFUSED = "E07"
    PROCOUNTOR_ACCESS_DENIED = "E08"
    CLIENT_ID_REFUSED = "E09"
    AUTHORISATION_REFUSED = "E10"
    CLIENT_ID_MISSING = "E11"
    # What somebody asked for here.
    ACCOUNT_NAME_TAKEN = "E12"
    OTHER_COMPANY_CHOSEN = "E13"
    COMPANY_LINKED = "E14"
    LINK_IN_USE = "E15"
    CANNOT_BE_SENT = "E16"
    USER_NAME_TAKEN = "E17"
    TEMPLATE_NAME_TAKEN = "E18"
    LAST_ADMINISTRATOR = "E19"
    ADMINISTRATOR_TEMPLATE_KEPT = "E20"
    DEBTOR_NUMBER_TAKEN = "E21"
    COMPANY_NUMBER_TAKEN = "E22"
    CONNECTION_NAME_TAKEN = "E23"
    OTHER_ENVIRONMENT = "E24"
    NMBRS_NOT_CONNECTED = "E25"
    NOT_IN_NMBRS = "E26"
    FILE_REFUSED = "E27"
    ITEMS_BEING_CREATED = "E28"
    # What a page or a command has to say by itself.
    NOTHING_HERE = "E29"
    FAULT_OF_OURS = "E30"
    REQUEST_UNREADABLE = "E31"
    PAGE_TOO_OLD = "E32"
    LOG_IN_FINISHED = "E33"
    LOG_IN_CANCELLED = "E34"
    COMMAND_REFUSED = "E35"
    NOT_IN_DOUBT = "E36"
    CANNOT_BE_OURS = "E37"
    # What a person has to decide, or may not.
    NAMES_DIFFER = "E40"
    ADMINISTRATION_SHARED = "E41"
    MONTHS_COVERED = "E42"
    LINK_BUSY = "E43"
    WHICH_RUN = "E44"
    WAS_DISCARDED = "E45"
    RUN_TAKEN = "E46"
    CANNOT_DISCARD = "E47"
    CANNOT_RENUMBER = "E48"
    NOT_OF_THE_COMPANY = "E49"

    @property
    def effect(self) -> Effect:
        """What a problem of this code does, whatever the case."""
        return _EFFECTS.get(self, Effect.STOPS)


# All others stop.
_EFFECTS = {
    ProblemCode.ZERO_LINES: Effect.INFORMS,
    ProblemCode.CHARACTERS_REPLACED: Effect.INFORMS,
    ProblemCode.WITHOUT_DIMENSION: Effect.INFORMS,
    ProblemCode.CLEARING_ROWS: Effect.INFORMS,
    ProblemCode.MOVED_TO_OPEN_DAY: Effect.INFORMS,
    ProblemCode.FALLBACK_USED: Effect.INFORMS,
    ProblemCode.RUN_DELETED: Effect.INFORMS,
    ProblemCode.BEFORE_START: Effect.INFORMS,
    ProblemCode.BOOKED_ELSEWHERE: Effect.INFORMS,
    ProblemCode.SIGNS_PERHAPS_REVERSED: Effect.INFORMS,
    ProblemCode.PERIOD_AND_DATE_DIFFER: Effect.INFORMS,
    ProblemCode.PERHAPS_SUMS: Effect.INFORMS,
    ProblemCode.ITEMS_TO_BE_MADE: Effect.INFORMS,
    ProblemCode.PERHAPS_DOUBLED: Effect.INFORMS,
    ProblemCode.PERHAPS_TWO_PAYROLLS: Effect.INFORMS,
    ProblemCode.TEXT_SHORTENED: Effect.INFORMS,
    ProblemCode.NMBRS_UNREACHABLE: Effect.WAITS,
    ProblemCode.UNCERTAIN: Effect.WAITS,
    ProblemCode.WAITS_FOR_EARLIER: Effect.WAITS,
    ProblemCode.TRY_AGAIN_LATER: Effect.WAITS,
    ProblemCode.PROCOUNTOR_SILENT: Effect.WAITS,
    ProblemCode.PROCOUNTOR_BUSY: Effect.WAITS,
    ProblemCode.ITEMS_BEING_CREATED: Effect.WAITS,
}


SUSPICIONS = frozenset(
    {
        ProblemCode.SIGNS_PERHAPS_REVERSED,
        ProblemCode.PERHAPS_SUMS,
        ProblemCode.PERHAPS_DOUBLED,
        ProblemCode.PERHAPS_TWO_PAYROLLS,
    }
)
"""What balances and is probably wrong: sent by whoever has seen it, and not with others."""


@dataclass(frozen=True, kw_only=True)
class Problem:
    """One finding about a journal.

    ``line`` is the position of the journal line it is about and ``booking_date`` the receipt;
    ``None`` means the journal as a whole. ``facts`` are the values its texts name, by name.
    ``screen`` is where it is put right.
    """

    code: ProblemCode
    severity: Severity = Severity.ERROR
    screen: Screen = Screen.NOWHERE
    line: int | None = None
    booking_date: date | None = None
    facts: tuple[tuple[str, str], ...] = ()

    @property
    def stops(self) -> bool:
        """Tell whether the journal cannot be sent before this is put right."""
        return self.severity is Severity.ERROR

    def fact(self, name: str) -> str:
        """The fact called ``name``, or an empty text when the case has none."""
        return dict(self.facts).get(name, "")


def facts(**values: str | int | Decimal | date) -> tuple[tuple[str, str], ...]:
    """The facts of a problem in the form its texts expect; empty values are left out."""
    texts = ((name, _text(value)) for name, value in values.items())
    return tuple((name, text) for name, text in texts if text)


def _text(value: str | int | Decimal | date) -> str:
    if isinstance(value, Decimal):
        # Adding zero keeps an empty sum from reading "-0.00".
        return f"{value + 0:.2f}"
    return value.isoformat() if isinstance(value, date) else str(value)
