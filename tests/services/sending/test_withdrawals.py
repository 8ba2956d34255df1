"""A withdrawal takes all booked receipts of a journal back, each step exactly once."""

from dataclasses import replace
from datetime import timedelta
from decimal import Decimal
from typing import Any

import pytest
from django.core.exceptions import ValidationError
from django.db import connection
from tests.bureau import (
    NOW,
    Clock,
    a_journal,
    a_linked_company,
    csv_file,
    deliver,
    make_moves,
    monthly_lines,
    problem_codes,
    receipts_with,
    send,
    set_period,
    states,
    tidy,
)
from tests.procountor_sandbox.test_changing import close_year

from procountor_sandbox.app import Sandbox
from procountor_sandbox.drafts import Draft
from procountor_sandbox.faults import Fault, FaultKind
from procountor_sandbox.receipts import Receipt, Status
from tilisilta.domain.journals import Run
from tilisilta.domain.withdrawals import Way
from tilisilta.models import (
    Attempt,
    AuditEntry,
    Company,
    Export,
    Journal,
    Link,
    Sending,
    Withdrawal,
)
from tilisilta.models.append_only import take_away
from tilisilta.services.journals.importing import import_journal
from tilisilta.services.receipts_of_year import receipts_of_year, sums_of
from tilisilta.services.sending.asking import CannotBeSent, send_journal
from tilisilta.services.sending.going_on import continue_waiting
from tilisilta.services.sending.lost_answers import request_lifetime
from tilisilta.services.sending.perhaps_ours import say_another, take_over
from tilisilta.services.sending.receipts_in_question import doubts_about
from tilisilta.services.sending.withdrawals import (
    CannotWithdraw,
    NotWithdrawn,
    WithdrawalChanged,
    ask_to_withdraw,
    let_be_sent_again,
    plan_withdrawal,
)

pytestmark = pytest.mark.django_db
REASON = "Calculated with the old collective agreement"


def withdraw(journal: Journal, clock: Clock | None = None) -> Journal:
    """Withdraw ``journal`` and make all moves, as a worker would."""
    clock = clock or Clock()
    return deliver(ask_to_withdraw(journal, reason=REASON, user=None, now=clock.now), clock)


def statuses(sandbox: Sandbox) -> list[str]:
    return [receipt.status.value for receipt in sandbox.ledger.receipts()]


def net_amounts(sandbox: Sandbox) -> dict[str, str]:
    """Return what the books hold by account, of receipts that are not invalidated."""
    sums: dict[str, Decimal] = {}
    for receipt in sandbox.ledger.receipts():
        if receipt.status is not Status.INVALIDATED:
            for row in receipt.transactions:
                sums[row.account] = sums.get(row.account, Decimal(0)) + row.accounting_value
    return {account: str(value) for account, value in sums.items() if value}


def on_put(kind: FaultKind, step: str, **more: Any) -> Fault:
    return Fault(kind=kind, method="PUT", path=f"/ledgerreceipts/*/{step}", **more)


def attempts() -> list[tuple[str, str]]:
    return list(Attempt.objects.exclude(kind="post").values_list("kind", "outcome").order_by("pk"))


def actions(journal: Journal) -> list[str]:
    entries = AuditEntry.objects.filter(about_kind="journal", about_id=journal.pk).order_by("pk")
    return [one.action for one in entries if "withdr" in one.action or "receipt_" in one.action]


