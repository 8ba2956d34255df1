"""The operations of CompanyService about cost centers and cost units."""

from typing import Any

from nmbrs_sandbox.payroll.world import CostItem
from nmbrs_sandbox.soap.asking import company_asked_for
from nmbrs_sandbox.soap.refusals import (
    DUPLICATE_COST_CODE,
    INVALID_COST_CODE,
    INVALID_COST_ID,
    refusal,
)
from nmbrs_sandbox.soap.schema import Field, Operation, Question, Simple, Structure, list_of

_LONGEST_CODE = 50
_FIELDS = (Field("Id"), Field("Code", Simple.TEXT), Field("Description", Simple.TEXT))
_COST_CENTER = Structure(name="CostCenter", fields=_FIELDS)
_COST_UNIT = Structure(name="CostUnit", fields=_FIELDS)
_COMPANY_ID = Field("CompanyId")


def _cost_centers(question: Question) -> Any:
    return [_written(one) for one in company_asked_for(question).cost_centers]


def _cost_units(question: Question) -> Any:
    return [_written(one) for one in company_asked_for(question).cost_units]


def _put_cost_center(question: Question) -> int:
    company = company_asked_for(question)
    item = question.values["kostenplaats"]
    code = _code_to_change(company.cost_centers, item)
    if code is None:
        return question.bureau.add_cost_center(
            company_id=company.company_id, code=item["Code"], description=item["Description"]
        ).item_id
    return question.bureau.rename_cost_center(
        company_id=company.company_id,
        code=code,
        new_code=item["Code"],
        description=item["Description"],
    ).item_id


def _put_cost_unit(question: Question) -> int:
    company = company_asked_for(question)
    item = question.values["costunit"]
    code = _code_to_change(company.cost_units, item)
    if code is None:
        return question.bureau.add_cost_unit(
            company_id=company.company_id, code=item["Code"], description=item["Description"]
        ).item_id
    return question.bureau.rename_cost_unit(
        company_id=company.company_id,
        code=code,
        new_code=item["Code"],
        description=item["Description"],
    ).item_id


def _code_to_change(items: tuple[CostItem, ...], sent: Any) -> str | None:
    """Return the code of the item to be changed, or None for one to be added; refuse odd ones."""
    code = sent["Code"]
    if not code.strip() or len(code) > _LONGEST_CODE:
        raise refusal(INVALID_COST_CODE)
    old = next((one for one in items if one.item_id == sent["Id"]), None)
    if old is None and sent["Id"] != 0:
        raise refusal(INVALID_COST_ID)
    if any(one.code == code and one is not old for one in items):
        raise refusal(DUPLICATE_COST_CODE)
    return None if old is None else old.code


def _written(item: CostItem) -> dict[str, Any]:
    return {"Id": item.item_id, "Code": item.code, "Description": item.description}


COST_OPERATIONS = (
    Operation(
        name="CostCenter_GetList",
        answer=_cost_centers,
        parameters=(_COMPANY_ID,),
        result=list_of(_COST_CENTER),
    ),
    Operation(
        name="CostCenter_Insert",
        answer=_put_cost_center,
        parameters=(_COMPANY_ID, Field("kostenplaats", _COST_CENTER)),
        result=Simple.INT,
    ),
    Operation(
        name="CostUnit_GetList",
        answer=_cost_units,
        parameters=(_COMPANY_ID,),
        result=list_of(_COST_UNIT),
    ),
    Operation(
        name="CostUnit_Insert",
        answer=_put_cost_unit,
        parameters=(_COMPANY_ID, Field("costunit", _COST_UNIT)),
        result=Simple.INT,
    ),
)
