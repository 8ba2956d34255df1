"""What was withdrawn may be sent again, and a restored backup finds all of it."""

import pytest
from django.db import connection
from tests.bureau import Clock, a_journal, a_linked_company, send, set_period, states
from tests.services.sending.withdrawing import net_amounts, statuses, withdraw

from procountor_sandbox.app import Sandbox
from tilisilta.models import Attempt, Export, Journal, Withdrawal
from tilisilta.models.append_only import take_away
from tilisilta.services.sending.asking import CannotBeSent, send_journal
from tilisilta.services.sending.withdrawals import NotWithdrawn, let_be_sent_again

pytestmark = pytest.mark.django_db


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