class TestAWithdrawal:
    def test_invalidates_receipts_of_open_periods(self, procountor: Sandbox) -> None:
        journal = send(a_journal(a_linked_company(), 5, 6))

        withdrawn = withdraw(journal)

        assert statuses(procountor) == ["INVALIDATED", "INVALIDATED"]
        assert states(withdrawn) == ["withdrawn", "withdrawn"]
        assert withdrawn.state == "withdrawn"
        assert attempts() == [("invalidate", "done"), ("invalidate", "done")]
        assert actions(journal)[2:] == [
            "withdrawal_asked",
            "receipt_invalidated",
            "receipt_invalidated",
            "journal_withdrawn",
        ]

    def test_makes_approved_receipts_unfinished_first(self, procountor: Sandbox) -> None:
        journal = send(a_journal(a_linked_company(approves_receipts=True), 6))

        withdrawn = withdraw(journal)

        assert statuses(procountor) == ["INVALIDATED"]
        assert withdrawn.state == "withdrawn"
        assert attempts() == [("unfinish", "done"), ("invalidate", "done")]

    def test_reverses_receipts_of_closed_periods_on_the_first_open_day(
        self, procountor: Sandbox
    ) -> None:
        journal = send(a_journal(a_linked_company(), 5, 6))
        set_period(procountor, "CLOSED", month=5)

        withdrawn = withdraw(journal)

        may, june, reversal = procountor.ledger.receipts()
        assert (may.status, june.status) == (Status.UNFINISHED, Status.INVALIDATED)
        assert str(reversal.receipt_date) == "2026-06-01"
        assert net_amounts(procountor) == {}
        assert withdrawn.state == "withdrawn"
        export = withdrawn.exports.get(booking_date__month=5)
        assert export.reversal.ledger_receipt_id == reversal.receipt_id
        assert str(may.receipt_number) in reversal.name
        assert REASON in reversal.others["accountantsNotes"]
        assert "receipt_reversed" in actions(journal)

    def test_leaves_nothing_of_both_receipts_in_the_sums_of_the_year(
        self, procountor: Sandbox
    ) -> None:
        journal = send(a_journal(a_linked_company(), 5))
        set_period(procountor, "CLOSED", month=5)
        assert sums_of(receipts_of_year(journal.company, 2026)) == {"EUR": Decimal("1005.00")}

        withdraw(journal)

        receipts = receipts_of_year(journal.company, 2026)
        assert [one.state for one in receipts] == ["withdrawn", "posted"]
        assert sums_of(receipts) == {}

    def test_approves_the_reversal_where_the_link_approves(self, procountor: Sandbox) -> None:
        journal = send(a_journal(a_linked_company(approves_receipts=True), 5))
        set_period(procountor, "CLOSED", month=5)

        withdraw(journal)

        assert statuses(procountor) == ["APPROVED", "APPROVED"]
        assert net_amounts(procountor) == {}

    def test_takes_back_what_people_have_edited_as_it_is_now(self, procountor: Sandbox) -> None:
        journal = send(a_journal(a_linked_company(), 5))
        tidy(procountor, "amount", row=1, to_row=2, amount=Decimal("5.00"))
        set_period(procountor, "CLOSED", month=5)

        withdraw(journal)

        assert procountor.ledger.count() == 2
        assert net_amounts(procountor) == {}

    def test_leaves_a_receipt_that_a_person_has_invalidated(self, procountor: Sandbox) -> None:
        journal = send(a_journal(a_linked_company(), 6))
        tidy(procountor, "invalidate")

        withdrawn = withdraw(journal)

        assert withdrawn.state == "withdrawn"
        assert attempts() == []
        assert "receipt_seen_invalidated" in actions(journal)

    def test_is_asked_for_once_however_often_it_is_clicked(self, procountor: Sandbox) -> None:
        journal = send(a_journal(a_linked_company(), 6))
        now = Clock().now

        first = ask_to_withdraw(journal, reason=REASON, user=None, now=now)
        second = ask_to_withdraw(journal, reason=REASON, user=None, now=now)

        assert first == second
        assert Withdrawal.objects.count() == 1

    def test_takes_the_unsent_rest_of_a_journal_with_it(self, procountor: Sandbox) -> None:
        journal = a_journal(a_linked_company(), 5, 6)
        procountor.faults.add(
            Fault(kind=FaultKind.REJECT, method="POST", path="/ledgerreceipts", skip=1)
        )
        sent = send(journal)
        assert states(sent) == ["posted", "rejected"]

        withdrawn = withdraw(sent)

        assert withdrawn.state == "withdrawn"
        assert states(withdrawn) == ["withdrawn", "withdrawn"]
        assert withdrawn.standing().to_send == 0


