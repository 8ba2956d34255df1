"""Settings of Nmbrs: the connections, what each reaches, and the questions to a person."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from django import forms
from django.contrib import messages
from django.core.exceptions import ValidationError
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from tilisilta.domain.end_of_soap import END_OF_SOAP
from tilisilta.domain.nmbrs_ids import NmbrsId
from tilisilta.domain.problems import Problem, ProblemCode
from tilisilta.domain.whole_numbers import whole_number
from tilisilta.errors import TilisiltaError
from tilisilta.models import Area, Debtor, NightCalls, NmbrsConnection, NmbrsGrant, Right
from tilisilta.services.explanations import Explanation, explain, explain_error
from tilisilta.services.fetching import connections as nmbrs_connections
from tilisilta.services.fetching.call_counts import calls_of_last_night
from tilisilta.services.fetching.client import offered_sites
from tilisilta.services.fetching.company_questions import (
    CompanyQuestion,
    answer_question,
    id_of_question,
)
from tilisilta.services.fetching.connection_problems import grant_of, login_of, problems_of
from tilisilta.services.fetching.many_questions import open_questions
from tilisilta.services.fetching.progress import fetch_progress_for
from tilisilta.services.fetching.question_words import why_in_question
from tilisilta.web.only_posted import only_posted
from tilisilta.web.parts import error_text, is_part
from tilisilta.web.rights import UserRequest, needs

EARLIEST_YEAR = 2000

State = NmbrsConnection.State


def this_year() -> int:
    return timezone.localdate().year


class ConnectionForm(forms.Form):
    """The user that asks Nmbrs, where, and from which year on. The token is never shown again."""

    user_name = forms.CharField(
        label=gettext_lazy("User name in Nmbrs"),
        max_length=200,
        widget=forms.TextInput(attrs={"class": "in", "autocomplete": "off"}),
        help_text=gettext_lazy("The e-mail address that the user logs in to Nmbrs with."),
    )
    token = forms.CharField(
        label=gettext_lazy("API token"),
        max_length=2000,
        widget=forms.PasswordInput(attrs={"class": "in", "autocomplete": "off"}),
        help_text=gettext_lazy(
            "It stands in Nmbrs in the profile of the user. "
            "It is stored encrypted and is never shown again."
        ),
    )
    first_year = forms.IntegerField(
        label=gettext_lazy("First year"),
        min_value=EARLIEST_YEAR,
        initial=this_year,
        help_text=gettext_lazy("Runs of earlier years stay in Nmbrs."),
    )

    site = forms.ChoiceField(
        label=gettext_lazy("Your Nmbrs answers at"),
        required=False,
        widget=forms.Select(attrs={"class": "in"}),
        help_text=gettext_lazy(
            "Swedish environments answer at api.nmbrs.se. "
            "The address of your Nmbrs pages ends in the same way."
        ),
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["first_year"].widget.attrs["class"] = "in"
        sites = offered_sites()
        chooser = self.fields["site"]
        if sites and isinstance(chooser, forms.ChoiceField):
            chooser.choices = [(site.value, site.label) for site in sites]
        else:
            # A stand-in answers at one address only.
            del self.fields["site"]

    def clean_first_year(self) -> int:
        """Accept a year that has begun, or the next one."""
        year = int(self.cleaned_data["first_year"])
        if year > this_year() + 1:
            raise ValidationError(_("There are no runs of such a late year yet."))
        return year


class NewConnectionForm(ConnectionForm):
    """The fields of a new connection: those of each, its name and its domain."""

    name = forms.CharField(
        label=gettext_lazy("Name"),
        max_length=80,
        widget=forms.TextInput(attrs={"class": "in", "autocomplete": "off"}),
        help_text=gettext_lazy("Any name you will recognise, such as that of your bureau."),
    )
    domain = forms.CharField(
        label=gettext_lazy("Domain"),
        max_length=100,
        required=False,
        widget=forms.TextInput(attrs={"class": "in", "autocomplete": "off"}),
        help_text=gettext_lazy("Empty: it is found by itself."),
    )


class ChangeConnectionForm(ConnectionForm):
    """The fields of an existing connection. A stored token may stay as it is."""

    def __init__(self, *args: Any, has_token: bool, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        token = self.fields["token"]
        token.label = _("New API token")
        token.required = not has_token
        if has_token:
            token.help_text = _("Empty: the one that is stored stays. It is never shown.")


@dataclass(frozen=True, kw_only=True)
class Question:
    """A company of Nmbrs, and the one here that it may be, with the reason."""

    nmbrs_id: NmbrsId
    number: int
    name: str
    here_number: int
    here: str
    why: str
    debtor: str


@dataclass(frozen=True, kw_only=True)
class ConnectionRow:
    """A connection in the list, and what a person should do about it.

    Each of ``troubles`` says whether it stops the connection or only informs.
    """

    connection: NmbrsConnection
    troubles: tuple[tuple[Explanation, bool], ...]
    grant: NmbrsGrant | None
    night_calls: Sequence[NightCalls]
    forbidden_calls: tuple[str, ...]

    @property
    def is_removed(self) -> bool:
        return self.connection.state == State.REMOVED

    @property
    def login(self) -> str:
        return login_of(self.connection)

    @property
    def again_url(self) -> str:
        """Return where a removed connection is connected again, in its own way."""
        page = "nmbrs_rest" if self.connection.is_by_rest else "nmbrs_connection"
        return reverse(page, args=[self.connection.pk])

    @property
    def has_more(self) -> bool:
        return bool(self.troubles or self.forbidden_calls)


@needs(Area.NMBRS, Right.READ)
def connections(request: UserRequest) -> HttpResponse:
    return _connections_page(request, NewConnectionForm())


@only_posted
@needs(Area.NMBRS, Right.WRITE)
def new_connection(request: UserRequest) -> HttpResponse:
    """Make a connection once Nmbrs has let its user in, and ask for everything to be fetched."""
    form = NewConnectionForm(request.POST)
    if form.is_valid():
        try:
            made = nmbrs_connections.connect_and_fetch(**form.cleaned_data, user=request.user)
        except nmbrs_connections.ConnectionNameTaken as error:
            form.add_error("name", error_text(error))
        except TilisiltaError as error:
            return _connections_page(request, form, refusal=explain_error(error), status=422)
        else:
            text = _("%(name)s is connected. %(reached)s")
            messages.success(request, text % {"name": made.name, "reached": reached_text(made)})
            return redirect("nmbrs_connections")
    return _connections_page(request, form, status=422)


@only_posted
@needs(Area.NMBRS, Right.WRITE)
def check_connection(request: UserRequest, pk: int) -> HttpResponse:
    """Ask Nmbrs what the connection reaches, and show it."""
    connection = nmbrs_connections.check_connection(get_object_or_404(NmbrsConnection, pk=pk))
    problems = connection.trouble
    if problems:
        # Short: cause and remedy stand below the row of the connection.
        first = explain(problems[0])
        messages.error(request, f"{connection.name}: {first.message} ({first.code}).")
    elif connection.forbidden_calls:
        text = _("%(reached)s The API template does not allow: %(calls)s.")
        calls = ", ".join(connection.forbidden_calls)
        messages.warning(request, text % {"reached": reached_text(connection), "calls": calls})
    elif connection.state == State.WORKING:
        messages.success(request, reached_text(connection))
    return redirect("nmbrs_connections")


@needs(Area.NMBRS, Right.WRITE)
def connection(request: UserRequest, pk: int) -> HttpResponse:
    """Change user, token, site or first year of a connection; connect a removed one again."""
    connection = get_object_or_404(NmbrsConnection, pk=pk)
    refusal = None
    form = ChangeConnectionForm(
        request.POST or None,
        has_token=connection.state != State.REMOVED,
        initial={
            "user_name": connection.user_name,
            "first_year": connection.first_year,
            # Without one it is the host of the settings, which is the first choice.
            "site": connection.site or None,
        },
    )
    if connection.is_by_rest:
        # Its log-in is changed by consent alone.
        del form.fields["user_name"], form.fields["token"]
    if request.method == "POST" and form.is_valid():
        changes = {"user_name": connection.user_name, **form.cleaned_data}
        try:
            nmbrs_connections.change_connection(connection, user=request.user, **changes)
        except TilisiltaError as error:
            refusal = explain_error(error)
        else:
            messages.success(request, reached_text(connection))
            return redirect("nmbrs_connections")
    # Read again: a refused change may have set values that were never saved.
    shown = get_object_or_404(NmbrsConnection, pk=pk)
    context = {"connection": shown, "form": form, "refusal": refusal}
    status = 422 if form.is_bound else 200
    return render(request, "nmbrs/connection.html", context, status=status)


@needs(Area.NMBRS, Right.WRITE)
def remove_connection(request: UserRequest, pk: int) -> HttpResponse:
    """Ask for confirmation, then delete the token of a connection."""
    connection = get_object_or_404(NmbrsConnection, pk=pk)
    if request.method == "POST":
        nmbrs_connections.remove_connection(connection, user=request.user)
        text = _("%(name)s is removed. What came in by it stays, and can still be sent.")
        messages.success(request, text % {"name": connection.name})
        return redirect("nmbrs_connections")
    return render(request, "nmbrs/remove.html", {"connection": connection})


@only_posted
@needs(Area.NMBRS, Right.WRITE)
def answer(request: UserRequest, pk: int) -> HttpResponse:
    """Store the answer whether a company of Nmbrs is the one of its number here."""
    connection = get_object_or_404(NmbrsConnection, pk=pk)
    asked = NmbrsId.parse(request.POST.get("nmbrs_company_id", ""))
    is_same = request.POST.get("is_same") == "yes"
    here = whole_number(request.POST.get("here", ""))
    company = (
        answer_question(connection, asked, is_same=is_same, user=request.user, here=here)
        if asked
        else None
    )
    if company is None:
        connection.refresh_from_db(fields=["questions"])
        is_open = asked and any(id_of_question(o).is_of(asked) for o in connection.open_questions)
        text = _("Another company here may be it as well: see below.") if is_open else ""
        messages.info(request, text or _("Somebody has answered that already."))
    elif is_same:
        text = _("%(company)s is the company in Nmbrs. It is fetched with the next fetch.")
        messages.success(request, text % {"company": company})
    else:
        text = _("%(company)s was added as another company. It is fetched with the next fetch.")
        messages.success(request, text % {"company": company})
    return redirect("nmbrs_connections")


def reached_text(connection: NmbrsConnection) -> str:
    """Return what Nmbrs lets the user of a connection see."""
    if connection.is_by_rest:
        return _("Nmbrs accepts the consent of %(name)s.") % {"name": connection.name}
    debtors = ngettext("%(count)s debtor", "%(count)s debtors", connection.debtor_count)
    companies = ngettext("%(count)s company", "%(count)s companies", connection.company_count)
    return _("Nmbrs lets %(user_name)s in, domain %(domain)s: %(debtors)s and %(companies)s.") % {
        "user_name": connection.user_name,
        "domain": connection.domain,
        "debtors": debtors % {"count": connection.debtor_count},
        "companies": companies % {"count": connection.company_count},
    }


def _connections_page(
    request: UserRequest,
    form: NewConnectionForm,
    *,
    refusal: Explanation | None = None,
    status: int = 200,
) -> HttpResponse:
    fetching = fetch_progress_for(request.user)
    connections = sorted(
        NmbrsConnection.objects.select_related("grant"), key=lambda one: one.state == State.REMOVED
    )
    context = {
        "form": form,
        "refusal": refusal,
        "rows": [_row(one, is_limited=fetching.is_limited) for one in connections],
        "questions": _questions(request, connections),
        "fetching": fetching,
        "soap_ends_on": END_OF_SOAP,
    }
    part = "nmbrs/list.html" if is_part(request) else "nmbrs/connections.html"
    return render(request, part, context, status=status)


def _row(connection: NmbrsConnection, *, is_limited: bool) -> ConnectionRow:
    problems = problems_of(connection, now=timezone.now())
    if is_limited:
        # The problem names companies of debtors that a limited user must not see.
        problems = tuple(one for one in problems if one.code != ProblemCode.COMPANY_WITHOUT_DEBTOR)
    if connection.is_unreadable and connection.state != State.REMOVED:
        problems = (Problem(code=ProblemCode.KEYS_DO_NOT_FIT),)
    grant = grant_of(connection)
    is_working = connection.state == State.WORKING
    return ConnectionRow(
        connection=connection,
        troubles=tuple((explain(one), one.stops) for one in problems),
        grant=grant if grant is not None and grant.state != "withdrawn_here" else None,
        night_calls=calls_of_last_night(connection),
        # Nmbrs says nothing about the calls of a user it does not let in.
        forbidden_calls=tuple(connection.forbidden_calls) if is_working else (),
    )


def _questions(
    request: UserRequest, connections: Iterable[NmbrsConnection]
) -> list[tuple[NmbrsConnection, tuple[Question, ...]]]:
    """Return the open questions by connection, of a limited user only theirs."""
    found: dict[NmbrsConnection, list[Question]] = {}
    for one in open_questions(request.user, connections):
        found.setdefault(one.connection, []).append(_question(one.question, one.debtor))
    return [(connection, tuple(asked)) for connection, asked in found.items()]


def _question(asked: CompanyQuestion, debtor: Debtor | None) -> Question:
    return Question(
        nmbrs_id=asked.asked.id,
        number=asked.asked.number,
        name=asked.asked.name,
        here_number=asked.here.number,
        here=asked.here.name,
        why=why_in_question(asked),
        debtor=str(debtor or ""),
    )
