"""How fast a bureau is fetched from Nmbrs: the first time, and when nothing has changed.

Required: 2,000 companies with 12 runs each are fetched within the time that the pace allows for
their calls, and an unchanged company costs at most four. The stand-in Nmbrs runs in a process of
its own, with its limit of 150 calls a second, and its log is counted. It shares the two cores of
the machine with us, so its own work slows ours. The same bureau is fetched by SOAP and by REST,
each into an empty database of its own: REST takes two calls or three for a journal. With PostgreSQL
two workers, each a process of its own, share the work. Arguments on the command line: the API, the
database (sqlite or postgresql), number of companies and calls per second; without them both APIs,
SQLite, 2000 and 120.
"""

import json
import os
import resource
import subprocess
import sys
import tempfile
import threading
import time
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any
from urllib.error import HTTPError
from urllib.parse import parse_qsl, urlencode, urlsplit
from urllib.request import HTTPRedirectHandler, build_opener, urlopen

COMPANIES = 2000
RUNS = 12
LINES = 20
LATENCY_MS = 50
LIMIT = 150
PACE = 120
APIS = ("soap", "rest")
POSTGRESQL = "postgresql"
TOOLS = Path(__file__).parent.parent / "tools"


def main(api: str, database: str, companies: int, pace: int) -> None:
    """Fetch everything twice and print the times."""
    print(f"{api}: {companies} companies, {RUNS} runs each, {LINES} lines a journal, {database}")
    print(f"Nmbrs: {LATENCY_MS} ms of latency, limit {LIMIT} calls a second; our pace {pace}")
    with (
        tempfile.TemporaryDirectory() as name,
        nmbrs(companies) as address,
        prepared_database(database),
    ):
        prepare(Path(name), address, companies, pace, api=api)
        for title in ("first time", "nothing changed"):
            _measure(title, companies, address, pace, workers=2 if database == POSTGRESQL else 1)
    print(f"\nmost memory {resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024:.0f} MB")


def prepare(folder: Path, address: str, companies: int, pace: int, *, api: str) -> None:
    """Make an empty database and a connection to the stand-in."""
    os.environ |= {
        "TILISILTA_DATA_DIR": str(folder),
        "TILISILTA_NMBRS_SOAP_URL": f"{address}/soap/v3",
        "TILISILTA_NMBRS_REQUESTS_PER_SECOND": str(pace),
        "TILISILTA_NMBRS_REST_URL": address,
        "TILISILTA_NMBRS_IDENTITY_URL": f"{address}/identity",
        "TILISILTA_NMBRS_CLIENT_ID": "sandbox*development",
        "TILISILTA_NMBRS_CLIENT_SECRET": "sandbox$nmbrs*secret%41+1",
        "TILISILTA_NMBRS_SUBSCRIPTION_KEY": "sandbox-development-key",
        "TILISILTA_NMBRS_REST_REQUESTS_PER_SECOND": str(pace),
        "TILISILTA_NMBRS_SYNC_TIME": "off",
        "DJANGO_SETTINGS_MODULE": "tilisilta.settings",
    }
    import django

    django.setup()
    from django.core.management import call_command

    call_command("migrate", verbosity=0)
    if api == "soap":
        _connect_by_soap()
    else:
        connect_by_rest(companies)


@contextmanager
def prepared_database(database: str) -> Iterator[None]:
    """Start a PostgreSQL server of our own if it is wanted, and let the settings name it."""
    if database != POSTGRESQL:
        yield
        return
    sys.path.insert(0, str(TOOLS))
    from cryptography.fernet import Fernet

    from postgres import postgres_server, server_programs

    programs = server_programs()
    if programs is None:
        raise SystemExit("PostgreSQL's server programs are not installed.")
    with postgres_server(programs) as url:
        os.environ |= {
            "TILISILTA_DATABASE_URL": url,
            "TILISILTA_SECRET_KEY": Fernet.generate_key().decode(),
            "TILISILTA_ENCRYPTION_KEYS": Fernet.generate_key().decode(),
        }
        yield


def _connect_by_soap() -> None:
    from nmbrs_sandbox.payroll.sample import TOKEN, USERNAME, YEAR
    from tilisilta.services.fetching.connections import connect

    connect("Koe", user_name=USERNAME, token=TOKEN, first_year=YEAR, user=None)


def connect_by_rest(companies: int) -> None:
    """Consent at the stand-in as a person would, for all debtors."""
    from django.utils import timezone

    from nmbrs_sandbox.payroll.sample import LOGIN_OF_ALL, YEAR, world_of
    from tilisilta.services.fetching.consents import Answer, ask_for_consent, take_answer

    asked = urlsplit(
        ask_for_consent(user=None, now=timezone.now(), name="Koe", first_year=YEAR).url
    )
    debtors = world_of(companies).debtors
    form = [
        *parse_qsl(asked.query),
        ("email", LOGIN_OF_ALL),
        ("answer", "allow"),
        *(("debtor", str(one.debtor_id)) for one in debtors),
    ]
    page = asked._replace(query="").geturl()
    try:
        build_opener(_NoRedirect).open(page, data=urlencode(form).encode())
    except HTTPError as answer:
        back = dict(parse_qsl(urlsplit(answer.headers["Location"]).query))
    take_answer(Answer(**back), user=None, now=timezone.now())


