"""Checks a journal in three moves: gather what is known, plan by the rules, store the result.

A check never writes to Procountor (R11); it may read there. It stores the problems with the
journal, and what would be sent as exports in the state *ready*.
"""

import hashlib
from collections.abc import Sequence
from datetime import datetime, timedelta

from django.db import transaction

from tilisilta import __version__
from tilisilta.clients.procountor.wire import encode_receipt
from tilisilta.domain.checks import JournalPlan, plan_journal
from tilisilta.domain.items_to_make import ItemToMake
from tilisilta.domain.receipts import LedgerReceipt
from tilisilta.domain.standing import ExportState
from tilisilta.models import Export, Journal, Link, LinkSettings
from tilisilta.services.journals.gathering import (
    Destination,
    Gathered,
    gather,
    gather_new,
    known_destination,
    read_destination,
)
from tilisilta.services.procountor.administrations import ADMINISTRATION_AGE_LIMIT

_CHECKED = ("problems", "state", "needs_look", "currency", "zero_line_count", "checked_at")


def check_journal(
    journal: Journal, *, now: datetime, age_limit: timedelta = ADMINISTRATION_AGE_LIMIT
) -> Journal:
    """Check ``journal`` and store what would be sent of it as exports in the state *ready*.

    Procountor is read again if what we know of the company is older than ``age_limit``. A journal
    whose receipts are under way or all booked is left as it is, except for the note that its run is
    gone from Nmbrs; a discarded, withdrawn or settled one is left alone. Never raises for what a
    person can put right: that becomes a problem of the journal.
    """
    # Before the transaction: no row may stay locked while Procountor answers, up to a minute.
    destination = read_destination(journal, now=now, age_limit=age_limit)
    with transaction.atomic():
        # The journal first and its exports after it, as in all services: in another order two
        # transactions could deadlock.
        journal = (
            Journal.objects.select_for_update(of=("self",))
            .select_related("company__debtor")
            .get(pk=journal.pk)
        )
        is_at_rest = journal.discarded_at or journal.withdrawn_at or journal.settled_as
        if not is_at_rest:
            gathered = gather(journal, _still_there(destination, journal), locked=True)
            plan = plan_journal(gathered.facts)
            _keep(gathered, plan, now=now)
    return journal


def check_unlinked(journal: Journal, *, now: datetime) -> None:
    """Check a new journal of a company without a link, in the transaction that stores it.

    It can have no receipts, so there is nothing to query and no export to store.
    """
    check_before_storing(journal, now=now)
    journal.save(update_fields=_CHECKED)


def check_before_storing(journal: Journal, *, now: datetime) -> None:
    """Check such a journal without storing the result: whoever calls this stores the journal."""
    _note_check(journal, plan_journal(gather_new(journal).facts), now=now)


def _still_there(destination: Destination, journal: Journal) -> Destination:
    """Return ``destination``, or what is known now if its link was removed meanwhile.

    The link stays locked until the commit, after the journal as everywhere: exports of a link that
    is removed before they are stored could not be.
    """
    if destination.link is None:
        return destination
    # Of the link alone: its order would lock the company too, which others lock first.
    links = Link.objects.select_for_update(of=("self",), no_key=True)
    link = links.filter(pk=destination.link.pk).first()
    return destination if link is not None else known_destination(journal)


def _keep(gathered: Gathered, plan: JournalPlan, *, now: datetime) -> None:
    """The third move: store the plan."""
    _keep_trail(gathered)
    if plan.leaves_exports:
        _note(gathered.journal, plan)
    else:
        _note_check(gathered.journal, plan, now=now)
        gathered.journal.save(update_fields=_CHECKED)
        _keep_exports(gathered, plan)


def _note(journal: Journal, plan: JournalPlan) -> None:
    # Compared first: thousands of sent journals are checked again, and hardly any changes.
    if journal.problems != plan.problems or journal.state != plan.state:
        journal.problems, journal.state = plan.problems, plan.state
        journal.save(update_fields=["problems", "state"])


def _note_check(journal: Journal, plan: JournalPlan, *, now: datetime) -> None:
    journal.problems, journal.state = plan.problems, plan.state
    journal.needs_look = plan.needs_look
    journal.currency = plan.currency
    journal.zero_line_count = plan.zero_line_count
    journal.checked_at = now


def _keep_trail(gathered: Gathered) -> None:
    """Mark exports in other books than the link's as trail; delete those never sent."""
    for export in (*gathered.exports, *gathered.trail):
        is_trail = export in gathered.trail
        if export.is_trail != is_trail:
            export.is_trail = is_trail
            export.save(update_fields=["is_trail"])
    for export in gathered.trail:
        # With an attempt its token may stand in Procountor, and the row must stay.
        if export.state == ExportState.READY and not export.attempts.exists():
            export.delete()


def _keep_exports(gathered: Gathered, plan: JournalPlan) -> None:
    """Make the exports not yet booked equal the plan; booked ones stay as they are."""
    present = {export.token: export for export in gathered.exports}
    for token in plan.forgotten:
        present[token].delete()
    # Not deleted: they were tried, so their tokens may stand in Procountor.
    for token in plan.withdrawn:
        export = present[token]
        export.state, export.problems = ExportState.WITHDRAWN, ()
        export.save(update_fields=["state", "problems"])
    if gathered.link is not None:
        _keep_ready(gathered, gathered.link, plan)


def _keep_ready(gathered: Gathered, link: Link, plan: JournalPlan) -> None:
    present = {export.token: export for export in gathered.exports}
    rules = gathered.facts.rules
    settings = LinkSettings.of(rules) if plan.ready and rules is not None else None
    for receipt in plan.ready:
        export = present.get(receipt.token) or Export(journal=gathered.journal, token=receipt.token)
        export.link = link
        export.epoch = gathered.facts.epochs.get(receipt.booking_date, 0)
        export.link_settings = settings
        _fill(export, receipt, plan.items_to_make)
        export.save()


def _fill(export: Export, receipt: LedgerReceipt, items: Sequence[ItemToMake]) -> None:
    payload = encode_receipt(receipt.body)
    values = [transaction.accounting_value for transaction in receipt.body.transactions]
    export.booking_date = receipt.booking_date
    export.receipt_date = receipt.body.receipt_date
    export.name = receipt.body.name
    export.payload = payload.decode()
    export.payload_sha256 = hashlib.sha256(payload).hexdigest()
    export.program_version = __version__
    used = {
        (value.dimension_id, value.item_id)
        for row in receipt.body.transactions
        for value in row.dimension_values
    }
    export.items_to_make = [item for item in items if (item.dimension_id, item.stand_in) in used]
    export.row_count = len(values)
    export.debit_total = sum(value for value in values if value > 0)
    export.state = ExportState.READY
    export.problems = ()
