"""How long a person waits who proves the net pay of 2,000 companies, and ticks it off.

Required: under 2 s of processor time for each of the two, which a busy machine does not change, and
at most 50 queries for 500 companies. Each company has a year of journals, of which the last has 40
rows, and an administration of 300 ledger accounts; its month was compared with the ledger. The
accounts of net pay are named by every second link and proposed for the others. The rows are in a
temporary SQLite file, removed at the end.
"""

import os
import sys
import tempfile
import time
from collections.abc import Sequence
from datetime import UTC, date, datetime
from decimal import Decimal
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from tilisilta.models import Company, ProcountorAccount

COMPANIES = 2_000
FEW, MORE = 100, 500
MOST_QUERIES = 50
"""SQLite takes so few values in a statement that some rows are stored in several."""
MONTHS = [date(2025 + (6 + n) // 12, (6 + n) % 12 + 1, 1) for n in range(12)]
ROWS = 40
LEDGER_ACCOUNTS = 300
MOST_SECONDS = 2.0
NOW = datetime(2026, 7, 2, 11, 31, tzinfo=UTC)


def main() -> None:
    """Make the rows, measure both, and exit with an error if a limit does not hold."""
    with tempfile.TemporaryDirectory(prefix="tilisilta-proving-") as directory:
        os.environ |= {
            "TILISILTA_DATA_DIR": directory,
            "TILISILTA_DATABASE_URL": f"sqlite:///{directory}/proving.sqlite3",
            "DJANGO_SETTINGS_MODULE": "tilisilta.settings",
        }
        import django  # the settings must know the directory before

        django.setup()
        fill()
        holds = measure()
    sys.exit(0 if holds else 1)


def fill() -> None:
    """Make the companies, what they book and what was compared."""
    from django.core.management import call_command

    from tilisilta.models import Company, Debtor, Link, ReconciledMonth
    from tilisilta.services.users import create_first_administrator

    call_command("migrate", verbosity=0)
    create_first_administrator("aino", "a bridge over the river")
    debtor = Debtor.objects.create(number=1, name="Konserni")
    companies = Company.objects.bulk_create(
        Company(number=1000 + n, name=f"Yritys {n} Oy", debtor=debtor) for n in range(COMPANIES)
    )
    Link.objects.bulk_create(
        Link(
            company=company,
            procountor_account=account,
            start_month=date(2020, 1, 1),
            net_pay_accounts="2961" if company.number % 2 else "",
        )
        for company, account in zip(companies, _accounts(companies), strict=True)
    )
    _make_journals(companies)
    ReconciledMonth.objects.bulk_create(
        (
            ReconciledMonth(
                company=company,
                month=MONTHS[-1],
                outcome="equal",
                difference=0,
                compared_at=NOW,
                net_pay="open",
                document={"parts": [{"journal": str(line)} for line in range(20)]},
            )
            for company in companies
        ),
        batch_size=1000,
    )


def _accounts(companies: Sequence["Company"]) -> list["ProcountorAccount"]:
    from tilisilta.models import ProcountorAccount

    chart = [
        {"code": str(code), "name": f"Tili {code}", "is_active": True}
        for code in range(2800, 2800 + LEDGER_ACCOUNTS)
    ]
    known: dict[str, Any] = {
        "procountor_company_id": 0,
        "name": "Yritys",
        "business_id": "",
        "currency": "EUR",
        "ledger_accounts": chart,
        "dimensions": [],
        "fiscal_years": [],
        "vat_statuses": [],
    }
    return ProcountorAccount.objects.bulk_create(
        (
            ProcountorAccount(
                name=f"tili-{company.number}",
                state=ProcountorAccount.State.AUTHORISED,
                company_name=company.name,
                administration=known,
            )
            for company in companies
        ),
        batch_size=500,
    )


def _make_journals(companies: Sequence["Company"]) -> None:
    from tilisilta.models import Journal, JournalLine, JournalState

    for month in MONTHS:
        Journal.objects.bulk_create(
            (
                Journal(
                    company=company,
                    run_year=month.year,
                    run_number=str(month.month),
                    revision=1,
                    period=month,
                    first_period=month,
                    currency="EUR",
                    source="csv",
                    file_sha256=f"{company.number}-{month}",
                    content_sha256=f"{company.number}-{month}",
                    line_count=ROWS,
                    debit_total=Decimal(1000),
                    came_at=NOW,
                    state=JournalState.APPROVED,
                )
                for company in companies
            ),
            batch_size=1000,
        )
    JournalLine.objects.bulk_create(
        (
            JournalLine(
                journal_id=journal,
                position=row + 1,
                ledger_account="2961" if row % 2 else "5010",
                description=f"Nettopalkka {row}" if row % 2 else "Palkat",
                amount=Decimal(-1000 if row % 2 else 1000),
                booking_date=MONTHS[-1],
            )
            for journal in Journal.objects.filter(period=MONTHS[-1]).values_list("pk", flat=True)
            for row in range(ROWS)
        ),
        batch_size=2000,
    )


def measure() -> bool:
    """Prove and tick off all companies; print the times and how many queries some of them take."""
    from django.db import connection
    from django.test.utils import CaptureQueriesContext

    from tilisilta.models import Company, PaidByHand, User
    from tilisilta.services.closing.months import month_end
    from tilisilta.services.net_pay_together import tick_together, unproven_net_pay

    user = User.objects.get(username="aino")
    shown = month_end(MONTHS[-1], today=NOW.date()).companies
    counts = {"prove": [], "tick off": []}
    for many in (FEW, MORE):
        with CaptureQueriesContext(connection) as queries:
            unproven_net_pay(shown[:many], MONTHS[-1], most=many)
        counts["prove"].append(len(queries))
    started, own_started = time.perf_counter(), time.process_time()
    rows = unproven_net_pay(shown, MONTHS[-1], most=COMPANIES)
    seconds = {"prove": (time.perf_counter() - started, time.process_time() - own_started)}
    seen = {one.company.number: one.amount for one in rows}
    companies = list(Company.objects.order_by("number"))
    for many in (FEW, MORE):
        with CaptureQueriesContext(connection) as queries:
            tick_together(companies[:many], MONTHS[-1], seen=seen, user=user, now=NOW)
        counts["tick off"].append(len(queries))
        PaidByHand.objects.all().delete()
    started, own_started = time.perf_counter(), time.process_time()
    ticked = tick_together(companies, MONTHS[-1], seen=seen, user=user, now=NOW)
    seconds["tick off"] = time.perf_counter() - started, time.process_time() - own_started
    print(f"{COMPANIES} companies; {len(rows)} not proven, {ticked.count} ticked off")
    holds = len(rows) == ticked.count == COMPANIES
    for what, (passed, own) in seconds.items():
        few, more = counts[what]
        good = own < MOST_SECONDS and more <= MOST_QUERIES
        holds = holds and good
        print(
            f"  {what + ':':<10}{own:>6.2f} s of {passed:.2f} s,"
            f" {few} queries for {FEW} and {more} for {MORE}"
            f"  {'holds' if good else 'DOES NOT HOLD'}"
        )
    return holds


if __name__ == "__main__":
    main()
