"""The answers of each operation: one function each, and a table of their names.

The elements of an answer are in the order of the WSDL.
"""

from collections.abc import Callable, Iterable, Mapping
from typing import Any

from nmbrs_sandbox.payroll.cost_changes import (
    add_cost_center,
    add_cost_unit,
    rename_cost_center,
    rename_cost_unit,
)
from nmbrs_sandbox.payroll.guids import Entity, guid
from nmbrs_sandbox.payroll.journal_xml import UTF_16_DECLARATION, Split, journal_xml
from nmbrs_sandbox.payroll.orders import carry_out
from nmbrs_sandbox.payroll.world import Company, CostItem, Debtor, Run
from nmbrs_sandbox.soap.question import Question
from nmbrs_sandbox.soap.refusals import (
    DUPLICATE_COST_CODE,
    INVALID_COST_CODE,
    INVALID_COST_ID,
    malformed,
    refusal,
)

# The site of the service; the domain of every bureau is below it.
_SITE = "nmbrs.example"
_MONTHLY = "Month"
# Assumed: no longest code is documented.
_LONGEST_CODE = 50


def get_environment(question: Question) -> Any:
    # Both, as a client in use unwraps a result with a single element and then fails.
    return {"Domain": _SITE, "SubDomain": question.bureau.access.domain}


def get_debtors(question: Question) -> Any:
    return _debtors(question.bureau.debtors_of_user())


def get_debtors_by_number(question: Question) -> Any:
    number = question.values["Number"]
    return _debtors(one for one in question.bureau.debtors_of_user() if one.number == number)


def get_debtor(question: Question) -> Any:
    return _written_debtor(question.debtor())


def get_companies(question: Question) -> Any:
    return _companies(question.bureau.companies_of_user())


def get_companies_by_debtor(question: Question) -> Any:
    debtor_id = question.debtor().debtor_id
    companies = question.bureau.companies_of_user()
    return _companies(one for one in companies if one.debtor_id == debtor_id)


def get_current_period(question: Question) -> str:
    # The form is known from a public client.
    year, period = question.company().current_period()
    return f"{year}-{period}-{_MONTHLY}"


def get_runs(question: Question) -> Any:
    return {"RunInfo": [_written_run(one) for one in question.runs()]}


def get_run_requests(question: Question) -> Any:
    requests = [
        {
            "Period": one.period_end,
            "Year": one.year,
            # That every run has one request, and that it is handled, is assumed.
            "Status": "Handled",
            "HandledDate": one.run_at,
        }
        for one in question.runs()
    ]
    return {"RunRequest": requests}


def get_employees_by_run(question: Question) -> Any:
    question.run()  # raises for a run that does not exist
    company = question.company()
    employees = [
        {"EmployeeId": company.company_id * 100 + number, "EmployeeNumber": number}
        for number in range(1, company.employees + 1)
    ]
    return {"EmployeeIdNumber": employees}


def get_journal_by_company(question: Question) -> str | None:
    return _journal(question, Split.COMPANY)


def get_journal_by_cost_center(question: Question) -> str | None:
    return _journal(question, Split.COST_CENTER)


def get_journal_by_cost_unit(question: Question) -> str | None:
    return _journal(question, Split.COST_UNIT)


def get_cost_centers(question: Question) -> Any:
    items = question.company().cost_centers
    return {"CostCenter": [_written_item(one) for one in items]}


def get_cost_units(question: Question) -> Any:
    items = question.company().cost_units
    return {"CostUnit": [_written_item(one) for one in items]}


def insert_cost_center(question: Question) -> int:
    items = question.company().cost_centers
    sent = question.values["kostenplaats"]
    return _insert(question, sent, items, add=add_cost_center, rename=rename_cost_center)


def insert_cost_unit(question: Question) -> int:
    items = question.company().cost_units
    sent = question.values["costunit"]
    return _insert(question, sent, items, add=add_cost_unit, rename=rename_cost_unit)


def get_guids(question: Question) -> Any:
    """Return a GUID for each id of a kind, the same at every call."""
    company = question.company()
    # A public client sends an entity before the company; the name of the call has only the latter.
    entity = question.values.get("Entity", "Company")
    if entity not in list(Entity):
        raise malformed("UNKNOWN_ENTITY", f"{entity[:40]!r} is none of {', '.join(Entity)}")
    ids = {
        Entity.COMPANY: (company.company_id,),
        Entity.DEBTOR: (company.debtor_id,),
        Entity.RUN: tuple(one.run_id for one in company.runs if not one.is_deleted),
        Entity.COST_CENTER: tuple(one.item_id for one in company.cost_centers),
        Entity.COST_UNIT: tuple(one.item_id for one in company.cost_units),
    }
    return _guids(Entity(entity), ids[Entity(entity)])


