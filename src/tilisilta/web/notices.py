"""A person's own choice of what they are told by mail, and when."""

from typing import Any

from django import forms
from django.conf import settings
from django.contrib import messages
from django.core.exceptions import ValidationError
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from tilisilta.domain.notices import Cadence, NoticeKind
from tilisilta.models import NOTICE_KINDS, User
from tilisilta.services.notices.choosing import (
    PROPOSED,
    choice_of,
    choose_notices,
    kinds_open_to,
)
from tilisilta.web.parts import ExplainingForm
from tilisilta.web.rights import UserRequest, logged_in

CADENCES = (
    (Cadence.AT_ONCE.value, gettext_lazy("At once")),
    (Cadence.DAILY.value, gettext_lazy("In the daily digest")),
    (Cadence.NEVER.value, gettext_lazy("Never")),
)


class NoticeForm(ExplainingForm):
    """Where mails go, and a choice for each kind that the user's rights allow."""

    address = forms.EmailField(
        label=gettext_lazy("Mail address"),
        required=False,
        max_length=254,
        help_text=gettext_lazy("Without an address you get no mail."),
        widget=forms.EmailInput(attrs={"class": "in", "autocomplete": "email"}),
    )

    def __init__(self, user: User, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.kinds = kinds_open_to(user)
        labels = dict(NOTICE_KINDS)
        for kind in self.kinds:
            self.fields[kind.value] = forms.ChoiceField(
                label=labels[kind.value],
                choices=CADENCES,
                widget=forms.Select(attrs={"class": "in"}),
            )

    def cadences(self) -> dict[NoticeKind, Cadence]:
        return {kind: Cadence(self.cleaned_data[kind.value]) for kind in self.kinds}


@logged_in
def notice_choices(request: UserRequest) -> HttpResponse:
    """Show what the reader is told by mail, and store another choice."""
    form = NoticeForm(
        request.user, request.POST or None, initial=_initial(request.user), auto_id="n-%s"
    )
    if request.method == "POST" and form.is_valid():
        try:
            choose_notices(
                request.user,
                address=form.cleaned_data["address"],
                cadences=form.cadences(),
                now=timezone.now(),
            )
        except ValidationError as error:
            form.add_error("address", error)
        else:
            messages.success(request, _("Your choice is stored."))
            return redirect("notice_choices")
    choice = choice_of(request.user)
    context = {
        "form": form,
        "choice": choice,
        "is_configured": bool(settings.MAIL_HOST),
        "digest_time": settings.MAIL_DIGEST_TIME,
    }
    status = 422 if form.is_bound else 200
    return render(request, "notices/choices.html", context, status=status)


def _initial(user: User) -> dict[str, str]:
    choice = choice_of(user)
    if choice is None:
        return {kind.value: cadence.value for kind, cadence in PROPOSED.items()}
    chosen = {kind.value: choice.cadence_of(kind).value for kind in NoticeKind}
    return {**chosen, "address": choice.address}
