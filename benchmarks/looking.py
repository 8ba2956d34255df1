"""How many requests a look in Procountor takes, in companies with few and with very many receipts.

A look lists the receipts of the type JOURNAL around the dates concerned and reads those that it
does not know. One run compares: a look by names on the very dates alone, which misses a renamed
receipt; the very first look; the next journal of the same day; the first look of the following
month; and the look after a lost answer. The stand-in Procountor is in this process, and its log is
counted.
"""

import os
import sys
import tempfile
from collections.abc import Callable
from datetime import UTC, date, datetime, time, timedelta
from decimal import Decimal
from typing import Any

SIZES = (10, 1_000, 10_000)
PACE = 18
FIRST_DAY, LAST_DAY = date(2026, 5, 1), date(2026, 7, 31)
HEADS = ("a month", "by names", "first look", "same day", "next month", "lost answer", "in seconds")
Counts = dict[str, tuple[int, int]]


class Clock:
    """The stand-in's clock, which moves only when it is set."""

    now = datetime(2026, 5, 1, 12, tzinfo=UTC)

    def __call__(self) -> datetime:
        return self.now


def main() -> None:
    """Measure every size and print a table of requests: lists + readings."""
    print("requests of a look, lists + readings; in seconds: the first look at 18 a second")
    print("".join(head.rjust(14) for head in HEADS))
    for size in SIZES:
        counts = measure(size)
        cells = [f"{lists} + {readings}" for lists, readings in counts.values()]
        seconds = sum(counts["first look"]) / PACE
        print("".join(cell.rjust(14) for cell in (f"{size:,}", *cells, f"{seconds:.1f}")))


def measure(size: int) -> Counts:
    """Count the requests of each kind of look in a company with ``size`` receipts a month."""
    from django.core.management import call_command

    from procountor_sandbox.app import create_app

    clock = Clock()
    sandbox = create_app(clock=clock)
    call_command("flush", interactive=False, verbosity=0)
    use(sandbox)
    company = a_company()
    count = lambda act: requests_of(sandbox, act)  # noqa: E731  # short for what follows
    book(sandbox, clock, size, FIRST_DAY, date(2026, 6, 30))
    clock.now = datetime(2026, 7, 1, 9, tzinfo=UTC)
    counts = {
        "by names": count(lambda: list_only(company, date(2026, 6, 30))),
        "first look": count(look(company, "6", date(2026, 6, 30), clock)),
        "same day": count(look(company, "61", date(2026, 6, 30), clock)),
    }
    book(sandbox, clock, size, date(2026, 7, 1), LAST_DAY)
    clock.now = datetime(2026, 8, 1, 9, tzinfo=UTC)
    counts["next month"] = count(look(company, "7", date(2026, 7, 31), clock))
    counts["lost answer"] = count(look_for_lost(sandbox, company, clock))
    sandbox.close()
    return counts


def requests_of(sandbox: Any, act: Callable[[], object]) -> tuple[int, int]:
    """Return how often the list and how often receipts were read while ``act`` ran."""
    before = len(sandbox.requests.all())
    act()
    paths = [
        one.path
        for one in sandbox.requests.all()[before:]
        if (one.method, one.status) == ("GET", 200)
    ]
    readings = sum(path.startswith("/ledgerreceipts/") for path in paths)
    return paths.count("/ledgerreceipts"), readings


def book(sandbox: Any, clock: Clock, size: int, first: date, last: date) -> None:
    """Let bookkeepers book ``size`` receipts a month, spread over its days."""
    from procountor_sandbox.drafts import Draft
    from procountor_sandbox.receipts import Transaction

    def row(account: str, value: int) -> Transaction:
        return Transaction(
            transaction_id=0,
            transaction_type="ENTRY",
            account=account,
            accounting_value=Decimal(value),
            vat_percent=Decimal(0),
        )

    days = (last - first).days + 1
    total = round(size * days / 30.5)
    for number in range(total):
        day = first + timedelta(days=number * days // total)
        clock.now = datetime.combine(day, time(12), tzinfo=UTC)
        draft = Draft(
            name=f"Muistio {number}",
            receipt_date=day,
            vat_type="PURCHASE",
            vat_status=12,
            others={},
            transactions=(row("5010", number + 1), row("2961", -number - 1)),
        )
        sandbox.ledger.book(50101, draft)


def use(sandbox: Any) -> None:
    """Replace the network by the stand-in."""
    import httpx2
    from django.conf import settings

    settings.PROCOUNTOR_TRANSPORT = httpx2.WSGITransport(app=sandbox)


def a_company() -> Any:
    """Return a company linked to the stand-in's."""
    from tilisilta.models import Company, Debtor
    from tilisilta.services.connections import authorise_with_api_key, create_account
    from tilisilta.services.links import create_link

    debtor = Debtor.objects.create(number=1, name="Koeryhmä")
    company = Company.objects.create(number=1001, name="Koivulammi Konepaja Oy", debtor=debtor)
    account = create_account("tili", user=None)
    authorise_with_api_key(account, "SANDBOX-KEY-1001", user=None)
    create_link(company, account, start_month=date(2020, 1, 1), user=None, different_names=True)
    return company


def a_sending(company: Any, run: str, day: date, clock: Clock) -> Any:
    """Return the sending of a journal with one receipt."""
    from tilisilta.domain.journals import Run
    from tilisilta.services.journals.importing import import_journal
    from tilisilta.services.sending.asking import send_journal

    rows = f"Account;Description;Amount;Date\n5010;Palkat {run};9{run}.99;{day}\n"
    rows += f"2961;Velka {run};-9{run}.99;{day}\n"
    journal = import_journal(
        rows.encode(),
        file_name="j.csv",
        company=company,
        user=None,
        now=clock.now,
        run=Run(year=2026, number=run),
    ).journal
    return send_journal(journal, user=None, now=clock.now)


def look(company: Any, run: str, day: date, clock: Clock) -> Callable[[], object]:
    """Return the look before the first post of a journal, which is then posted."""
    from tilisilta.services.sending.delivery import advance

    def act() -> None:
        sending = a_sending(company, run, day, clock)
        while not advance(sending.pk, now=clock.now).is_finished:
            pass

    return act


def look_for_lost(sandbox: Any, company: Any, clock: Clock) -> Callable[[], object]:
    """Return the look for a receipt that was booked and renamed, and whose answer was lost."""
    from procountor_sandbox.faults import Fault, FaultKind
    from tilisilta.services.sending.delivery import advance

    sending = a_sending(company, "71", date(2026, 7, 31), clock)
    sandbox.faults.add(Fault(kind=FaultKind.ANSWER_LOST, method="POST", path="/ledgerreceipts"))
    for _ in range(2):
        advance(sending.pk, now=clock.now)
    lost = sandbox.ledger.receipts(50101)[-1]
    order = {"act": "rename", "name": "Palkat heinäkuu"}
    sandbox.busy.people.act(sandbox.world.company(50101), lost, order)
    return lambda: advance(sending.pk, now=clock.now)


def list_only(company: Any, day: date) -> None:
    """Make the requests of a look by names on the very day."""
    from tilisilta.clients.procountor.client import ReceiptWindow
    from tilisilta.models import Link
    from tilisilta.services.procountor.client import procountor

    with procountor(Link.objects.get(company=company).procountor_account) as client:
        client.list_receipts(ReceiptWindow(first=day, last=day))


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
    SIZES = tuple(map(int, sys.argv[1:])) or SIZES
    with tempfile.TemporaryDirectory() as name:
        prepare(name)
        main()
