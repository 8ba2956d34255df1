"""How fast journals are sent: at the shared pace, and as fast as one process can by itself.

Required (see the design): 500 companies with one receipt each against a Procountor with 100 ms of
latency and a limit of 20 requests a second use at least 90 % of the limit, no second exceeds it,
and nothing is booked twice. Without limit and latency our own work per receipt stays under 25 ms on
one core with SQLite. The stand-in Procountor runs in a process of its own, and its log of requests
is counted.
"""

import json
import os
import subprocess
import sys
import tempfile
import threading
import time
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date, datetime, timedelta
from itertools import pairwise
from pathlib import Path
from typing import Any
from urllib.request import urlopen

COMPANIES = 500
LIMIT = 20
PACE = 18
LATENCY_MS = 100
FIRST_NUMBER = 1001


def main() -> None:
    """Run both parts, each with a database and a stand-in of its own."""
    print(f"{COMPANIES} companies, one ledger receipt each, SQLite")
    for latency_ms, limit, pace in ((LATENCY_MS, LIMIT, PACE), (0, None, 100_000)):
        command = [
            sys.executable,
            __file__,
            str(COMPANIES),
            str(latency_ms),
            str(limit or 0),
            str(pace),
        ]
        subprocess.run(command, check=True)


def measure(latency_ms: int, limit: int, pace: int) -> None:
    """Send everything once and print the measurements."""
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        with procountor(folder, latency_ms=0, limit=0) as address:
            prepare(folder, address)
        with procountor(folder, latency_ms=latency_ms, limit=limit) as address:
            own_seconds, seconds = send_all(address, pace)
            requests = read(address, "requests.json")["requests"]
            receipts = read(address, "receipts.json")["receipts"]
            connections = connections_in(folder)
    names = Counter(receipt["name"] for receipt in receipts)
    doubled = sum(count - 1 for count in names.values())
    print(f"\nlatency {latency_ms} ms, limit {limit or 'none'}:")
    print(f"  booked {len(receipts)}, doubled {doubled}, missing {COMPANIES - len(names)}")
    per_receipt = len(requests) / COMPANIES
    print(f"  {per_receipt:.2f} requests a receipt on {connections} connections")
    _print_pace(requests, limit, seconds)
    print(f"  own work {own_seconds / COMPANIES * 1000:.1f} ms of processor per receipt")


def _print_pace(requests: list[dict[str, Any]], limit: int, seconds: float) -> None:
    times = [datetime.fromisoformat(request["time"]) for request in requests]
    refused = sum(request["status"] == 429 for request in requests)
    span = (times[-1] - times[0]).total_seconds()
    rate = (len(times) - 1) / span
    used = f", {rate / limit:.0%} of the limit" if limit else ""
    print(
        f"  {len(times)} requests in {span:.1f} s: {rate:.1f} a second{used}; all {seconds:.1f} s"
    )
    print(f"  most in any second {most_in_a_second(times)}; refused for their pace {refused}")
    gaps = sorted((later - earlier).total_seconds() for earlier, later in pairwise(times))
    print(f"  longest silence {gaps[-1]:.2f} s")


def most_in_a_second(times: list[datetime]) -> int:
    first, most = 0, 0
    for last, moment in enumerate(times):
        while moment - times[first] >= timedelta(seconds=1):
            first += 1
        most = max(most, last - first + 1)
    return most


def prepare(folder: Path, address: str) -> None:
    """Make the companies, their accounts, links and journals, all ready to be sent."""
    os.environ |= {
        "TILISILTA_DATA_DIR": str(folder),
        "TILISILTA_PROCOUNTOR_API_URL": f"{address}/api",
        "TILISILTA_PROCOUNTOR_LOGIN_URL": f"{address}/login",
        "TILISILTA_PROCOUNTOR_CLIENT_ID": "tilisilta-demo",
        "TILISILTA_PROCOUNTOR_CLIENT_SECRET": "sandbox-secret",
        "TILISILTA_PROCOUNTOR_REQUESTS_PER_SECOND": "100000",
        # The comparison of the night has a benchmark of its own, and would be counted as sending.
        "TILISILTA_VERIFY_TIME": "off",
        "DJANGO_SETTINGS_MODULE": "tilisilta.settings",
    }
    import django

    django.setup()
    from django.core.management import call_command

    call_command("migrate", verbosity=0)
    _make_companies()


