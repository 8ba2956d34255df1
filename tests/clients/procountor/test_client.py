"""How the client sorts each way in which Procountor can fail."""

from collections.abc import Callable
from datetime import date

import httpx2
import pytest
from tests.clients.procountor.acting import Tokens, answering, client_of, refusal, soon

from tilisilta import __version__
from tilisilta.clients.procountor.client import ProcountorClient, ReceiptWindow
from tilisilta.clients.procountor.deadlines import Deadline
from tilisilta.clients.procountor.errors import (
    AccessDenied,
    ProcountorBusy,
    ProcountorOutcomeUnknown,
    ProcountorRejected,
    ProcountorUnavailable,
    TokenRefused,
)
from tilisilta.errors import OutcomeUnknown, TilisiltaError, TryAgainLater

BOOKED: dict[str, object] = {
    "id": 4711,
    "status": "UNFINISHED",
    "name": "Palkat #A1B2C3D4",
    "receiptDate": "2026-06-30",
    "receiptNumber": 88,
    "version": "2026-07-01T09:30:00",
    "transactions": [],
}
SESSION = {"companyId": 50101, "name": "Koivulammi Konepaja Oy"}

JUNE = date(2026, 6, 30)

Call = Callable[[ProcountorClient], object]


def post(client: ProcountorClient) -> object:
    return client.post_ledger_receipt(b"{}", not_after=soon())


WRITES: list[Call] = [
    post,
    lambda client: client.approve_ledger_receipt(4711),
    lambda client: client.create_dimension_item(279751, "230", "Varasto"),
]
READS: list[Call] = [
    lambda client: client.get_session(),
    lambda client: client.get_administration(),
    lambda client: client.get_ledger_receipts([4711]),
    lambda client: client.list_receipts(ReceiptWindow(first=JUNE, last=JUNE)),
]
NOTHING_SENT: list[httpx2.RequestError] = [
    httpx2.ConnectError("refused"),
    httpx2.ConnectTimeout("no route"),
    httpx2.PoolTimeout("too many"),
]
MAYBE_SENT: list[httpx2.RequestError] = [
    httpx2.ReadTimeout("silent"),
    httpx2.WriteTimeout("stuck"),
    httpx2.ReadError("reset"),
    httpx2.WriteError("broken pipe"),
    httpx2.RemoteProtocolError("closed without an answer"),
    httpx2.DecodingError("bad compression"),
]


class TestWrite:
    @pytest.mark.parametrize("call", WRITES)
    @pytest.mark.parametrize("fault", NOTHING_SENT, ids=repr)
    def test_may_be_tried_again_when_nothing_was_sent(self, call: Call, fault: Exception) -> None:
        procountor = answering(fault)

        with client_of(procountor) as client, pytest.raises(ProcountorUnavailable):
            call(client)

        assert len(procountor.requests) == 1

    @pytest.mark.parametrize("call", WRITES)
    @pytest.mark.parametrize("fault", MAYBE_SENT, ids=repr)
    def test_has_an_unknown_outcome_when_the_answer_is_lost(
        self, call: Call, fault: Exception
    ) -> None:
        procountor = answering(fault)

        with client_of(procountor) as client, pytest.raises(ProcountorOutcomeUnknown):
            call(client)

        assert len(procountor.requests) == 1

    @pytest.mark.parametrize("call", WRITES)
    @pytest.mark.parametrize("status", [302, 408, 500, 502, 503, 504])
    def test_has_an_unknown_outcome_when_the_answer_is_neither_success_nor_refusal(
        self, call: Call, status: int
    ) -> None:
        procountor = answering(httpx2.Response(status, text="<html>nginx</html>"))

        with client_of(procountor) as client, pytest.raises(ProcountorOutcomeUnknown):
            call(client)

        assert len(procountor.requests) == 1

    @pytest.mark.parametrize("content", [b"", b'{"id": 4711', b"<html></html>", b"[]", b"{}"])
    def test_has_an_unknown_outcome_when_a_success_cannot_be_read(self, content: bytes) -> None:
        procountor = answering(httpx2.Response(200, content=content))

        with client_of(procountor) as client, pytest.raises(ProcountorOutcomeUnknown):
            post(client)

        assert len(procountor.requests) == 1

    @pytest.mark.parametrize("call", WRITES)
    @pytest.mark.parametrize("status", [400, 404, 409, 413, 422])
    def test_is_rejected_with_procountors_own_message(self, call: Call, status: int) -> None:
        answer = refusal(
            status,
            {"field": "transactions[2].account", "message": "CLOSED_FISCAL_PERIOD"},
            {"message": "Value of the 'name' cannot be blank."},
        )

        with (
            client_of(answering(answer)) as client,
            pytest.raises(ProcountorRejected) as caught,
        ):
            call(client)

        assert caught.value.status == status
        assert caught.value.answers == (
            ("transactions[2].account", "CLOSED_FISCAL_PERIOD"),
            ("", "Value of the 'name' cannot be blank."),
        )

    @pytest.mark.parametrize("call", WRITES)
    def test_is_denied_without_the_right_to_do_it(self, call: Call) -> None:
        words = "User rights check failed: Insufficient user rights"

        with (
            client_of(answering(refusal(403, {"message": words}))) as client,
            pytest.raises(AccessDenied) as caught,
        ):
            call(client)

        assert (caught.value.status, caught.value.answers) == (403, (("", words),))

    @pytest.mark.parametrize("call", WRITES)
    def test_reports_how_long_to_wait(self, call: Call) -> None:
        answer = httpx2.Response(429, headers={"Retry-After": "7"})

        with client_of(answering(answer)) as client, pytest.raises(ProcountorBusy) as caught:
            call(client)

        assert caught.value.retry_after_seconds == 7

    def test_is_not_followed_to_another_address(self) -> None:
        moved = httpx2.Response(307, headers={"Location": "http://elsewhere.invalid/"})
        procountor = answering(moved, httpx2.Response(200, json=BOOKED))

        with client_of(procountor) as client, pytest.raises(ProcountorOutcomeUnknown):
            post(client)

        assert len(procountor.requests) == 1


