"""What is stored of a receipt that was booked, refused, or lost from sight."""

from datetime import timedelta

import pytest
from django.utils import timezone
from pytest_django import Settings
from tests.bureau import (
    NOW,
    Clock,
    a_journal,
    a_linked_company,
    deliver,
    make_moves,
    on_post,
    send,
    states,
)

from procountor_sandbox.app import Sandbox
from procountor_sandbox.faults import Fault, FaultKind
from tilisilta import __version__
from tilisilta.domain.problems import Problem, ProblemCode, Screen, Severity
from tilisilta.models import (
    Attempt,
    AuditEntry,
    Export,
    LinkSettings,
    ProcountorAccount,
    Sending,
    User,
)
from tilisilta.services.links import change_link
from tilisilta.services.sending.asking import send_journal
from tilisilta.services.sending.lost_answers import request_lifetime

pytestmark = pytest.mark.django_db

Action = AuditEntry.Action


class TestRequestLifetime:
    def test_is_the_time_to_leave_and_twice_the_time_out(self, settings: Settings) -> None:
        settings.PROCOUNTOR_TIMEOUT_SECONDS = 30

        assert request_lifetime() == timedelta(seconds=10 + 2 * 30)


class TestABookedReceipt:
    def test_is_stored_with_all_that_procountor_says_of_it(self, procountor: Sandbox) -> None:
        clock = Clock()

        sent = send(a_journal(a_linked_company()), clock)

        (booked,) = procountor.ledger.receipts()
        export = sent.exports.get()
        assert export.ledger_receipt_id == booked.receipt_id
        assert export.receipt_number == booked.receipt_number
        assert export.invoice_number == booked.invoice_number
        assert export.version
        assert export.posted_at is not None
        assert NOW <= export.posted_at <= clock.now
        assert (export.problems, export.look_at, export.approved_at) == ((), None, None)

    def test_keeps_the_version_and_the_settings_that_made_it(self, procountor: Sandbox) -> None:
        """The link is changed later, and what was sent still tells how it was made."""
        company = a_linked_company(receipt_title="Palkat")
        sent = send(a_journal(company))
        change_link(company.link, user=None, receipt_title="Lön")
        later = a_journal(company, 7, run_number="7")

        export = sent.exports.get()
        assert export.program_version == __version__
        assert export.attempts.get().program_version == __version__
        assert export.link_settings is not None
        assert export.link_settings.choices["receipt_title"] == "Palkat"
        newer = later.exports.get().link_settings
        assert newer is not None
        assert newer.choices["receipt_title"] == "Lön"

    def test_shares_its_settings_with_those_made_alike(self, procountor: Sandbox) -> None:
        company = a_linked_company()

        send(a_journal(company, 5, 6))

        assert Export.objects.count() == 2
        assert LinkSettings.objects.count() == 1

    @pytest.mark.parametrize(
        ("kind", "action"),
        [(None, Action.RECEIPT_POSTED), (FaultKind.ANSWER_LOST, "receipt_found")],
    )
    def test_is_recorded_with_its_number_and_the_user_who_sent_it(
        self, procountor: Sandbox, kind: FaultKind | None, action: str
    ) -> None:
        user = User.objects.create_user("sari")
        journal = a_journal(a_linked_company())
        if kind:
            procountor.faults.add(on_post(kind))
        clock = Clock()

        deliver(send_journal(journal, user=user, now=clock.now), clock)

        entry = AuditEntry.objects.get(action=action)
        export = journal.exports.get()
        assert (entry.user, entry.company) == (user, journal.company)
        assert entry.facts == {
            "reference": "1001-2026-6-1",
            "date": "2026-06-28",
            "number": str(export.receipt_number),
        }

    def test_is_recorded_for_the_system_user_whose_command_sent_it(
        self, procountor: Sandbox
    ) -> None:
        company = a_linked_company(approves_receipts=True)
        clock = Clock()
        sending = send_journal(a_journal(company), user=None, now=clock.now)
        Sending.objects.update(system_user="palkat")

        deliver(sending, clock)

        for action in (Action.RECEIPT_POSTED, Action.RECEIPT_APPROVED):
            entry = AuditEntry.objects.get(action=action)
            assert entry.system_user == "palkat"
            assert entry.facts["number"] == str(Export.objects.get().receipt_number)