class _NoRedirect(HTTPRedirectHandler):
    def redirect_request(self, *_request: Any) -> None:
        """Leave the address to us: nothing listens there."""


def _measure(title: str, companies: int, address: str, pace: int, *, workers: int) -> None:
    before = len(_calls(address))
    passed, own, done = fetch_all() if workers == 1 else fetch_all_with(workers)
    calls = _calls(address)[before:]
    per_company = Counter(call["company_id"] for call in calls if call["company_id"])
    times = [datetime.fromisoformat(call["time"]) for call in calls]
    allowed = len(calls) / pace
    print(f"\n{title}: {len(calls)} calls in {passed:.1f} s of {allowed:.1f} s the pace allows")
    print(f"  {allowed / passed:.0%} of the pace; most in any second {_most_in_a_second(times)}")
    print(f"  delayed by Nmbrs {sum(call['is_delayed'] for call in calls)}")
    print(f"  calls per company: most {max(per_company.values())}, companies {len(per_company)}")
    print(f"  new {done.journal_count}, changed {done.revision_count}, failed {done.failed_count}")
    print(f"  own work {own / len(calls) * 1000:.1f} ms of processor a call")
    if len(per_company) != companies or done.failed_count:
        raise SystemExit("Not every company was fetched.")


def fetch_all() -> tuple[float, float, Any]:
    """Fetch everything with one worker; return elapsed time, processor time and the result."""
    from django.utils import timezone

    from tilisilta.engine import Engine
    from tilisilta.models import Synchronisation
    from tilisilta.services.fetching.synchronisations import ask_for_everything

    asked = ask_for_everything(user=None, now=timezone.now())
    engine = Engine()
    engine.start()
    started, own_started = time.monotonic(), time.process_time()
    while Synchronisation.objects.filter(finished_at__isnull=True).exists():
        threading.Event().wait(0.25)
    passed, own = time.monotonic() - started, time.process_time() - own_started
    engine.stop()
    asked.refresh_from_db()
    return passed, own, asked


def fetch_all_with(workers: int) -> tuple[float, float, Any]:
    """Fetch everything with several workers; return what ``fetch_all`` does, for all of them."""
    from django.utils import timezone

    from tilisilta.models import Synchronisation
    from tilisilta.services.fetching.synchronisations import ask_for_everything

    command = [str(Path(sys.executable).with_name("tilisilta")), "worker"]
    asked = ask_for_everything(user=None, now=timezone.now())
    started, own_before = time.monotonic(), _own_time_of_children()
    processes = [
        subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        for _ in range(workers)
    ]
    while Synchronisation.objects.filter(finished_at__isnull=True).exists():
        if any(process.poll() is not None for process in processes):
            raise SystemExit("A worker has ended.")
        threading.Event().wait(0.25)
    passed = time.monotonic() - started
    for process in processes:
        process.terminate()
        process.wait()
    asked.refresh_from_db()
    return passed, _own_time_of_children() - own_before, asked


def _own_time_of_children() -> float:
    # Counts those that have ended: the stand-in Nmbrs and PostgreSQL go on.
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    return used.ru_utime + used.ru_stime


def _most_in_a_second(times: list[datetime]) -> int:
    first, most = 0, 0
    for last, moment in enumerate(times):
        while moment - times[first] >= timedelta(seconds=1):
            first += 1
        most = max(most, last - first + 1)
    return most


@contextmanager
def nmbrs(companies: int) -> Iterator[str]:
    """Start a stand-in Nmbrs in a process of its own and yield its address."""
    command = [sys.executable, __file__, "nmbrs", str(companies)]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as process:
        try:
            yield process.stdout.readline().strip() if process.stdout else ""
        finally:
            process.terminate()


def serve(companies: int) -> None:
    """Run the stand-in Nmbrs."""
    from werkzeug.serving import make_server

    from nmbrs_sandbox.app import create_app
    from nmbrs_sandbox.payroll.sample import world_of
    from sandbox_parts.serving import SandboxHandler

    app = create_app(
        world_of(companies, runs=RUNS, lines=LINES),
        latency_ms=LATENCY_MS,
        calls_per_second=LIMIT,
    )
    server = make_server("127.0.0.1", 0, app, threaded=True, request_handler=SandboxHandler)
    print(f"http://127.0.0.1:{server.server_port}", flush=True)
    server.serve_forever()


def _calls(address: str) -> list[dict[str, Any]]:
    with urlopen(f"{address}/sandbox/requests.json") as answer:
        calls: list[dict[str, Any]] = json.load(answer)["requests"]
    return calls


if __name__ == "__main__":
    match sys.argv[1:]:
        case ["nmbrs", count]:
            serve(int(count))
        case [api, database, count, pace]:
            main(api, database, int(count), int(pace))
        case _:
            for api in APIS:
                # Django is set up once in a process.
                subprocess.run(
                    [sys.executable, __file__, api, "sqlite", str(COMPANIES), str(PACE)],
                    check=True,
                )
