from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor
from time import monotonic
from xml.etree import ElementTree as ET

import httpx2
import pytest
from tests.nmbrs_sandbox.calling import (
    COMPANY,
    DEBTOR,
    KONEPAJA,
    KULJETUS,
    call,
    client_of,
    fault,
    parsed,
    send,
    texts,
)
from tests.sandbox_parts.clock import SetClock

from nmbrs_sandbox.app import Sandbox, create_app
from nmbrs_sandbox.faults import Fault, FaultKind

Ask = Callable[[], httpx2.Response]


@pytest.fixture
def ask(client: httpx2.Client) -> Ask:
    return lambda: call(client, "Run_GetList", CompanyId=KONEPAJA, Year=2026)


@pytest.fixture
def insert(client: httpx2.Client) -> Ask:
    """Add a cost center, the one call that must not be made twice."""
    item = {"Code": "900", "Description": "Uusi", "Id": 0}
    return lambda: call(client, "CostCenter_Insert", CompanyId=KONEPAJA, kostenplaats=item)


def codes(sandbox: Sandbox) -> list[str]:
    company = sandbox.bureau.company(KONEPAJA)
    return [one.code for one in company.cost_centers] if company else []


def in_thread(act: Ask) -> "Future[httpx2.Response]":
    """Start a request that will be held, and return the future of its outcome."""
    pool = ThreadPoolExecutor(max_workers=1)
    outcome = pool.submit(act)
    pool.shutdown(wait=False)
    return outcome


class TestFault:
    def test_down_is_a_page_of_the_gateway(self, sandbox: Sandbox, insert: Ask, ask: Ask) -> None:
        sandbox.faults.add(Fault(kind=FaultKind.DOWN))
        sandbox.faults.add(Fault(kind=FaultKind.DOWN, status=502))

        answers = [insert(), ask(), ask()]

        assert [one.status_code for one in answers] == [503, 502, 200]
        assert answers[0].headers["Content-Type"].startswith("text/html")
        assert "900" not in codes(sandbox)

    def test_slow_takes_its_time_and_answers(self, sandbox: Sandbox, ask: Ask) -> None:
        sandbox.faults.add(Fault(kind=FaultKind.SLOW, seconds=0.05))
        started = monotonic()

        answer = ask()

        assert monotonic() - started >= 0.05
        assert answer.status_code == 200

    def test_broken_xml_stops_in_the_middle(self, sandbox: Sandbox, insert: Ask) -> None:
        sandbox.faults.add(Fault(kind=FaultKind.BROKEN_XML))

        answer = insert()

        assert answer.status_code == 200
        assert answer.headers["Content-Type"].startswith("text/xml")
        with pytest.raises(ET.ParseError):
            parsed(answer.content)
        assert "900" in codes(sandbox)

    def test_lost_connection_leaves_the_call_carried_out(
        self, sandbox: Sandbox, insert: Ask
    ) -> None:
        sandbox.faults.add(Fault(kind=FaultKind.CONNECTION_LOST))

        with pytest.raises(httpx2.RemoteProtocolError):
            insert()

        assert "900" in codes(sandbox)
        assert sandbox.requests.all()[-1].status is None

    def test_fault_answers_as_ordered(self, sandbox: Sandbox, insert: Ask) -> None:
        sandbox.faults.add(Fault(kind=FaultKind.FAULT, code="1004", text="No <subscription>"))

        answer = insert()

        assert fault(answer) == "1004"
        assert "---&gt; 1004: No &lt;subscription&gt;<" in answer.text
        assert sandbox.requests.all()[-1].fault_code == "1004"
        assert "900" not in codes(sandbox)

    def test_fault_may_have_no_code(self, sandbox: Sandbox, ask: Ask) -> None:
        sandbox.faults.add(Fault(kind=FaultKind.FAULT, code="", text="Invalid combination"))

        assert "---&gt; Invalid combination<" in ask().text

    def test_hold_stops_the_call_until_it_is_released(self, sandbox: Sandbox, insert: Ask) -> None:
        sandbox.faults.add(Fault(kind=FaultKind.HOLD_BEFORE))

        outcome = in_thread(insert)
        was_held = sandbox.faults.wait_until_held()
        while_held = codes(sandbox)
        released = sandbox.faults.release()

        assert was_held
        assert "900" not in while_held
        assert released == 1
        assert outcome.result(10).status_code == 200
        assert "900" in codes(sandbox)

    def test_hold_sees_what_happened_meanwhile(self, sandbox: Sandbox, ask: Ask) -> None:
        sandbox.faults.add(Fault(kind=FaultKind.HOLD_BEFORE))

        outcome = in_thread(ask)
        sandbox.faults.wait_until_held()
        sandbox.hide_company(company_id=KONEPAJA)
        sandbox.faults.release()

        assert fault(outcome.result(10)) == "1003"

    def test_hold_ends_by_itself(self, sandbox: Sandbox, ask: Ask) -> None:
        sandbox.faults.add(Fault(kind=FaultKind.HOLD_BEFORE, seconds=0.01))

        assert ask().status_code == 200

    def test_hits_requests_that_cannot_be_read_as_well(
        self, sandbox: Sandbox, client: httpx2.Client
    ) -> None:
        sandbox.faults.add(Fault(kind=FaultKind.DOWN))

        assert send(client, "no XML").status_code == 503

    @pytest.mark.parametrize(
        "odd", [{"times": 0}, {"skip": -1}, {"seconds": -1}, {"seconds": 601}, {"status": 200}]
    )
    def test_has_no_odd_numbers(self, odd: dict[str, int]) -> None:
        with pytest.raises(ValueError, match=next(iter(odd))):
            Fault(kind=FaultKind.DOWN, **odd)  # type: ignore[arg-type]  # wrong on purpose


