"""Withdrawing journals."""

from typing import Any

from django.http import HttpResponse
from django.utils import timezone
from django.utils.translation import gettext_noop as _
from ninja import Router

from tilisilta.api.access import ApiRequest, Bearer
from tilisilta.api.answers import Key, answer_with, answers, once, visible_journal
from tilisilta.api.asked import Reference
from tilisilta.api.schemas_of_work import ToWithdraw, Withdrawal, WithdrawalPlan
from tilisilta.management.withdrawing import plan_document, withdrawal_document
from tilisilta.models import Area, Journal, Right, Scope
from tilisilta.services.sending.withdrawals import ask_to_withdraw, plan_withdrawal

router = Router(tags=["Sending"])
_MAY_WITHDRAW = Bearer(Scope.WITHDRAW, Area.JOURNAL_EXPORTS, Right.WRITE)


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


@router.get(
    "/journals/{reference}/withdrawal/progress",
    auth=Bearer(Scope.READ, Area.JOURNAL_EXPORTS),
    response=answers(Withdrawal),
    summary=_("Show how far a withdrawal is"),
)
def show_withdrawn(request: ApiRequest, reference: Reference) -> dict[str, Any]:
    """Return what was booked of a journal, and what became of each receipt. Nothing is asked."""
    return withdrawal_document(visible_journal(request.user, reference))


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
