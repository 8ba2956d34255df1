"""The month of a bureau walked once by pages and once by commands: actions, minutes, and proof.

Required (see the design): 300 companies are onboarded in 30 minutes of a person, what stops 40, 15
or 10 companies for one reason is put right in three actions, and one look says whether the month is
finished. Pages are used in a real browser. What was meant is looked up in the stand-ins at the end:
all runs are booked, each once, with the sums of payroll. Payroll is read by SOAP or by REST; with
PostgreSQL two workers share the work. Fewer companies have their share of the faults.

    python benchmarks/walking.py [pages|commands] [soap|rest] [sqlite|postgresql] [companies]
"""

import os
import signal
import sys
import tempfile
import traceback
from collections.abc import Iterator, Sequence
from pathlib import Path

from fetching import POSTGRESQL
from walking_bureau import booked_as_paid, running_bureau
from walking_commands import walk_by_commands
from walking_steps import ROWS, Step

COMPANIES = 300
WAYS = ("pages", "commands")


def walk(way: str, companies: int, *, api: str, database: str) -> None:
    """Walk all rows one way, and print what each took and what came of it."""
    with (
        tempfile.TemporaryDirectory() as name,
        running_bureau(Path(name), companies, api=api, database=database) as bureau,
    ):
        if way == "pages":
            from walking_pages import walk_by_pages

            rows = walk_by_pages(bureau, _folder_for_pictures())
        else:
            rows = walk_by_commands(bureau)
        steps = list(_as_far_as_they_go(rows))
        count, wrong = booked_as_paid(bureau)
    print(f"\nBy {way}, {companies} companies, {api}, {database}, load {os.getloadavg()[0]:.1f}:")
    _print(way, steps)
    print(f"  {count} receipts booked; companies whose books differ from payroll: {len(wrong)}")
    for line in wrong[:5]:
        print(f"    {line}")


def _as_far_as_they_go(rows: Iterator[Step]) -> Iterator[Step]:
    """Yield the rows; where one cannot be walked, it says why, and those before it still count."""
    try:
        yield from rows
    except Exception:  # noqa: BLE001  # whatever hinders a person
        traceback.print_exc()


def _folder_for_pictures() -> Path | None:
    """Return where the pages are to be saved as pictures, if anywhere."""
    folder = os.environ.get("WALKING_PICTURES")
    return Path(folder) if folder else None


def _print(way: str, steps: Sequence[Step]) -> None:
    print(f"  {'step':<31}{'before':>7}{'now':>5}{'there':>6}{'minutes':>8}{'seconds':>8}  hold")
    for step in steps:
        row = ROWS[step.name]
        verdict = "holds" if row.holds(way, step) else "DOES NOT HOLD"
        print(
            f"  {step.name:<31}{row.before(way):>7}{step.actions:>5}{step.there:>6}"
            f"{step.minutes:>8.1f}{step.seconds:>8.0f}  {verdict}"
        )
    for step in steps:
        for note in step.notes:
            print(f"    {step.name}: {note}")


if __name__ == "__main__":
    # Ended from outside, it still ends the processes that it has started.
    signal.signal(signal.SIGTERM, lambda _number, _frame: sys.exit(1))
    words = sys.argv[1:]
    many = next((int(word) for word in words if word.isdecimal()), COMPANIES)
    for each in [way for way in WAYS if way in words] or WAYS:
        walk(
            each,
            many,
            api="rest" if "rest" in words else "soap",
            database=POSTGRESQL if POSTGRESQL in words else "sqlite",
        )
