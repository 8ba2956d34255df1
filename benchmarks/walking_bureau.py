"""A bureau of 300 companies with the faults of an ordinary month, in processes of its own.

The faults are those of the walk: 13 companies whose pair does not match, an account that Procountor
does not know in 40, a cost center without an item in 15, a correction for a closed month in 10, and
3 companies with a second run. The authorisations of 5 are ended by the walk itself.
"""

import json
import os
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Iterator, Mapping
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, replace
from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import Any
from urllib.request import Request, urlopen

FIRST_NUMBER = 1001
FIRST_ID = {"nmbrs": 48101, "procountor": 50101}
LATENCY_MS = 100
LIMIT = 20
PACE = 18
MONTH = "2026-06"
USER, PASSWORD = "marja", "silta-yli-lammen-taas"
NAMES_DIFFER = range(6)
WRONG_KEY = range(6, 8)
NO_KEY = range(8, 13)
UNKNOWN_ACCOUNT = range(40, 80)
NEW_COST_CENTER = range(80, 95)
CLOSED_PERIOD = range(95, 105)
DEAD = range(105, 110)
SECOND_RUN = range(110, 113)
_PROGRAM = "import sys; from tilisilta.management.cli import main; sys.exit(main())"
_FIRST_USER = """
import sys, django
django.setup()
from tilisilta.services.users import create_first_administrator
create_first_administrator(*sys.argv[1:])
"""
TILISILTA = [sys.executable, "-c", _PROGRAM]


@dataclass(frozen=True, kw_only=True)
class Bureau:
    """The addresses of what runs, and the environment in which commands are given."""

    folder: Path
    companies: int
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

    def end_authorisations(self) -> None:
        """End the grants by which the accounts of 5 companies act."""
        for n in DEAD:
            order = {"company_id": FIRST_ID["procountor"] + n, "username": "api-robotti"}
            _post(f"{self.procountor}/sandbox/revoke", order)

    def wait_for_the_night(self) -> None:
        """Wait until the worker has found the ended authorisations, as it does every night."""
        self.run("link", "check")
        for _try in range(120):
            if "N03" in self.run("fix", "--period", MONTH).stdout:
                return
            time.sleep(2)
        raise SystemExit("The ended authorisations were not found.")


def name_of(n: int) -> str:
    return f"Yritys {n + 1} Palvelut Oy" if n in NAMES_DIFFER else f"Yritys {n + 1} Oy"


def key_of(n: int) -> str:
    return f"SANDBOX-KEY-{FIRST_NUMBER + n}"


def list_of_companies(companies: int, *, is_put_right: bool = False) -> str:
    """Return the list with the keys as a bureau first has them, or with those that were wrong."""
    lines = ["company;account;key;dimensions;start;profile"]
    for n in range(companies):
        key = key_of(n)
        if not is_put_right and n in WRONG_KEY:
            key = key_of(n + 100)
        if not is_put_right and n in NO_KEY:
            key = "withdrawn"
        lines.append(f"{FIRST_NUMBER + n};;{key};Kustannuspaikka;{MONTH};")
    return "\n".join(lines)


@contextmanager
def running_bureau(folder: Path, companies: int) -> Iterator[Bureau]:
    """Start the stand-ins, the pages and a worker, with all journals fetched."""
    port = _free_port()
    url = f"http://127.0.0.1:{port}"
    with ExitStack() as stack:
        nmbrs = stack.enter_context(_stand_in("nmbrs", folder, companies, url))
        procountor = stack.enter_context(_stand_in("procountor", folder, companies, url))
        bureau = Bureau(
            folder=folder,
            companies=companies,
            url=url,
            procountor=procountor,
            nmbrs=nmbrs,
            environment=_environment(folder, url=url, procountor=procountor, nmbrs=nmbrs),
        )
        _prepare(bureau)
        stack.enter_context(_process(bureau, "worker"))
        stack.enter_context(_process(bureau, "web", "--port", str(port)))
        bureau.must("sync")
        yield bureau


def _environment(folder: Path, *, url: str, procountor: str, nmbrs: str) -> Mapping[str, str]:
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
        "TILISILTA_NMBRS_SYNC_TIME": "off",
    }


def _prepare(bureau: Bureau) -> None:
    from nmbrs_sandbox.payroll.sample import TOKEN, USERNAME

    bureau.must("migrate")
    subprocess.run(
        [sys.executable, "-c", _FIRST_USER, USER, PASSWORD],
        env={**bureau.environment, "DJANGO_SETTINGS_MODULE": "tilisilta.settings"},
        check=True,
    )
    words = ("nmbrs", "add", "Koe", "--user", USERNAME, "--token", "-", "--first-year", "2026")
    bureau.must(*words, given=TOKEN)


