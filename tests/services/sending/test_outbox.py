"""The outbox gives each sending to a worker when it is due, and takes lost ones back."""

from datetime import timedelta

import pytest
from tests.bureau import NOW, a_journal, a_linked_company, a_worker

from procountor_sandbox.app import Sandbox
from tilisilta.models import Company, Export, ProcountorAccount, Sending, Worker
from tilisilta.services.sending import outbox
from tilisilta.services.sending.asking import send_journal

pytestmark = pytest.mark.django_db


@pytest.fixture
def sending(procountor: Sandbox) -> Sending:
    return send_journal(a_journal(a_linked_company()), user=None, now=NOW)


class TestDueSendings:
    def test_are_those_whose_moment_has_come(self, sending: Sending) -> None:
        before = outbox.due_sendings(NOW - timedelta(seconds=1))
        after = outbox.due_sendings(NOW)

        assert before == []
        assert after == [sending]

    def test_leave_out_what_a_worker_has_taken_up(self, sending: Sending) -> None:
        outbox.mark_enqueued(sending, NOW, worker=a_worker(), writer=1)

        assert outbox.due_sendings(NOW) == []

    def test_leave_out_what_is_finished(self, sending: Sending) -> None:
        Sending.objects.update(finished_at=NOW)

        assert outbox.due_sendings(NOW) == []

    def test_are_also_those_put_off_by_a_clock_that_ran_ahead(self, sending: Sending) -> None:
        Sending.objects.update(due_at=NOW + timedelta(days=300))

        assert outbox.due_sendings(NOW) == [sending]

    def test_come_in_the_order_in_which_they_were_asked_for(self, sending: Sending) -> None:
        journal = a_journal(a_linked_company(1002), 5)
        earlier = send_journal(journal, user=None, now=NOW - timedelta(minutes=1))

        assert outbox.due_sendings(NOW) == [earlier, sending]


class TestWriterOf:
    def test_is_the_procountor_company(self, sending: Sending) -> None:
        account = ProcountorAccount.objects.get()

        assert outbox.writers_of([sending]) == {sending.journal_id: account.procountor_company_id}


class TestTakeUp:
    def test_takes_one_of_each_company_and_lets_the_next_pass_a_busy_one(
        self, sending: Sending
    ) -> None:
        company = Company.objects.get()
        second = send_journal(a_journal(company, 5, run_number="5"), user=None, now=NOW)
        other = send_journal(a_journal(a_linked_company(1002), 4), user=None, now=NOW)

        taken = list(outbox.take_up(NOW, worker=a_worker(), at_most=3))
        again = list(outbox.take_up(NOW, worker=a_worker(), at_most=3))

        assert {one.pk for one in taken} in ({sending.pk, other.pk}, {second.pk, other.pk})
        assert again == []
        begun = Sending.objects.in_bulk([one.pk for one in taken])
        assert all(outbox.is_turn_of(begun[one.pk], one.run_id) for one in taken)

        Sending.objects.filter(pk=taken[0].pk).update(finished_at=NOW)
        Sending.objects.filter(pk=taken[1].pk).update(finished_at=NOW)

        (third,) = outbox.take_up(NOW, worker=a_worker(), at_most=3)
        assert third.pk in {sending.pk, second.pk}

    def test_gives_a_sending_that_was_put_back_another_turn(self, sending: Sending) -> None:
        (taken,) = outbox.take_up(NOW, worker=a_worker(), at_most=1)
        outbox.put_back([taken], now=NOW)
        waiting = Sending.objects.get()
        (again,) = outbox.take_up(NOW + timedelta(minutes=2), worker=a_worker(), at_most=1)
        under_way = Sending.objects.get()

        assert not outbox.is_turn_of(waiting, waiting.run_id)
        assert outbox.is_turn_of(under_way, again.run_id)
        assert not outbox.is_turn_of(under_way, taken.run_id)

    def test_lets_the_table_refuse_a_second_one_of_a_company(self, sending: Sending) -> None:
        second = send_journal(
            a_journal(Company.objects.get(), 5, run_number="5"), user=None, now=NOW
        )

        assert outbox.mark_enqueued(sending, NOW, worker=a_worker(), writer=50101)
        assert not outbox.mark_enqueued(second, NOW, worker=a_worker(), writer=50101)


