"""Compares the months of a company with the ledger, and stores what was found."""

import time
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime
from typing import Any

from django.db import transaction

from tilisilta.clients.procountor.errors import ProcountorBusy
from tilisilta.domain.journals import BookingPeriod
from tilisilta.domain.ledger_sums import ZERO
from tilisilta.domain.problems import ProblemCode
from tilisilta.domain.receipts import BookedReceipt
from tilisilta.domain.recognition import APPROVED
from tilisilta.domain.reconciliation import Part, Reconciliation
from tilisilta.domain.reconciling import reconcile
from tilisilta.errors import NeedsAttention, TilisiltaError
from tilisilta.models import (
    Company,
    Export,
    Link,
    ProcountorAccount,
    ReconciledMonth,
    VerifiedCompany,
)
from tilisilta.services.explanations import problem_of
from tilisilta.services.pace import wait_below_sending
from tilisilta.services.procountor.administrations import known_administration
from tilisilta.services.verifying.documents import (
    Names,
    booked_documents,
    difference_of,
    digest_of,
    document_of,
    entry_document,
)
from tilisilta.services.verifying.masked_receipts import as_masked
from tilisilta.services.verifying.net_pay_standing import columns_of, compared_net_pay
from tilisilta.services.verifying.other_entries import read_other_entries
from tilisilta.services.verifying.parts import MonthParts, parts_of
from tilisilta.services.verifying.reading import read_ledger

MONTHS_AT_NIGHT = 3
"""The current month and the two before it."""
MOST_PAUSES = 5
LONGEST_PAUSE_SECONDS = 10
_AT_A_TIME = 500
_JOURNAL = "JOURNAL"


class NotLinked(NeedsAttention):
    """The company has no link that books the months, so there are no books to compare with."""

    code = ProblemCode.NOT_LINKED

    def __init__(self, company: Company) -> None:
        super().__init__(f"{company} has no link.")
        self.facts = {"company": company.name}


@dataclass(frozen=True, kw_only=True)
class Verified:
    """The outcome of comparing one company: its months, or why they could not be compared."""

    company: Company
    months: tuple[ReconciledMonth, ...] = ()
    error: TilisiltaError | None = None


