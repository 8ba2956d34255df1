"""How the net pay of compared months stands, stored so that a list of all companies can show it."""

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal

from tilisilta.domain.journals import BookingPeriod
from tilisilta.domain.ledger_sums import ZERO
from tilisilta.domain.net_pay import NetPayState
from tilisilta.domain.reconciliation import Reconciliation
from tilisilta.models import Company, Link, PaidByHand, PaymentFile, ReconciledMonth
from tilisilta.services.verifying.net_pay import NetPayMonth, net_pay_of

_COLUMNS = ("net_pay", "net_pay_difference", "net_pay_digest")


@dataclass(frozen=True, kw_only=True)
class NetPayStanding:
    """How the net pay of a month stands. ``digest`` is that of all that decided it.

    ``difference`` is what the payment files pay more than payroll says.
    """

    state: NetPayState
    difference: Decimal
    digest: str


def net_pay_standing(company: Company, month: BookingPeriod) -> NetPayStanding:
    """Return how the net pay of a month stands now."""
    return _standing(net_pay_of(company, month))


def _standing(shown: NetPayMonth) -> NetPayStanding:
    compared = shown.comparison
    return NetPayStanding(
        state=compared.state,
        difference=compared.whole.difference if compared.messages else ZERO,
        digest=_digest(shown),
    )


def compared_net_pay(company: Company, result: Reconciliation) -> NetPayStanding:
    """Return how the net pay of a month stands that was just compared with the ledger.

    Every night compares months in which nothing happened: of these hardly anything is read.
    """
    month = result.month.first_day
    if result.parts or any(
        kind.objects.filter(company=company, month=month).exists()
        for kind in (PaymentFile, PaidByHand)
    ):
        return net_pay_standing(company, result.month)
    return NetPayStanding(state=NetPayState.NOTHING, difference=ZERO, digest="")


def note_net_pay(company: Company, month: BookingPeriod) -> None:
    """Store how the net pay of a month stands, if the month was compared with the ledger."""
    # A month that was not compared needs no figures yet.
    if ReconciledMonth.objects.filter(company=company, month=month.first_day).exists():
        note_net_pay_of_each([net_pay_of(company, month)], month)


def note_net_pay_of_each(shown: Sequence[NetPayMonth], month: BookingPeriod) -> None:
    """Store how each of ``shown`` stands, all of ``month``, where it was compared."""
    months = {one.company.pk: one for one in shown}
    stored = ReconciledMonth.objects.filter(company__in=months, month=month.first_day)
    compared = list(stored.order_by().only("pk", "company"))
    for one in compared:
        for column, value in columns_of(_standing(months[one.company_id])).items():
            setattr(one, column, value)
    ReconciledMonth.objects.bulk_update(compared, _COLUMNS)


def note_net_pay_of_link(link: Link) -> None:
    """Store it anew for all compared months of ``link``, as its accounts of net pay are others."""
    company = link.company
    for day in company.reconciled_months.order_by("month").values_list("month", flat=True):
        month = BookingPeriod.containing(day)
        if link.covers(month):
            note_net_pay(company, month)


def columns_of(standing: NetPayStanding) -> dict[str, object]:
    """Return the columns of a compared month that hold ``standing``."""
    values = (standing.state.value, standing.difference, standing.digest)
    return dict(zip(_COLUMNS, values, strict=True))


def _digest(shown: NetPayMonth) -> str:
    compared = shown.comparison
    told = (
        compared.state.value,
        compared.currency,
        f"{compared.whole.payroll:.2f}",
        "" if compared.ticked is None else f"{compared.ticked:.2f}",
        *sorted(one.message_digest for one in compared.messages),
    )
    return hashlib.sha256("|".join(told).encode()).hexdigest()
