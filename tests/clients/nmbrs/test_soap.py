"""The client of Nmbrs by SOAP against the stand-in, which shares no code with it."""

from collections.abc import Callable
from decimal import Decimal
from typing import Any

import pytest
from tests.clients.nmbrs.soap_calling import KOIVULAMMI, KONEPAJA, answering, client_of, june_of

from nmbrs_sandbox.app import Sandbox, create_app
from nmbrs_sandbox.faults import Fault, FaultKind
from nmbrs_sandbox.payroll.sample import DOMAIN, world_of
from tilisilta.clients.nmbrs.errors import NmbrsUnavailable
from tilisilta.clients.nmbrs.soap import NmbrsSoap
from tilisilta.domain.dimensions import DimensionKind
from tilisilta.domain.payroll import JournalSplit


class TestReading:
    def test_finds_the_domain_by_itself(self, nmbrs_sandbox: Sandbox) -> None:
        assert client_of(nmbrs_sandbox).find_domain() == DOMAIN

    def test_lists_debtors_and_companies(self, client: NmbrsSoap) -> None:
        debtors, companies = client.debtors(), client.companies()

        assert [debtor.number for debtor in debtors] == ["101", "102", "103"]
        assert [company.number for company in companies] == list(range(1001, 1011))
        assert companies[0].name == "Koivulammi Konepaja Oy"
        assert companies[0].period_type == "Month"

    def test_lists_the_companies_of_a_debtor(self, client: NmbrsSoap) -> None:
        third = client.debtors()[2]

        assert [one.number for one in client.companies_of(third.id)] == [1008]

    def test_lists_runs_of_a_year(self, client: NmbrsSoap) -> None:
        june = june_of(client)

        assert (june.year, june.period_start, june.period_end) == (2026, 6, 6)
        assert june.run_at is not None
        assert june.run_at.tzinfo is not None
        assert not june.is_locked
        assert client.runs(KONEPAJA, 2025) == ()

    def test_lists_cost_centers_and_units(self, client: NmbrsSoap) -> None:
        centers = client.cost_objects(KONEPAJA, DimensionKind.COST_CENTER)
        units = client.cost_objects(KONEPAJA, DimensionKind.COST_UNIT)

        assert ("450", "Varikko") in {(one.code, one.description) for one in centers}
        assert ("P-099", "Päättynyt urakka") in {(one.code, one.description) for one in units}

    @pytest.mark.parametrize(
        ("split", "has_centers", "has_units"),
        [
            (JournalSplit.COMPANY, False, False),
            (JournalSplit.COST_CENTER, True, False),
            (JournalSplit.COST_UNIT, True, True),
        ],
    )
    def test_reads_a_journal_with_the_requested_split(
        self, client: NmbrsSoap, split: JournalSplit, has_centers: bool, has_units: bool
    ) -> None:
        journal = client.journal(KONEPAJA, june_of(client), split)

        assert journal is not None
        assert any(line.cost_center for line in journal.lines) == has_centers
        assert any(line.cost_unit for line in journal.lines) == has_units
        assert sum(line.amount for line in journal.lines) == Decimal("0.00")
        assert (journal.run_year, journal.run_number) == (2026, "6")
        assert {line.booking_date.month for line in journal.lines} == {1, 2, 3, 4, 5, 6}

    def test_reads_each_line_as_the_payroll_has_it(
        self, nmbrs_sandbox: Sandbox, client: NmbrsSoap
    ) -> None:
        june = june_of(client)
        held = next(
            company
            for company in nmbrs_sandbox.world.companies
            if company.company_id == KONEPAJA.number
        ).run(june.id.number or 0)

        journal = client.journal(KONEPAJA, june, JournalSplit.COST_UNIT)

        assert journal is not None
        assert held is not None
        assert held.journal is not None
        assert [
            (line.booking_date, line.ledger_account, line.description, line.amount)
            for line in journal.lines
        ] == [
            (line.booking_date, line.ledger_account, line.description, line.amount)
            for line in held.journal.lines()
        ]

    def test_returns_none_while_a_run_has_no_journal(
        self, nmbrs_sandbox: Sandbox, client: NmbrsSoap
    ) -> None:
        nmbrs_sandbox.add_run(company_id=KONEPAJA.number or 0, has_journal=False)
        july = next(run for run in client.runs(KONEPAJA, 2026) if run.number == "7")

        assert client.journal(KONEPAJA, july, JournalSplit.COMPANY) is None

    def test_reads_the_name_of_the_year_from_the_wsdl(self) -> None:
        client = client_of(create_app(year_parameter="Year"))

        journal = client.journal(KONEPAJA, june_of(client), JournalSplit.COMPANY)

        assert journal is not None

    def test_reads_a_journal_that_claims_to_be_in_another_encoding(self) -> None:
        client = client_of(create_app(declares_utf_16=True))

        journal = client.journal(KONEPAJA, june_of(client), JournalSplit.COST_UNIT)

        assert journal is not None
        assert any("ö" in line.description for line in journal.lines)

    def test_reads_a_journal_of_a_hundred_thousand_lines(self) -> None:
        client = client_of(create_app(world_of(runs=1, lines=100_000)))
        company = client.companies()[0].id
        run = client.runs(company, 2026)[0]

        journal = client.journal(company, run, JournalSplit.COST_UNIT)

        assert journal is not None
        assert len(journal.lines) == 100_000

    def test_makes_no_more_calls_than_the_pace_allows(self, nmbrs_sandbox: Sandbox) -> None:
        slots: list[None] = []
        client = client_of(nmbrs_sandbox, pace=lambda: slots.append(None))

        client.debtors()
        client.companies()

        assert len(slots) == 2

    def test_calls_the_address_in_our_settings_and_not_that_of_the_wsdl(
        self, nmbrs_sandbox: Sandbox
    ) -> None:
        hosts: list[str] = []

        def elsewhere(environ: Any, start_response: Any) -> Any:
            hosts.append(environ["HTTP_HOST"])
            # The stand-in writes the address of its services from this.
            return nmbrs_sandbox({**environ, "HTTP_HOST": "elsewhere.invalid"}, start_response)

        client_of(elsewhere).debtors()

        assert set(hosts) == {"nmbrs.invalid"}


