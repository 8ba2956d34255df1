"""Settings of Procountor: profiles, the rules that many links follow."""

from dataclasses import dataclass
from typing import Any

from django import forms
from django.contrib import messages
from django.core.exceptions import PermissionDenied, ValidationError
from django.db.models import Count, Q
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from tilisilta.models import Area, Link, Profile, Right, User
from tilisilta.services.link_files import refusal_texts
from tilisilta.services.link_texts import Unreadable, read_mappings
from tilisilta.services.profiles import (
    FIELDS,
    ProfileChange,
    Rules,
    change_profile,
    make_profile,
    remove_profile,
)
from tilisilta.services.sending_rules.words import said_of_rule
from tilisilta.web.link_forms import LinkForm
from tilisilta.web.only_posted import only_posted
from tilisilta.web.rights import UserRequest, needs
from tilisilta.web.shown_changes import ShownValue, shown_values_of

MOST_SHOWN = 100


class ProfileForm(LinkForm):
    """A profile: the rules of links, without what each link has for itself alone."""

    start_month = None  # type: ignore[assignment]  # Django's way to leave out a field
    is_verify_only = None  # type: ignore[assignment]  # as above
    profile = None  # type: ignore[assignment]  # as above
    name = forms.CharField(
        label=gettext_lazy("Name of the profile"),
        max_length=80,
        widget=forms.TextInput(attrs={"class": "in", "autocomplete": "off"}),
    )
    is_default = forms.BooleanField(required=False, label=gettext_lazy("New links start with it"))
    account_mappings = forms.CharField(
        required=False,
        label=gettext_lazy("Account mappings"),
        help_text=gettext_lazy("As 5035=5030 5036=5040: the journal's account, then Procountor's."),
        widget=forms.Textarea(attrs={"class": "in", "rows": 3}),
    )

    def clean_account_mappings(self) -> dict[str, str]:
        """Return the mappings, or raise ``ValidationError`` if they cannot be read."""
        try:
            return read_mappings(str(self.cleaned_data["account_mappings"]))
        except Unreadable as error:
            raise forms.ValidationError(str(error)) from error

    def rules(self) -> Rules:
        """Return the profile as it was filled in; empty thresholds are left to the links."""
        given = self.cleaned_data
        return Rules(
            name=given["name"],
            is_default=given["is_default"],
            choices={name: given[name] for name in FIELDS if given[name] is not None},
            mappings=given["account_mappings"],
        )


@needs(Area.PROCOUNTOR, Right.READ)
def profile_list(request: UserRequest) -> HttpResponse:
    """Show all profiles, with how many links follow each."""
    _must_see_all(request.user)
    following = Count("links", filter=Q(links__ends_on__isnull=True))
    return render(
        request, "profiles/list.html", {"profiles": Profile.objects.annotate(count=following)}
    )


@needs(Area.PROCOUNTOR, Right.WRITE)
def new_profile(request: UserRequest) -> HttpResponse:
    """Make a profile."""
    _must_see_all(request.user)
    form = ProfileForm(request.POST or None)
    if form.is_valid():
        try:
            made = make_profile(form.rules(), user=request.user)
        except ValidationError as error:
            form.add_error(None, error.messages)
        else:
            messages.success(request, _("Profile %(name)s was made.") % {"name": made})
            if note := said_of_rule(Link(**made.choices)):
                messages.info(request, note)
            return redirect("link_profiles")
    return _form_page(request, form, None)


@needs(Area.PROCOUNTOR, Right.WRITE)
def link_profile(request: UserRequest, pk: int) -> HttpResponse:
    """Change a profile: first what it touches is shown, then it is stored."""
    _must_see_all(request.user)
    profile = get_object_or_404(Profile, pk=pk)
    if request.method != "POST":
        return _form_page(request, ProfileForm(initial=_values_of(profile)), profile)
    form = ProfileForm(request.POST)
    if not form.is_valid():
        return _form_page(request, form, profile)
    try:
        done = change_profile(
            profile,
            form.rules(),
            user=request.user,
            now=timezone.now(),
            is_dry="apply" not in request.POST,
            checks_names="unchecked" not in request.POST,
        )
    except ValidationError as error:
        form.add_error(None, error.messages)
        return _form_page(request, form, profile)
    if done.is_stored:
        messages.success(request, _("Profile %(name)s was changed.") % {"name": profile})
        return redirect("link_profiles")
    return _form_page(request, form, profile, preview=done)


@only_posted
@needs(Area.PROCOUNTOR, Right.WRITE)
def remove_link_profile(request: UserRequest, pk: int) -> HttpResponse:
    """Remove a profile that no link follows."""
    _must_see_all(request.user)
    profile = get_object_or_404(Profile, pk=pk)
    try:
        remove_profile(profile, user=request.user)
    except ValidationError as error:
        messages.error(request, " ".join(error.messages))
    else:
        messages.success(request, _("Profile %(name)s was removed.") % {"name": profile.name})
    return redirect("link_profiles")


@dataclass(frozen=True, kw_only=True)
class Touched:
    """A link that a change of its profile would change, and how many journals are checked again."""

    link: Link
    changes: tuple[ShownValue, ...]
    journal_count: int
    note: str


def _touched(preview: ProfileChange) -> tuple[Touched, ...]:
    return tuple(
        Touched(
            link=one.link,
            changes=shown_values_of(one.changes),
            journal_count=preview.journal_counts.get(one.link.company_id, 0),
            note=one.note,
        )
        for one in preview.changed[:MOST_SHOWN]
    )


def _must_see_all(user: User) -> None:
    """Refuse who is limited to some debtors: a profile changes links of all."""
    if user.is_limited:
        raise PermissionDenied


def _values_of(profile: Profile) -> dict[str, Any]:
    pairs = sorted(profile.account_mappings.items())
    return {
        **profile.choices,
        "name": profile.name,
        "is_default": profile.is_default,
        "account_mappings": " ".join(f"{before}={after}" for before, after in pairs),
    }


def _form_page(
    request: UserRequest,
    form: ProfileForm,
    profile: Profile | None,
    *,
    preview: ProfileChange | None = None,
) -> HttpResponse:
    context = {
        "form": form,
        "profile": profile,
        "preview": preview,
        "changed": _touched(preview) if preview else (),
        "refused": [(one.link, refusal_texts(one)) for one in preview.refused] if preview else [],
    }
    status = 422 if form.is_bound and preview is None else 200
    return render(request, "profiles/profile.html", context, status=status)
