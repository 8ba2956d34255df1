"""Nmbrs by REST: consent, what was granted, which debtors are covered, and disconnecting."""

from typing import Any

from django import forms
from django.contrib import messages
from django.contrib.auth.views import redirect_to_login
from django.core.exceptions import ValidationError
from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from tilisilta.errors import TilisiltaError
from tilisilta.models import Area, NmbrsConnection, Right
from tilisilta.services.explanations import Explanation, explain, explain_error
from tilisilta.services.fetching import connections as nmbrs_connections
from tilisilta.services.fetching import consents
from tilisilta.services.fetching.registration import NotRegistered, is_registered, redirect_uri
from tilisilta.services.fetching.rest_standing import rest_standing_of
from tilisilta.services.fetching.scope_words import scope_rows
from tilisilta.web.only_posted import only_posted
from tilisilta.web.parts import error_text
from tilisilta.web.rights import UserRequest, needs

EARLIEST_YEAR = 2000
STATES_IN_SESSION = "nmbrs_consents"
MOST_OPEN = 10


def this_year() -> int:
    return timezone.localdate().year


class NewRestForm(forms.Form):
    """What a person says of a new connection before they consent at Nmbrs."""

    name = forms.CharField(
        label=gettext_lazy("Name"),
        max_length=80,
        widget=forms.TextInput(attrs={"class": "in", "autocomplete": "off"}),
        help_text=gettext_lazy("Any name you will recognise, such as that of your bureau."),
    )
    first_year = forms.IntegerField(
        label=gettext_lazy("First year"),
        min_value=EARLIEST_YEAR,
        initial=this_year,
        widget=forms.NumberInput(attrs={"class": "in"}),
        help_text=gettext_lazy("Runs of earlier years stay in Nmbrs."),
    )
    domain = forms.CharField(
        label=gettext_lazy("Domain"),
        max_length=100,
        required=False,
        widget=forms.TextInput(attrs={"class": "in", "autocomplete": "off"}),
        help_text=gettext_lazy("What stands before nmbrs in the address of your Nmbrs pages."),
    )

    def clean_first_year(self) -> int:
        """Accept a year that has begun, or the next one."""
        year = int(self.cleaned_data["first_year"])
        if year > this_year() + 1:
            raise ValidationError(_("There are no runs of such a late year yet."))
        return year

    def clean(self) -> dict[str, Any]:
        """Refuse a name that another connection has."""
        given = super().clean() or self.cleaned_data
        if not self.errors:
            try:
                consents.must_be_free(**given)
            except nmbrs_connections.ConnectionNameTaken as error:
                self.add_error("name", error_text(error))
        return given


@needs(Area.NMBRS, Right.WRITE)
def new_rest(request: UserRequest) -> HttpResponse:
    """Show what connecting by REST takes; once the name is given, the way to Nmbrs."""
    # By GET: nothing is made before Nmbrs has answered, and browsers let no form lead elsewhere.
    form = NewRestForm(request.GET if "name" in request.GET else None)
    is_named = form.is_bound and form.is_valid()
    context = {
        "form": form,
        "is_named": is_named,
        "query": request.GET.urlencode(),
        "refusal": None if is_registered() else explain_error(NotRegistered()),
        "redirect_uri": redirect_uri(),
        "scopes": scope_rows(()),
    }
    status = 422 if form.is_bound and not is_named else 200
    return render(request, "nmbrs/rest_new.html", context, status=status)


@needs(Area.NMBRS, Right.WRITE)
def consent_to_new(request: UserRequest) -> HttpResponse:
    """Lead to Nmbrs' consent for a new connection."""
    form = NewRestForm(request.GET)
    if not form.is_valid():
        return redirect(f"{reverse('new_nmbrs_rest')}?{request.GET.urlencode()}")
    return _lead_to_nmbrs(request, **form.cleaned_data)


@needs(Area.NMBRS, Right.WRITE)
def consent_again(request: UserRequest, pk: int) -> HttpResponse:
    """Lead to Nmbrs' consent for a connection that there is."""
    return _lead_to_nmbrs(request, connection=get_object_or_404(NmbrsConnection, pk=pk))


def consented(request: HttpRequest) -> HttpResponseBase:
    """Take the answer of Nmbrs, where its consent leads back to."""
    if consents.is_of_command_line(request.GET.get("state", "")):
        # For whoever is at this browser: the answer is for the terminal, and not taken here.
        return _trouble(request, consents.ConsentNotOurs("command"), None)
    if not request.user.is_authenticated:
        # Without the code, which belongs in no other address.
        return redirect_to_login(f"{reverse('nmbrs_consented')}?late=yes")
    return _take_answer(request)


