"""Cost centers and cost units as Nmbrs lists them."""

from collections.abc import Sequence
from datetime import UTC, datetime

from django.db import transaction

from tilisilta.domain.dimensions import DimensionKind
from tilisilta.domain.payroll import PayrollCostObject, PayrollSource
from tilisilta.models import Company, CostObject, NmbrsCompany

_READ_AT = {
    DimensionKind.COST_CENTER: "cost_centers_read_at",
    DimensionKind.COST_UNIT: "cost_units_read_at",
}
_NEVER = datetime.min.replace(tzinfo=UTC)


def kinds_by_age(found: NmbrsCompany) -> Sequence[DimensionKind]:
    """The two kinds, the one that was read longer ago first."""
    return sorted(DimensionKind, key=lambda kind: getattr(found, _READ_AT[kind]) or _NEVER)


def keep_cost_objects(
    found: NmbrsCompany, source: PayrollSource, kind: DimensionKind, *, now: datetime
) -> None:
    """Read one of the two lists of a company; what it no longer has is marked and stays."""
    listed = source.cost_objects(found.nmbrs_company_id, kind)
    known = {one.nmbrs_id: one for one in found.company.cost_objects.filter(kind=kind)}
    with transaction.atomic():
        for one in listed:
            _keep(found.company, known.get(one.nmbrs_id), one)
        gone = known.keys() - {one.nmbrs_id for one in listed}
        found.company.cost_objects.filter(
            kind=kind, nmbrs_id__in=gone, gone_at__isnull=True
        ).update(gone_at=now)
        NmbrsCompany.objects.filter(pk=found.pk).update(**{_READ_AT[kind]: now})


def _keep(company: Company, known: CostObject | None, one: PayrollCostObject) -> None:
    code, description = one.code[:100], one.description[:200]
    if known is None:
        CostObject.objects.create(
            company=company,
            kind=one.kind,
            nmbrs_id=one.nmbrs_id,
            code=code,
            description=description,
        )
    elif (known.code, known.description, known.gone_at) != (code, description, None):
        CostObject.objects.filter(pk=known.pk).update(
            code=code, description=description, gone_at=None
        )
