"""What the tests of withdrawals share: withdrawing as a worker does, and what the books hold."""

from decimal import Decimal
from typing import Any

from tests.bureau import Clock, deliver

from procountor_sandbox.app import Sandbox
from procountor_sandbox.faults import Fault, FaultKind
from procountor_sandbox.receipts import Status
from tilisilta.models import Attempt, Journal, Sending
from tilisilta.services.sending.withdrawals import ask_to_withdraw

REASON = "Calculated with the old collective agreement"


def withdraw(journal: Journal, clock: Clock | None = None) -> Journal:
    """Withdraw ``journal`` and make all moves, as a worker would."""
    clock = clock or Clock()
    return deliver(ask_to_withdraw(journal, reason=REASON, user=None, now=clock.now), clock)


def statuses(sandbox: Sandbox) -> list[str]:
    return [receipt.status.value for receipt in sandbox.ledger.receipts()]


def net_amounts(sandbox: Sandbox) -> dict[str, str]:
    """Return what the books hold by account, of receipts that are not invalidated."""
    sums: dict[str, Decimal] = {}
    for receipt in sandbox.ledger.receipts():
        if receipt.status is not Status.INVALIDATED:
            for row in receipt.transactions:
                sums[row.account] = sums.get(row.account, Decimal(0)) + row.accounting_value
    return {account: str(value) for account, value in sums.items() if value}


def on_put(kind: FaultKind, step: str, **more: Any) -> Fault:
    return Fault(kind=kind, method="PUT", path=f"/ledgerreceipts/*/{step}", **more)


def attempts() -> list[tuple[str, str]]:
    return list(Attempt.objects.exclude(kind="post").values_list("kind", "outcome").order_by("pk"))


def under_way(journal: Journal) -> Sending:
    return Sending.objects.get(journal=journal, finished_at__isnull=True)
