"""Checks a journal against its administration and keeps the receipts that would be sent."""

import hashlib
from collections.abc import Iterable, Sequence
from datetime import datetime, timedelta
from typing import Any

from django.db import transaction
from django.db.models import Max, Q
from pydantic import TypeAdapter

from tilisilta.clients.procountor.wire import encode_receipt
from tilisilta.domain.administrations import Administration
from tilisilta.domain.dimensions import DimensionKind
from tilisilta.domain.guards import JournalStanding, check_guards, run_deleted
from tilisilta.domain.payroll import JournalSplit
from tilisilta.domain.plans import plan_receipts
from tilisilta.domain.problems import Problem, ProblemCode, Screen
from tilisilta.domain.receipts import LedgerReceipt, ReceiptPlan
from tilisilta.errors import TilisiltaError
from tilisilta.models import Export, ExportState, Journal, JournalState, Link
from tilisilta.models.exports import BOOKED_STATES, UNDER_WAY_STATES
from tilisilta.services.administrations import (
    ADMINISTRATION_AGE_LIMIT,
    known_administration,
    read_administration,
)
from tilisilta.services.items import create_items, items_to_create

_problems = TypeAdapter(tuple[Problem, ...])

UNSENT_STATES = frozenset(
    {ExportState.READY.value, ExportState.REJECTED.value, ExportState.WITHDRAWN.value}
)
FOR_GOOD_STATES = frozenset({JournalState.OFF, JournalState.REPLACED})
GUARD_CODES = frozenset({ProblemCode.TEST_COMPANY, ProblemCode.DEBTOR_BLOCKED})


def check_journal(
    journal: Journal, *, now: datetime, age_limit: timedelta = ADMINISTRATION_AGE_LIMIT
) -> Journal:
    """Check ``journal`` and keep what would be sent of it as exports in the state *ready*.

    Procountor is read again if what we know of the company is older than ``age_limit``. A journal
    whose receipts are under way or all booked is left as it is; only that its run is gone from
    Nmbrs is noted then too. Never raises for what a person
    can put right: that becomes a problem of the journal.
    """
    link = _link_of(journal)
    administration, trouble = _administration(link, now=now, age_limit=age_limit)
    if link is not None and link.creates_missing_items and administration is not None:
        administration, trouble = _with_missing_items(journal, link, administration, now=now)
    with transaction.atomic():
        journal = (
            Journal.objects.select_for_update(of=("self",))
            .select_related("company__debtor")
            .get(pk=journal.pk)
        )
        exports = list(journal.exports.select_for_update())
        if _is_settled(exports):
            _note_deletion(journal)
            return journal
        _assume_currency(journal, administration)
        plan = plan_journal(journal, link=link, administration=administration)
        problems = (*trouble, *plan.problems)
        if link is not None and plan.can_be_sent and not trouble:
            _keep_exports(journal, link, plan.receipts, exports)
        elif not any(export.state in BOOKED_STATES for export in exports):
            # Of a journal sent in part the rest is kept: without it, it would look sent.
            _drop_ready_exports(exports)
        # Without a link there was nothing to keep, so nothing has become of the exports.
        states = {export.state for export in exports} if link is None else _export_states(journal)
        journal.zero_line_count = plan.zero_line_count
        _note_check(journal, problems, states, now=now)
    return journal


def _note_deletion(journal: Journal) -> None:
    """Say of a journal that was sent whether its run is still there: somebody has to undo it."""
    others = [
        problem
        for problem in load_problems(journal.problems)
        if problem.code != ProblemCode.RUN_DELETED
    ]
    told = [run_deleted(journal.content_without_lines())] if journal.is_deleted_at_source else []
    noted = dump_problems([*others, *told])
    if journal.problems != noted:
        journal.problems = noted
        journal.save(update_fields=["problems"])


def check_unlinked(journal: Journal, *, now: datetime) -> None:
    """Check a new journal of a company without a link, in the transaction that stores it.

    No receipt can come of it, so that there is nothing to look up and nothing to keep.
    """
    found = check_guards(
        standing(journal, None, has_newer=False), journal.content_without_lines(), None
    )
    _note_check(journal, found, set(), now=now)


def _note_check(
    journal: Journal, problems: Sequence[Problem], states: set[str], *, now: datetime
) -> None:
    problems = (*problems, *load_problems(journal.reader_notes))
    journal.problems = dump_problems(problems)
    journal.checked_at = now
    journal.state = _state(states, problems)
    journal.save(update_fields=["problems", "zero_line_count", "checked_at", "state"])


def _assume_currency(journal: Journal, administration: Administration | None) -> None:
    """Nobody named the currency: wages are in that of the company, which the link tells."""
    if not journal.is_currency_assumed or administration is None:
        return
    if journal.currency != administration.currency:
        journal.currency = administration.currency
        journal.save(update_fields=["currency"])


