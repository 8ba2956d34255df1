"""Reads what receipts of other types, such as bank statements, book on the accounts of payroll."""

import logging
from collections.abc import Callable, Collection
from datetime import date

from tilisilta.clients.procountor.errors import AccessDenied, ProcountorRejected
from tilisilta.domain.journals import BookingPeriod
from tilisilta.domain.ledger_entries import LedgerEntry
from tilisilta.models import ProcountorAccount
from tilisilta.services.procountor.client import procountor

logger = logging.getLogger("tilisilta.verifying")


def read_other_entries(
    account: ProcountorAccount,
    month: BookingPeriod,
    ledger_accounts: Collection[str],
    *,
    pace: Callable[[], None],
) -> tuple[LedgerEntry, ...] | None:
    """Return the entries of a month on ``ledger_accounts`` that are not of a journal.

    It takes one report of all sums, and one for each of the accounts that has any. ``None`` where
    Procountor does not let the account read reports.
    """
    first = date(month.year, month.month, 1)
    try:
        with procountor(account, pace=pace) as client:
            booked = client.accounts_with_other_entries(first, month.last_day)
            return tuple(
                entry
                for code in sorted(set(ledger_accounts) & set(booked))
                for entry in client.other_entries(code, first, month.last_day)
            )
    except (AccessDenied, ProcountorRejected) as error:
        logger.info("Reports of account %s cannot be read: %s", account.pk, error)
        return None
