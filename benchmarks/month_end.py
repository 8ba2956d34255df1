"""A month of many companies from the click to the last receipt, beside a plain sequential program.

Required (see the design): with 500 companies of one receipt each, 100 ms of latency and a limit of
20 requests a second, the checks included, at least 90 % of our pace is used from the click to the
last receipt, no second at the server exceeds the limit, and nothing is booked twice. The same
receipts are then posted in the same set-up by a plain loop over the public client library
``procountor``, one after the other, as a first program by an integrator would: one token and one
post for each company.

    python benchmarks/month_end.py [companies] [workers]

The database is SQLite, or what ``TILISILTA_DATABASE_URL`` names, as with ``tools/postgres.py``.
"""

import os
import subprocess
import sys
import tempfile
import threading
import time
from collections import Counter
from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import sending
from sending import FIRST_NUMBER, LATENCY_MS, LIMIT, PACE, most_in_a_second, procountor, read

_WORKER = "import sys; from tilisilta.management.cli import main; sys.exit(main(['worker']))"
AGES = {"read just now": timedelta(0), "read an hour ago": timedelta(hours=1)}


@dataclass(frozen=True, kw_only=True)
class Seen:
    """What the stand-in Procountor has seen of one month."""

    requests: list[dict[str, Any]]
    receipts: list[dict[str, Any]]
    connections: int

    def times(self) -> list[datetime]:
        return [datetime.fromisoformat(one["time"]) for one in self.requests]


def main(companies: int, workers: int) -> None:
    """Run each month with a database and a stand-in of its own."""
    print(f"{companies} companies, one receipt each, {workers} worker(s), {_database()}")
    for words in AGES:
        command = [sys.executable, __file__, "one", str(companies), str(workers), words]
        subprocess.run(command, check=True)
    _plain(companies)


def _database() -> str:
    return os.environ.get("TILISILTA_DATABASE_URL", "sqlite").split(":")[0]


def one_month(companies: int, workers: int, words: str) -> None:
    """Send a month and print what the server has seen."""
    sending.COMPANIES = companies
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        with procountor(folder, latency_ms=0, limit=0) as address:
            sending.prepare(folder, address)
        _age(AGES[words])
        with procountor(folder, latency_ms=LATENCY_MS, limit=LIMIT) as address:
            with _workers(workers - 1, address):
                click_seconds, own_seconds, seconds = _send_all(address)
            seen = _seen(address, folder)
    names = Counter(receipt["name"] for receipt in seen.receipts)
    doubled = sum(count - 1 for count in names.values())
    print(f"\nTilisilta, administrations {words}:")
    print(f"  booked {len(seen.receipts)}, doubled {doubled}, missing {companies - len(names)}")
    print(f"  the click took {click_seconds:.2f} s")
    _print(seen, companies, seconds)
    print(
        f"  own work {own_seconds / companies * 1000:.1f} ms of one core per receipt (this worker)"
    )


def _age(age: timedelta) -> None:
    from django.utils import timezone

    from tilisilta.models import ProcountorAccount

    ProcountorAccount.objects.update(administration_read_at=timezone.now() - age)


def _send_all(address: str) -> tuple[float, float, float]:
    """Click and wait for the last receipt; return the click's, processor's and elapsed seconds."""
    from django.conf import settings
    from django.utils import timezone

    from tilisilta.engine import Engine
    from tilisilta.models import Sending
    from tilisilta.services.sending.asking import Wanted
    from tilisilta.services.sending.ready import ready_journals
    from tilisilta.services.sending.together import send_together

    settings.PROCOUNTOR_API_URL = f"{address}/api"
    settings.PROCOUNTOR_REQUESTS_PER_SECOND = PACE
    engine = Engine()
    engine.start()
    wanted = [Wanted(journal=one) for one in ready_journals().journals]
    started, own_started = time.monotonic(), time.process_time()
    send_together(wanted, user=None, now=timezone.now())
    click = time.monotonic() - started
    while Sending.objects.filter(finished_at__isnull=True).exists():
        threading.Event().wait(0.25)
    passed, own = time.monotonic() - started, time.process_time() - own_started
    engine.stop()
    refused = Sending.objects.filter(is_refused=True).count()
    if refused:
        print(f"  REFUSED {refused}")
    return click, own, passed


