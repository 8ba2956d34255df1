"""Changing many links at once: those that are ticked, first shown and then stored."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from django import forms
from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from tilisilta.models import Area, Link, Profile, Right
from tilisilta.services.link_changes import LinkChange, WantedChange, change_links
from tilisilta.services.link_files import refusal_texts
from tilisilta.services.link_texts import Unreadable, read_mappings
from tilisilta.services.links import mappings_of
from tilisilta.services.profiles import with_profile
from tilisilta.web.only_posted import only_posted
from tilisilta.web.rights import UserRequest, needs
from tilisilta.web.shown_changes import ShownValue, shown_values_of
from tilisilta.web.ticked_links import ticked_links

AS_IS = ("", gettext_lazy("leave as it is"))
_FLAG = forms.Select(attrs={"class": "in"})


class ManyLinksForm(forms.Form):
    """What to change in all of the links; what is left empty stays."""

    profile = forms.ModelChoiceField(
        Profile.objects.all(),
        required=False,
        label=gettext_lazy("Profile"),
        empty_label=AS_IS[1],
        widget=forms.Select(attrs={"class": "in"}),
    )
    closed_period_policy = forms.ChoiceField(
        choices=[AS_IS, *Link.Policy.choices],
        required=False,
        label=gettext_lazy("A correction for a closed period"),
        widget=forms.Select(attrs={"class": "in"}),
    )
    creates_missing_items = forms.TypedChoiceField(
        choices=[AS_IS, ("yes", gettext_lazy("yes")), ("no", gettext_lazy("no"))],
        coerce=lambda text: text == "yes",
        empty_value=None,
        required=False,
        label=gettext_lazy("Create missing items in Procountor when a journal needs them"),
        widget=_FLAG,
    )
    account_mappings = forms.CharField(
        required=False,
        max_length=2000,
        label=gettext_lazy("Account mappings to add"),
        help_text=gettext_lazy("As 5035=5030 5036=5040: the journal's account, then Procountor's."),
        widget=forms.TextInput(attrs={"class": "in", "autocomplete": "off"}),
    )

    def clean_account_mappings(self) -> dict[str, str]:
        """Return the mappings, or raise ``ValidationError`` if they cannot be read."""
        try:
            return read_mappings(str(self.cleaned_data["account_mappings"]))
        except Unreadable as error:
            raise forms.ValidationError(str(error)) from error

    def wanted(self, link: Link) -> WantedChange:
        """Return what ``link`` is to become."""
        given = self.cleaned_data
        choices: dict[str, Any] = {}
        if given["profile"] is not None:
            choices["profile"] = given["profile"]
        if given["closed_period_policy"]:
            choices["closed_period_policy"] = given["closed_period_policy"]
        if given["creates_missing_items"] is not None:
            choices["creates_missing_items"] = given["creates_missing_items"]
        added = given["account_mappings"]
        wanted = with_profile(link, choices, None)
        if not added:
            return wanted
        mappings = mappings_of(link) if wanted.mappings is None else wanted.mappings
        return WantedChange(link=link, choices=wanted.choices, mappings={**mappings, **added})


@dataclass(frozen=True, kw_only=True)
class ShownLink:
    """A link with what would change, or why it cannot."""

    link: Link
    values: tuple[ShownValue, ...]
    reasons: Sequence[tuple[str, str]]
    note: str


@only_posted
@needs(Area.PROCOUNTOR, Right.WRITE)
def many_links(request: UserRequest) -> HttpResponse:
    """Ask what to change in the ticked links, show it, and then store it."""
    links = ticked_links(request)
    if not links:
        messages.info(request, _("Tick the links that are to be changed."))
        return redirect("administrations")
    if "show" not in request.POST and "apply" not in request.POST:
        return _page(request, links, ManyLinksForm(), ())
    form = ManyLinksForm(request.POST)
    if not form.is_valid():
        return _page(request, links, form, ())
    outcomes = change_links(
        [form.wanted(link) for link in links],
        user=request.user,
        now=timezone.now(),
        is_dry="apply" not in request.POST,
    )
    if "apply" in request.POST and not any(one.is_refused for one in outcomes):
        _tell(request, sum(bool(one.changes) for one in outcomes))
        return redirect("administrations")
    return _page(request, links, form, outcomes)


def _page(
    request: UserRequest,
    links: Sequence[Link],
    form: ManyLinksForm,
    outcomes: Sequence[LinkChange],
) -> HttpResponse:
    shown = [_shown(one) for one in outcomes if one.changes or one.is_refused]
    context = {
        "links": links,
        "form": form,
        "is_shown": bool(outcomes),
        "shown": shown,
        "changed_count": sum(bool(one.changes) for one in outcomes),
        "is_refused": any(one.is_refused for one in outcomes),
    }
    status = 422 if form.is_bound and not outcomes else 200
    return render(request, "links/many.html", context, status=status)


def _shown(one: LinkChange) -> ShownLink:
    return ShownLink(
        link=one.link,
        values=shown_values_of(one.changes),
        reasons=refusal_texts(one),
        note=one.note,
    )


def _tell(request: UserRequest, count: int) -> None:
    text = ngettext("%(count)s link changed.", "%(count)s links changed.", count)
    messages.success(request, text % {"count": count})
