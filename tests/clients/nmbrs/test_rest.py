"""The client of Nmbrs' REST API against the stand-in, which shares no code with it."""

from decimal import Decimal

import httpx2
import pytest
from tests.clients.nmbrs.rest_bench import URL, Bench, journal_of, june_of, konepaja, said

from nmbrs_sandbox.app import Sandbox
from nmbrs_sandbox.payroll.sample import DOMAIN, TOKEN, USERNAME
from tilisilta.clients.nmbrs.errors import NmbrsIdUnknown
from tilisilta.clients.nmbrs.soap import NmbrsSoap, SoapServices
from tilisilta.domain.dimensions import DimensionKind
from tilisilta.domain.nmbrs_ids import NmbrsId
from tilisilta.domain.payroll import IdOf, JournalSplit, PayrollRun

KONEPAJA = 48101


def soap_of(sandbox: Sandbox) -> NmbrsSoap:
    services = SoapServices(
        f"{URL}/soap/v3", transport=httpx2.WSGITransport(app=sandbox), timeout_seconds=5
    )
    return NmbrsSoap(
        services,
        user_name=USERNAME,
        token=TOKEN,
        domain=DOMAIN,
        pace=lambda: None,
        retry_pauses=(),
    )


class TestReading:
    def test_lists_what_soap_lists(self, nmbrs_sandbox: Sandbox, bench: Bench) -> None:
        soap = soap_of(nmbrs_sandbox)

        debtors, companies = bench.client.debtors(), bench.client.companies()

        assert [(one.number, one.name) for one in debtors] == [
            (one.number, one.name) for one in soap.debtors()
        ]
        assert {(one.number, one.name) for one in companies} == {
            (one.number, one.name) for one in soap.companies()
        }

    def test_says_whose_each_company_is(self, bench: Bench) -> None:
        debtors = {one.id: one.number for one in bench.client.debtors()}

        whose = {
            one.number: debtors[one.debtor_id]
            for one in bench.client.companies()
            if one.debtor_id is not None
        }

        assert len(whose) == 10
        assert whose[1008] == "103"

    def test_has_the_ids_that_the_converter_of_soap_tells(
        self, nmbrs_sandbox: Sandbox, bench: Bench
    ) -> None:
        soap, company = soap_of(nmbrs_sandbox), konepaja(bench)

        ids = soap.ids_in(NmbrsId(number=KONEPAJA))

        assert [one.guid for one in ids[IdOf.COMPANY]] == [company.guid]
        assert {one.guid for one in ids[IdOf.RUN]} == {
            one.id.guid for one in bench.client.runs(company, 2026)
        }
        assert {one.guid for one in soap.ids_of_debtors()} == {
            one.id.guid for one in bench.client.debtors()
        }

    def test_lists_runs_as_soap_does(self, nmbrs_sandbox: Sandbox, bench: Bench) -> None:
        def told(run: PayrollRun) -> tuple[object, ...]:
            return (run.year, run.number, run.period_start, run.period_end, run.is_locked)

        ours = bench.client.runs(konepaja(bench), 2026)

        theirs = soap_of(nmbrs_sandbox).runs(NmbrsId(number=KONEPAJA), 2026)
        assert [told(run) for run in ours] == [told(run) for run in theirs]
        assert all(run.run_at is None and run.created_at for run in ours)
        assert bench.client.runs(konepaja(bench), 2025) == ()

    @pytest.mark.parametrize("kind", list(DimensionKind))
    def test_lists_cost_objects_as_soap_does(
        self, nmbrs_sandbox: Sandbox, bench: Bench, kind: DimensionKind
    ) -> None:
        ours = bench.client.cost_objects(konepaja(bench), kind)

        theirs = soap_of(nmbrs_sandbox).cost_objects(NmbrsId(number=KONEPAJA), kind)
        assert {(one.code, one.description) for one in ours} == {
            (one.code, one.description) for one in theirs
        }
        assert all(one.id is not None and one.id.guid is not None for one in ours)

    def test_says_pay_periods_in_the_words_of_soap(self, bench: Bench) -> None:
        assert bench.client.period_type(konepaja(bench)) == "Month"

    @pytest.mark.parametrize("split", list(JournalSplit))
    def test_reads_the_journal_that_soap_gives(
        self, nmbrs_sandbox: Sandbox, bench: Bench, split: JournalSplit
    ) -> None:
        soap = soap_of(nmbrs_sandbox)
        june = next(run for run in soap.runs(NmbrsId(number=KONEPAJA), 2026) if run.number == "6")

        ours = journal_of(bench, split)

        theirs = soap.journal(NmbrsId(number=KONEPAJA), june, split)
        assert theirs is not None
        assert sorted(map(said, ours.lines)) == sorted(map(said, theirs.lines))
        assert (ours.run_year, ours.run_number) == (2026, "6")
        assert sum(line.amount for line in ours.lines) == Decimal("0.00")

    def test_needs_the_guid(self, bench: Bench) -> None:
        with pytest.raises(NmbrsIdUnknown):
            bench.client.runs(NmbrsId(number=KONEPAJA), 2026)

    def test_finds_a_run_by_number_whose_guid_is_not_known(self, bench: Bench) -> None:
        company, june = konepaja(bench), june_of(bench)
        by_number = PayrollRun(
            id=NmbrsId(number=7),
            year=june.year,
            number=june.number,
            period_start=6,
            period_end=6,
            description="",
            run_at=None,
            is_locked=False,
        )

        assert bench.client.journal(company, by_number, JournalSplit.COMPANY) is not None

    def test_counts_each_call(self, bench: Bench) -> None:
        journal_of(bench)

        assert bench.rate.waits == len(bench.counted)
        assert bench.counted.count("journals") >= 2
