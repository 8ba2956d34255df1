"""The month of a bureau walked once by pages and once by commands: actions, minutes, and proof.

Required (see the design): 300 companies are onboarded in 30 minutes of a person, what stops 40, 15
or 10 companies for one reason is put right in three actions, and one look says whether the month is
finished. Pages are used in a real browser. What was meant is looked up in the stand-ins at the end:
303 runs are booked, each once, with the sums of payroll.

    python benchmarks/walking.py [pages|commands] [companies]
"""

import os
import sys
import tempfile
import traceback
from collections.abc import Iterator, Sequence
from pathlib import Path

from walking_bureau import booked_as_paid, running_bureau
from walking_commands import walk_by_commands
from walking_steps import ROWS, Step

COMPANIES = 300
WAYS = ("pages", "commands")


def walk(way: str, companies: int) -> None:
    """Walk all rows one way, and print what each took and what came of it."""
    with (
        tempfile.TemporaryDirectory() as name,
        running_bureau(Path(name), companies) as bureau,
    ):
        if way == "pages":
            from walking_pages import walk_by_pages

            rows = walk_by_pages(bureau, _folder_for_pictures())
        else:
            rows = walk_by_commands(bureau)
        steps = list(_as_far_as_they_go(rows))
        count, wrong = booked_as_paid(bureau)
    print(f"\nBy {way}, {companies} companies, load {os.getloadavg()[0]:.1f}:")
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
    print(f"  {'step':<29}{'before':>7}{'now':>5}{'there':>6}{'minutes':>8}{'seconds':>8}  hold")
    for step in steps:
        row = ROWS[step.name]
        verdict = "holds" if row.holds(way, step) else "DOES NOT HOLD"
        print(
            f"  {step.name:<29}{row.before(way):>7}{step.actions:>5}{step.there:>6}"
            f"{step.minutes:>8.1f}{step.seconds:>8.0f}  {verdict}"
        )
    for step in steps:
        for note in step.notes:
            print(f"    {step.name}: {note}")


if __name__ == "__main__":
    chosen = [way for way in WAYS if way in sys.argv[1:]] or WAYS
    many = next((int(word) for word in sys.argv[1:] if word.isdecimal()), COMPANIES)
    for each in chosen:
        walk(each, many)
