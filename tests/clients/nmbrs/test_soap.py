"""The client of Nmbrs against the stand-in, which shares no code with it."""

from collections.abc import Callable
from dataclasses import replace
from decimal import Decimal
from typing import Any

import httpx2
import pytest

from nmbrs_sandbox.app import Sandbox, create_app
from nmbrs_sandbox.faults import Fault, FaultKind
from nmbrs_sandbox.payroll.sample import DOMAIN, TOKEN, USERNAME, world_of
from tilisilta.clients.files.outcomes import FileRefused
from tilisilta.clients.nmbrs.errors import (
    NO_SUCH_PERIOD,
    NmbrsAccessDenied,
    NmbrsAnswerUnknown,
    NmbrsCallForbidden,
    NmbrsLoginRefused,
    NmbrsRefused,
    NmbrsUnavailable,
)
from tilisilta.clients.nmbrs.soap import NmbrsSoap, SoapServices
from tilisilta.domain.dimensions import DimensionKind
from tilisilta.domain.nmbrs_ids import NmbrsId
from tilisilta.domain.payroll import JournalSplit, PayrollRun

KOIVULAMMI = NmbrsId(number=7101)
KONEPAJA = NmbrsId(number=48101)
URL = "http://nmbrs.invalid/soap/v3"
SERVICES = ("DebtorService", "CompanyService")


def client_of(
    app: Any,
    *,
    token: str = TOKEN,
    pauses: tuple[float, ...] = (),
    url: str = URL,
    pace: Callable[[], None] = lambda: None,
) -> NmbrsSoap:
    services = SoapServices(url, transport=httpx2.WSGITransport(app=app), timeout_seconds=5)
    return NmbrsSoap(
        services,
        user_name=USERNAME,
        token=token,
        domain=DOMAIN,
        pace=pace,
        retry_pauses=pauses,
    )


@pytest.fixture
def client(nmbrs_sandbox: Sandbox) -> NmbrsSoap:
    return client_of(nmbrs_sandbox)


def june_of(client: NmbrsSoap) -> PayrollRun:
    return next(run for run in client.runs(KONEPAJA, 2026) if run.number == "6")


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


class TestRefusals:
    def test_recognises_a_token_that_is_not_accepted(self, nmbrs_sandbox: Sandbox) -> None:
        client = client_of(nmbrs_sandbox, token="another")

        with pytest.raises(NmbrsLoginRefused, match="1001"):
            client.debtors()

    def test_recognises_a_call_that_the_template_forbids(
        self, nmbrs_sandbox: Sandbox, client: NmbrsSoap
    ) -> None:
        nmbrs_sandbox.forbid_call(operation="Run_GetList")

        with pytest.raises(NmbrsCallForbidden) as refusal:
            client.runs(KONEPAJA, 2026)

        assert refusal.value.call == "Run_GetList"

    @pytest.mark.parametrize("code", [1003, 2004])
    def test_recognises_a_company_the_user_may_not_see(
        self, nmbrs_sandbox: Sandbox, client: NmbrsSoap, code: int
    ) -> None:
        nmbrs_sandbox.deny_company(company_id=KONEPAJA.number or 0, code=code)

        with pytest.raises(NmbrsAccessDenied):
            client.runs(KONEPAJA, 2026)

    def test_reports_the_number_of_any_other_refusal(
        self, nmbrs_sandbox: Sandbox, client: NmbrsSoap
    ) -> None:
        nmbrs_sandbox.faults.add(Fault(kind=FaultKind.FAULT, code="2011", text="Protected Mode"))

        with pytest.raises(NmbrsRefused) as refusal:
            client.runs(KONEPAJA, 2026)

        assert refusal.value.number == "2011"

    def test_repeats_nothing_of_the_message_of_nmbrs(
        self, nmbrs_sandbox: Sandbox, client: NmbrsSoap
    ) -> None:
        nmbrs_sandbox.faults.add(Fault(kind=FaultKind.FAULT, text="salary of somebody"))

        with pytest.raises(NmbrsRefused) as refusal:
            client.runs(KONEPAJA, 2026)

        assert "salary" not in str(refusal.value)
        assert refusal.value.__cause__ is None

    def test_finds_the_calls_that_are_forbidden(
        self, nmbrs_sandbox: Sandbox, client: NmbrsSoap
    ) -> None:
        calls = ("List_GetByDebtor", "CostUnit_GetList", "Journals_GetByRunCostCenter_v2")
        for call in calls:
            nmbrs_sandbox.forbid_call(operation=call)

        assert client.forbidden_calls(KOIVULAMMI, KONEPAJA, 2026) == calls

    def test_does_not_take_an_empty_answer_for_a_forbidden_call(self, client: NmbrsSoap) -> None:
        assert client.forbidden_calls(KOIVULAMMI, KONEPAJA, 2026) == ()

    def test_refuses_an_unreliable_journal(self, nmbrs_sandbox: Sandbox) -> None:
        def odd_amounts(environ: Any, start_response: Any) -> Any:
            answer = b"".join(nmbrs_sandbox(environ, start_response))
            return [answer.replace(b"&lt;value&gt;", b"&lt;value&gt;0x")]

        client = client_of(odd_amounts)

        with pytest.raises(FileRefused) as refusal:
            client.journal(KONEPAJA, june_of(client), JournalSplit.COMPANY)

        assert {problem.code.value for problem in refusal.value.problems} == {"F08"}


