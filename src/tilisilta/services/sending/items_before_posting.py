"""The dimension items that a journal's receipts need and Procountor does not have yet (R6, R11).

A check lists them and makes none. They are made with the sending, before any receipt is looked for
or posted, or when a person asks for them. Until then a number below zero stands in for each id.
"""

import hashlib
import time
from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime

from django.db import transaction

from tilisilta.clients.procountor.errors import ProcountorRejected
from tilisilta.clients.procountor.wire import decode_receipt, encode_receipt
from tilisilta.domain.administrations import Administration
from tilisilta.domain.dimensions import ItemIndex
from tilisilta.domain.items_to_make import MOST_NAMED_ITEMS, ItemToMake, each_once
from tilisilta.domain.problems import Problem, ProblemCode, Screen, facts
from tilisilta.domain.receipts import ReceiptBody, Transaction
from tilisilta.domain.standing import ExportState
from tilisilta.models import Export, Journal, User
from tilisilta.services.journals.checks import check_journal
from tilisilta.services.procountor.administrations import read_administration
from tilisilta.services.procountor.item_creation import MadeItems, WantedItem, make_items

# One turn of a sending may not delay the other sendings of its company for longer.
LONGEST_RUN_SECONDS = 60


def make_items_of(journal: Journal, *, user: User | None, now: datetime) -> MadeItems:
    """Make the missing items of a journal now, as a person asked, and check the journal again."""
    exports = list(journal.exports.filter(state=ExportState.READY).select_related("link"))
    items = each_once(item for export in exports for item in export.items_to_make)
    if not items:
        return MadeItems()
    made = _make(exports[0], items, user=user, now=now)
    check_journal(journal, now=now)
    return made


def make_items_for(exports: Sequence[Export], *, user: User | None, now: datetime) -> float:
    """Make the items of queued ``exports`` of one journal, and fill their ids into the payloads.

    Returns the seconds to wait before the next move. A refused item stops the receipts that need
    it; any other trouble is raised, and the move is tried again. What the person saw stays what is
    sent: only the stand-in ids are replaced.
    """
    items = each_once(item for export in exports for item in export.items_to_make)
    made = _make(exports[0], items, user=user, now=now)
    if made.trouble is not None:
        raise made.trouble
    # make_items() has just read the company, so this is what is stored, with the new items.
    administration = read_administration(exports[0].link.procountor_account, now=now)
    for export in exports:
        _fill(export, administration, made)
    _forget_notice(exports[0].journal_id)
    return 0.0


def _make(
    export: Export, items: Sequence[ItemToMake], *, user: User | None, now: datetime
) -> MadeItems:
    wanted = [
        WantedItem(kind=item.kind, dimension_name=item.dimension_name, code=item.code)
        for item in items
    ]
    until = time.monotonic() + LONGEST_RUN_SECONDS
    return make_items(export.link, wanted, user=user, now=now, until=until)


def _fill(export: Export, administration: Administration, made: MadeItems) -> None:
    items = export.items_to_make
    ids = _ids_of(items, administration)
    lacking = [item for item in items if (item.dimension_id, item.stand_in) not in ids]
    unmade = [item for item in lacking if item.code not in made.left]
    if unmade:
        _stop(export, unmade, dict(made.refused))
    if lacking:
        # Items that are left are made by the next turn, before anything else.
        return
    with transaction.atomic():
        locked = Export.objects.select_for_update().get(pk=export.pk)
        # Taken back and planned anew while the items were made: its payload is another one.
        if locked.state != ExportState.QUEUED or locked.items_to_make != export.items_to_make:
            return
        payload = encode_receipt(_with_ids(decode_receipt(locked.payload.encode()), ids))
        locked.payload = payload.decode()
        locked.payload_sha256 = hashlib.sha256(payload).hexdigest()
        locked.items_to_make = []
        locked.save(update_fields=["payload", "payload_sha256", "items_to_make"])


def _forget_notice(journal_id: int) -> None:
    """Remove the problem that items are to be made, once all of them exist."""
    with transaction.atomic():
        journal = Journal.objects.select_for_update().get(pk=journal_id)
        if any(export.items_to_make for export in journal.exports.all()):
            return
        problems = journal.problems
        left = [one for one in problems if one.code != ProblemCode.ITEMS_TO_BE_MADE]
        if len(left) < len(problems):
            journal.problems = left
            journal.save(update_fields=["problems"])


def _ids_of(
    items: Sequence[ItemToMake], administration: Administration
) -> dict[tuple[int, int], int]:
    """Return the real id of each item that exists by now, by its dimension and stand-in."""
    indexes = {
        dimension.dimension_id: ItemIndex(dimension) for dimension in administration.dimensions
    }
    ids = {}
    for item in items:
        index = indexes.get(item.dimension_id)
        known = index.find(item.code).item if index is not None else None
        if known is not None and known.is_active:
            ids[item.dimension_id, item.stand_in] = known.item_id
    return ids


def _with_ids(body: ReceiptBody, ids: dict[tuple[int, int], int]) -> ReceiptBody:
    return replace(body, transactions=tuple(_row_with_ids(row, ids) for row in body.transactions))


def _row_with_ids(row: Transaction, ids: dict[tuple[int, int], int]) -> Transaction:
    values = tuple(
        replace(value, item_id=ids.get((value.dimension_id, value.item_id), value.item_id))
        for value in row.dimension_values
    )
    return replace(row, dimension_values=values)


def _stop(
    export: Export, unmade: Sequence[ItemToMake], refused: dict[str, ProcountorRejected]
) -> None:
    errors = [refused[item.code] for item in unmade if item.code in refused]
    answers = [message for error in errors for _field, message in error.answers]
    reasons = [reason for error in errors if (reason := error.facts["reason"])]
    problem = Problem(
        code=ProblemCode.ITEM_REFUSED,
        screen=Screen.PROCOUNTOR,
        booking_date=export.booking_date,
        facts=facts(
            items=", ".join(item.code for item in unmade[:MOST_NAMED_ITEMS]),
            name=unmade[0].dimension_name,
            answer="; ".join(dict.fromkeys(answers)),
            reason=reasons[0] if reasons else "",
        ),
    )
    Export.objects.filter(pk=export.pk).update(problems=[problem], look_at=None)
