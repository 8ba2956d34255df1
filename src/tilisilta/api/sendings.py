"""Sending journals: many in one moment, or one with the answer of its check."""

from collections.abc import Sequence
from typing import Any
from uuid import UUID

from django.http import Http404, HttpResponse
from django.utils import timezone
from django.utils.translation import gettext_noop as _
from ninja import Query, Router

from tilisilta.api.access import ApiRequest, Bearer
from tilisilta.api.answers import Key, answer_with, answers, once, visible_journal
from tilisilta.api.asked import Paged, Reference
from tilisilta.api.paging import page_of
from tilisilta.api.problems import ValuesNotPossible
from tilisilta.api.schemas_of_sending import (
    JointDocument,
    JointRows,
    JournalToCheckAndSend,
    ToSendTogether,
)
from tilisilta.api.schemas_of_work import JournalToSend, SentJournal
from tilisilta.management.exports import sent_document
from tilisilta.management.joint_sendings import joint_document, joint_row_documents, joint_rows
from tilisilta.models import Area, JointSending, Journal, Proposal, Right, Scope, User
from tilisilta.services.journals.references import journals_by_references
from tilisilta.services.keyed_requests import id_of_request
from tilisilta.services.sending.asking import Wanted, send_or_propose
from tilisilta.services.sending.progress import Stage
from tilisilta.services.sending.together import send_together
from tilisilta.services.sending.withdrawals import let_be_sent_again

router = Router(tags=["Sending"])
_MAY_SEND = Bearer(Scope.SEND, Area.JOURNAL_EXPORTS, Right.WRITE)
_MAY_READ = Bearer(Scope.READ, Area.JOURNAL_EXPORTS)


class AskedRows(Paged):
    """Which journals of a joint sending are asked for."""

    stage: Stage | None = None


@router.post(
    "/sendings",
    auth=_MAY_SEND,
    response=answers(JointDocument, status=202, does=True),
    summary=_("Send journals together"),
)
def send(request: ApiRequest, wanted: ToSendTogether, key: Key = None) -> HttpResponse:
    """Ask for journals to be sent, all in one moment. A worker checks each right before it sends.

    Without a digest a journal is sent as it is stored now. What cannot be sent is left, with its
    reason, beside those that can.
    """
    return once(request, key, wanted, lambda: send_at_once(request, _found(request, wanted), key))


@router.get(
    "/sendings/{uuid:joint}",
    auth=_MAY_READ,
    response=answers(JointDocument),
    summary=_("Show how far a sending is"),
)
def show_sending(request: ApiRequest, joint: UUID) -> dict[str, Any]:
    """Return the counts, and what a person has to look at."""
    return joint_document(_visible(request.user, joint), request.user)


@router.get(
    "/sendings/{uuid:joint}/journals",
    auth=_MAY_READ,
    response=answers(JointRows),
    summary=_("List the journals of a sending"),
)
def list_journals_of_sending(
    request: ApiRequest, joint: UUID, asked: Query[AskedRows]
) -> dict[str, Any]:
    """Return a page of the journals that were asked for together, each with its stage."""
    rows = joint_rows(_visible(request.user, joint), request.user)
    if asked.stage is not None:
        rows = rows.filter(stage=asked.stage)
    page = page_of(rows, by="pk", cursor=asked.cursor, limit=asked.limit, newest_first=False)
    return {"journals": joint_row_documents(page.rows), "next": page.next}


@router.post(
    "/journals/{reference}/sending",
    auth=_MAY_SEND,
    response=answers(SentJournal, status=202, does=True),
    summary=_("Check a journal and send it"),
)
def send_one(
    request: ApiRequest, reference: Reference, wanted: JournalToCheckAndSend, key: Key = None
) -> HttpResponse:
    """Check a journal against Procountor within this request, and ask for it to be sent."""
    return once(request, key, wanted, lambda: _send_one(request, reference, wanted))


def send_at_once(
    request: ApiRequest, wanted: Sequence[Wanted], key: str | None, **said: Any
) -> HttpResponse:
    """Commit what is wanted, and answer with what it became; the same for the same key."""
    joint = send_together(
        wanted,
        user=request.user,
        now=timezone.now(),
        joint_id=id_of_request(key, request.user) if key else None,
        **said,
    )
    return answer_with(JointDocument, joint_document(joint, request.user), status=202)


def sent_before(key: str, user: User) -> JointSending | None:
    """Return what the same request had committed before it was cut off, if anything."""
    return JointSending.objects.filter(pk=id_of_request(key, user)).first()


def _visible(user: User, joint: UUID) -> JointSending:
    found = JointSending.objects.visible_to(user).select_related("requested_by").filter(pk=joint)
    first = found.first()
    if first is None:
        raise Http404
    return first


def _found(request: ApiRequest, wanted: ToSendTogether) -> list[Wanted]:
    """Return the journals, each once; refuse all where one of them is not there."""
    visible = Journal.objects.visible_to(request.user)
    known = journals_by_references([one.reference for one in wanted.journals], visible)
    faults = {
        f"journals.{place}.reference": "There is no such journal."
        for place, one in enumerate(wanted.journals)
        if one.reference not in known
    }
    if faults:
        raise ValuesNotPossible(**faults)
    asked: dict[int, JournalToSend] = {}
    for one in wanted.journals:
        asked.setdefault(known[one.reference].pk, one)
    return [Wanted(journal=known[one.reference], seen=one.digest) for one in asked.values()]


def _send_one(request: ApiRequest, reference: str, wanted: JournalToCheckAndSend) -> HttpResponse:
    journal = visible_journal(request.user, reference)
    if bool(wanted.reason) != wanted.again:
        raise ValuesNotPossible(reason="Reason and again go together.")
    now = timezone.now()
    if wanted.again:
        journal = let_be_sent_again(journal, reason=wanted.reason, user=request.user, now=now)
    asked = send_or_propose(journal, user=request.user, now=now, seen=wanted.digest)
    # Read again: the check may have changed it.
    journal = Journal.objects.select_related("company").get(pk=journal.pk)
    [document] = sent_document([journal], ())["journals"]
    document["is_proposed"] = isinstance(asked, Proposal)
    return answer_with(SentJournal, document, status=202)