class TestChoice:
    def test_skips_so_many_and_then_hits_so_many(self, sandbox: Sandbox, ask: Ask) -> None:
        sandbox.faults.add(Fault(kind=FaultKind.DOWN, skip=1, times=2))

        assert [ask().status_code for _ in range(4)] == [200, 503, 503, 200]

    def test_goes_on_for_ever_on_request(self, sandbox: Sandbox, ask: Ask) -> None:
        sandbox.faults.add(Fault(kind=FaultKind.DOWN, times=None))

        before = [ask().status_code for _ in range(5)]
        sandbox.faults.clear()

        assert before == [503] * 5
        assert ask().status_code == 200

    def test_hits_one_company_only(self, sandbox: Sandbox, client: httpx2.Client) -> None:
        sandbox.faults.add(Fault(kind=FaultKind.DOWN, company_id=KULJETUS, times=None))

        answers = {
            company_id: call(client, "Run_GetList", CompanyId=company_id, Year=2026).status_code
            for company_id in (KONEPAJA, KULJETUS)
        }

        assert answers == {KONEPAJA: 200, KULJETUS: 503}

    @pytest.mark.parametrize(
        ("operation", "hit"),
        [
            ("Run_GetList", {"Run_GetList"}),
            ("Run*", {"Run_GetList"}),
            ("CompanyService/List_GetAll", {"CompanyService/List_GetAll"}),
            ("List_GetAll", {"CompanyService/List_GetAll", "DebtorService/List_GetAll"}),
            ("DebtorService/*", {"DebtorService/List_GetAll", "DebtorService/WSDL"}),
            ("WSDL", {"DebtorService/WSDL"}),
            (
                None,
                {"Run_GetList", "CompanyService/List_GetAll", "DebtorService/List_GetAll"},
            ),
        ],
    )
    def test_hits_the_operations_named(
        self,
        sandbox: Sandbox,
        client: httpx2.Client,
        ask: Ask,
        operation: str | None,
        hit: set[str],
    ) -> None:
        sandbox.faults.add(Fault(kind=FaultKind.DOWN, operation=operation, times=None))

        answers = {
            "Run_GetList": ask(),
            "CompanyService/List_GetAll": call(client, "List_GetAll", COMPANY),
            "DebtorService/List_GetAll": call(client, "List_GetAll", DEBTOR),
            "DebtorService/WSDL": client.get("/soap/v3/DebtorService.asmx?WSDL"),
        }

        assert {name for name, one in answers.items() if one.status_code == 503} == hit

    def test_takes_the_next_fault_while_the_first_still_skips(
        self, sandbox: Sandbox, ask: Ask
    ) -> None:
        sandbox.faults.add(Fault(kind=FaultKind.DOWN, skip=1, status=502))
        sandbox.faults.add(Fault(kind=FaultKind.DOWN))

        assert [ask().status_code for _ in range(3)] == [503, 502, 200]


