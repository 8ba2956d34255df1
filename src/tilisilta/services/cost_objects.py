"""Cost centers and cost units as Nmbrs lists them."""

import re
from collections.abc import Iterable, Mapping, Sequence
from datetime import UTC, datetime

from django.db import transaction
from django.db.models import F

from tilisilta.domain.administrations import Dimension
from tilisilta.domain.cost_objects import (
    ItemComparison,
    can_be_item,
    compare_with_items,
    descriptions_by_code,
)
from tilisilta.domain.dimensions import DimensionKind
from tilisilta.domain.payroll import PayrollCostObject, PayrollSource
from tilisilta.models import Company, CostObject, NmbrsCompany

_READ_AT = {
    DimensionKind.COST_CENTER: "cost_centers_read_at",
    DimensionKind.COST_UNIT: "cost_units_read_at",
}
CODE_LENGTH = 100
_NUMBERS = re.compile(r"(\d+)")
_NEVER = datetime.min.replace(tzinfo=UTC)


def kinds_by_age(nmbrs_company: NmbrsCompany) -> Sequence[DimensionKind]:
    return sorted(DimensionKind, key=lambda kind: getattr(nmbrs_company, _READ_AT[kind]) or _NEVER)


def keep_cost_objects(
    nmbrs_company: NmbrsCompany, source: PayrollSource, kind: DimensionKind, *, now: datetime
) -> None:
    """Read one of the two lists of a company; items no longer listed are marked and stay."""
    read = source.cost_objects(nmbrs_company.nmbrs_company_id, kind)
    known = {one.nmbrs_id: one for one in nmbrs_company.company.cost_objects.filter(kind=kind)}
    listed = _with_ids(read, known.values())
    gone = known.keys() - listed.keys()
    with transaction.atomic():
        CostObject.objects.bulk_create(
            _new(nmbrs_company.company, one, nmbrs_id)
            for nmbrs_id, one in listed.items()
            if nmbrs_id not in known
        )
        for nmbrs_id in listed.keys() & known.keys():
            _renew(known[nmbrs_id], listed[nmbrs_id])
        if any(known[nmbrs_id].gone_at is None for nmbrs_id in gone):
            nmbrs_company.company.cost_objects.filter(
                kind=kind, nmbrs_id__in=gone, gone_at__isnull=True
            ).update(gone_at=now)
        NmbrsCompany.objects.filter(pk=nmbrs_company.pk).update(**{_READ_AT[kind]: now})


def compare_with_dimension(
    company: Company, kind: DimensionKind, dimension: Dimension
) -> ItemComparison | None:
    """Return which of the company's cost centers or units have an item in ``dimension``.

    ``None`` when Nmbrs lists none of them, as for a company whose journals come from files only.
    """
    comparison = compare_with_items(_listed(company, kind), dimension)
    return comparison if comparison.count else None


def codes_for_items(company: Company, kind: DimensionKind) -> Sequence[str]:
    return [code for code in descriptions_by_code(_listed(company, kind)) if can_be_item(code)]


def cost_object_descriptions(company: Company) -> Mapping[DimensionKind, Mapping[str, str]]:
    """Return the description in Nmbrs of each code, also of codes it no longer lists."""
    rows = company.cost_objects.order_by(F("gone_at").asc(nulls_first=True), "code", "pk")
    listed = list(rows.values_list("kind", "code", "description"))
    return {
        kind: descriptions_by_code(
            (code, description) for other, code, description in listed if other == kind
        )
        for kind in DimensionKind
    }


def _listed(company: Company, kind: DimensionKind) -> Iterable[tuple[str, str]]:
    """Return code and description of what Nmbrs lists, in natural order: 600 before 1000."""
    listed = company.cost_objects.filter(kind=kind, gone_at__isnull=True).order_by("code", "pk")
    pairs = listed.values_list("code", "description")
    return sorted(pairs, key=lambda pair: _counted(pair[0]))


def _counted(code: str) -> list[tuple[str, int]]:
    parts = _NUMBERS.split(code.strip())
    return [("", int(part)) if part.isdecimal() else (part, 0) for part in parts]


def _with_ids(
    listed: Iterable[PayrollCostObject], known: Iterable[CostObject]
) -> Mapping[int, PayrollCostObject]:
    """Return what is listed by its id. Where Nmbrs leaves that out, the code stands for it.

    Such an item gets a number below zero, which Nmbrs never gives, and has it the next time too.
    """
    own_ids = {one.code: one.nmbrs_id for one in known if one.nmbrs_id < 0}
    by_id: dict[int, PayrollCostObject] = {}
    for one in listed:
        nmbrs_id = one.nmbrs_id
        if nmbrs_id is None:
            free = min(own_ids.values(), default=0) - 1
            nmbrs_id = own_ids.setdefault(one.code[:CODE_LENGTH], free)
        by_id[nmbrs_id] = one
    return by_id


def _new(company: Company, one: PayrollCostObject, nmbrs_id: int) -> CostObject:
    code, description = _stored(one)
    return CostObject(
        company=company, kind=one.kind, nmbrs_id=nmbrs_id, code=code, description=description
    )


def _renew(known: CostObject, one: PayrollCostObject) -> None:
    code, description = _stored(one)
    if (known.code, known.description, known.gone_at) != (code, description, None):
        CostObject.objects.filter(pk=known.pk).update(
            code=code, description=description, gone_at=None
        )


def _stored(one: PayrollCostObject) -> tuple[str, str]:
    return one.code[:CODE_LENGTH], one.description[:200]