@contextmanager
def _process(bureau: Bureau, *words: str) -> Iterator[None]:
    """Run one of our programs and end it in the end; what it says is in a file of the folder."""
    with (bureau.folder / f"{words[0]}.log").open("wb") as log:
        process = subprocess.Popen(
            [*TILISILTA, *words], env=dict(bureau.environment), stdout=log, stderr=log
        )
        try:
            if words[0] == "web":
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
    command = [sys.executable, __file__, name, str(folder), str(companies), url]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as process:
        try:
            yield process.stdout.readline().strip() if process.stdout else ""
        finally:
            process.terminate()


def _free_port() -> int:
    import socket

    with socket.socket() as found:
        found.bind(("127.0.0.1", 0))
        return int(found.getsockname()[1])


def serve_nmbrs(companies: int) -> None:
    """Run the stand-in Nmbrs with the faults of the month in its journals."""
    from waitress.server import create_server

    from nmbrs_sandbox.app import create_app

    server = create_server(
        create_app(_payroll(companies), latency_ms=20, calls_per_second=150),
        host="127.0.0.1",
        port=0,
        threads=32,
    )
    print(f"http://127.0.0.1:{server.effective_port}", flush=True)
    server.run()


def serve_procountor(folder: Path, companies: int, url: str) -> None:
    """Run the stand-in Procountor: some names differ, and March is closed in 10 companies."""
    from waitress.server import create_server

    from procountor_sandbox.app import create_app

    app = create_app(
        _books(companies),
        state_path=folder / "procountor.sqlite3",
        redirect_uris=(f"{url}/settings/integrations/procountor/authorised",),
        latency_ms=LATENCY_MS,
        requests_per_second=LIMIT,
    )
    server = create_server(app, host="127.0.0.1", port=0, threads=32)
    print(f"http://127.0.0.1:{server.effective_port}", flush=True)
    server.run()


def _books(companies: int) -> Any:
    from procountor_sandbox.sample import fiscal_years, world_of

    world = world_of(companies)
    made = tuple(
        replace(one, fiscal_years=fiscal_years(closed_months=(1, 2, 3)))
        if n in CLOSED_PERIOD
        else one
        for n, one in enumerate(world.companies)
    )
    # A person's keys, by which an ended authorisation is replaced without a log-in.
    spare = tuple(replace(key, key=f"{key.key}-NEW", username="aino") for key in world.api_keys)
    return replace(world, companies=made, api_keys=(*world.api_keys, *spare))


def _payroll(companies: int) -> Any:
    from nmbrs_sandbox.payroll.sample import world_of

    world = world_of(companies, runs=6)
    return replace(world, companies=tuple(_paid(n, one) for n, one in enumerate(world.companies)))


def _paid(n: int, company: Any) -> Any:
    from nmbrs_sandbox.payroll.world import CostItem, WrittenJournal

    runs = [
        replace(run, journal=WrittenJournal(rows=_rows(n, run.booking_date)))
        for run in company.runs[3:]
    ]
    if n in SECOND_RUN:
        rows = _rows(n, runs[-1].booking_date, pay=Decimal(300))
        runs.append(
            replace(
                runs[-1],
                run_id=runs[-1].run_id + 100,
                number=7,
                description="Lomarahat",
                journal=WrittenJournal(rows=rows),
            )
        )
    centers = company.cost_centers
    if n in NEW_COST_CENTER:
        item = CostItem(item_id=company.company_id * 100 + 99, code="450", description="Varikko")
        centers = (*centers, item)
    return replace(company, name=name_of(n), runs=tuple(runs), cost_centers=centers)


def _rows(n: int, day: date, *, pay: Decimal = Decimal(0)) -> tuple[Any, ...]:
    is_june = day.month == 6
    pay = pay or Decimal(2000 + n)
    more = Decimal(150) + Decimal(n) / 100
    account = "5035" if is_june and n in UNKNOWN_ACCOUNT else "5030"
    center = "450" if is_june and n in NEW_COST_CENTER else "210"
    rows = [
        _line(day, "5010", "Kuukausipalkat", pay, "100"),
        _line(day, account, "Ylityöt ja lisät", more, center),
        _line(day, "2921", "Ennakonpidätys", -pay / 4),
        _line(day, "2961", "Maksettavat palkat", -(pay + more) + pay / 4),
    ]
    if is_june and n in CLOSED_PERIOD:
        march = date(2026, 3, 31)
        rows.append(_line(march, "5030", "Yölisät maaliskuu", Decimal(40), "210"))
        rows.append(_line(march, "2961", "Maksettavat palkat", Decimal(-40)))
    return tuple(rows)


def _line(day: date, account: str, text: str, amount: Decimal, center: str = "") -> Any:
    from nmbrs_sandbox.payroll.world import JournalLine

    return JournalLine(
        booking_date=day,
        ledger_account=account,
        description=text,
        amount=amount.quantize(Decimal("0.01")),
        cost_center=center,
    )


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


if __name__ == "__main__":
    match sys.argv[1:]:
        case ["nmbrs", _folder, many, _url]:
            serve_nmbrs(int(many))
        case ["procountor", place, many, address]:
            serve_procountor(Path(place), int(many), address)
