"""Finds runs of a company that seem to be in Procountor already, booked another way.

When a link is made, some months may have been booked by Nmbrs' own link or by a person. They are
found by what they book: the same date, and the same sums by ledger account and side. Nothing is
written; the person who makes the link chooses the first month with that in view.
"""

import math
import time
from collections.abc import Iterable, Mapping, Sequence
from contextlib import nullcontext
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from tilisilta.clients.procountor.client import ProcountorClient, ReceiptWindow
from tilisilta.domain.corrections import split_corrections
from tilisilta.domain.receipts import ReceiptBody, Transaction
from tilisilta.domain.recognition import JournalReceipt
from tilisilta.domain.sameness import receipt_digest
from tilisilta.domain.standing import JournalState
from tilisilta.models import Company, Export, Journal, ProcountorAccount
from tilisilta.services.procountor.client import procountor
from tilisilta.services.procountor.seen_receipts import promised_with, read_receipts

MONTHS_BACK = 14
# Days so close together are read as one window: reading the days between costs less than a request.
_SPARE = timedelta(days=3)


@dataclass(frozen=True, kw_only=True)
class BookedRun:
    """A run with receipts in Procountor that are not ours and book the same.

    It is whole when each of its booking dates has such a receipt.
    """

    journal: Journal
    receipts: tuple[JournalReceipt, ...]
    is_whole: bool


@dataclass(frozen=True, kw_only=True)
class BookedAlready:
    """The runs found, oldest first. Incomplete when the time was up before all was read."""

    runs: tuple[BookedRun, ...] = ()
    is_complete: bool = True

    @property
    def start_after(self) -> date | None:
        """The first month after the newest run that is booked as a whole; ``None`` without one."""
        whole = [run.journal.period for run in self.runs if run.is_whole]
        if not whole:
            return None
        last = max(whole)
        return date(last.year + last.month // 12, last.month % 12 + 1, 1)


def find_booked_runs(
    company: Company,
    account: ProcountorAccount,
    *,
    now: datetime,
    mappings: Mapping[str, str] | None = None,
    until: float = math.inf,
    client: ProcountorClient | None = None,
    spare: timedelta = _SPARE,
) -> BookedAlready:
    """Search the administration of ``account`` for the runs of ``company`` of the last months.

    ``client`` reads it, for an account that is not stored yet. Days no further apart than ``spare``
    are read together. ``mappings`` give ledger accounts that have another number there. Nothing
    more is read after ``until`` on the monotonic clock. Raises what the client raises.
    """
    journals = _journals(company, now)
    wanted = {journal.pk: _digests_of(journal, mappings or {}) for journal in journals}
    days = sorted({day for digests in wanted.values() for day in digests}, reverse=True)
    windows = tuple(_windows(days, spare)) if days else ()
    receipts, is_complete = _read(account, windows, now=now, until=until, client=client)
    foreign = _by_digest(_not_ours(receipts))
    runs = (_booked_run(journal, wanted[journal.pk], foreign) for journal in journals)
    return BookedAlready(
        runs=tuple(run for run in runs if run is not None), is_complete=is_complete
    )


def _journals(company: Company, now: datetime) -> list[Journal]:
    """Return the newest versions of the company's journals, as far back as is worth searching."""
    months = now.year * 12 + now.month - 1 - MONTHS_BACK
    since = date(months // 12, months % 12 + 1, 1)
    return list(
        Journal.objects.filter(company=company, period__gte=since)
        .exclude(state__in=[JournalState.DISCARDED, JournalState.REPLACED])
        .select_related("company")
        .order_by("period", "pk")
    )


def _digests_of(journal: Journal, mappings: Mapping[str, str]) -> dict[date, str]:
    """Return what each booking date of ``journal`` would book, as a digest without dimensions."""
    lines = tuple(line for line in journal.content().lines if line.amount)
    return {
        part.booking_date: receipt_digest(
            ReceiptBody(
                name="",
                receipt_date=part.booking_date,
                accountants_notes="",
                transactions=tuple(
                    Transaction(
                        account=mappings.get(line.ledger_account, line.ledger_account),
                        accounting_value=line.amount,
                        description="",
                    )
                    for line in part.lines
                ),
            ),
            with_dimensions=False,
        )
        for part in split_corrections(lines)
    }


def _read(
    account: ProcountorAccount,
    windows: Sequence[ReceiptWindow],
    *,
    now: datetime,
    until: float,
    client: ProcountorClient | None,
) -> tuple[dict[int, JournalReceipt], bool]:
    """Return the receipts of those windows, newest first, and whether the time sufficed for all."""
    receipts: dict[int, JournalReceipt] = {}
    company_id = account.procountor_company_id
    if not windows or company_id is None:
        return receipts, True
    with nullcontext(client) if client is not None else procountor(account) as reader:
        for window in windows:
            if receipts and time.monotonic() >= until:
                return receipts, False
            read = read_receipts(reader, company_id, [window], now=now)
            receipts |= {one.ledger_receipt_id: one for one in read}
    return receipts, True


def _windows(days: Sequence[date], spare: timedelta) -> Iterable[ReceiptWindow]:
    """Yield windows of days that lie close together: each window costs a request."""
    first = last = days[0]
    for day in days[1:]:
        if first - day <= spare:
            first = day
        else:
            yield ReceiptWindow(first=first, last=last)
            first = last = day
    yield ReceiptWindow(first=first, last=last)


def _not_ours(receipts: Mapping[int, JournalReceipt]) -> list[JournalReceipt]:
    """Return the valid receipts that no export of ours has become or was sent as.

    A copy of one of our receipts carries its token too, and books something of its own.
    """
    valid = [one for one in receipts.values() if one.is_valid and not one.sent_as]
    tokens = {token for one in valid for token in one.tokens}
    promised = promised_with(Export.with_trail.filter(token__in=tokens))
    ours = {one.token: one for one in promised}
    return [
        one
        for one in valid
        if not any(ours[token].may_be(one) for token in one.tokens & ours.keys())
    ]


def _by_digest(receipts: Iterable[JournalReceipt]) -> dict[str, list[JournalReceipt]]:
    by_digest: dict[str, list[JournalReceipt]] = {}
    for one in receipts:
        if one.plain_digest:
            by_digest.setdefault(one.plain_digest, []).append(one)
    return by_digest


def _booked_run(
    journal: Journal, digests: Mapping[date, str], foreign: Mapping[str, list[JournalReceipt]]
) -> BookedRun | None:
    matches = [foreign[digest] for digest in digests.values() if digest in foreign]
    if not matches:
        return None
    return BookedRun(
        journal=journal,
        receipts=tuple(receipt for some in matches for receipt in some),
        is_whole=len(matches) == len(digests),
    )
