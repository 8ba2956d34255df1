import httpx2
import pytest
from tests.nmbrs_sandbox.calling import (
    CREDENTIALS,
    DEBTOR,
    JANUARY,
    JUNE,
    KONEPAJA,
    KULJETUS,
    call,
    fault,
    request_text,
    result,
    send,
    texts,
)

from nmbrs_sandbox.app import Sandbox


class TestCredentials:
    @pytest.mark.parametrize("part", ["Username", "Token", "Domain"])
    def test_must_all_be_right(self, client: httpx2.Client, part: str) -> None:
        wrong = CREDENTIALS | {part: "other"}

        answer = send(
            client,
            request_text("List_GetAll", {}, credentials=wrong),
            operation="List_GetAll",
        )

        assert fault(answer) == "1001"

    def test_are_wrong_once_the_token_was_changed(
        self, client: httpx2.Client, sandbox: Sandbox
    ) -> None:
        sandbox.change_token(token="new")  # invented

        old = call(client, "List_GetAll")
        text = request_text("List_GetAll", {}, credentials=CREDENTIALS | {"Token": "new"})
        new = send(client, text, operation="List_GetAll")

        assert fault(old) == "1001"
        assert len(result(new)) == 10


class TestSwitchedOffCall:
    @pytest.mark.parametrize(
        ("name", "of_company", "of_debtor"),
        [
            ("List_GetAll", "1002", "1002"),
            ("CompanyService/List_GetAll", "1002", None),
            ("DebtorService/List_GetAll", None, "1002"),
        ],
    )
    def test_is_refused(
        self,
        client: httpx2.Client,
        sandbox: Sandbox,
        name: str,
        of_company: str | None,
        of_debtor: str | None,
    ) -> None:
        sandbox.forbid_call(operation=name)

        answers = [call(client, "List_GetAll"), call(client, "List_GetAll", DEBTOR)]

        codes = [fault(one) if one.status_code == 500 else None for one in answers]
        assert codes == [of_company, of_debtor]

    def test_can_be_switched_on_again(self, client: httpx2.Client, sandbox: Sandbox) -> None:
        sandbox.forbid_call(operation="List_GetAll")
        sandbox.allow_call(operation="List_GetAll")

        assert len(result(call(client, "List_GetAll"))) == 10


class TestId:
    @pytest.mark.parametrize(
        "operation",
        ["Run_GetList", "RunRequest_GetList"],
    )
    def test_must_be_of_a_company_that_exists(self, client: httpx2.Client, operation: str) -> None:
        assert fault(call(client, operation, CompanyId=1, Year=2026)) == "1003"

    def test_must_be_of_a_debtor_that_exists(self, client: httpx2.Client) -> None:
        assert fault(call(client, "Debtor_Get", DEBTOR, DebtorId=1)) == "1003"
        assert fault(call(client, "List_GetByDebtor", DebtorId=1)) == "1003"

    @pytest.mark.parametrize("run_id", [1, 48105001])
    def test_must_be_of_a_run_of_that_company(self, client: httpx2.Client, run_id: int) -> None:
        answer = call(client, "Journals_GetByRunCompany", CompanyId=KONEPAJA, RunId=run_id)

        assert fault(answer) == "1003"

    def test_must_be_of_a_run_of_that_year(self, client: httpx2.Client) -> None:
        answer = call(
            client,
            "Journals_GetByRunCompany_v2",
            CompanyId=KONEPAJA,
            RunId=JUNE,
            intYear=2025,
        )

        assert fault(answer) == "1003"

    def test_must_be_of_a_run_of_the_active_year_where_no_year_is_given(
        self, client: httpx2.Client, sandbox: Sandbox
    ) -> None:
        sandbox.set_active_year(company_id=KONEPAJA, year=2025)

        answer = call(client, "Journals_GetByRunCompany", CompanyId=KONEPAJA, RunId=JUNE)

        assert fault(answer) == "1003"

    @pytest.mark.parametrize("year", [1999, 2100, 0, -2026])
    def test_goes_with_a_possible_year(self, client: httpx2.Client, year: int) -> None:
        assert fault(call(client, "Run_GetList", CompanyId=KONEPAJA, Year=year)) == "2006"
        journal = "Journals_GetByRunCostCenterCostUnitPerYear"
        answer = call(client, journal, companyId=KONEPAJA, runId=JUNE, year=year)
        assert fault(answer) == "2006"


