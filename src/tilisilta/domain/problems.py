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

from tilisilta.domain.problem_codes import SUSPICIONS, Effect, ProblemCode

__all__ = [
    "SUSPICIONS",
    "Effect",
    "Problem",
    "ProblemCode",
    "Screen",
    "Severity",
    "facts",
]


class Severity(StrEnum):
    """Errors stop a journal, warnings inform."""

    ERROR = "error"
    WARNING = "warning"


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
