"""Checks a journal in three moves: gather what is known, plan by the rules, keep what comes of it.

A check never writes to Procountor (R11). It may ask there, and it stores what it found with the
journal, and what would be sent as exports in the state *ready*.
"""

import hashlib
from collections.abc import Iterable, Sequence
from datetime import datetime, timedelta

from django.db import transaction

from tilisilta.clients.procountor.wire import encode_receipt
from tilisilta.domain.administrations import Administration
from tilisilta.domain.guards import check_guards, run_deleted
from tilisilta.domain.items_to_make import ItemToMake
from tilisilta.domain.plans import plan_receipts
from tilisilta.domain.problems import SUSPICIONS, Problem, ProblemCode
from tilisilta.domain.receipts import LedgerReceipt, ReceiptPlan
from tilisilta.domain.standing import (
    BOOKED_EXPORTS,
    ExportStanding,
    ExportState,
    Standing,
    is_settled,
    standing_of,
)
from tilisilta.models import Export, Journal, Link
from tilisilta.services.journals.gathering import (
    Ledger,
    epochs_of,
    facts_of,
    facts_of_new,
    ledger_of,
    period_of,
)
from tilisilta.services.procountor.administrations import ADMINISTRATION_AGE_LIMIT


def check_journal(
    journal: Journal, *, now: datetime, age_limit: timedelta = ADMINISTRATION_AGE_LIMIT
) -> Journal:
    """Check ``journal`` and keep what would be sent of it as exports in the state *ready*.

    Procountor is read again if what we know of the company is older than ``age_limit``. A journal
    whose receipts are under way or all booked is left as it is; only that its run is gone from
    Nmbrs is noted then too, and so is one that was discarded. Never raises for what a person can
    put right: that becomes a problem of the journal.
    """
    ledger = ledger_of(journal, now=now, age_limit=age_limit)
    with transaction.atomic():
        journal = (
            Journal.objects.select_for_update(of=("self",))
            .select_related("company__debtor")
            .get(pk=journal.pk)
        )
        if journal.discarded_at is not None:
            return journal
        exports = _exports_through(ledger.link, journal)
        if is_settled({ExportState(export.state) for export in exports}):
            _note_deletion(journal)
            settle_state(journal)
            return journal
        _assume_currency(journal, ledger.administration)
        plan = plan_journal(journal, ledger)
        _keep(journal, ledger, plan, exports, now=now)
    return journal


def check_unlinked(journal: Journal, *, now: datetime) -> None:
    """Check a new journal of a company without a link, in the transaction that stores it.

    No receipt can come of it, so that there is nothing to look up and nothing to keep.
    """
    found = check_guards(facts_of_new(journal), journal.content_without_lines(), None)
    _note_check(journal, found, (), now=now)


def plan_journal(journal: Journal, ledger: Ledger) -> ReceiptPlan:
    """What would be sent for ``journal`` as things stand, with all its problems; stores nothing."""
    link = ledger.link
    rules = link.rules() if link is not None else None
    # Only a link has rules about lines, and there may be many of them.
    needs_lines = ledger.administration is not None
    content = journal.content() if needs_lines else journal.content_without_lines()
    found = check_guards(facts_of(journal, link), content, rules)
    if rules is None or ledger.administration is None:
        return ReceiptPlan(receipts=(), problems=found)
    if any(problem.code == ProblemCode.BEFORE_START for problem in found):
        return ReceiptPlan(receipts=(), problems=found)
    plan = plan_receipts(content, rules, ledger.administration, epochs=epochs_of(journal))
    return ReceiptPlan(
        receipts=plan.receipts,
        problems=(*found, *plan.problems),
        zero_line_count=plan.zero_line_count,
        items_to_make=plan.items_to_make,
    )


def journal_standing(journal: Journal, exports: Iterable[Export] | None = None) -> Standing:
    """Where ``journal`` stands by what is stored of it; ``exports`` are those it has, if known."""
    known = journal.exports.all() if exports is None else exports
    return standing_of(
        [ExportStanding(state=ExportState(one.state), problems=one.problems) for one in known],
        journal.problems,
        is_discarded=journal.discarded_at is not None,
    )


def settle_state(journal: Journal) -> None:
    """Work out where ``journal`` stands from its exports and problems, and store it."""
    with transaction.atomic():
        # One at a time: who read the exports first must not be the last to store.
        locked = (
            Journal.objects.select_for_update()
            .only("problems", "state", "discarded_at")
            .get(pk=journal.pk)
        )
        journal.state = journal_standing(locked, locked.exports.only("state", "problems")).state
        if locked.state != journal.state:
            locked.state = journal.state
            locked.save(update_fields=["state"])


def preview_digest(exports: Iterable[Export]) -> str:
    """A digest of everything that would be sent now: it changes when any byte of it does.

    The administrations count as well: the same receipts in other books are something else.
    """
    digests = (
        f"{export.link_id}:{export.payload_sha256}"
        for export in sorted(exports, key=lambda export: export.booking_date)
        if export.state not in BOOKED_EXPORTS and export.state != ExportState.WITHDRAWN
    )
    return hashlib.sha256("".join(digests).encode()).hexdigest()