def get_guids_of_debtors(question: Question) -> Any:
    """Return a GUID for each debtor, in the form of the other converter, which is assumed."""
    return _guids(Entity.DEBTOR, (one.debtor_id for one in question.bureau.debtors_of_user()))


Operation = Callable[[Question], Any]
OPERATIONS: Mapping[str, Mapping[str, Operation]] = {
    "DebtorService": {
        "Environment_Get": get_environment,
        "List_GetAll": get_debtors,
        "List_GetByNumber": get_debtors_by_number,
        "Debtor_Get": get_debtor,
        "Converter_GetDebtors_IntToGuid": get_guids_of_debtors,
    },
    "CompanyService": {
        "List_GetAll": get_companies,
        "List_GetByDebtor": get_companies_by_debtor,
        "Company_GetCurrentPeriod": get_current_period,
        "Run_GetList": get_runs,
        "RunRequest_GetList": get_run_requests,
        "Run_GetEmployeesByRunCompany": get_employees_by_run,
        "Converter_GetByCompany_IntToGuid": get_guids,
        "CostCenter_GetList": get_cost_centers,
        "CostCenter_Insert": insert_cost_center,
        "CostUnit_GetList": get_cost_units,
        "CostUnit_Insert": insert_cost_unit,
        # In pairs: for the active year of the company, and for a given year.
        "Journals_GetByRunCompany": get_journal_by_company,
        "Journals_GetByRunCompany_v2": get_journal_by_company,
        "Journals_GetByRunCostCenter": get_journal_by_cost_center,
        "Journals_GetByRunCostCenter_v2": get_journal_by_cost_center,
        "Journals_GetByRunCostCenterCostUnit": get_journal_by_cost_unit,
        "Journals_GetByRunCostCenterCostUnitPerYear": get_journal_by_cost_unit,
    },
}


def _journal(question: Question, split: Split) -> str | None:
    run = question.run()
    lines = run.journal.lines() if run.journal else ()
    if not lines and question.leaves_out_empty:
        return None
    declaration = UTF_16_DECLARATION if question.declares_utf_16 else ""
    return declaration + journal_xml(lines, own_date=run.booking_date, split=split)


def _insert(
    question: Question,
    sent: Mapping[str, Any],
    items: tuple[CostItem, ...],
    *,
    add: Callable[..., CostItem],
    rename: Callable[..., CostItem],
) -> int:
    """Add the item that was sent, or change the one with its id. Return the id."""
    code = _code_to_change(items, sent)
    move = add if code is None else rename
    codes = {"code": sent["Code"]} if code is None else {"code": code, "new_code": sent["Code"]}
    return carry_out(
        question.bureau,
        move,
        company_id=question.values["CompanyId"],
        description=sent["Description"],
        **codes,
    ).item_id


def _code_to_change(items: tuple[CostItem, ...], sent: Mapping[str, Any]) -> str | None:
    """Return the code of the item to change, or None to add one. Raise if neither is possible."""
    code = sent["Code"]
    if not code.strip() or len(code) > _LONGEST_CODE:
        raise refusal(INVALID_COST_CODE)
    old = next((one for one in items if one.item_id == sent["Id"]), None)
    if old is None and sent["Id"] != 0:
        raise refusal(INVALID_COST_ID)
    if any(one.code == code and one is not old for one in items):
        raise refusal(DUPLICATE_COST_CODE)
    return None if old is None else old.code


def _guids(entity: Entity, ids: Iterable[int]) -> Any:
    mappings = [{"IdInt": one, "IdGuid": guid(entity, one)} for one in ids]
    return {"Entity": entity, "Mappings": {"Mapping": mappings}}


def _debtors(debtors: Iterable[Debtor]) -> Any:
    return {"Debtor": [_written_debtor(one) for one in debtors]}


def _written_debtor(debtor: Debtor) -> Any:
    return {"Id": debtor.debtor_id, "Number": debtor.number, "Name": debtor.name}


def _companies(companies: Iterable[Company]) -> Any:
    return {"Company": [_written_company(one) for one in companies]}


def _written_company(company: Company) -> Any:
    return {
        "ID": company.company_id,
        "Number": company.number,
        "Name": company.name,
        "PhoneNumber": company.phone_number,
        "FaxNumber": "",
        "Email": company.email,
        "Website": "",
        "LoonaangifteTijdvak": _MONTHLY,
        "KvkNr": "",
    }


def _written_run(run: Run) -> Any:
    return {
        "ID": run.run_id,
        "Number": run.number,
        "Year": run.year,
        "PeriodStart": run.period_start,
        "PeriodEnd": run.period_end,
        "Description": run.description,
        "RunAt": run.run_at,
        "IsLocked": run.is_locked,
    }


def _written_item(item: CostItem) -> Any:
    return {"Code": item.code, "Description": item.description, "Id": item.item_id}
