"""The client of Nmbrs' REST API against the stand-in, which shares no code with it."""

from collections.abc import Callable
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any
from uuid import uuid4

import httpx2
import pytest
from tests.clocks import SleepingClock

from nmbrs_sandbox.app import Sandbox
from nmbrs_sandbox.faults import Fault, FaultKind
from nmbrs_sandbox.payroll.sample import DOMAIN, LOGIN_OF_ALL, TOKEN, USERNAME
from nmbrs_sandbox.traps import Trap
from tilisilta.clients.files.outcomes import FileRefused
from tilisilta.clients.nmbrs.errors import (
    JournalNotReady,
    NmbrsAccessDenied,
    NmbrsAnswerUnknown,
    NmbrsCallForbidden,
    NmbrsEnvironmentClosed,
    NmbrsIdUnknown,
    NmbrsKeyRefused,
    NmbrsLoginRefused,
    NmbrsQuotaUsedUp,
    NmbrsRefused,
    NmbrsUnavailable,
)
from tilisilta.clients.nmbrs.rest.client import NmbrsRest
from tilisilta.clients.nmbrs.rest.http import RestHttp
from tilisilta.clients.nmbrs.rest.identity_errors import ConsentEnded
from tilisilta.clients.nmbrs.soap import NmbrsSoap, SoapServices
from tilisilta.domain.dimensions import DimensionKind
from tilisilta.domain.journals import JournalLine
from tilisilta.domain.nmbrs_ids import NmbrsId
from tilisilta.domain.payroll import IdOf, JournalSplit, PayrollRun

URL = "http://nmbrs.invalid"
KEY = "sandbox-development-key"
KONEPAJA = 48101
SECRET = "S3cret"


@dataclass
class Tokens:
    """Access tokens as a test gives them; the last one is given again and again."""

    given: list[str]
    refused: list[str] = field(default_factory=list)

    def current(self) -> str:
        return self.given[0]

    def renew(self, refused: str) -> str:
        self.refused.append(refused)
        self.given = self.given[1:] or self.given
        return self.given[0]


@dataclass
class Rate:
    """A pace that only notes what it is told."""

    waits: int = 0
    slowed: list[int | None] = field(default_factory=list)

    def wait(self) -> None:
        self.waits += 1

    def slow_down(self, retry_after_seconds: int | None) -> None:
        self.slowed.append(retry_after_seconds)


@dataclass
class Bench:
    """A client, and what it waits by."""

    client: NmbrsRest
    rate: Rate
    clock: SleepingClock
    tokens: Tokens
    counted: list[str]


def bench_of(app: Any, *, tokens: list[str] | None = None, key: str = KEY) -> Bench:
    return _bench(httpx2.WSGITransport(app=app), tokens or [access_to(app)], key)


def answering(answer: Callable[[httpx2.Request], httpx2.Response]) -> Bench:
    """Return a client of an Nmbrs that answers as a test has it."""
    return _bench(httpx2.MockTransport(answer), [SECRET], KEY)


def _bench(transport: httpx2.BaseTransport, tokens: list[str], key: str) -> Bench:
    rate, clock, given, counted = Rate(), SleepingClock(), Tokens(tokens), list[str]()
    client = NmbrsRest(
        base_url=URL,
        subscription_key=key,
        tokens=given,
        http=RestHttp(transport=transport, timeout_seconds=5),
        rate=rate,
        clock=clock,
        counted=counted.append,
    )
    return Bench(client, rate, clock, given, counted)


def access_to(sandbox: Sandbox) -> str:
    return sandbox.sign_in(email=LOGIN_OF_ALL).access_token


@pytest.fixture
def bench(nmbrs_sandbox: Sandbox) -> Bench:
    return bench_of(nmbrs_sandbox)


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


def konepaja(bench: Bench) -> NmbrsId:
    return next(one.id for one in bench.client.companies() if one.number == 1001)


def june_of(bench: Bench) -> PayrollRun:
    return next(run for run in bench.client.runs(konepaja(bench), 2026) if run.number == "6")


def journal_of(bench: Bench, split: JournalSplit = JournalSplit.COST_UNIT) -> Any:
    return bench.client.journal(konepaja(bench), june_of(bench), split)


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
        assert sorted(map(_said, ours.lines)) == sorted(map(_said, theirs.lines))
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


