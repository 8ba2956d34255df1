"""What a look in Procountor asks a person, and what it says about a receipt taken over."""

from datetime import timedelta
from typing import Any

import pytest
from pytest_django import Settings
from tests.bureau import (
    NOW,
    Clock,
    a_journal,
    a_linked_company,
    book_by_hand,
    deliver,
    forget_the_sending,
    make_moves,
    on_post,
    send,
    states,
    tidy,
)

from procountor_sandbox.app import Sandbox
from procountor_sandbox.faults import Fault, FaultKind
from tilisilta.domain.problems import Problem, ProblemCode, Screen, Severity
from tilisilta.models import (
    AnotherReceipt,
    Attempt,
    AuditEntry,
    Export,
    ProcountorAccount,
    Sending,
    User,
)
from tilisilta.services.sending import looks
from tilisilta.services.sending.asking import send_journal
from tilisilta.services.sending.perhaps_ours import (
    NotInDoubt,
    ReceiptCannotBeOurs,
    say_another,
    take_over,
)
from tilisilta.services.sending.receipts_in_question import Doubt, doubts_about

pytestmark = pytest.mark.django_db

HETU = "150390-904F"


def facts_of(export: Export) -> dict[str, str]:
    (problem,) = export.problems
    return dict(problem.facts)


def stopped_by_a_copy(name: str = "Palkat käsin", *, clock: Clock | None = None) -> Export:
    """An export that waits for an answer about a receipt of the same sums."""
    export = a_journal(a_linked_company()).exports.get()
    by_hand = export.payload.replace(export.name, name).replace(export.token, "")
    book_by_hand(export.link.procountor_account, by_hand)
    return send(export.journal, clock).exports.get()


