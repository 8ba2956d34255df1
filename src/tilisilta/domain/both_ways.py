"""One run as Nmbrs gives it by SOAP and by REST: whether both are equal, and what differs."""

from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from enum import StrEnum

from tilisilta.domain.journals import JournalLine
from tilisilta.domain.sameness import payroll_digest

MOST_DIFFERENT_LINES = 200
"""So many rows of a difference are kept; the rest is only counted."""


class Way(StrEnum):
    """The API of Nmbrs that something was read by."""

    SOAP = "soap"
    REST = "rest"

    @property
    def other(self) -> "Way":
        return Way.REST if self is Way.SOAP else Way.SOAP


class Finding(StrEnum):
    """What came of comparing one run."""

    EQUAL = "equal"
    NO_JOURNAL = "no_journal"
    """By neither of the two there is one yet, which is equal as well."""
    LINES = "lines"
    ONE_JOURNAL = "one_journal"
    """Only by ``way`` there is a journal."""
    ONE_RUN = "one_run"
    """Only by ``way`` the run is listed."""
    UNREAD = "unread"
    """By ``way`` its journal could not be read; by neither, where that is ``None``."""


class BooksAs(StrEnum):
    """What a difference between lines would do to what is booked."""

    SAME = "same"
    """Only texts, or how lines are split: sums per date, account, dimensions and side are equal."""
    OTHER_DIMENSIONS = "other_dimensions"
    """Sums per date, account and side are equal."""
    OTHER_SUMS = "other_sums"


@dataclass(frozen=True, kw_only=True)
class DifferentLines:
    """The lines that only one of the two has, of one account, text, dimensions and date.

    Each of the two has the amounts of its lines; none where it has no such line.
    """

    ledger_account: str
    description: str
    cost_center: str
    cost_unit: str
    booking_date: date
    by_soap: tuple[Decimal, ...]
    by_rest: tuple[Decimal, ...]

    @property
    def soap_sum(self) -> Decimal | None:
        return sum(self.by_soap, Decimal(0)) if self.by_soap else None

    @property
    def rest_sum(self) -> Decimal | None:
        return sum(self.by_rest, Decimal(0)) if self.by_rest else None

    @property
    def difference(self) -> Decimal:
        return sum(self.by_rest, Decimal(0)) - sum(self.by_soap, Decimal(0))


@dataclass(frozen=True, kw_only=True)
class ComparedRun:
    """What came of comparing one run, "6/2026". ``is_sent`` says that it is in the books.

    ``equal_count`` lines are equal. Of the different ones the first are kept, and ``more_count``
    rows are not. ``codes`` are those of what is wrong with a journal that could not be read.
    """

    run: str
    is_sent: bool = False
    finding: Finding
    way: Way | None = None
    equal_count: int = 0
    lines: tuple[DifferentLines, ...] = ()
    more_count: int = 0
    books_as: BooksAs = BooksAs.SAME
    codes: tuple[str, ...] = ()

    @property
    def soap_sum(self) -> Decimal:
        return sum((one.soap_sum or Decimal(0) for one in self.lines), Decimal(0))

    @property
    def rest_sum(self) -> Decimal:
        return sum((one.rest_sum or Decimal(0) for one in self.lines), Decimal(0))

    @property
    def difference(self) -> Decimal:
        return self.rest_sum - self.soap_sum

    @property
    def is_equal(self) -> bool:
        return self.finding in {Finding.EQUAL, Finding.NO_JOURNAL}


def compare_journals(
    run: str,
    *,
    soap: Sequence[JournalLine] | None,
    rest: Sequence[JournalLine] | None,
    is_sent: bool = False,
) -> ComparedRun:
    """Return how the journals of one run compare, as multisets of lines; ``None`` is no journal.

    The order of lines, lines of nothing and white space play no part.
    """
    if soap is None and rest is None:
        return ComparedRun(run=run, is_sent=is_sent, finding=Finding.NO_JOURNAL)
    if soap is None or rest is None:
        way = Way.REST if soap is None else Way.SOAP
        return ComparedRun(run=run, is_sent=is_sent, finding=Finding.ONE_JOURNAL, way=way)
    by_soap, by_rest = _counted(soap), _counted(rest)
    equal_count = (by_soap & by_rest).total()
    if by_soap == by_rest:
        return ComparedRun(run=run, is_sent=is_sent, finding=Finding.EQUAL, equal_count=equal_count)
    lines = _different(by_soap - by_rest, by_rest - by_soap)
    return ComparedRun(
        run=run,
        is_sent=is_sent,
        finding=Finding.LINES,
        equal_count=equal_count,
        lines=lines[:MOST_DIFFERENT_LINES],
        more_count=max(0, len(lines) - MOST_DIFFERENT_LINES),
        books_as=_books_as(soap, rest),
    )


def runs_of_one(
    soap: Iterable[tuple[int, str]], rest: Iterable[tuple[int, str]]
) -> tuple[ComparedRun, ...]:
    """Return the runs, by year and number, that only one of the two lists, or lists more often."""
    by_soap, by_rest = Counter(soap), Counter(rest)
    lone = [
        *((one, Way.SOAP) for one in (by_soap - by_rest).elements()),
        *((one, Way.REST) for one in (by_rest - by_soap).elements()),
    ]
    return tuple(
        ComparedRun(run=f"{number}/{year}", finding=Finding.ONE_RUN, way=way)
        for (year, number), way in sorted(lone)
    )


_Key = tuple[str, str, str, str, date]


def _counted(lines: Iterable[JournalLine]) -> Counter[tuple[_Key, Decimal]]:
    return Counter((_key(line), line.amount) for line in lines if line.amount)


def _key(line: JournalLine) -> _Key:
    return (
        line.ledger_account.strip(),
        " ".join(line.description.split()),
        line.cost_center.strip(),
        line.cost_unit.strip(),
        line.booking_date,
    )


def _different(
    only_soap: Counter[tuple[_Key, Decimal]], only_rest: Counter[tuple[_Key, Decimal]]
) -> tuple[DifferentLines, ...]:
    by_soap, by_rest = _amounts(only_soap), _amounts(only_rest)
    return tuple(
        DifferentLines(
            ledger_account=key[0],
            description=key[1],
            cost_center=key[2],
            cost_unit=key[3],
            booking_date=key[4],
            by_soap=tuple(sorted(by_soap.get(key, ()))),
            by_rest=tuple(sorted(by_rest.get(key, ()))),
        )
        for key in sorted({*by_soap, *by_rest})
    )


def _amounts(counted: Counter[tuple[_Key, Decimal]]) -> Mapping[_Key, Sequence[Decimal]]:
    amounts: dict[_Key, list[Decimal]] = defaultdict(list)
    for key, amount in counted.elements():
        amounts[key].append(amount)
    return amounts


def _books_as(soap: Sequence[JournalLine], rest: Sequence[JournalLine]) -> BooksAs:
    if payroll_digest(soap) == payroll_digest(rest):
        return BooksAs.SAME
    is_same = payroll_digest(soap, with_dimensions=False) == payroll_digest(
        rest, with_dimensions=False
    )
    return BooksAs.OTHER_DIMENSIONS if is_same else BooksAs.OTHER_SUMS
