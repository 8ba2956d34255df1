"""Times the archive of a company's month, from a small one to one with many runs.

Every journal has corrections of the five months before. All of it is sent to the stand-in, compared
and signed; one run compares the sizes. Each archive is made twice, and must be the same.
"""

import os
import subprocess
import sys
import tempfile
from datetime import UTC, date, datetime, timedelta
from time import perf_counter
from typing import Any

SIZES = ((1, 12), (1, 120), (4, 120), (4, 500))
HEADS = ("journals", "rows each", "receipts", "entries", "files", "kB", "first, ms", "again, ms")
JUNE = date(2026, 6, 1)
HOLD_SECONDS = 2.0


def main() -> None:
    """Make the archives of all sizes and print a table; fail where one takes too long."""
    print("".join(head.rjust(11) for head in HEADS), flush=True)
    for size in SIZES:
        # Each in a process and a database of its own: the audit log refuses to be emptied.
        subprocess.run([sys.executable, __file__, *map(str, size)], check=True)


def one(journals: int, rows: int) -> None:
    """Print the line of one size."""
    cells = measure(journals, rows)
    print("".join(str(cell).rjust(11) for cell in cells))
    if float(str(cells[-2])) > HOLD_SECONDS * 1000:
        sys.exit(f"An archive took longer than {HOLD_SECONDS} s.")


def measure(journals: int, rows: int) -> tuple[object, ...]:
    """Return the cells of one size."""
    import io
    import zipfile

    from procountor_sandbox.app import create_app
    from tilisilta.models import AuditEntry, Export
    from tilisilta.services.archiving.archives import archive_of

    use(create_app())
    company = a_company()
    for number in range(1, journals + 1):
        send(company, number, rows)
    compare_and_sign(company)

    seconds, contents = [], []
    for _time in range(2):
        before = perf_counter()
        now = datetime.now(UTC)
        contents.append(archive_of(company, JUNE, language="fi", now=now).content)
        seconds.append(perf_counter() - before)
    assert contents[0] == contents[1]  # noqa: S101
    with zipfile.ZipFile(io.BytesIO(contents[0])) as archive:
        files = len(archive.namelist())
    return (
        journals,
        rows,
        Export.objects.count(),
        AuditEntry.objects.count(),
        files,
        len(contents[0]) // 1000,
        *(f"{one * 1000:.0f}" for one in seconds),
    )


def send(company: Any, number: int, rows: int) -> None:
    """Send a journal of ``rows`` rows over six months."""
    from tilisilta.domain.journals import Run
    from tilisilta.services.journals.importing import import_journal
    from tilisilta.services.sending.asking import send_journal
    from tilisilta.services.sending.delivery import advance

    lines = [
        f"{account};Palkat {row};{sign}{100 + row}.{number:02};2026-{row % 6 + 1:02}-28"
        for row in range(rows // 2)
        for account, sign in (("5010", ""), ("2961", "-"))
    ]
    now = datetime.now(UTC)
    journal = import_journal(
        "\n".join(["Account;Description;Amount;Date", *lines]).encode(),
        file_name="journal.csv",
        company=company,
        user=None,
        now=now,
        run=Run(year=2026, number=str(number)),
    ).journal
    sending = send_journal(journal, user=None, now=now)
    while not (result := advance(sending.id, now=now)).is_finished:
        now += timedelta(seconds=result.wait_seconds + 0.001)


def compare_and_sign(company: Any) -> None:
    from tilisilta.domain.journals import BookingPeriod
    from tilisilta.services.closing.signing import sign_month
    from tilisilta.services.verifying.companies import verify

    now = datetime.now(UTC)
    month = BookingPeriod(year=2026, month=6)
    assert verify(company, [month], now=now, pace=lambda: None).error is None  # noqa: S101
    reason = "No payment file in this measurement."
    sign_month(company, JUNE, user=None, now=datetime.now(UTC), reason=reason)


def use(sandbox: Any) -> None:
    """Replace the network by the stand-in."""
    import httpx2
    from django.conf import settings

    settings.PROCOUNTOR_TRANSPORT = httpx2.WSGITransport(app=sandbox)


def a_company() -> Any:
    """Return a company linked to the stand-in's."""
    from tilisilta.models import Company, Debtor
    from tilisilta.services.connections import authorise_with_api_key, create_account
    from tilisilta.services.links import create_link

    debtor = Debtor.objects.create(number=1, name="Koeryhmä")
    company = Company.objects.create(number=1001, name="Koivulammi Konepaja Oy", debtor=debtor)
    account = create_account("tili", user=None)
    authorise_with_api_key(account, "SANDBOX-KEY-1001", user=None)
    start = date(2020, 1, 1)
    create_link(company, account, start_month=start, user=None, different_names=True)
    return company


def prepare(folder: str) -> None:
    """Make settings and an empty database for this run."""
    os.environ |= {
        "TILISILTA_DATA_DIR": folder,
        "TILISILTA_PROCOUNTOR_API_URL": "http://procountor.invalid/api",
        "TILISILTA_PROCOUNTOR_LOGIN_URL": "http://procountor.invalid/login",
        "TILISILTA_PROCOUNTOR_CLIENT_ID": "tilisilta-demo",
        "TILISILTA_PROCOUNTOR_CLIENT_SECRET": "sandbox-secret",
        "TILISILTA_PROCOUNTOR_REQUESTS_PER_SECOND": "100000",
        "DJANGO_SETTINGS_MODULE": "tilisilta.settings",
    }
    import django

    django.setup()
    from django.core.management import call_command

    call_command("migrate", verbosity=0)


if __name__ == "__main__":
    if len(sys.argv) < 3:
        main()
    else:
        with tempfile.TemporaryDirectory() as name:
            prepare(name)
            one(int(sys.argv[1]), int(sys.argv[2]))
