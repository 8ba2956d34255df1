"""A worker may die at any point of a withdrawal: no receipt is taken back twice, none is half."""

from collections import Counter
from collections.abc import Callable

import pytest
from django.db import connection
from pytest_django import Settings
from tests.bureau import (
    Clock,
    a_journal,
    a_linked_company,
    csv_file,
    deliver,
    send,
    set_period,
    states,
)
from tests.services.sending.test_delivery_crashes import (
    Deadline,
    Killed,
    MortalTransport,
    mortal_database,
)

from procountor_sandbox.app import Sandbox
from procountor_sandbox.faults import Fault, FaultKind
from procountor_sandbox.receipts import Receipt, Status
from tilisilta.domain.journals import Run
from tilisilta.models import Attempt, AuditEntry, Company, Export, Journal, Sending, Withdrawal
from tilisilta.services.journals.importing import import_journal
from tilisilta.services.sending.differences import book_difference
from tilisilta.services.sending.going_on import continue_waiting
from tilisilta.services.sending.withdrawals import ask_to_withdraw, let_be_sent_again

pytestmark = pytest.mark.django_db

Action = AuditEntry.Action
WRITES = ("unfinished", "invalidate", "")


def _killed(
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


def _receipts_of(sandbox: Sandbox, journal: Journal) -> list[Receipt]:
    """Return all receipts of ``journal`` in Procountor: those it booked and those that reverse."""
    tokens = Export.with_trail.filter(journal=journal).values_list("token", flat=True)
    return [
        receipt
        for receipt in sandbox.ledger.receipts()
        if any(token in receipt.name for token in tokens)
    ]


def _net(receipts: list[Receipt]) -> dict[str, object]:
    sums: Counter[str] = Counter()
    for receipt in receipts:
        if receipt.status is not Status.INVALIDATED:
            for row in receipt.transactions:
                sums[row.account] += row.accounting_value  # type: ignore[assignment]
    return {account: value for account, value in sums.items() if value}


def _must_be_whole(sandbox: Sandbox, journal: Journal, where: str) -> None:
    """Check that ``journal`` is taken back, each receipt once, and the tables say the same."""
    journal.refresh_from_db()
    assert journal.state == "withdrawn", where
    receipts = _receipts_of(sandbox, journal)
    assert _net(receipts) == {}, where
    for export in journal.exports.all():
        first = [one for one in receipts if export.token in one.name]
        assert len(first) == 1, where
        reversal = Export.with_trail.filter(reverses=export).first()
        reversing = [one for one in receipts if reversal and reversal.token in one.name]
        is_invalidated = first[0].status is Status.INVALIDATED
        assert len(reversing) == (0 if is_invalidated else 1), where
    without_outcome = [Attempt.Outcome.OPEN, Attempt.Outcome.UNKNOWN]
    assert not Attempt.objects.filter(outcome__in=without_outcome).exists(), where
    assert not Withdrawal.objects.filter(finished_at__isnull=True).exists(), where
    entries = AuditEntry.objects.filter(about_kind="journal", about_id=journal.pk)
    said = Counter(one.action for one in entries)
    gone = said[Action.RECEIPT_INVALIDATED] + said[Action.RECEIPT_REVERSED]
    assert gone == journal.exports.count(), where
    assert said[Action.JOURNAL_WITHDRAWN] == 1, where


def _sent(sandbox: Sandbox, company: Company, number: int, *, closed: bool) -> Journal:
    """Send a journal of two receipts; ``closed`` closes the month of the first one afterwards."""
    set_period(sandbox, "OPEN", month=5)
    # The amounts of a hundred runs differ; after them the months do.
    journal = send(a_journal(company, 5, 6 + number // 100, run_number=str(number)))
    if closed:
        set_period(sandbox, "CLOSED", month=5)
    return journal


class TestWithdrawal:
    def test_takes_each_receipt_back_once_wherever_the_worker_dies(
        self, procountor: Sandbox, settings: Settings
    ) -> None:
        # One receipt is reversed and approved, the other made unfinished and invalidated.
        company = a_linked_company(approves_receipts=True)
        step, was_killed = 0, True
        # On PostgreSQL some of the points; they are the same ones, and each takes longer.
        stride = 1 if connection.vendor == "sqlite" else 3

        while was_killed:
            step += stride
            journal = _sent(procountor, company, step, closed=True)
            clock = Clock()
            sending = ask_to_withdraw(journal, reason="Wrong", user=None, now=clock.now)
            was_killed = _killed(sending, clock, procountor, settings, steps=step)
            clock.forward(60)
            deliver(sending, clock)

            _must_be_whole(procountor, journal, f"killed at step {step}")
        assert step > 20

    @pytest.mark.parametrize("kind", [FaultKind.ANSWER_LOST, FaultKind.ERROR_BEFORE])
    def test_takes_each_receipt_back_once_if_answers_are_lost_too(
        self, procountor: Sandbox, settings: Settings, kind: FaultKind
    ) -> None:
        company = a_linked_company(approves_receipts=True)
        step, was_killed = 0, True

        while was_killed:
            step += 7
            journal = _sent(procountor, company, step, closed=True)
            clock = Clock()
            for path in WRITES:
                procountor.faults.add(_fault(kind, path))
            sending = ask_to_withdraw(journal, reason="Wrong", user=None, now=clock.now)
            was_killed = _killed(sending, clock, procountor, settings, steps=step)
            clock.forward(60)
            deliver(sending, clock)
            procountor.faults.clear()

            _must_be_whole(procountor, journal, f"killed at step {step}")
        assert step > 20

    def test_is_not_half_when_it_dies_while_it_is_asked_for(
        self, procountor: Sandbox, settings: Settings
    ) -> None:
        company = a_linked_company()
        step, was_killed = 0, True

        while was_killed:
            step += 1
            journal = _sent(procountor, company, step, closed=True)
            clock = Clock()
            before = states(journal)
            deadline = Deadline(steps_left=step)
            was_killed = _dies(
                lambda: ask_to_withdraw(journal, reason="Wrong", user=None, now=clock.now),  # noqa: B023  # called at once
                deadline,
            )
            asked = states(journal)
            assert asked in (before, ["withdrawing"] * 2), f"killed at step {step}"
            again = ask_to_withdraw(journal, reason="Wrong", user=None, now=clock.now)
            deliver(again, clock)

            _must_be_whole(procountor, journal, f"killed at step {step}")

    @pytest.mark.parametrize("kind", FaultKind)
    @pytest.mark.parametrize("closed", [False, True])
    def test_survives_each_fault_of_each_write(
        self, procountor: Sandbox, kind: FaultKind, closed: bool
    ) -> None:
        if kind in {FaultKind.HOLD_BEFORE, FaultKind.HOLD_AFTER, FaultKind.SLOW}:
            pytest.skip("only takes time")
        company = a_linked_company(approves_receipts=True)
        for number, path in enumerate(WRITES, 1):
            journal = _sent(procountor, company, number, closed=closed)
            clock = Clock()
            procountor.faults.add(_fault(kind, path))

            sending = ask_to_withdraw(journal, reason="Wrong", user=None, now=clock.now)
            deliver(sending, clock)
            journal.refresh_from_db()
            procountor.faults.clear()
            if journal.state == "withdrawal_stopped":
                # Refused: a person asks again, and it goes on with what is left.
                sending = ask_to_withdraw(journal, reason="Again", user=None, now=clock.now)
                deliver(sending, clock)
            elif journal.state == "withdrawing":
                continue_waiting(clock.now)
                deliver(Sending.objects.get(journal=journal, finished_at=None), clock)

            _must_be_whole(procountor, journal, f"{kind} of {path or 'post'}")

    def test_is_followed_by_one_receipt_when_it_is_sent_again(
        self, procountor: Sandbox, settings: Settings
    ) -> None:
        company = a_linked_company()
        for step in range(1, 40, 4):
            journal = _sent(procountor, company, step, closed=True)
            clock = Clock()
            sending = ask_to_withdraw(journal, reason="Wrong", user=None, now=clock.now)
            _killed(sending, clock, procountor, settings, steps=step)
            clock.forward(60)
            deliver(sending, clock)
            set_period(procountor, "OPEN", month=5)

            again = let_be_sent_again(journal, reason="Right now", user=None, now=clock.now)
            sent = send(again, clock)

            assert sent.state == "sent", f"killed at step {step}"
            booked = sent.exports.filter(state="posted")
            assert sum(one.debit_total for one in booked) == sent.debit_total
            receipts = _receipts_of(procountor, journal)
            assert _net(receipts)["5010"] == sent.debit_total, f"killed at step {step}"


@pytest.mark.once
class TestADifference:
    def test_is_booked_once_wherever_the_worker_dies(
        self, procountor: Sandbox, settings: Settings
    ) -> None:
        company = a_linked_company()
        step, was_killed = 0, True

        while was_killed:
            step += 1
            first, second = _changed(company, step)
            clock = Clock()
            if step % 4 == 0:
                procountor.faults.add(_fault(FaultKind.ANSWER_LOST, ""))
            sending = book_difference(second, reason="Late", user=None, now=clock.now)
            assert sending is not None
            was_killed = _killed(sending, clock, procountor, settings, steps=step)
            clock.forward(60)
            booked = deliver(sending, clock)
            procountor.faults.clear()

            where = f"killed at step {step}"
            assert booked.state == "sent", where
            receipts = [*_receipts_of(procountor, first), *_receipts_of(procountor, second)]
            assert len(receipts) == 2, where
            assert _net(receipts)["5010"] == second.debit_total, where
            assert not second.exports.filter(is_difference=False).exists(), where
            outcomes = set(Attempt.objects.values_list("outcome", flat=True))
            assert not outcomes & {Attempt.Outcome.OPEN, Attempt.Outcome.UNKNOWN}, where
        assert step > 10

    def test_is_not_half_when_it_dies_while_it_is_asked_for(self, procountor: Sandbox) -> None:
        company = a_linked_company()
        step, was_killed = 0, True

        while was_killed:
            step += 4
            _first, second = _changed(company, step)
            deadline = Deadline(steps_left=step)
            was_killed = _dies(
                lambda: book_difference(second, reason="Late", user=None, now=Clock().now),  # noqa: B023  # called at once
                deadline,
            )
            assert states(second) in ([], ["queued"]), f"killed at step {step}"
            again = book_difference(second, reason="Late", user=None, now=Clock().now)
            assert again is not None
            assert deliver(again, Clock()).state == "sent", f"killed at step {step}"


def _changed(company: Company, number: int) -> tuple[Journal, Journal]:
    """Send a journal of one receipt, and return it with the revision that came after it."""
    first = send(a_journal(company, 6, run_number=str(number)))
    return first, _revised(first)


def _revised(first: Journal) -> Journal:
    """Import the run once more, each month with 200.00 more."""
    rows = [
        (account, f"{amount}", f"{day}")
        for account, amount, day in first.lines.values_list(
            "ledger_account", "amount", "booking_date"
        )
    ]
    days = sorted({day for _, _, day in rows})
    more = [row for day in days for row in (("5010", "200.00", day), ("2961", "-200.00", day))]
    return import_journal(
        csv_file([*rows, *more]),
        file_name="again.csv",
        company=first.company,
        user=None,
        now=Clock().now,
        run=Run(year=first.run_year, number=first.run_number),
    ).journal


def _dies(act: Callable[[], object], deadline: Deadline) -> bool:
    try:
        with connection.execute_wrapper(mortal_database(deadline)):
            act()
    except Killed:
        return True
    return False


def _fault(kind: FaultKind, path: str) -> Fault:
    if not path or kind is FaultKind.LIST_LAG:
        return Fault(kind=kind, method="POST", path="/ledgerreceipts")
    return Fault(kind=kind, method="PUT", path=f"/ledgerreceipts/*/{path}")