class TestARefusedReceipt:
    def test_names_the_row_the_field_and_where_it_is_put_right(self, procountor: Sandbox) -> None:
        code = "ERROR_LEDGERACCOUNT_VATPERCENTAGE_COMBINATION"
        fault = on_post(FaultKind.REJECT, code=code, field="transactions[1].account")
        procountor.faults.add(fault)

        sent = send(a_journal(a_linked_company()))

        (problem,) = sent.exports.get().problems
        assert problem == Problem(
            code=ProblemCode.REJECTED,
            screen=Screen.LINK,
            booking_date=sent.exports.get().booking_date,
            facts=(
                ("status", "400"),
                ("answer", code),
                ("reason", "account_or_vat"),
                ("field", "transactions[1].account"),
                ("fields", "row 2 account"),
                ("row", "2"),
            ),
        )

    def test_names_no_row_where_procountor_named_none(self, procountor: Sandbox) -> None:
        procountor.faults.add(on_post(FaultKind.REJECT, code="CLOSED_FISCAL_PERIOD"))

        sent = send(a_journal(a_linked_company()))

        (problem,) = sent.exports.get().problems
        assert dict(problem.facts) == {
            "status": "400",
            "answer": "CLOSED_FISCAL_PERIOD",
            "reason": "period_closed",
        }

    def test_is_recorded_with_its_attempt(self, procountor: Sandbox) -> None:
        procountor.faults.add(on_post(FaultKind.REJECT, code="CLOSED_FISCAL_PERIOD"))
        clock = Clock()

        sent = send(a_journal(a_linked_company()), clock)

        attempt = Attempt.objects.get()
        assert attempt.outcome == Attempt.Outcome.REJECTED
        assert attempt.ended_at is not None
        assert NOW <= attempt.ended_at <= clock.now
        assert "CLOSED_FISCAL_PERIOD" in attempt.detail
        entry = AuditEntry.objects.get(action=Action.RECEIPT_REJECTED)
        assert (entry.about_id, entry.facts["date"]) == (sent.pk, "2026-06-28")

    def test_has_the_chart_and_periods_read_anew_before_the_next_check(
        self, procountor: Sandbox
    ) -> None:
        journal = a_journal(a_linked_company())
        procountor.faults.add(on_post(FaultKind.REJECT))
        assert ProcountorAccount.objects.get().administration_read_at is not None

        send(journal)

        assert ProcountorAccount.objects.get().administration_read_at is None


class TestAnApprovalThatIsRefused:
    def test_warns_and_does_not_stop_the_receipts_after_it(self, procountor: Sandbox) -> None:
        company = a_linked_company(approves_receipts=True)
        procountor.faults.add(Fault(kind=FaultKind.REJECT, method="PUT", path="*/approve"))

        sent = send(a_journal(company, 5, 6))

        first, second = sent.exports.all()
        assert [one.severity for one in first.problems] == [Severity.WARNING]
        assert (first.state, second.state) == ("posted", "approved")


class TestAnUncertainReceipt:
    def test_must_be_missing_from_three_looks(
        self, procountor: Sandbox, settings: Settings
    ) -> None:
        settings.UNCERTAIN_PAUSE_SECONDS = 3600
        procountor.faults.add(on_post(FaultKind.ERROR_BEFORE))
        clock = Clock()
        sending = send_journal(a_journal(a_linked_company()), user=None, now=clock.now)
        make_moves(sending, clock, 1)
        # No request of an hour ago can still arrive, so only the looks are left to prove it.
        clock.forward(3600)

        deliver(sending, clock)

        export = Export.objects.get()
        assert [one.outcome for one in Attempt.objects.order_by("number")] == ["absent", "posted"]
        assert (len(export.empty_looks), export.absent_look_count) == (3, 3)

    @pytest.mark.parametrize("hours", [1, -30])
    def test_is_not_proven_missing_by_a_clock_that_is_set(
        self, procountor: Sandbox, monkeypatch: pytest.MonkeyPatch, hours: int
    ) -> None:
        procountor.faults.add(on_post(FaultKind.ERROR_BEFORE))
        clock, journal = Clock(), a_journal(a_linked_company())
        sending = send_journal(journal, user=None, now=clock.now)
        make_moves(sending, clock, 2)

        clock.now += timedelta(hours=hours)
        real = timezone.now
        monkeypatch.setattr(timezone, "now", lambda: real() + timedelta(hours=hours))
        for seconds in (0, 16, 31, 61):
            clock.forward(seconds)
            make_moves(sending, clock, 1)
        early = (Export.objects.get().state, procountor.requests.count("POST", "/ledgerreceipts"))
        clock.forward(121)
        deliver(sending, clock)

        # The looks before were within two minutes of the request.
        assert early == ("uncertain", 1)
        assert states(journal) == ["posted"]

    def test_is_looked_for_also_where_its_attempt_was_forgotten(self, procountor: Sandbox) -> None:
        procountor.faults.add(on_post(FaultKind.ANSWER_LOST))
        clock = Clock()
        sending = send_journal(a_journal(a_linked_company()), user=None, now=clock.now)
        make_moves(sending, clock, 1)
        Attempt.objects.all().delete()
        (booked,) = procountor.ledger.receipts()
        procountor.ledger.hide(booked.company_id, booked.receipt_id, searches=2)

        sent = deliver(sending, clock)

        assert sent.exports.get().state == "posted"
        assert procountor.ledger.count() == 1

    def test_is_recorded_as_uncertain_with_the_reason_in_its_attempt(
        self, procountor: Sandbox
    ) -> None:
        procountor.faults.add(on_post(FaultKind.ERROR_BEFORE, status=503))
        clock = Clock()
        sending = send_journal(a_journal(a_linked_company()), user=None, now=clock.now)

        make_moves(sending, clock, 1)

        attempt = Attempt.objects.get()
        assert (attempt.outcome, attempt.ended_at) == (Attempt.Outcome.UNKNOWN, clock.now)
        assert "503" in attempt.detail
        assert AuditEntry.objects.filter(action=Action.RECEIPT_UNCERTAIN).count() == 1
        export = Export.objects.get()
        assert (export.state, export.look_at, export.empty_looks) == ("uncertain", clock.now, ())