def plan_journal(
    journal: Journal, *, link: Link | None, administration: Administration | None
) -> ReceiptPlan:
    """What would be sent for ``journal`` as things stand, with all its problems; stores nothing."""
    # Only a link has rules about lines, and there may be many of them.
    content = journal.content() if link is not None else journal.content_without_lines()
    rules = link.rules() if link is not None else None
    found = check_guards(standing(journal, link), content, rules)
    if rules is None or administration is None:
        return ReceiptPlan(receipts=(), problems=found)
    plan = plan_receipts(content, rules, administration, epochs=_epochs(journal))
    return ReceiptPlan(
        receipts=plan.receipts,
        problems=(*found, *plan.problems),
        zero_line_count=plan.zero_line_count,
    )


def standing(
    journal: Journal, link: Link | None, *, has_newer: bool | None = None
) -> JournalStanding:
    """The facts about a journal that decide whether it may be sent at all (R10).

    ``has_newer`` is for who knows already whether there is a newer revision.
    """
    others = Journal.objects.filter(
        company=journal.company, run_year=journal.run_year, run_number=journal.run_number
    )
    earlier_sent = Export.objects.filter(
        journal__in=others.filter(revision__lt=journal.revision),
        state__in=[*BOOKED_STATES, *UNDER_WAY_STATES],
    )
    account = link.procountor_account if link is not None else None
    return JournalStanding(
        is_test_company=journal.company.is_test,
        is_debtor_blocked=journal.company.debtor.is_blocked,
        is_linked=link is not None,
        is_account_authorised=account is not None and account.is_authorised,
        is_deleted_at_source=journal.is_deleted_at_source,
        has_newer_revision=(
            others.filter(revision__gt=journal.revision).exists()
            if has_newer is None
            else has_newer
        ),
        is_earlier_revision_sent=journal.revision > 1 and earlier_sent.exists(),
        lacks_split=missing_split(journal.split, link),
        twin=_twin_of(journal) if link is not None else "",
        company_name=journal.company.name,
        debtor_name=journal.company.debtor.name,
        account_name=account.name if account is not None else "",
    )


def _twin_of(journal: Journal) -> str:
    """Another journal that came before and may be the same payroll under another run number.

    Numbers of runs change hands: one is deleted and made anew, or somebody gave a file's run a
    number of its own. The same lines are suspect, and so is a journal of the same period whose run
    is gone from Nmbrs, or of which one came from a file and the other from Nmbrs.
    """
    if journal.is_surely_another:
        return ""
    is_fetched = journal.run_id is not None
    same_period = Q(period=journal.period) & (
        Q(is_deleted_at_source=True) | Q(run__isnull=is_fetched)
    )
    twin = (
        Journal.objects.filter(company=journal.company_id, pk__lt=journal.pk)
        .filter(Q(content_sha256=journal.content_sha256) | same_period)
        .exclude(run_year=journal.run_year, run_number=journal.run_number)
        .exclude(state=JournalState.REPLACED)
        .select_related("company")
        .first()
    )
    return twin.reference if twin is not None else ""


def split_of(link: Link | None) -> JournalSplit:
    """How finely journals are fetched for ``link``; as finely as can be as long as there is none.

    Whatever the link will use is there then, and most journals need not be fetched again for it.
    """
    if link is None or link.uses_cost_units:
        return JournalSplit.COST_UNIT
    return JournalSplit.COST_CENTER if link.uses_cost_centers else JournalSplit.COMPANY


def missing_split(split: str, link: Link | None) -> DimensionKind | None:
    """What ``link`` uses and a journal fetched with ``split`` cannot say. A file says what it can.

    A journal without cost centers may still say it has none, so only the way of asking counts.
    """
    if not split or link is None or JournalSplit(split).serves(split_of(link)):
        return None
    return DimensionKind.COST_UNIT if link.uses_cost_units else DimensionKind.COST_CENTER


def settle_state(journal: Journal) -> None:
    """Work out where ``journal`` stands from its exports and problems, and store it."""
    with transaction.atomic():
        # One at a time: who read the exports first must not be the last to store.
        locked = Journal.objects.select_for_update().only("problems", "state").get(pk=journal.pk)
        journal.state = _state(_export_states(locked), load_problems(locked.problems))
        if locked.state != journal.state:
            locked.state = journal.state
            locked.save(update_fields=["state"])


def _export_states(journal: Journal) -> set[str]:
    return set(journal.exports.order_by().values_list("state", flat=True))


def dump_problems(problems: Iterable[Problem]) -> Any:
    """Problems as JSON, for a column."""
    return _problems.dump_python(tuple(problems), mode="json")


def load_problems(stored: Any) -> tuple[Problem, ...]:
    """Problems from a column."""
    return _problems.validate_python(stored)


def preview_digest(exports: Iterable[Export]) -> str:
    """A digest of everything that would be sent now: it changes when any byte of it does."""
    digests = (
        export.payload_sha256
        for export in sorted(exports, key=lambda export: export.booking_date)
        if export.state not in BOOKED_STATES
    )
    return hashlib.sha256("".join(digests).encode()).hexdigest()


def _link_of(journal: Journal) -> Link | None:
    return (
        Link.objects.select_related("procountor_account", "company")
        .filter(company_id=journal.company_id)
        .first()
    )


