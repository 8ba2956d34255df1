"""The canonical journal: what every source becomes before any rule looks at it."""

from calendar import monthrange
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

MOST_INTEGER_DIGITS = 12
"""An amount has fewer digits than a sum could round away; the tables hold as many."""


def is_whole_cents(amount: Decimal) -> bool:
    """Tell whether ``amount`` is finite, below a million millions and has at most two decimals.

    Zeros behind the second decimal are no decimals: 1.500 is 1.50.
    """
    if not amount.is_finite() or (amount and amount.adjusted() >= MOST_INTEGER_DIGITS):
        return False
    return amount == round(amount, 2)


@dataclass(frozen=True, kw_only=True, order=True)
class BookingPeriod:
    """A payroll month; journals with other pay periods must give their dates."""

    year: int
    month: int

    @property
    def last_day(self) -> date:
        """The day a line of this period is booked on when its source names no date (R1)."""
        return date(self.year, self.month, monthrange(self.year, self.month)[1])

    @classmethod
    def containing(cls, day: date) -> "BookingPeriod":
        """The month ``day`` lies in."""
        return cls(year=day.year, month=day.month)

    def __str__(self) -> str:
        return f"{self.year}-{self.month:02}"


@dataclass(frozen=True, kw_only=True)
class Run:
    """The payroll run a journal was made of. ``number`` is text: some sources have 3b."""

    year: int
    number: str
    description: str = ""


def plain_run_number(number: str) -> str:
    """``number`` without zeros before it: a run that came in as 6 must not come again as 06."""
    number = number.strip()
    return (number.lstrip("0") or "0") if number.isdecimal() else number


@dataclass(frozen=True, kw_only=True, slots=True)
class JournalLine:
    """One row of a journal. ``amount`` is positive for debit, negative for credit.

    ``position`` counts from 1 in the order of the source, so that a problem can name the line.
    A line without ledger account, or with an amount that is not a plain number of cents, cannot
    be made: whoever reads a source refuses it first, with a problem, and nobody rounds.
    """

    position: int
    ledger_account: str
    description: str
    amount: Decimal
    cost_center: str = ""
    cost_unit: str = ""
    booking_date: date

    def __post_init__(self) -> None:
        if not self.ledger_account.strip():
            raise ValueError(f"Line {self.position} has no ledger account.")
        if not is_whole_cents(self.amount):
            raise ValueError(f"The amount of line {self.position} is not a number of cents.")


@dataclass(frozen=True, kw_only=True)
class Journal:
    """What Nmbrs made of one run: a snapshot that never changes.

    ``revision`` counts the versions of the same run's journal that have come in, from 1.
    """

    company_number: int
    run: Run
    revision: int
    currency: str
    lines: tuple[JournalLine, ...]

    @property
    def run_period(self) -> BookingPeriod:
        """The period of the run itself: the latest the journal books on, corrections lie before."""
        return BookingPeriod.containing(max(line.booking_date for line in self.lines))