@contextmanager
def _workers(count: int, address: str) -> Iterator[None]:
    """Run so many workers more, each in a process of its own."""
    environment = {
        **os.environ,
        "TILISILTA_PROCOUNTOR_API_URL": f"{address}/api",
        "TILISILTA_PROCOUNTOR_REQUESTS_PER_SECOND": str(PACE),
    }
    command = [sys.executable, "-c", _WORKER]
    with ExitStack() as running:
        for _ in range(count):
            process = subprocess.Popen(command, env=environment, stdout=subprocess.PIPE, text=True)
            running.callback(process.wait, timeout=30)
            running.callback(process.terminate)
            if process.stdout:
                process.stdout.readline()
        yield


def _plain(companies: int) -> None:
    """Post the same receipts one after the other with the public client library."""
    try:
        from procountor.client import Client
    except ImportError:
        print("\nThe client library is not installed: pip install procountor")
        return
    sending.COMPANIES = companies
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        with procountor(folder, latency_ms=LATENCY_MS, limit=LIMIT) as address:
            Client._endpoints["hosts"]["test"] = address
            Client._endpoints["version"]["supported"] = "api"
            started, own_started = time.monotonic(), time.process_time()
            for number in range(FIRST_NUMBER, FIRST_NUMBER + companies):
                client = Client(
                    f"SANDBOX-KEY-{number}", "tilisilta-demo", "sandbox-secret", "http://127.0.0.1"
                )
                _post(client, _body(number))
            seconds = time.monotonic() - started
            own_seconds = time.process_time() - own_started
            seen = _seen(address, folder)
    print("\nA plain sequential loop over the public client library:")
    print(f"  booked {len(seen.receipts)}")
    _print(seen, companies, seconds)
    print(f"  own work {own_seconds / companies * 1000:.1f} ms of one core per receipt")


def _post(client: Any, body: dict[str, Any]) -> None:
    answer = client.post_ledger_receipt(**body)
    while answer["status"] == 429:
        time.sleep(1)
        answer = client.post_ledger_receipt(**body)
    if answer["status"] != 200:
        raise SystemExit(f"Not booked: {answer}")


def _body(number: int) -> dict[str, Any]:
    rows = [
        {
            "transactionType": "ENTRY",
            "account": account,
            "accountingValue": sign * number,
            "vatPercent": 0,
            "vatType": "PURCHASE",
            "vatStatus": 12,
            "description": f"Palkat {line}",
        }
        for line in range(20)
        for account, sign in (("5010", 1), ("2961", -1))
    ]
    return {
        "type": "JOURNAL",
        "status": "UNFINISHED",
        "name": f"Palkat 6/2026 {number}",
        "receiptDate": "2026-06-30",
        "vatType": "PURCHASE",
        "vatStatus": 12,
        "transactions": rows,
    }


def _seen(address: str, folder: Path) -> Seen:
    return Seen(
        requests=read(address, "requests.json")["requests"],
        receipts=read(address, "receipts.json")["receipts"],
        connections=sending.connections_in(folder),
    )


def _print(seen: Seen, companies: int, seconds: float) -> None:
    times = seen.times()
    refused = sum(request["status"] == 429 for request in seen.requests)
    least = len(times) / PACE
    print(
        f"  {seconds:.1f} s, {len(times)} requests ({len(times) / companies:.2f} a receipt) on"
        f" {seen.connections} connections"
    )
    print(f"  {len(times) / seconds:.1f} requests a second: {least / seconds:.0%} of {PACE}")
    print(f"  most in any second {most_in_a_second(times)}; refused for their pace {refused}")
    print(f"  {_by_path(seen.requests)}")


def _by_path(requests: Sequence[dict[str, Any]]) -> str:
    counts = Counter(f"{one['method']} {one['path']}" for one in requests)
    return ", ".join(f"{count} {path}" for path, count in counts.most_common(6))


if __name__ == "__main__":
    match sys.argv[1:]:
        case ["one", many, workers, words]:
            one_month(int(many), int(workers), words)
        case [*numbers]:
            given = [*map(int, numbers), *(500, 1)[len(numbers) :]]
            main(given[0], given[1])
