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
from tilisilta.services.notices.confirming import (
    ask_to_confirm,
    confirm_address,
    fits,
    may_be_asked_at,
)
from tilisilta.web.only_posted import only_posted
from tilisilta.web.parts import ExplainingForm
from tilisilta.web.rights import UserRequest, logged_in
from tilisilta.web.templatetags.ledger import moment

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


@logged_in
def confirm_mail_address(request: UserRequest, token: str) -> HttpResponse:
    """Show whether a link from a mail fits the reader's address, and confirm it by a click.

    Opening it changes nothing, as programs open links too. Once the address is confirmed every link
    says so, however old; and none says anything of another user.
    """
    choice = choice_of(request.user)
    is_confirmed = choice is not None and choice.confirmed_at is not None
    is_fitting = choice is not None and choice.is_unconfirmed and fits(token, choice)
    if request.method == "POST" and choice is not None and is_fitting:
        confirm_address(choice, user=request.user, now=timezone.now())
        is_confirmed = True
    if request.method == "POST" and is_confirmed:
        messages.success(request, _("Your mail address is confirmed."))
        return redirect("notice_choices")
    context = {"choice": choice, "is_confirmed": is_confirmed, "is_fitting": is_fitting}
    status = 200 if is_confirmed or is_fitting else 404
    return render(request, "notices/confirm.html", context, status=status)


@only_posted
@logged_in
def send_confirmation(request: UserRequest) -> HttpResponse:
    """Send the link again that confirms the reader's address, unless that was done just now."""
    choice, now = choice_of(request.user), timezone.now()
    if choice is None or not choice.is_unconfirmed:
        return redirect("notice_choices")
    if not settings.MAIL_HOST:
        messages.error(request, _("No mail server is set up."))
    elif ask_to_confirm(choice, now=now):
        text = _("A mail to confirm it is on its way to %(address)s.")
        messages.success(request, text % {"address": choice.address})
    else:
        text = _("Such a mail was made just now, or several today. Try again after %(moment)s.")
        after = moment(may_be_asked_at(choice, now=now))
        messages.warning(request, text % {"moment": after})
    return redirect("notice_choices")


def _initial(user: User) -> dict[str, str]:
    choice = choice_of(user)
    if choice is None:
        return {kind.value: cadence.value for kind, cadence in PROPOSED.items()}
    chosen = {kind.value: choice.cadence_of(kind).value for kind in NoticeKind}
    return {**chosen, "address": choice.address}