def _said(line: JournalLine) -> tuple[object, ...]:
    return (
        line.booking_date,
        line.ledger_account,
        line.description,
        line.amount,
        line.cost_center,
        line.cost_unit,
    )


class TestBegunJournals:
    def test_are_the_same_and_share_their_wait(self, bench: Bench) -> None:
        company = konepaja(bench)
        runs = bench.client.runs(company, 2026)[:4]
        one_by_one = [bench.client.journal(company, run, JournalSplit.COMPANY) for run in runs]
        bench.clock.slept.clear()

        together = []
        for at, run in enumerate(runs):
            for soon in runs[at:]:
                bench.client.begin_journal(company, soon, JournalSplit.COMPANY)
            together.append(bench.client.journal(company, run, JournalSplit.COMPANY))

        assert together == one_by_one
        # The first takes 1.5 seconds, and the others another one together.
        assert sum(bench.clock.slept) == 2.5

    def test_are_begun_once_and_read_anew_the_next_time(
        self, nmbrs_sandbox: Sandbox, bench: Bench
    ) -> None:
        company, june = konepaja(bench), june_of(bench)
        nmbrs_sandbox.requests.clear()

        for _ in range(3):
            bench.client.begin_journal(company, june, JournalSplit.COMPANY)
        bench.client.journal(company, june, JournalSplit.COMPANY)
        bench.client.journal(company, june, JournalSplit.COMPANY)

        asked = [call.operation for call in nmbrs_sandbox.requests.all()]
        assert [one for one in asked if one != "document"] == ["journals"] * 2

    def test_are_begun_anew_where_nmbrs_has_forgotten_them(self) -> None:
        begun: list[str] = []

        def answer(request: httpx2.Request) -> httpx2.Response:
            if "documents" not in request.url.path:
                begun.append(str(uuid4()))
                return httpx2.Response(200, json={"taskId": begun[-1]})
            is_first = request.url.path.endswith(begun[0])
            return httpx2.Response(404 if is_first else 200, content=b"")

        bench = answering(answer)
        asked = (NmbrsId(guid=uuid4()), _run(), JournalSplit.COMPANY)
        bench.client.begin_journal(*asked)

        assert bench.client.journal(*asked) is None
        assert len(begun) == 2

    def test_tell_what_fails_when_they_are_asked_for(
        self, nmbrs_sandbox: Sandbox, bench: Bench
    ) -> None:
        company, june = konepaja(bench), june_of(bench)
        nmbrs_sandbox.faults.add(Fault(kind=FaultKind.DOWN, operation="rest/journals*", times=None))

        bench.client.begin_journal(company, june, JournalSplit.COMPANY)

        with pytest.raises(NmbrsUnavailable):
            bench.client.journal(company, june, JournalSplit.COMPANY)


