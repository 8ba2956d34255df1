"""Journals sent by rule through the stand-ins: what is as every month once, and nothing else."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

import pytest
from pytest_django import DjangoAssertNumQueries
from tests.bureau import (
    Clock,
    deliver,
    fetch_everything,
    make_moves,
    on_post,
    problem_codes,
)
from tests.by_rule import DAY, FIRST_ID, june_comes, three_months

from nmbrs_sandbox.faults import Fault, FaultKind
from procountor_sandbox.faults import FaultKind as FaultKindOfPosts
from tilisilta.domain.sending_rules import Hold, holds_of
from tilisilta.domain.standing import JournalState
from tilisilta.models import (
    AuditEntry,
    JointSending,
    Journal,
    Link,
    Proposal,
    RuledJournal,
    Run,
    Sending,
)
from tilisilta.services.links import change_link
from tilisilta.services.sending.by_rule import held_before_asking, sending_that_sent
from tilisilta.services.sending.releasing import open_proposals, release
from tilisilta.services.sending_rules.gathering import gather, journals_with_rule
from tilisilta.services.sending_rules.showing import rules_now
from tilisilta.services.sending_rules.sweeping import _send, sweep
from tilisilta.services.sending_rules.switching import leave_to_person, resume_all, stop_all
from tilisilta.services.users import create_first_administrator

if TYPE_CHECKING:
    from nmbrs_sandbox.app import Sandbox as Nmbrs
    from procountor_sandbox.app import Sandbox as Procountor

pytestmark = pytest.mark.django_db


def holds(number: int, clock: Clock) -> list[Hold]:
    journals = journals_with_rule().filter(company__number=number, run_number="6")
    (one,) = gather(list(journals), now=clock.now)
    return [held.hold for held in holds_of(one.facts)]


def june_of(number: int) -> Journal:
    return Journal.objects.get(company__number=number, run_number="6")


def receipts(procountor: "Procountor", number: int) -> int:
    return len(procountor.ledger.receipts(50101 + number - 1001))


def rule_that_sent(journal: Journal) -> str:
    sending = sending_that_sent(journal.pk)
    return sending.joint.rule if sending is not None and sending.joint is not None else ""


@pytest.fixture
def clock() -> Clock:
    return Clock(now=datetime(2026, 5, 29, 8, 0, tzinfo=UTC))


@pytest.fixture
def due(nmbrs: "Nmbrs", procountor: "Procountor", clock: Clock) -> Journal:
    """A June journal of company 1001 that a sweep asks for at ``clock``."""
    three_months(nmbrs, (1001,), clock)
    june_comes(nmbrs, clock)
    assert sweep(clock.now) == 0
    clock.forward(DAY)
    return june_of(1001)


class TestSweep:
    def test_sends_what_is_as_ever_once_and_holds_the_rest(
        self, nmbrs: "Nmbrs", procountor: "Procountor", clock: Clock
    ) -> None:
        three_months(nmbrs, (1001, 1002, 1003), clock)
        june_comes(nmbrs, clock, of_1003=500)
        nmbrs.bureau.put_run(
            FIRST_ID + 1, replace(nmbrs.bureau.known_run(FIRST_ID + 1, 1002006), is_locked=False)
        )
        clock.forward(60)
        fetch_everything(clock)

        assert sweep(clock.now) == 0
        assert holds(1001, clock) == [Hold.WAITING]
        clock.forward(DAY - 120)
        assert sweep(clock.now) == 0
        clock.forward(120)
        assert sweep(clock.now) == 1

        joint = JointSending.objects.get()
        assert joint.rule == "1001 Koivulammi Konepaja Oy"
        assert deliver(joint.sendings.get(), clock).state == JournalState.SENT
        assert [receipts(procountor, number) for number in (1001, 1002, 1003)] == [4, 3, 3]
        assert holds(1002, clock) == [Hold.NOT_LOCKED]
        assert holds(1003, clock) == [Hold.TOTAL]
        assert RuledJournal.objects.get(journal=june_of(1003)).holds == ["total"]
        entry = AuditEntry.objects.get(action="journal_sent", facts__has_key="rule")
        assert (entry.user, entry.system_user) == (None, "rule 1001 Koivulammi Konepaja Oy")
        # Whatever sweeps again, nothing more goes out.
        clock.forward(60)
        assert sweep(clock.now) == 0
        assert _send([june_of(1001).pk], now=clock.now) == 0
        assert JointSending.objects.count() == 1

    def test_asks_once_where_a_sweep_dies_or_two_meet(self, due: Journal, clock: Clock) -> None:
        assert _send([due.pk], now=clock.now) == 1
        assert _send([due.pk], now=clock.now) == 0
        assert Sending.objects.filter(journal=due).count() == 1
        # Refused or not, the rule never asks for it a second time.
        Sending.objects.filter(journal=due).delete()
        due.exports.update(state="ready")
        Journal.objects.filter(pk=due.pk).update(state="ready")
        clock.forward(DAY)
        assert holds(1001, clock)[0] == Hold.ASKED_BEFORE

    def test_another_receipt_or_lock_begins_the_wait_anew(self, due: Journal, clock: Clock) -> None:
        assert holds(1001, clock) == []
        due.exports.update(payload_sha256="0" * 64)
        assert holds(1001, clock) == [Hold.WAITING]
        assert sweep(clock.now) == 0
        assert RuledJournal.objects.get().waits_since == clock.now
        Run.objects.update(locked_at=clock.now)
        assert holds(1001, clock) == [Hold.OLD_NEWS]

    def test_does_not_reach_back(self, due: Journal, clock: Clock) -> None:
        link = Link.objects.get()
        change_link(link, user=None, rule_percent=50)
        Link.objects.update(rule_since=clock.now - timedelta(hours=1))
        assert Hold.CAME_BEFORE in holds(1001, clock)

    def test_a_person_sends_first_after_a_change_of_the_link(
        self, due: Journal, clock: Clock
    ) -> None:
        change_link(Link.objects.get(), user=None, approves_receipts=True)
        Link.objects.update(books_otherwise_since=clock.now - timedelta(hours=1))
        assert holds(1001, clock) == [Hold.FIRST]

    def test_a_person_can_keep_one_or_stop_all(self, due: Journal, clock: Clock) -> None:
        stop_all("month end", user=None, now=clock.now)
        assert sweep(clock.now) == 0
        assert Hold.STOPPED in holds(1001, clock)
        # A sweep that has chosen it already decides again behind the lock.
        assert _send([due.pk], now=clock.now) == 0
        resume_all("all is well", user=None, now=clock.now)
        assert holds(1001, clock) == [Hold.CAME_BEFORE]
        leave_to_person(due, user=None, now=clock.now)
        assert Hold.LEFT in holds(1001, clock)
        actions = AuditEntry.objects.values_list("action", flat=True)
        assert {"rule_on", "rules_stopped", "rules_resumed", "journal_left"} <= {*actions}

    def test_leaves_what_a_person_has_proposed_and_another_sent_back(
        self, due: Journal, clock: Clock
    ) -> None:
        assert holds(1001, clock) == []
        Proposal.objects.create(journal=due, proposed_at=clock.now, ended_at=clock.now)
        assert holds(1001, clock) == [Hold.ASKED_BEFORE]

    def test_only_proposes_where_two_persons_are_demanded(
        self, due: Journal, procountor: "Procountor", clock: Clock
    ) -> None:
        Link.objects.update(needs_release=True)
        person = create_first_administrator("rule", "a bridge over the river")
        (proposed_only,) = rules_now(None, now=clock.now).due

        assert proposed_only.only_proposes
        assert sweep(clock.now) == 1
        assert (Sending.objects.filter(journal=due).count(), receipts(procountor, 1001)) == (0, 3)
        (one,) = open_proposals(person, journal=due)
        assert one.can_be_released  # a rule is no person, whatever the name of the user
        released = release([one.proposal], user=person, now=clock.now)
        assert released.joint is not None
        assert deliver(released.joint.sendings.get(), clock).state == JournalState.SENT
        assert rule_that_sent(due) == ""
        assert receipts(procountor, 1001) == 4
        # The rule asked for one today, and the person who released it did not ask once more.
        assert gather([due], now=clock.now)[0].facts.brakes.asked_today == 1
        assert gather([due], now=clock.now + timedelta(days=1))[0].facts.brakes.asked_today == 0

    def test_reads_all_with_a_bounded_number_of_queries(
        self, due: Journal, clock: Clock, django_assert_max_num_queries: DjangoAssertNumQueries
    ) -> None:
        with django_assert_max_num_queries(22):
            gather(list(journals_with_rule()), now=clock.now)


class TestBeforeItLeaves:
    def refused(self, clock: Clock) -> str:
        sending = JointSending.objects.get().sendings.get()
        journal = deliver(sending, clock)
        assert journal.state == JournalState.READY
        assert problem_codes(journal) == []
        sending.refresh_from_db()
        (problem,) = sending.refusal
        return problem.fact("reason")

    @pytest.fixture(autouse=True)
    def _asked_for(self, due: Journal, clock: Clock) -> None:
        assert sweep(clock.now) == 1

    def test_all_may_be_stopped(self, procountor: "Procountor", clock: Clock) -> None:
        stop_all("wait", user=None, now=clock.now)
        assert self.refused(clock) == "stopped"
        assert receipts(procountor, 1001) == 3

    def test_a_person_may_have_acted_on_the_journal_or_its_link(
        self, due: Journal, procountor: "Procountor", clock: Clock
    ) -> None:
        sending, export = JointSending.objects.get().sendings.get(), due.exports.get()
        told = []
        for field, value in (("sends_by_rule", False), ("needs_release", True)):
            Link.objects.update(**{field: value})
            (problem,) = held_before_asking(sending, export)
            told.append(problem.fact("reason"))
        leave_to_person(due, user=None, now=clock.now)
        assert rule_that_sent(due) == "1001 Koivulammi Konepaja Oy"
        assert [*told, self.refused(clock)] == ["off", "persons", "left"]
        assert receipts(procountor, 1001) == 3
        assert rule_that_sent(due) == ""

    def test_the_run_may_be_open_again(
        self, nmbrs: "Nmbrs", procountor: "Procountor", clock: Clock
    ) -> None:
        opened = replace(nmbrs.bureau.known_run(FIRST_ID, 1001006), is_locked=False)
        nmbrs.bureau.put_run(FIRST_ID, opened)
        assert self.refused(clock) == "unlocked"
        assert receipts(procountor, 1001) == 3

    def test_the_run_may_be_open_again_while_procountor_is_busy(
        self, nmbrs: "Nmbrs", procountor: "Procountor", clock: Clock
    ) -> None:
        procountor.faults.add(on_post(FaultKindOfPosts.BUSY))
        make_moves(JointSending.objects.get().sendings.get(), clock, 1)
        opened = replace(nmbrs.bureau.known_run(FIRST_ID, 1001006), is_locked=False)
        nmbrs.bureau.put_run(FIRST_ID, opened)
        clock.forward(3600)
        assert self.refused(clock) == "unlocked"
        assert receipts(procountor, 1001) == 3

    def test_nmbrs_may_be_silent(
        self, nmbrs: "Nmbrs", procountor: "Procountor", clock: Clock
    ) -> None:
        nmbrs.faults.add(Fault(kind=FaultKind.DOWN, times=None))
        assert self.refused(clock) == "silent"
        assert receipts(procountor, 1001) == 3
