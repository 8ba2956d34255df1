"""How far the sending of a journal has come, and its receipts as stops on a route."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from tilisilta.domain.journals import BookingPeriod
from tilisilta.domain.standing import BOOKED_EXPORTS, ExportState
from tilisilta.models import Export, Journal
from tilisilta.services.sending.asking import unfinished_sending


@dataclass(frozen=True, kw_only=True)
class Stop:
    """One receipt on the route across the page: date, state, sum."""

    number: int
    receipt_date: date
    state: str
    is_correction: bool
    is_difference: bool
    debit: Decimal


@dataclass(frozen=True, kw_only=True)
class SendingProgress:
    """How far the sending of a journal has come: receipts booked, refused, uncertain and left."""

    is_under_way: bool
    done: int
    refused: int
    uncertain: int
    total: int
    current: Export | None
    route: tuple[Stop, ...]
    going_back: int = 0

    @property
    def left(self) -> int:
        return self.total - self.done - self.refused - self.uncertain

    @property
    def mark(self) -> str:
        """A text that changes with all that is worth showing, or reading aloud, again."""
        moving = (
            f" {self.current.pk} {self.current.state} {self.current.look_at}"
            if self.current
            else ""
        )
        return f"{self.layout} {self.done}{moving}"

    @property
    def layout(self) -> str:
        """A text that changes with what the rest of the page says, so that all of it is old."""
        return f"{self.refused}-{self.uncertain}"


def progress_of(journal: Journal) -> SendingProgress:
    """Return how far the sending of ``journal`` has come, from its exports alone."""
    exports = list(
        journal.exports.exclude(state=ExportState.WITHDRAWN)
        .defer("payload")
        .order_by("booking_date", "epoch")
    )
    return progress_from(
        exports,
        route=tuple(_stops(exports, journal)),
        is_under_way=unfinished_sending(journal) is not None,
    )


def progress_from(
    exports: Sequence[Export], *, route: tuple[Stop, ...], is_under_way: bool
) -> SendingProgress:
    return SendingProgress(
        is_under_way=is_under_way,
        done=sum(item.state in BOOKED_EXPORTS for item in exports),
        refused=sum(item.state == ExportState.REJECTED for item in exports),
        uncertain=sum(item.state == ExportState.UNCERTAIN for item in exports),
        total=len(exports),
        current=next((item for item in exports if item.state not in BOOKED_EXPORTS), None),
        route=route,
        going_back=sum(item.state == ExportState.WITHDRAWING for item in exports),
    )


def _stops(exports: Sequence[Export], journal: Journal) -> Iterator[Stop]:
    run_period = BookingPeriod.containing(journal.period)
    for number, export in enumerate(exports, 1):
        yield Stop(
            number=number,
            receipt_date=export.receipt_date,
            state=export.state,
            is_correction=BookingPeriod.containing(export.booking_date) != run_period,
            is_difference=export.is_difference,
            debit=export.debit_total,
        )
