"""The operations of CompanyService about companies and their runs."""

from typing import Any
from uuid import NAMESPACE_URL, uuid5

from nmbrs_sandbox.payroll.months import month_after
from nmbrs_sandbox.payroll.world import Company, Run
from nmbrs_sandbox.soap.asking import company_asked_for, run_asked_for, year_asked_for
from nmbrs_sandbox.soap.refusals import NOT_VISIBLE, malformed, refusal
from nmbrs_sandbox.soap.schema import Choice, Field, Operation, Question, Simple, Structure, list_of

NAME = "CompanyService"
_MONTHLY = "Month"
_COMPANY_ID = Field("CompanyId")
_YEAR = Field("Year")

_COMPANY = Structure(
    name="Company",
    fields=(
        Field("ID"),
        Field("Number"),
        Field("Name", Simple.TEXT),
        Field("PhoneNumber", Simple.TEXT),
        Field("FaxNumber", Simple.TEXT),
        Field("Email", Simple.TEXT),
        Field("Website", Simple.TEXT),
        Field(
            "LoonaangifteTijdvak",
            Choice(name="Tijdvak", words=("None", _MONTHLY, "Week4", "Month6", "Year")),
        ),
        Field("KvkNr", Simple.TEXT),
    ),
)
_RUN_INFO = Structure(
    name="RunInfo",
    fields=(
        Field("ID"),
        Field("Number"),
        Field("Year"),
        Field("PeriodStart"),
        Field("PeriodEnd"),
        Field("Description", Simple.TEXT),
        Field("RunAt", Simple.MOMENT),
        Field("IsLocked", Simple.BOOLEAN),
    ),
)
_RUN_REQUEST = Structure(
    name="RunRequest",
    fields=(
        Field("Period"),
        Field("Year"),
        Field("Status", Simple.TEXT),
        Field("HandledDate", Simple.MOMENT),
    ),
)
_RUN_EMPLOYEE = Structure(name="RunEmployee", fields=(Field("EmployeeId"), Field("EmployeeNumber")))
_MAPPING = Structure(name="Mapping", fields=(Field("IdInt"), Field("IdGuid", Simple.TEXT)))
_MAPPINGS = Structure(
    name="IntToGuid",
    fields=(Field("Entity", Simple.TEXT), Field("Mappings", list_of(_MAPPING))),
)


def _all_companies(question: Question) -> Any:
    return [_written_company(one) for one in question.bureau.visible_companies()]


def _companies_of_debtor(question: Question) -> Any:
    debtor = question.bureau.debtor(question.values["DebtorId"])
    if debtor is None or debtor.is_hidden:
        raise refusal(NOT_VISIBLE)
    return [
        _written_company(one)
        for one in question.bureau.visible_companies()
        if one.debtor_id == debtor.debtor_id
    ]


def _current_period(question: Question) -> str:
    """Return the period of the last run, or the one after it once that run is locked."""
    company = company_asked_for(question)
    runs = [one for one in company.runs if not one.is_deleted]
    if not runs:
        return f"{company.active_year}-1-{_MONTHLY}"
    last = max(runs, key=lambda one: (one.year, one.period_end, one.number))
    year, period = last.year, last.period_end
    if last.is_locked:
        year, period = month_after(year, period)
    return f"{year}-{period}-{_MONTHLY}"


def _runs(question: Question) -> Any:
    company = company_asked_for(question)
    return [_written_run(one) for one in company.runs_of(year_asked_for(question, company))]


def _run_requests(question: Question) -> Any:
    company = company_asked_for(question)
    return [
        {
            "Period": one.period_end,
            "Year": one.year,
            "Status": "Handled",
            "HandledDate": one.run_at,
        }
        for one in company.runs_of(year_asked_for(question, company))
    ]


def _employees_of_run(question: Question) -> Any:
    run_asked_for(question)
    company = company_asked_for(question)
    return [
        {"EmployeeId": company.company_id * 100 + number, "EmployeeNumber": number}
        for number in range(1, company.employees + 1)
    ]


def _guids(question: Question) -> Any:
    company = company_asked_for(question)
    entity = question.values.get("Entity", "Company")
    ids = {
        "Company": (company.company_id,),
        "Debtor": (company.debtor_id,),
        "Run": tuple(one.run_id for one in company.runs if not one.is_deleted),
        "CostCenter": tuple(one.item_id for one in company.cost_centers),
        "CostUnit": tuple(one.item_id for one in company.cost_units),
    }
    if entity not in ids:
        raise malformed("UNKNOWN_ENTITY", f"{entity[:40]!r} is none of {', '.join(ids)}")
    mappings = [{"IdInt": one, "IdGuid": _guid(entity, one)} for one in ids[entity]]
    return {"Entity": entity, "Mappings": mappings}


def _guid(entity: str, number: int) -> str:
    return str(uuid5(NAMESPACE_URL, f"nmbrs-sandbox/{entity}/{number}"))


def _written_company(company: Company) -> dict[str, Any]:
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


def _written_run(run: Run) -> dict[str, Any]:
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


OPERATIONS = (
    Operation(name="List_GetAll", answer=_all_companies, result=list_of(_COMPANY)),
    Operation(
        name="List_GetByDebtor",
        answer=_companies_of_debtor,
        parameters=(Field("DebtorId"),),
        result=list_of(_COMPANY),
    ),
    Operation(name="Company_GetCurrentPeriod", answer=_current_period, parameters=(_COMPANY_ID,)),
    Operation(
        name="Run_GetList",
        answer=_runs,
        parameters=(_COMPANY_ID, _YEAR),
        result=list_of(_RUN_INFO),
    ),
    Operation(
        name="RunRequest_GetList",
        answer=_run_requests,
        parameters=(_COMPANY_ID, _YEAR),
        result=list_of(_RUN_REQUEST),
    ),
    Operation(
        name="Run_GetEmployeesByRunCompany",
        answer=_employees_of_run,
        parameters=(_COMPANY_ID, _YEAR, Field("RunId")),
        result=list_of(_RUN_EMPLOYEE),
    ),
    Operation(
        name="Converter_GetByCompany_IntToGuid",
        answer=_guids,
        parameters=(Field("Entity", Simple.TEXT, is_optional=True), _COMPANY_ID),
        result=_MAPPINGS,
    ),
)
