"""What an ordinary month of a bureau has wrong, as the stand-ins are told of it.

The faults are those of the walk: 13 companies whose pair does not match, an account that Procountor
does not know in 40, a cost center without an item in 15, a correction for a closed month in 10, and
3 companies with a second run. The authorisations of 5 are ended by the walk itself. Of a bureau too
small for all of them, each fault has its share.
"""

import sys
from dataclasses import dataclass, replace
from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import Any

FIRST_NUMBER = 1001
FIRST_ID = {"nmbrs": 48101, "procountor": 50101}
LATENCY_MS = 100
LIMIT = 20
MONTH = "2026-06"
_SIZES = {
    "names_differ": 6,
    "wrong_key": 2,
    "no_key": 5,
    "unknown_account": 40,
    "new_cost_center": 15,
    "closed_period": 10,
    "dead": 5,
    "second_run": 3,
}


@dataclass(frozen=True, kw_only=True)
class Faults:
    """Which companies, counted from 0, have which fault: none has two."""

    names_differ: range
    wrong_key: range
    no_key: range
    unknown_account: range
    new_cost_center: range
    closed_period: range
    dead: range
    second_run: range


def faults_among(companies: int) -> Faults:
    """Return the faults of a bureau of so many companies."""
    share = min(1.0, companies / (sum(_SIZES.values()) * 1.2))
    ranges, begin = {}, 0
    for name, size in _SIZES.items():
        end = begin + max(1, int(size * share))
        ranges[name] = range(begin, end)
        begin = end
    return Faults(**ranges)


def name_of(n: int, faults: Faults) -> str:
    return f"Yritys {n + 1} Palvelut Oy" if n in faults.names_differ else f"Yritys {n + 1} Oy"


def key_of(n: int) -> str:
    return f"SANDBOX-KEY-{FIRST_NUMBER + n}"


def list_of_companies(companies: int, *, is_put_right: bool = False) -> str:
    """Return the list with the keys as a bureau first has them, or with those that were wrong."""
    faults = faults_among(companies)
    lines = ["company;account;key;dimensions;start;profile"]
    for n in range(companies):
        key = key_of(n)
        if not is_put_right and n in faults.wrong_key:
            key = key_of(companies - 1 - n)
        if not is_put_right and n in faults.no_key:
            key = "withdrawn"
        lines.append(f"{FIRST_NUMBER + n};;{key};Kustannuspaikka;{MONTH};")
    return "\n".join(lines)


def serve_nmbrs(companies: int, url: str) -> None:
    """Run the stand-in Nmbrs with the faults of the month in its journals."""
    from waitress.server import create_server

    from nmbrs_sandbox.app import create_app

    server = create_server(
        create_app(
            _payroll(companies),
            latency_ms=20,
            calls_per_second=150,
            redirect_uris=(f"{url}/settings/integrations/nmbrs/consented",),
        ),
        host="127.0.0.1",
        port=0,
        threads=32,
    )
    print(f"http://127.0.0.1:{server.effective_port}", flush=True)
    server.run()


def serve_procountor(folder: Path, companies: int, url: str) -> None:
    """Run the stand-in Procountor: some names differ, and March is closed in some companies."""
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

    world, closed = world_of(companies), faults_among(companies).closed_period
    made = tuple(
        replace(one, fiscal_years=fiscal_years(closed_months=(1, 2, 3))) if n in closed else one
        for n, one in enumerate(world.companies)
    )
    # A person's keys, by which an ended authorisation is replaced without a log-in.
    spare = tuple(replace(key, key=f"{key.key}-NEW", username="aino") for key in world.api_keys)
    return replace(world, companies=made, api_keys=(*world.api_keys, *spare))


def _payroll(companies: int) -> Any:
    from nmbrs_sandbox.payroll.sample import world_of

    world = world_of(companies, runs=6)
    faults = faults_among(companies)
    paid = (_paid(n, one, faults) for n, one in enumerate(world.companies))
    return replace(world, companies=tuple(paid))


def _paid(n: int, company: Any, faults: Faults) -> Any:
    from nmbrs_sandbox.payroll.world import CostItem, WrittenJournal

    runs = [
        replace(run, journal=WrittenJournal(rows=_rows(n, run.booking_date, faults)))
        for run in company.runs[3:]
    ]
    if n in faults.second_run:
        rows = _rows(n, runs[-1].booking_date, faults, pay=Decimal(300))
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
    if n in faults.new_cost_center:
        item = CostItem(item_id=company.company_id * 100 + 99, code="450", description="Varikko")
        centers = (*centers, item)
    return replace(company, name=name_of(n, faults), runs=tuple(runs), cost_centers=centers)


def _rows(n: int, day: date, faults: Faults, *, pay: Decimal = Decimal(0)) -> tuple[Any, ...]:
    is_june = day.month == 6
    pay = pay or Decimal(2000 + n)
    more = Decimal(150) + Decimal(n) / 100
    account = "5035" if is_june and n in faults.unknown_account else "5030"
    center = "450" if is_june and n in faults.new_cost_center else "210"
    rows = [
        _line(day, "5010", "Kuukausipalkat", pay, "100"),
        _line(day, account, "Ylityöt ja lisät", more, center),
        _line(day, "2921", "Ennakonpidätys", -pay / 4),
        _line(day, "2961", "Maksettavat palkat", -(pay + more) + pay / 4),
    ]
    if is_june and n in faults.closed_period:
        march = date(2026, 3, 31)
        rows.append(_line(march, "5030", "Yölisät maaliskuu", Decimal(40), "210"))
        rows.append(_line(march, "2921", "Ennakonpidätys", Decimal(-40)))
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


if __name__ == "__main__":
    match sys.argv[1:]:
        case ["nmbrs", _folder, many, address]:
            serve_nmbrs(int(many), address)
        case ["procountor", place, many, address]:
            serve_procountor(Path(place), int(many), address)