class TestTraps:
    @pytest.mark.parametrize(
        "trap",
        [
            Trap.NEXT_PAGE_EMPTY,
            Trap.NEXT_PAGE_BARE,
            Trap.EXTRA_FIELDS,
            Trap.PADDED_NUMBERS,
            Trap.PERIOD_AS_TEXT,
            Trap.PERIOD_AS_TIME,
            Trap.CREATED_IN_CET,
            Trap.READY_AT_ONCE,
            Trap.SLOW_TASK,
            Trap.WITH_BOM,
            Trap.IN_UTF_16,
            Trap.SERVED_AS_XML,
            Trap.RETRY_AFTER,
        ],
    )
    def test_change_nothing_of_what_is_read(
        self, nmbrs_sandbox: Sandbox, bench: Bench, trap: Trap
    ) -> None:
        before = sorted(map(_said, journal_of(bench).lines))
        nmbrs_sandbox.traps.on(trap)

        june = june_of(bench)
        journal = journal_of(bench)

        assert sorted(map(_said, journal.lines)) == before
        assert (june.period_start, june.period_end) == (6, 6)

    def test_keep_an_unknown_type_of_run_as_text(
        self, nmbrs_sandbox: Sandbox, bench: Bench
    ) -> None:
        nmbrs_sandbox.traps.on(Trap.UNKNOWN_RUN_TYPE)

        assert june_of(bench).run_type not in {"", "normal"}

    def test_read_numbers_of_debtors_as_they_are(
        self, nmbrs_sandbox: Sandbox, bench: Bench
    ) -> None:
        nmbrs_sandbox.traps.on(Trap.PADDED_NUMBERS)

        assert bench.client.debtors()[0].number == "00101"
        assert bench.client.companies()[0].number == 1001

    @pytest.mark.parametrize("trap", [Trap.EMPTY_FILE, Trap.NO_CONTENT, Trap.NO_LINES])
    def test_take_an_empty_document_for_no_journal(
        self, nmbrs_sandbox: Sandbox, bench: Bench, trap: Trap
    ) -> None:
        nmbrs_sandbox.traps.on(trap)

        assert journal_of(bench) is None

    def test_begin_a_forgotten_task_anew_once(self, nmbrs_sandbox: Sandbox, bench: Bench) -> None:
        company, june = konepaja(bench), june_of(bench)
        nmbrs_sandbox.traps.on(Trap.TASK_FORGOTTEN)
        bench.counted.clear()

        assert bench.client.journal(company, june, JournalSplit.COMPANY) is None
        assert bench.counted == ["journals"] * 4

    def test_wait_two_minutes_and_no_longer(self, nmbrs_sandbox: Sandbox, bench: Bench) -> None:
        company, june = konepaja(bench), june_of(bench)
        nmbrs_sandbox.traps.on(Trap.NEVER_READY)

        with pytest.raises(JournalNotReady) as raised:
            bench.client.journal(company, june, JournalSplit.COMPANY)

        assert raised.value.facts == {"run": "6/2026"}
        assert bench.clock.slept[:6] == [0.5, 1.0, 2.0, 4.0, 8.0, 8.0]
        assert 110 <= bench.clock.now() <= 120

    def test_ask_later_for_a_task_that_failed(self, nmbrs_sandbox: Sandbox, bench: Bench) -> None:
        company, june = konepaja(bench), june_of(bench)
        nmbrs_sandbox.traps.on(Trap.TASK_FAILED)

        with pytest.raises(JournalNotReady):
            bench.client.journal(company, june, JournalSplit.COMPANY)

    def test_are_refused_where_the_next_page_is_elsewhere(self) -> None:
        bench = answering(
            lambda _: _page([_debtor()], total=2, following="https://nmbrs.example/api/debtors")
        )

        with pytest.raises(NmbrsAnswerUnknown) as raised:
            bench.client.debtors()

        assert "same host" in str(raised.value)
        assert bench.rate.waits == 1

    def test_are_refused_where_the_environment_is_disabled(
        self, nmbrs_sandbox: Sandbox, bench: Bench
    ) -> None:
        nmbrs_sandbox.traps.on(Trap.ENVIRONMENT_DISABLED)

        with pytest.raises(NmbrsEnvironmentClosed):
            bench.client.debtors()

    def test_tell_a_company_that_vanished(self, nmbrs_sandbox: Sandbox, bench: Bench) -> None:
        company, june = konepaja(bench), june_of(bench)
        nmbrs_sandbox.traps.on(Trap.COMPANY_VANISHES)

        with pytest.raises(NmbrsAccessDenied):
            bench.client.runs(company, 2026)
        with pytest.raises(NmbrsAccessDenied):
            bench.client.journal(company, june, JournalSplit.COMPANY)


def _debtor(number: int = 1) -> dict[str, Any]:
    return {"debtorId": str(uuid4()), "number": str(number), "name": f"Debtor {number}"}


def _page(
    rows: list[dict[str, Any]], *, total: int, following: str | None = None
) -> httpx2.Response:
    pages = {"totalRecords": total, "totalPages": 1, "nextPage": following}
    return httpx2.Response(200, json={"pagination": pages, "data": rows})


