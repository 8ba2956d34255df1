"""Receipts are read once, and again after a change: no stored row hides a receipt."""

from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from typing import Any

import httpx2
import pytest
from django.db import connection
from pytest_django import Settings
from tests.bureau import a_journal, a_linked_company, an_account, book_by_hand, send, tidy

from procountor_sandbox.app import Sandbox, create_app
from procountor_sandbox.drafts import Strictness
from procountor_sandbox.faults import Fault, FaultKind
from tilisilta.clients.procountor.client import ReceiptWindow
from tilisilta.clients.procountor.errors import ProcountorUnavailable
from tilisilta.clients.procountor.wire import encode_receipt
from tilisilta.domain.receipts import ReceiptBody, Transaction
from tilisilta.domain.recognition import JournalReceipt
from tilisilta.models import Export, ProcountorAccount, SeenReceipt
from tilisilta.services.procountor.client import procountor as client_of
from tilisilta.services.procountor.seen_receipts import read_receipts

pytestmark = pytest.mark.django_db

COMPANY = 50101
JUNE = ReceiptWindow(first=date(2026, 6, 1), last=date(2026, 6, 30))
BOOKED_AT = datetime(2026, 7, 1, 12, 0, tzinfo=UTC)
LONG_AFTER = BOOKED_AT + timedelta(days=3)
READING = "/ledgerreceipts/"


class SandboxClock:
    """The clock of the stand-in, which moves only when a test moves it."""

    def __init__(self) -> None:
        self.now = BOOKED_AT

    def __call__(self) -> datetime:
        return self.now


@pytest.fixture
def clock() -> SandboxClock:
    return SandboxClock()


@pytest.fixture
def sandbox(clock: SandboxClock) -> Iterator[Sandbox]:
    """A stand-in whose times are to the second, as those in Procountor's own examples."""
    app = create_app(clock=clock, strictness=Strictness(whole_seconds=True))
    yield app
    app.close()


@pytest.fixture
def account(procountor: Sandbox) -> ProcountorAccount:
    return an_account()


def by_hand(account: ProcountorAccount, name: str, *, notes: str = "") -> None:
    rows = (("5010", Decimal("10.00")), ("2961", Decimal("-10.00")))
    body = ReceiptBody(
        name=name,
        receipt_date=date(2026, 6, 30),
        accountants_notes=notes,
        transactions=tuple(
            Transaction(account=account_code, accounting_value=value, description="")
            for account_code, value in rows
        ),
    )
    payload = encode_receipt(body).decode()
    book_by_hand(account, payload)


def read(
    account: ProcountorAccount, now: datetime = LONG_AFTER, window: ReceiptWindow = JUNE
) -> tuple[JournalReceipt, ...]:
    with client_of(account) as client:
        return read_receipts(client, COMPANY, [window], now=now)


def readings(sandbox: Sandbox) -> int:
    """How many requests have read receipts, apart from lists."""
    return sum(one.path.startswith(READING) for one in sandbox.requests.all())


