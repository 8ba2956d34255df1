"""The audit log: who did what, and when; narrowed by company, person, kind and day."""

from datetime import date, datetime, time, timedelta
from typing import cast

from django import forms
from django.core.paginator import Paginator
from django.db.models import QuerySet
from django.http import HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from tilisilta.models import Area, AuditEntry, Right, User
from tilisilta.services.audit import entries_visible_to
from tilisilta.web.audit_entries import shown_entries
from tilisilta.web.parts import asked_page
from tilisilta.web.rights import UserRequest, needs

ENTRIES_PER_PAGE = 100
EARLIEST, LATEST = date(2000, 1, 1), date(9000, 1, 1)


class FilterForm(forms.Form):
    """The filter of the log: company, user, kind and days."""

    company = forms.IntegerField(label=_("Company number"), required=False, min_value=1)
    user = forms.ModelChoiceField(
        User.objects.none(), label=_("User"), required=False, empty_label=_("everybody")
    )
    action = forms.ChoiceField(label=_("Kind"), required=False)
    since = forms.DateField(
        label=_("From"), required=False, widget=forms.DateInput({"type": "date"}, "%Y-%m-%d")
    )
    until = forms.DateField(
        label=_("To"), required=False, widget=forms.DateInput({"type": "date"}, "%Y-%m-%d")
    )

    def __init__(self, *args: object, user: User, **kwargs: object) -> None:
        super().__init__(*args, **kwargs)  # type: ignore[arg-type]  # passed on as they came
        people = cast("forms.ModelChoiceField[User]", self.fields["user"])
        # A user limited to some debtors must not learn which other users there are.
        everybody = User.objects.all()
        people.queryset = everybody.filter(pk=user.pk) if user.is_limited else everybody
        kinds = cast(forms.ChoiceField, self.fields["action"])
        kinds.choices = [("", _("all")), *_action_choices()]

    def narrowed(self, entries: QuerySet[AuditEntry]) -> QuerySet[AuditEntry]:
        """Return the entries asked for. A form that is not valid filters nothing."""
        asked = self.cleaned_data if self.is_valid() else {}
        if asked.get("company"):
            entries = entries.filter(company__number=asked["company"])
        if asked.get("user"):
            entries = entries.filter(user=asked["user"])
        if asked.get("action"):
            entries = entries.filter(action=asked["action"])
        # No entry is older or newer, and the calendar of Python ends a day after 9999-12-30.
        if asked.get("since"):
            entries = entries.filter(at__gte=_midnight(max(asked["since"], EARLIEST)))
        if asked.get("until"):
            day_after = min(asked["until"], LATEST) + timedelta(days=1)
            entries = entries.filter(at__lt=_midnight(day_after))
        return entries


@needs(Area.AUDIT_LOG, Right.READ)
def audit_log(request: UserRequest) -> HttpResponse:
    """Show the log, newest first."""
    form = FilterForm(request.GET or None, user=request.user)
    entries = form.narrowed(entries_visible_to(request.user))
    page = Paginator(entries, ENTRIES_PER_PAGE).get_page(asked_page(request))
    context = {
        "form": form,
        "page": page,
        "entries": shown_entries(page, reader=request.user),
    }
    return render(request, "audit/audit_log.html", context)


def _action_choices() -> list[tuple[str, str]]:
    """Return the kinds of entries, with an ellipsis where their sentences name a fact."""
    blank = _Ellipses()
    named = [(value, str(label).format_map(blank)) for value, label in AuditEntry.Action.choices]
    return sorted(named, key=lambda choice: choice[1].casefold())


class _Ellipses(dict[str, str]):
    def __missing__(self, key: str) -> str:
        return "\N{HORIZONTAL ELLIPSIS}"


def _midnight(of: date) -> datetime:
    return timezone.make_aware(datetime.combine(of, time.min))