def recent_months(today: date) -> tuple[BookingPeriod, ...]:
    """Return the months that every night compares, the oldest first."""
    last = today.year * 12 + today.month - 1
    return tuple(
        BookingPeriod(year=month // 12, month=month % 12 + 1)
        for month in range(last - MONTHS_AT_NIGHT + 1, last + 1)
    )


def verify(
    company: Company,
    months: Collection[BookingPeriod],
    *,
    now: datetime,
    pace: Callable[[], None] = wait_below_sending,
    with_reports: bool = False,
) -> Verified:
    """Compare the ``months`` of ``company`` with the ledger and store the results.

    ``with_reports`` also reads what other receipts than journals book on the accounts of payroll;
    else what an earlier comparison has read of it stays. It costs a few requests for each month.

    What hinders it is stored and returned, and leaves earlier results as they are.
    """
    try:
        results = _compared(company, months, now=now, pace=pace, with_reports=with_reports)
    except TilisiltaError as error:
        _note(company, tried_at=now, trouble=[problem_of(error)])
        return Verified(company=company, error=error)
    _note(company, tried_at=now, compared_at=now, trouble=[])
    return Verified(company=company, months=results)


def _note(company: Company, **values: object) -> None:
    VerifiedCompany.objects.update_or_create(company=company, defaults=values)


def _compared(
    company: Company,
    months: Collection[BookingPeriod],
    *,
    now: datetime,
    pace: Callable[[], None],
    with_reports: bool,
) -> tuple[ReconciledMonth, ...]:
    linked = [one for one in parts_of(company, months) if one.link is not None]
    if not linked:
        raise NotLinked(company)
    results: list[ReconciledMonth] = []
    # A link that ended in between has a successor, perhaps in other books.
    for some in _by_account(linked).values():
        results += _compared_in(company, some, now=now, pace=pace, with_reports=with_reports)
    return tuple(sorted(results, key=lambda one: one.month))


def _by_account(months: Iterable[MonthParts]) -> Mapping[int, list[MonthParts]]:
    by_account: dict[int, list[MonthParts]] = {}
    for one in months:
        if one.link is not None:
            by_account.setdefault(one.link.procountor_account_id, []).append(one)
    return by_account


def _compared_in(
    company: Company,
    months: Sequence[MonthParts],
    *,
    now: datetime,
    pace: Callable[[], None],
    with_reports: bool,
) -> list[ReconciledMonth]:
    account = _account_of(months[0].link)
    has_anything = any(one.parts for one in months)
    read = _read_patiently(account, months, pace=pace) if has_anything else ()
    receipts = as_masked(account, read)
    known = _known_runs(account, receipts)
    names = Names.of(known_administration(account))
    results = []
    for one in months:
        before = ReconciledMonth.objects.filter(company=company, month=_first(one.month)).first()
        approved = _seen_approved(before)
        parts = [_with_approval(part, approved) for part in one.parts]
        ids = {part.ledger_receipt_id for part in parts}
        elsewhere = {key: run for key, run in known.items() if key not in ids}
        result = reconcile(one.month, parts, receipts, elsewhere=elsewhere)
        others = (
            _read_others(account, result, now=now, pace=pace)
            if with_reports and result.parts
            else _kept_others(before)
        )
        document = {
            "company": company.number,
            **_with_others(document_of(result, names), others),
            "administration": account.company_name,
            "currency": one.currency,
            "compared_at": now.isoformat(),
            "approved": sorted(approved | _approved_now(result)),
        }
        results.append(_stored(company, result, document, now=now))
    return results


def _read_patiently(
    account: ProcountorAccount, months: Sequence[MonthParts], *, pace: Callable[[], None]
) -> tuple[BookedReceipt, ...]:
    """Read the ledger, again where Procountor wants fewer requests for a moment.

    A silence is not waited for: it may last, and hold up all other companies.
    """
    for _ in range(MOST_PAUSES):
        try:
            return read_ledger(account, months, pace=pace)
        except ProcountorBusy as error:
            pause_seconds = error.retry_after_seconds or 1
            if pause_seconds > LONGEST_PAUSE_SECONDS:
                raise
            time.sleep(pause_seconds)
    return read_ledger(account, months, pace=pace)


def _read_others(
    account: ProcountorAccount,
    result: Reconciliation,
    *,
    now: datetime,
    pace: Callable[[], None],
) -> dict[str, Any]:
    """Return the entries of other receipts than journals, and when they were read."""
    codes = {line.place.account for line in result.lines}
    read = read_other_entries(account, result.month, codes, pace=pace)
    if read is None:
        return {"others": [], "reports_read_at": None}
    return {
        "others": [entry_document(one, from_report=read.from_reports) for one in read.entries],
        "reports_read_at": now.isoformat() if read.from_reports else None,
    }


def _kept_others(before: ReconciledMonth | None) -> dict[str, Any]:
    """Return those entries as an earlier comparison has read them."""
    document = before.document if before is not None else {}
    others = [one for one in document.get("others", ()) if one.get("type", _JOURNAL) != _JOURNAL]
    return {"others": others, "reports_read_at": document.get("reports_read_at")}


def _with_others(document: dict[str, Any], more: dict[str, Any]) -> dict[str, Any]:
    others = [*document["others"], *more["others"]]
    others.sort(key=lambda one: (one["receipt"]["date"], one["account"]))
    return {**document, "others": others, "reports_read_at": more["reports_read_at"]}


def _account_of(link: Link | None) -> ProcountorAccount:
    if link is None:
        raise ValueError("A month without a link has no account.")
    return link.procountor_account


def _known_runs(account: ProcountorAccount, receipts: Sequence[BookedReceipt]) -> dict[int, str]:
    """Return the journals of the receipts that are known to be ours, by the receipts' ids."""
    exports = Export.with_trail.filter(
        link__procountor_account__procountor_company_id=account.procountor_company_id
    ).select_related("journal__company")
    ids = [one.ledger_receipt_id for one in receipts]
    return {
        export.ledger_receipt_id: export.journal.reference
        for start in range(0, len(ids), _AT_A_TIME)
        for export in exports.filter(ledger_receipt_id__in=ids[start : start + _AT_A_TIME])
        if export.ledger_receipt_id is not None
    }


def _seen_approved(before: ReconciledMonth | None) -> set[int]:
    """Return the receipts that any earlier comparison has seen approved."""
    return set() if before is None else set(before.document.get("approved", ()))


def _with_approval(part: Part, approved: Collection[int]) -> Part:
    if part.was_approved or part.ledger_receipt_id not in approved:
        return part
    return replace(part, was_approved=True)


def _approved_now(result: Reconciliation) -> set[int]:
    return {
        one.receipt.ledger_receipt_id
        for one in result.parts
        if one.receipt is not None and one.receipt.status == APPROVED
    }


def _stored(
    company: Company, result: Reconciliation, document: dict[str, Any], *, now: datetime
) -> ReconciledMonth:
    with transaction.atomic():
        stored, _ = ReconciledMonth.objects.update_or_create(
            company=company,
            month=_first(result.month),
            defaults={
                "outcome": result.outcome.value,
                "difference": difference_of(result).quantize(ZERO),
                "compared_at": now,
                "digest": digest_of(document),
                "document": document,
                "receipts": booked_documents(result),
                **columns_of(compared_net_pay(company, result)),
            },
        )
    return stored


def _first(month: BookingPeriod) -> date:
    return date(month.year, month.month, 1)