class TestRead:
    @pytest.mark.parametrize("call", READS)
    @pytest.mark.parametrize("fault", NOTHING_SENT + MAYBE_SENT, ids=repr)
    def test_may_be_tried_again_without_an_answer(self, call: Call, fault: Exception) -> None:
        with client_of(answering(fault)) as client, pytest.raises(ProcountorUnavailable):
            call(client)

    @pytest.mark.parametrize("call", READS)
    @pytest.mark.parametrize("status", [302, 408, 500, 503])
    def test_may_be_tried_again_when_the_answer_is_neither_success_nor_refusal(
        self, call: Call, status: int
    ) -> None:
        answer = httpx2.Response(status, text="<html>nginx</html>")

        with client_of(answering(answer)) as client, pytest.raises(ProcountorUnavailable):
            call(client)

    @pytest.mark.parametrize("content", [b"", b"<html></html>", b"[]", b'{"companyId": "x"}'])
    def test_may_be_tried_again_when_the_answer_cannot_be_read(self, content: bytes) -> None:
        answer = httpx2.Response(200, content=content)

        with (
            client_of(answering(answer)) as client,
            pytest.raises(ProcountorUnavailable, match="makes no sense"),
        ):
            client.get_session()

    @pytest.mark.parametrize(
        ("header", "seconds"), [("7", 7), ("", None), ("soon", None), ("-1", None)]
    )
    def test_reports_how_long_to_wait(self, header: str, seconds: int | None) -> None:
        answer = httpx2.Response(429, headers={"Retry-After": header})

        with client_of(answering(answer)) as client, pytest.raises(ProcountorBusy) as caught:
            client.get_session()

        assert caught.value.retry_after_seconds == seconds

    def test_is_denied_even_when_a_gateway_answers_with_a_page(self) -> None:
        answer = httpx2.Response(403, text="<html>Forbidden</html>")

        with client_of(answering(answer)) as client, pytest.raises(AccessDenied) as caught:
            client.get_session()

        assert caught.value.answers == ()


