"""A worker may die at any point: each receipt is booked exactly once all the same."""

from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

import httpx2
import pytest
from django.db import connection
from pytest_django import Settings
from tests.bureau import (
    Clock,
    a_journal,
    a_linked_company,
    deliver,
    receipts_with,
    send,
    states,
)

from procountor_sandbox.app import Sandbox
from procountor_sandbox.busy_office import Busyness
from tilisilta.models import Attempt, AuditEntry, Export, Journal, ProcountorAccount, Sending
from tilisilta.services.links import change_link
from tilisilta.services.sending.asking import Wanted, send_journal
from tilisilta.services.sending.together import send_together

pytestmark = pytest.mark.django_db

Action = AuditEntry.Action
Outcome = Attempt.Outcome


class Killed(BaseException):
    """The process ended here; nothing of ours may catch it."""


@dataclass(kw_only=True)
class Deadline:
    """Ends the process at its n-th step."""

    steps_left: int

    def count(self) -> None:
        """Count one step; the last one ends the process."""
        self.steps_left -= 1
        if self.steps_left == 0:
            raise Killed

    @property
    def was_reached(self) -> bool:
        return self.steps_left <= 0


class MortalTransport(httpx2.BaseTransport):
    """Counts a step before a request reaches the sandbox, and another before its answer is back."""

    def __init__(self, sandbox: Sandbox, deadline: Deadline) -> None:
        self._inner = httpx2.WSGITransport(app=sandbox)
        self._deadline = deadline

    def handle_request(self, request: httpx2.Request) -> httpx2.Response:
        """Pass the request on."""
        self._deadline.count()
        response = self._inner.handle_request(request)
        response.read()
        self._deadline.count()
        return response


def mortal_database(deadline: Deadline) -> Callable[..., Any]:
    """Counts a step before each statement that writes."""

    def execute(run: Callable[..., Any], sql: str, *rest: Any) -> Any:
        if not sql.startswith("SELECT"):
            deadline.count()
        return run(sql, *rest)

    return execute


def _deliver_until_killed(
    sending: Sending, clock: Clock, sandbox: Sandbox, settings: Settings, *, steps: int
) -> bool:
    """Return whether the worker was killed before it had finished."""
    deadline = Deadline(steps_left=steps)
    unharmed = settings.PROCOUNTOR_TRANSPORT
    settings.PROCOUNTOR_TRANSPORT = MortalTransport(sandbox, deadline)
    try:
        with connection.execute_wrapper(mortal_database(deadline)):
            deliver(sending, clock)
    except Killed:
        return True
    finally:
        settings.PROCOUNTOR_TRANSPORT = unharmed
    return False


def _ask(journal: Journal, clock: Clock) -> Sending:
    return send_journal(journal, user=None, now=clock.now)


def _ask_together(journal: Journal, clock: Clock) -> Sending:
    """Ask as a click for many does, when the periods of the company were read an hour ago."""
    hour_ago = clock.now - timedelta(hours=1)
    ProcountorAccount.objects.update(administration_read_at=hour_ago, periods_read_at=None)
    joint = send_together([Wanted(journal=journal)], user=None, now=clock.now)
    return joint.sendings.get()


def entries_of(journal: Journal) -> Counter[str]:
    """Count what the audit log says about the receipts of ``journal``."""
    entries = AuditEntry.objects.filter(about_kind="journal", about_id=journal.pk)
    kinds = {
        Action.RECEIPT_POSTED: "booked",
        Action.RECEIPT_FOUND: "booked",
        Action.RECEIPT_APPROVED: "approved",
        Action.RECEIPT_SEEN_APPROVED: "approved",
        Action.RECEIPT_UNCERTAIN: "uncertain",
    }
    return Counter(kinds[Action(one.action)] for one in entries if one.action in kinds)