class TestDeniedCompany:
    @pytest.mark.parametrize("code", [1003, 2004])
    def test_is_listed_and_refused(
        self, client: httpx2.Client, sandbox: Sandbox, code: int
    ) -> None:
        sandbox.deny_company(company_id=KONEPAJA, code=code)

        assert len(result(call(client, "List_GetAll"))) == 10
        assert fault(call(client, "Run_GetList", CompanyId=KONEPAJA, Year=2026)) == str(code)
        assert fault(call(client, "CostCenter_GetList", CompanyId=KONEPAJA)) == str(code)
        assert len(result(call(client, "Run_GetList", CompanyId=KULJETUS, Year=2026))) == 6

    def test_can_be_allowed_again(self, client: httpx2.Client, sandbox: Sandbox) -> None:
        sandbox.deny_company(company_id=KONEPAJA)
        sandbox.allow_company(company_id=KONEPAJA)

        assert len(result(call(client, "Run_GetList", CompanyId=KONEPAJA, Year=2026))) == 6


class TestTagFilter:
    def test_takes_a_company_out_of_everything(
        self, client: httpx2.Client, sandbox: Sandbox
    ) -> None:
        sandbox.hide_company(company_id=KONEPAJA)

        assert "1001" not in texts(call(client, "List_GetAll"), "Number")
        assert "1001" not in texts(call(client, "List_GetByDebtor", DebtorId=7101), "Number")
        assert fault(call(client, "Run_GetList", CompanyId=KONEPAJA, Year=2026)) == "1003"

    def test_takes_a_debtor_out_with_its_companies(
        self, client: httpx2.Client, sandbox: Sandbox
    ) -> None:
        sandbox.hide_debtor(debtor_id=7102)

        assert texts(call(client, "List_GetAll", DEBTOR), "Number") == ["101", "103"]
        assert texts(call(client, "List_GetByNumber", DEBTOR, Number="102"), "Number") == []
        assert len(result(call(client, "List_GetAll"))) == 5
        assert fault(call(client, "Debtor_Get", DEBTOR, DebtorId=7102)) == "1003"
        assert fault(call(client, "List_GetByDebtor", DebtorId=7102)) == "1003"
        assert fault(call(client, "Run_GetList", CompanyId=KULJETUS, Year=2026)) == "1003"

    def test_lets_them_through_again(self, client: httpx2.Client, sandbox: Sandbox) -> None:
        before = call(client, "List_GetAll").text
        sandbox.hide_company(company_id=KONEPAJA)
        sandbox.hide_debtor(debtor_id=7102)

        sandbox.show_company(company_id=KONEPAJA)
        sandbox.show_debtor(debtor_id=7102)

        assert call(client, "List_GetAll").text == before


class TestDeletedRun:
    def test_is_gone_until_it_is_put_back(self, client: httpx2.Client, sandbox: Sandbox) -> None:
        def runs() -> list[str]:
            return texts(call(client, "Run_GetList", CompanyId=KONEPAJA, Year=2026), "ID")

        before = runs()
        sandbox.delete_run(company_id=KONEPAJA, run_id=JANUARY)
        without = runs()
        answer = call(client, "Journals_GetByRunCompany", CompanyId=KONEPAJA, RunId=JANUARY)
        sandbox.put_back_run(company_id=KONEPAJA, run_id=JANUARY)

        assert without == before[1:]
        assert fault(answer) == "1003"
        assert runs() == before
