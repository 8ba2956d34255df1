"""What the REST API refuses, what to do about each, and how long the client is patient."""

from typing import Any
from uuid import uuid4

import httpx2
import pytest
from tests.clients.nmbrs.rest_bench import (
    KEY,
    SECRET,
    Bench,
    a_run,
    access_to,
    answering,
    bench_of,
    page_of,
)

from nmbrs_sandbox.app import Sandbox
from nmbrs_sandbox.faults import Fault, FaultKind
from tilisilta.clients.files.outcomes import FileRefused
from tilisilta.clients.nmbrs.errors import (
    NmbrsAccessDenied,
    NmbrsAnswerUnknown,
    NmbrsCallForbidden,
    NmbrsEnvironmentClosed,
    NmbrsKeyRefused,
    NmbrsLoginRefused,
    NmbrsQuotaUsedUp,
    NmbrsRefused,
    NmbrsUnavailable,
)
from tilisilta.clients.nmbrs.rest.identity_errors import ConsentEnded
from tilisilta.domain.nmbrs_ids import NmbrsId
from tilisilta.domain.payroll import JournalSplit


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
        good = page_of([], total=0)
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

        assert bench.client.journal(NmbrsId(guid=uuid4()), a_run(), JournalSplit.COMPANY) is None
        assert bench.clock.slept == [0.5, 20]

    def test_refuses_a_journal_of_another_form(self) -> None:
        def answer(request: httpx2.Request) -> httpx2.Response:
            if "documents" in request.url.path:
                return httpx2.Response(200, content=b"<payslips><one/></payslips>")
            return httpx2.Response(200, json={"taskId": str(uuid4())})

        bench = answering(answer)

        with pytest.raises(FileRefused):
            bench.client.journal(NmbrsId(guid=uuid4()), a_run(), JournalSplit.COMPANY)

    def test_takes_a_page_of_html_for_no_answer(self) -> None:
        def answer(request: httpx2.Request) -> httpx2.Response:
            if "documents" in request.url.path:
                return httpx2.Response(200, html="<!DOCTYPE html><html></html>")
            return httpx2.Response(200, json={"taskId": str(uuid4())})

        bench = answering(answer)

        with pytest.raises(NmbrsUnavailable):
            bench.client.journal(NmbrsId(guid=uuid4()), a_run(), JournalSplit.COMPANY)

    def test_tells_nothing_of_a_row_that_it_cannot_read(self) -> None:
        row = {"debtorId": f"no guid but {SECRET}", "number": "1", "name": "Debtor"}
        bench = answering(lambda _: page_of([row], total=1))

        with pytest.raises(NmbrsAnswerUnknown) as raised:
            bench.client.debtors()

        assert "debtorId" in str(raised.value)
        assert SECRET not in str(raised.value)
        assert raised.value.__cause__ is None
