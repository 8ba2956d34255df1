"""Tokens of the API: a person's own, and those of others for an administrator to revoke."""

from django import forms
from django.contrib import messages
from django.core.exceptions import ValidationError
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from tilisilta.models import ApiToken, Area, Right, Scope
from tilisilta.services.api_tokens import (
    MOST_NAME_CHARACTERS,
    USUAL_DAYS,
    MadeToken,
    TokenNameTaken,
    create_token,
    revoke_token,
    tokens_of,
)
from tilisilta.web.only_posted import only_posted
from tilisilta.web.own_password import is_own_password
from tilisilta.web.parts import ExplainingForm
from tilisilta.web.rights import UserRequest, logged_in, needs

DAYS = (30, 90, 180, 365)


def _days_in_words() -> list[tuple[int, str]]:
    return [
        (days, ngettext("%(days)s day", "%(days)s days", days) % {"days": days}) for days in DAYS
    ]


class TokenForm(ExplainingForm):
    """What a new token is called, what it is for, and how long it is good."""

    name = forms.CharField(
        label=gettext_lazy("Name"),
        max_length=MOST_NAME_CHARACTERS,
        help_text=gettext_lazy("What it is for, such as the program that will use it."),
        widget=forms.TextInput(attrs={"class": "in", "autocomplete": "off"}),
    )
    scopes = forms.MultipleChoiceField(
        label=gettext_lazy("What it may be used for"),
        choices=Scope.choices,
        initial=[Scope.READ.value],
        widget=forms.CheckboxSelectMultiple,
        error_messages={"required": gettext_lazy("Choose at least one scope.")},
    )
    days = forms.TypedChoiceField(
        label=gettext_lazy("Good for"),
        choices=_days_in_words,
        coerce=int,
        initial=USUAL_DAYS,
        widget=forms.Select(attrs={"class": "in"}),
    )


@logged_in
def api_tokens(request: UserRequest) -> HttpResponse:
    """List the reader's tokens, and make one. It is shown in the answer to that and never again."""
    form = TokenForm(request.POST or None, auto_id="t-%s")
    made = _made(request, form) if request.method == "POST" and form.is_valid() else None
    context = {
        "form": TokenForm(auto_id="t-%s") if made else form,
        "made": made,
        "tokens": tokens_of(request.user),
        "now": timezone.now(),
    }
    status = 422 if form.is_bound and made is None else 200
    return render(request, "account/api_tokens.html", context, status=status)


@only_posted
@logged_in
def revoke_own_token(request: UserRequest, pk: int) -> HttpResponse:
    """Revoke one of the reader's tokens."""
    token = get_object_or_404(ApiToken, pk=pk, user=request.user)
    _revoke(request, token)
    return redirect("api_tokens")


@only_posted
@needs(Area.USERS, Right.WRITE)
def revoke_token_of_user(request: UserRequest, pk: int, token: int) -> HttpResponse:
    """Revoke a token of another user."""
    _revoke(request, get_object_or_404(ApiToken, pk=token, user=pk))
    return redirect("user", pk)


def _made(request: UserRequest, form: TokenForm) -> MadeToken | None:
    """Return the new token; ``None`` where it was refused, which the form or a message says."""
    if not is_own_password(request):
        return None
    given = form.cleaned_data
    try:
        return create_token(
            request.user,
            name=given["name"],
            scopes=[Scope(name) for name in given["scopes"]],
            days=given["days"],
            user=request.user,
            now=timezone.now(),
        )
    except TokenNameTaken as error:
        form.add_explained("name", error)
    except ValidationError as error:
        form.add_error(None, error)
    return None


def _revoke(request: UserRequest, token: ApiToken) -> None:
    revoke_token(token, user=request.user, now=timezone.now())
    text = _("Token %(name)s is revoked: no program can use it any more.")
    messages.success(request, text % {"name": token.name})
