"""Journals sent by rule through the stand-ins: what is as every month once, and nothing else."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from typing import TYPE_CHECKING

import pytest
from pytest_django import DjangoAssertNumQueries
from tests.bureau import (
    Clock,
    a_connection,
    an_account,
    deliver,
    fetch_everything,
    link_to,
    problem_codes,
)

from nmbrs_sandbox.faults import Fault, FaultKind
from nmbrs_sandbox.payroll import world
from tilisilta.domain.sending_rules import Hold, holds_of
from tilisilta.domain.standing import JournalState
from tilisilta.models import (
    AuditEntry,
    Company,
    JointSending,
    Journal,
    Link,
    RuledJournal,
    Run,
    Sending,
)
from tilisilta.services.link_drift import check_link
from tilisilta.services.links import change_link
from tilisilta.services.sending.asking import send_journal
from tilisilta.services.sending_rules.gathering import gather, journals_with_rule
from tilisilta.services.sending_rules.sweeping import _send, sweep
from tilisilta.services.sending_rules.switching import leave_to_person, resume_all, stop_all

if TYPE_CHECKING:
    from nmbrs_sandbox.app import Sandbox as Nmbrs
    from procountor_sandbox.app import Sandbox as Procountor

pytestmark = pytest.mark.django_db

FIRST_ID = 48101
JUNE_25 = datetime(2026, 6, 25, 8, 0, tzinfo=UTC)
DAY = 24 * 3600


def a_run(month: int, euros: int, *, company: int, is_locked: bool = True) -> world.Run:
    """Return a run as every month: 5010 against 2961, each month a euro more."""
    day = date(2026, month, 28)
    amount = Decimal(euros + month)
    return world.Run(
        run_id=company * 1000 + month,
        number=month,
        year=2026,
        period_start=month,
        period_end=month,
        description="Palkat",
        run_at=datetime(2026, month, 25),  # noqa: DTZ001  # the service writes no zone
        is_locked=is_locked,
        journal=world.WrittenJournal(
            rows=(
                world.JournalLine(
                    booking_date=day, ledger_account="5010", description="Palkat", amount=amount
                ),
                world.JournalLine(
                    booking_date=day, ledger_account="2961", description="Palkat", amount=-amount
                ),
            )
        ),
    )


def run_in_nmbrs(nmbrs: "Nmbrs", number: int, *runs: world.Run) -> None:
    """Let the company of ``number`` have these runs alone."""
    bureau = nmbrs.bureau
    bureau.put_company(replace(bureau.known_company(FIRST_ID + number - 1001), runs=runs))


def three_months(nmbrs: "Nmbrs", numbers: Sequence[int], clock: Clock) -> None:
    """Fetch March to May, link, and let a person send them; then switch the rule on."""
    for number in range(1001, 1011):
        if number not in numbers:
            nmbrs.hide_company(company_id=FIRST_ID + number - 1001)
    for number in numbers:
        spring = (a_run(month, 900 + number, company=number) for month in (3, 4, 5))
        run_in_nmbrs(nmbrs, number, *spring)
    a_connection()
    fetch_everything(clock)
    for number in numbers:
        link_to(Company.objects.get(number=number), an_account(number))
    for journal in Journal.objects.order_by("pk"):
        deliver(send_journal(journal, user=None, now=clock.now), clock)
    for link in Link.objects.all():
        change_link(link, user=None, sends_by_rule=True, rule_hours=24, rule_percent=10)
    # The services note the real time, and the calendar of this test is another.
    Link.objects.update(rule_since=clock.now)


def june_comes(nmbrs: "Nmbrs", clock: Clock, **euros: int) -> None:
    """Add the June run to each company, locked, as every month unless ``euros`` says more."""
    for link in Link.objects.select_related("company"):
        number = link.company.number
        of_june = a_run(6, 900 + number + euros.get(f"of_{number}", 0), company=number)
        spring = (a_run(month, 900 + number, company=number) for month in (3, 4, 5))
        run_in_nmbrs(nmbrs, number, *spring, of_june)
    clock.now = JUNE_25
    fetch_everything(clock)
    for link in Link.objects.select_related("procountor_account", "company"):
        check_link(link, now=clock.now, pace=lambda: None)


def holds(number: int, clock: Clock) -> list[Hold]:
    journals = journals_with_rule().filter(company__number=number, run_number="6")
    (one,) = gather(list(journals), now=clock.now)
    return [held.hold for held in holds_of(one.facts)]


def june_of(number: int) -> Journal:
    return Journal.objects.get(company__number=number, run_number="6")


def receipts(procountor: "Procountor", number: int) -> int:
    return len(procountor.ledger.receipts(50101 + number - 1001))


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
        resume_all("all is well", user=None, now=clock.now)
        assert holds(1001, clock) == [Hold.CAME_BEFORE]
        leave_to_person(due, user=None, now=clock.now)
        assert Hold.LEFT in holds(1001, clock)
        actions = AuditEntry.objects.values_list("action", flat=True)
        assert {"rule_on", "rules_stopped", "rules_resumed", "journal_left"} <= {*actions}

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

    def test_the_run_may_be_open_again(
        self, nmbrs: "Nmbrs", procountor: "Procountor", clock: Clock
    ) -> None:
        opened = replace(nmbrs.bureau.known_run(FIRST_ID, 1001006), is_locked=False)
        nmbrs.bureau.put_run(FIRST_ID, opened)
        assert self.refused(clock) == "unlocked"
        assert receipts(procountor, 1001) == 3

    def test_nmbrs_may_be_silent(
        self, nmbrs: "Nmbrs", procountor: "Procountor", clock: Clock
    ) -> None:
        nmbrs.faults.add(Fault(kind=FaultKind.DOWN, times=None))
        assert self.refused(clock) == "silent"
        assert receipts(procountor, 1001) == 3