def answering(app: Any, old: bytes, new: bytes) -> Any:
    """Return the stand-in with one piece of its answers replaced."""

    def app_with_replacement(environ: Any, start_response: Any) -> Any:
        return [b"".join(app(environ, start_response)).replace(old, new)]

    return app_with_replacement


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


class TestFaultTexts:
    """Faults in forms other than the usual one, each with the frame of .NET around it."""

    @pytest.mark.parametrize(
        ("text", "kind"),
        [
            ("Invalid combination email/password", NmbrsLoginRefused),
            ("Invalid Authentication", NmbrsLoginRefused),
            ("Login failed", NmbrsLoginRefused),
            ("Invalid domain", NmbrsLoginRefused),
            ("No valid subscription", NmbrsLoginRefused),
            ("NmbrsException: 1001: Invalid Authentication", NmbrsLoginRefused),
            ("Error 1001 - something else", NmbrsLoginRefused),
            ("(1002) Unauthorized Access", NmbrsCallForbidden),
            ("This call is switched off in the API template", NmbrsCallForbidden),
            ("System.Exception ---&gt; 1003: Unauthorized", NmbrsAccessDenied),
            ("Unauthorized Access", NmbrsAccessDenied),
            ("Company 2004: no access to it", NmbrsAccessDenied),
            ("Company not found", NmbrsAccessDenied),
            ("2046", NmbrsAccessDenied),
        ],
    )
    def test_keep_their_remedy(
        self,
        nmbrs_sandbox: Sandbox,
        client: NmbrsSoap,
        text: str,
        kind: type[NmbrsRefused],
    ) -> None:
        nmbrs_sandbox.faults.add(Fault(kind=FaultKind.FAULT, code="", text=text))

        with pytest.raises(NmbrsRefused) as refusal:
            client.runs(KONEPAJA, 2026)

        assert type(refusal.value) is kind

    @pytest.mark.parametrize("text", ["Run 2026-1001 failed", "At 10/1001", "Something of 2003x"])
    def test_are_not_sorted_by_numbers_that_are_no_codes(
        self, nmbrs_sandbox: Sandbox, client: NmbrsSoap, text: str
    ) -> None:
        nmbrs_sandbox.faults.add(Fault(kind=FaultKind.FAULT, code="", text=text))

        with pytest.raises(NmbrsRefused) as refusal:
            client.runs(KONEPAJA, 2026)

        assert (type(refusal.value), refusal.value.number) == (NmbrsRefused, "")

    def test_without_a_number_still_say_that_a_year_is_not_there(
        self, nmbrs_sandbox: Sandbox, client: NmbrsSoap
    ) -> None:
        nmbrs_sandbox.faults.add(Fault(kind=FaultKind.FAULT, code="", text="Invalid Period"))

        with pytest.raises(NmbrsRefused) as refusal:
            client.runs(KONEPAJA, 2026)

        assert (refusal.value.reason, refusal.value.number) == (NO_SUCH_PERIOD, "")

    def test_are_read_with_any_status(self, nmbrs_sandbox: Sandbox) -> None:
        def with_status_200(environ: Any, start_response: Any) -> Any:
            def start(_status: str, headers: Any, _error: Any = None, /) -> Any:
                return start_response("200 OK", headers)

            return nmbrs_sandbox(environ, start)

        with pytest.raises(NmbrsLoginRefused):
            client_of(with_status_200, token="another").debtors()

    def test_are_read_in_the_form_of_soap_1_2(self, nmbrs_sandbox: Sandbox) -> None:
        soap_12 = (
            b'<e:Envelope xmlns:e="http://www.w3.org/2003/05/soap-envelope"><e:Body><e:Fault>'
            b"<e:Code><e:Value>e:Receiver</e:Value></e:Code><e:Reason><e:Text xml:lang='en'>"
            b"Server was unable to process request. ---&gt; 1001: Invalid Authentication"
            b"</e:Text></e:Reason></e:Fault></e:Body></e:Envelope>"
        )

        def other_form(environ: Any, start_response: Any) -> Any:
            answer = b"".join(nmbrs_sandbox(environ, start_response))
            return [soap_12 if b"faultstring" in answer else answer]

        with pytest.raises(NmbrsLoginRefused):
            client_of(other_form, token="another").debtors()


