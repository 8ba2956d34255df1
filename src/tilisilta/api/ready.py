"""What is ready of a month, and sending all of it."""

from typing import Any

from django.http import HttpResponse
from django.utils import timezone
from django.utils.translation import gettext_noop as _
from ninja import Path, Query, Router

from tilisilta.api.access import ApiRequest, Bearer
from tilisilta.api.answers import Key, answer_with, answers, once
from tilisilta.api.asked import Paged
from tilisilta.api.months import first_day
from tilisilta.api.paging import cursor_at, number_in
from tilisilta.api.problems import ValuesNotPossible
from tilisilta.api.schemas import Month
from tilisilta.api.schemas_of_sending import JointDocument, MonthToSend, ReadyList
from tilisilta.api.sendings import send_at_once, sent_before
from tilisilta.management.joint_sendings import joint_document, ready_documents
from tilisilta.models import Area, Journal, Right, Scope, User
from tilisilta.services.journals.references import journals_by_references
from tilisilta.services.sending.asking import Wanted
from tilisilta.services.sending.ready import ReadyJournals, ready_journals
from tilisilta.services.sending.ready_lists import (
    ReadyListChanged,
    ReadyRow,
    digest_of_list,
    ready_rows,
)
from tilisilta.services.sending_rules.switching import leave_unticked

router = Router(tags=["Sending"])


class AskedReady(Paged):
    """Of which companies the journals are asked for."""

    debtor: int | None = None


@router.get(
    "/months/{month}/ready",
    auth=Bearer(Scope.READ, Area.JOURNAL_EXPORTS),
    response=answers(ReadyList),
    summary=_("List what is ready to be sent of a month"),
)
def list_ready(request: ApiRequest, month: Path[Month], asked: Query[AskedReady]) -> dict[str, Any]:
    """Return the digest of all that is ready, and a page of it."""
    ready = _ready(request.user, month, asked.debtor)
    rows = ready_rows(ready)
    after = number_in(asked.cursor) if asked.cursor else -1
    behind = sorted((one for one in rows if one.journal.pk > after), key=lambda one: one.journal.pk)
    listed = behind[: asked.limit]
    return {
        "month": month,
        "journal_count": len(rows),
        "digest": digest_of_list(rows),
        "to_look_at": [one.reference for one in ready.warned_of],
        "journals": ready_documents(listed),
        "next": cursor_at(listed[-1].journal.pk) if len(behind) > len(listed) else None,
    }


@router.post(
    "/months/{month}/sending",
    auth=Bearer(Scope.SEND, Area.JOURNAL_EXPORTS, Right.WRITE),
    response=answers(JointDocument, status=202, does=True),
    summary=_("Send all that is ready of a month"),
)
def send_month(
    request: ApiRequest, month: Path[Month], wanted: MonthToSend, key: Key = None
) -> HttpResponse:
    """Ask for all that is ready of a month but what is left out, in one moment.

    Either the digest of the list that was read goes along, or ``as_stored``.
    """
    return once(request, key, wanted, lambda: _send(request, month, wanted, key))


def _send(request: ApiRequest, month: str, wanted: MonthToSend, key: str | None) -> HttpResponse:
    if bool(wanted.digest) == wanted.as_stored:
        raise ValuesNotPossible(digest="Give either the digest of the list or as_stored.")
    if key and (earlier := sent_before(key, request.user)):
        return answer_with(JointDocument, joint_document(earlier, request.user), status=202)
    rows = ready_rows(_ready(request.user, month, wanted.debtor))
    if wanted.digest and wanted.digest != digest_of_list(rows):
        raise ReadyListChanged
    left_out = _left_out(request.user, wanted.left_out, rows)
    chosen = [one for one in rows if one.journal.pk not in left_out]
    if not chosen:
        raise ValuesNotPossible(left_out="Nothing that is ready is left to be sent.")
    leave_unticked(left_out, user=request.user, now=timezone.now())
    return send_at_once(
        request,
        # With the digests of this moment: what changes before they are locked is not sent.
        [Wanted(journal=one.journal, seen=one.digest) for one in chosen],
        key,
        period=first_day(month),
        left_out=len(rows) - len(chosen),
    )


def _ready(user: User, month: str, debtor: int | None) -> ReadyJournals:
    among = Journal.objects.all()
    if debtor is not None:
        among = among.filter(company__debtor__number=debtor)
    return ready_journals(user, among=among, period=first_day(month))


def _left_out(user: User, references: list[str], rows: tuple[ReadyRow, ...]) -> set[int]:
    """Return the journals that are left out; refuse one that is not there, as a mistyped one."""
    known = journals_by_references(references, Journal.objects.visible_to(user))
    unknown = {
        f"left_out.{place}": "There is no such journal."
        for place, reference in enumerate(references)
        if reference not in known
    }
    if unknown:
        raise ValuesNotPossible(**unknown)
    return {one.pk for one in known.values()} & {one.journal.pk for one in rows}
