"""A client of the REST API, with all it waits by, for its tests."""

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any
from uuid import uuid4

import httpx2
from tests.clocks import SleepingClock

from nmbrs_sandbox.app import Sandbox
from nmbrs_sandbox.payroll.sample import LOGIN_OF_ALL
from tilisilta.clients.nmbrs.rest.client import NmbrsRest
from tilisilta.clients.nmbrs.rest.http import RestHttp
from tilisilta.domain.journals import JournalLine
from tilisilta.domain.nmbrs_ids import NmbrsId
from tilisilta.domain.payroll import JournalSplit, PayrollRun

URL = "http://nmbrs.invalid"
KEY = "sandbox-development-key"
SECRET = "S3cret"


@dataclass
class Tokens:
    """Access tokens as a test gives them; the last one is given again and again."""

    given: list[str]
    refused: list[str] = field(default_factory=list)

    def current(self) -> str:
        return self.given[0]

    def renew(self, refused: str) -> str:
        self.refused.append(refused)
        self.given = self.given[1:] or self.given
        return self.given[0]


@dataclass
class Rate:
    """A pace that only notes what it is told."""

    waits: int = 0
    slowed: list[int | None] = field(default_factory=list)

    def wait(self) -> None:
        self.waits += 1

    def slow_down(self, retry_after_seconds: int | None) -> None:
        self.slowed.append(retry_after_seconds)


@dataclass
class Bench:
    """A client, and what it waits by."""

    client: NmbrsRest
    rate: Rate
    clock: SleepingClock
    tokens: Tokens
    counted: list[str]


def bench_of(app: Any, *, tokens: list[str] | None = None, key: str = KEY) -> Bench:
    return _bench(httpx2.WSGITransport(app=app), tokens or [access_to(app)], key)


def answering(answer: Callable[[httpx2.Request], httpx2.Response]) -> Bench:
    """Return a client of an Nmbrs that answers as a test has it."""
    return _bench(httpx2.MockTransport(answer), [SECRET], KEY)


def _bench(transport: httpx2.BaseTransport, tokens: list[str], key: str) -> Bench:
    rate, clock, given, counted = Rate(), SleepingClock(), Tokens(tokens), list[str]()
    client = NmbrsRest(
        base_url=URL,
        subscription_key=key,
        tokens=given,
        http=RestHttp(transport=transport, timeout_seconds=5),
        rate=rate,
        clock=clock,
        counted=counted.append,
    )
    return Bench(client, rate, clock, given, counted)


def access_to(sandbox: Sandbox) -> str:
    return sandbox.sign_in(email=LOGIN_OF_ALL).access_token


def konepaja(bench: Bench) -> NmbrsId:
    return next(one.id for one in bench.client.companies() if one.number == 1001)


def june_of(bench: Bench) -> PayrollRun:
    return next(run for run in bench.client.runs(konepaja(bench), 2026) if run.number == "6")


def journal_of(bench: Bench, split: JournalSplit = JournalSplit.COST_UNIT) -> Any:
    return bench.client.journal(konepaja(bench), june_of(bench), split)


def said(line: JournalLine) -> tuple[object, ...]:
    return (
        line.booking_date,
        line.ledger_account,
        line.description,
        line.amount,
        line.cost_center,
        line.cost_unit,
    )


def a_debtor(number: int = 1) -> dict[str, Any]:
    return {"debtorId": str(uuid4()), "number": str(number), "name": f"Debtor {number}"}


def page_of(
    rows: list[dict[str, Any]], *, total: int, following: str | None = None
) -> httpx2.Response:
    pages = {"totalRecords": total, "totalPages": 1, "nextPage": following}
    return httpx2.Response(200, json={"pagination": pages, "data": rows})


def a_run() -> PayrollRun:
    return PayrollRun(
        id=NmbrsId(guid=uuid4()),
        year=2026,
        number="6",
        period_start=6,
        period_end=6,
        description="",
        run_at=None,
        is_locked=False,
    )
