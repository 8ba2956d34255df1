"""The pages that settle a journal by hand, mark it as sent, and take either back."""

from collections.abc import Callable

from django import forms
from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from tilisilta.errors import TilisiltaError
from tilisilta.models import Area, Journal, Right
from tilisilta.services.sending.settlements import (
    MOST_NUMBER_CHARACTERS,
    can_be_marked,
    can_be_settled,
    mark_as_sent,
    settle_by_hand,
    undo_settlement,
)
from tilisilta.web.parts import error_text, visible_journal
from tilisilta.web.reason_form import ReasonForm
from tilisilta.web.rights import UserRequest, needs


class SettlementForm(ReasonForm):
    """The reason, and the receipt in Procountor that books it, if there is one."""

    receipt_number = forms.CharField(
        label=gettext_lazy("Receipt no. in Procountor"),
        required=False,
        max_length=MOST_NUMBER_CHARACTERS,
        widget=forms.TextInput(attrs={"class": "in"}),
        help_text=gettext_lazy("If there is one. It stands beside the reason."),
    )


@needs(Area.JOURNAL_EXPORTS, Right.WRITE)
def settle_journal(request: UserRequest, pk: int) -> HttpResponse:
    """Ask why a journal that changed or was deleted after sending is settled, and settle it."""
    journal = visible_journal(request.user, pk)
    if not can_be_settled(journal):
        # Clicked twice, or another person was quicker.
        return redirect("journal", pk=pk)
    return _say(
        request,
        journal,
        lambda **said: settle_by_hand(journal, **said),
        told=_("The journal is settled. Nothing is sent."),
        template="journals/settle.html",
    )


@needs(Area.JOURNAL_EXPORTS, Right.WRITE)
def mark_journal(request: UserRequest, pk: int) -> HttpResponse:
    """Ask why a journal counts as sent although we did not send it, and mark it."""
    journal = visible_journal(request.user, pk)
    if not can_be_marked(journal):
        return redirect("journal", pk=pk)
    return _say(
        request,
        journal,
        lambda **said: mark_as_sent(journal, **said),
        told=_("The journal is marked as sent. Nothing is sent."),
        template="journals/mark.html",
    )


@needs(Area.JOURNAL_EXPORTS, Right.WRITE)
def unsettle_journal(request: UserRequest, pk: int) -> HttpResponse:
    """Ask why a settlement is taken back, and take it back."""
    journal = visible_journal(request.user, pk)
    if not journal.settled_as:
        return redirect("journal", pk=pk)
    form = ReasonForm(request.POST or None, auto_id="a-%s")
    if request.method == "POST" and form.is_valid():
        try:
            undo_settlement(
                journal, reason=form.cleaned_data["reason"], user=request.user, now=timezone.now()
            )
        except TilisiltaError as error:
            messages.error(request, error_text(error))
        else:
            messages.success(request, _("It is taken back, and the journal was checked again."))
        return redirect("journal", pk=pk)
    context = {"journal": journal, "form": form, "settlement": journal.settlements.first()}
    return render(request, "journals/unsettle.html", context, status=422 if form.errors else 200)


def _say(
    request: UserRequest,
    journal: Journal,
    act: Callable[..., Journal],
    *,
    told: str,
    template: str,
) -> HttpResponse:
    form = SettlementForm(request.POST or None, auto_id="a-%s")
    if request.method == "POST" and form.is_valid():
        given = form.cleaned_data
        try:
            act(
                reason=given["reason"],
                receipt_number=given["receipt_number"],
                user=request.user,
                now=timezone.now(),
            )
        except TilisiltaError as error:
            messages.error(request, error_text(error))
        else:
            messages.success(request, told)
        return redirect("journal", pk=journal.pk)
    context = {"journal": journal, "form": form}
    return render(request, template, context, status=422 if form.errors else 200)