class TestARefusal:
    def test_stops_for_a_person_and_the_others_go_on(self, procountor: Sandbox) -> None:
        journal = send(a_journal(a_linked_company(), 5, 6))
        procountor.faults.add(on_put(FaultKind.REJECT, "invalidate"))

        stopped = withdraw(journal)

        assert states(stopped) == ["not_withdrawn", "withdrawn"]
        assert stopped.state == "withdrawal_stopped"
        assert problem_codes(stopped) == ["S15"]
        assert not stopped.standing().can_be_sent
        assert "withdrawal_stopped" in actions(journal)

    def test_goes_on_with_what_is_left(self, procountor: Sandbox) -> None:
        journal = send(a_journal(a_linked_company(), 5, 6))
        clock = Clock()
        procountor.faults.add(on_put(FaultKind.REJECT, "invalidate"))
        stopped = withdraw(journal, clock)

        withdrawn = withdraw(stopped, clock)

        assert withdrawn.state == "withdrawn"
        assert statuses(procountor) == ["INVALIDATED", "INVALIDATED"]
        assert Withdrawal.objects.count() == 1

    def test_leads_to_a_reversal_once_the_period_was_closed(self, procountor: Sandbox) -> None:
        journal = send(a_journal(a_linked_company(), 5))
        clock = Clock()
        sending = ask_to_withdraw(journal, reason=REASON, user=None, now=clock.now)
        set_period(procountor, "CLOSED", month=5)
        stopped = deliver(sending, clock)
        assert problem_codes(stopped) == ["S15"]
        assert procountor.ledger.count() == 1

        withdrawn = withdraw(stopped, clock)

        assert withdrawn.state == "withdrawn"
        assert net_amounts(procountor) == {}

    def test_stops_a_reversal_of_what_was_edited_since(self, procountor: Sandbox) -> None:
        journal = send(a_journal(a_linked_company(), 5))
        clock = Clock()
        set_period(procountor, "CLOSED", month=5)
        sending = ask_to_withdraw(journal, reason=REASON, user=None, now=clock.now)
        set_period(procountor, "OPEN", month=5)
        tidy(procountor, "amount", row=1, to_row=2, amount=Decimal("5.00"))

        stopped = deliver(sending, clock)

        assert problem_codes(stopped) == ["S16"]
        assert procountor.ledger.count() == 1

    def test_of_the_reversal_is_tried_again_with_new_content(self, procountor: Sandbox) -> None:
        journal = send(a_journal(a_linked_company(), 5))
        clock = Clock()
        set_period(procountor, "CLOSED", month=5)
        procountor.faults.add(Fault(kind=FaultKind.REJECT, method="POST", path="/ledgerreceipts"))
        stopped = withdraw(journal, clock)
        assert stopped.state == "withdrawal_stopped"

        withdrawn = withdraw(stopped, clock)

        assert withdrawn.state == "withdrawn"
        assert procountor.ledger.count() == 2
        assert net_amounts(procountor) == {}


class TestALostAnswer:
    @pytest.mark.parametrize("kind", [FaultKind.ANSWER_LOST, FaultKind.ERROR_AFTER])
    @pytest.mark.parametrize("step", ["unfinished", "invalidate"])
    def test_of_a_step_that_happened_is_not_repeated(
        self, procountor: Sandbox, kind: FaultKind, step: str
    ) -> None:
        journal = send(a_journal(a_linked_company(approves_receipts=True), 6))
        procountor.faults.add(on_put(kind, step))

        withdrawn = withdraw(journal)

        assert withdrawn.state == "withdrawn"
        assert sorted(outcome for _, outcome in attempts()) == ["done", "found"]
        puts = procountor.requests.count("PUT", f"/ledgerreceipts/700001/{step}")
        assert puts == 1

    @pytest.mark.parametrize("step", ["unfinished", "invalidate"])
    def test_of_a_step_that_did_not_happen_is_repeated_once_it_can_no_longer_arrive(
        self, procountor: Sandbox, step: str
    ) -> None:
        journal = send(a_journal(a_linked_company(approves_receipts=True), 6))
        procountor.faults.add(on_put(FaultKind.ERROR_BEFORE, step))

        withdrawn = withdraw(journal)

        assert withdrawn.state == "withdrawn"
        kind = {"unfinished": "unfinish"}.get(step, step)
        first, second = Attempt.objects.filter(kind=kind).order_by("number")
        assert (first.outcome, second.outcome) == ("not_done", "done")
        assert second.started_at - first.started_at >= request_lifetime()

    @pytest.mark.parametrize(
        "kind", [FaultKind.ANSWER_LOST, FaultKind.ERROR_AFTER, FaultKind.ERROR_BEFORE]
    )
    def test_of_a_reversal_books_it_once(self, procountor: Sandbox, kind: FaultKind) -> None:
        journal = send(a_journal(a_linked_company(), 5))
        set_period(procountor, "CLOSED", month=5)
        procountor.faults.add(Fault(kind=kind, method="POST", path="/ledgerreceipts"))

        withdrawn = withdraw(journal)

        assert withdrawn.state == "withdrawn"
        assert procountor.ledger.count() == 2
        assert net_amounts(procountor) == {}


