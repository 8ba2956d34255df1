"""Withdraws a hundred receipts under each fault of the stand-in: is any taken back twice, or half?

Half of the receipts lie in a closed month and are reversed, the others are made unfinished and
invalidated. Each journal meets the fault once, at one of its requests that write. What Procountor
rejects is asked for once more, as a person would. One run compares all faults, and none at all.
"""

import os
import sys
import tempfile
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from typing import Any

JOURNALS = 50
HEADS = ("fault", "receipts", "reversed", "twice", "half", "requests")
BOOKS = 50101
STEPS = ("unfinished", "invalidate", "")


def main() -> None:
    """Withdraw under every fault and print a table."""
    from procountor_sandbox.faults import FaultKind

    only_slow = {FaultKind.SLOW, FaultKind.HOLD_BEFORE, FaultKind.HOLD_AFTER}
    print("".join(head.rjust(14) for head in HEADS))
    for kind in (None, *(one for one in FaultKind if one not in only_slow)):
        cells = measure(kind)
        print("".join(str(cell).rjust(14) for cell in cells), flush=True)


def measure(kind: Any) -> tuple[object, ...]:
    """Withdraw the receipts of all journals under one fault, and count."""
    from django.core.management import call_command

    from procountor_sandbox.app import create_app
    from procountor_sandbox.receipts import Status
    from tilisilta.models import Export, Journal

    sandbox = create_app()
    call_command("flush", interactive=False, verbosity=0)
    use(sandbox)
    company = a_company()
    journals = [sent(company, number) for number in range(1, JOURNALS + 1)]
    close_may(sandbox)
    before = len(sandbox.requests.all())
    for place, journal in enumerate(journals):
        if kind is not None:
            sandbox.faults.add(fault(kind, STEPS[place % 3]))
        withdraw(journal)
        sandbox.faults.clear()
    requests = len(sandbox.requests.all()) - before
    receipts = sandbox.ledger.receipts(BOOKS)
    reversals = list(Export.with_trail.filter(reverses__isnull=False))
    twice = sum(sum(one.token in receipt.name for receipt in receipts) > 1 for one in reversals)
    valid = [one for one in receipts if one.status is not Status.INVALIDATED]
    left = sum((abs(net) for net in nets(valid).values()), Decimal(0))
    half = Journal.objects.exclude(state="withdrawn").count() + (left != 0)
    return kind or "none", 2 * JOURNALS, len(reversals), twice, half, requests


def nets(receipts: Any) -> dict[str, Decimal]:
    """Return the sum of each account."""
    sums: dict[str, Decimal] = {}
    for receipt in receipts:
        for row in receipt.transactions:
            sums[row.account] = sums.get(row.account, Decimal(0)) + row.accounting_value
    return sums


def withdraw(journal: Any) -> None:
    """Withdraw a journal, and once more if that was stopped."""
    from tilisilta.models import Journal
    from tilisilta.services.sending.withdrawals import ask_to_withdraw

    now = datetime.now(UTC)
    for _attempt in range(2):
        sending = ask_to_withdraw(journal, reason="Wrong", user=None, now=now)
        now = deliver(sending, now)
        if Journal.objects.get(pk=journal.pk).state == "withdrawn":
            return


def deliver(sending: Any, now: datetime) -> datetime:
    """Make all moves of a sending; what has to be waited for passes at once."""
    from tilisilta.services.sending.delivery import advance

    while True:
        result = advance(sending.id, now=now)
        if result.is_finished:
            return now
        now += timedelta(seconds=result.wait_seconds + 0.001)


def sent(company: Any, number: int) -> Any:
    """Return a journal of May and June that is booked and approved."""
    from tilisilta.domain.journals import Run
    from tilisilta.services.journals.importing import import_journal
    from tilisilta.services.sending.asking import send_journal

    rows = [
        f"{account};Palkat;{sign}{1000 + month}.{number:02};2026-{month:02}-28"
        for month in (5, 6)
        for account, sign in (("5010", ""), ("2961", "-"))
    ]
    now = datetime.now(UTC)
    journal = import_journal(
        "\n".join(["Account;Description;Amount;Date", *rows]).encode(),
        file_name="journal.csv",
        company=company,
        user=None,
        now=now,
        run=Run(year=2026, number=str(number)),
    ).journal
    deliver(send_journal(journal, user=None, now=now), now)
    return journal


def fault(kind: Any, step: str) -> Any:
    """Return a fault of the next request of that kind, or of the next posting."""
    from procountor_sandbox.faults import Fault, FaultKind

    if not step or kind is FaultKind.LIST_LAG:
        return Fault(kind=kind, method="POST", path="/ledgerreceipts")
    return Fault(kind=kind, method="PUT", path=f"/ledgerreceipts/*/{step}")


def close_may(sandbox: Any) -> None:
    from werkzeug.test import Client

    order = {"company_id": BOOKS, "date": "2026-05-01", "status": "CLOSED"}
    assert Client(sandbox).post("/sandbox/periods", json=order).status_code == 200  # noqa: S101


def use(sandbox: Any) -> None:
    """Replace the network by the stand-in."""
    import httpx2
    from django.conf import settings

    settings.PROCOUNTOR_TRANSPORT = httpx2.WSGITransport(app=sandbox)


def a_company() -> Any:
    """Return a company linked to the stand-in's, whose receipts are approved."""
    from tilisilta.models import Company, Debtor
    from tilisilta.services.connections import authorise_with_api_key, create_account
    from tilisilta.services.links import create_link

    debtor = Debtor.objects.create(number=1, name="Koeryhmä")
    company = Company.objects.create(number=1001, name="Koivulammi Konepaja Oy", debtor=debtor)
    account = create_account("tili", user=None)
    authorise_with_api_key(account, "SANDBOX-KEY-1001", user=None)
    create_link(
        company,
        account,
        start_month=date(2020, 1, 1),
        user=None,
        different_names=True,
        approves_receipts=True,
    )
    return company


def prepare(folder: str) -> None:
    """Make settings and an empty database for this run."""
    os.environ |= {
        "TILISILTA_DATA_DIR": folder,
        "TILISILTA_PROCOUNTOR_API_URL": "http://procountor.invalid/api",
        "TILISILTA_PROCOUNTOR_LOGIN_URL": "http://procountor.invalid/login",
        "TILISILTA_PROCOUNTOR_CLIENT_ID": "tilisilta-demo",
        "TILISILTA_PROCOUNTOR_CLIENT_SECRET": "sandbox-secret",
        "TILISILTA_PROCOUNTOR_REQUESTS_PER_SECOND": "100000",
        "DJANGO_SETTINGS_MODULE": "tilisilta.settings",
    }
    import django

    django.setup()
    from django.core.management import call_command

    call_command("migrate", verbosity=0)


if __name__ == "__main__":
    JOURNALS = int(sys.argv[1]) if len(sys.argv) > 1 else JOURNALS
    with tempfile.TemporaryDirectory() as name:
        prepare(name)
        main()