class TestTokens:
    @pytest.mark.parametrize(
        ("call", "answer"),
        [(post, BOOKED), (lambda client: client.get_session(), SESSION)],
        ids=["write", "read"],
    )
    def test_are_renewed_once_when_refused(self, call: Call, answer: dict[str, object]) -> None:
        tokens = Tokens()
        procountor = answering(refusal(401), httpx2.Response(200, json=answer))

        with client_of(procountor, tokens=tokens) as client:
            call(client)

        sent = [request.headers["Authorization"] for request in procountor.requests]
        assert sent == ["Bearer first-token", "Bearer second-token"]
        assert tokens.refused == ["first-token"]

    @pytest.mark.parametrize("call", [*WRITES, *READS])
    def test_do_not_end_the_grant_when_a_new_one_is_refused_too(self, call: Call) -> None:
        tokens = Tokens(values=["first-token", "second-token", "third-token"])
        procountor = answering(refusal(401), refusal(401))

        with client_of(procountor, tokens=tokens) as client, pytest.raises(TokenRefused):
            call(client)

        assert tokens.refused == ["first-token"]

    def test_send_a_write_twice_only_after_it_was_refused_unread(self) -> None:
        procountor = answering(refusal(401), httpx2.ReadTimeout("silent"))

        with client_of(procountor) as client, pytest.raises(ProcountorOutcomeUnknown):
            post(client)

        assert len(procountor.requests) == 2

    @pytest.mark.parametrize("status", [400, 403, 401])
    def test_are_not_shown_in_exceptions(self, status: int) -> None:
        procountor = answering(refusal(status), refusal(status))

        with client_of(procountor) as client, pytest.raises(TilisiltaError) as caught:
            post(client)

        assert "token" not in repr(caught.value).replace("access token", "")

    def test_are_checked_before_posting(self) -> None:
        checked: list[str] = []

        class Asked(Tokens):
            def current(self) -> str:
                checked.append("current")
                return super().current()

        with client_of(answering(), tokens=Asked()) as client:
            client.make_ready()

        assert checked == ["current"]


class TestPace:
    def test_is_called_before_every_request(self) -> None:
        paced: list[int] = []
        procountor = answering(refusal(401), httpx2.Response(200, json=BOOKED))

        with client_of(procountor, pace=lambda: paced.append(len(procountor.requests))) as client:
            post(client)

        assert paced == [0, 1]

    def test_prevents_a_receipt_from_leaving_too_late(self) -> None:
        procountor = answering(httpx2.Response(200, json=BOOKED))
        passed = Deadline.in_seconds(-1)

        with client_of(procountor) as client, pytest.raises(TryAgainLater, match="too late"):
            client.post_ledger_receipt(b"{}", not_after=passed)

        assert procountor.requests == []


class TestRequests:
    def test_carry_the_payload_byte_for_byte(self) -> None:
        payload = '{"name": "Työ",  "accountingValue": 1.10}\n'.encode()
        procountor = answering(httpx2.Response(200, json=BOOKED))

        with client_of(procountor) as client:
            client.post_ledger_receipt(payload, not_after=soon())

        (request,) = procountor.requests
        assert request.content == payload
        assert (request.method, request.url.path) == ("POST", "/api/ledgerreceipts")
        assert request.headers["Content-Type"] == "application/json"

    def test_identify_us(self) -> None:
        procountor = answering(httpx2.Response(200, json=SESSION))

        with client_of(procountor) as client:
            client.get_session()

        assert procountor.requests[0].headers["User-Agent"] == f"Tilisilta/{__version__}"

    def test_ask_for_many_receipts_in_pieces_and_for_each_once(self) -> None:
        procountor = answering(
            httpx2.Response(200, json=[BOOKED | {"id": number} for number in range(1, 201)]),
            httpx2.Response(200, json=BOOKED | {"id": 201}),
        )

        with client_of(procountor) as client:
            receipts = client.get_ledger_receipts([*range(1, 202), 1])

        assert [one.ledger_receipt_id for one in receipts] == list(range(1, 202))
        assert procountor.requests[1].url.path == "/api/ledgerreceipts/201"

    def test_are_not_made_for_no_receipts(self) -> None:
        procountor = answering()

        with client_of(procountor) as client:
            receipts = client.get_ledger_receipts([])

        assert (receipts, procountor.requests) == ((), [])


class TestErrors:
    def test_repeat_procountors_codes_but_no_message_that_may_quote_a_salary(self) -> None:
        answer = refusal(
            400,
            {"message": "CLOSED_FISCAL_PERIOD"},
            {"message": "Value of the 'accountingValue' field is invalid: 3211.77"},
        )

        with client_of(answering(answer)) as client, pytest.raises(ProcountorRejected) as caught:
            post(client)

        assert "CLOSED_FISCAL_PERIOD" in str(caught.value)
        assert "3211.77" not in str(caught.value)

    def test_show_no_amounts_when_an_answer_cannot_be_read(self) -> None:
        rows = [{"account": "5010", "accountingValue": "3211.77"}]
        answer = httpx2.Response(200, json=BOOKED | {"transactions": rows})

        with client_of(answering(answer)) as client, pytest.raises(OutcomeUnknown) as caught:
            post(client)

        assert "3211.77" not in f"{caught.value} {caught.value.__cause__}"
