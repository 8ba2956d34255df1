"""The canonical journal: what every source becomes before any rule is applied."""

from calendar import monthrange
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

MOST_INTEGER_DIGITS = 12
"""The tables hold as many. Sums stay far below the 28 digits that ``Decimal`` calculates with."""


def is_whole_cents(amount: Decimal) -> bool:
    """Return whether ``amount`` is finite, below 10**12 and has at most two decimals.

    Zeros after the second decimal do not count: 1.500 is 1.50.
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
    def first_day(self) -> date:
        return date(self.year, self.month, 1)

    @property
    def last_day(self) -> date:
        """Return the day that dates a line of this period when its source names no date (R1)."""
        return date(self.year, self.month, monthrange(self.year, self.month)[1])

    @classmethod
    def containing(cls, day: date) -> "BookingPeriod":
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
    """Return ``number`` without leading zeros, so that run 6 is not imported again as 06."""
    number = number.strip()
    return (number.lstrip("0") or "0") if number.isdecimal() else number


@dataclass(frozen=True, kw_only=True, slots=True)
class JournalLine:
    """One row of a journal. ``amount`` is positive for debit, negative for credit.

    ``position`` counts from 1 in the order of the source, so that a problem can name the line.
    A line without ledger account, or with an amount that is not a plain number of cents, cannot
    be made: the reader of a source refuses it first, with a problem, and nothing is rounded.
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

    ``revision`` counts the imported versions of the same run's journal, from 1.
    """

    company_number: int
    run: Run
    revision: int
    currency: str
    lines: tuple[JournalLine, ...]

    @property
    def run_period(self) -> BookingPeriod:
        """Return the latest period that the journal books on; corrections lie before the run."""
        return BookingPeriod.containing(max(line.booking_date for line in self.lines))
