"""Every operation, called over a real connection by a client that knows only the WSDL."""

from collections.abc import Iterator
from datetime import datetime
from typing import Any

import pytest
import zeep
from tests.nmbrs_sandbox.calling import CREDENTIALS, DEBTOR, JUNE, KONEPAJA, parsed
from tests.nmbrs_sandbox.serving import HEADER, Running, running


@pytest.fixture(scope="module")
def started() -> Iterator[Running]:
    with running() as one:
        yield one


@pytest.fixture(scope="module")
def company_client(started: Running) -> zeep.Client:
    return started.soap()


@pytest.fixture(scope="module")
def debtor_client(started: Running) -> zeep.Client:
    return started.soap(DEBTOR)


@pytest.fixture
def companies(started: Running, company_client: zeep.Client) -> Any:
    """Call CompanyService of a fresh bureau."""
    started.order("reset")
    return lambda name, **values: getattr(company_client.service, name)(
        _soapheaders=HEADER, **values
    )


@pytest.fixture
def debtors(started: Running, debtor_client: zeep.Client) -> Any:
    """Call DebtorService of a fresh bureau."""
    started.order("reset")
    return lambda name, **values: getattr(debtor_client.service, name)(
        _soapheaders=HEADER, **values
    )


class TestDebtorService:
    def test_tells_the_domain_to_a_caller_with_only_user_and_token(
        self, debtor_client: zeep.Client
    ) -> None:
        header = {"AuthHeader": {name: CREDENTIALS[name] for name in ("Username", "Token")}}

        environment = debtor_client.service.Environment_Get(_soapheaders=header)

        assert environment.SubDomain == "koivulammi"
        assert environment.Domain

    def test_lists_debtors(self, debtors: Any) -> None:
        answer = debtors("List_GetAll")

        assert [(one.Id, one.Number, one.Name) for one in answer] == [
            (7101, "101", "Koivulammi-yhtiöt"),
            (7102, "102", "Saaristopalvelut"),
            (7103, "103", "Pajulahti-konserni"),
        ]

    def test_finds_debtors_by_number(self, debtors: Any) -> None:
        assert [one.Id for one in debtors("List_GetByNumber", Number="102")] == [7102]
        assert not debtors("List_GetByNumber", Number="10")

    def test_returns_one_debtor(self, debtors: Any) -> None:
        assert debtors("Debtor_Get", DebtorId=7103).Name == "Pajulahti-konserni"


