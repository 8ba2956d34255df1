"""How fast payroll is compared with the ledger, and whether every change by a person is found.

Required (see the design): 500 companies with one receipt each against a Procountor with 100 ms of
latency are compared at 18 requests a second in at most 65 seconds, with at least 90 % of the pace
used. Of 10,000 changes by people all are found, and nothing unchanged is called different. The
stand-in Procountor runs in a process of its own; its people make the changes.
"""

import json
import subprocess
import sys
import tempfile
import time
from datetime import date, datetime, timedelta
from decimal import Decimal
from pathlib import Path
from random import Random
from typing import Any
from urllib.request import Request, urlopen

from sending import COMPANIES, FIRST_NUMBER, LATENCY_MS, PACE, prepare, procountor, send_all, serve

LIMIT = 20
SEEDED = 100
CHANGES = 10_000
MOST_SECONDS = 65


def main() -> None:
    """Run both parts, each in a process of its own."""
    for part in ("pace", "changes"):
        subprocess.run([sys.executable, __file__, part], check=True)


def measure_pace() -> None:
    """Compare all companies once, with some receipts changed, and print the measurements."""
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        with procountor(folder, latency_ms=0, limit=0) as address:
            prepare(folder, address)
            send_all(address, 100_000)
            seeded = _seed(address)
        with procountor(folder, latency_ms=LATENCY_MS, limit=LIMIT) as address:
            outcomes, seconds = _verify_all(address)
            requests = _order(address, "requests.json")["requests"]
    found = {number for number, outcome in outcomes.items() if outcome != "equal"}
    times = [datetime.fromisoformat(request["time"]) for request in requests]
    rate = (len(times) - 1) / (max(times) - min(times)).total_seconds()
    refused = sum(request["status"] == 429 for request in requests)
    print(f"{COMPANIES} companies, one receipt each, latency {LATENCY_MS} ms, {PACE} a second:")
    print(f"  {len(times)} requests, {seconds:.1f} s (at most {MOST_SECONDS})")
    print(f"  {rate:.1f} a second, {rate / PACE:.0%} of the pace; refused for their pace {refused}")
    print(f"  changed {len(seeded)}, found {len(seeded & found)}, false {len(found - seeded)}")


def _seed(address: str) -> set[int]:
    """Let people change the receipts of some companies; return the numbers of these."""
    from tilisilta.models import Export

    acts = (
        {"act": "amount", "row": 1, "to_row": 2, "amount": 1},
        {"act": "rename", "name": "Palkat"},
        {"act": "redate", "date": "2026-06-12"},
        {"act": "redate", "date": "2026-07-01"},
        {"act": "description", "row": 3, "description": "korjattu"},
        {"act": "invalidate"},
    )
    exports = Export.objects.select_related("journal__company", "link__procountor_account")
    changed = set()
    for place, export in enumerate(exports.order_by("?")[:SEEDED]):
        company_id = export.link.procountor_account.procountor_company_id
        order = {"company_id": company_id, "receipt_id": export.ledger_receipt_id}
        _order(address, "people", {**order, **acts[place % len(acts)]})
        changed.add(export.journal.company.number)
    return changed


def _verify_all(address: str) -> tuple[dict[int, str], float]:
    from django.conf import settings

    from tilisilta.domain.journals import BookingPeriod
    from tilisilta.models import Company
    from tilisilta.services.verifying.many import verify_many

    settings.PROCOUNTOR_API_URL = f"{address}/api"
    settings.PROCOUNTOR_REQUESTS_PER_SECOND = PACE
    companies = Company.objects.filter(number__gte=FIRST_NUMBER).order_by("number")
    started = time.monotonic()
    outcomes = list(verify_many(companies, [BookingPeriod(year=2026, month=6)]))
    seconds = time.monotonic() - started
    failed = [str(one.error) for one in outcomes if one.error is not None]
    if failed:
        raise SystemExit(f"{len(failed)} companies could not be compared: {failed[0]}")
    return {one.company.number: one.months[0].outcome for one in outcomes}, seconds


