"""The pages that withdraw what is booked of a journal, and let it be sent again."""

from dataclasses import dataclass

from django import forms
from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from tilisilta.errors import TilisiltaError
from tilisilta.models import Area, Right
from tilisilta.services.explanations.ways_back import way_text
from tilisilta.services.sending.withdrawals import (
    PlannedReceipt,
    WithdrawalPlan,
    ask_to_withdraw,
    let_be_sent_again,
    plan_withdrawal,
)
from tilisilta.web.parts import error_text, visible_journal
from tilisilta.web.reason_form import ReasonForm
from tilisilta.web.rights import UserRequest, needs


class WithdrawalForm(ReasonForm):
    """The reason, the plan that was looked at, and that reversed receipts stay visible."""

    seen = forms.CharField(widget=forms.HiddenInput, required=False)
    knows = forms.BooleanField(
        label=gettext_lazy(
            "I know that reversed receipts stay visible in Procountor, with a reversing receipt "
            "against each"
        ),
        error_messages={"required": gettext_lazy("Confirm that you know it.")},
    )

    def __init__(self, posted: object, *, plan: WithdrawalPlan) -> None:
        super().__init__(posted, auto_id="a-%s", initial={"seen": plan.digest})  # type: ignore[arg-type]
        if not plan.has_reversal:
            del self.fields["knows"]
        else:
            self.fields["reason"].help_text = _(
                "It stands in the history, in the audit log and in the notes of the reversing "
                "receipt. No names, no identity codes."
            )


@dataclass(frozen=True, kw_only=True)
class PlannedRow:
    """A receipt on the page with what becomes of it, in words."""

    planned: PlannedReceipt
    text: str


@needs(Area.JOURNAL_EXPORTS, Right.WRITE)
def withdraw_journal(request: UserRequest, pk: int) -> HttpResponse:
    """Show what would become of each receipt, ask why, and withdraw them."""
    journal = visible_journal(request.user, pk)
    now = timezone.now()
    try:
        plan = plan_withdrawal(journal, now=now)
    except TilisiltaError as error:
        messages.error(request, error_text(error))
        return redirect("journal", pk=pk)
    form = WithdrawalForm(request.POST or None, plan=plan)
    if request.method == "POST" and form.is_valid():
        given = form.cleaned_data
        try:
            ask_to_withdraw(
                journal,
                reason=given["reason"],
                user=request.user,
                now=now,
                seen=given["seen"] or None,
            )
        except TilisiltaError as error:
            messages.error(request, error_text(error))
            return redirect("withdraw_journal", pk=pk)
        messages.success(request, _("The receipts are being taken back in Procountor."))
        return redirect("journal", pk=pk)
    context = {
        "journal": journal,
        "plan": plan,
        "rows": [PlannedRow(planned=one, text=way_text(one.way)) for one in plan.receipts],
        "debit": sum(one.export.debit_total for one in plan.receipts),
        "form": form,
        "read_at": now,
    }
    return render(request, "journals/withdraw.html", context, status=422 if form.errors else 200)


@needs(Area.JOURNAL_EXPORTS, Right.WRITE)
def send_again(request: UserRequest, pk: int) -> HttpResponse:
    """Ask why a withdrawn journal is to be sent again, and make it ready for that."""
    journal = visible_journal(request.user, pk)
    if journal.withdrawn_at is None:
        # Clicked twice, or another person was quicker.
        return redirect("journal", pk=pk)
    form = ReasonForm(request.POST or None, auto_id="a-%s")
    if request.method == "POST" and form.is_valid():
        try:
            let_be_sent_again(
                journal,
                reason=form.cleaned_data["reason"],
                user=request.user,
                now=timezone.now(),
            )
        except TilisiltaError as error:
            messages.error(request, error_text(error))
        else:
            messages.success(request, _("It may be sent again. Look at it before you send it."))
        return redirect("journal", pk=pk)
    context = {"journal": journal, "form": form}
    return render(request, "journals/again.html", context, status=422 if form.errors else 200)