class TestCompanyService:
    def test_lists_companies(self, companies: Any) -> None:
        answer = companies("List_GetAll")

        assert [(one.ID, one.Number) for one in answer] == [
            (48101 + n, 1001 + n) for n in range(10)
        ]
        assert answer[5].Name == "Skärgårdens Bygg AB"
        assert answer[0].LoonaangifteTijdvak == "Month"

    def test_lists_the_companies_of_a_debtor(self, companies: Any) -> None:
        answer = companies("List_GetByDebtor", DebtorId=7101)

        assert [one.Number for one in answer] == [1001, 1002, 1007, 1009]

    def test_tells_the_current_period(self, started: Running, companies: Any) -> None:
        with_june_open = companies("Company_GetCurrentPeriod", CompanyId=KONEPAJA)
        for run_id in (JUNE, JUNE - 1):
            started.order("delete_run", company_id=KONEPAJA, run_id=run_id)
        after_april = companies("Company_GetCurrentPeriod", CompanyId=KONEPAJA)
        new = started.order("add_company", debtor_id=7101, number=1, name="Uusi Oy", runs=0)
        without_runs = companies("Company_GetCurrentPeriod", CompanyId=new["company_id"])

        assert with_june_open == "2026-6-Month"
        assert after_april == "2026-5-Month"
        assert without_runs == "2026-1-Month"

    def test_lists_the_runs_of_a_year(self, companies: Any) -> None:
        answer = companies("Run_GetList", CompanyId=KONEPAJA, Year=2026)

        june = answer[5]
        assert [one.Number for one in answer] == [1, 2, 3, 4, 5, 6]
        assert [one.IsLocked for one in answer] == [True] * 5 + [False]
        assert (june.ID, june.Year, june.PeriodStart, june.PeriodEnd) == (JUNE, 2026, 6, 6)
        assert june.Description == "Kesäkuu 2026"
        assert june.RunAt == datetime(2026, 6, 25, 10, 0)  # noqa: DTZ001  # as it is sent
        assert not companies("Run_GetList", CompanyId=KONEPAJA, Year=2025)

    def test_lists_the_requests_for_runs(self, companies: Any) -> None:
        answer = companies("RunRequest_GetList", CompanyId=KONEPAJA, Year=2026)

        assert [(one.Period, one.Year) for one in answer] == [(n, 2026) for n in range(1, 7)]
        assert answer[0].HandledDate == datetime(2026, 1, 25, 10, 0)  # noqa: DTZ001  # as it is sent

    def test_lists_the_employees_of_a_run(self, companies: Any) -> None:
        answer = companies(
            "Run_GetEmployeesByRunCompany", CompanyId=KONEPAJA, Year=2026, RunId=JUNE
        )

        assert [one.EmployeeNumber for one in answer] == [1, 2, 3]
        assert len({one.EmployeeId for one in answer}) == 3

    @pytest.mark.parametrize(
        ("of_active_year", "of_given_year", "dimensions"),
        [
            ("Journals_GetByRunCompany", "Journals_GetByRunCompany_v2", set()),
            ("Journals_GetByRunCostCenter", "Journals_GetByRunCostCenter_v2", {"dim2"}),
            (
                "Journals_GetByRunCostCenterCostUnit",
                "Journals_GetByRunCostCenterCostUnitPerYear",
                {"dim2", "dim3"},
            ),
        ],
    )
    def test_returns_journals_split_as_asked(
        self, companies: Any, of_active_year: str, of_given_year: str, dimensions: set[str]
    ) -> None:
        of_this_year = companies(of_active_year, CompanyId=KONEPAJA, RunId=JUNE)
        names_given = (
            ("companyId", "runId", "year")
            if of_given_year.endswith("PerYear")
            else ("CompanyId", "RunId", "intYear")
        )
        given = dict(zip(names_given, (KONEPAJA, JUNE, 2026), strict=True))
        of_2026 = companies(of_given_year, **given)

        names = {element.tag for element in parsed(of_2026).iter() if element.text}
        assert of_this_year == of_2026
        assert names & {"dim2", "dim3"} == dimensions

    def test_lists_cost_centers_and_cost_units(self, companies: Any) -> None:
        centers = companies("CostCenter_GetList", CompanyId=KONEPAJA)
        units = companies("CostUnit_GetList", CompanyId=KONEPAJA)

        assert [(one.Code, one.Description) for one in centers][-1] == ("450", "Varikko")
        assert [one.Code for one in units] == ["P-108", "P-114", "P-140", "P-099"]
        assert not companies("CostUnit_GetList", CompanyId=48102)

    @pytest.mark.parametrize(
        ("insert", "parameter", "listing"),
        [
            ("CostCenter_Insert", "kostenplaats", "CostCenter_GetList"),
            ("CostUnit_Insert", "costunit", "CostUnit_GetList"),
        ],
    )
    def test_adds_and_changes_cost_centers_and_cost_units(
        self, companies: Any, insert: str, parameter: str, listing: str
    ) -> None:
        new = {"Id": 0, "Code": "900", "Description": "Uusi"}

        new_id = companies(insert, CompanyId=KONEPAJA, **{parameter: new})
        changed = {"Id": new_id, "Code": "901", "Description": ""}
        changed_id = companies(insert, CompanyId=KONEPAJA, **{parameter: changed})

        last = companies(listing, CompanyId=KONEPAJA)[-1]
        assert changed_id == new_id
        assert (last.Id, last.Code, last.Description) == (new_id, "901", None)

    @pytest.mark.parametrize(
        ("changes", "code"),
        [({"Code": "210"}, 2039), ({"Code": " "}, 2038), ({"Id": 5}, 2037)],
    )
    def test_refuses_odd_cost_centers(
        self, companies: Any, changes: dict[str, Any], code: int
    ) -> None:
        item = {"Id": 0, "Code": "900", "Description": "Uusi"} | changes

        with pytest.raises(zeep.exceptions.Fault, match=f"---> {code}:"):
            companies("CostCenter_Insert", CompanyId=KONEPAJA, kostenplaats=item)

    @pytest.mark.parametrize(
        ("entity", "count"), [("Company", 1), ("Run", 6), ("CostCenter", 5), ("CostUnit", 4)]
    )
    def test_tells_the_guid_of_each_id(self, companies: Any, entity: str, count: int) -> None:
        first, again = (
            companies("Converter_GetByCompany_IntToGuid", Entity=entity, CompanyId=KONEPAJA)
            for _ in range(2)
        )

        assert first.Entity == entity
        assert len({one.IdGuid for one in first.Mappings.Mapping}) == count
        assert first == again
