"""The audit log: who did what, and when; narrowed by company, person, command, kind and day."""

from typing import cast

from django import forms
from django.core.paginator import Paginator
from django.db.models import QuerySet
from django.http import HttpResponse, StreamingHttpResponse
from django.shortcuts import render
from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _

from tilisilta.languages import language_of
from tilisilta.models import Area, AuditEntry, Right, User
from tilisilta.services.audit import ANY_COMMAND, entries_visible_to, narrowed, system_users
from tilisilta.services.audit_export import save_log
from tilisilta.services.sending_rules.words import name_of_asker
from tilisilta.web.audit_entries import shown_entries
from tilisilta.web.parts import asked_page, long_file
from tilisilta.web.rights import UserRequest, needs

ENTRIES_PER_PAGE = 100


class FilterForm(forms.Form):
    """The filter of the log: company, user, who ran the command, kind and days."""

    company = forms.IntegerField(label=_("Company number"), required=False, min_value=1)
    user = forms.ModelChoiceField(
        User.objects.none(), label=_("User"), required=False, empty_label=_("everybody")
    )
    system_user = forms.ChoiceField(label=_("By a command or a rule"), required=False)
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
        commands = cast(forms.ChoiceField, self.fields["system_user"])
        commands.choices = [
            ("", _("all entries")),
            (ANY_COMMAND, _("any command")),
            *((name, name_of_asker(name)) for name in system_users(entries_visible_to(user))),
        ]
        kinds = cast(forms.ChoiceField, self.fields["action"])
        kinds.choices = [("", _("all")), *_action_choices()]

    def narrowed(self, entries: QuerySet[AuditEntry]) -> QuerySet[AuditEntry]:
        """Return the entries asked for. A form that is not valid filters nothing."""
        return narrowed(entries, **self.cleaned_data) if self.is_valid() else entries


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
        "asked": request.GET.urlencode(),
    }
    return render(request, "audit/audit_log.html", context)


@needs(Area.AUDIT_LOG, Right.READ)
def audit_log_csv(request: UserRequest) -> StreamingHttpResponse:
    """Return the entries asked for as CSV."""
    form = FilterForm(request.GET or None, user=request.user)
    entries = form.narrowed(entries_visible_to(request.user))
    has_comma = language_of(get_language()).has_decimal_comma
    return long_file(save_log(entries, user=request.user, has_decimal_comma=has_comma))


def _action_choices() -> list[tuple[str, str]]:
    """Return the kinds of entries, with an ellipsis where their sentences name a fact."""
    blank = _Ellipses()
    named = [(value, str(label).format_map(blank)) for value, label in AuditEntry.Action.choices]
    return sorted(named, key=lambda choice: choice[1].casefold())


class _Ellipses(dict[str, str]):
    def __missing__(self, key: str) -> str:
        return "\N{HORIZONTAL ELLIPSIS}"