class TestALook:
    def test_says_nothing_of_other_content_that_was_queued_meanwhile(
        self, procountor: Sandbox, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        sending = send_journal(a_journal(a_linked_company()), user=None, now=NOW)

        def slow(*_args: object, **_more: object) -> tuple[()]:
            # Stopped, planned anew and asked for again while Procountor was read.
            Export.objects.update(payload_sha256="0" * 64)
            return ()

        monkeypatch.setattr(looks, "read_receipts", slow)
        make_moves(sending, Clock(), 1)

        assert not sending.journal.exports.get().is_looked_for
        assert procountor.ledger.count() == 0

    def test_stops_in_another_company_than_that_of_the_account(self, procountor: Sandbox) -> None:
        journal = a_journal(a_linked_company())
        clock = Clock()
        sending = send_journal(journal, user=None, now=clock.now)
        # A day after Procountor has named the company it is asked again.
        ProcountorAccount.objects.update(procountor_company_id=50102, company_seen_at=None)

        stopped = deliver(sending, clock)

        export = stopped.exports.get()
        assert (export.state, export.look_at) == ("ready", None)
        assert export.problems == (
            Problem(
                code=ProblemCode.WRONG_COMPANY,
                screen=Screen.PROCOUNTOR,
                booking_date=export.booking_date,
                facts=(("name", "Koivulammi Konepaja Oy"),),
            ),
        )
        assert procountor.ledger.count() == 0

    def test_that_is_refused_is_a_problem_of_the_receipt(self, procountor: Sandbox) -> None:
        fault = Fault(kind=FaultKind.REJECT, method="GET", path="/ledgerreceipts", code="NO_LISTS")
        procountor.faults.add(fault)

        stopped = send(a_journal(a_linked_company()))

        assert states(stopped) == ["ready"]
        assert facts_of(stopped.exports.get())["answer"] == "NO_LISTS"
        assert procountor.ledger.count() == 0

    def test_asks_about_a_receipt_of_the_same_sums(self, procountor: Sandbox) -> None:
        export = stopped_by_a_copy(f"Palkat {HETU}")

        (booked,) = procountor.ledger.receipts()
        assert export.problems == (
            Problem(
                code=ProblemCode.PERHAPS_BOOKED,
                screen=Screen.PROCOUNTOR,
                booking_date=export.booking_date,
                facts=(
                    ("token", export.token),
                    ("receipts", str(booked.receipt_id)),
                    ("numbers", str(booked.receipt_number)),
                    ("date", "2026-06-28"),
                    ("name", "Palkat ***"),
                    ("same", "all"),
                ),
            ),
        )

    def test_asks_about_all_receipts_with_the_token_at_once(self, procountor: Sandbox) -> None:
        journal = a_journal(a_linked_company())
        send(journal)
        export = journal.exports.get()
        book_by_hand(export.link.procountor_account, export.payload)
        forget_the_sending()

        stopped = send(journal)

        (problem,) = stopped.exports.get().problems
        receipts = procountor.ledger.receipts()
        assert (problem.code, problem.stops) == (ProblemCode.FOUND_SEVERAL_TIMES, True)
        assert sorted(problem.fact("receipts").split(", ")) == sorted(
            str(one.receipt_id) for one in receipts
        )
        assert problem.fact("same") == ""

    @pytest.mark.parametrize(
        ("act", "details", "fields", "severity"),
        [
            ("rename", {"name": "Palkat"}, "name", Severity.WARNING),
            (
                "description",
                {"row": 1, "description": "Oikaistu"},
                "row 1 description",
                Severity.ERROR,
            ),
        ],
    )
    def test_says_in_what_a_receipt_taken_over_differs(
        self,
        procountor: Sandbox,
        act: str,
        details: dict[str, Any],
        fields: str,
        severity: Severity,
    ) -> None:
        procountor.faults.add(on_post(FaultKind.ANSWER_LOST))
        clock = Clock()
        sending = send_journal(a_journal(a_linked_company()), user=None, now=clock.now)
        make_moves(sending, clock, 1)
        tidy(procountor, act, **details)

        export = deliver(sending, clock).exports.get()

        assert export.state == "posted"
        assert export.problems == (
            Problem(
                code=ProblemCode.BOOKED_DIFFERENTLY,
                severity=severity,
                screen=Screen.PROCOUNTOR,
                booking_date=export.booking_date,
                facts=(("fields", fields),),
            ),
        )


class TestPausesBetweenLooks:
    def test_grow_to_half_an_hour(self, procountor: Sandbox, settings: Settings) -> None:
        settings.UNCERTAIN_PAUSE_SECONDS = 400
        # So long that only the looks count, and none of them is the last.
        settings.PROCOUNTOR_TIMEOUT_SECONDS = 10**6
        procountor.faults.add(on_post(FaultKind.ERROR_BEFORE))
        clock = Clock()
        sending = send_journal(a_journal(a_linked_company()), user=None, now=clock.now)
        make_moves(sending, clock, 1)
        pauses = []

        for _ in range(4):
            make_moves(sending, clock, 1)
            look_at = Export.objects.get().look_at
            assert look_at is not None
            pauses.append((look_at - clock.now).total_seconds())
            clock.now = look_at

        assert pauses == [400, 800, 1600, 1800]
        assert Export.objects.get().state == "uncertain"


class TestDoubts:
    def test_are_what_a_problem_asks_about(self, procountor: Sandbox) -> None:
        export = stopped_by_a_copy()
        (booked,) = procountor.ledger.receipts()

        (doubt,) = doubts_about(export.journal)

        assert doubt == Doubt(
            code=ProblemCode.PERHAPS_BOOKED,
            token=export.token,
            ledger_receipt_id=booked.receipt_id,
            number=str(booked.receipt_number),
        )
        assert doubt.can_be_ours


class TestAnAnswer:
    def test_that_it_is_another_is_stored_and_recorded_with_its_user(
        self, procountor: Sandbox
    ) -> None:
        user = User.objects.create_user("sari")
        export = stopped_by_a_copy()
        (booked,) = procountor.ledger.receipts()

        say_another(export, booked.receipt_id, user=user, now=NOW)

        answer = AnotherReceipt.objects.get()
        assert (answer.said_by, answer.said_at, answer.token) == (user, NOW, export.token)
        assert (answer.procountor_company_id, answer.ledger_receipt_id) == (
            50101,
            booked.receipt_id,
        )
        entry = AuditEntry.objects.get(action="receipt_is_another")
        assert (entry.user, entry.about_id) == (user, export.journal_id)
        assert entry.facts == {
            "number": str(booked.receipt_number),
            "reference": "1001-2026-6-1",
        }

    def test_about_an_uncertain_receipt_has_it_looked_for_in_the_name_of_the_user(
        self, procountor: Sandbox
    ) -> None:
        user = User.objects.create_user("sari")
        clock = Clock()
        export = _stopped_while_uncertain(procountor, clock)
        (booked,) = procountor.ledger.receipts()

        say_another(export, booked.receipt_id, user=user, now=clock.now)

        sending = Sending.objects.get(finished_at__isnull=True)
        assert (sending.requested_by, sending.due_at) == (user, clock.now)
        export.refresh_from_db()
        assert (export.state, export.problems, export.look_at) == ("uncertain", (), clock.now)

    def test_that_it_is_ours_is_recorded_with_its_number_and_user(
        self, procountor: Sandbox
    ) -> None:
        user = User.objects.create_user("sari")
        export = stopped_by_a_copy()
        (booked,) = procountor.ledger.receipts()

        taken = take_over(export, booked.receipt_id, user=user, now=NOW)

        assert (taken.state, taken.ledger_receipt_id) == ("posted", booked.receipt_id)
        # A person has compared them, so that the differences only warn.
        assert [one.severity for one in taken.problems] == [Severity.WARNING]
        entry = AuditEntry.objects.get(action="receipt_taken_over")
        assert (entry.user, entry.facts["number"]) == (user, str(booked.receipt_number))

    def test_about_a_receipt_that_is_not_in_question_changes_nothing(
        self, procountor: Sandbox
    ) -> None:
        export = stopped_by_a_copy()

        for answer in (take_over, say_another):
            with pytest.raises(NotInDoubt):
                answer(export, 1, user=None, now=NOW)

        export.refresh_from_db()
        assert (export.state, len(export.problems)) == ("ready", 1)
        assert AnotherReceipt.objects.count() == 0

    def test_that_it_is_ours_is_refused_once_it_was_invalidated(self, procountor: Sandbox) -> None:
        export = stopped_by_a_copy()
        (booked,) = procountor.ledger.receipts()
        tidy(procountor, "invalidate")

        with pytest.raises(ReceiptCannotBeOurs):
            take_over(export, booked.receipt_id, user=None, now=NOW)

        export.refresh_from_db()
        assert export.ledger_receipt_id is None


def _stopped_while_uncertain(procountor: Sandbox, clock: Clock) -> Export:
    """An uncertain export whose own receipt is surely absent, with a receipt of the same sums."""
    export = a_journal(a_linked_company()).exports.get()
    procountor.faults.add(on_post(FaultKind.ERROR_BEFORE))
    sending = send_journal(export.journal, user=None, now=clock.now)
    make_moves(sending, clock, 1)
    by_hand = export.payload.replace(export.name, "Palkat käsin").replace(export.token, "")
    book_by_hand(export.link.procountor_account, by_hand)
    clock.forward(timedelta(hours=1).total_seconds())
    stopped = deliver(sending, clock).exports.get()
    assert stopped.state == "uncertain"
    assert Attempt.objects.count() == 1
    return stopped
