"""A payment file, as far as it is compared: sums, days and numbers, and nothing of people."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from tilisilta.domain.ledger_sums import ZERO


@dataclass(frozen=True, kw_only=True)
class PaymentSum:
    """The payments of a file that are made on one day in one currency."""

    day: date
    currency: str
    payments: int
    amount: Decimal


@dataclass(frozen=True, kw_only=True)
class PaymentMessage:
    """What is known of a payment file. It names nobody, and no bank account.

    ``message_digest`` tells it from other files by the id that its maker gave it. ``version`` is
    that of pain.001, and empty where the file does not say it.
    """

    message_digest: str
    version: str
    sums: tuple[PaymentSum, ...]

    @property
    def payments(self) -> int:
        return sum(one.payments for one in self.sums)

    @property
    def days(self) -> tuple[date, ...]:
        return tuple(sorted({one.day for one in self.sums}))

    @property
    def currencies(self) -> tuple[str, ...]:
        return tuple(sorted({one.currency for one in self.sums}))

    def amount_in(self, currency: str) -> Decimal:
        return sum((one.amount for one in self.sums if one.currency == currency), ZERO)


def summed(payments: Iterable[tuple[date, str, Decimal]]) -> tuple[PaymentSum, ...]:
    """Return single payments as their sums per day and currency, the earliest first."""
    sums: dict[tuple[date, str], tuple[int, Decimal]] = {}
    for day, currency, amount in payments:
        count, total = sums.get((day, currency), (0, ZERO))
        sums[day, currency] = count + 1, total + amount
    return tuple(
        PaymentSum(day=day, currency=currency, payments=count, amount=total)
        for (day, currency), (count, total) in sorted(sums.items())
    )
