"""The buttons beside a receipt in question: it is the journal's, or another."""

from django import forms
from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.utils import timezone
from django.utils.translation import gettext as _

from tilisilta.errors import TilisiltaError
from tilisilta.models import Area, Export, Right
from tilisilta.services.sending.perhaps_ours import NotInDoubt, say_another, take_over
from tilisilta.web.only_posted import only_posted
from tilisilta.web.parts import error_text, visible_journal
from tilisilta.web.rights import UserRequest, needs

OURS, ANOTHER = "ours", "another"


class AnswerForm(forms.Form):
    """The receipt in question, the export it may belong to, and the answer."""

    token = forms.CharField(max_length=12)
    receipt = forms.IntegerField(min_value=1)
    said = forms.ChoiceField(choices=[(OURS, OURS), (ANOTHER, ANOTHER)])


@only_posted
@needs(Area.JOURNAL_EXPORTS, Right.WRITE)
def settle(request: UserRequest, pk: int) -> HttpResponse:
    """Settle what a receipt in question is. A second click changes nothing."""
    journal = visible_journal(request.user, pk)
    form = AnswerForm(request.POST)
    if not form.is_valid():
        return redirect("journal", pk=pk)
    answer = form.cleaned_data
    export = get_object_or_404(
        Export.with_trail.select_related("link__procountor_account", "journal__company"),
        journal=journal,
        token=answer["token"],
    )
    act = take_over if answer["said"] == OURS else say_another
    try:
        act(export, answer["receipt"], user=request.user, now=timezone.now())
    except NotInDoubt as error:
        messages.info(request, error_text(error))
    except TilisiltaError as error:
        messages.error(request, error_text(error))
    else:
        messages.success(request, _settled_text(answer["said"]))
    return redirect("journal", pk=pk)


def _settled_text(answer: str) -> str:
    if answer == OURS:
        return _("The receipt is the journal's now. Who said so is in the audit log.")
    return _("The receipt counts as another one. Who said so is in the audit log.")