class TestReadReceipts:
    def test_tells_tokens_in_name_and_notes_and_what_is_booked(
        self, account: ProcountorAccount
    ) -> None:
        by_hand(account, "Palkat #A1B2C3D4", notes="Tilisilta B1B2C3D4")

        (found,) = read(account)

        assert found.tokens == {"A1B2C3D4", "B1B2C3D4"}
        assert found.digest
        assert found.plain_digest
        assert (found.receipt_number, found.status) == (1, "UNFINISHED")

    def test_stores_no_texts_and_no_amounts(self, account: ProcountorAccount) -> None:
        by_hand(account, "Aino Virtanen palkka #A1B2C3D4", notes="salainen")

        read(account)

        kept = " ".join(str(value) for value in SeenReceipt.objects.values().get().values())
        assert "A1B2C3D4" in kept
        assert not any(word in kept for word in ("Aino", "Virtanen", "salainen", "10.0"))

    def test_reads_nothing_twice_that_has_not_changed(
        self, account: ProcountorAccount, sandbox: Sandbox
    ) -> None:
        by_hand(account, "Palkat", notes="Tilisilta A1B2C3D4")

        first, again = read(account), read(account)

        assert first == again
        assert readings(sandbox) == 1

    @pytest.mark.parametrize(
        ("act", "details"),
        [("rename", {"name": "Muistio"}), ("notes", {"notes": "C1B2C3D4"}), ("approve", {})],
    )
    def test_reads_again_what_was_changed(
        self,
        account: ProcountorAccount,
        sandbox: Sandbox,
        clock: SandboxClock,
        act: str,
        details: dict[str, Any],
    ) -> None:
        by_hand(account, "Palkat", notes="Tilisilta A1B2C3D4")
        read(account)
        clock.now += timedelta(hours=1)
        tidy(sandbox, act, **details)

        (found,) = read(account)

        assert readings(sandbox) == 2
        assert (act == "notes") == ("C1B2C3D4" in found.tokens)

    def test_reads_again_what_changed_once_more_within_a_second(
        self, account: ProcountorAccount, sandbox: Sandbox
    ) -> None:
        by_hand(account, "Palkat")
        read(account, now=BOOKED_AT)
        tidy(sandbox, "notes", notes="Tilisilta A1B2C3D4")

        (found,) = read(account, now=LONG_AFTER)

        assert found.tokens == {"A1B2C3D4"}

    @pytest.mark.parametrize("version", ["", "2030-01-01T00:00:00.000", "2020-01-01T00:00:00.000"])
    def test_believes_no_row_of_another_time(
        self, account: ProcountorAccount, sandbox: Sandbox, version: str
    ) -> None:
        by_hand(account, "Palkat", notes="Tilisilta A1B2C3D4")
        read(account)
        SeenReceipt.objects.update(version=version, tokens="", status="INVALIDATED")

        (found,) = read(account)

        assert found.tokens == {"A1B2C3D4"}
        assert found.is_valid

    def test_believes_no_row_where_the_list_has_no_version(
        self, account: ProcountorAccount, sandbox: Sandbox, settings: Settings
    ) -> None:
        by_hand(account, "Palkat")
        settings.PROCOUNTOR_TRANSPORT = WithoutVersions(sandbox)
        read(account)
        tidy(sandbox, "notes", notes="Tilisilta A1B2C3D4")

        (found,) = read(account)

        assert found.tokens == {"A1B2C3D4"}

    def test_needs_not_read_what_our_tables_know(self, sandbox: Sandbox, account: object) -> None:
        ProcountorAccount.objects.all().delete()
        journal = a_journal(a_linked_company(), 6)
        send(journal)
        export = Export.objects.select_related("link__procountor_account").get()
        tidy(sandbox, "rename", name="Palkat")
        before = readings(sandbox)

        (found,) = read(export.link.procountor_account)

        assert readings(sandbox) == before
        assert found.sent_as == export.token
        assert found.digest == ""

    def test_reads_two_hundred_in_one_request(
        self, account: ProcountorAccount, sandbox: Sandbox
    ) -> None:
        for number in range(201):
            by_hand(account, f"Muistio {number}")

        found = read(account)

        assert len(found) == 201
        assert readings(sandbox) == 2
        assert SeenReceipt.objects.count() == 201

    def test_asks_for_another_time_when_a_listed_receipt_is_not_given(
        self, account: ProcountorAccount, sandbox: Sandbox, settings: Settings
    ) -> None:
        for number in range(2):
            by_hand(account, f"Muistio {number}")
        settings.PROCOUNTOR_TRANSPORT = WithoutReceipts(sandbox)

        with pytest.raises(ProcountorUnavailable):
            read(account)

    def test_stores_what_was_read_before_a_failure(
        self, account: ProcountorAccount, sandbox: Sandbox
    ) -> None:
        for number in range(201):
            by_hand(account, f"Muistio {number}")
        sandbox.faults.add(
            Fault(kind=FaultKind.ERROR_BEFORE, method="GET", path="/ledgerreceipts/*", skip=1)
        )

        with pytest.raises(ProcountorUnavailable):
            read(account)

        assert SeenReceipt.objects.count() == 200

    def test_takes_over_the_row_of_a_slower_worker(
        self, account: ProcountorAccount, sandbox: Sandbox, clock: SandboxClock
    ) -> None:
        by_hand(account, "Palkat", notes="Tilisilta A1B2C3D4")
        read(account)
        slow = SeenReceipt.objects.get()
        clock.now += timedelta(hours=1)
        tidy(sandbox, "notes", notes="Tilisilta B1B2C3D4")
        read(account)
        slow.save()

        (found,) = read(account)

        assert found.tokens == {"B1B2C3D4"}

    def test_asks_the_database_little_for_many_receipts(
        self, account: ProcountorAccount, sandbox: Sandbox
    ) -> None:
        for number in range(300):
            by_hand(account, f"Muistio {number}")
        read(account)
        count = 0

        def counted(run: Any, *rest: Any) -> Any:
            nonlocal count
            count += "seenreceipt" in rest[0] or "export" in rest[0]
            return run(*rest)

        with connection.execute_wrapper(counted):
            read(account)

        assert count == 2


class WithoutVersions(httpx2.BaseTransport):
    """A Procountor whose list gives no versions."""

    def __init__(self, sandbox: Sandbox) -> None:
        self._inner = httpx2.WSGITransport(app=sandbox)

    def handle_request(self, request: httpx2.Request) -> httpx2.Response:
        answer = self._inner.handle_request(request)
        if request.url.path.endswith("/ledgerreceipts"):
            content = answer.read().replace(b'"version"', b'"unknown"')
            return httpx2.Response(answer.status_code, content=content)
        return answer


class WithoutReceipts(httpx2.BaseTransport):
    """A Procountor that gives none of the receipts it lists."""

    def __init__(self, sandbox: Sandbox) -> None:
        self._inner = httpx2.WSGITransport(app=sandbox)

    def handle_request(self, request: httpx2.Request) -> httpx2.Response:
        if "/ledgerreceipts/" in request.url.path:
            return httpx2.Response(200, json=[])
        return self._inner.handle_request(request)
