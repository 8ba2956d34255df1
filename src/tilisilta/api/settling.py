"""What a person decides about a journal: receipts in question, and settling it as a whole."""

from typing import Any

from django.http import Http404
from django.utils import timezone
from django.utils.translation import gettext_noop as _
from ninja import Query, Router

from tilisilta.api.access import ApiRequest, Bearer
from tilisilta.api.answers import answers, visible_journal
from tilisilta.api.asked import Paged, Reference
from tilisilta.api.paging import page_of
from tilisilta.api.schemas import JournalDocument
from tilisilta.api.schemas_of_settling import (
    Because,
    Doubts,
    Said,
    SettledDoubt,
    SettledJournal,
    Settlements,
    ToSettle,
)
from tilisilta.management.journals import journal_document
from tilisilta.management.settlements import settlement_document
from tilisilta.management.settling import doubt_document, settled_document
from tilisilta.models import Area, Export, Journal, Right, Scope, Settlement
from tilisilta.services.sending.asking import look_again
from tilisilta.services.sending.perhaps_ours import say_another, take_over
from tilisilta.services.sending.receipts_in_question import doubts_about
from tilisilta.services.sending.settlements import (
    mark_as_sent,
    settle_by_hand,
    undo_settlement,
)

router = Router(tags=["Settling"])
_MAY_READ = Bearer(Scope.READ, Area.JOURNAL_EXPORTS)
_MAY_SEND = Bearer(Scope.SEND, Area.JOURNAL_EXPORTS, Right.WRITE)


@router.get(
    "/journals/{reference}/receipts-in-question",
    auth=_MAY_READ,
    response=answers(Doubts),
    summary=_("List receipts of which a person has to say whose they are"),
)
def list_doubts(request: ApiRequest, reference: Reference) -> dict[str, Any]:
    """Return the receipts in Procountor that may be the journal's."""
    journal = visible_journal(request.user, reference)
    return {"in_question": [doubt_document(one) for one in doubts_about(journal)]}


@router.post(
    "/journals/{reference}/receipts-in-question",
    auth=_MAY_SEND,
    response=answers(SettledDoubt, does=True),
    summary=_("Say whether a receipt in question is the journal's"),
)
def settle_doubt(request: ApiRequest, reference: Reference, said: Said) -> dict[str, Any]:
    """Take the receipt over as the journal's, or note that it is another one."""
    journal = visible_journal(request.user, reference)
    asked = [
        one for one in doubts_about(journal) if one.ledger_receipt_id == said.ledger_receipt_id
    ]
    if not asked:
        raise Http404
    exports = Export.with_trail.select_related("link__procountor_account", "journal__company")
    act = take_over if said.is_ours else say_another
    settled = act(
        exports.get(token=asked[0].token),
        said.ledger_receipt_id,
        user=request.user,
        now=timezone.now(),
    )
    return settled_document(_read_again(journal), settled, asked[0])


@router.post(
    "/journals/{reference}/look",
    auth=_MAY_SEND,
    response=answers(JournalDocument, does=True),
    summary=_("Look for the uncertain receipts of a journal once more"),
)
def look(request: ApiRequest, reference: Reference) -> dict[str, Any]:
    """Ask a worker to look in Procountor now. Nothing is sent by it."""
    journal = visible_journal(request.user, reference)
    if journal.discarded_at is not None:
        raise Http404
    look_again(journal, user=request.user, now=timezone.now())
    return journal_document(_read_again(journal))


@router.get(
    "/journals/{reference}/settlements",
    auth=_MAY_READ,
    response=answers(Settlements),
    summary=_("List what people said of a journal as a whole"),
)
def list_settlements(
    request: ApiRequest, reference: Reference, asked: Query[Paged]
) -> dict[str, Any]:
    """Return a page of its settlements, those that were taken back too."""
    rows = Settlement.objects.filter(journal=visible_journal(request.user, reference))
    page = page_of(rows, by="pk", cursor=asked.cursor, limit=asked.limit)
    return {"settlements": [settlement_document(one) for one in page.rows], "next": page.next}


@router.post(
    "/journals/{reference}/settlements",
    auth=_MAY_SEND,
    response=answers(SettledJournal, does=True),
    summary=_("Say that nothing of a journal is left to be sent"),
)
def settle(request: ApiRequest, reference: Reference, wanted: ToSettle) -> dict[str, Any]:
    """Settle the journal by hand, or mark it as sent. Nothing is written to Procountor."""
    act = settle_by_hand if wanted.settled_as == "by_hand" else mark_as_sent
    journal = act(
        visible_journal(request.user, reference),
        reason=wanted.reason,
        receipt_number=wanted.receipt_number,
        user=request.user,
        now=timezone.now(),
    )
    return _settled(journal)


@router.post(
    "/journals/{reference}/unsettle",
    auth=_MAY_SEND,
    response=answers(SettledJournal, does=True),
    summary=_("Take the last settlement of a journal back"),
)
def unsettle(request: ApiRequest, reference: Reference, wanted: Because) -> dict[str, Any]:
    """Take it back and check the journal again."""
    journal = visible_journal(request.user, reference)
    undone = undo_settlement(journal, reason=wanted.reason, user=request.user, now=timezone.now())
    return _settled(undone)


def _settled(journal: Journal) -> dict[str, Any]:
    settlement = settlement_document(journal.settlements.first())
    return {**journal_document(journal), "settlement": settlement}


def _read_again(journal: Journal) -> Journal:
    return Journal.objects.select_related("company").get(pk=journal.pk)
