"""Net pay of a month's runs against the payment files: sum, date and number of payments.

A net pay is positive for what is to be paid: the credit of the accounts that the payment clears.
"""

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from decimal import Decimal
from enum import StrEnum

from tilisilta.domain.journals import BookingPeriod
from tilisilta.domain.ledger_sums import ZERO
from tilisilta.domain.payment_files import PaymentMessage


class NetPayState(StrEnum):
    """How the net pay of a month stands. The texts stand in answers to scripts."""

    NOTHING = "nothing"
    """No run of the month pays anything, and there is no payment file."""
    OPEN = "open"
    """Neither compared with a file nor ticked off by hand."""
    BY_HAND = "paid_by_hand"
    CHANGED = "changed_after_ticking"
    """Ticked off by hand, and now another sum."""
    EQUAL = "equal"
    NOTED = "noted"
    """The sums are equal; a date or the number of payments is worth a look."""
    DIFFERENT = "different"


PAID_OTHERWISE = frozenset({NetPayState.DIFFERENT, NetPayState.CHANGED})
"""Something else was paid, or ticked off, than payroll says now."""
PROVEN = frozenset({NetPayState.NOTHING, NetPayState.BY_HAND, NetPayState.EQUAL, NetPayState.NOTED})


class NetPayFinding(StrEnum):
    """What is not equal between the runs and the payment files."""

    SUM = "sum"
    DATE = "date"
    """A payment is made in neither the month nor the one after it."""
    NUMBER = "number"
    """The journals have several rows of net pay, as one per person, and not as many payments."""
    CURRENCY = "currency"
    """A file pays in another currency than that of the journals."""


@dataclass(frozen=True, kw_only=True)
class RunNetPay:
    """The net pay of one run's newest journal, and how many rows of the journal make it."""

    journal: str
    amount: Decimal
    rows: int


@dataclass(frozen=True, kw_only=True)
class NetPayLine:
    """Runs beside the files that pay them. One side may be empty: then nothing fits the other."""

    runs: tuple[RunNetPay, ...]
    messages: tuple[PaymentMessage, ...]
    currency: str

    @property
    def payroll(self) -> Decimal:
        return sum((run.amount for run in self.runs), ZERO)

    @property
    def paid(self) -> Decimal:
        return sum((one.amount_in(self.currency) for one in self.messages), ZERO)

    @property
    def payments(self) -> int:
        return sum(one.payments for one in self.messages)

    @property
    def difference(self) -> Decimal:
        """Return what the files pay more than payroll says."""
        return self.paid - self.payroll


@dataclass(frozen=True, kw_only=True)
class NetPayComparison:
    """The net pay of a month against its payment files.

    ``ticked`` is the sum that a person has ticked off as paid by hand.
    """

    month: BookingPeriod
    currency: str
    runs: tuple[RunNetPay, ...]
    messages: tuple[PaymentMessage, ...]
    ticked: Decimal | None = None

    @property
    def whole(self) -> NetPayLine:
        return NetPayLine(runs=self.runs, messages=self.messages, currency=self.currency)

    @property
    def lines(self) -> tuple[NetPayLine, ...]:
        """Return the runs with the files that pay them, in the order of the runs.

        A file goes with the one run that has its sum. What is left goes together if it is several
        files for one run, or one file for several runs, and else stands by itself.
        """
        return tuple(_lines(self.runs, self.messages, self.currency))

    @property
    def findings(self) -> frozenset[NetPayFinding]:
        if not self.messages:
            return frozenset()
        found = {
            NetPayFinding.SUM: bool(self.whole.difference),
            NetPayFinding.DATE: not all(self._is_near(one) for one in self.messages),
            NetPayFinding.NUMBER: self._has_other_number(),
            NetPayFinding.CURRENCY: any(
                currency != self.currency for one in self.messages for currency in one.currencies
            ),
        }
        return frozenset(finding for finding, is_found in found.items() if is_found)

    @property
    def state(self) -> NetPayState:
        if self.messages:
            if self.findings & {NetPayFinding.SUM, NetPayFinding.CURRENCY}:
                return NetPayState.DIFFERENT
            return NetPayState.NOTED if self.findings else NetPayState.EQUAL
        if self.ticked is not None:
            is_same = self.ticked == self.whole.payroll
            return NetPayState.BY_HAND if is_same else NetPayState.CHANGED
        return NetPayState.OPEN if self.whole.payroll else NetPayState.NOTHING

    def _is_near(self, message: PaymentMessage) -> bool:
        first = self.month.year * 12 + self.month.month
        return all(day.year * 12 + day.month - first in (0, 1) for day in message.days)

    def _has_other_number(self) -> bool:
        # One row for all people says nothing of how many they are.
        has_row_for_each = bool(self.runs) and all(run.rows > 1 for run in self.runs)
        return has_row_for_each and sum(run.rows for run in self.runs) != self.whole.payments


def _lines(
    runs: Sequence[RunNetPay], messages: Sequence[PaymentMessage], currency: str
) -> Iterable[NetPayLine]:
    left = list(messages)
    paired: list[tuple[RunNetPay, PaymentMessage | None]] = []
    for run in runs:
        fitting = [one for one in left if one.amount_in(currency) == run.amount]
        is_alone = sum(other.amount == run.amount for other in runs) == 1
        found = fitting[0] if len(fitting) == 1 and is_alone else None
        if found is not None:
            left.remove(found)
        paired.append((run, found))
    unpaid = [run for run, found in paired if found is None]
    for run, found in paired:
        if found is not None:
            yield NetPayLine(runs=(run,), messages=(found,), currency=currency)
    if len(unpaid) == 1 or len(left) == 1:
        yield NetPayLine(runs=tuple(unpaid), messages=tuple(left), currency=currency)
        return
    for run in unpaid:
        yield NetPayLine(runs=(run,), messages=(), currency=currency)
    for message in left:
        yield NetPayLine(runs=(), messages=(message,), currency=currency)


def compare_net_pay(
    month: BookingPeriod,
    runs: Iterable[RunNetPay],
    messages: Collection[PaymentMessage],
    *,
    currency: str,
    ticked: Decimal | None = None,
) -> NetPayComparison:
    """Return the comparison; runs that pay nothing are left out of it."""
    return NetPayComparison(
        month=month,
        currency=currency,
        runs=tuple(run for run in runs if run.amount),
        messages=tuple(messages),
        ticked=ticked,
    )
