"""Booking the difference of a run that changed after it was sent."""

from typing import Any

from django.http import HttpResponse
from django.utils import timezone
from django.utils.translation import gettext_noop as _
from ninja import Router

from tilisilta.api.access import ApiRequest, Bearer
from tilisilta.api.answers import Key, answer_with, answers, once, visible_journal
from tilisilta.api.asked import Reference
from tilisilta.api.schemas_of_settling import BookedDifference, DifferencePlan, ToBookDifference
from tilisilta.management.differences import (
    booked_difference_document,
    planned_difference_document,
)
from tilisilta.models import Area, Journal, Right, Scope
from tilisilta.services.sending.differences import plan_difference_of
from tilisilta.services.sending.proposing_differences import book_or_propose_difference

router = Router(tags=["Sending"])
_MAY_SEND = Bearer(Scope.SEND, Area.JOURNAL_EXPORTS, Right.WRITE)


@router.get(
    "/journals/{reference}/difference",
    auth=_MAY_SEND,
    response=answers(DifferencePlan, does=True),
    summary=_("Show what a changed run changes in the books"),
)
def show_difference(request: ApiRequest, reference: Reference) -> dict[str, Any]:
    """Return what would be booked beside the receipts as Procountor has them now."""
    journal = visible_journal(request.user, reference)
    return planned_difference_document(plan_difference_of(journal, now=timezone.now()))


@router.post(
    "/journals/{reference}/difference",
    auth=_MAY_SEND,
    response=answers(BookedDifference, status=202, does=True),
    summary=_("Book what a changed run changes"),
)
def send_difference(
    request: ApiRequest, reference: Reference, wanted: ToBookDifference, key: Key = None
) -> HttpResponse:
    """Ask for the difference to be booked. Where there is none, the journal is settled."""
    return once(request, key, wanted, lambda: _book(request, reference, wanted))


def _book(request: ApiRequest, reference: str, wanted: ToBookDifference) -> HttpResponse:
    journal = visible_journal(request.user, reference)
    book_or_propose_difference(
        journal,
        reason=wanted.reason,
        user=request.user,
        now=timezone.now(),
        seen=wanted.digest or None,
    )
    journal = Journal.objects.select_related("company").get(pk=journal.pk)
    return answer_with(BookedDifference, booked_difference_document(journal), status=202)
