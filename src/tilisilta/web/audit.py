"""The audit log: who did what, and when; narrowed by company, person, kind and day."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from types import MappingProxyType
from typing import cast

from django import forms
from django.core.paginator import Paginator
from django.db.models import QuerySet
from django.http import HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.utils.functional import Promise
from django.utils.html import strip_tags
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext

from tilisilta.models import Area, AuditEntry, Right, User
from tilisilta.services.audit import entries_visible_to
from tilisilta.web.parts import asked_page
from tilisilta.web.rights import UserRequest, needs
from tilisilta.web.templatetags.ledger import day

ENTRIES_PER_PAGE = 100

FIELD_WORDS: Mapping[str, Promise | str] = MappingProxyType(
    {
        **{area.value: area.label for area in Area},
        "account_mappings": _("account mappings"),
        "approves_receipts": _("approval of receipts"),
        "business_id": _("business ID"),
        "clearing_account": _("clearing account"),
        "closed_period_policy": _("closed periods"),
        "cost_center_dimension": _("dimension of cost centers"),
        "cost_unit_dimension": _("dimension of cost units"),
        "creates_missing_items": _("creating of missing items"),
        "debtor": _("debtor"),
        "debtors": _("debtors"),
        "dimension_accounts": _("ledger accounts with dimensions"),
        "fallback_account": _("fallback account"),
        "first_name": _("first name"),
        "first_year": _("first year"),
        "is_active": _("may log in"),
        "last_name": _("last name"),
        "name": _("name"),
        "password": _("password"),
        "procountor_account": _("Procountor account"),
        "receipt_title": _("title of the receipts"),
        "recovery_codes": _("recovery codes"),
        "second_step": _("second step of the log-in"),
        "start_date": _("start date"),
        "start_month": _("first month"),
        "sums_equal_lines": _("summing of equal lines"),
        "template": _("user template"),
        "token": _("token"),
        "user_name": _("user name"),
        "uses_cost_centers": _("cost centers"),
        "uses_cost_units": _("cost units"),
    }
)


@dataclass(frozen=True, kw_only=True)
class ShownEntry:
    """An entry with its sentence in the reader's language."""

    entry: AuditEntry
    sentence: str


class FilterForm(forms.Form):
    """What narrows the log."""

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
        # Who is limited to some debtors need not learn who else there is.
        everybody = User.objects.all()
        people.queryset = everybody.filter(pk=user.pk) if user.is_limited else everybody
        kinds = cast(forms.ChoiceField, self.fields["action"])
        kinds.choices = [("", _("all")), *_action_choices()]

    def narrowed(self, entries: QuerySet[AuditEntry]) -> QuerySet[AuditEntry]:
        """The entries asked for; what cannot be understood narrows nothing."""
        asked = self.cleaned_data if self.is_valid() else {}
        if asked.get("company"):
            entries = entries.filter(company__number=asked["company"])
        if asked.get("user"):
            entries = entries.filter(user=asked["user"])
        if asked.get("action"):
            entries = entries.filter(action=asked["action"])
        if asked.get("since"):
            entries = entries.filter(at__gte=_midnight(asked["since"]))
        if asked.get("until"):
            entries = entries.filter(at__lt=_midnight(asked["until"] + timedelta(days=1)))
        return entries


@needs(Area.AUDIT_LOG, Right.READ)
def audit_log(request: UserRequest) -> HttpResponse:
    """The log, newest first."""
    form = FilterForm(request.GET or None, user=request.user)
    found = form.narrowed(entries_visible_to(request.user))
    page = Paginator(found, ENTRIES_PER_PAGE).get_page(asked_page(request))
    shown = [ShownEntry(entry=entry, sentence=sentence_of(entry)) for entry in page]
    return render(request, "audit/audit_log.html", {"form": form, "page": page, "entries": shown})


def sentence_of(entry: AuditEntry) -> str:
    """What was done, in the reader's language, with the facts of the case."""
    facts = {**entry.facts}
    if "fields" in facts:
        names = str(facts["fields"]).split(", ")
        facts["fields"] = ", ".join(str(FIELD_WORDS.get(name, name)) for name in names)
    if "date" in facts:
        facts["date"] = _day_in_words(str(facts["date"]))
    return _sentence(entry.action, facts).format_map(_Facts(facts))


def _sentence(action: str, facts: Mapping[str, object]) -> str:
    count = str(facts.get("count", ""))
    if action == AuditEntry.Action.JOURNAL_SENT and count.isdecimal():
        return ngettext(
            "sent journal {reference}: {count} ledger receipt",
            "sent journal {reference}: {count} ledger receipts",
            int(count),
        )
    return str(AuditEntry.Action(action).label)


def _day_in_words(written: str) -> str:
    """The day in the reader's language; as it is written down where it is no day."""
    try:
        return strip_tags(day(date.fromisoformat(written)))
    except ValueError:
        return written


class _Facts(dict[str, str]):
    """The facts of an entry; one that an older version did not write down yet shows as a dash."""

    def __missing__(self, key: str) -> str:
        return "\N{EN DASH}"


def _action_choices() -> list[tuple[str, str]]:
    """The kinds of entries; the places of facts in their sentences are left open."""
    blank = _Ellipses()
    named = [(value, str(label).format_map(blank)) for value, label in AuditEntry.Action.choices]
    return sorted(named, key=lambda choice: choice[1].casefold())


class _Ellipses(dict[str, str]):
    def __missing__(self, key: str) -> str:
        return "\N{HORIZONTAL ELLIPSIS}"


def _midnight(of: date) -> datetime:
    return timezone.make_aware(datetime.combine(of, time.min))
