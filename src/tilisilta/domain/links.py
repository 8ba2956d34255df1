"""How one company's journals go to its administration, as a person chose in advance."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from enum import StrEnum

from tilisilta.domain.journals import BookingPeriod


class ClosedPeriodPolicy(StrEnum):
    """What to do with a receipt whose booking date lies in a closed period (R7)."""

    STOP = "stop"
    NEXT_OPEN = "next-open"


@dataclass(frozen=True, kw_only=True)
class LinkSpan:
    """The whole months that a link books: from ``start_month`` to before that of ``ends_on``."""

    start_month: date
    ends_on: date | None = None

    def covers(self, period: BookingPeriod) -> bool:
        # The month in which a link ends belongs to the next link, so that none is booked twice.
        last_day = period.last_day
        return self.start_month <= last_day and (self.ends_on is None or last_day < self.ends_on)

    @property
    def is_empty(self) -> bool:
        """Return whether the link ended in its first month, so that it books none."""
        return self.ends_on is not None and self.ends_on.replace(day=1) <= self.start_month

    def overlaps(self, other: "LinkSpan") -> bool:
        """Return whether both book some month."""
        starts_on = max(self.start_month, other.start_month)
        ends = (one.ends_on.replace(day=1) for one in (self, other) if one.ends_on is not None)
        return all(starts_on < end for end in ends)


def span_for(period: BookingPeriod, spans: Sequence[LinkSpan]) -> int | None:
    """Return the index of the link that books ``period``, among the links of one company.

    If none is in force, it is the one that begins next, which shows that the period lies before
    it; after the end of the last link it is ``None``. Of several in force the latest begun counts.
    """
    covering = [place for place, span in enumerate(spans) if span.covers(period)]
    # The services prevent overlaps. If two links cover a month all the same, the choice must not
    # depend on the order in which the database returns them.
    if covering:
        return max(covering, key=lambda place: (spans[place].start_month, place))
    later = [
        place
        for place, span in enumerate(spans)
        if span.start_month > period.last_day and not span.is_empty
    ]
    return min(later, key=lambda place: (spans[place].start_month, -place), default=None)


@dataclass(frozen=True, kw_only=True)
class LinkRules:
    """The choices of one link.

    A dimension name of ``None`` means that its box is not ticked. ``account_mappings`` pairs a
    journal's ledger account with Procountor's. ``dimension_accounts`` is a pattern of literal
    characters and ``[a-b]`` ranges, one per position and ``...`` for any rest; only matching
    Procountor accounts carry dimensions, and an empty pattern means that all do.
    """

    procountor_company_id: int
    cost_center_dimension: str | None = None
    cost_unit_dimension: str | None = None
    creates_missing_items: bool = False
    sums_equal_lines: bool = False
    closed_period_policy: ClosedPeriodPolicy = ClosedPeriodPolicy.STOP
    clearing_account: str = ""
    fallback_account: str = ""
    account_mappings: tuple[tuple[str, str], ...] = ()
    dimension_accounts: str = ""
    start_date: date | None = None
    receipt_title: str = "Payroll"
    receipt_language: str = "en"
