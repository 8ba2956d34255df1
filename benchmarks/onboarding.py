"""How long it takes to link 300 companies with one command, and how many requests it needs.

Required (see the design): 300 companies are set up with one command in less than 30 minutes. The
stand-in Procountor answers after 100 ms and takes 20 requests a second; six journals of each
company are searched for among what is booked. The command is killed in the middle and given again:
nothing may be there twice. 13 companies do not match.
"""

import json
import os
import subprocess
import sys
import tempfile
import time
from collections import Counter
from pathlib import Path
from typing import Any
from urllib.request import urlopen

from sending import LATENCY_MS, PACE, procountor

COMPANIES = 300
LIMIT = 20
FIRST_NUMBER = 1001
KILLED_AFTER_SECONDS = 60
MONTHS = range(1, 7)
STAYING = {"names": range(6), "taken": range(6, 8), "key": range(8, 13)}


def main() -> None:
    """Set 300 companies up, and print what it took."""
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        with procountor(folder, latency_ms=0, limit=0) as address:
            _prepare(folder, address)
        companies = _write_list(folder)
        with procountor(folder, latency_ms=LATENCY_MS, limit=LIMIT) as address:
            os.environ |= {
                "TILISILTA_PROCOUNTOR_API_URL": f"{address}/api",
                "TILISILTA_PROCOUNTOR_REQUESTS_PER_SECOND": str(PACE),
            }
            print(f"{COMPANIES} companies, latency {LATENCY_MS} ms, {PACE} requests a second:")
            _measure("dry run", address, companies)
            _kill_in_the_middle(companies)
            _measure("given again after it was killed", address, companies, "--apply")
            _measure("once more", address, companies, "--apply")
        _print_outcome()


def _prepare(folder: Path, address: str) -> None:
    os.environ |= {
        "TILISILTA_DATA_DIR": str(folder),
        "TILISILTA_PROCOUNTOR_API_URL": f"{address}/api",
        "TILISILTA_PROCOUNTOR_CLIENT_ID": "tilisilta-demo",
        "TILISILTA_PROCOUNTOR_CLIENT_SECRET": "sandbox-secret",
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
    from tilisilta.services.journals.importing import import_journal

    for n in range(COMPANIES):
        debtor, _ = Debtor.objects.get_or_create(
            number=1 + n // 5, defaults={"name": f"Konserni {1 + n // 5}"}
        )
        other = " Palvelut" if n in STAYING["names"] else ""
        company = Company.objects.create(
            number=FIRST_NUMBER + n, name=f"Yritys {n + 1}{other} Oy", debtor=debtor
        )
        for month in MONTHS:
            import_journal(
                _journal(n, month),
                file_name="j.csv",
                company=company,
                user=None,
                now=timezone.now(),
            )


def _journal(n: int, month: int) -> bytes:
    rows = ["Account;Description;Amount;Date"]
    for account, sign in (("5010", ""), ("5035", ""), ("2961", "-"), ("2961", "-")):
        rows.append(f"{account};Palkat;{sign}{1000 + n}.{month:02};2026-{month:02}-28")
    return "\n".join(rows).encode()


def _write_list(folder: Path) -> Path:
    path = folder / "companies.csv"
    lines = ["company;account;key;dimensions;start;profile"]
    for n in range(COMPANIES):
        key = f"SANDBOX-KEY-{FIRST_NUMBER + n}"
        if n in STAYING["key"]:
            key = "withdrawn"
        if n in STAYING["taken"]:
            key = f"SANDBOX-KEY-{FIRST_NUMBER + n + 100}"
        lines.append(f"{FIRST_NUMBER + n};;{key};Kustannuspaikka;2026-06;")
    path.write_text("\n".join(lines), encoding="utf-8")
    return path


def _command(companies: Path, *words: str) -> list[str]:
    program = "from tilisilta.management.cli import main; raise SystemExit(main())"
    return [sys.executable, "-c", program, "onboard", str(companies), *words]


def _requests(address: str) -> list[dict[str, Any]]:
    with urlopen(f"{address}/sandbox/requests.json") as answer:
        return list(json.load(answer)["requests"])


def _measure(what: str, address: str, companies: Path, *words: str) -> None:
    before = len(_requests(address))
    started = time.monotonic()
    done = subprocess.run(_command(companies, *words), capture_output=True, text=True, check=False)
    seconds = time.monotonic() - started
    requests = _requests(address)[before:]
    refused = sum(request["status"] == 429 for request in requests)
    print(
        f"  {what}: {seconds:.0f} s, {len(requests)} requests "
        f"({len(requests) / seconds:.1f} a second, {refused} refused for their pace)"
    )
    print(f"    {done.stdout.strip().splitlines()[-1] if done.stdout else done.stderr[-300:]}")


def _kill_in_the_middle(companies: Path) -> None:
    running = subprocess.Popen(_command(companies, "--apply"), stdout=subprocess.DEVNULL)
    time.sleep(KILLED_AFTER_SECONDS)
    running.kill()
    running.wait()


def _print_outcome() -> None:
    from tilisilta.models import AuditEntry, Link, ProcountorAccount

    made = Counter(AuditEntry.objects.values_list("action", flat=True))
    per_company = Counter(Link.objects.values_list("company", flat=True))
    print(f"  links {Link.objects.count()}, doubled {sum(n - 1 for n in per_company.values())}")
    print(f"  accounts {ProcountorAccount.objects.count()}")
    print(f"  audit log: {made['link_created']} links, {made['account_authorised']} accounts")


if __name__ == "__main__":
    main()
