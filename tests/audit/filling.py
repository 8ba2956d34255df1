"""A bureau in which everything that a page can show is there: each state, fault and kind of user.

All of it is made by the real services, and by orders to the stand-ins to misbehave.
"""

from datetime import date
from typing import Any
from urllib.parse import parse_qsl, urlsplit

import httpx2
from allauth.mfa.totp.internal.auth import TOTP
from django.conf import settings
from django.utils import timezone
from tests.audit.filling_month import fill_month
from tests.audit.running import Running
from tests.bureau import (
    Clock,
    book_by_hand,
    csv_file,
    fetch_everything,
    link_to,
    make_moves,
    monthly_lines,
    send,
)

from nmbrs_sandbox.payroll.sample import LOGIN_OF_ALL, sample_world
from nmbrs_sandbox.traps import Trap
from tilisilta.domain.journals import Run
from tilisilta.domain.standing import JournalState
from tilisilta.models import (
    Company,
    CostObject,
    Debtor,
    Journal,
    NmbrsConnection,
    NmbrsGrant,
    ProcountorAccount,
    User,
    UserTemplate,
)
from tilisilta.sample.bureau import NMBRS_NAME
from tilisilta.sample.loading import set_up_sample_bureau
from tilisilta.services import connections
from tilisilta.services.fetching import connections as connections_to_nmbrs
from tilisilta.services.fetching.call_counts import store_calls
from tilisilta.services.fetching.consents import Answer, ask_for_consent, take_answer
from tilisilta.services.journals.answers import discard
from tilisilta.services.journals.importing import import_journal
from tilisilta.services.links import end_link
from tilisilta.services.sending.asking import send_journal
from tilisilta.services.users import create_first_administrator, create_template, create_user

PASSWORD = "silta-yli-lammen-taas"
ADMINISTRATOR = "aino"
WITHOUT_RIGHTS, WITH_NOTHING = "oona", "sari"
WITH_SECOND_STEP, WITH_FIRST_PASSWORD = "ville", "eeva"
SECRET = "JBSWY3DPEHPK3PXPJBSWY3DPEHPK3PXP"
"""What the authenticator app of the second step holds."""
LONG = "Työeläkevakuutusmaksuvelkaselvittelytilinvastakirjaus"
MANY_COMPANIES = 2000
MANY_ITEMS = 1500
LONG_JOURNAL_ROWS = 3000


def fill(running: Running) -> None:
    """Fill the bureau. It takes place in this process, as no worker runs."""
    # A call that gets no answer is made again at once.
    settings.NMBRS_RETRY_PAUSES = (0.0, 0.0)
    user = create_first_administrator(ADMINISTRATOR, PASSWORD)
    set_up_sample_bureau(user=user)
    fetch_everything()
    _settle_journals(running, user)
    _import_files(user)
    _add_links(user)
    _add_users(user)
    _add_many()
    _connect_by_rest(running, user)
    fill_month(user)
    _end_things(running)


def _ready(number: int) -> list[Journal]:
    """Return the journals of a company that are ready, oldest first."""
    ready = Journal.objects.filter(company__number=number, state=JournalState.READY)
    return list(ready.order_by("period", "pk"))


def _settle_journals(running: Running, user: User) -> None:
    """Leave journals booked, changed afterwards, refused, uncertain, in doubt, queued, ready."""
    clock = Clock(now=timezone.now())
    booked = _ready(1009)[0]
    send(booked, clock)
    refused, uncertain, *_ready_ones = _ready(1002)
    running.order_procountor(
        "faults", kind="reject", method="POST", path="/ledgerreceipts", code="FISCAL_YEAR_CLOSED"
    )
    send(refused, clock)
    running.order_procountor("faults", kind="error_before", method="POST", path="/ledgerreceipts")
    make_moves(send_journal(uncertain, user=user, now=clock.now), clock, 1)
    in_doubt = _from_file(Company.objects.get(number=1006), monthly_lines(7), "19", user)
    export = in_doubt.exports.get()
    by_hand = export.payload.replace(export.name, "Palkat käsin").replace(export.token, "")
    book_by_hand(export.link.procountor_account, by_hand)
    send(in_doubt, clock)
    assert booked.run is not None
    running.order_nmbrs(
        "recalculate_run",
        company_id=booked.company.nmbrs.nmbrs_company_id,
        run_id=booked.run.nmbrs_run_id,
        touch_run_at=True,
    )
    fetch_everything(Clock(now=timezone.now()))


def _import_files(user: User) -> None:
    """Import what only files have: guessed runs, revisions, many equal problems, long texts."""
    now = timezone.now()
    company = Company.objects.get(number=1009)
    send_journal(_from_file(company, monthly_lines(7, 8), "20", user), user=user, now=now)
    other = _from_file(company, monthly_lines(9, cents=7), "21", user)
    discard(other, reason="Väärä tiedosto", user=user, now=now)
    many = [(str(90000 + n), f"{n + 1}.00", "2026-06-28") for n in range(LONG_JOURNAL_ROWS)]
    total = LONG_JOURNAL_ROWS * (LONG_JOURNAL_ROWS + 1) // 2
    _from_file(company, [*many, ("2961", f"-{total}.00", "2026-06-28")], "22", user)
    # Another version of it, in which every row is another one.
    changed = [(str(90000 + n), f"{n + 2}.00", "2026-06-28") for n in range(LONG_JOURNAL_ROWS)]
    owed = ("2961", f"-{total + LONG_JOURNAL_ROWS}.00", "2026-06-28")
    _from_file(company, [*changed, owed], "22", user)
    rows = [("5010", f"{n + 1}.00", "2026-07-28") for n in range(LONG_JOURNAL_ROWS)]
    _from_file(company, [*rows, ("2961", f"-{total}.00", "2026-07-28")], "23", user)
    suspicious = [("5010", "-10.00", "2026-07-28"), ("2961", "10.00", "2026-07-28")]
    _from_file(Company.objects.get(number=1003), suspicious, "24", user)
    _from_file(Company.objects.get(number=1001), monthly_lines(6, cents=9), "25", user)