class TestAReversalByHand:
    def test_stops_and_is_taken_over(self, procountor: Sandbox) -> None:
        journal = send(a_journal(a_linked_company(), 5))
        clock = Clock()
        set_period(procountor, "CLOSED", month=5)
        sending = ask_to_withdraw(journal, reason=REASON, user=None, now=clock.now)
        by_hand = _reversed_by_hand(procountor)
        stopped = deliver(sending, clock)
        assert problem_codes(stopped) == ["S09"]
        doubt = next(iter(doubts_about(stopped)))
        reversal = Export.with_trail.get(token=doubt.token)

        take_over(reversal, by_hand.receipt_id, user=None, now=clock.now)
        withdrawn = deliver(_under_way(journal), clock)

        assert withdrawn.state == "withdrawn"
        assert procountor.ledger.count() == 2

    def test_that_is_another_lets_ours_be_booked(self, procountor: Sandbox) -> None:
        journal = send(a_journal(a_linked_company(), 5))
        clock = Clock()
        set_period(procountor, "CLOSED", month=5)
        sending = ask_to_withdraw(journal, reason=REASON, user=None, now=clock.now)
        by_hand = _reversed_by_hand(procountor)
        stopped = deliver(sending, clock)
        reversal = Export.with_trail.get(token=next(iter(doubts_about(stopped))).token)

        say_another(reversal, by_hand.receipt_id, user=None, now=clock.now)
        withdrawn = deliver(_under_way(journal), clock)

        assert withdrawn.state == "withdrawn"
        assert procountor.ledger.count() == 3
        assert len(receipts_with(procountor, reversal.token)) == 1


class TestSendingAgain:
    def test_books_each_receipt_once_more_under_another_token(self, procountor: Sandbox) -> None:
        journal = send(a_journal(a_linked_company(), 5, 6))
        clock = Clock()
        set_period(procountor, "CLOSED", month=5)
        first = set(journal.exports.values_list("token", flat=True))
        withdraw(journal, clock)
        set_period(procountor, "OPEN", month=5)

        ready = let_be_sent_again(journal, reason="Agreement is right", user=None, now=clock.now)
        assert ready.state == "ready"
        sent = send(ready, clock)

        assert sent.state == "sent"
        assert states(sent) == ["withdrawn", "posted", "withdrawn", "posted"]
        new = sent.exports.filter(state="posted")
        assert first.isdisjoint(new.values_list("token", flat=True))
        assert {export.epoch for export in new} == {1}
        assert net_amounts(procountor) == {"5010": "2011.00", "2961": "-2011.00"}

    def test_may_be_withdrawn_and_sent_a_third_time(self, procountor: Sandbox) -> None:
        journal = send(a_journal(a_linked_company(), 6))
        clock = Clock()
        for _ in range(2):
            withdraw(journal, clock)
            again = let_be_sent_again(journal, reason="Once more", user=None, now=clock.now)
            journal = send(again, clock)

        assert statuses(procountor) == ["INVALIDATED", "INVALIDATED", "UNFINISHED"]
        assert states(journal) == ["withdrawn", "withdrawn", "posted"]

    def test_needs_a_person_to_say_so(self, procountor: Sandbox) -> None:
        journal = withdraw(send(a_journal(a_linked_company(), 6)))

        with pytest.raises(CannotBeSent):
            send_journal(journal, user=None, now=Clock().now)

        assert procountor.ledger.count() == 1

    def test_is_refused_while_something_is_in_the_books(self, procountor: Sandbox) -> None:
        journal = send(a_journal(a_linked_company(), 6))

        with pytest.raises(NotWithdrawn):
            let_be_sent_again(journal, reason="Again", user=None, now=Clock().now)


