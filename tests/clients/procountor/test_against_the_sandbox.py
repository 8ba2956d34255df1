"""The client and a Procountor that remembers: what is booked, what is found, what fails."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal

import httpx2
import pytest
from tests.clients.procountor.acting import API_URL, client_of, soon

from procountor_sandbox.app import Sandbox, create_app
from procountor_sandbox.faults import Fault, FaultKind
from procountor_sandbox.sample import API_CLIENT, sample_world
from tilisilta.clients.procountor import oauth
from tilisilta.clients.procountor.client import ProcountorClient, ReceiptWindow, Session
from tilisilta.clients.procountor.errors import (
    AccessDenied,
    ApplicationRefused,
    GrantEnded,
    ProcountorBusy,
    ProcountorOutcomeUnknown,
    ProcountorRejected,
    ProcountorUnavailable,
    TokenRefused,
)
from tilisilta.clients.procountor.wire import encode_receipt
from tilisilta.domain.administrations import TrackingPeriodStatus
from tilisilta.domain.booked import deviations
from tilisilta.domain.receipts import BookedReceipt, DimensionValue, ReceiptBody, Transaction

Ask = Callable[..., oauth.Grant]

JUNE = date(2026, 6, 30)
APPLICATION = oauth.Application(
    api_url=API_URL,
    client_id=API_CLIENT.client_id,
    client_secret=API_CLIENT.client_secret,
    redirect_uri="http://tilisilta.invalid/authorised",
)


@dataclass(kw_only=True)
class KeyTokens:
    """Access tokens for an API key, requested anew whenever one is refused."""

    transport: httpx2.BaseTransport
    api_key: str = "SANDBOX-KEY-1001"
    token: str = ""
    renewal_count: int = 0

    def current(self) -> str:
        return self.token or self.renewed("")

    def renewed(self, instead_of: str) -> str:
        assert instead_of == self.token
        self.renewal_count += 1
        grant = oauth.token_for_api_key(APPLICATION, self.api_key, transport=self.transport)
        self.token = grant.access_token
        return self.token


@pytest.fixture
def sandbox() -> Iterator[Sandbox]:
    app = create_app(sample_world())
    yield app
    app.close()


@pytest.fixture
def tokens(sandbox: Sandbox) -> KeyTokens:
    return KeyTokens(transport=httpx2.WSGITransport(app=sandbox))


@pytest.fixture
def client(sandbox: Sandbox, tokens: KeyTokens) -> Iterator[ProcountorClient]:
    with client_of(httpx2.WSGITransport(app=sandbox), tokens=tokens) as made:
        yield made


def body_of(name: str = "Palkat 6/2026 run 6 #A1B2C3D4", *, day: date = JUNE) -> ReceiptBody:
    values = (DimensionValue(dimension_id=3101, item_id=71003, value=Decimal("3211.77")),)
    return ReceiptBody(
        name=name,
        receipt_date=day,
        accountants_notes="Tilisilta A1B2C3D4 · Nmbrs 1001 · run 6/2026",
        transactions=(
            Transaction(
                account="5010",
                accounting_value=Decimal("3211.77"),
                description="Työntekijöiden palkat",
                dimension_values=values,
            ),
            Transaction(account="2961", accounting_value=Decimal("-3211.70"), description=""),
            Transaction(account="2961", accounting_value=Decimal("-0.07"), description="Senttejä"),
        ),
    )


def post(client: ProcountorClient, body: ReceiptBody) -> BookedReceipt:
    return client.post_ledger_receipt(encode_receipt(body), not_after=soon())


class TestReading:
    def test_returns_the_company_of_the_key(self, client: ProcountorClient) -> None:
        session = client.get_session()

        assert session == Session(company_id=50101, company_name="Koivulammi Konepaja Oy")

    def test_reads_the_whole_administration(
        self, client: ProcountorClient, sandbox: Sandbox
    ) -> None:
        company = sandbox.world.company(50101)

        administration = client.get_administration()

        assert administration.procountor_company_id == 50101
        assert administration.business_id == company.business_id
        assert administration.currency == "EUR"
        assert [(one.code, one.name) for one in administration.ledger_accounts] == [
            (one.code, one.name) for one in company.accounts
        ]
        assert {one.number for one in administration.vat_statuses} == {
            one.number for one in company.vat_statuses
        }

    def test_reads_the_dimensions_with_their_passive_items(
        self, client: ProcountorClient, sandbox: Sandbox
    ) -> None:
        administration = client.get_administration()

        assert [
            (one.dimension_id, one.name, item.item_id, item.code, item.is_active)
            for one in administration.dimensions
            for item in one.items
        ] == [
            (one.dimension_id, one.name, item.item_id, item.code_name, item.is_active)
            for one in sandbox.world.company(50101).dimensions
            for item in one.items
        ]

    def test_reads_which_periods_are_closed(self, sandbox: Sandbox) -> None:
        transport = httpx2.WSGITransport(app=sandbox)
        tokens = KeyTokens(transport=transport, api_key="SANDBOX-KEY-1005")

        with client_of(transport, tokens=tokens) as client:
            years = client.get_administration().fiscal_years

        year = next(one for one in years if one.start_date == date(2026, 1, 1))
        closed = [
            period.start_date.month
            for period in year.tracking_periods
            if period.status == TrackingPeriodStatus.CLOSED
        ]
        assert (year.is_open, closed) == (True, [1, 2, 3])


class TestPosting:
    def test_books_a_receipt_that_reads_back_as_it_was_sent(self, client: ProcountorClient) -> None:
        booked = post(client, body_of())

        assert booked.body == body_of()
        assert booked.status == "UNFINISHED"
        assert client.get_ledger_receipts([booked.ledger_receipt_id]) == (booked,)

    def test_allows_comparing_what_was_booked_with_what_was_sent(
        self, client: ProcountorClient
    ) -> None:
        booked = post(client, body_of())

        assert deviations(replace(body_of(), name="Muu"), booked.body) == ("name",)

    def test_approves_a_receipt(self, client: ProcountorClient) -> None:
        booked = post(client, body_of())

        client.approve_ledger_receipt(booked.ledger_receipt_id)

        (approved,) = client.get_ledger_receipts([booked.ledger_receipt_id])
        assert approved.status == "APPROVED"

    def test_creates_a_dimension_item_that_can_be_booked_on(self, client: ProcountorClient) -> None:
        item = client.create_dimension_item(3101, "999", "Uusi osasto")

        dimensions = client.get_administration().dimensions
        assert item in next(one for one in dimensions if one.dimension_id == 3101).items

    def test_reads_several_receipts_and_leaves_out_those_that_do_not_exist(
        self, client: ProcountorClient
    ) -> None:
        one, two = post(client, body_of("#AAAAAAAA")), post(client, body_of("#BBBBBBBB"))
        ids = [two.ledger_receipt_id, 1, one.ledger_receipt_id]

        receipts = client.get_ledger_receipts(ids)

        assert set(receipts) == {one, two}
        assert client.get_ledger_receipts([1]) == ()

    def test_is_rejected_in_a_closed_fiscal_year(
        self, client: ProcountorClient, sandbox: Sandbox
    ) -> None:
        with pytest.raises(ProcountorRejected) as caught:
            post(client, body_of(day=date(2025, 6, 30)))

        assert "CLOSED_FISCAL_PERIOD" in [message for _, message in caught.value.answers]
        assert sandbox.ledger.count() == 0


class TestListReceipts:
    def test_lists_both_ends_of_the_dates_with_the_fields_of_each_receipt(
        self, client: ProcountorClient
    ) -> None:
        first = post(client, body_of("January", day=date(2026, 1, 31)))
        last = post(client, body_of("June", day=date(2026, 6, 30)))
        post(client, body_of("September", day=date(2026, 9, 30)))

        listed = client.list_receipts(
            ReceiptWindow(first=date(2026, 1, 31), last=date(2026, 6, 30))
        )

        assert [(one.ledger_receipt_id, one.version) for one in listed] == [
            (one.ledger_receipt_id, one.version) for one in (last, first)
        ]

    def test_lists_what_was_made_since_with_any_date(self, client: ProcountorClient) -> None:
        post(client, body_of(day=date(2026, 1, 31)))
        now = datetime.now(tz=UTC)

        since_now = client.list_receipts(ReceiptWindow(created_since=now))
        since_later = client.list_receipts(ReceiptWindow(created_since=now + timedelta(days=3)))

        assert (len(since_now), len(since_later)) == (1, 0)

    def test_lists_what_was_invalidated_too(
        self, client: ProcountorClient, sandbox: Sandbox, tokens: KeyTokens
    ) -> None:
        booked = post(client, body_of())
        invalidate(sandbox, tokens, booked.ledger_receipt_id)

        listed = client.list_receipts(ReceiptWindow(first=JUNE, last=JUNE))

        assert [one.status for one in listed] == ["INVALIDATED"]

    def test_reads_as_many_pages_as_there_are(
        self, client: ProcountorClient, sandbox: Sandbox
    ) -> None:
        for number in range(401):
            post(client, body_of(f"Palkat {number}"))
        before = sandbox.requests.count("GET", "/ledgerreceipts")

        listed = client.list_receipts(ReceiptWindow(first=JUNE, last=JUNE))

        assert len({one.name for one in listed}) == 401
        assert sandbox.requests.count("GET", "/ledgerreceipts") - before == 3


class TestFaults:
    def test_renew_a_refused_token_once(
        self, client: ProcountorClient, sandbox: Sandbox, tokens: KeyTokens
    ) -> None:
        client.make_ready()
        sandbox.faults.add(Fault(kind=FaultKind.UNAUTHORIZED))

        post(client, body_of())

        assert sandbox.ledger.count() == 1
        assert tokens.renewal_count == 2

    def test_do_not_end_a_grant_whose_token_is_refused_twice(
        self, client: ProcountorClient, sandbox: Sandbox
    ) -> None:
        sandbox.faults.add(Fault(kind=FaultKind.UNAUTHORIZED, times=2))

        with pytest.raises(TokenRefused):
            post(client, body_of())

        assert sandbox.ledger.count() == 0

    def test_end_a_grant_that_was_revoked(self, client: ProcountorClient, sandbox: Sandbox) -> None:
        client.make_ready()
        sandbox.revoke(company_id=50101)

        with pytest.raises(GrantEnded):
            client.get_session()

    @pytest.mark.parametrize(
        ("kind", "booked_count"),
        [(FaultKind.ERROR_BEFORE, 0), (FaultKind.ERROR_AFTER, 1), (FaultKind.ANSWER_LOST, 1)],
    )
    def test_leave_it_open_whether_a_receipt_was_booked(
        self, client: ProcountorClient, sandbox: Sandbox, kind: FaultKind, booked_count: int
    ) -> None:
        sandbox.faults.add(Fault(kind=kind, method="POST"))

        with pytest.raises(ProcountorOutcomeUnknown):
            post(client, body_of())

        assert sandbox.ledger.count() == booked_count
        assert len(client.list_receipts(ReceiptWindow(first=JUNE, last=JUNE))) == booked_count

    @pytest.mark.parametrize("kind", [FaultKind.ERROR_BEFORE, FaultKind.ANSWER_LOST])
    def test_let_a_read_be_tried_again(
        self, client: ProcountorClient, sandbox: Sandbox, kind: FaultKind
    ) -> None:
        sandbox.faults.add(Fault(kind=kind))

        with pytest.raises(ProcountorUnavailable):
            client.get_session()

    def test_report_how_long_to_wait(self, client: ProcountorClient, sandbox: Sandbox) -> None:
        sandbox.faults.add(Fault(kind=FaultKind.BUSY, retry_after_seconds=7))

        with pytest.raises(ProcountorBusy) as caught:
            post(client, body_of())

        assert caught.value.retry_after_seconds == 7
        assert sandbox.ledger.count() == 0

    def test_repeat_procountors_messages(self, client: ProcountorClient, sandbox: Sandbox) -> None:
        sandbox.faults.add(
            Fault(kind=FaultKind.REJECT, status=400, code="WHATEVER", field="receiptDate")
        )

        with pytest.raises(ProcountorRejected) as caught:
            post(client, body_of())

        assert caught.value.answers == (("receiptDate", "WHATEVER"),)


class TestRights:
    def test_are_needed_for_posting(self, sandbox: Sandbox) -> None:
        world = sample_world()
        reader_key = replace(world.api_keys[0], key="READER", username="lukija")
        app = create_app(replace(world, api_keys=(*world.api_keys, reader_key)))
        transport = httpx2.WSGITransport(app=app)
        tokens = KeyTokens(transport=transport, api_key="READER")

        with client_of(transport, tokens=tokens) as client, pytest.raises(AccessDenied) as caught:
            post(client, body_of())

        assert caught.value.status == 403


class TestTokenEndpoint:
    def test_refuses_an_unknown_api_key(self, sandbox: Sandbox) -> None:
        with pytest.raises(GrantEnded):
            oauth.token_for_api_key(
                APPLICATION, "unknown", transport=httpx2.WSGITransport(app=sandbox)
            )

    @pytest.mark.parametrize("ask", [oauth.exchange_code, oauth.refresh])
    def test_refuses_a_code_or_token_it_did_not_give(self, sandbox: Sandbox, ask: Ask) -> None:
        with pytest.raises(GrantEnded):
            ask(APPLICATION, "unknown", transport=httpx2.WSGITransport(app=sandbox))

    def test_refuses_a_wrong_client_secret(self, sandbox: Sandbox) -> None:
        application = replace(APPLICATION, client_secret="wrong")

        with pytest.raises(ApplicationRefused):
            oauth.token_for_api_key(
                application, "SANDBOX-KEY-1001", transport=httpx2.WSGITransport(app=sandbox)
            )


def invalidate(sandbox: Sandbox, tokens: KeyTokens, ledger_receipt_id: int) -> None:
    """Do what a person does in Procountor."""
    with httpx2.Client(transport=httpx2.WSGITransport(app=sandbox)) as http:
        answer = http.put(
            f"{API_URL}/ledgerreceipts/{ledger_receipt_id}/invalidate",
            headers={"Authorization": f"Bearer {tokens.current()}"},
        )
    assert answer.is_success
