"""The page that masks a person's name or identity code in all that is stored of a run."""

from django import forms
from django.contrib import messages
from django.core.exceptions import ValidationError
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from tilisilta.models import Area, Right
from tilisilta.services.masking import (
    MOST_REASON_CHARACTERS,
    MOST_TEXT_CHARACTERS,
    mask_in_run,
    masked_words,
)
from tilisilta.web.parts import visible_journal
from tilisilta.web.rights import UserRequest, needs


class MaskForm(forms.Form):
    """The text that is to be hidden, and why."""

    text = forms.CharField(
        label=gettext_lazy("Text to mask"),
        max_length=MOST_TEXT_CHARACTERS,
        widget=forms.TextInput(attrs={"class": "in", "autocomplete": "off"}),
        error_messages={"required": gettext_lazy("Give the text that is to be masked.")},
        help_text=gettext_lazy(
            "Such as a person's name or identity code. Small letters and capitals are the same. "
            "It is not stored."
        ),
    )
    reason = forms.CharField(
        label=gettext_lazy("Reason"),
        max_length=MOST_REASON_CHARACTERS,
        widget=forms.Textarea(attrs={"class": "in", "rows": 3}),
        error_messages={"required": gettext_lazy("Say why.")},
        help_text=gettext_lazy(
            "It stands in the history and in the audit log. No names, no identity codes."
        ),
    )


@needs(Area.JOURNAL_EXPORTS, Right.READ)
@needs(Area.AUDIT_LOG, Right.WRITE)
def mask_journal(request: UserRequest, pk: int) -> HttpResponse:
    """Ask which text is masked, and why, and mask it."""
    journal = visible_journal(request.user, pk)
    form = MaskForm(request.POST or None, auto_id="a-%s")
    if request.method == "POST" and form.is_valid():
        try:
            done = mask_in_run(journal, **form.cleaned_data, user=request.user, now=timezone.now())
        except ValidationError as error:
            form.add_error(None, error)
        else:
            if done.count:
                messages.success(request, masked_words(done))
                return redirect("journal", pk=pk)
            form.add_error("text", _("Nothing of this run has this text."))
    context = {"journal": journal, "form": form}
    return render(request, "journals/mask.html", context, status=422 if form.errors else 200)
