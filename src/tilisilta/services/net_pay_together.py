"""The net pay of many chosen companies of a month: what is not proven, and ticking it off."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal

from tilisilta.domain.journals import BookingPeriod
from tilisilta.domain.net_pay import PROVEN, NetPayComparison, NetPayState
from tilisilta.models import Company, User
from tilisilta.services.asked_payments import fetchable_ids
from tilisilta.services.closing.months import CompanyMonth
from tilisilta.services.verifying.net_pay import net_pay_of_each
from tilisilta.services.verifying.net_pay_changes import CannotTick, tick_each_paid

TICKABLE = frozenset({NetPayState.OPEN, NetPayState.CHANGED})
"""No payment file decides it, so a person's word does."""


@dataclass(frozen=True, kw_only=True)
class UnprovenNetPay:
    """The net pay of a company's month that neither a payment file nor a tick proves."""

    company: Company
    compared: NetPayComparison
    is_fetchable: bool

    @property
    def amount(self) -> Decimal:
        return self.compared.whole.payroll

    @property
    def can_be_ticked(self) -> bool:
        return self.compared.state in TICKABLE


@dataclass(frozen=True, kw_only=True)
class TickedTogether:
    """How many were ticked off, and what hindered the others."""

    count: int
    refused: tuple[tuple[Company, CannotTick], ...]


def unproven_net_pay(
    companies: Collection[CompanyMonth], month: date, *, most: int
) -> tuple[UnprovenNetPay, ...]:
    """Return the first ``most`` of the companies with a run whose net pay is not proven."""
    open_ids = [
        one.company_id
        for one in companies
        if one.facts.due and (one.facts.net_pay is None or one.facts.net_pay not in PROVEN)
    ]
    found = Company.objects.in_bulk(open_ids[:most])
    fetchable = fetchable_ids(found)
    months = net_pay_of_each([*found.values()], BookingPeriod.containing(month))
    shown = (
        UnprovenNetPay(
            company=found[pk],
            compared=months[pk].comparison,
            is_fetchable=pk in fetchable,
        )
        for pk in open_ids[:most]
    )
    # The list knows only what was compared with the ledger.
    return tuple(one for one in shown if one.compared.state not in PROVEN)


def tick_together(
    companies: Sequence[Company],
    month: date,
    *,
    seen: Mapping[int, Decimal],
    user: User,
    now: datetime,
) -> TickedTogether:
    """Tick the net pay of each company off as paid: the sum that was ``seen``, by its number.

    What hinders one does not stop the others.
    """
    outcomes = tick_each_paid(
        companies,
        BookingPeriod.containing(month),
        amounts={one.pk: seen[one.number] for one in companies},
        user=user,
        now=now,
    )
    refused = tuple(
        (one, error) for one in companies if isinstance(error := outcomes[one.pk], CannotTick)
    )
    return TickedTogether(count=len(companies) - len(refused), refused=refused)
