from xml.etree import ElementTree as ET

import httpx2
import pytest
from tests.nmbrs_sandbox.calling import (
    COMPANY,
    DEBTOR,
    JUNE,
    KONEPAJA,
    NAMESPACE,
    SetClock,
    call,
    client_of,
    fault,
    journal,
    parsed,
)

from nmbrs_sandbox.app import Sandbox, create_app

WSDL = "{http://schemas.xmlsoap.org/wsdl/}"
BINDING = "{http://schemas.xmlsoap.org/wsdl/soap/}"
SCHEMA = "{http://www.w3.org/2001/XMLSchema}"
PER_YEAR = "Journals_GetByRunCostCenterCostUnitPerYear"


def wsdl(client: httpx2.Client, service: str = COMPANY) -> ET.Element:
    """Return the description of a service."""
    return parsed(client.get(f"/soap/v3/{service}.asmx?WSDL").content)


def parameters(client: httpx2.Client, operation: str) -> list[str | None]:
    """Return the names of the elements an operation takes, in their order."""
    path = f"{WSDL}types/{SCHEMA}schema/{SCHEMA}element[@name='{operation}']//{SCHEMA}element"
    return [one.get("name") for one in wsdl(client).iterfind(path)]


class TestWsdl:
    @pytest.mark.parametrize("query", ["WSDL", "wsdl"])
    def test_is_there_for_both_services(self, client: httpx2.Client, query: str) -> None:
        for service in (DEBTOR, COMPANY):
            answer = client.get(f"/soap/v3/{service}.asmx?{query}")

            assert answer.headers["Content-Type"] == "text/xml; charset=utf-8"
            assert parsed(answer.content).get("targetNamespace") == NAMESPACE + service

    def test_leads_to_the_address_it_was_asked_at(self, sandbox: Sandbox) -> None:
        client = httpx2.Client(
            transport=httpx2.WSGITransport(app=sandbox), base_url="http://payroll.example:8200"
        )

        found = wsdl(client).find(f"{WSDL}service/{WSDL}port/{BINDING}address")

        assert found is not None
        assert found.get("location") == "http://payroll.example:8200/soap/v3/CompanyService.asmx"

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
        }

    def test_says_the_action_of_each_operation(self, client: httpx2.Client) -> None:
        actions = {
            one.get("soapAction")
            for one in wsdl(client).iterfind(f"{WSDL}binding/{WSDL}operation/{BINDING}operation")
        }

        assert len(actions) == 17
        assert f"{NAMESPACE}{COMPANY}/{PER_YEAR}" in actions


class TestYearParameter:
    def test_is_called_as_it_was_told(self, clock: SetClock) -> None:
        names = {
            name: parameters(client_of(create_app(clock=clock, year_parameter=name)), PER_YEAR)
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
            call(client, PER_YEAR, CompanyId=KONEPAJA, RunId=JUNE, **{one: 2026})
            for one in (name, other)
        )

        assert len(journal(right)) == 6
        assert fault(wrong) == "SANDBOX_MISSING_ELEMENT"

    def test_leaves_the_year_of_other_calls_alone(self, clock: SetClock) -> None:
        client = client_of(create_app(clock=clock, year_parameter="intYear"))

        assert parameters(client, "Run_GetList") == ["CompanyId", "Year"]

    def test_has_no_other_name(self) -> None:
        with pytest.raises(ValueError, match="intYear, Year"):
            create_app(year_parameter="year")
