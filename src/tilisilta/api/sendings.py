"""Sending journals, and withdrawing them."""

from collections.abc import Iterator
from typing import Annotated, Any

from django.http import HttpResponse
from django.utils import timezone
from django.utils.translation import gettext_noop as _
from ninja import Header, Router

from tilisilta.api.access import ApiRequest, Bearer
from tilisilta.api.answers import answer_with, answers, once, visible_journal
from tilisilta.api.asked import Reference
from tilisilta.api.problems import ValuesNotPossible, refusal
from tilisilta.api.schemas_of_work import Sendings, ToSend, ToWithdraw, Withdrawal, WithdrawalPlan
from tilisilta.errors import NeedsAttention
from tilisilta.management.exports import sent_document
from tilisilta.management.withdrawing import plan_document, withdrawal_document
from tilisilta.models import Area, Journal, Right, Scope
from tilisilta.services.journals.references import journal_by_reference
from tilisilta.services.keyed_requests import MOST_KEY_CHARACTERS
from tilisilta.services.sending.asking import Refusal, SentMany, Wanted, send_many
from tilisilta.services.sending.withdrawals import (
    ask_to_withdraw,
    checked_reason,
    let_be_sent_again,
    plan_withdrawal,
)

router = Router(tags=["Sending"])
_MAY_WITHDRAW = Bearer(Scope.WITHDRAW, Area.JOURNAL_EXPORTS, Right.WRITE)
Key = Annotated[
    str | None,
    Header(
        None,
        alias="Idempotency-Key",
        max_length=MOST_KEY_CHARACTERS,
        description="A text of your own for this request: repeated, it is answered the same.",
    ),
]


@router.post(
    "/sendings",
    auth=Bearer(Scope.SEND, Area.JOURNAL_EXPORTS, Right.WRITE),
    response=answers(Sendings, status=202, does=True),
    summary=_("Send journals"),
)
def send(request: ApiRequest, wanted: ToSend, key: Key = None) -> HttpResponse:
    """Ask for journals to be sent. A worker sends each receipt once; their states show how far."""
    return once(request, key, wanted, lambda: _send(request, wanted))


@router.get(
    "/journals/{reference}/withdrawal",
    auth=_MAY_WITHDRAW,
    response=answers(WithdrawalPlan, does=True),
    summary=_("Show what a withdrawal would do"),
)
def show_withdrawal(request: ApiRequest, reference: Reference) -> dict[str, Any]:
    """Return what would become of each booked receipt, as Procountor has it now."""
    journal = visible_journal(request.user, reference)
    return plan_document(plan_withdrawal(journal, now=timezone.now()))


@router.post(
    "/journals/{reference}/withdrawal",
    auth=_MAY_WITHDRAW,
    response=answers(Withdrawal, status=202, does=True),
    summary=_("Withdraw a journal"),
)
def withdraw(
    request: ApiRequest, reference: Reference, wanted: ToWithdraw, key: Key = None
) -> HttpResponse:
    """Ask for all that is booked of a journal to be invalidated or reversed. A worker does it."""
    return once(request, key, wanted, lambda: _withdraw(request, reference, wanted))


def _send(request: ApiRequest, wanted: ToSend) -> HttpResponse:
    asked = _sent(request, wanted)
    # Read again: a check may have changed them.
    ids = [sending.journal_id for sending in asked.sendings]
    journals = [Journal.objects.select_related("company").get(pk=pk) for pk in ids]
    document = sent_document(journals, asked.refused)
    if not asked.sendings:
        error = asked.refused[0].error
        return refusal(error, request, refused=document["refused"])
    return answer_with(Sendings, document, status=202)


def _sent(request: ApiRequest, wanted: ToSend) -> SentMany:
    if wanted.again:
        checked_reason(wanted.reason)
    elif wanted.reason:
        raise ValuesNotPossible(reason="It belongs to again.")
    found = list(_found(request, wanted))
    refused = list(_let_again(request, found, wanted.reason)) if wanted.again else []
    stopped = {one.journal.pk for one in refused}
    now = timezone.now()
    sendable = [one for one in found if one.journal.pk not in stopped]
    asked = send_many(sendable, user=request.user, now=now)
    return SentMany(sendings=asked.sendings, refused=(*refused, *asked.refused))


def _found(request: ApiRequest, wanted: ToSend) -> Iterator[Wanted]:
    """Yield the journals, each once; refuse all where one of them is not there."""
    seen: set[int] = set()
    visible = Journal.objects.visible_to(request.user)
    for place, one in enumerate(wanted.journals):
        journal = journal_by_reference(one.reference, visible)
        if journal is None:
            raise ValuesNotPossible(**{f"journals.{place}.reference": "There is no such journal."})
        if journal.pk not in seen:
            seen.add(journal.pk)
            yield Wanted(journal=journal, seen=one.digest)


def _let_again(request: ApiRequest, found: list[Wanted], reason: str) -> Iterator[Refusal]:
    """Let withdrawn journals be sent again, and yield those that are not withdrawn."""
    for one in found:
        try:
            let_be_sent_again(one.journal, reason=reason, user=request.user, now=timezone.now())
        except NeedsAttention as error:
            yield Refusal(journal=one.journal, error=error)


def _withdraw(request: ApiRequest, reference: str, wanted: ToWithdraw) -> HttpResponse:
    journal = visible_journal(request.user, reference)
    ask_to_withdraw(
        journal,
        reason=wanted.reason,
        user=request.user,
        now=timezone.now(),
        seen=wanted.digest or None,
    )
    journal = Journal.objects.select_related("company").get(pk=journal.pk)
    return answer_with(Withdrawal, withdrawal_document(journal), status=202)