class TestPages:
    def test_are_read_to_the_end(self, nmbrs_sandbox: Sandbox) -> None:
        debtor = nmbrs_sandbox.world.debtors[0]
        for number in range(2001, 2125):
            nmbrs_sandbox.add_company(
                debtor_id=debtor.debtor_id, number=number, name=f"Company {number}", runs=0
            )
        bench = bench_of(nmbrs_sandbox)

        numbers = [one.number for one in bench.client.companies()]

        assert len(numbers) == len(set(numbers)) == 10 + 124
        assert 2124 in numbers

    def test_give_each_row_once(self) -> None:
        rows = [_debtor(number) for number in range(1, 4)]
        pages = {"1": rows[:2], "2": rows[1:]}

        def answer(request: httpx2.Request) -> httpx2.Response:
            number = request.url.params["pageNumber"]
            return _page(pages[number], total=3, following="/api/debtors" if number == "1" else "")

        bench = answering(answer)

        assert [one.number for one in bench.client.debtors()] == ["1", "2", "3"]

    def test_are_read_again_once_when_a_row_is_missing(self) -> None:
        rows = [_debtor(number) for number in range(1, 4)]
        answers = iter([rows[:2], rows])

        bench = answering(lambda _: _page(next(answers), total=3))

        assert len(bench.client.debtors()) == 3
        assert bench.rate.waits == 2

    def test_are_a_case_for_later_when_a_row_stays_missing(self) -> None:
        bench = answering(lambda _: _page([_debtor()], total=2))

        with pytest.raises(NmbrsUnavailable):
            bench.client.debtors()

        assert bench.rate.waits == 2

    @pytest.mark.parametrize("content", [b"[]", b"{}", b'{"data": []}', b'"text"', b"null"])
    def test_without_their_frame_are_not_taken_for_an_empty_list(self, content: bytes) -> None:
        bench = answering(lambda _: httpx2.Response(200, content=content))

        with pytest.raises(NmbrsAnswerUnknown):
            bench.client.debtors()

    def test_that_are_html_are_not_read(self) -> None:
        bench = answering(lambda _: httpx2.Response(200, html="<html>Sign in</html>"))

        with pytest.raises(NmbrsUnavailable):
            bench.client.debtors()

    def test_fall_back_to_one_debtor_at_a_time(self, nmbrs_sandbox: Sandbox) -> None:
        bench = bench_of(nmbrs_sandbox)

        companies = bench.client.companies()

        # The consent spans three debtors, so that the list of all is refused with 40306.
        assert len(companies) == 10
        assert bench.counted.count("lists") == 1 + 1 + 3


def _refusal(status: int, code: int | None = None, **headers: str) -> httpx2.Response:
    body: dict[str, Any] = (
        {"statusCode": status, "message": f"Refused {SECRET}"}
        if code is None
        else {"code": code, "httpStatus": status, "title": "Odd", "detail": f"About {SECRET}"}
    )
    return httpx2.Response(status, json=body, headers=headers)


class TestRefusals:
    @pytest.mark.parametrize(
        ("status", "code", "kind"),
        [
            (400, 40033, NmbrsRefused),
            (401, None, NmbrsKeyRefused),
            (403, 40303, NmbrsAccessDenied),
            (403, 40304, NmbrsEnvironmentClosed),
            (403, 40305, NmbrsAccessDenied),
            (403, 40399, NmbrsCallForbidden),
            (403, None, NmbrsCallForbidden),
            (404, 40401, NmbrsAccessDenied),
            (404, 40404, NmbrsAccessDenied),
            (404, None, NmbrsAccessDenied),
            (409, 40901, NmbrsRefused),
            (429, 42909, NmbrsQuotaUsedUp),
            (302, None, NmbrsUnavailable),
            (204, None, NmbrsUnavailable),
        ],
    )
    def test_are_told_by_their_code(
        self, status: int, code: int | None, kind: type[Exception]
    ) -> None:
        bench = answering(lambda _: _refusal(status, code))

        with pytest.raises(kind) as raised:
            bench.client.debtors()

        assert type(raised.value) is kind
        told = f"{raised.value!r} {getattr(raised.value, 'facts', '')}"
        assert SECRET not in told
        assert KEY not in told
        assert bench.rate.waits == 1

    def test_for_the_whole_connection_stop_it(self) -> None:
        kinds = (NmbrsKeyRefused, NmbrsEnvironmentClosed, NmbrsQuotaUsedUp, ConsentEnded)

        assert all(issubclass(kind, NmbrsLoginRefused) for kind in kinds)

    def test_by_the_gateways_words_for_a_used_up_quota(self) -> None:
        words = "Out of call volume quota. Quota will be replenished in 03:12:00."
        body = {"statusCode": 403, "message": words}
        bench = answering(lambda _: httpx2.Response(403, json=body))

        with pytest.raises(NmbrsQuotaUsedUp):
            bench.client.debtors()

    def test_of_a_token_are_answered_with_another_one(self, nmbrs_sandbox: Sandbox) -> None:
        bench = bench_of(nmbrs_sandbox, tokens=["old", access_to(nmbrs_sandbox)])

        assert bench.client.debtors()
        assert bench.tokens.refused == ["old"]

    def test_of_a_second_token_ask_for_a_new_consent(self, nmbrs_sandbox: Sandbox) -> None:
        bench = bench_of(nmbrs_sandbox, tokens=["old", "older"])

        with pytest.raises(ConsentEnded):
            bench.client.debtors()

        assert bench.tokens.refused == ["old"]

    def test_of_the_key_are_not_taken_for_one_of_the_token(self, nmbrs_sandbox: Sandbox) -> None:
        bench = bench_of(nmbrs_sandbox, key="another key")

        with pytest.raises(NmbrsKeyRefused):
            bench.client.debtors()

        assert not bench.tokens.refused