@needs(Area.NMBRS, Right.WRITE)
def _take_answer(request: UserRequest) -> HttpResponse:
    if "late" in request.GET:
        return _trouble(request, consents.ConsentTooLate("Logged out meanwhile."), None)
    answer = consents.Answer(
        state=request.GET.get("state", ""),
        code=request.GET.get("code", ""),
        error=request.GET.get("error", ""),
    )
    of_session = dict(request.session.get(STATES_IN_SESSION, {}))
    connection = NmbrsConnection.objects.filter(pk=of_session.get(answer.state, 0)).first()
    try:
        if answer.state not in of_session:
            raise consents.ConsentNotOurs
        made = consents.take_answer(answer, user=request.user, now=timezone.now())
    except consents.ConsentAnswered as error:
        if error.connection is not None:
            # Clicked twice: the first click has done it all.
            return redirect("nmbrs_rest", error.connection.pk)
        return _trouble(request, error, connection)
    except TilisiltaError as error:
        return _trouble(request, error, connection)
    messages.success(request, _consented_text(made))
    return redirect("nmbrs_rest", made.pk)


@needs(Area.NMBRS, Right.READ)
def rest(request: UserRequest, pk: int) -> HttpResponse:
    """Show how reading one connection by REST stands."""
    return _rest_page(request, pk, "nmbrs/rest.html")


@needs(Area.NMBRS, Right.READ)
def rest_debtors(request: UserRequest, pk: int) -> HttpResponse:
    """List the debtors that the consent does not cover, with how to get them in."""
    return _rest_page(request, pk, "nmbrs/rest_debtors.html")


@only_posted
@needs(Area.NMBRS, Right.WRITE)
def check_rest(request: UserRequest, pk: int) -> HttpResponse:
    """Ask Nmbrs what the connection reaches, in each way it has."""
    connection = nmbrs_connections.check_connection(get_object_or_404(NmbrsConnection, pk=pk))
    standing = rest_standing_of(connection, now=timezone.now(), user=request.user)
    if standing.problems:
        first = explain(standing.problems[0])
        messages.error(request, f"{connection.name}: {first.message} ({first.code}).")
    elif standing.grant is not None:
        messages.success(request, _("Nmbrs accepts the consent."))
    return redirect("nmbrs_rest", pk)


@needs(Area.NMBRS, Right.WRITE)
def remove_rest(request: UserRequest, pk: int) -> HttpResponse:
    """Ask for confirmation, then give the consent back to Nmbrs."""
    connection = get_object_or_404(NmbrsConnection, pk=pk)
    if request.method == "POST":
        if nmbrs_connections.remove_rest(connection, user=request.user):
            text = _("The consent of %(name)s was given back to Nmbrs, and its tokens forgotten.")
            messages.success(request, text % {"name": connection.name})
        else:
            text = _(
                "The tokens of %(name)s are forgotten. Nmbrs gave no answer: withdraw the consent "
                "there too, in the App Manager."
            )
            messages.warning(request, text % {"name": connection.name})
        return redirect("nmbrs_connections")
    return render(request, "nmbrs/rest_remove.html", {"connection": connection})


def _rest_page(request: UserRequest, pk: int, template: str) -> HttpResponse:
    connection = get_object_or_404(NmbrsConnection.objects.select_related("grant"), pk=pk)
    standing = rest_standing_of(connection, now=timezone.now(), user=request.user)
    context = {
        "standing": standing,
        "troubles": [explain(problem) for problem in standing.problems],
        "to_switching": _told(standing.moving.obstacle_to_switching),
        "redirect_uri": redirect_uri(),
    }
    return render(request, template, context)


def _told(error: TilisiltaError | None) -> Explanation | None:
    return None if error is None else explain_error(error)


def _lead_to_nmbrs(
    request: UserRequest, *, connection: NmbrsConnection | None = None, **of_new: Any
) -> HttpResponse:
    try:
        asked = consents.ask_for_consent(
            user=request.user, now=timezone.now(), connection=connection, **of_new
        )
    except TilisiltaError as error:
        return _trouble(request, error, connection)
    # Consents may be open in several tabs.
    of_session = dict(request.session.get(STATES_IN_SESSION, {}))
    of_session[asked.state] = connection.pk if connection is not None else None
    request.session[STATES_IN_SESSION] = dict(list(of_session.items())[-MOST_OPEN:])
    return redirect(asked.url)


def _trouble(
    request: HttpRequest, error: TilisiltaError, connection: NmbrsConnection | None
) -> HttpResponse:
    explanation: Explanation = explain_error(error)
    context = {
        "explanation": explanation,
        "connection": connection,
        "is_of_terminal": getattr(error, "facts", {}).get("reason") == "command",
    }
    return render(request, "nmbrs/rest_trouble.html", context, status=422)


def _consented_text(connection: NmbrsConnection) -> str:
    count = sum(bool(one["is_covered"]) for one in connection.grant.debtors)
    text = ngettext(
        "%(name)s may be read by REST: %(count)s debtor.",
        "%(name)s may be read by REST: %(count)s debtors.",
        count,
    )
    return text % {"name": connection.name, "count": count}
