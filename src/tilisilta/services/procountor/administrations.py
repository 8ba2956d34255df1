"""What we know of the companies behind our Procountor accounts, and how old it is."""

from collections.abc import Collection, Mapping
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

from pydantic import TypeAdapter

from tilisilta.domain.administrations import Administration
from tilisilta.models import ProcountorAccount
from tilisilta.services.procountor.client import procountor

ADMINISTRATION_AGE_LIMIT = timedelta(minutes=15)
"""New ledger accounts and dimension items show only after reading again."""
PERIODS_AGE_LIMIT = ADMINISTRATION_AGE_LIMIT
CHART_AGE_LIMIT = timedelta(days=1)
"""Right before sending, ledger accounts and dimensions of the same day are good enough."""
COMPANY_AGE_LIMIT = timedelta(days=1)
ANY_AGE = timedelta.max
"""What is known is good enough, however old: Procountor is not asked."""

_administrations = TypeAdapter(Administration)


def known_administration(account: ProcountorAccount) -> Administration | None:
    """Return what was last read of the account's company, however old; ``None`` if nothing was."""
    if account.administration is None:
        return None
    return _administrations.validate_python(account.administration)


def ledger_account_names(account_ids: Collection[int]) -> dict[int, Mapping[str, str]]:
    """Return what each Procountor account calls its ledger accounts, by its id and their codes.

    It reads no more of what is stored than that, as there may be very many.
    """
    stored = ProcountorAccount.objects.filter(pk__in=account_ids, administration__isnull=False)
    return {
        pk: {one["code"]: one["name"] for one in administration["ledger_accounts"]}
        for pk, administration in stored.order_by().values_list("pk", "administration")
    }


def read_administration(
    account: ProcountorAccount,
    *,
    now: datetime,
    age_limit: timedelta = ADMINISTRATION_AGE_LIMIT,
    known: Administration | None = None,
) -> Administration:
    """Return the company of ``account``, read again if what we know is older than ``age_limit``.

    ``known`` is what :func:`known_administration` returned, if that was asked already. Raises what
    the client raises when Procountor has to be read and does not answer.
    """
    known = known or known_administration(account)
    if known is not None and age_limit == ANY_AGE:
        # Also what a refusal has shown to be outdated.
        return known
    if known is not None and _is_recent(account.administration_read_at, now, age_limit):
        return known
    with procountor(account) as client:
        administration = client.get_administration()
    keep_administration(account, administration, now=now)
    return administration


def administration_for_sending(
    account: ProcountorAccount, known: Administration | None, *, now: datetime
) -> Administration:
    """Return the company of ``account`` with the periods of today, by one request in most cases.

    ``known`` is what :func:`known_administration` returns. Fiscal years and tracking periods decide
    the date of a receipt, and close at the month's end: they are read again if they are older than
    ``PERIODS_AGE_LIMIT``. Whatever else has changed in the company since yesterday cannot change a
    receipt that is already confirmed; Procountor itself refuses what it does not take any more.
    Raises what the client raises.
    """
    if known is None or not _is_recent(account.administration_read_at, now, CHART_AGE_LIMIT):
        return read_administration(account, now=now)
    read = (account.administration_read_at, account.periods_read_at)
    if any(_is_recent(read_at, now, PERIODS_AGE_LIMIT) for read_at in read):
        return known
    with procountor(account) as client:
        fiscal_years = client.get_fiscal_years()
    current = replace(known, fiscal_years=fiscal_years)
    # The document may be large, and the periods hardly ever change.
    changes: dict[str, Any] = {"periods_read_at": now, "checked_at": now, "check_failed_at": None}
    if current != known:
        changes["administration"] = _administrations.dump_python(current, mode="json")
    # Not over what another process has read of the whole company meanwhile.
    same = ProcountorAccount.objects.filter(administration_read_at=account.administration_read_at)
    same.filter(pk=account.pk).update(**changes)
    return current


def _is_recent(read_at: datetime | None, now: datetime, age_limit: timedelta) -> bool:
    # abs(): a clock that ran ahead may have noted a future moment, which must not count for years.
    return read_at is not None and abs(now - read_at) < age_limit


def keep_administration(
    account: ProcountorAccount, administration: Administration, *, now: datetime
) -> None:
    """Store what was just read of the account's company."""
    account.administration = _administrations.dump_python(administration, mode="json")
    account.administration_read_at = account.checked_at = now
    account.check_failed_at = None
    if administration.procountor_company_id == account.procountor_company_id:
        account.company_seen_at = now
    account.save(
        update_fields=[
            "administration",
            "administration_read_at",
            "company_seen_at",
            "checked_at",
            "check_failed_at",
        ]
    )


def note_company(account: ProcountorAccount, procountor_company_id: int, *, now: datetime) -> bool:
    """Note which company Procountor says the account acts in, and return whether it is its own."""
    is_own = procountor_company_id == account.procountor_company_id
    account.company_seen_at = now if is_own else None
    ProcountorAccount.objects.filter(pk=account.pk).update(company_seen_at=account.company_seen_at)
    return is_own


def was_company_seen(account: ProcountorAccount, *, now: datetime) -> bool:
    """Return whether Procountor has named the account's company within a day.

    A grant is for one company and never changes to another, so it need not be asked each time.
    """
    return _is_recent(account.company_seen_at, now, COMPANY_AGE_LIMIT)


def forget_administration(account: ProcountorAccount) -> None:
    ProcountorAccount.objects.filter(pk=account.pk).update(administration_read_at=None)
