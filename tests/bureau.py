"""Short ways to a payroll bureau in the tests' database, all by the real services."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any
from urllib.parse import parse_qsl, urlsplit

from werkzeug.test import Client

from nmbrs_sandbox.app import Sandbox as Nmbrs
from nmbrs_sandbox.payroll import sample as nmbrs_sample
from procountor_sandbox.app import Sandbox
from procountor_sandbox.faults import Fault, FaultKind
from procountor_sandbox.receipts import Receipt, Status
from tilisilta.clients.procountor.deadlines import Deadline
from tilisilta.domain.journals import Run
from tilisilta.domain.receipts import BookedReceipt
from tilisilta.domain.standing import ExportState
from tilisilta.models import (
    ApiComparison,
    Attempt,
    Company,
    Debtor,
    Export,
    Journal,
    Link,
    NmbrsConnection,
    ProcountorAccount,
    Sending,
    Synchronisation,
    Worker,
)
from tilisilta.services.asked_payments import fetch_and_verify
from tilisilta.services.connections import authorise_with_api_key, create_account
from tilisilta.services.fetching.connections import connect
from tilisilta.services.fetching.consents import Answer, ask_for_consent, take_answer
from tilisilta.services.fetching.moving.comparisons import ask_for_comparison
from tilisilta.services.fetching.moving.turns import (
    claim_compared,
    claim_comparison,
    compare_claimed,
    list_claimed,
)
from tilisilta.services.fetching.queue import claim_companies, fetch_claimed
from tilisilta.services.fetching.synchronisations import ask_for_everything, read_lists
from tilisilta.services.journals.importing import import_journal
from tilisilta.services.links import create_link
from tilisilta.services.payroll_check import has_changed_in_nmbrs
from tilisilta.services.procountor.client import procountor
from tilisilta.services.sending.asking import (
    SentMany,
    Wanted,
    send_journal,
    send_many,
)
from tilisilta.services.sending.delivery import advance
from tilisilta.services.sending.ready import ready_journals
from tilisilta.services.verifying.night import claim_company

JUNE_WITH_CORRECTIONS = Path(__file__).parent / "data" / "june-with-corrections.xml"
WORKER = "a-worker"
FIRST_MONTH = date(2020, 1, 1)
NOW = datetime.now(tz=UTC)
"""The clocks of tests start now: services also note the real time, such as that of a reading."""


@dataclass(kw_only=True)
class Clock:
    """A clock that moves only by ``forward``."""

    now: datetime = field(default=NOW)

    def forward(self, seconds: float) -> None:
        """Let so many seconds pass, and a moment more, so that what is due then is due."""
        self.now += timedelta(seconds=seconds + 0.001)


def a_company(number: int = 1001, name: str = "Koivulammi Konepaja Oy") -> Company:
    debtor, _ = Debtor.objects.get_or_create(number=101, defaults={"name": "Koivulammi-yhtiöt"})
    return Company.objects.create(number=number, name=name, debtor=debtor)


def a_worker(executor_id: str = WORKER, *, now: datetime = NOW) -> str:
    """Return the id of a worker that is alive, and so may claim what is due."""
    Worker.objects.get_or_create(
        executor_id=executor_id, defaults={"started_at": now, "heard_at": now}
    )
    return executor_id


def an_account(number: int = 1001) -> ProcountorAccount:
    """Return a Procountor account, authorised for the sandbox's company of ``number``."""
    account = create_account(f"tili-{number}", user=None)
    return authorise_with_api_key(account, f"SANDBOX-KEY-{number}", user=None)


def a_linked_company(number: int = 1001, **choices: Any) -> Company:
    """Return a company with its link; ``choices`` are fields of the link."""
    company = a_company(number)
    account = an_account(number)
    link_to(company, account, **choices)
    return company


def link_to(company: Company, account: ProcountorAccount, **choices: Any) -> Link:
    """Link the two from long ago on, whatever their names; ``choices`` are fields of the link."""
    start_month = choices.pop("start_month", FIRST_MONTH)
    return create_link(
        company,
        account,
        start_month=start_month,
        user=None,
        different_names=True,
        shared_administration=True,
        **choices,
    )


def csv_file(lines: Sequence[tuple[str, str, str]], *, description: str = "Palkat") -> bytes:
    rows = [f"{account};{description};{amount};{day}" for account, amount, day in lines]
    return "\n".join(["Account;Description;Amount;Date", *rows]).encode()