def _order(address: str, name: str, body: dict[str, Any] | None = None) -> Any:
    content = None if body is None else json.dumps(body).encode()
    request = Request(
        f"{address}/sandbox/{name}", data=content, headers={"Content-Type": "application/json"}
    )
    with urlopen(request) as answer:
        return json.load(answer)


def measure_changes() -> None:
    """Let a person change a receipt in 10,000 ways, and count what is found."""
    from procountor_sandbox.app import create_app
    from procountor_sandbox.drafts import read_draft
    from sandbox_parts.wire import decode, encode
    from tilisilta.clients.procountor.wire import decode_read, encode_receipt, parse_json
    from tilisilta.domain.journals import BookingPeriod
    from tilisilta.domain.reconciliation import Outcome, Part
    from tilisilta.domain.reconciling import reconcile

    sandbox = create_app()
    company = sandbox.world.company(50101)
    random = Random(1)  # noqa: S311  # the same people every time
    body = _body(random)
    people = sandbox.busy.people
    draft = read_draft(
        decode(encode_receipt(body)), company, strictness=people.strictness, reconcile=False
    )
    booked = sandbox.ledger.book(company.company_id, draft)
    part = Part(
        run="1001-2026-6-1",
        booking_date=body.receipt_date,
        rows=body.transactions,
        token="R0ZV3VK5",  # noqa: S106  # of a receipt, no secret
        sent=body,
        ledger_receipt_id=booked.receipt_id,
    )
    june = BookingPeriod(year=2026, month=6)

    def outcome_of(receipt: Any) -> Outcome:
        answer = parse_json(encode(receipt.written()).encode())
        return reconcile(june, [part], [decode_read(answer)], elsewhere={}).outcome

    missed = false = 0
    started = time.monotonic()
    for _ in range(CHANGES):
        order = _a_change(random, len(booked.transactions))
        changed = people.act(company, booked, order)
        missed += outcome_of(changed) is Outcome.EQUAL
        restored = sandbox.ledger.change(booked)
        false += outcome_of(restored) is not Outcome.EQUAL
    seconds = time.monotonic() - started
    print(f"{CHANGES} changes of a receipt of {len(booked.transactions)} rows, {seconds:.1f} s:")
    print(f"  missed {missed}, false alarms {false}")


def _body(random: Random) -> Any:
    """Return a receipt of forty rows."""
    from tilisilta.domain.receipts import ReceiptBody, Transaction

    rows = []
    for number in range(20):
        amount = Decimal(random.randrange(100, 1_000_000)) / 100
        for account, sign, text in (("5010", 1, "Palkat"), ("2961", -1, "Palkkavelka")):
            rows.append(
                Transaction(
                    account=account,
                    accounting_value=sign * amount,
                    description=f"{text} {number}",
                )
            )
    return ReceiptBody(
        name="Palkat 2026-06 ajo 6 #R0ZV3VK5",
        receipt_date=date(2026, 6, 30),
        accountants_notes="Tilisilta R0ZV3VK5",
        transactions=tuple(rows),
    )


def _a_change(random: Random, row_count: int) -> dict[str, Any]:
    row, to_row = random.sample(range(1, row_count + 1), 2)
    cents = Decimal(random.randrange(1, 100_000)) / 100
    # The days of June and July 2026 but the one that the receipt has.
    days = [date(2026, 6, 1) + timedelta(days=day) for day in range(60) if day != 29]
    return random.choice(
        [
            {"act": "amount", "row": row, "to_row": to_row, "amount": cents},
            {"act": "account", "row": row, "account": "5030"},
            {"act": "description", "row": row, "description": f"korjattu {cents}"},
            {"act": "rename", "name": f"Palkat {cents}"},
            {"act": "notes", "notes": f"tarkastettu {cents}"},
            {"act": "redate", "date": random.choice(days).isoformat()},
            {"act": "invalidate"},
        ]
    )


if __name__ == "__main__":
    match sys.argv[1:]:
        case ["procountor", folder, latency, most]:
            serve(Path(folder), latency_ms=int(latency), limit=int(most))
        case ["pace"]:
            measure_pace()
        case ["changes"]:
            measure_changes()
        case _:
            main()