class TestSilence:
    @pytest.mark.parametrize(
        "kind", [FaultKind.DOWN, FaultKind.BROKEN_XML, FaultKind.CONNECTION_LOST]
    )
    def test_is_recognised(
        self, nmbrs_sandbox: Sandbox, client: NmbrsSoap, kind: FaultKind
    ) -> None:
        nmbrs_sandbox.faults.add(Fault(kind=kind, operation="Run_GetList"))

        with pytest.raises(NmbrsUnavailable):
            client.runs(KONEPAJA, 2026)

    @pytest.mark.parametrize(
        "kind", [FaultKind.DOWN, FaultKind.BROKEN_XML, FaultKind.CONNECTION_LOST]
    )
    def test_is_reported_only_after_retries(self, nmbrs_sandbox: Sandbox, kind: FaultKind) -> None:
        nmbrs_sandbox.faults.add(Fault(kind=kind, operation="Run_GetList", times=2))
        client = client_of(nmbrs_sandbox, pauses=(0.0, 0.0))

        assert len(client.runs(KONEPAJA, 2026)) == 6

    def test_quotes_nothing_of_a_broken_journal(
        self, nmbrs_sandbox: Sandbox, client: NmbrsSoap
    ) -> None:
        june = june_of(client)
        nmbrs_sandbox.faults.add(Fault(kind=FaultKind.BROKEN_XML))

        with pytest.raises(NmbrsUnavailable) as silence:
            client.journal(KONEPAJA, june, JournalSplit.COMPANY)

        assert "21480" not in str(silence.value)
        assert silence.value.__cause__ is None

    def test_covers_the_description_of_the_services_too(self, nmbrs_sandbox: Sandbox) -> None:
        nmbrs_sandbox.faults.add(Fault(kind=FaultKind.DOWN, operation="WSDL"))
        client = client_of(nmbrs_sandbox)

        with pytest.raises(NmbrsUnavailable):
            client.debtors()

        assert len(client.debtors()) == 3

    def test_never_follows_a_redirect_with_the_token(self) -> None:
        def moved(_environ: Any, start_response: Any) -> Any:
            start_response("302 Found", [("Location", "http://elsewhere.invalid/")])
            return [b""]

        with pytest.raises(NmbrsUnavailable):
            client_of(moved).debtors()


class TestUnknownAnswers:
    def test_guesses_nothing_about_a_call_that_is_not_there(self, nmbrs_sandbox: Sandbox) -> None:
        def older(environ: Any, start_response: Any) -> Any:
            answer = b"".join(nmbrs_sandbox(environ, start_response))
            return [answer.replace(b"Run_GetList", b"Runs_List")]

        with pytest.raises(NmbrsAnswerUnknown, match="Run_GetList"):
            client_of(older).runs(KONEPAJA, 2026)

    def test_guesses_nothing_about_a_parameter_it_does_not_know(
        self, nmbrs_sandbox: Sandbox
    ) -> None:
        def newer(environ: Any, start_response: Any) -> Any:
            answer = b"".join(nmbrs_sandbox(environ, start_response))
            return [answer.replace(b'name="intYear"', b'name="ScenarioId"')]

        client = client_of(newer)
        june = replace(june_of(client))

        with pytest.raises(NmbrsAnswerUnknown, match="ScenarioId"):
            client.journal(KONEPAJA, june, JournalSplit.COMPANY)
