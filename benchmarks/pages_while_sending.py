"""How long the pages take while a month is being sent by a worker in the same process.

Required: with 300 journals under way the overview, the list of exports, a journal and the page of
the sending take a median under 150 ms. Pages and worker share one process and SQLite, as with
``tilisilta serve``. The time of the page's own thread is shown as well: what a page takes more, it
waits for the worker, or for other programs of a busy machine.

    python benchmarks/pages_while_sending.py [companies]
"""

import statistics
import sys
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path

import sending
from sending import LATENCY_MS, LIMIT, PACE, procountor

MOST_MILLISECONDS = 150
PAUSE_SECONDS = 0.2


def main(companies: int) -> None:
    """Send a month and read the pages meanwhile."""
    sending.COMPANIES = companies
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        with procountor(folder, latency_ms=0, limit=0) as address:
            sending.prepare(folder, address)
        with procountor(folder, latency_ms=LATENCY_MS, limit=LIMIT) as address:
            report(read_while_sending(address))


def read_while_sending(address: str) -> dict[str, list[tuple[float, float]]]:
    """Return the seconds of each page, elapsed and of its own thread, as long as it is sent."""
    from django.conf import settings
    from django.core.management import call_command
    from django.test import Client
    from django.utils import timezone

    from tilisilta.engine import Engine
    from tilisilta.models import Sending
    from tilisilta.services.sending.asking import Wanted
    from tilisilta.services.sending.ready import ready_journals
    from tilisilta.services.sending.together import send_together
    from tilisilta.services.users import create_first_administrator

    call_command("collectstatic", interactive=False, verbosity=0)
    settings.PROCOUNTOR_API_URL = f"{address}/api"
    settings.PROCOUNTOR_REQUESTS_PER_SECOND = PACE
    settings.ALLOWED_HOSTS = ["testserver"]
    browser = Client()
    browser.force_login(create_first_administrator("aino", "a bridge over the river"))
    wanted = [Wanted(journal=one) for one in ready_journals().journals]
    engine = Engine()
    engine.start()
    joint = send_together(wanted, user=None, now=timezone.now())
    paths = dict(pages(str(joint.pk), wanted[0].journal.pk))
    taken: dict[str, list[tuple[float, float]]] = {name: [] for name in paths}
    while Sending.objects.filter(finished_at__isnull=True).exists():
        for name, path in paths.items():
            started, own = time.perf_counter(), time.thread_time()
            answer = browser.get(path)
            taken[name].append((time.perf_counter() - started, time.thread_time() - own))
            if answer.status_code != 200:
                raise SystemExit(f"{path} answered {answer.status_code}")
            time.sleep(PAUSE_SECONDS)
    engine.stop()
    return taken


def pages(joint: str, journal: int) -> Iterator[tuple[str, str]]:
    """Yield the pages that people look at meanwhile."""
    from django.urls import reverse

    yield "overview", reverse("overview")
    yield "exports", reverse("exports")
    yield "journal", reverse("journal", args=[journal])
    yield "sent together", reverse("sent_together", args=[joint])


def report(taken: dict[str, list[tuple[float, float]]]) -> None:
    """Print the medians."""
    print(f"{sending.COMPANIES} journals being sent at {PACE} requests a second")
    for name, seconds in taken.items():
        median = statistics.median(elapsed for elapsed, _own in seconds) * 1000
        own = statistics.median(own for _elapsed, own in seconds) * 1000
        verdict = "holds" if median < MOST_MILLISECONDS else "DOES NOT HOLD"
        print(
            f"  {name:<14} median {median:6.1f} ms, own {own:6.1f} ms, {len(seconds)} x  {verdict}"
        )


if __name__ == "__main__":
    main(int(sys.argv[1]) if len(sys.argv) > 1 else 300)