class TestPatience:
    @pytest.mark.parametrize("status", [500, 502, 503])
    def test_repeats_a_failure_three_times(self, status: int) -> None:
        bench = answering(lambda _: httpx2.Response(status, html="<h1>Bad gateway</h1>"))

        with pytest.raises(NmbrsUnavailable):
            bench.client.debtors()

        assert bench.rate.waits == 4
        assert bench.clock.slept == [0.5, 2.0, 5.0]

    def test_goes_on_after_a_failure(self, nmbrs_sandbox: Sandbox, bench: Bench) -> None:
        nmbrs_sandbox.faults.add(Fault(kind=FaultKind.DOWN, times=2))

        assert len(bench.client.debtors()) == 3

    def test_slows_down_and_goes_on(self) -> None:
        answers = iter([_refusal(429, 42908), _refusal(429, 42908, **{"Retry-After": "7"})])
        good = _page([], total=0)
        bench = answering(lambda _: next(answers, good))

        assert bench.client.debtors() == ()
        assert bench.rate.slowed == [None, 7]
        assert bench.counted.count("slowed") == 2

    def test_ends_when_it_is_always_too_fast(self) -> None:
        bench = answering(lambda _: _refusal(429, 42908, **{"Retry-After": "30"}))

        with pytest.raises(NmbrsUnavailable) as raised:
            bench.client.debtors()

        assert raised.value.retry_after_seconds == 30
        assert len(bench.rate.slowed) == 6

    def test_obeys_retry_after_while_it_waits_for_a_journal(self) -> None:
        documents = iter([httpx2.Response(202, json="Wait", headers={"Retry-After": "20"})])

        def answer(request: httpx2.Request) -> httpx2.Response:
            if "documents" in request.url.path:
                return next(documents, httpx2.Response(200, content=b""))
            return httpx2.Response(200, json={"taskId": str(uuid4())})

        bench = answering(answer)

        assert bench.client.journal(NmbrsId(guid=uuid4()), _run(), JournalSplit.COMPANY) is None
        assert bench.clock.slept == [0.5, 20]

    def test_refuses_a_journal_of_another_form(self) -> None:
        def answer(request: httpx2.Request) -> httpx2.Response:
            if "documents" in request.url.path:
                return httpx2.Response(200, content=b"<payslips><one/></payslips>")
            return httpx2.Response(200, json={"taskId": str(uuid4())})

        bench = answering(answer)

        with pytest.raises(FileRefused):
            bench.client.journal(NmbrsId(guid=uuid4()), _run(), JournalSplit.COMPANY)

    def test_takes_a_page_of_html_for_no_answer(self) -> None:
        def answer(request: httpx2.Request) -> httpx2.Response:
            if "documents" in request.url.path:
                return httpx2.Response(200, html="<!DOCTYPE html><html></html>")
            return httpx2.Response(200, json={"taskId": str(uuid4())})

        bench = answering(answer)

        with pytest.raises(NmbrsUnavailable):
            bench.client.journal(NmbrsId(guid=uuid4()), _run(), JournalSplit.COMPANY)

    def test_tells_nothing_of_a_row_that_it_cannot_read(self) -> None:
        row = {"debtorId": f"no guid but {SECRET}", "number": "1", "name": "Debtor"}
        bench = answering(lambda _: _page([row], total=1))

        with pytest.raises(NmbrsAnswerUnknown) as raised:
            bench.client.debtors()

        assert "debtorId" in str(raised.value)
        assert SECRET not in str(raised.value)
        assert raised.value.__cause__ is None


def _run() -> PayrollRun:
    return PayrollRun(
        id=NmbrsId(guid=uuid4()),
        year=2026,
        number="6",
        period_start=6,
        period_end=6,
        description="",
        run_at=None,
        is_locked=False,
    )
