"""Cost centers and cost units as Nmbrs lists them."""

import re
from collections.abc import Iterable, Mapping, Sequence
from datetime import UTC, datetime
from itertools import count
from typing import Any

from django.db import transaction
from django.db.models import F, Min

from tilisilta.domain.administrations import Dimension
from tilisilta.domain.cost_objects import (
    ItemComparison,
    can_be_item,
    compare_with_items,
    descriptions_by_code,
)
from tilisilta.domain.dimensions import DimensionKind
from tilisilta.domain.nmbrs_ids import Known, Listed, recognise
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


def is_unread(nmbrs_company: NmbrsCompany, kind: DimensionKind) -> bool:
    return getattr(nmbrs_company, _READ_AT[kind]) is None


def note_forbidden(nmbrs_company: NmbrsCompany, kind: DimensionKind, *, now: datetime) -> None:
    """Note that a list may not be read, as if it had been: the other reads keep their turns."""
    NmbrsCompany.objects.filter(pk=nmbrs_company.pk).update(**{_READ_AT[kind]: now})


def keep_cost_objects(
    nmbrs_company: NmbrsCompany, source: PayrollSource, kind: DimensionKind, *, now: datetime
) -> None:
    """Read one of the two lists of a company; items no longer listed are marked and stay."""
    listed = _once(source.cost_objects(nmbrs_company.id_in_nmbrs, kind))
    items = nmbrs_company.company.cost_objects.filter(kind=kind)
    known = {one.pk: one for one in items}
    found = recognise(
        [Listed(id=one.id, marks=(one.code[:CODE_LENGTH],)) for one in listed],
        [
            Known(
                key=one.pk,
                id=one.id_in_nmbrs,
                marks=(one.code,),
                is_gone=one.gone_at is not None,
            )
            for one in known.values()
        ],
    )
    gone = [
        key
        for key in known.keys() - set(found.same.values()) - found.doubted
        if known[key].gone_at is None
    ]
    with transaction.atomic():
        _add(nmbrs_company.company, kind, [listed[at] for at in found.new])
        for at, key in found.same.items():
            _renew(known[key], listed[at])
        if gone:
            items.filter(pk__in=gone, gone_at__isnull=True).update(gone_at=now)
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


def _once(listed: Iterable[PayrollCostObject]) -> Sequence[PayrollCostObject]:
    """Return what is listed, once by id; where Nmbrs leaves that out, the code stands for it."""
    return tuple({one.id or one.code[:CODE_LENGTH]: one for one in listed}.values())


def _add(company: Company, kind: DimensionKind, new: Sequence[PayrollCostObject]) -> None:
    # Below zero, which Nmbrs never gives, for those without an id.
    items = company.cost_objects.filter(kind=kind)
    lowest = items.aggregate(least=Min("nmbrs_id"))["least"] if new else None
    free = count(min(lowest or 0, 0) - 1, -1)
    CostObject.objects.bulk_create(
        CostObject(
            company=company,
            kind=kind,
            nmbrs_id=one.id.number if one.id is not None else next(free),
            nmbrs_guid=one.id.guid if one.id is not None else None,
            code=one.code[:CODE_LENGTH],
            description=one.description[:200],
        )
        for one in new
    )


def _renew(known: CostObject, one: PayrollCostObject) -> None:
    code, description = one.code[:CODE_LENGTH], one.description[:200]
    changes: dict[str, Any] = {}
    if one.id is not None:
        has_number = known.id_in_nmbrs is not None and known.id_in_nmbrs.number is not None
        if one.id.number is not None and not has_number:
            changes["nmbrs_id"] = one.id.number
        if one.id.guid is not None and known.nmbrs_guid is None:
            changes["nmbrs_guid"] = one.id.guid
    if changes or (known.code, known.description, known.gone_at) != (code, description, None):
        CostObject.objects.filter(pk=known.pk).update(
            code=code, description=description, gone_at=None, **changes
        )
