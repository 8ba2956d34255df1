"""Orders about cost centers and cost units: two lists of a company that change in the same way."""

from collections.abc import Iterable
from dataclasses import replace
from enum import Enum, auto

from nmbrs_sandbox.payroll.bureau import Bureau
from nmbrs_sandbox.payroll.world import Company, CostItem
from sandbox_parts.orders import OrderRefused

# Far above the ids made from a company's id (``company_id * 100 + n``), so that the items of a
# company added later cannot get an id that is taken.
_FIRST_ID = 9_000_001


class _Kind(Enum):
    CENTER = auto()
    UNIT = auto()


# Each order is a function of its own, although two and two do the same: an order's name and its
# fields are read from the function.


def add_cost_center(
    bureau: Bureau, *, company_id: int, code: str, description: str = ""
) -> CostItem:
    return _add(bureau, company_id, _Kind.CENTER, code=code, description=description)


def rename_cost_center(
    bureau: Bureau,
    *,
    company_id: int,
    code: str,
    new_code: str | None = None,
    description: str | None = None,
) -> CostItem:
    """Give a cost center another code, another description, or both."""
    return _rename(
        bureau, company_id, _Kind.CENTER, code=code, new_code=new_code, description=description
    )


def remove_cost_center(bureau: Bureau, *, company_id: int, code: str) -> Company:
    """Remove a cost center from the list. It stays in the journals."""
    return _remove(bureau, company_id, _Kind.CENTER, code=code)


def add_cost_unit(bureau: Bureau, *, company_id: int, code: str, description: str = "") -> CostItem:
    return _add(bureau, company_id, _Kind.UNIT, code=code, description=description)


def rename_cost_unit(
    bureau: Bureau,
    *,
    company_id: int,
    code: str,
    new_code: str | None = None,
    description: str | None = None,
) -> CostItem:
    """Give a cost unit another code, another description, or both."""
    return _rename(
        bureau, company_id, _Kind.UNIT, code=code, new_code=new_code, description=description
    )


def remove_cost_unit(bureau: Bureau, *, company_id: int, code: str) -> Company:
    return _remove(bureau, company_id, _Kind.UNIT, code=code)


CHANGES = (
    add_cost_center,
    rename_cost_center,
    remove_cost_center,
    add_cost_unit,
    rename_cost_unit,
    remove_cost_unit,
)


def _add(bureau: Bureau, company_id: int, kind: _Kind, *, code: str, description: str) -> CostItem:
    company = bureau.known_company(company_id)
    items = _items(company, kind)
    _must_be_new(items, code)
    added = CostItem(item_id=_next_id(bureau), code=code, description=description)
    _put(bureau, company, kind, (*items, added))
    return added


def _rename(
    bureau: Bureau,
    company_id: int,
    kind: _Kind,
    *,
    code: str,
    new_code: str | None,
    description: str | None,
) -> CostItem:
    company = bureau.known_company(company_id)
    items = _items(company, kind)
    item = _known(items, code)
    if new_code is not None and new_code != code:
        _must_be_new(items, new_code)
    renamed = replace(
        item,
        code=item.code if new_code is None else new_code,
        description=item.description if description is None else description,
    )
    _put(bureau, company, kind, tuple(renamed if one is item else one for one in items))
    return renamed


def _remove(bureau: Bureau, company_id: int, kind: _Kind, *, code: str) -> Company:
    company = bureau.known_company(company_id)
    items = _items(company, kind)
    item = _known(items, code)
    return _put(bureau, company, kind, tuple(one for one in items if one is not item))


def _items(company: Company, kind: _Kind) -> tuple[CostItem, ...]:
    return company.cost_centers if kind is _Kind.CENTER else company.cost_units


def _put(bureau: Bureau, company: Company, kind: _Kind, items: tuple[CostItem, ...]) -> Company:
    if kind is _Kind.CENTER:
        return bureau.put_company(replace(company, cost_centers=items))
    return bureau.put_company(replace(company, cost_units=items))


def _next_id(bureau: Bureau) -> int:
    used = (
        item.item_id for one in bureau.companies() for item in (*one.cost_centers, *one.cost_units)
    )
    return max(_FIRST_ID, 1 + max(used, default=0))


def _known(items: Iterable[CostItem], code: str) -> CostItem:
    item = next((one for one in items if one.code == code), None)
    if item is None:
        raise OrderRefused(f"there is no code {code}", status=404)
    return item


def _must_be_new(items: Iterable[CostItem], code: str) -> None:
    if not code.strip():
        raise OrderRefused("a code must not be empty")
    if code in {one.code for one in items}:
        raise OrderRefused(f"the code {code} is taken")
