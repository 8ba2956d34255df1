"""How long the search for a receipt takes among 50,000 journals.

Each is compared with reading one receipt by its primary key in the same run, so that the ratio says
the same on any machine. Required: every search stays below so many look-ups as stand below, which
it does not where one of its columns has no index. The rows are those of ``pages.py``, in a
temporary SQLite file that is removed at the end.
"""

import os
import statistics
import sys
import tempfile
import time
from collections.abc import Callable, Mapping

from pages import fill

ROUNDS = 200
MOST_LOOK_UPS = 15
TOKEN = "7K3M9QXB"  # noqa: S105  # of a receipt, and no secret


def main() -> None:
    """Make the rows, measure each search and print a table."""
    with tempfile.TemporaryDirectory(prefix="tilisilta-searching-") as directory:
        os.environ |= {
            "TILISILTA_DATA_DIR": directory,
            "TILISILTA_DATABASE_URL": f"sqlite:///{directory}/searching.sqlite3",
            "DJANGO_SETTINGS_MODULE": "tilisilta.settings",
        }
        import django  # the settings must know the directory before

        django.setup()
        companies, journals = fill()
        print(f"{companies} companies, {journals} journals")
        report(*measured())


def measured() -> tuple[float, Mapping[str, float]]:
    """Return the median of a look-up by primary key and those of the searches, in seconds."""
    from tilisilta.models import Export
    from tilisilta.services.search import search

    wanted = Export.objects.order_by("pk")[20_000]
    # Three numbers that no two receipts share, so that each search finds one.
    wanted.token = TOKEN
    wanted.receipt_number = 900_000_001
    wanted.invoice_number = 900_000_002
    wanted.ledger_receipt_id = 900_000_003
    wanted.save()

    def found(typed: str) -> Callable[[], object]:
        def look() -> None:
            [hit] = search(typed, user=None, with_companies=False).receipts
            if hit.export.pk != wanted.pk:
                sys.exit(f"{typed} finds another receipt.")

        return look

    searches = {
        "receipt number": found(str(wanted.receipt_number)),
        "invoice number": found(str(wanted.invoice_number)),
        "ledger receipt id": found(str(wanted.ledger_receipt_id)),
        "token": found(TOKEN),
        "name with its token": found(f"Palkat 6/2026 {TOKEN}"),
    }
    look_up = median_of(lambda: Export.objects.defer("payload").get(pk=wanted.pk))
    return look_up, {name: median_of(one) for name, one in searches.items()}


def median_of(action: Callable[[], object]) -> float:
    """Return how long ``action`` takes in seconds, once it has been done before."""
    action()
    seconds = []
    for _ in range(ROUNDS):
        started = time.perf_counter()
        action()
        seconds.append(time.perf_counter() - started)
    return statistics.median(seconds)


def report(look_up: float, searches: Mapping[str, float]) -> None:
    """Print the measurements, and exit if a search takes too many look-ups."""
    print(f"{'look-up by primary key':<24} {look_up * 1000:>7.2f} ms")
    for name, seconds in searches.items():
        ratio = seconds / look_up
        verdict = "holds" if ratio < MOST_LOOK_UPS else "DOES NOT HOLD"
        print(f"{name:<24} {seconds * 1000:>7.2f} ms {ratio:>6.1f} look-ups  {verdict}")
    if any(seconds >= MOST_LOOK_UPS * look_up for seconds in searches.values()):
        sys.exit(1)


if __name__ == "__main__":
    main()