def _make_companies() -> None:
    from django.utils import timezone

    from tilisilta.models import Company, Debtor
    from tilisilta.services.connections import authorise_with_api_key, create_account
    from tilisilta.services.journals.importing import import_journal
    from tilisilta.services.links import create_link

    debtor = Debtor.objects.create(number=1, name="Koeryhmä")
    for number in range(FIRST_NUMBER, FIRST_NUMBER + COMPANIES):
        company = Company.objects.create(number=number, name=f"Yritys {number} Oy", debtor=debtor)
        account = create_account(f"tili {number}", user=None)
        authorise_with_api_key(account, f"SANDBOX-KEY-{number}", user=None)
        create_link(company, account, start_month=date(2020, 1, 1), user=None, different_names=True)
        import_journal(
            _journal(number), file_name="j.csv", company=company, user=None, now=timezone.now()
        )


def _journal(number: int) -> bytes:
    rows = ["Account;Description;Amount;Date"]
    for line in range(20):
        rows.append(f"5010;Palkat {line};{number}.{line:02};2026-06-30")
        rows.append(f"2961;Palkkavelka {line};-{number}.{line:02};2026-06-30")
    return "\n".join(rows).encode()


def send_all(address: str, pace: int) -> tuple[float, float]:
    """Send every journal with one worker; return its processor time and the elapsed time."""
    from django.conf import settings
    from django.utils import timezone

    from tilisilta.engine import Engine
    from tilisilta.models import Sending
    from tilisilta.services.sending.asking import Wanted
    from tilisilta.services.sending.ready import ready_journals
    from tilisilta.services.sending.together import send_together

    settings.PROCOUNTOR_API_URL = f"{address}/api"
    settings.PROCOUNTOR_REQUESTS_PER_SECOND = pace
    wanted = [Wanted(journal=one) for one in ready_journals().journals]
    joint = send_together(wanted, user=None, now=timezone.now())
    if joint.sendings.filter(is_refused=False).count() != COMPANIES:
        raise SystemExit("Not all could be sent.")
    engine = Engine()
    engine.start()
    started, own_started = time.monotonic(), time.process_time()
    while Sending.objects.filter(finished_at__isnull=True).exists():
        threading.Event().wait(0.25)
    passed, own = time.monotonic() - started, time.process_time() - own_started
    engine.stop()
    return own, passed


@contextmanager
def procountor(folder: Path, *, latency_ms: int, limit: int) -> Iterator[str]:
    """Start a stand-in Procountor with a memory in a process of its own and yield its address."""
    (folder / "connections").write_bytes(b"")
    command = [sys.executable, __file__, "procountor", str(folder), str(latency_ms), str(limit)]
    command.append(str(COMPANIES))
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as process:
        try:
            yield process.stdout.readline().strip() if process.stdout else ""
        finally:
            process.terminate()


def serve(folder: Path, *, latency_ms: int, limit: int) -> None:
    """Run the stand-in Procountor on a server that keeps connections open, as Procountor's does."""
    from waitress.server import create_server

    from procountor_sandbox.app import create_app
    from procountor_sandbox.sample import world_of

    app = create_app(
        world_of(COMPANIES),
        state_path=folder / "procountor.sqlite3",
        latency_ms=latency_ms,
        requests_per_second=limit or None,
    )
    server = create_server(app, host="127.0.0.1", port=0, threads=32)
    set_options = server.set_socket_options

    def count_connection(accepted: Any) -> None:
        with (folder / "connections").open("ab") as counted:
            counted.write(b".")
        set_options(accepted)

    server.set_socket_options = count_connection
    print(f"http://127.0.0.1:{server.effective_port}", flush=True)
    server.run()


def connections_in(folder: Path) -> int:
    """Return how many connections the stand-in has accepted."""
    return (folder / "connections").stat().st_size


def read(address: str, name: str) -> Any:
    with urlopen(f"{address}/sandbox/{name}") as answer:
        return json.load(answer)


if __name__ == "__main__":
    match sys.argv[1:]:
        case ["procountor", folder, latency, most, many]:
            COMPANIES = int(many)
            serve(Path(folder), latency_ms=int(latency), limit=int(most))
        case [many, latency, most, pace]:
            COMPANIES = int(many)
            measure(int(latency), int(most), int(pace))
        case [*numbers]:
            COMPANIES = int(numbers[0]) if numbers else COMPANIES
            main()
