from xml.etree import ElementTree as ET

import httpx2
import pytest
from tests.nmbrs_sandbox.calling import (
    COMPANY,
    DEBTOR,
    JUNE,
    KONEPAJA,
    NAMESPACE,
    call,
    client_of,
    fault,
    journal,
    parsed,
    result,
)
from tests.sandbox_parts.clock import SetClock

from nmbrs_sandbox.app import Sandbox, create_app
from nmbrs_sandbox.faults import Fault, FaultKind
from nmbrs_sandbox.soap.operations import OPERATIONS
from nmbrs_sandbox.soap.wsdl import read_services

WSDL = "{http://schemas.xmlsoap.org/wsdl/}"
BINDING = "{http://schemas.xmlsoap.org/wsdl/soap/}"
SCHEMA = "{http://www.w3.org/2001/XMLSchema}"
ELEMENT = f"{SCHEMA}element"
NIL = "{http://www.w3.org/2001/XMLSchema-instance}nil"
ENUMERATIONS = {"tns:Tijdvak", "tns:RunRequestStatus"}
VERSION_2 = "Journals_GetByRunCompany_v2"
PER_YEAR = "Journals_GetByRunCostCenterCostUnitPerYear"


def wsdl(client: httpx2.Client, service: str = COMPANY) -> ET.Element:
    return parsed(client.get(f"/soap/v3/{service}.asmx?WSDL").content)


def parameters(client: httpx2.Client, operation: str) -> list[str | None]:
    path = f"{WSDL}types/{SCHEMA}schema/{SCHEMA}element[@name='{operation}']//{SCHEMA}element"
    return [one.get("name") for one in wsdl(client).iterfind(path)]


class TestWsdl:
    @pytest.mark.parametrize("query", ["WSDL", "wsdl"])
    def test_is_there_for_both_services(self, client: httpx2.Client, query: str) -> None:
        for service in (DEBTOR, COMPANY):
            answer = client.get(f"/soap/v3/{service}.asmx?{query}")

            assert answer.headers["Content-Type"] == "text/xml; charset=utf-8"
            assert parsed(answer.content).get("targetNamespace") == NAMESPACE + service

    def test_leads_to_the_address_of_the_request(self, sandbox: Sandbox) -> None:
        client = httpx2.Client(
            transport=httpx2.WSGITransport(app=sandbox), base_url="http://payroll.example:8200"
        )

        address = wsdl(client).find(f"{WSDL}service/{WSDL}port/{BINDING}address")

        assert address is not None
        assert address.get("location") == "http://payroll.example:8200/soap/v3/CompanyService.asmx"

    def test_calls_the_parts_of_headers_as_their_elements(self, client: httpx2.Client) -> None:
        headers = {
            operation.get("name"): header.get("part")
            for operation in wsdl(client, DEBTOR).iterfind(f"{WSDL}binding/{WSDL}operation")
            for header in operation.iterfind(f"{WSDL}input/{BINDING}header")
        }

        assert headers == {
            "Environment_Get": "AuthHeader",
            "List_GetAll": "AuthHeaderWithDomain",
            "List_GetByNumber": "AuthHeaderWithDomain",
            "Debtor_Get": "AuthHeaderWithDomain",
            "Converter_GetDebtors_IntToGuid": "AuthHeaderWithDomain",
        }

    def test_says_the_action_of_each_operation(self, client: httpx2.Client) -> None:
        actions = {
            one.get("soapAction")
            for one in wsdl(client).iterfind(f"{WSDL}binding/{WSDL}operation/{BINDING}operation")
        }

        assert len(actions) == 17
        assert f"{NAMESPACE}{COMPANY}/{PER_YEAR}" in actions


class TestAnswers:
    def test_are_there_for_every_operation_that_is_described(self) -> None:
        described = {
            one.name: list(one.signatures)
            for one in read_services(year_parameter="intYear").values()
        }

        assert {name: sorted(calls) for name, calls in OPERATIONS.items()} == {
            name: sorted(calls) for name, calls in described.items()
        }

    @pytest.mark.parametrize(
        ("service", "operation", "values"),
        [
            (DEBTOR, "List_GetAll", {}),
            (DEBTOR, "Debtor_Get", {"DebtorId": 7101}),
            (COMPANY, "List_GetAll", {}),
            (COMPANY, "Run_GetList", {"CompanyId": KONEPAJA, "Year": 2026}),
            (COMPANY, "RunRequest_GetList", {"CompanyId": KONEPAJA, "Year": 2026}),
            (
                COMPANY,
                "Run_GetEmployeesByRunCompany",
                {"CompanyId": KONEPAJA, "RunId": JUNE, "Year": 2026},
            ),
            (COMPANY, "CostCenter_GetList", {"CompanyId": KONEPAJA}),
            (COMPANY, "CostUnit_GetList", {"CompanyId": KONEPAJA}),
            (COMPANY, "Converter_GetByCompany_IntToGuid", {"CompanyId": KONEPAJA}),
        ],
    )
    def test_have_the_elements_of_their_description_in_its_order(
        self, client: httpx2.Client, service: str, operation: str, values: dict[str, object]
    ) -> None:
        types = {
            one.get("name"): [(part.get("name"), part.get("type")) for part in one.iter(ELEMENT)]
            for one in wsdl(client, service).iter(f"{SCHEMA}complexType")
        }
        response = wsdl(client, service).find(f".//{SCHEMA}element[@name='{operation}Result']")
        assert response is not None

        answer = result(call(client, operation, service, **values))

        def check(element: ET.Element, kind: str | None) -> None:
            if kind is None or not kind.startswith("tns:") or kind in ENUMERATIONS:
                assert not len(element)
                return
            names = [one.tag.rpartition("}")[2] for one in element]
            parts = dict(types[kind.removeprefix("tns:")])
            assert list(dict.fromkeys(names)) == list(parts)
            for name, one in zip(names, element, strict=True):
                check(one, parts[name])

        check(answer, response.get("type"))


