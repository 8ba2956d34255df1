"""Somebody recalculates a run in Nmbrs between the last fetch and the click that sends it."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import TYPE_CHECKING

import pytest
from tests.bureau import (
    Clock,
    a_connection,
    a_journal,
    a_linked_company,
    an_account,
    deliver,
    fetch_everything,
    link_to,
    make_moves,
    send,
)

from nmbrs_sandbox.faults import Fault, FaultKind
from tilisilta.domain.standing import JournalState
from tilisilta.models import (
    AuditEntry,
    Company,
    Journal,
    NmbrsConnection,
    ProcountorAccount,
    Run,
    Sending,
)
from tilisilta.services.sending.asking import send_journal
from tilisilta.services.sending.going_on import continue_waiting

if TYPE_CHECKING:
    from nmbrs_sandbox.app import Sandbox as Nmbrs
    from procountor_sandbox.app import Sandbox as Procountor

pytestmark = pytest.mark.django_db

KONEPAJA = 48101
JUNE = 48101006


@pytest.fixture
def june(nmbrs: "Nmbrs", procountor: "Procountor") -> Journal:
    """The June journal of the first company, fetched, linked and ready."""
    for number in range(1002, 1011):
        nmbrs.hide_company(company_id=48101 + number - 1001)
    a_connection()
    fetch_everything()
    link_to(Company.objects.get(number=1001), an_account())
    nmbrs.requests.clear()
    return Journal.objects.get(company__number=1001, run_number="6")


def later(minutes: int = 1) -> Clock:
    """Return a clock that stands after the fetch, which notes the real time."""
    return Clock(now=datetime.now(tz=UTC) + timedelta(minutes=minutes))


def receipts(procountor: "Procountor") -> int:
    return len(procountor.ledger.receipts(50101))


class TestBeforeSending:
    def test_the_journal_is_read_once_and_sent(
        self, june: Journal, nmbrs: "Nmbrs", procountor: "Procountor"
    ) -> None:
        sent = send(june, later())

        assert sent.state == JournalState.SENT
        assert [call.operation[:8] for call in nmbrs.requests.all() if call.company_id] == [
            "Journals"
        ]
        assert receipts(procountor) == 6

    def test_a_recalculated_journal_is_not_sent_but_replaced(
        self, june: Journal, nmbrs: "Nmbrs", procountor: "Procountor"
    ) -> None:
        clock = later()
        sending = send_journal(june, user=None, now=clock.now)
        nmbrs.recalculate_run(
            company_id=KONEPAJA, run_id=JUNE, euros=Decimal("7.77"), touch_run_at=False
        )

        deliver(sending, clock)

        assert receipts(procountor) == 0
        old, new = Journal.objects.filter(run_number="6").order_by("revision")
        assert (old.state, new.state) == (JournalState.REPLACED, JournalState.READY)
        held = AuditEntry.objects.get(action=AuditEntry.Action.SENDING_HELD)
        assert held.facts["reference"] == june.reference

    def test_the_new_journal_is_then_sent(
        self, june: Journal, nmbrs: "Nmbrs", procountor: "Procountor"
    ) -> None:
        nmbrs.recalculate_run(company_id=KONEPAJA, run_id=JUNE, touch_run_at=False)
        clock = later()
        deliver(send_journal(june, user=None, now=clock.now), clock)
        clock.forward(60)

        sent = send(Journal.objects.get(run_number="6", revision=2), clock)

        assert sent.state == JournalState.SENT
        assert receipts(procountor) == 6

    def test_a_deleted_run_is_not_sent_until_somebody_has_seen_it(
        self, june: Journal, nmbrs: "Nmbrs", procountor: "Procountor"
    ) -> None:
        nmbrs.delete_run(company_id=KONEPAJA, run_id=JUNE)

        held = send(june, later())

        assert receipts(procountor) == 0
        assert held.is_deleted_at_source
        assert send(held, later(2)).state == JournalState.SENT

    def test_a_run_that_is_deleted_while_its_journal_waits_for_the_account_is_not_sent(
        self, june: Journal, nmbrs: "Nmbrs", procountor: "Procountor"
    ) -> None:
        clock = later()
        sending = send_journal(june, user=None, now=clock.now)
        ProcountorAccount.objects.update(state=ProcountorAccount.State.ENDED)
        deliver(sending, clock)
        clock.forward(60)
        nmbrs.delete_run(company_id=KONEPAJA, run_id=JUNE)
        fetch_everything(clock)
        ProcountorAccount.objects.update(state=ProcountorAccount.State.AUTHORISED)
        clock.forward(60)
        assert continue_waiting(clock.now) == 1

        deliver(Sending.objects.get(finished_at=None), clock)

        assert receipts(procountor) == 0
        june.refresh_from_db()
        assert (june.state, june.is_deleted_at_source) == (JournalState.READY, True)

    def test_a_journal_that_was_emptied_is_not_sent_until_somebody_has_seen_it(
        self, june: Journal, nmbrs: "Nmbrs", procountor: "Procountor"
    ) -> None:
        nmbrs.faults.add(Fault(kind=FaultKind.NULL_RESULT, operation="Journals_*", times=None))

        held = send(june, later())

        assert receipts(procountor) == 0
        assert [one.code for one in Run.objects.get(number="6").trouble] == ["P11"]
        assert send(held, later(2)).state == JournalState.SENT

    @pytest.mark.parametrize(
        "hinder",
        [
            lambda nmbrs: nmbrs.faults.add(Fault(kind=FaultKind.DOWN, times=None)),
            lambda nmbrs: nmbrs.forbid_call(operation="Journals_GetByRunCompany_v2"),
            lambda nmbrs: nmbrs.change_token(token="another"),
            lambda _nmbrs: NmbrsConnection.objects.update(state="removed"),
        ],
    )
    def test_the_journal_is_sent_as_it_was_seen_where_nmbrs_gives_no_answer(
        self,
        june: Journal,
        nmbrs: "Nmbrs",
        procountor: "Procountor",
        hinder: Callable[["Nmbrs"], object],
    ) -> None:
        hinder(nmbrs)

        assert send(june, later()).state == JournalState.SENT

        assert receipts(procountor) == 6
        calls = [one for one in nmbrs.requests.all() if one.operation[:8] == "Journals"]
        assert len(calls) <= 1

    def test_nmbrs_is_not_asked_while_it_seems_down(
        self, june: Journal, nmbrs: "Nmbrs", procountor: "Procountor"
    ) -> None:
        NmbrsConnection.objects.update(silent_count=8)

        assert send(june, later()).state == JournalState.SENT

        assert not nmbrs.requests.all()

    def test_a_worker_that_dies_leaves_the_question_to_its_successor(
        self, june: Journal, nmbrs: "Nmbrs", procountor: "Procountor"
    ) -> None:
        clock = later()
        sending = send_journal(june, user=None, now=clock.now)
        make_moves(sending, clock, 1)
        nmbrs.recalculate_run(company_id=KONEPAJA, run_id=JUNE, touch_run_at=False)

        # Asked at the first move: the rest goes on, and the next fetch finds what has changed.
        assert deliver(sending, clock).state == JournalState.SENT
        assert receipts(procountor) == 6


class TestFromAFile:
    def test_nmbrs_is_not_asked(self, nmbrs: "Nmbrs", procountor: "Procountor") -> None:
        assert send(a_journal(a_linked_company())).state == JournalState.SENT

        assert not nmbrs.requests.all()
