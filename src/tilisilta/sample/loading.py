"""Sets up the invented bureau by the same services as a real one."""

from datetime import date
from importlib.resources import files
from pathlib import Path

import httpx2
from django.utils import timezone

from tilisilta.models import Company, Debtor, Link, NmbrsConnection, ProcountorAccount, User
from tilisilta.sample.bureau import (
    BLOCKED_DEBTORS,
    COMPANIES,
    FIRST_YEAR,
    NMBRS_NAME,
    NMBRS_TOKEN,
    NMBRS_USER,
    REST_DEBTOR_ID,
    REST_LOGIN,
    REST_NAME,
    SampleCompany,
)
from tilisilta.services import connections
from tilisilta.services.companies import set_blocked, set_start, set_test
from tilisilta.services.fetching.connections import connect
from tilisilta.services.fetching.consents import Answer, ask_for_consent, take_answer
from tilisilta.services.fetching.registration import transport
from tilisilta.services.fetching.synchronisations import ask_for_everything, read_lists
from tilisilta.services.links import create_link

CONSENT_SECONDS = 30
FILE_TO_IMPORT = "koivulammi-konepaja-2026-07.csv"


def set_up_sample_bureau(*, user: User | None) -> None:
    """Connect both stand-ins, which must be running, and ask for everything to be fetched.

    The lists of Nmbrs are read here, as links need companies; a worker fetches the journals later.
    What is set up already is left as it is, so the call can be repeated after an error.
    """
    if not NmbrsConnection.objects.filter(name=NMBRS_NAME).exists():
        connect(
            NMBRS_NAME, user_name=NMBRS_USER, token=NMBRS_TOKEN, first_year=FIRST_YEAR, user=user
        )
    if not NmbrsConnection.objects.filter(name=REST_NAME).exists():
        _connect_by_rest(user=user)
    asked = ask_for_everything(user=user, now=timezone.now())
    if asked.listed_at is None:
        read_lists(asked, now=timezone.now())
    for sample in COMPANIES:
        _set_up(sample, Company.objects.get(number=sample.number), user=user)
    for debtor in Debtor.objects.filter(number__in=BLOCKED_DEBTORS):
        set_blocked(debtor, True, user=user)


def write_sample_file(directory: Path) -> Path:
    """Write a journal of a run that Nmbrs does not have, to try the import with."""
    directory.mkdir(parents=True, exist_ok=True)
    path = directory / FILE_TO_IMPORT
    path.write_bytes(files(__package__).joinpath(FILE_TO_IMPORT).read_bytes())
    return path


def _connect_by_rest(*, user: User | None) -> None:
    """Consent at the stand-in as its client login, which a person would do in a browser."""
    asked = ask_for_consent(user=user, now=timezone.now(), name=REST_NAME, first_year=FIRST_YEAR)
    url = httpx2.URL(asked.url)
    form = {**url.params, "email": REST_LOGIN, "debtor": str(REST_DEBTOR_ID), "answer": "allow"}
    with httpx2.Client(transport=transport(), timeout=CONSENT_SECONDS) as http:
        answer = http.post(url.copy_with(query=None), data=form)
    back = httpx2.URL(answer.headers["Location"]).params
    take_answer(Answer(state=back["state"], code=back["code"]), user=user, now=timezone.now())


def _set_up(sample: SampleCompany, company: Company, *, user: User | None) -> None:
    set_start(company, sample.start_date, user=user)
    set_test(company, sample.is_test, user=user)
    if not sample.account:
        return
    account = ProcountorAccount.objects.filter(name=sample.account).first()
    account = account or connections.create_account(sample.account, user=user)
    if not account.is_authorised:
        connections.authorise_with_api_key(account, sample.api_key, user=user)
    if sample.link is not None and not Link.objects.filter(company=company).exists():
        start = sample.start_date or date(FIRST_YEAR, 1, 1)
        create_link(company, account, start_month=start, user=user, **sample.link)
