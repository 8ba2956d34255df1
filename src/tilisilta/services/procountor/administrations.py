"""What we know of the companies behind our Procountor accounts, and how old it is."""

from datetime import datetime, timedelta

from pydantic import TypeAdapter

from tilisilta.domain.administrations import Administration
from tilisilta.models import ProcountorAccount
from tilisilta.services.procountor.client import procountor

ADMINISTRATION_AGE_LIMIT = timedelta(minutes=15)
"""New ledger accounts and dimension items show only after reading again."""
ANY_AGE = timedelta.max
"""What is known is good enough, however old: Procountor is not asked."""

_administrations = TypeAdapter(Administration)


def known_administration(account: ProcountorAccount) -> Administration | None:
    """Return what was last read of the account's company, however old; ``None`` if nothing was."""
    if account.administration is None:
        return None
    return _administrations.validate_python(account.administration)


def read_administration(
    account: ProcountorAccount,
    *,
    now: datetime,
    age_limit: timedelta = ADMINISTRATION_AGE_LIMIT,
) -> Administration:
    """Return the company of ``account``, read again if what we know is older than ``age_limit``.

    Raises what the client raises when Procountor has to be read and does not answer.
    """
    known = known_administration(account)
    read_at = account.administration_read_at
    if known is not None and age_limit == ANY_AGE:
        # Also what a refusal has shown to be outdated.
        return known
    # abs(): a clock that ran ahead may have noted a future moment, which must not count for years.
    if known is not None and read_at is not None and abs(now - read_at) < age_limit:
        return known
    with procountor(account) as client:
        administration = client.get_administration()
    keep_administration(account, administration, now=now)
    return administration


def keep_administration(
    account: ProcountorAccount, administration: Administration, *, now: datetime
) -> None:
    """Store what was just read of the account's company."""
    account.administration = _administrations.dump_python(administration, mode="json")
    account.administration_read_at = account.checked_at = now
    account.check_failed_at = None
    account.save(
        update_fields=[
            "administration",
            "administration_read_at",
            "checked_at",
            "check_failed_at",
        ]
    )


def forget_administration(account: ProcountorAccount) -> None:
    ProcountorAccount.objects.filter(pk=account.pk).update(administration_read_at=None)
