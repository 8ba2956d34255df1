"""Sets the invented bureau up by the same services that real ones are set up with."""

import time
from collections.abc import Iterator
from pathlib import Path

from django.utils import timezone

from tilisilta.models import Company, Debtor, Journal, JournalState, Link, ProcountorAccount, User
from tilisilta.sample.bureau import (
    DEBTORS,
    KONEPAJA,
    SampleCompany,
    SampleDebtor,
    july_file,
    sample_files,
)
from tilisilta.services import connections
from tilisilta.services.companies import add_company, add_debtor, set_blocked, set_test
from tilisilta.services.delivery import advance
from tilisilta.services.exports import send_journal
from tilisilta.services.journals import import_journal
from tilisilta.services.links import create_link


def load_sample_bureau(*, user: User | None) -> None:
    """Set everything up against the stand-in Procountor, which must be running.

    What is there already is left as it is, so a load that was broken off can be done again. The
    two journals that count as sent are really sent.
    """
    for debtor in DEBTORS:
        _load_debtor(debtor, user=user)


def write_sample_files(directory: Path) -> tuple[Path, ...]:
    """Write the first company's journal files, and one nobody has imported yet, to try it."""
    directory.mkdir(parents=True, exist_ok=True)
    written = []
    for file in (*sample_files(KONEPAJA), july_file()):
        path = directory / file.name
        path.write_bytes(file.content)
        written.append(path)
    return tuple(written)


def _load_debtor(sample: SampleDebtor, *, user: User | None) -> None:
    debtor = Debtor.objects.filter(number=sample.number).first()
    debtor = debtor or add_debtor(sample.number, sample.name, user=user)
    for company in sample.companies:
        _load_company(company, debtor, user=user)
    if sample.is_blocked:
        set_blocked(debtor, True, user=user)


def _load_company(sample: SampleCompany, debtor: Debtor, *, user: User | None) -> None:
    company = Company.objects.filter(number=sample.number).first()
    company = company or add_company(sample.number, sample.name, debtor, user=user)
    if sample.account:
        _load_account(sample, company, user=user)
    for journal in _imported(sample, company, user=user):
        if journal.period.month in sample.sent and journal.state == JournalState.READY:
            _send(journal, user=user)
    if sample.is_test:
        set_test(company, True, user=user)


def _load_account(sample: SampleCompany, company: Company, *, user: User | None) -> None:
    account = ProcountorAccount.objects.filter(name=sample.account).first()
    account = account or connections.create_account(sample.account, user=user)
    if not account.is_authorised:
        connections.authorise_with_api_key(account, sample.api_key, user=user)
    if sample.link is not None and not Link.objects.filter(company=company).exists():
        create_link(company, account, user=user, **sample.link)


def _imported(sample: SampleCompany, company: Company, *, user: User | None) -> Iterator[Journal]:
    for file in sample_files(sample):
        imported = import_journal(
            file.content, file_name=file.name, company=company, user=user, now=timezone.now()
        )
        yield Journal.objects.get(pk=imported.journal.pk)


def _send(journal: Journal, *, user: User | None) -> None:
    """Send a journal here and now, as the worker would."""
    sending = send_journal(journal, user=user, now=timezone.now())
    while True:
        progress = advance(sending.pk, now=timezone.now())
        if progress.is_finished:
            return
        time.sleep(progress.wait_seconds)