def _administration(
    link: Link | None, *, now: datetime, age_limit: timedelta
) -> tuple[Administration | None, tuple[Problem, ...]]:
    """The linked administration, or what was last read of it and the problem of reading it."""
    if link is None:
        return None, ()
    account = link.procountor_account
    if not account.is_authorised:
        return known_administration(account), ()
    try:
        return read_administration(account, now=now, age_limit=age_limit), ()
    except TilisiltaError:
        account.refresh_from_db()
        known = known_administration(account)
        unreachable = Problem(
            code=ProblemCode.PROCOUNTOR_UNREACHABLE, screen=Screen.PROCOUNTOR_ACCOUNT
        )
        return known, (unreachable,) if account.is_authorised else ()


def _with_missing_items(
    journal: Journal, link: Link, administration: Administration, *, now: datetime
) -> tuple[Administration, tuple[Problem, ...]]:
    """Create the items the journal lacks, if they are all that stops it and the link asks for it.

    It happens before the preview is drawn, since the preview needs their real ids.
    """
    missing = items_to_create(
        plan_journal(journal, link=link, administration=administration).problems
    )
    if not missing or _is_settled(list(journal.exports.all())):
        return administration, ()
    try:
        return create_items(link, missing, now=now), ()
    except TilisiltaError:
        link.procountor_account.refresh_from_db()
        return known_administration(link.procountor_account) or administration, ()


def _is_settled(exports: Sequence[Export]) -> bool:
    states = {export.state for export in exports} - {ExportState.WITHDRAWN.value}
    under_way = states & {state.value for state in UNDER_WAY_STATES}
    return bool(under_way) or bool(states and states <= {state.value for state in BOOKED_STATES})


def _epochs(journal: Journal) -> dict[Any, int]:
    """The epoch of each receipt: it grows only by an undo or a reasoned resend."""
    newest = journal.exports.values("booking_date").annotate(epoch=Max("epoch"))
    return {row["booking_date"]: row["epoch"] for row in newest}


def _keep_exports(
    journal: Journal, link: Link, receipts: Sequence[LedgerReceipt], exports: Sequence[Export]
) -> None:
    """Make the exports not yet booked equal the plan; what is booked stays as it was booked."""
    present = {export.token: export for export in exports}
    wanted = {receipt.token for receipt in receipts}
    unwanted = [export for export in exports if export.token not in wanted]
    _drop_ready_exports(unwanted)
    _withdraw_tried_exports(unwanted)
    for receipt in receipts:
        export = present.get(receipt.token)
        if export is not None and export.state in BOOKED_STATES:
            continue
        export = export or Export(journal=journal, link=link, token=receipt.token)
        _fill(export, receipt, epoch=_epochs(journal).get(receipt.booking_date, 0))
        export.save()


def _fill(export: Export, receipt: LedgerReceipt, *, epoch: int) -> None:
    payload = encode_receipt(receipt.body)
    values = [transaction.accounting_value for transaction in receipt.body.transactions]
    export.booking_date = receipt.booking_date
    export.receipt_date = receipt.body.receipt_date
    export.epoch = epoch
    export.name = receipt.body.name
    export.payload = payload.decode()
    export.payload_sha256 = hashlib.sha256(payload).hexdigest()
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


def _state(states: set[str], problems: Sequence[Problem]) -> JournalState:
    of_problems = _state_of_problems(problems)
    if of_problems in FOR_GOOD_STATES and states <= UNSENT_STATES:
        # A receipt that was refused once asks nobody for anything any more.
        return of_problems
    return _state_of_exports(states - {ExportState.WITHDRAWN.value}) or of_problems


def _state_of_exports(states: set[str]) -> JournalState | None:
    """Where a journal stands once anything of it was sent or asked to be; else ``None``."""
    booked = states & {state.value for state in BOOKED_STATES}
    rest = states - booked
    all_approved = booked == {ExportState.APPROVED.value}
    rules = (
        (ExportState.UNCERTAIN in rest, JournalState.UNCERTAIN),
        (ExportState.POSTING in rest, JournalState.SENDING),
        (booked and ExportState.QUEUED in rest, JournalState.SENDING),
        (ExportState.QUEUED in rest, JournalState.QUEUED),
        (booked and rest, JournalState.PARTLY_SENT),
        (ExportState.REJECTED in rest, JournalState.REJECTED),
        (booked, JournalState.APPROVED if all_approved else JournalState.SENT),
    )
    return next((state for holds, state in rules if holds), None)


def _state_of_problems(problems: Sequence[Problem]) -> JournalState:
    codes = {problem.code for problem in problems}
    if codes & GUARD_CODES:
        return JournalState.OFF
    if ProblemCode.NEWER_REVISION in codes:
        return JournalState.REPLACED
    if ProblemCode.EARLIER_REVISION_SENT in codes:
        return JournalState.CHANGED
    if any(problem.stops for problem in problems):
        return JournalState.PROBLEM
    return JournalState.READY
