"""What can be wrong with a journal, a file or an action, and where a person puts it right.

A problem carries a code and the facts of the case. Its texts, in three languages, are made outside
of the domain (``tilisilta.services.explanations``). Facts are strings under these names:

================  ================================================================================
account           ledger account as Procountor would have it
account_name      name of the Procountor account (our permission)
administration    name of a Procountor company
alike             how many problems are alike, this one among them; it stands for all of them.
                  Every code may have it, with ``first``
amount            amount of a row, as 1234.50 or -1234.50; debit positive
area              part of the product that a right is missing to, "journal_exports"
answer            the message with which Procountor refused something
block             how many lines the repeated block has
call              name of a call of Nmbrs
characters        replaced characters, "ő → o, ł → l"
chosen            name of what was chosen, a company or an environment
codes             codes of what is wrong with a fetched journal, "F08, F11"
column            header of a column, as the file has it
company           name of the Nmbrs company or of the Procountor company; the name of its
                  company in a file
companies         what a file calls companies that are not here, "1015, 1016"
company_currency  currency of the Procountor company
count             how many, other than lines
counted           what a payment file has, where it says something else of itself
credit            sum of the credits of hidden rows
currency          currency of the journal; the currencies of a file
date              a date, as 2026-01-31
dates             unbalanced dates with their differences, "2026-05-31 -0.01"
debit             sum of the debits of hidden rows
debtor            name of the debtor
description       what Procountor calls the dimension item
difference        what is missing to 0.00: the sum of the debits less the credits
element           name of an XML element
ending            how the name of the file ends, ".xlsx"
expected          name or number of what should have been chosen
fallback          ledger account used instead
field             which text was shortened; the field that Procountor refused
fields            what Procountor booked differently or refused, as ``domain.booked`` names it
first             what the first of the problems that are alike are about, "KP001, KP002"
free              number and year that no run has yet, "6b/2026"
item              cost center or cost unit as the journal has it
items             codes of dimension items, the first of them
journal           reference of a journal, "1001-2026-5-1"; "?" for one of a debtor that the
                  reader may not see
kind              "cost_center" or "cost_unit"; "fi" or "se" of a personal code; what a file is
limit             greatest length of a text, size in MB, number of lines or columns
lines             how many journal lines have the problem; ``line`` is the first. Every code
                  may have it
mapped_from       the journal's ledger account, where the link maps it to another
meant             ledger account or item that the journal's looks like; dimension that a name
                  looks like
moment            when somebody did it, as 2026-08-04T08:12:58+03:00
more              how many more items there are
moved_to          receipt date instead of the booking date
name              name of a dimension, of a ledger account, of a Procountor account or company,
                  of a receipt
near              known ledger accounts or items that look alike, "5030, 5010"
number            Nmbrs' own number for why it refused a call
numbers           numbers of receipts, "12, 15", or of companies
offered           real names of the dimensions, or codes of the items, to choose from
other             another company, by number and name
others            journal lines that have the problem too, the first behind ``line``, "5, 8".
                  Every code may have it
period            a month, as 2026-01
period_type       Nmbrs' word for a company's pay period, "Week4"
questionable      "number", "date", "formula" or "like-item": what an item's code resembles
reason            which of several cases it is; the texts of the code list the cases
reason_text       why a person discarded a journal
receipts          Procountor's ids of all that are in question, as ``numbers``
revision          revision of a journal
right             right of a user template that is missing, "write"
role              "clearing" or "fallback", when the link names the ledger account
row               position of the line among the lines of an XML file; of a row in its receipt
rows              the hidden rows of a workbook, "4, 5, 9"
run               number and year of the run, "6/2026"; the runs of a file, "5, 6"
said              what a payment file says of itself: a number of payments, or their sum
same              how much of a receipt is the same: "all", "sums", "copied", "token", "revision"
scope             scope of a token that is missing, "send"
scopes            scopes of Nmbrs that a consent did not grant, "document.read"
sheet             name of a hidden sheet
site              host of Nmbrs that was asked, "api.nmbrs.se"
split             "cost_center" or "cost_unit": what the link uses and the journal lacks
start             first date of the link
status            status of Procountor's answer
step              what of a withdrawal was refused: "unfinish", "invalidate" or "read"
token             token of the export that a receipt is in question for
value             what the file has there, if it certainly is no name
values            which values of a request are not possible, "limit, journals.0.journal"
vat_status        number of a VAT status
wait              how many seconds to wait
================  ================================================================================

``tilisilta.domain.problem_codes`` declares which codes have which facts. For a file that cannot be
read (F01 to F41) ``line`` is the line of the file, in a workbook the row. A fact never holds a
personal identity code.
"""

import warnings
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from enum import StrEnum

from tilisilta.domain.problem_codes import Effect, ProblemCode

__all__ = [
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
    """The place where a problem is put right."""

    COMPANY = "company"
    DEBTOR = "debtor"
    PROCOUNTOR_ACCOUNT = "account"
    LINK = "link"
    NMBRS = "nmbrs"
    JOURNAL = "journal"
    FILE = "file"
    PROCOUNTOR = "procountor"
    NOWHERE = "nowhere"


_OF_EVERY_CODE = frozenset({"alike", "first", "lines", "others"})


@dataclass(frozen=True, kw_only=True)
class Problem:
    """One problem of a journal, a file or an action.

    ``line`` is the position of the journal line it is about and ``booking_date`` the receipt;
    ``None`` means the journal as a whole. ``facts`` are the values that its texts name, by name.
    ``screen`` is where it is put right.
    """

    code: ProblemCode
    severity: Severity = Severity.ERROR
    screen: Screen = Screen.NOWHERE
    line: int | None = None
    booking_date: date | None = None
    facts: tuple[tuple[str, str], ...] = ()

    def __post_init__(self) -> None:
        """Warn of a fact that the code does not declare."""
        undeclared = {name for name, _ in self.facts} - self.code.fact_names - _OF_EVERY_CODE
        if undeclared:
            # No error: a problem that an older release stored must still be shown.
            names = ", ".join(sorted(undeclared))
            warnings.warn(f"{self.code} does not declare the facts {names}", stacklevel=3)

    @property
    def stops(self) -> bool:
        return self.severity is Severity.ERROR

    def fact(self, name: str) -> str:
        return dict(self.facts).get(name, "")


def facts(**values: str | int | Decimal | date) -> tuple[tuple[str, str], ...]:
    """Return the facts of a problem in the form its texts expect; empty values are left out."""
    texts = ((name, _text(value)) for name, value in values.items())
    return tuple((name, text) for name, text in texts if text)


def _text(value: str | int | Decimal | date) -> str:
    if isinstance(value, Decimal):
        # Adding zero prevents "-0.00" for an empty sum.
        return f"{value + 0:.2f}"
    return value.isoformat() if isinstance(value, date) else str(value)
