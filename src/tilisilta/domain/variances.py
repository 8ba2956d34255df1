"""What a journal books per ledger account, beside what that of an earlier month booked."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from decimal import ROUND_HALF_UP, Decimal

ZERO = Decimal("0.00")
_TENTH = Decimal("0.1")


@dataclass(frozen=True, kw_only=True, slots=True)
class JournalSums:
    """What a journal books: net sums per ledger account, debit positive and credit negative.

    ``accounts`` are of its own month and ``corrections`` of earlier ones. ``debit`` is the total of
    all its debit lines, corrections included.
    """

    accounts: Mapping[str, Decimal] = field(default_factory=dict)
    corrections: Mapping[str, Decimal] = field(default_factory=dict)
    debit: Decimal = ZERO

    @property
    def all_accounts(self) -> frozenset[str]:
        """Return the accounts that anything is left on: lines of 0.00 are never booked."""
        sums = (*self.accounts.items(), *self.corrections.items())
        return frozenset(code for code, amount in sums if amount)

    def mapped(self, mappings: Mapping[str, str]) -> "JournalSums":
        """Return the sums by the ledger accounts that they are booked to."""
        return replace(
            self,
            accounts=_mapped(self.accounts, mappings),
            corrections=_mapped(self.corrections, mappings),
        )

    @property
    def correction_debit(self) -> Decimal:
        return debit_of(self.corrections.values())


@dataclass(frozen=True, kw_only=True, slots=True)
class Threshold:
    """From where on a difference is worth a look: it is above both ``percent`` and ``amount``."""

    percent: int
    amount: Decimal

    def is_exceeded(self, last: Decimal, this: Decimal) -> bool:
        difference = abs(this - last)
        return difference > self.amount and difference * 100 > self.percent * abs(last)


@dataclass(frozen=True, kw_only=True, slots=True)
class Change:
    """An amount then and now. ``None`` is one that is not there at all."""

    last: Decimal | None
    this: Decimal | None
    is_above: bool = False

    @property
    def difference(self) -> Decimal:
        return (self.this or ZERO) - (self.last or ZERO)

    @property
    def percent(self) -> Decimal | None:
        """Return how much more it is than then, in percent to a tenth: also a credit grows."""
        if not self.last:
            return None
        percent = self.difference * 100 / self.last
        return percent.quantize(_TENTH, rounding=ROUND_HALF_UP)

    @property
    def is_new(self) -> bool:
        return self.last is None and bool(self.this)

    @property
    def is_vanished(self) -> bool:
        return self.this is None and bool(self.last)


@dataclass(frozen=True, kw_only=True, slots=True)
class Variance:
    """How two journals differ. ``accounts`` has all ledger accounts of both, in their order.

    ``debit`` and ``credit`` are the sums of the accounts on each side, so that they add up with
    them. ``corrections`` of earlier months are not compared by account.
    """

    accounts: Mapping[str, Change]
    debit: Change
    credit: Change
    corrections: Change

    @property
    def above(self) -> tuple[str, ...]:
        """Return the ledger accounts above the threshold."""
        return tuple(account for account, one in self.accounts.items() if one.is_above)

    @property
    def is_above(self) -> bool:
        return self.debit.is_above or bool(self.above)

    @property
    def has_new_or_vanished(self) -> bool:
        return any(one.is_new or one.is_vanished for one in self.accounts.values())


def variance(last: JournalSums, this: JournalSums, threshold: Threshold) -> Variance:
    codes = sorted({*last.accounts, *this.accounts})
    return Variance(
        accounts={
            code: _change(last.accounts.get(code), this.accounts.get(code), threshold)
            for code in codes
        },
        debit=_change(
            debit_of(last.accounts.values()), debit_of(this.accounts.values()), threshold
        ),
        credit=_change(
            credit_of(last.accounts.values()), credit_of(this.accounts.values()), threshold
        ),
        corrections=Change(last=last.correction_debit, this=this.correction_debit),
    )


def debit_of(amounts: Iterable[Decimal]) -> Decimal:
    return sum((one for one in amounts if one > 0), ZERO)


def credit_of(amounts: Iterable[Decimal]) -> Decimal:
    return sum((one for one in amounts if one < 0), ZERO)


def _mapped(sums: Mapping[str, Decimal], mappings: Mapping[str, str]) -> Mapping[str, Decimal]:
    booked: dict[str, Decimal] = {}
    for account, amount in sums.items():
        code = mappings.get(account, account)
        booked[code] = booked.get(code, ZERO) + amount
    return dict(sorted(booked.items()))


def _change(last: Decimal | None, this: Decimal | None, threshold: Threshold) -> Change:
    is_above = threshold.is_exceeded(last or ZERO, this or ZERO)
    return Change(last=last, this=this, is_above=is_above)