def monthly_lines(*months: int, cents: int = 0) -> list[tuple[str, str, str]]:
    """Return a salary and its debt on the 28th of each of the ``months`` of 2026."""
    return [
        line
        for month in months
        for line in (
            ("5010", f"{1000 + month}.{cents:02}", f"2026-{month:02}-28"),
            ("2961", f"-{1000 + month}.{cents:02}", f"2026-{month:02}-28"),
        )
    ]


def a_journal(company: Company, *months: int, run_number: str = "6") -> Journal:
    """Import a journal of run ``run_number``/2026 with one ledger receipt per month.

    Each run has other amounts, as equal ones would be the same payroll.
    """
    cents = 0 if run_number == "6" else int(run_number) % 100
    return import_journal(
        csv_file(monthly_lines(*(months or (6,)), cents=cents)),
        file_name="journal.csv",
        company=company,
        user=None,
        now=NOW,
        run=Run(year=2026, number=run_number),
    ).journal


def a_revision(company: Company) -> Journal:
    """Import run 6/2026 of June once more with other amounts, as a worker would fetch it."""
    return import_journal(
        csv_file(monthly_lines(6, cents=70)),
        file_name="again.csv",
        company=company,
        user=None,
        now=NOW,
        run=Run(year=2026, number="6"),
    ).journal


def the_june_journal(company: Company) -> Journal:
    """Import the June run that corrects January to May: six ledger receipts."""
    content = JUNE_WITH_CORRECTIONS.read_bytes()
    return import_journal(
        content, file_name=JUNE_WITH_CORRECTIONS.name, company=company, user=None, now=NOW
    ).journal


def compare_asked() -> int:
    """Compare what is due with the ledger, as a worker would; return how many companies it was."""
    count = 0
    while (company := claim_company(timezone_now())) is not None:
        fetch_and_verify(company, now=timezone_now())
        count += 1
    return count


def send(journal: Journal, clock: Clock | None = None) -> Journal:
    """Send ``journal`` and make all moves, as a worker would."""
    clock = clock or Clock()
    sending = send_journal(journal, user=None, now=clock.now)
    return deliver(sending, clock)


def send_all_ready(now: datetime = NOW, **narrowed: Any) -> SentMany:
    """Send all journals that are ready, of all months unless ``narrowed``."""
    ready = ready_journals(**(narrowed or {"all_periods": True})).journals
    return send_many([Wanted(journal=one) for one in ready], user=None, now=now)


def deliver(sending: Sending, clock: Clock, *, most_moves: int = 200) -> Journal:
    """Make the moves of ``sending`` until it is finished; waiting moves ``clock``."""
    for _ in range(most_moves):
        result = advance(sending.id, now=clock.now, has_changed=has_changed_in_nmbrs)
        if result.is_finished:
            return Journal.objects.get(pk=sending.journal_id)
        clock.forward(result.wait_seconds)
    raise AssertionError(f"Not finished after {most_moves} moves.")


def make_moves(sending: Sending, clock: Clock, count: int) -> None:
    for _ in range(count):
        advance(sending.id, now=clock.now, has_changed=has_changed_in_nmbrs)


def seem_looked_for(sending: Sending) -> None:
    """Leave ``sending`` as a worker does that dies between its look and its post."""
    sending.journal.exports.filter(state=ExportState.QUEUED).update(is_looked_for=True)


def book_by_hand(account: ProcountorAccount, payload: str) -> BookedReceipt:
    """Book ``payload`` without any trace in our tables."""
    with procountor(account) as client:
        return client.post_ledger_receipt(payload.encode(), not_after=Deadline.in_seconds(60))


def on_post(kind: FaultKind, **more: Any) -> Fault:
    return Fault(kind=kind, method="POST", path="/ledgerreceipts", **more)


def tidy(sandbox: Sandbox, act: str, *, place: int = -1, **details: Any) -> Receipt:
    """Let a person in Procountor change a receipt of company 1001."""
    company = sandbox.world.company(50101)
    receipt = sandbox.ledger.receipts(50101)[place]
    return sandbox.busy.people.act(company, receipt, {"act": act, **details})


def forget_the_sending() -> None:
    """Leave the tables as an old backup would: the receipts are booked, and unknown here."""
    Sending.objects.all().delete()
    Attempt.objects.all().delete()
    Export.objects.update(
        state="ready", ledger_receipt_id=None, receipt_number=None, is_looked_for=False, problems=[]
    )


def receipts_with(sandbox: Sandbox, token: str) -> list[Receipt]:
    """Return the receipts with ``token`` in name or notes that are not invalidated."""
    return [
        receipt
        for receipt in sandbox.ledger.receipts()
        if receipt.status is not Status.INVALIDATED
        and token in f"{receipt.name} {receipt.others.get('accountantsNotes', '')}"
    ]


