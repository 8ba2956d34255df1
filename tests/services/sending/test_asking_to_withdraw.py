"""When a withdrawal is refused, and what it keeps from happening meanwhile."""

import pytest
from django.core.exceptions import ValidationError
from tests.bureau import (
    Clock,
    a_journal,
    a_linked_company,
    deliver,
    make_moves,
    send,
    set_period,
    states,
)
from tests.services.sending.withdrawing import REASON, statuses

from procountor_sandbox.app import Sandbox
from tilisilta.domain.withdrawals import Way
from tilisilta.models import Journal, Link
from tilisilta.services.sending.asking import CannotBeSent, send_journal
from tilisilta.services.sending.withdrawals import (
    CannotWithdraw,
    WithdrawalChanged,
    ask_to_withdraw,
    plan_withdrawal,
)

pytestmark = pytest.mark.django_db


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
