"""Splitting a journal into its run and the corrections of earlier periods (R2)."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from tilisilta.domain.journals import JournalLine

ZERO = Decimal("0.00")


@dataclass(frozen=True, kw_only=True)
class JournalPart:
    """The lines of one booking date, in the order of the journal; they become one receipt."""

    booking_date: date
    lines: tuple[JournalLine, ...]

    @property
    def difference(self) -> Decimal:
        return total(self.lines)


def split_corrections(lines: Iterable[JournalLine]) -> tuple[JournalPart, ...]:
    """Return one part per booking date, oldest first; the run itself is therefore the last."""
    by_date: dict[date, list[JournalLine]] = {}
    for line in lines:
        by_date.setdefault(line.booking_date, []).append(line)
    return tuple(
        JournalPart(booking_date=day, lines=tuple(by_date[day])) for day in sorted(by_date)
    )


def total(lines: Iterable[JournalLine]) -> Decimal:
    return sum((line.amount for line in lines), ZERO)