class TestNothing:
    def test_is_no_journal_when_the_result_is_left_out(self) -> None:
        sandbox = create_app(leaves_out_empty=True)
        sandbox.add_run(company_id=KONEPAJA.number or 0, has_journal=False)
        client = client_of(sandbox)
        july = next(run for run in client.runs(KONEPAJA, 2026) if run.number == "7")

        for split in JournalSplit:
            assert client.journal(KONEPAJA, july, split) is None

    def test_is_an_empty_list_when_the_result_is_left_out(self) -> None:
        client = client_of(create_app(leaves_out_empty=True))

        assert client.runs(KONEPAJA, 2019) == ()
        assert client.forbidden_calls(KOIVULAMMI, KONEPAJA, 2026) == ()

    @pytest.mark.parametrize(
        "call",
        [
            lambda client: client.debtors(),
            lambda client: client.companies(),
            lambda client: client.runs(KONEPAJA, 2026),
            lambda client: client.cost_objects(KONEPAJA, DimensionKind.COST_UNIT),
        ],
    )
    def test_is_what_a_null_result_means(
        self, nmbrs_sandbox: Sandbox, client: NmbrsSoap, call: Callable[[NmbrsSoap], Any]
    ) -> None:
        nmbrs_sandbox.faults.add(Fault(kind=FaultKind.NULL_RESULT))

        assert call(client) == ()

    def test_is_not_the_answer_to_another_call(self, nmbrs_sandbox: Sandbox) -> None:
        client = client_of(answering(nmbrs_sandbox, b"<Run_GetListRes", b"<RunRequest_GetListRes"))

        with pytest.raises(NmbrsUnavailable):
            client.runs(KONEPAJA, 2026)


class TestNil:
    def test_elements_of_lists_are_left_out(
        self, nmbrs_sandbox: Sandbox, client: NmbrsSoap
    ) -> None:
        nmbrs_sandbox.faults.add(Fault(kind=FaultKind.NIL_ELEMENTS, times=None))

        assert len(client.debtors()) == 3
        assert len(client.companies()) == 10
        assert len(client.runs(KONEPAJA, 2026)) == 6

    def test_ids_of_cost_centers_are_unknown(
        self, nmbrs_sandbox: Sandbox, client: NmbrsSoap
    ) -> None:
        nmbrs_sandbox.faults.add(Fault(kind=FaultKind.NIL_ELEMENTS))

        centers = client.cost_objects(KONEPAJA, DimensionKind.COST_CENTER)

        assert [one.id for one in centers] == [None] * 5
        assert centers[-1].code == "450"