class TestMarkEnqueued:
    def test_does_not_touch_a_later_turn(self, sending: Sending) -> None:
        outbox.put_off(sending.pk, due_at=NOW)

        outbox.mark_enqueued(sending, NOW, worker=a_worker(), writer=1)

        assert Sending.objects.get().enqueued_at is None

    @pytest.mark.django_db(transaction=True)
    def test_lets_nobody_claim_who_was_taken_for_dead(self, sending: Sending) -> None:
        gone = a_worker("slept-too-long")
        Worker.objects.all().delete()

        assert not outbox.mark_enqueued(sending, NOW, worker=gone, writer=1)
        assert Sending.objects.get().enqueued_at is None


class TestPutOff:
    def test_gives_the_next_turn_another_name(self, sending: Sending) -> None:
        outbox.mark_enqueued(sending, NOW, worker=a_worker(), writer=1)

        outbox.put_off(sending.pk, due_at=NOW + timedelta(minutes=1))

        again = Sending.objects.get()
        assert again.run_id != sending.run_id
        assert outbox.due_sendings(NOW) == []
        assert outbox.due_sendings(NOW + timedelta(minutes=1)) == [again]

    def test_lets_the_next_turn_look_before_it_posts(self, sending: Sending) -> None:
        Export.objects.update(is_looked_for=True)

        outbox.put_off(sending.pk, due_at=NOW)

        assert not Export.objects.get().is_looked_for

    def test_ends_no_other_turn(self, sending: Sending) -> None:
        outbox.put_off(sending.pk, due_at=NOW)
        (later,) = outbox.take_up(NOW, worker=a_worker(), at_most=1)

        outbox.put_off(sending.pk, due_at=NOW, run_id=sending.run_id)

        assert outbox.is_turn_of(Sending.objects.get(), later.run_id)

    def test_leaves_a_finished_sending_alone(self, sending: Sending) -> None:
        Sending.objects.update(finished_at=NOW)
        Export.objects.update(is_looked_for=True)

        outbox.put_off(sending.pk, due_at=NOW)

        assert Sending.objects.get().run_count == 0
        assert Export.objects.get().is_looked_for


class TestEnqueuedSendings:
    def test_are_those_taken_up_before_the_moment_and_not_finished(self, sending: Sending) -> None:
        outbox.mark_enqueued(sending, NOW, worker=a_worker(), writer=1)

        assert outbox.enqueued_sendings(NOW) == []
        assert outbox.enqueued_sendings(NOW + timedelta(seconds=1)) == [sending]
        # The clock was set back since.
        assert outbox.enqueued_sendings(NOW - timedelta(hours=1)) == [sending]

        Sending.objects.update(finished_at=NOW)

        assert outbox.enqueued_sendings(NOW + timedelta(seconds=1)) == []


class TestLostSendings:
    def test_are_those_whose_worker_is_gone(self, sending: Sending) -> None:
        outbox.mark_enqueued(sending, NOW, worker=a_worker("another"), writer=1)
        assert self.lost() == []

        Worker.objects.filter(executor_id="another").delete()

        assert self.lost() == [sending]

    def test_are_our_own_that_no_thread_is_at(self, sending: Sending) -> None:
        outbox.mark_enqueued(sending, NOW, worker=a_worker(), writer=1)

        assert self.lost(sending.run_id) == []
        assert self.lost(f"{sending.pk}.7") == [sending]

    def test_are_not_those_in_the_outbox(self, sending: Sending) -> None:
        outbox.mark_enqueued(sending, NOW, worker=a_worker(), writer=1)
        outbox.put_off(sending.pk, due_at=NOW)

        assert self.lost() == []
        assert Sending.objects.get().claimed_by is None

    @staticmethod
    def lost(*under_way: str) -> list[Sending]:
        before = NOW + timedelta(seconds=2)
        return outbox.lost_sendings(a_worker(), under_way=under_way, before=before)


class TestPutBack:
    @pytest.mark.parametrize(("run_count", "seconds"), [(0, 0), (1, 1), (3, 7), (500, 63)])
    def test_waits_longer_each_time_but_never_long(
        self, sending: Sending, run_count: int, seconds: int
    ) -> None:
        Sending.objects.update(run_count=run_count, enqueued_at=NOW)

        outbox.put_back(outbox.enqueued_sendings(NOW + timedelta(seconds=1)), now=NOW)

        again = Sending.objects.get()
        assert again.due_at == NOW + timedelta(seconds=seconds)
        assert again.enqueued_at is None

    def test_leaves_a_turn_that_ended_by_itself_meanwhile(self, sending: Sending) -> None:
        later = NOW + timedelta(minutes=30)
        Sending.objects.update(enqueued_at=NOW)
        found = outbox.enqueued_sendings(NOW + timedelta(seconds=1))
        outbox.put_off(sending.pk, due_at=later)

        outbox.put_back(found, now=NOW)

        assert Sending.objects.get().due_at == later
