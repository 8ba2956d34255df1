"""The processes of a bureau that is walked: pages, workers, a database and the two stand-ins."""

import json
import os
import socket
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Iterator, Mapping
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from decimal import Decimal
from pathlib import Path
from typing import Any
from urllib.request import Request, urlopen

from fetching import POSTGRESQL, TOOLS
from walking_faults import FIRST_ID, FIRST_NUMBER, MONTH, Faults, faults_among

PACE = 18
USER, PASSWORD = "marja", "silta-yli-lammen-taas"
_PROGRAM = "import sys; from tilisilta.management.cli import main; sys.exit(main())"
_FIRST_USER = """
import sys, django
django.setup()
from tilisilta.services.users import create_first_administrator
create_first_administrator(*sys.argv[1:])
"""
_CONNECT_BY_REST = """
import sys, django
sys.path.insert(0, sys.argv[1])
django.setup()
from fetching import connect_by_rest
connect_by_rest(int(sys.argv[2]))
"""
TILISILTA = [sys.executable, "-c", _PROGRAM]


@dataclass(frozen=True, kw_only=True)
class Bureau:
    """The addresses of what runs, and the environment in which commands are given."""

    folder: Path
    companies: int
    faults: Faults
    url: str
    procountor: str
    nmbrs: str
    environment: Mapping[str, str]

    def run(self, *words: str, given: str | None = None) -> subprocess.CompletedProcess[str]:
        """Run one command of the command line to its end."""
        return subprocess.run(
            [*TILISILTA, *words],
            env=dict(self.environment),
            input=given,
            capture_output=True,
            text=True,
            check=False,
        )

    def must(self, *words: str, given: str | None = None) -> str:
        done = self.run(*words, given=given)
        if done.returncode:
            raise SystemExit(f"{' '.join(words)}: {done.stdout[-1500:]}{done.stderr[-1500:]}")
        return done.stdout

    def end_authorisations(self, of: str = "api-robotti") -> None:
        """End the grants by which some accounts act, and wait until the worker has found it."""
        for n in self.faults.dead:
            order = {"company_id": FIRST_ID["procountor"] + n, "username": of}
            _post(f"{self.procountor}/sandbox/revoke", order)
        self.run("link", "check")
        for _try in range(120):
            if "N03" in self.run("fix", "--period", MONTH).stdout:
                return
            time.sleep(2)
        raise SystemExit("The ended authorisations were not found.")


@contextmanager
def running_bureau(folder: Path, companies: int, *, api: str, database: str) -> Iterator[Bureau]:
    """Start the stand-ins, the pages and the workers, with all journals fetched.

    On PostgreSQL two workers share the work.
    """
    port = _free_port()
    url = f"http://127.0.0.1:{port}"
    with ExitStack() as stack:
        nmbrs = stack.enter_context(_stand_in("nmbrs", folder, companies, url))
        procountor = stack.enter_context(_stand_in("procountor", folder, companies, url))
        settings = stack.enter_context(_database(database))
        bureau = Bureau(
            folder=folder,
            companies=companies,
            faults=faults_among(companies),
            url=url,
            procountor=procountor,
            nmbrs=nmbrs,
            environment=_environment(folder, url=url, procountor=procountor, nmbrs=nmbrs)
            | settings,
        )
        _prepare(bureau, api)
        for n in range(2 if database == POSTGRESQL else 1):
            stack.enter_context(_process(bureau, f"worker-{n}", "worker"))
        stack.enter_context(_process(bureau, "web", "web", "--port", str(port)))
        bureau.must("sync")
        yield bureau


@contextmanager
def _database(database: str) -> Iterator[dict[str, str]]:
    """Yield the settings of the database: a PostgreSQL server of our own if it is wanted."""
    if database != POSTGRESQL:
        yield {}
        return
    sys.path.insert(0, str(TOOLS))
    from cryptography.fernet import Fernet

    from postgres import postgres_server, server_programs

    programs = server_programs()
    if programs is None:
        raise SystemExit("PostgreSQL's server programs are not installed.")
    with postgres_server(programs) as url:
        yield {
            "TILISILTA_DATABASE_URL": url,
            "TILISILTA_SECRET_KEY": Fernet.generate_key().decode(),
            "TILISILTA_ENCRYPTION_KEYS": Fernet.generate_key().decode(),
        }


