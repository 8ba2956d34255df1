"""Attaching a file to each receipt: once, whatever gets lost, and without touching the receipt."""

from datetime import UTC, date, datetime, timedelta
from threading import Event

import pytest
from tests.bureau import a_journal, a_linked_company, send

from procountor_sandbox.app import Sandbox
from procountor_sandbox.attachments import Attachment
from procountor_sandbox.faults import Fault, FaultKind
from tilisilta.attacher import Attacher
from tilisilta.domain.journals import BookingPeriod
from tilisilta.models import AuditEntry, Company, Export, Journal, ReceiptFile
from tilisilta.services.archiving.attaching import PAUSE, attach, due_files
from tilisilta.services.closing.signing import sign_month
from tilisilta.services.verifying.companies import verify

pytestmark = pytest.mark.django_db

JUNE = date(2026, 6, 1)


def now() -> datetime:
    return datetime.now(tz=UTC)


def attach_all(at: datetime | None = None) -> list[str]:
    at = at or now()
    files = [attach(due, now=at, pace=lambda: None) for due in due_files(at)]
    return [file.state for file in files if file is not None]


def booked(company: Company) -> Journal:
    journal = send(a_journal(company, 5, 6))
    # The clock of a sending is that of the tests.
    Export.objects.update(posted_at=now())
    return journal


def attached(procountor: Sandbox) -> tuple[Attachment, ...]:
    return procountor.attachments.of_company(50101)


class TestAttach:
    def test_attaches_the_journal_to_each_receipt_once(self, procountor: Sandbox) -> None:
        booked(a_linked_company(attaches="journal"))

        assert attach_all() == ["attached", "attached"]
        assert attach_all(now() + 2 * PAUSE) == []

        files = attached(procountor)
        assert len({one.reference_id for one in files}) == 2
        assert all(one.content.startswith(b"PK") for one in files)
        assert {one.name for one in files} == {
            f"journal-1001-2026-6-1-{export.token}.xlsx" for export in Export.objects.all()
        }
        assert AuditEntry.objects.filter(action="file_attached").count() == 2
        assert {one.state for one in Export.objects.all()} == {"posted"}

    def test_attaches_the_report_once_the_month_is_signed(self, procountor: Sandbox) -> None:
        company = a_linked_company(attaches="report")
        booked(company)
        month = BookingPeriod(year=2026, month=6)
        verify(company, [month], now=now(), pace=lambda: None)
        assert attach_all() == []

        sign_month(company, JUNE, user=None, now=now(), reason="paid from another bank")
        Attacher(Event()).take_up_due(now())

        files = attached(procountor)
        assert len(files) == 2
        assert all(one.content.startswith(b"%PDF") for one in files)
        assert attach_all(now() + 2 * PAUSE) == []

    def test_attaches_nothing_unless_the_link_says_so(self, procountor: Sandbox) -> None:
        booked(a_linked_company())

        assert attach_all() == []

    @pytest.mark.parametrize(
        ("kind", "first"),
        [
            (FaultKind.ANSWER_LOST, "unknown"),
            (FaultKind.ERROR_AFTER, "unknown"),
            (FaultKind.ERROR_BEFORE, "unknown"),
            (FaultKind.BUSY, "waiting"),
        ],
    )
    def test_looks_before_it_tries_again(
        self, procountor: Sandbox, kind: FaultKind, first: str
    ) -> None:
        booked(a_linked_company(attaches="journal"))
        procountor.faults.add(Fault(kind=kind, method="POST", path="/attachments"))

        assert attach_all() == [first, "attached"]
        # Not before the request can no longer arrive.
        assert attach_all(now() + timedelta(minutes=10)) == []
        assert attach_all(now() + 2 * PAUSE) == ["attached"]
        assert len(attached(procountor)) == 2

    def test_a_refused_file_leaves_the_receipt_sent(self, procountor: Sandbox) -> None:
        journal = booked(a_linked_company(attaches="journal"))
        procountor.faults.add(Fault(kind=FaultKind.REJECT, method="POST", path="/attachments"))

        assert attach_all() == ["refused", "attached"]
        assert attach_all(now() + 2 * PAUSE) == []
        journal.refresh_from_db()
        assert journal.state == "sent"
        assert AuditEntry.objects.filter(action="file_refused").count() == 1
        assert ReceiptFile.objects.filter(state="refused").get().detail
