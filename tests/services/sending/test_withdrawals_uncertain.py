"""A withdrawal whose answer is lost, or that a person has booked by hand: each step once."""

from dataclasses import replace

import pytest
from tests.bureau import (
    Clock,
    a_journal,
    a_linked_company,
    deliver,
    make_moves,
    problem_codes,
    receipts_with,
    send,
    set_period,
    states,
)
from tests.services.sending.withdrawing import (
    REASON,
    attempts,
    net_amounts,
    on_put,
    statuses,
    under_way,
    withdraw,
)

from procountor_sandbox.app import Sandbox
from procountor_sandbox.drafts import Draft
from procountor_sandbox.faults import Fault, FaultKind
from procountor_sandbox.receipts import Receipt
from tilisilta.models import Attempt, Export, Link
from tilisilta.services.sending.lost_answers import request_lifetime
from tilisilta.services.sending.perhaps_ours import say_another, take_over
from tilisilta.services.sending.receipts_in_question import doubts_about
from tilisilta.services.sending.withdrawals import ask_to_withdraw

pytestmark = pytest.mark.django_db


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

    def test_of_a_reversal_is_looked_for_when_it_is_asked_once_more(
        self, procountor: Sandbox
    ) -> None:
        """Its period is open again by then, so that the first receipt could be invalidated too."""
        journal, clock = send(a_journal(a_linked_company(), 5)), Clock()
        set_period(procountor, "CLOSED", month=5)
        procountor.faults.add(
            Fault(kind=FaultKind.ANSWER_LOST, method="POST", path="/ledgerreceipts")
        )
        make_moves(ask_to_withdraw(journal, reason=REASON, user=None, now=clock.now), clock, 2)
        assert Export.with_trail.get(reverses__isnull=False).state == "uncertain"
        Link.objects.update(is_verify_only=True)
        assert states(deliver(under_way(journal), clock)) == ["not_withdrawn"]

        Link.objects.update(is_verify_only=False)
        set_period(procountor, "OPEN", month=5)
        withdrawn = withdraw(journal, clock)

        assert withdrawn.state == "withdrawn"
        assert statuses(procountor) == ["UNFINISHED", "UNFINISHED"]
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
        withdrawn = deliver(under_way(journal), clock)

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
        withdrawn = deliver(under_way(journal), clock)

        assert withdrawn.state == "withdrawn"
        assert procountor.ledger.count() == 3
        assert len(receipts_with(procountor, reversal.token)) == 1


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
