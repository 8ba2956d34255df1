"""Withdraws a hundred receipts under each fault of the stand-in: is any taken back twice, or half?

Half of the receipts lie in a closed month and are reversed, the others are made unfinished and
invalidated. Each journal meets the fault once, at one of its requests that write. What Procountor
rejects is asked for once more, as a person would. One run compares all faults, and none at all.

A second table does the same with the differences of runs that changed after sending: a hundred
receipts, each of which has to be booked once beside the one that it builds on.
"""

import os
import sys
import tempfile
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from typing import Any

JOURNALS = 50
HEADS = ("fault", "receipts", "reversed", "twice", "half", "requests")
DIFFERENCE_HEADS = ("fault", "differences", "booked", "twice", "half", "requests")
SECONDS_HELD = 0.01
BOOKS = 50101
STEPS = ("unfinished", "invalidate", "")


def main() -> None:
    """Withdraw under every fault and print a table."""
    from procountor_sandbox.faults import FaultKind

    for heads, act in ((HEADS, measure), (DIFFERENCE_HEADS, measure_differences)):
        print("".join(head.rjust(14) for head in heads))
        for kind in (None, *FaultKind):
            print("".join(str(cell).rjust(14) for cell in act(kind)), flush=True)


def measure(kind: Any) -> tuple[object, ...]:
    """Withdraw the receipts of all journals under one fault, and count."""
    from procountor_sandbox.app import create_app
    from procountor_sandbox.receipts import Status
    from tilisilta.models import Export, Journal

    sandbox = create_app()
    empty()
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


def empty() -> None:
    """Empty the tables, which the database refuses of what is append-only."""
    from django.core.management import call_command
    from django.db import connection

    from tilisilta.models.append_only import put_in_place, take_away

    take_away(connection)
    call_command("flush", interactive=False, verbosity=0)
    put_in_place(connection)


def measure_differences(kind: Any) -> tuple[object, ...]:
    """Book the differences of all journals under one fault, and count."""
    from procountor_sandbox.app import create_app
    from tilisilta.models import Export, Journal

    sandbox = create_app()
    empty()
    use(sandbox)
    company = a_company()
    for number in range(1, JOURNALS + 1):
        sent(company, number)
    changed = [imported(company, number, more=200) for number in range(1, JOURNALS + 1)]
    before = len(sandbox.requests.all())
    for journal in changed:
        if kind is not None:
            sandbox.faults.add(fault(kind, ""))
        book_difference_of(journal)
        sandbox.faults.clear()
    requests = len(sandbox.requests.all()) - before
    receipts = sandbox.ledger.receipts(BOOKS)
    booked = list(Export.objects.filter(is_difference=True, ledger_receipt_id__isnull=False))
    twice = sum(sum(one.token in receipt.name for receipt in receipts) > 1 for one in booked)
    wanted = sum((one.debit_total for one in changed), Decimal(0))
    in_the_books = sum(one.accounting_value for each in receipts for one in each.transactions
                       if one.account == "5010")  # fmt: skip
    unfinished = Journal.objects.filter(revision=2).exclude(state="approved").count()
    half = unfinished + (in_the_books != wanted)
    return kind or "none", 2 * JOURNALS, len(booked), twice, half, requests


def book_difference_of(journal: Any) -> None:
    """Book the difference of a journal, and once more if that was refused."""
    from tilisilta.models import Journal
    from tilisilta.services.sending.differences import book_difference

    now = datetime.now(UTC)
    for _attempt in range(2):
        sending = book_difference(journal, reason="Late", user=None, now=now)
        now = deliver(sending, now)
        if Journal.objects.get(pk=journal.pk).state == "approved":
            return


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
    from tilisilta.services.sending.asking import send_journal

    journal = imported(company, number)
    now = datetime.now(UTC)
    deliver(send_journal(journal, user=None, now=now), now)
    return journal


def imported(company: Any, number: int, *, more: int = 0) -> Any:
    """Return a journal of May and June, with so much ``more`` in each."""
    from tilisilta.domain.journals import Run
    from tilisilta.services.journals.importing import import_journal

    rows = [
        f"{account};Palkat;{sign}{1000 + month + more}.{number:02};2026-{month:02}-28"
        for month in (5, 6)
        for account, sign in (("5010", ""), ("2961", "-"))
    ]
    return import_journal(
        "\n".join(["Account;Description;Amount;Date", *rows]).encode(),
        file_name="journal.csv",
        company=company,
        user=None,
        now=datetime.now(UTC),
        run=Run(year=2026, number=str(number)),
    ).journal


def fault(kind: Any, step: str) -> Any:
    """Return a fault of the next request of that kind, or of the next posting."""
    from procountor_sandbox.faults import Fault, FaultKind

    held = {FaultKind.SLOW, FaultKind.HOLD_BEFORE, FaultKind.HOLD_AFTER}
    seconds = SECONDS_HELD if kind in held else None
    if not step or kind is FaultKind.LIST_LAG:
        return Fault(kind=kind, method="POST", path="/ledgerreceipts", seconds=seconds)
    return Fault(kind=kind, method="PUT", path=f"/ledgerreceipts/*/{step}", seconds=seconds)


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