def _from_file(
    company: Company, lines: list[tuple[str, str, str]], run_number: str, user: User
) -> Journal:
    return import_journal(
        csv_file(lines, description=LONG),
        file_name=f"{LONG}.csv",
        company=company,
        user=user,
        now=timezone.now(),
        run=Run(year=2026, number=run_number),
    ).journal


def _add_links(user: User) -> None:
    """Add a link that has ended, one that creates items, and accounts in each state."""
    own = ProcountorAccount.objects.get(name="Saaristo Ravinto")
    ended = link_to(Company.objects.get(number=1010), own, start_month=date(2026, 1, 1))
    end_link(ended, ends_on=date(2026, 6, 1), reason="Asiakas vaihtoi yritystä", user=user)
    CostObject.objects.bulk_create(
        CostObject(
            company=Company.objects.get(number=1009),
            kind="cost_center",
            nmbrs_id=900_000 + number,
            code=f"U{number}",
            description=f"Uusi {LONG} {number}",
        )
        for number in range(MANY_ITEMS)
    )
    connections.create_account("Odottaa valtuutusta", user=user)
    free = connections.create_account("Vapaa", user=user)
    connections.authorise_with_api_key(free, "SANDBOX-KEY-1001", user=user)


def _add_users(user: User) -> None:
    administrator = UserTemplate.objects.get(is_administrator=True)
    nothing = create_template("Ei mitään", {}, user=user)
    empty = Debtor.objects.create(number=990, name="Tyhjä")
    create_user(WITHOUT_RIGHTS, PASSWORD, template=nothing, user=user)
    create_user(WITH_NOTHING, PASSWORD, template=administrator, user=user, debtors=[empty])
    with_app = create_user(WITH_SECOND_STEP, PASSWORD, template=administrator, user=user)
    TOTP.activate(with_app, SECRET)
    create_user(
        WITH_FIRST_PASSWORD, PASSWORD, template=administrator, user=user, must_change_password=True
    )
    create_user("u" * 120, PASSWORD, template=None, user=user)


def _add_many() -> None:
    """Add so many companies and debtors that every list is long."""
    debtors = Debtor.objects.bulk_create(
        Debtor(number=20_000 + n, name=f"{LONG} {n}") for n in range(MANY_COMPANIES // 2)
    )
    Company.objects.bulk_create(
        Company(number=5000 + n, name=f"{LONG} {n} Oy", debtor=debtors[n // 2])
        for n in range(MANY_COMPANIES)
    )


def _connect_by_rest(running: Running, user: User) -> None:
    """Read Nmbrs by REST too, with debtors left out, and by REST alone; with each fault of it."""
    by_soap = NmbrsConnection.objects.get(name=NMBRS_NAME)
    _let_read_by_rest(user, connection=by_soap)
    _let_read_by_rest(user, name="Kirnu", first_year=2026)
    running.order_nmbrs("traps", trap=Trap.NARROWER_SCOPE)
    _let_read_by_rest(user, name=f"{LONG} Oy", first_year=2026)
    running.order_nmbrs("traps", trap=Trap.NARROWER_SCOPE, is_on=False)
    ended = _let_read_by_rest(user, name="Päättynyt lupa", first_year=2026)
    NmbrsGrant.objects.filter(connection=ended).update(state=NmbrsGrant.State.ENDED)
    NmbrsConnection.objects.create(name="Ilman lupaa", domain="koivu", first_year=2026)
    # The number of one that was added by hand, so that a person is asked which it is.
    running.order_nmbrs("add_company", debtor_id=7101, number=5000, name="Kysymys Oy")
    removed = _let_read_by_rest(user, name="Poistettu", first_year=2026)
    connections_to_nmbrs.remove_connection(removed, user=user)
    # How many calls each API took last night.
    fetch_everything(Clock(now=timezone.now()))
    store_calls()


def _let_read_by_rest(user: User, **connection: Any) -> NmbrsConnection:
    asked = ask_for_consent(user=user, now=timezone.now(), **connection)
    return take_answer(_consent(asked.url), user=user, now=timezone.now())


def _consent(url: str) -> Answer:
    """Consent on the page of the stand-in, for one debtor of the login that has all."""
    address, _, query = url.partition("?")
    login = next(one for one in sample_world().logins if one.email == LOGIN_OF_ALL)
    form = {**dict(parse_qsl(query)), "email": login.email, "debtor": str(login.debtor_id)}
    answer = httpx2.post(address, data={**form, "answer": "allow"})
    return Answer(**dict(parse_qsl(urlsplit(answer.headers["Location"]).query)))


def _end_things(running: Running) -> None:
    """End an authorisation, and let what reads Nmbrs by SOAP fail; consents are played later."""
    ProcountorAccount.objects.get(name="Saaristo Kuljetus").mark_ended(timezone.now())
    running.order_nmbrs("faults", kind="down", operation="*Service/*_*", times=None)
    fetch_everything(Clock(now=timezone.now()))
