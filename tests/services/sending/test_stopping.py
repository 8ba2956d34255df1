"""What was asked for together is stopped where nothing is begun; the rest ends as it does."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from threading import Barrier
from typing import TypeVar

import pytest
from django.db import connection
from django.utils import timezone
from tests.bureau import (
    NOW,
    Clock,
    a_journal,
    a_linked_company,
    a_worker,
    deliver,
    make_moves,
    on_post,
    states,
)

from procountor_sandbox.app import Sandbox
from procountor_sandbox.faults import FaultKind
from tilisilta.domain.problems import ProblemCode
from tilisilta.models import Attempt, AuditEntry, JointSending, Journal, Proposal, Sending, User
from tilisilta.services import audit
from tilisilta.services.connections import remove_authorisation
from tilisilta.services.sending import outbox
from tilisilta.services.sending.asking import Wanted, send_or_propose
from tilisilta.services.sending.going_on import continue_waiting
from tilisilta.services.sending.progress import progress_of
from tilisilta.services.sending.releasing import release
from tilisilta.services.sending.stopping import Stopped, stop_joint
from tilisilta.services.sending.together import send_together
from tilisilta.services.users import create_first_administrator

_Found = TypeVar("_Found")


def of_company(number: int, **choices: object) -> Journal:
    return a_journal(a_linked_company(number, **choices), 6, run_number=str(number - 995))


def ask(*journals: Journal) -> JointSending:
    return send_together([Wanted(journal=one) for one in journals], user=None, now=NOW)


def at_once(*acts: Callable[[], _Found]) -> list[_Found]:
    barrier = Barrier(len(acts))

    def begin(act: Callable[[], _Found]) -> _Found:
        barrier.wait(timeout=60)
        try:
            return act()
        finally:
            connection.close()

    with ThreadPoolExecutor(len(acts)) as threads:
        return list(threads.map(begin, acts))


@pytest.mark.django_db
class TestStop:
    def test_makes_ready_again_what_is_not_begun(self, procountor: Sandbox) -> None:
        first, second, third = (of_company(number) for number in (1001, 1003, 1004))
        joint = ask(first, second, third)
        deliver(joint.sendings.get(journal=first), Clock())
        outbox.mark_enqueued(
            joint.sendings.get(journal=second), NOW, worker=a_worker(), writer=1003
        )

        with audit.command_run_by("aino"):
            stopped = stop_joint(joint, user=None, now=NOW)

        assert stopped == Stopped(stopped=1, going_on=1)
        now = [states(one)[0] for one in (first, second, third)]
        assert now == ["posted", "queued", "ready"]
        left = joint.sendings.get(journal=third)
        assert [one.code for one in left.refusal] == [ProblemCode.SENDING_STOPPED]
        assert left.refusal[0].fact("name") == "aino"
        third.refresh_from_db()
        assert third.state == "ready"
        progress = progress_of(joint)
        assert dict(progress.counts) == {"booked": 1, "checking": 1, "left": 1}
        assert AuditEntry.objects.get(action="sending_stopped").about_id == third.pk
        assert stop_joint(joint, user=None, now=NOW).stopped == 0

    def test_leaves_what_may_be_booked_already(self, procountor: Sandbox) -> None:
        journal = of_company(1001)
        joint = ask(journal)
        procountor.faults.add(on_post(FaultKind.ANSWER_LOST))
        clock = Clock()
        make_moves(joint.sendings.get(), clock, 1)
        outbox.put_off(joint.sendings.get().pk, due_at=NOW)

        assert stop_joint(joint, user=None, now=NOW) == Stopped(stopped=0, going_on=1)
        assert deliver(joint.sendings.get(), clock).state == "sent"
        assert procountor.ledger.count() == 1

    def test_leaves_what_was_asked_for_again_since(self, procountor: Sandbox) -> None:
        journal = of_company(1001)
        earlier = ask(journal)
        earlier.sendings.update(finished_at=NOW)
        later = NOW + timedelta(minutes=1)
        Sending.objects.create(journal=journal, requested_at=later, due_at=later, finished_at=later)

        assert stop_joint(earlier, user=None, now=later).stopped == 0
        assert states(journal) == ["queued"]

    def test_ends_the_wait_for_an_account(self, procountor: Sandbox) -> None:
        journal = of_company(1001)
        joint = ask(journal)
        joint.sendings.update(checked_at=NOW)
        remove_authorisation(journal.exports.get().link.procountor_account, user=None)
        deliver(joint.sendings.get(), Clock())
        assert states(journal) == ["queued"]
        # Procountor did not let the first try in, and that is why it waits.
        Attempt.objects.create(
            export=journal.exports.get(), number=1, started_at=NOW, outcome="not_sent"
        )

        assert stop_joint(joint, user=None, now=NOW).stopped == 1

        assert states(journal) == ["ready"]
        assert continue_waiting(NOW) == 0
        assert progress_of(joint).counts == {"left": 1}

    def test_stops_what_the_user_sees_alone(self, procountor: Sandbox) -> None:
        journal = of_company(1001)
        joint = ask(journal)
        user = create_first_administrator("aino", "a bridge over the river")
        user.sees_all_debtors = False
        user.save()

        assert stop_joint(joint, user=user, now=NOW) == Stopped(stopped=0, going_on=0)
        assert states(journal) == ["queued"]


@pytest.mark.django_db(transaction=True)
class TestAtTheSameMoment:
    def test_a_stop_and_a_claim_have_one_winner(self, procountor: Sandbox) -> None:
        joint = ask(*(of_company(number) for number in (1001, 1003)))
        sendings = list(joint.sendings.order_by("pk"))
        worker = a_worker()

        claimed, stopped = at_once(
            lambda: sum(
                outbox.mark_enqueued(one, NOW, worker=worker, writer=n)
                for n, one in enumerate(sendings)
            ),
            lambda: stop_joint(joint, user=None, now=NOW).stopped,
        )

        assert claimed + stopped == len(sendings)
        assert joint.sendings.filter(is_refused=True).count() == stopped
        for one in joint.sendings.all():
            assert states(one.journal) == (["ready"] if one.is_refused else ["queued"])

    def test_two_releases_send_once(self, procountor: Sandbox) -> None:
        users = [User.objects.create_user(name, password="x") for name in ("onni", "oona")]
        create_first_administrator("aino", "a bridge over the river")
        template = User.objects.get(username="aino").template
        User.objects.update(template=template)
        journal = of_company(1001, needs_release=True)
        aino = User.objects.get(username="aino")
        proposal = send_or_propose(journal, user=aino, now=timezone.now())
        assert isinstance(proposal, Proposal)

        def releasing(name: str) -> Callable[[], int]:
            def act() -> int:
                user = User.objects.get(username=name)
                joint = release([proposal], user=user, now=NOW + timedelta(seconds=1)).joint
                return joint.sendings.filter(is_refused=False).count() if joint else 0

            return act

        counts = at_once(*(releasing(user.username) for user in users))

        assert sorted(counts) == [0, 1]
        assert Sending.objects.filter(finished_at__isnull=True).count() == 1
        proposal.refresh_from_db()
        assert proposal.ended_by in users