def _environment(folder: Path, *, url: str, procountor: str, nmbrs: str) -> dict[str, str]:
    kept = {name: value for name, value in os.environ.items() if not name.startswith("TILISILTA_")}
    return {
        **kept,
        "LC_ALL": "C.UTF-8",
        "COLUMNS": "200",
        "TILISILTA_DATA_DIR": str(folder),
        "TILISILTA_BASE_URL": url,
        "TILISILTA_PROCOUNTOR_API_URL": f"{procountor}/api",
        "TILISILTA_PROCOUNTOR_LOGIN_URL": f"{procountor}/login",
        "TILISILTA_PROCOUNTOR_CLIENT_ID": "tilisilta-demo",
        "TILISILTA_PROCOUNTOR_CLIENT_SECRET": "sandbox-secret",
        "TILISILTA_PROCOUNTOR_REQUESTS_PER_SECOND": str(PACE),
        "TILISILTA_NMBRS_SOAP_URL": f"{nmbrs}/soap/v3",
        "TILISILTA_NMBRS_REST_URL": nmbrs,
        "TILISILTA_NMBRS_IDENTITY_URL": f"{nmbrs}/identity",
        "TILISILTA_NMBRS_CLIENT_ID": "sandbox*development",
        "TILISILTA_NMBRS_CLIENT_SECRET": "sandbox$nmbrs*secret%41+1",
        "TILISILTA_NMBRS_SUBSCRIPTION_KEY": "sandbox-development-key",
        "TILISILTA_NMBRS_REST_REQUESTS_PER_SECOND": "120",
        "TILISILTA_NMBRS_SYNC_TIME": "off",
    }


def _prepare(bureau: Bureau, api: str) -> None:
    """Make the tables, the first user, and a connection to payroll by that API."""
    from nmbrs_sandbox.payroll.sample import TOKEN, USERNAME

    bureau.must("migrate")
    _run_with_settings(bureau, _FIRST_USER, USER, PASSWORD)
    if api == "rest":
        _run_with_settings(
            bureau, _CONNECT_BY_REST, str(Path(__file__).parent), str(bureau.companies)
        )
    else:
        words = ("nmbrs", "add", "Koe", "--user", USERNAME, "--token", "-", "--first-year", "2026")
        bureau.must(*words, given=TOKEN)


def _run_with_settings(bureau: Bureau, program: str, *words: str) -> None:
    subprocess.run(
        [sys.executable, "-c", program, *words],
        env={**bureau.environment, "DJANGO_SETTINGS_MODULE": "tilisilta.settings"},
        check=True,
    )


@contextmanager
def _process(bureau: Bureau, name: str, *words: str) -> Iterator[None]:
    """Run one of our programs and end it in the end; what it says is in a file of the folder."""
    with (bureau.folder / f"{name}.log").open("wb") as log:
        process = subprocess.Popen(
            [*TILISILTA, *words], env=dict(bureau.environment), stdout=log, stderr=log
        )
        try:
            if name == "web":
                _wait_for(bureau.url)
            yield
        finally:
            process.terminate()
            process.wait(timeout=90)


def _wait_for(url: str) -> None:
    for _try in range(240):
        try:
            urlopen(f"{url}/log-in/login/").close()
        except OSError:
            time.sleep(0.5)
        else:
            return
    raise SystemExit("The pages did not come up.")


@contextmanager
def _stand_in(name: str, folder: Path, companies: int, url: str) -> Iterator[str]:
    faults = Path(__file__).with_name("walking_faults.py")
    command = [sys.executable, str(faults), name, str(folder), str(companies), url]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as process:
        try:
            yield process.stdout.readline().strip() if process.stdout else ""
        finally:
            process.terminate()


def _free_port() -> int:
    with socket.socket() as found:
        found.bind(("127.0.0.1", 0))
        return int(found.getsockname()[1])


def booked_as_paid(bureau: Bureau) -> tuple[int, list[str]]:
    """Return how many receipts are booked, and in what the books differ from payroll.

    Account by account, for each company: nothing is missing, and nothing is there twice.
    """
    receipts = read(f"{bureau.procountor}/sandbox/receipts.json")["receipts"]
    booked: dict[int, Counter[str]] = {}
    for receipt in receipts:
        sums = booked.setdefault(receipt["companyId"] - FIRST_ID["procountor"], Counter())
        for row in receipt["transactions"]:
            sums[row["account"]] += round(Decimal(str(row["accountingValue"])) * 100)
    wrong = []
    for n in range(bureau.companies):
        address = f"{bureau.nmbrs}/sandbox/journals.json?company_id={FIRST_ID['nmbrs'] + n}"
        paid: Counter[str] = Counter()
        for run in read(address)["runs"]:
            if run["number"] >= 6:
                for line in run["lines"]:
                    account = line["account"].replace("5035", "5030")
                    paid[account] += round(Decimal(line["amount"]) * 100)
        if booked.get(n, Counter()) != paid:
            wrong.append(f"{FIRST_NUMBER + n}: {booked.get(n)} and not {paid}")
    return len(receipts), wrong


def read(address: str) -> Any:
    with urlopen(address) as answer:
        return json.load(answer)


def _post(address: str, body: Mapping[str, Any]) -> None:
    request = Request(
        address, data=json.dumps(body).encode(), headers={"Content-Type": "application/json"}
    )
    urlopen(request).close()
