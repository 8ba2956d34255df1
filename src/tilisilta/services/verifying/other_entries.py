"""Reads what receipts of other types, such as bank statements, book on the accounts of payroll."""

import logging
from collections.abc import Callable, Collection
from dataclasses import dataclass
from datetime import date

from tilisilta.clients.procountor.client import ProcountorClient
from tilisilta.clients.procountor.errors import AccessDenied, ProcountorRejected
from tilisilta.domain.journals import BookingPeriod
from tilisilta.domain.ledger_entries import LedgerEntry
from tilisilta.models import ProcountorAccount
from tilisilta.services.procountor.client import procountor

logger = logging.getLogger("tilisilta.verifying")


@dataclass(frozen=True, kw_only=True)
class OtherEntries:
    """What was read, and whether the reports gave it or the receipts themselves."""

    entries: tuple[LedgerEntry, ...]
    from_reports: bool


def read_other_entries(
    account: ProcountorAccount,
    month: BookingPeriod,
    ledger_accounts: Collection[str],
    *,
    pace: Callable[[], None],
) -> OtherEntries | None:
    """Return the entries of a month on ``ledger_accounts`` that are not of a journal.

    It takes one report of all sums, and one for each of the accounts that has any. Where Procountor
    does not let the account read reports, the receipts of other types are read themselves. ``None``
    where it may not do that either.
    """
    first, last = date(month.year, month.month, 1), month.last_day
    wanted = frozenset(ledger_accounts)
    with procountor(account, pace=pace) as client:
        try:
            entries = _from_reports(client, wanted, first, last)
            return OtherEntries(entries=entries, from_reports=True)
        except (AccessDenied, ProcountorRejected) as error:
            logger.info("Reports of account %s cannot be read: %s", account.pk, error)
        try:
            read = client.entries_of_other_receipts(first, last)
        except (AccessDenied, ProcountorRejected) as error:
            logger.info("Other receipts of account %s cannot be read: %s", account.pk, error)
            return None
    entries = tuple(entry for entry in read if entry.account.strip() in wanted)
    return OtherEntries(entries=entries, from_reports=False)


def _from_reports(
    client: ProcountorClient, wanted: frozenset[str], first: date, last: date
) -> tuple[LedgerEntry, ...]:
    booked = client.accounts_with_other_entries(first, last)
    return tuple(
        entry
        for code in sorted(wanted & set(booked))
        for entry in client.other_entries(code, first, last)
    )