class TestPace:
    def test_delays_calls_beyond_the_limit_of_a_second(self, clock: SetClock) -> None:
        sandbox = create_app(clock=clock, calls_per_second=2, delay_seconds=0.05)
        client = client_of(sandbox)
        started = monotonic()

        answers = [call(client, "List_GetAll") for _ in range(3)]

        assert monotonic() - started >= 0.05
        assert [one.status_code for one in answers] == [200, 200, 200]
        assert [one.is_delayed for one in sandbox.requests.all()] == [False, False, True]

    def test_lets_them_pass_again_a_second_later(self, clock: SetClock) -> None:
        sandbox = create_app(clock=clock, calls_per_second=1, delay_seconds=0)
        client = client_of(sandbox)

        for milliseconds in (0, 999, 1):
            clock.advance(milliseconds=milliseconds)
            call(client, "List_GetAll")

        assert [one.is_delayed for one in sandbox.requests.all()] == [False, True, False]

    def test_does_not_count_the_wsdl(self, clock: SetClock) -> None:
        sandbox = create_app(clock=clock, calls_per_second=1, delay_seconds=0)
        client = client_of(sandbox)

        for _ in range(3):
            client.get("/soap/v3/DebtorService.asmx?WSDL")

        assert [one.is_delayed for one in sandbox.requests.all()] == [False] * 3

    def test_has_no_limit_by_default(self, sandbox: Sandbox, client: httpx2.Client) -> None:
        for _ in range(200):
            call(client, "List_GetAll", DEBTOR)

        assert not any(one.is_delayed for one in sandbox.requests.all())


class TestLatency:
    def test_makes_every_call_wait(self) -> None:
        client = client_of(create_app(latency_ms=30))
        started = monotonic()

        answer = call(client, "List_GetAll", DEBTOR)

        assert monotonic() - started >= 0.03
        assert answer.status_code == 200


class TestRequestLog:
    def test_lists_requests_without_secrets(
        self, sandbox: Sandbox, ask: Ask, clock: SetClock
    ) -> None:
        ask()

        last = sandbox.requests.all()[-1]
        assert (last.service, last.operation, last.company_id) == (COMPANY, "Run_GetList", KONEPAJA)
        assert (last.time, last.status, last.fault_code) == (clock.now, 200, None)
        assert "palkat@" not in repr(last)
        assert "sandbox-nmbrs-token" not in repr(last)

    def test_tells_the_code_of_a_fault(self, sandbox: Sandbox, client: httpx2.Client) -> None:
        call(client, "Run_GetList", CompanyId=1, Year=2026)
        send(client, "no XML")

        codes = [(one.operation, one.fault_code) for one in sandbox.requests.all()]
        assert codes == [("Run_GetList", "1003"), ("", "SANDBOX_BROKEN_XML")]

    def test_counts(self, sandbox: Sandbox, client: httpx2.Client, ask: Ask) -> None:
        ask()
        call(client, "Run_GetList", CompanyId=KULJETUS, Year=2026)

        assert sandbox.requests.count("Run_GetList") == 2
        assert sandbox.requests.count("Run_GetList", KULJETUS) == 1


class TestManyAtOnce:
    def test_get_an_id_each(self, sandbox: Sandbox, client: httpx2.Client) -> None:
        def add(number: int) -> str:
            item = {"Code": f"X{number}", "Description": "", "Id": 0}
            answer = call(client, "CostUnit_Insert", CompanyId=KONEPAJA, costunit=item)
            return texts(answer, "CostUnit_InsertResult")[0]

        with ThreadPoolExecutor(max_workers=8) as pool:
            ids = list(pool.map(add, range(60)))

        assert len(set(ids)) == 60
        company = sandbox.bureau.company(KONEPAJA)
        assert company is not None
        assert len(company.cost_units) == 64