def _exports_through(link: Link | None, journal: Journal) -> list[Export]:
    """The exports of ``journal`` that count for ``link``; those in other books become a trail.

    A link that was wrong has ended and has a successor: what was booked through it stays known,
    and says nothing about what the successor still has to book. A successor that leads to the same
    administration goes on where the former one stopped.
    """
    exports = list(
        Export.with_trail.filter(journal=journal)
        .select_for_update(of=("self",))
        .select_related("link__procountor_account")
    )
    if link is None or not link.span().covers(period_of(journal)):
        return [export for export in exports if not export.is_trail]
    books = link.procountor_account.procountor_company_id
    for export in exports:
        is_trail = export.link.procountor_account.procountor_company_id != books
        if export.is_trail != is_trail:
            export.is_trail = is_trail
            export.save(update_fields=["is_trail"])
    _drop_ready_exports(export for export in exports if export.is_trail)
    return [export for export in exports if not export.is_trail]


def _note_deletion(journal: Journal) -> None:
    """Say of a journal that was sent whether its run is still there: somebody has to undo it."""
    others = [problem for problem in journal.problems if problem.code != ProblemCode.RUN_DELETED]
    told = [run_deleted(journal.content_without_lines())] if journal.is_deleted_at_source else []
    noted = (*others, *told)
    if journal.problems != noted:
        journal.problems = noted
        journal.save(update_fields=["problems"])


def _assume_currency(journal: Journal, administration: Administration | None) -> None:
    """Nobody named the currency: wages are in that of the company, which the link tells."""
    if not journal.is_currency_assumed or administration is None:
        return
    if journal.currency != administration.currency:
        journal.currency = administration.currency
        journal.save(update_fields=["currency"])


def _keep(
    journal: Journal,
    ledger: Ledger,
    plan: ReceiptPlan,
    exports: Sequence[Export],
    *,
    now: datetime,
) -> None:
    """The third move: store what would be sent, and what was found."""
    if ledger.link is not None and plan.can_be_sent and not ledger.trouble:
        _keep_exports(journal, ledger.link, plan, exports)
    elif not any(export.state in BOOKED_EXPORTS for export in exports):
        # Of a journal sent in part the rest is kept: without it, it would look sent.
        _drop_ready_exports(exports)
    journal.zero_line_count = plan.zero_line_count
    _note_check(journal, (*ledger.trouble, *plan.problems), journal.exports.all(), now=now)


def _note_check(
    journal: Journal, problems: Sequence[Problem], exports: Iterable[Export], *, now: datetime
) -> None:
    found = (*problems, *journal.reader_notes)
    journal.problems = found
    journal.needs_look = any(problem.code in SUSPICIONS for problem in found)
    journal.checked_at = now
    journal.state = journal_standing(journal, exports).state
    journal.save(update_fields=["problems", "needs_look", "zero_line_count", "checked_at", "state"])


def _keep_exports(
    journal: Journal, link: Link, plan: ReceiptPlan, exports: Sequence[Export]
) -> None:
    """Make the exports not yet booked equal the plan; what is booked stays as it was booked."""
    present = {export.token: export for export in exports}
    wanted = {receipt.token for receipt in plan.receipts}
    unwanted = [export for export in exports if export.token not in wanted]
    _drop_ready_exports(unwanted)
    _withdraw_tried_exports(unwanted)
    epochs = epochs_of(journal)
    for receipt in plan.receipts:
        export = present.get(receipt.token)
        if export is not None and export.state in BOOKED_EXPORTS:
            continue
        export = export or Export(journal=journal, token=receipt.token)
        export.link = link
        _fill(export, receipt, plan.items_to_make, epoch=epochs.get(receipt.booking_date, 0))
        export.save()


def _fill(
    export: Export, receipt: LedgerReceipt, items: Sequence[ItemToMake], *, epoch: int
) -> None:
    payload = encode_receipt(receipt.body)
    values = [transaction.accounting_value for transaction in receipt.body.transactions]
    export.booking_date = receipt.booking_date
    export.receipt_date = receipt.body.receipt_date
    export.epoch = epoch
    export.name = receipt.body.name
    export.payload = payload.decode()
    export.payload_sha256 = hashlib.sha256(payload).hexdigest()
    used = {
        (value.dimension_id, value.item_id)
        for row in receipt.body.transactions
        for value in row.dimension_values
    }
    export.items_to_make = [item for item in items if (item.dimension_id, item.stand_in) in used]
    export.row_count = len(values)
    export.debit_total = sum(value for value in values if value > 0)
    export.state = ExportState.READY
    export.problems = []


def _drop_ready_exports(exports: Iterable[Export]) -> None:
    """Forget receipts that would be sent differently now; what was ever tried keeps its trail."""
    for export in exports:
        if export.state == ExportState.READY and not export.attempts.exists():
            export.delete()


def _withdraw_tried_exports(exports: Iterable[Export]) -> None:
    """Take back receipts that are not to be sent any more but were tried, as refused ones were.

    Otherwise what Procountor said about them would stop the journal for ever.
    """
    for export in exports:
        if export.pk is not None and export.state in {ExportState.READY, ExportState.REJECTED}:
            export.state = ExportState.WITHDRAWN
            export.problems = []
            export.save(update_fields=["state", "problems"])