def facts_of(journal: Journal) -> Counter[str]:
    """Count what the tables say about the same receipts.

    An attempt was uncertain once if its outcome is not known, or became known by a look.
    """
    exports = list(Export.with_trail.filter(journal=journal))
    looked_for = (Outcome.UNKNOWN, Outcome.FOUND, Outcome.ABSENT)
    uncertain = Attempt.objects.filter(export__journal=journal, outcome__in=looked_for)
    return Counter(
        booked=sum(export.ledger_receipt_id is not None for export in exports),
        approved=sum(export.approved_at is not None for export in exports),
        uncertain=uncertain.count(),
    )


class TestDelivery:
    # Sent together, the worker checks it first, with a request for the periods.
    @pytest.mark.parametrize(("approves", "is_together"), [(False, True), (True, False)])
    def test_books_each_receipt_once_wherever_the_worker_dies(
        self, procountor: Sandbox, settings: Settings, approves: bool, is_together: bool
    ) -> None:
        company = a_linked_company(approves_receipts=approves)
        step, was_killed = 0, True

        while was_killed:
            step += 1
            journal = a_journal(company, 5, 6, run_number=str(step))
            clock = Clock()
            sending = (_ask_together if is_together else _ask)(journal, clock)
            was_killed = _deliver_until_killed(sending, clock, procountor, settings, steps=step)
            assert entries_of(journal) == facts_of(journal), f"killed at step {step}"
            clock.forward(60)
            deliver(sending, clock)

            assert entries_of(journal) == facts_of(journal), f"killed at step {step}"
            expected = ["approved" if approves else "posted"] * 2
            assert states(journal) == expected, f"killed at step {step}"
            journal.refresh_from_db()
            assert journal.state == ("approved" if approves else "sent"), f"killed at step {step}"
            names = [receipt.name for receipt in procountor.ledger.receipts()]
            for export in journal.exports.all():
                assert names.count(export.name) == 1, f"killed at step {step}"
        assert step > 20

    @pytest.mark.once
    def test_books_nothing_of_what_has_changed_wherever_the_worker_dies(
        self, procountor: Sandbox, settings: Settings
    ) -> None:
        company = a_linked_company()
        step, was_killed = 0, True

        while was_killed:
            step += 1
            journal = a_journal(company, 5, 6, run_number=str(step))
            clock = Clock()
            sending = _ask_together(journal, clock)
            change_link(company.links.get(), user=None, receipt_title=f"Palkat {step}")
            was_killed = _deliver_until_killed(sending, clock, procountor, settings, steps=step)
            deliver(sending, clock)

            sending.refresh_from_db()
            assert (sending.is_refused, states(journal)) == (True, ["ready"] * 2), step
        assert step > 5
        assert procountor.ledger.count() == 0
        refused = AuditEntry.objects.filter(action=Action.SENDING_REFUSED)
        assert refused.count() == step

    def test_books_each_receipt_once_although_people_tidy_up_meanwhile(
        self, procountor: Sandbox, settings: Settings
    ) -> None:
        company = a_linked_company(approves_receipts=True)
        procountor.busy.start(Busyness(seed=20, only_posts=False))
        step, was_killed = 0, True

        while was_killed:
            step += 1
            journal = a_journal(company, 5, 6, run_number=str(step))
            clock = Clock()
            sending = send_journal(journal, user=None, now=clock.now)
            was_killed = _deliver_until_killed(sending, clock, procountor, settings, steps=step)
            clock.forward(60)
            deliver(sending, clock)
            while set(states(journal)) - {"posted", "approved"}:
                # What was booked otherwise than it was sent stops those after it, once.
                send(journal, clock)

            assert entries_of(journal) == facts_of(journal), f"killed at step {step}"
            for export in journal.exports.all():
                found = receipts_with(procountor, export.token)
                assert len(found) == 1, f"killed at step {step}"
        assert step > 20
        assert procountor.ledger.count() == 2 * step
        assert procountor.busy.act_count > 5 * step