class TestAsking:
    @pytest.mark.parametrize("reason", ["", "  ", "x" * 201, "Palkka 131052-308T"])
    def test_needs_a_reason_that_may_be_shown(self, procountor: Sandbox, reason: str) -> None:
        journal = send(a_journal(a_linked_company(), 6))

        with pytest.raises(ValidationError):
            ask_to_withdraw(journal, reason=reason, user=None, now=Clock().now)

    def test_is_refused_when_nothing_is_booked(self, procountor: Sandbox) -> None:
        journal = a_journal(a_linked_company(), 6)

        with pytest.raises(CannotWithdraw):
            ask_to_withdraw(journal, reason=REASON, user=None, now=Clock().now)

    def test_is_refused_as_a_whole_when_one_receipt_has_no_way_back(
        self, procountor: Sandbox
    ) -> None:
        journal = send(a_journal(a_linked_company(), 5, 6))
        clock = Clock()
        # One that Procountor does not give any more.
        journal.exports.filter(booking_date__month=6).update(ledger_receipt_id=1)

        plan = plan_withdrawal(journal, now=clock.now)
        assert [one.way.way for one in plan.receipts] == [Way.INVALIDATE, Way.NONE]
        with pytest.raises(CannotWithdraw):
            ask_to_withdraw(journal, reason=REASON, user=None, now=clock.now)

        assert states(journal) == ["posted", "posted"]

    def test_is_refused_when_something_has_changed_since_it_was_seen(
        self, procountor: Sandbox
    ) -> None:
        journal = send(a_journal(a_linked_company(), 5))
        clock = Clock()
        seen = plan_withdrawal(journal, now=clock.now).digest
        set_period(procountor, "CLOSED", month=5)

        with pytest.raises(WithdrawalChanged):
            ask_to_withdraw(journal, reason=REASON, user=None, now=clock.now, seen=seen)

        assert states(journal) == ["posted"]

    def test_is_refused_through_a_link_that_is_verify_only_and_stopped_by_it(
        self, procountor: Sandbox
    ) -> None:
        journal = send(a_journal(a_linked_company(), 5, 6))
        clock = Clock()
        sending = ask_to_withdraw(journal, reason=REASON, user=None, now=clock.now)
        Link.objects.update(is_verify_only=True)

        stopped = deliver(sending, clock)

        assert stopped.state == "withdrawal_stopped"
        assert statuses(procountor) == ["UNFINISHED", "UNFINISHED"]
        with pytest.raises(CannotWithdraw):
            ask_to_withdraw(stopped, reason=REASON, user=None, now=clock.now)

    def test_is_refused_while_it_is_sent(self, procountor: Sandbox) -> None:
        journal = a_journal(a_linked_company(), 5, 6)
        clock = Clock()
        sending = send_journal(journal, user=None, now=clock.now)
        make_moves(sending, clock, 1)

        with pytest.raises(CannotWithdraw):
            ask_to_withdraw(journal, reason=REASON, user=None, now=clock.now)

    def test_keeps_the_journal_from_being_sent_meanwhile(self, procountor: Sandbox) -> None:
        journal = send(a_journal(a_linked_company(), 6))
        ask_to_withdraw(journal, reason=REASON, user=None, now=Clock().now)

        with pytest.raises(CannotBeSent):
            send_journal(Journal.objects.get(pk=journal.pk), user=None, now=Clock().now)


class TestAnEndedAccount:
    def test_goes_on_once_it_is_authorised_again(self, procountor: Sandbox) -> None:
        journal = send(a_journal(a_linked_company(), 6))
        clock = Clock()
        sending = ask_to_withdraw(journal, reason=REASON, user=None, now=clock.now)
        account = journal.exports.get().link.procountor_account
        account.state = "ended"
        account.save(update_fields=["state"])
        assert deliver(sending, clock).state == "withdrawing"
        account.state = "authorised"
        account.save(update_fields=["state"])

        assert continue_waiting(clock.now) == 1
        withdrawn = deliver(_under_way(journal), clock)

        assert withdrawn.state == "withdrawn"


