"""The stand-in against a client for Nmbrs that others wrote for the real service."""

from collections.abc import Iterator
from typing import Any

import pytest
import zeep
from nmbrs.api import Nmbrs
from nmbrs.exceptions import AuthenticationException, AuthorizationDataException
from nmbrs.service import company_service, debtor_service
from tests.nmbrs_sandbox.calling import JUNE, KONEPAJA, parsed
from tests.nmbrs_sandbox.serving import Running, running

from nmbrs_sandbox.payroll.sample import DOMAIN, TOKEN, USERNAME

THEIR_SANDBOX = "https://api-sandbox.nmbrs.nl/soap/v3/"


@pytest.fixture(scope="module")
def sandbox() -> Iterator[Running]:
    """A stand-in in a process of its own."""
    with running() as started:
        yield started


@pytest.fixture
def elsewhere(sandbox: Running, monkeypatch: pytest.MonkeyPatch) -> None:
    """Point the client at the stand-in in the one way there is: where it makes its SOAP client."""

    def client(wsdl: str) -> zeep.Client:
        assert wsdl.startswith(THEIR_SANDBOX)
        return zeep.Client(f"{sandbox.address}/soap/v3/{wsdl.removeprefix(THEIR_SANDBOX)}")

    for module in (company_service, debtor_service):
        monkeypatch.setattr(module, "Client", client)


@pytest.fixture
def api(elsewhere: None) -> Any:
    """The client, which finds out the domain by itself."""
    return Nmbrs(username=USERNAME, token=TOKEN)


class TestIndependentClient:
    def test_finds_its_domain(self, api: Any) -> None:
        assert api.auth_manager.get_domain() == DOMAIN

    def test_lists_debtors_and_companies(self, api: Any) -> None:
        debtors = api.debtor.get_all()
        companies = api.company.get_by_debtor(debtors[2].id)

        assert [one.number for one in debtors] == ["101", "102", "103"]
        assert [(one.number, one.name) for one in companies] == [(1008, "Pajulahti Sahat Oy")]
        assert len(api.company.get_all()) == 10

    def test_lists_runs_and_what_belongs_to_them(self, api: Any) -> None:
        runs = api.company.run.get(KONEPAJA, 2026)
        requests = api.company.run.get_requests(KONEPAJA, 2026)
        employees = api.company.run.get_all_employees_by_run(KONEPAJA, 2026, JUNE)
        period = api.company.get_current_period(KONEPAJA)

        assert (runs[-1].id, runs[-1].description, runs[-1].locked) == (JUNE, "Kesäkuu 2026", False)
        assert [one.period for one in requests] == [1, 2, 3, 4, 5, 6]
        assert len(employees) == 3
        assert (period.year, period.period, period.type) == (2026, 6, "Month")

    def test_lists_and_adds_cost_centers_and_units(self, api: Any) -> None:
        new_id = api.company.cost_center.post(KONEPAJA, 0, "901", "Uusi")
        units = api.company.cost_unit.get_current(KONEPAJA)

        centers = {one.id: one.code for one in api.company.cost_center.get_current(KONEPAJA)}
        assert centers[new_id] == "901"
        assert "P-140" in [one.code for one in units]

    def test_reads_a_journal_through_its_soap_client(self, api: Any) -> None:
        text = api.company.client.service.Journals_GetByRunCompany_v2(
            CompanyId=KONEPAJA,
            RunId=JUNE,
            intYear=2026,
            _soapheaders=api.auth_manager.header,
        )

        assert len(parsed(text)) == 6

    def test_converts_ids(self, api: Any) -> None:
        found = api.company.get_converter_mappings(KONEPAJA, "Run")

        assert [one.id for one in found.mappings][-1] == JUNE

    def test_hears_that_it_may_not_come_in(self, elsewhere: None) -> None:
        with pytest.raises(AuthenticationException):
            Nmbrs(username=USERNAME, token="wrong")

    def test_hears_that_a_company_is_not_there(self, api: Any) -> None:
        with pytest.raises(AuthorizationDataException):
            api.company.run.get(1, 2026)
