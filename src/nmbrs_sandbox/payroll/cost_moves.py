"""Orders about cost centers and cost units, which are kept in the same way."""

from collections.abc import Iterable
from dataclasses import replace

from nmbrs_sandbox.payroll.bureau import Bureau
from nmbrs_sandbox.payroll.world import Company, CostItem
from sandbox_parts.orders import OrderRefused

_FIRST_ID = 9_000_001


def add_cost_center(
    bureau: Bureau, *, company_id: int, code: str, description: str = ""
) -> CostItem:
    """Add a cost center."""
    company = bureau.known_company(company_id)
    added = _new(bureau, company.cost_centers, code, description)
    bureau.put_company(replace(company, cost_centers=(*company.cost_centers, added)))
    return added


def rename_cost_center(
    bureau: Bureau,
    *,
    company_id: int,
    code: str,
    new_code: str | None = None,
    description: str | None = None,
) -> CostItem:
    """Give a cost center another code, another description, or both."""
    company = bureau.known_company(company_id)
    items, renamed = _renamed(company.cost_centers, code, new_code, description)
    bureau.put_company(replace(company, cost_centers=items))
    return renamed


def remove_cost_center(bureau: Bureau, *, company_id: int, code: str) -> Company:
    """Remove a cost center from the list. Journals keep it."""
    company = bureau.known_company(company_id)
    return bureau.put_company(replace(company, cost_centers=_without(company.cost_centers, code)))


def add_cost_unit(bureau: Bureau, *, company_id: int, code: str, description: str = "") -> CostItem:
    """Add a cost unit."""
    company = bureau.known_company(company_id)
    added = _new(bureau, company.cost_units, code, description)
    bureau.put_company(replace(company, cost_units=(*company.cost_units, added)))
    return added


def rename_cost_unit(
    bureau: Bureau,
    *,
    company_id: int,
    code: str,
    new_code: str | None = None,
    description: str | None = None,
) -> CostItem:
    """Give a cost unit another code, another description, or both."""
    company = bureau.known_company(company_id)
    items, renamed = _renamed(company.cost_units, code, new_code, description)
    bureau.put_company(replace(company, cost_units=items))
    return renamed


def remove_cost_unit(bureau: Bureau, *, company_id: int, code: str) -> Company:
    """Remove a cost unit from the list. Journals keep it."""
    company = bureau.known_company(company_id)
    return bureau.put_company(replace(company, cost_units=_without(company.cost_units, code)))


MOVES = (
    add_cost_center,
    rename_cost_center,
    remove_cost_center,
    add_cost_unit,
    rename_cost_unit,
    remove_cost_unit,
)


def _new(bureau: Bureau, items: Iterable[CostItem], code: str, description: str) -> CostItem:
    _must_be_new(items, code)
    used = (
        item.item_id for one in bureau.companies() for item in (*one.cost_centers, *one.cost_units)
    )
    item_id = max(_FIRST_ID, 1 + max(used, default=0))
    return CostItem(item_id=item_id, code=code, description=description)


def _renamed(
    items: tuple[CostItem, ...], code: str, new_code: str | None, description: str | None
) -> tuple[tuple[CostItem, ...], CostItem]:
    found = _known(items, code)
    if new_code is not None and new_code != code:
        _must_be_new(items, new_code)
    renamed = replace(
        found,
        code=found.code if new_code is None else new_code,
        description=found.description if description is None else description,
    )
    return tuple(renamed if one is found else one for one in items), renamed


def _without(items: tuple[CostItem, ...], code: str) -> tuple[CostItem, ...]:
    found = _known(items, code)
    return tuple(one for one in items if one is not found)


def _known(items: Iterable[CostItem], code: str) -> CostItem:
    found = next((one for one in items if one.code == code), None)
    if found is None:
        raise OrderRefused(f"there is no code {code}", status=404)
    return found


def _must_be_new(items: Iterable[CostItem], code: str) -> None:
    if not code.strip():
        raise OrderRefused("a code must not be empty")
    if code in {one.code for one in items}:
        raise OrderRefused(f"the code {code} is taken")