class TestARestoredBackup:
    def test_finds_what_was_withdrawn_and_sent_again_in_the_forgotten_time(
        self, procountor: Sandbox
    ) -> None:
        journal = send(a_journal(a_linked_company(), 5, 6))
        clock = Clock()
        set_period(procountor, "CLOSED", month=5)
        before = _backup()
        withdraw(journal, clock)
        set_period(procountor, "OPEN", month=5)
        send(let_be_sent_again(journal, reason="Right", user=None, now=clock.now), clock)
        booked = procountor.ledger.count()
        _restore(before)

        set_period(procountor, "CLOSED", month=5)
        withdrawn = withdraw(Journal.objects.get(pk=journal.pk), clock)
        assert withdrawn.state == "withdrawn"
        set_period(procountor, "OPEN", month=5)
        again = let_be_sent_again(withdrawn, reason="Right", user=None, now=clock.now)
        sent = send(again, clock)

        assert sent.state == "sent"
        assert procountor.ledger.count() == booked
        assert net_amounts(procountor) == {"5010": "2011.00", "2961": "-2011.00"}


def _backup() -> list[Export]:
    return list(Export.objects.all())


def _restore(backup: list[Export]) -> None:
    """Leave the tables as they were when ``backup`` was made, after the first sending."""
    kept = [one.pk for one in backup]
    # A restored database has other rows, whatever its triggers would refuse.
    take_away(connection)
    Attempt.objects.exclude(kind="post").delete()
    Attempt.objects.exclude(export__in=kept).delete()
    Export.with_trail.filter(reverses__isnull=False).delete()
    Export.objects.exclude(pk__in=kept).delete()
    for export in backup:
        export.save()
    Withdrawal.objects.all().delete()
    Journal.objects.update(withdrawn_at=None, state="sent")


class TestAFinalReceipt:
    def test_of_sweden_is_reversed_in_the_next_year(self, procountor: Sandbox) -> None:
        swedish = next(one for one in procountor.world.companies if one.country == "SWEDEN")
        number = swedish.company_id - 50101 + 1001
        journal = send(a_journal(a_linked_company(number, approves_receipts=True), 5))
        assert plan_withdrawal(journal, now=Clock().now).can_become_final
        close_year(procountor, swedish.company_id, is_open=False)

        withdrawn = withdraw(journal)

        first, reversal = procountor.ledger.receipts()
        assert first.is_final
        assert str(reversal.receipt_date) == "2027-01-01"
        assert net_amounts(procountor) == {}
        assert withdrawn.state == "withdrawn"

    def test_is_reversed_although_its_year_was_opened_again(self, procountor: Sandbox) -> None:
        swedish = next(one for one in procountor.world.companies if one.country == "SWEDEN")
        number = swedish.company_id - 50101 + 1001
        journal = send(a_journal(a_linked_company(number, approves_receipts=True), 5))
        close_year(procountor, swedish.company_id, is_open=False)
        close_year(procountor, swedish.company_id, is_open=True)

        withdraw(journal)

        assert [str(one.receipt_date) for one in procountor.ledger.receipts()] == [
            "2026-05-28",
            "2026-05-28",
        ]
        assert net_amounts(procountor) == {}


class TestALaterRevision:
    def test_is_ready_once_the_earlier_one_is_withdrawn(self, procountor: Sandbox) -> None:
        company = a_linked_company()
        first = send(a_journal(company, 6))
        second = Journal.objects.get(pk=revised(company).pk)
        assert second.state == "changed"

        withdraw(first)

        second.refresh_from_db()
        assert second.state == "ready"
        assert send(second).state == "sent"
        assert procountor.ledger.count() == 2


def _under_way(journal: Journal) -> Sending:
    return Sending.objects.get(journal=journal, finished_at__isnull=True)


def _reversed_by_hand(sandbox: Sandbox) -> Receipt:
    """Let a person book the reversal in Procountor, without any token."""
    first = sandbox.ledger.receipts()[0]
    reversal = Export.with_trail.get(reverses__isnull=False)
    rows = tuple(replace(row, accounting_value=-row.accounting_value) for row in first.transactions)
    return sandbox.ledger.book(
        first.company_id,
        Draft(
            name="Reversed by hand",
            receipt_date=reversal.receipt_date,
            vat_type=first.vat_type,
            vat_status=first.vat_status,
            transactions=rows,
            others={},
        ),
    )


def revised(company: Company) -> Journal:
    return import_journal(
        csv_file(monthly_lines(6, cents=50)),
        file_name="again.csv",
        company=company,
        user=None,
        now=NOW + timedelta(seconds=1),
        run=Run(year=2026, number="6"),
    ).journal