def set_period(sandbox: Sandbox, status: str, *, month: int) -> None:
    """Close or open a tracking period of 2026 in the Procountor company of 1001."""
    order = {"company_id": 50101, "date": f"2026-{month:02}-01", "status": status}
    answer = Client(sandbox).post("/sandbox/periods", json=order)
    assert answer.status_code == 200, answer.text


def a_connection(name: str = "Palkkatoimisto") -> NmbrsConnection:
    """Return a connection to the stand-in Nmbrs that fetches runs from 2026 on."""
    return connect(
        name, user_name=nmbrs_sample.USERNAME, token=nmbrs_sample.TOKEN, first_year=2026, user=None
    )


def answer_of_nmbrs(
    nmbrs: Nmbrs,
    url: str,
    *,
    email: str = nmbrs_sample.LOGIN_OF_ALL,
    debtor_ids: Sequence[int] | None = None,
    answer: str = "allow",
) -> dict[str, str]:
    """Return what the stand-in Nmbrs sends a person back with who consents at ``url``."""
    asked = urlsplit(url)
    chosen = [one.debtor_id for one in nmbrs.bureau.logins() if one.email == email]
    form = {
        **dict(parse_qsl(asked.query)),
        "email": email,
        "answer": answer,
        "debtor": [str(one) for one in (chosen if debtor_ids is None else debtor_ids)],
    }
    response = Client(nmbrs).post(asked.path, data=form)
    assert response.status_code == 302, response.text
    return dict(parse_qsl(urlsplit(response.headers["Location"]).query))


def a_rest_connection(
    nmbrs: Nmbrs, name: str = "Kirnu", connection: NmbrsConnection | None = None, **choices: Any
) -> NmbrsConnection:
    """Return a connection to the stand-in Nmbrs by REST; ``choices`` are those of the consent."""
    of_new: dict[str, Any] = {} if connection is not None else {"name": name, "first_year": 2026}
    asked = ask_for_consent(user=None, now=timezone_now(), connection=connection, **of_new)
    back = answer_of_nmbrs(nmbrs, asked.url, **choices)
    return take_answer(Answer(**back), user=None, now=timezone_now())


def timezone_now() -> datetime:
    return datetime.now(tz=UTC)


def fetch_everything(clock: Clock | None = None, **choices: Any) -> Synchronisation:
    """Ask for everything to be fetched from Nmbrs, and fetch it as a worker would."""
    clock = clock or Clock(now=datetime.now(tz=UTC))
    asked = ask_for_everything(user=None, now=clock.now, **choices)
    read_lists(asked, now=clock.now)
    fetch_waiting(clock)
    asked.refresh_from_db()
    return asked


def fetch_waiting(clock: Clock | None = None) -> None:
    """Fetch every company that is due, as a worker would."""
    clock = clock or Clock(now=datetime.now(tz=UTC))
    a_worker(now=clock.now)
    while claimed := claim_companies(WORKER, 12, now=clock.now):
        for nmbrs_company in claimed:
            fetch_claimed(nmbrs_company, now=clock.now)


def compare(
    connection: NmbrsConnection, clock: Clock | None = None, **choices: Any
) -> ApiComparison:
    """Ask for both APIs to be compared, and compare what is due as a worker would."""
    clock = clock or Clock(now=datetime.now(tz=UTC))
    connection = NmbrsConnection.objects.get(pk=connection.pk)
    asked = ask_for_comparison(connection, user=None, now=clock.now, **choices)
    compare_due(clock)
    asked.refresh_from_db()
    return asked


def compare_due(clock: Clock) -> None:
    """Compare what is due at ``clock``, as a worker would."""
    a_worker(now=clock.now)
    while (listing := claim_comparison(WORKER, now=clock.now)) is not None:
        list_claimed(listing, now=clock.now)
    while claimed := claim_compared(WORKER, 12, now=clock.now):
        for one in claimed:
            compare_claimed(one, now=clock.now)


def states(journal: Journal) -> list[str]:
    return [export.state for export in Export.objects.filter(journal=journal)]


def attempt_outcomes(journal: Journal) -> list[str]:
    """Return the outcomes of all attempts of a journal, oldest receipt first."""
    attempts = Attempt.objects.filter(export__journal=journal)
    return list(
        attempts.order_by("export__booking_date", "number").values_list("outcome", flat=True)
    )


def problem_codes(journal: Journal) -> list[str]:
    """Return the codes of a journal's problems and then of its exports', oldest receipt first."""
    journal.refresh_from_db()
    of_exports = [problem for export in journal.exports.all() for problem in export.problems]
    return [problem.code for problem in (*journal.problems, *of_exports)]