class TestYearParameter:
    def test_is_called_as_the_option_says(self, clock: SetClock) -> None:
        names = {
            name: parameters(client_of(create_app(clock=clock, year_parameter=name)), VERSION_2)
            for name in ("intYear", "Year")
        }

        assert names == {
            "intYear": ["CompanyId", "RunId", "intYear"],
            "Year": ["CompanyId", "RunId", "Year"],
        }

    @pytest.mark.parametrize(("name", "other"), [("intYear", "Year"), ("Year", "intYear")])
    def test_must_be_called_so_in_requests(self, clock: SetClock, name: str, other: str) -> None:
        client = client_of(create_app(clock=clock, year_parameter=name))

        right, wrong = (
            call(client, VERSION_2, CompanyId=KONEPAJA, RunId=JUNE, **{one: 2026})
            for one in (name, other)
        )

        assert len(journal(right)) == 6
        assert fault(wrong) == "SANDBOX_MISSING_ELEMENT"

    def test_leaves_the_year_of_other_calls_alone(self, clock: SetClock) -> None:
        client = client_of(create_app(clock=clock, year_parameter="intYear"))

        assert parameters(client, "Run_GetList") == ["CompanyId", "Year"]

    def test_begins_with_a_small_letter_in_one_call_alone(self, client: httpx2.Client) -> None:
        answer = call(client, PER_YEAR, companyId=KONEPAJA, runId=JUNE, year=2026)
        wrong = call(client, PER_YEAR, CompanyId=KONEPAJA, RunId=JUNE, intYear=2026)

        assert parameters(client, PER_YEAR) == ["companyId", "runId", "year"]
        assert len(journal(answer)) == 6
        assert fault(wrong) == "SANDBOX_MISSING_ELEMENT"

    def test_has_no_other_name(self) -> None:
        with pytest.raises(ValueError, match="intYear, Year"):
            create_app(year_parameter="year")


class TestNothing:
    def test_is_an_empty_result_or_none_at_all(self, clock: SetClock) -> None:
        usual, sparing = (
            client_of(create_app(clock=clock, leaves_out_empty=flag)) for flag in (False, True)
        )

        answers = [
            call(one, "Run_GetList", CompanyId=KONEPAJA, Year=2019) for one in (usual, sparing)
        ]

        assert [b"Run_GetListResult" in one.content for one in answers] == [True, False]
        assert b"Run_GetListResponse" in answers[1].content

    def test_of_a_run_without_a_journal_leaves_out_its_result(self, clock: SetClock) -> None:
        sandbox = create_app(clock=clock, leaves_out_empty=True)
        run = sandbox.add_run(company_id=KONEPAJA, has_journal=False)

        answer = call(
            client_of(sandbox), VERSION_2, CompanyId=KONEPAJA, RunId=run.run_id, intYear=2026
        )

        assert answer.status_code == 200
        assert b"Result" not in answer.content


class TestNil:
    def test_is_what_the_description_lets_be_nil(
        self, sandbox: Sandbox, client: httpx2.Client
    ) -> None:
        sandbox.faults.add(Fault(kind=FaultKind.NIL_ELEMENTS))

        items = list(result(call(client, "CostCenter_GetList", CompanyId=KONEPAJA)))

        assert [one.get(NIL) for one in items] == [None] * 5 + ["true"]
        assert [item[2].get(NIL) for item in items[:-1]] == ["true"] * 5

    def test_is_a_whole_result_on_request(self, sandbox: Sandbox, client: httpx2.Client) -> None:
        sandbox.faults.add(Fault(kind=FaultKind.NULL_RESULT, operation="Run_GetList"))

        answer = call(client, "Run_GetList", CompanyId=KONEPAJA, Year=2026)

        assert b"<Run_GetListResponse xmlns=" in answer.content
        assert b"Run_GetListResult" not in answer.content
