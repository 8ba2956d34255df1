"""One payroll behind two APIs: what an order changes shows in SOAP and in REST."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, fields
from decimal import Decimal
from typing import Any

import httpx2
import pytest
from tests.nmbrs_sandbox.calling import (
    COMPANY,
    DEBTOR,
    JUNE,
    KONEPAJA,
    call,
    journal,
    parsed,
    result,
    texts,
)
from tests.nmbrs_sandbox.rest_calling import Caller, caller_of, company_path, debtor_path

from nmbrs_sandbox.app import Sandbox, create_app
from nmbrs_sandbox.payroll.orders import CHANGES
from nmbrs_sandbox.payroll.sample import LOGIN_OF_ONE

Rows = list[tuple[str, ...]]


@dataclass(frozen=True, kw_only=True)
class View:
    """What one API tells of payroll, in words that both have."""

    debtors: Rows
    companies: Rows
    period: str | None
    runs: Rows | None
    cost_centers: Rows | None
    cost_units: Rows | None
    journal: Rows | None


def by_soap(client: httpx2.Client) -> View:
    def of_company(name: str, service: str = COMPANY, **values: object) -> httpx2.Response | None:
        response = call(client, name, service, CompanyId=KONEPAJA, **values)
        return response if response.status_code == 200 else None

    period = of_company("Company_GetCurrentPeriod")
    runs = of_company("Run_GetList", Year=2026)
    centers, units = of_company("CostCenter_GetList"), of_company("CostUnit_GetList")
    text = call(
        client,
        "Journals_GetByRunCostCenterCostUnitPerYear",
        companyId=KONEPAJA,
        runId=JUNE,
        year=2026,
    )
    return View(
        debtors=_columns(call(client, "List_GetAll", DEBTOR), "Number", "Name"),
        companies=_columns(call(client, "List_GetAll", COMPANY), "Number", "Name"),
        period=None if period is None else str(result(period).text).removesuffix("-Month"),
        runs=None if runs is None else _columns(runs, "Number", "Description", "IsLocked"),
        cost_centers=None if centers is None else _columns(centers, "Code", "Description"),
        cost_units=None if units is None else _columns(units, "Code", "Description"),
        journal=_lines(journal(text)) if text.status_code == 200 else None,
    )


def by_rest(caller: Caller) -> View:
    def of_company(name: str, *keys: str) -> Rows | None:
        response = caller.ask(f"{company_path(KONEPAJA)}/{name}")
        return _texts(response.json()["data"], *keys) if response.status_code == 200 else None

    debtors = caller.rows("/api/debtors")
    companies = [
        row for one in debtors for row in caller.rows(f"/api/debtors/{one['debtorId']}/companies")
    ]
    period = of_company("period", "displayPeriod")
    return View(
        debtors=_texts(debtors, "number", "name"),
        companies=sorted(_texts(companies, "number", "name")),
        period=None if period is None else period[0][0].removesuffix("-M"),
        runs=of_company("runs", "number", "description", "locked"),
        cost_centers=of_company("costCenters", "code", "description"),
        cost_units=of_company("costUnits", "code", "description"),
        journal=_journal_by_rest(caller),
    )


def _journal_by_rest(caller: Caller) -> Rows | None:
    runs = caller.ask(f"{company_path(KONEPAJA)}/runs", year=2026)
    ids = {one["number"]: one["payrollRunId"] for one in runs.json().get("data", [])}
    if 6 not in ids:
        return None
    path = f"{company_path(KONEPAJA)}/runs/{ids[6]}/journalscostcenterunit"
    task_id = caller.ask(path, year=2026).json()["taskId"]
    caller.ask(f"/api/documents/{task_id}")
    return _lines(parsed(caller.ask(f"/api/documents/{task_id}").content))


def _columns(response: httpx2.Response, *names: str) -> Rows:
    rows = list(zip(*(texts(response, name) for name in names), strict=True))
    return sorted(rows) if names == ("Number", "Name") else rows


def _texts(rows: list[dict[str, Any]], *keys: str) -> Rows:
    def text(value: object) -> str:
        return str(value).lower() if isinstance(value, bool) else str(value)

    return [tuple(text(row[key]) for key in keys) for row in rows]


def _lines(root: Any) -> Rows:
    return [
        (part.findtext("header/date", ""), *(one.text or "" for one in line))
        for part in root
        for line in part.iterfind("lines/line")
    ]


def _prepare_nothing(_sandbox: Sandbox) -> None:
    """Most orders need nothing before them."""


@dataclass(frozen=True, kw_only=True)
class Order:
    """An order, what has to come before it, and the parts of the views that it changes."""

    values: dict[str, Any]
    changes: set[str]
    before: Callable[[Sandbox], object] = _prepare_nothing


OF_COMPANY = {"period", "runs", "cost_centers", "cost_units", "journal"}
OF_DEBTOR = OF_COMPANY | {"debtors", "companies"}
ONE = {"company_id": KONEPAJA}
RUN = {**ONE, "run_id": JUNE}
ORDERS: dict[str, Order] = {
    "add_debtor": Order(values={"number": "104", "name": "Uusi"}, changes={"debtors"}),
    "rename_debtor": Order(values={"debtor_id": 7102, "name": "Toinen"}, changes={"debtors"}),
    "hide_debtor": Order(values={"debtor_id": 7101}, changes=OF_DEBTOR),
    "show_debtor": Order(
        values={"debtor_id": 7101},
        changes=OF_DEBTOR,
        before=lambda one: one.hide_debtor(debtor_id=7101),
    ),
    "add_company": Order(
        values={"debtor_id": 7103, "number": 2001, "name": "Uusi Oy"}, changes={"companies"}
    ),
    "rename_company": Order(values={**ONE, "name": "Toinen Oy"}, changes={"companies"}),
    "move_company": Order(values={**ONE, "debtor_id": 7103}, changes=set()),
    "hide_company": Order(values=ONE, changes=OF_COMPANY | {"companies"}),
    "show_company": Order(
        values=ONE,
        changes=OF_COMPANY | {"companies"},
        before=lambda one: one.hide_company(company_id=KONEPAJA),
    ),
    "deny_company": Order(values=ONE, changes=OF_COMPANY),
    "allow_company": Order(
        values=ONE, changes=OF_COMPANY, before=lambda one: one.deny_company(company_id=KONEPAJA)
    ),
    "delete_run": Order(values=RUN, changes={"runs", "journal"}),
    "put_back_run": Order(
        values=RUN,
        changes={"runs", "journal"},
        before=lambda one: one.delete_run(company_id=KONEPAJA, run_id=JUNE),
    ),
    "recalculate_run": Order(values={**RUN, "euros": Decimal("12.34")}, changes={"journal"}),
    "add_run": Order(values=ONE, changes={"runs", "period"}),
    "add_cost_center": Order(
        values={**ONE, "code": "900", "description": "Uusi"}, changes={"cost_centers"}
    ),
    "rename_cost_center": Order(
        values={**ONE, "code": "450", "new_code": "451"}, changes={"cost_centers"}
    ),
    "remove_cost_center": Order(values={**ONE, "code": "450"}, changes={"cost_centers"}),
    "add_cost_unit": Order(
        values={**ONE, "code": "P-900", "description": "Uusi"}, changes={"cost_units"}
    ),
    "rename_cost_unit": Order(
        values={**ONE, "code": "P-099", "description": "Vanha"}, changes={"cost_units"}
    ),
    "remove_cost_unit": Order(values={**ONE, "code": "P-099"}, changes={"cost_units"}),
}
# Orders about one API alone, and those tried by themselves below.
OTHERS = {
    *("add_login", "remove_login", "forbid_call", "allow_call", "change_token"),
    *("make_journal", "set_active_year"),
}


@pytest.fixture
def caller(sandbox: Sandbox) -> Caller:
    # A debtor that is added has no login yet; one that is there before it is given one.
    return caller_of(sandbox, debtor_ids=(7101, 7102, 7103, 7104))


@pytest.fixture(autouse=True)
def no_view_left_out() -> Iterator[None]:
    yield
    assert {one.name for one in fields(View)} == OF_DEBTOR


class TestBothFaces:
    def test_tell_the_same_at_the_start(self, client: httpx2.Client, caller: Caller) -> None:
        soap, rest = by_soap(client), by_rest(caller)

        assert soap == rest
        assert len(soap.companies) == 10
        assert soap.journal

    @pytest.mark.parametrize("name", ORDERS)
    def test_show_what_an_order_changes(
        self, sandbox: Sandbox, client: httpx2.Client, caller: Caller, name: str
    ) -> None:
        order = ORDERS[name]
        order.before(sandbox)
        before = by_soap(client)
        made = getattr(sandbox, name)(**order.values)
        if name == "add_debtor":
            email = sandbox.grants.all()[0].email
            sandbox.add_login(email=email, debtor_id=made.debtor_id)

        soap, rest = by_soap(client), by_rest(caller)

        assert soap == rest
        changed = {
            one.name for one in fields(View) if getattr(soap, one.name) != getattr(before, one.name)
        }
        assert changed == order.changes

    def test_are_tried_with_every_order(self) -> None:
        assert set(ORDERS) | OTHERS == set(CHANGES)

    def test_show_a_journal_that_is_made_later(
        self, sandbox: Sandbox, client: httpx2.Client, caller: Caller
    ) -> None:
        run = sandbox.add_run(company_id=KONEPAJA, has_journal=False)

        def seen() -> tuple[Rows, Rows]:
            soap = call(
                client,
                "Journals_GetByRunCostCenterCostUnitPerYear",
                companyId=KONEPAJA,
                runId=run.run_id,
                year=2026,
            )
            return _lines(journal(soap)), _lines(parsed(caller.document(run.run_id).content))

        assert seen() == ([], [])
        sandbox.make_journal(company_id=KONEPAJA, run_id=run.run_id)
        soap, rest = seen()
        assert soap == rest != []

    def test_mean_the_same_year_without_one(
        self, sandbox: Sandbox, client: httpx2.Client, caller: Caller
    ) -> None:
        sandbox.set_active_year(company_id=KONEPAJA, year=2025)

        soap = call(client, "Journals_GetByRunCompany", CompanyId=KONEPAJA, RunId=JUNE)

        assert soap.status_code == 500
        assert caller.rows(f"{company_path(KONEPAJA)}/runs") == []

    def test_put_a_moved_company_under_its_debtor(
        self, sandbox: Sandbox, client: httpx2.Client, caller: Caller
    ) -> None:
        sandbox.move_company(company_id=KONEPAJA, debtor_id=7103)

        soap = call(client, "List_GetByDebtor", COMPANY, DebtorId=7103)

        rest = [one["number"] for one in caller.rows(f"{debtor_path(7103)}/companies")]
        assert sorted(texts(soap, "Number")) == sorted(rest) == ["1001", "1008"]

    def test_let_in_by_their_own_rights(
        self, sandbox: Sandbox, client: httpx2.Client, caller: Caller
    ) -> None:
        sandbox.change_token(token="another")
        sandbox.remove_login(email=LOGIN_OF_ONE, debtor_id=7102)

        assert call(client, "List_GetAll", DEBTOR).status_code == 500
        assert caller.ask("/api/debtors").status_code == 200


class TestGuids:
    @pytest.mark.parametrize(
        ("entity", "path", "key"),
        [
            ("Run", "runs", "payrollRunId"),
            ("CostCenter", "costCenters", "costCenterId"),
            ("CostUnit", "costUnits", "costUnitId"),
        ],
    )
    def test_of_a_company_are_those_of_the_converter(
        self, client: httpx2.Client, caller: Caller, entity: str, path: str, key: str
    ) -> None:
        soap = call(client, "Converter_GetByCompany_IntToGuid", Entity=entity, CompanyId=KONEPAJA)

        rest = [one[key] for one in caller.rows(f"{company_path(KONEPAJA)}/{path}")]
        assert texts(soap, "IdGuid") == rest != []

    def test_of_debtors_and_companies_are_those_of_the_converters(
        self, client: httpx2.Client, caller: Caller
    ) -> None:
        debtors = call(client, "Converter_GetDebtors_IntToGuid", DEBTOR)
        company = call(client, "Converter_GetByCompany_IntToGuid", CompanyId=KONEPAJA)

        assert texts(debtors, "IdInt") == ["7101", "7102", "7103"]
        assert texts(debtors, "IdGuid") == [one["debtorId"] for one in caller.rows("/api/debtors")]
        (first, *_) = caller.rows(f"{debtor_path(7101)}/companies")
        assert texts(company, "IdGuid") == [first["companyId"]]


def test_a_user_of_soap_may_be_shown_less_than_a_client_login() -> None:
    app = create_app(soap_without=["102"])

    seen = {one.number for one in app.bureau.debtors_of_user()}
    companies = {one.debtor_id for one in app.bureau.companies_of_user()}

    assert seen == {"101", "103"}
    assert companies == {7101, 7103}
    assert app.bureau.debtor(7102) in app.bureau.visible_debtors()
