import io
from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor
from datetime import timedelta
from time import monotonic

import httpx2
import pytest
from tests.procountor_sandbox.calling import (
    client_of,
    messages,
    receipt,
    signed_in,
    token_form,
)
from tests.sandbox_parts.clock import SetClock
from werkzeug.test import EnvironBuilder, run_wsgi_app

from procountor_sandbox.app import Sandbox, create_app
from procountor_sandbox.faults import Fault, FaultKind

Post = Callable[[], httpx2.Response]


@pytest.fixture
def post(caller: httpx2.Client) -> Post:
    return lambda: caller.post("ledgerreceipts", json=receipt())


def in_thread(act: Post) -> "Future[httpx2.Response]":
    """Start a request that will be held, and return the future of its outcome."""
    pool = ThreadPoolExecutor(max_workers=1)
    outcome = pool.submit(act)
    pool.shutdown(wait=False)
    return outcome


class TestFault:
    def test_busy_says_when_to_come_back_and_books_nothing(
        self, sandbox: Sandbox, post: Post
    ) -> None:
        sandbox.faults.add(Fault(kind=FaultKind.BUSY, retry_after_seconds=7))

        busy, good = post(), post()

        assert (busy.status_code, busy.headers["Retry-After"]) == (429, "7")
        assert good.status_code == 200
        assert sandbox.ledger.count() == 1

    @pytest.mark.parametrize(
        ("kind", "status", "booked"),
        [(FaultKind.ERROR_BEFORE, 503, 0), (FaultKind.ERROR_AFTER, 500, 1)],
    )
    def test_error_is_a_page_of_the_gateway(
        self, sandbox: Sandbox, post: Post, kind: FaultKind, status: int, booked: int
    ) -> None:
        sandbox.faults.add(Fault(kind=kind))

        answer = post()

        assert answer.status_code == status
        assert answer.headers["Content-Type"].startswith("text/html")
        assert sandbox.ledger.count() == booked

    def test_error_can_have_another_status(self, sandbox: Sandbox, post: Post) -> None:
        sandbox.faults.add(Fault(kind=FaultKind.ERROR_AFTER, status=504))

        assert post().status_code == 504

    def test_lost_answer_leaves_the_receipt_booked(self, sandbox: Sandbox, post: Post) -> None:
        sandbox.faults.add(Fault(kind=FaultKind.ANSWER_LOST))

        with pytest.raises(httpx2.RemoteProtocolError):
            post()

        assert sandbox.ledger.count() == 1
        assert sandbox.requests.all()[-1].status is None

    def test_unauthorized_refuses_a_good_token(self, sandbox: Sandbox, post: Post) -> None:
        sandbox.faults.add(Fault(kind=FaultKind.UNAUTHORIZED))

        refused, good = post(), post()

        assert messages(refused) == [(None, "Unauthorized")]
        assert good.status_code == 200

    def test_reject_answers_as_ordered(self, sandbox: Sandbox, post: Post) -> None:
        sandbox.faults.add(
            Fault(kind=FaultKind.REJECT, status=403, code="NO_WAY", field="receiptDate")
        )

        answer = post()

        assert answer.status_code == 403
        assert messages(answer) == [("receiptDate", "NO_WAY")]
        assert sandbox.ledger.count() == 0

    def test_slow_takes_its_time_and_answers(self, sandbox: Sandbox, post: Post) -> None:
        sandbox.faults.add(Fault(kind=FaultKind.SLOW, seconds=0.05))
        started = monotonic()

        answer = post()

        assert monotonic() - started >= 0.05
        assert answer.status_code == 200

    def test_list_lag_hides_a_new_receipt_from_lists_only(
        self, sandbox: Sandbox, caller: httpx2.Client, post: Post
    ) -> None:
        sandbox.faults.add(Fault(kind=FaultKind.LIST_LAG, searches=2))

        booked = post().json()
        lists = [caller.get("ledgerreceipts").json()["meta"]["totalCount"] for _ in range(4)]

        assert caller.get(f"ledgerreceipts/{booked['id']}").status_code == 200
        assert lists == [0, 0, 1, 1]

    @pytest.mark.parametrize(
        ("kind", "booked"), [(FaultKind.HOLD_BEFORE, 0), (FaultKind.HOLD_AFTER, 1)]
    )
    def test_hold_stops_the_request_until_it_is_released(
        self, sandbox: Sandbox, post: Post, kind: FaultKind, booked: int
    ) -> None:
        sandbox.faults.add(Fault(kind=kind))

        outcome = in_thread(post)
        was_held = sandbox.faults.wait_until_held()
        booked_while_held = sandbox.ledger.count()
        released = sandbox.faults.release()

        assert was_held
        assert booked_while_held == booked
        assert released == 1
        assert outcome.result(10).status_code == 200
        assert sandbox.faults.held == 0

    def test_a_request_that_did_not_arrive_whole_meets_none(
        self, sandbox: Sandbox, caller: httpx2.Client
    ) -> None:
        sandbox.faults.add(Fault(kind=FaultKind.HOLD_BEFORE, method="POST"))
        whole = EnvironBuilder(
            path="/api/ledgerreceipts",
            method="POST",
            json=receipt(),
            headers=[("Authorization", caller.headers["Authorization"])],
        ).get_environ()
        sent = whole["wsgi.input"].read()
        broken = whole | {"wsgi.input": io.BytesIO(sent[: len(sent) // 2])}

        _, status, _ = run_wsgi_app(sandbox, broken)

        assert status.startswith("400")
        assert len(sandbox.faults.pending) == 1

    def test_hold_ends_by_itself(self, sandbox: Sandbox, post: Post) -> None:
        sandbox.faults.add(Fault(kind=FaultKind.HOLD_BEFORE, seconds=0.01))

        assert post().status_code == 200

    def test_hold_does_not_stop_others(
        self, sandbox: Sandbox, caller: httpx2.Client, post: Post
    ) -> None:
        sandbox.faults.add(Fault(kind=FaultKind.HOLD_AFTER))
        outcome = in_thread(post)
        sandbox.faults.wait_until_held()

        answer = caller.get("ledgerreceipts")

        assert answer.json()["meta"]["totalCount"] == 1
        sandbox.faults.release()
        assert outcome.result(10).status_code == 200


class TestWhichRequestsSuffer:
    def test_so_many_after_so_many_others(self, sandbox: Sandbox, post: Post) -> None:
        sandbox.faults.add(Fault(kind=FaultKind.BUSY, skip=1, times=2))

        assert [post().status_code for _ in range(4)] == [200, 429, 429, 200]
        assert sandbox.faults.pending == ()

    def test_all_of_them_without_a_number(self, sandbox: Sandbox, post: Post) -> None:
        sandbox.faults.add(Fault(kind=FaultKind.BUSY, times=None))

        assert [post().status_code for _ in range(3)] == [429, 429, 429]
        sandbox.faults.clear()
        assert post().status_code == 200

    def test_those_of_a_method_and_a_path(self, sandbox: Sandbox, caller: httpx2.Client) -> None:
        sandbox.faults.add(Fault(kind=FaultKind.BUSY, method="GET", path="/ledgerreceipts/*"))
        booked = caller.post("ledgerreceipts", json=receipt())

        answers = [caller.get("ledgerreceipts"), caller.get("ledgerreceipts/700001")]

        assert booked.status_code == 200
        assert [one.status_code for one in answers] == [200, 429]

    def test_those_of_a_company(self, sandbox: Sandbox, caller: httpx2.Client) -> None:
        sandbox.faults.add(Fault(kind=FaultKind.BUSY, company_id=50102))

        assert caller.get("company").status_code == 200
        assert signed_in(sandbox, 1002).get("company").status_code == 429

    def test_those_for_a_token_only_when_named(self, sandbox: Sandbox) -> None:
        client = client_of(sandbox)
        sandbox.faults.add(Fault(kind=FaultKind.BUSY))
        sandbox.faults.add(Fault(kind=FaultKind.ERROR_BEFORE, path="/oauth/token"))

        first = client.post("oauth/token", data=token_form())
        second = client.post("oauth/token", data=token_form())

        assert (first.status_code, second.status_code) == (503, 200)

    def test_under_every_version(self, sandbox: Sandbox, caller: httpx2.Client) -> None:
        sandbox.faults.add(Fault(kind=FaultKind.BUSY, path="/company"))

        assert caller.get("http://sandbox/v2602/api/company").status_code == 429

    def test_the_next_fault_when_the_first_one_lets_it_pass(
        self, sandbox: Sandbox, post: Post
    ) -> None:
        sandbox.faults.add(Fault(kind=FaultKind.BUSY, skip=1))
        sandbox.faults.add(Fault(kind=FaultKind.ERROR_BEFORE))

        assert [post().status_code for _ in range(3)] == [503, 429, 200]


class TestLimit:
    def test_lets_so_many_pass_in_any_second(self, clock: SetClock) -> None:
        caller = signed_in(create_app(clock=clock, requests_per_second=3))
        clock.advance(seconds=1)

        first = [caller.get("company").status_code for _ in range(4)]
        clock.now += timedelta(milliseconds=999)
        later = caller.get("company").status_code
        clock.now += timedelta(milliseconds=1)
        again = caller.get("company").status_code

        assert first == [200, 200, 200, 429]
        assert later == 429
        assert again == 200

    def test_counts_requests_for_tokens_of_the_same_program(self, clock: SetClock) -> None:
        client = client_of(create_app(clock=clock, requests_per_second=1))

        answers = [client.post("oauth/token", data=token_form()) for _ in range(2)]

        assert [one.status_code for one in answers] == [200, 429]
        assert answers[1].headers["Retry-After"] == "1"


class TestLatency:
    def test_makes_every_request_wait(self) -> None:
        sandbox = create_app(latency_ms=30)
        started = monotonic()

        answer = client_of(sandbox).get("company")

        assert monotonic() - started >= 0.03
        assert answer.status_code == 401


class TestRequestLog:
    def test_lists_requests_without_secrets(
        self, sandbox: Sandbox, caller: httpx2.Client, clock: SetClock
    ) -> None:
        caller.get("coa", params={"x": "secret-in-address"}, headers={"User-Agent": "Program/1"})

        last = sandbox.requests.all()[-1]
        assert (last.method, last.path, last.status) == ("GET", "/coa", 200)
        assert (last.user_agent, last.time, last.company_id) == ("Program/1", clock.now, 50101)
        token = caller.headers["Authorization"].partition(" ")[2]
        shown = repr(sandbox.requests.all())
        assert token not in shown
        assert "secret" not in shown

    def test_counts(self, sandbox: Sandbox, caller: httpx2.Client) -> None:
        caller.get("coa")
        caller.get("http://sandbox/latest/api/coa")

        assert sandbox.requests.count("GET", "/coa") == 2


class TestManyAtOnce:
    def test_book_each_receipt_once_under_its_own_id(
        self, sandbox: Sandbox, caller: httpx2.Client
    ) -> None:
        def book(number: int) -> int:
            sent = receipt(name=f"Receipt {number}")
            booked: int = caller.post("ledgerreceipts", json=sent).json()["id"]
            return booked

        with ThreadPoolExecutor(max_workers=8) as pool:
            ids = list(pool.map(book, range(80)))

        assert len(set(ids)) == 80
        assert len({one.name for one in sandbox.ledger.receipts(50101)}) == 80
