"""How long a journal of 100,000 lines takes to read, check and split, and how much memory.

It is compared with one of 1,000 lines in the same run: the cost per line must not grow. Required
(see the design): under 2 s and 300 MB for 100,000 lines. Each size runs in a process of its own, as
the peak memory is that of the process.
"""

import json
import resource
import subprocess
import sys
import time
from datetime import date

from tilisilta.clients.files.reading import read_journal_file
from tilisilta.domain.administrations import (
    Administration,
    Dimension,
    DimensionItem,
    FiscalYear,
    LedgerAccount,
    VatStatus,
)
from tilisilta.domain.journals import Journal, Run
from tilisilta.domain.links import LinkRules
from tilisilta.domain.plans import plan_receipts

SIZES = (1_000, 100_000)
ACCOUNTS = [str(code) for code in range(5000, 5200)]
COST_CENTERS = [str(code) for code in range(100, 400)]
ROUNDS = 3


def main() -> None:
    """Measure every size and print a table."""
    print(
        f"{'lines':>8} {'read':>8} {'check+split':>12} {'total':>8} {'µs/line':>8} {'peak MB':>8}"
    )
    for size in SIZES:
        measured = json.loads(
            subprocess.run(
                [sys.executable, __file__, str(size)], check=True, capture_output=True, text=True
            ).stdout
        )
        total = measured["read"] + measured["plan"]
        print(
            f"{size:>8} {measured['read']:>7.3f}s {measured['plan']:>11.3f}s {total:>7.3f}s"
            f" {total / size * 1e6:>8.1f} {measured['peak_mb']:>8.0f}"
        )


def measure(size: int) -> dict[str, float]:
    """Return the best time of some rounds in seconds, and the peak memory of the process in MB."""
    content = journal_file(size)
    administration = sample_administration()
    rules = LinkRules(procountor_company_id=1, cost_center_dimension="Kustannuspaikka")
    best = {"read": 9e9, "plan": 9e9}
    for _ in range(ROUNDS):
        started = time.perf_counter()
        read = read_journal_file(content, file_name="large.csv", columns=None, company_number=1001)
        read_at = time.perf_counter()
        journal = Journal(
            company_number=1001,
            run=Run(year=2026, number="6"),
            revision=1,
            currency="EUR",
            lines=read.lines,
        )
        plan = plan_receipts(journal, rules, administration)
        planned_at = time.perf_counter()
        if not plan.can_be_sent or sum(len(r.body.transactions) for r in plan.receipts) != size:
            raise SystemExit(f"The plan is not what it should be: {plan.problems[:3]}")
        best["read"] = min(best["read"], read_at - started)
        best["plan"] = min(best["plan"], planned_at - read_at)
    peak_kb = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    return {**best, "peak_mb": peak_kb / 1024}


def journal_file(size: int) -> bytes:
    """Return a CSV whose lines are in six months and balance in pairs."""
    rows = ["Account;Description;Amount;Cost center;Date"]
    for number in range(size):
        pair = number // 2
        account = ACCOUNTS[number % len(ACCOUNTS)]
        amount = f"{'-' if number % 2 else ''}{pair % 9000 + 1},{pair % 100:02}"
        cost_center = COST_CENTERS[pair % len(COST_CENTERS)]
        day = f"2026-{pair % 6 + 1:02}-28"
        rows.append(f"{account};Palkat {pair % 97};{amount};{cost_center};{day}")
    return "\n".join(rows).encode()


def sample_administration() -> Administration:
    """Return an administration with all accounts and items that the file uses."""
    items = tuple(
        DimensionItem(item_id=number, code=code, description=f"Osasto {code}", is_active=True)
        for number, code in enumerate(COST_CENTERS, start=1)
    )
    return Administration(
        procountor_company_id=1,
        name="Koeyhtiö Oy",
        business_id="1234567-1",
        currency="EUR",
        ledger_accounts=tuple(
            LedgerAccount(code=code, name=f"Tili {code}", is_active=True) for code in ACCOUNTS
        ),
        dimensions=(Dimension(dimension_id=1, name="Kustannuspaikka", items=items),),
        fiscal_years=(
            FiscalYear(
                start_date=date(2026, 1, 1),
                end_date=date(2026, 12, 31),
                is_open=True,
                tracking_periods=(),
            ),
        ),
        vat_statuses=(
            VatStatus(number=12, description="No VAT handling", for_sales=True, for_purchases=True),
        ),
    )


if __name__ == "__main__":
    if len(sys.argv) > 1:
        print(json.dumps(measure(int(sys.argv[1]))))
    else:
        main()
