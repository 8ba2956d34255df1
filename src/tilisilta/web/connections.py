"""Settings of Procountor, tab Accounts: make an account, authorise it, see whether it works."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any, cast
from urllib.parse import urlencode

from django import forms
from django.contrib import messages
from django.core.paginator import Page, Paginator
from django.db.models import Case, Count, IntegerField, Q, Value, When
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from tilisilta.clients.procountor.errors import ProcountorUnavailable
from tilisilta.domain.problems import Problem, ProblemCode, facts
from tilisilta.domain.standing import EXPORTS_UNDER_WAY
from tilisilta.domain.whole_numbers import whole_number
from tilisilta.errors import TilisiltaError
from tilisilta.models import Area, Company, Debtor, Journal, ProcountorAccount, Right, User
from tilisilta.services import connections
from tilisilta.services.explanations import Explanation, explain, explain_error
from tilisilta.web.authorising import next_for_key, next_turn
from tilisilta.web.log_in_queue import way_on
from tilisilta.web.only_posted import only_posted
from tilisilta.web.parts import error_text, is_part, visible_accounts
from tilisilta.web.rights import UserRequest, needs

MOST_NAMED = 10
ON_A_PAGE = 50
STATES_IN_SESSION = "procountor_log_ins"
MOST_OPEN_LOG_INS = 10

State = ProcountorAccount.State


class NewAccountForm(forms.Form):
    """The name of a new account, and the debtor it belongs to."""

    name = forms.CharField(
        label=gettext_lazy("User name"),
        max_length=80,
        widget=forms.TextInput(attrs={"class": "in", "autocomplete": "off"}),
        help_text=gettext_lazy(
            "Any name you will recognise. One account serves one administration."
        ),
    )
    debtor = forms.ModelChoiceField(
        Debtor.objects.none(),
        label=gettext_lazy("Debtor"),
        widget=forms.Select(attrs={"class": "in"}),
        help_text=gettext_lazy(
            "Users who are limited to other debtors do not see the account. Once it serves a "
            "company it belongs to the debtor of that."
        ),
    )

    def __init__(self, *args: Any, user: User, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        debtor = cast("forms.ModelChoiceField[Debtor]", self.fields["debtor"])
        debtor.queryset = Debtor.objects.visible_to(user)
        own = list(user.debtors.all()[:2])
        debtor.required = bool(own)
        debtor.empty_label = _("Choose one") if own else _("none: only for those who see all")
        if len(own) == 1:
            debtor.initial, debtor.empty_label = own[0], None


class ApiKeyForm(forms.Form):
    """An API key; it is never shown again, not even when it was mistyped."""

    api_key = forms.CharField(
        label=gettext_lazy("API key"),
        max_length=2000,
        widget=forms.PasswordInput(attrs={"class": "in", "autocomplete": "off", "autofocus": True}),
        help_text=gettext_lazy("It is stored encrypted and is never shown again."),
    )


@dataclass(frozen=True, kw_only=True)
class AccountRow:
    """An account in the list: the company it serves, its trouble, and how many journals wait."""

    account: ProcountorAccount
    company: Company | None
    look: str
    trouble: Explanation | None
    waiting_count: int


@needs(Area.PROCOUNTOR, Right.READ)
def accounts(request: UserRequest) -> HttpResponse:
    return _accounts_page(request, NewAccountForm(user=request.user))


@only_posted
@needs(Area.PROCOUNTOR, Right.WRITE)
def new_account(request: UserRequest) -> HttpResponse:
    """Make an account that is not authorised yet."""
    form = NewAccountForm(request.POST, user=request.user)
    if form.is_valid():
        try:
            account = connections.create_account(**form.cleaned_data, user=request.user)
        except connections.AccountNameTaken as error:
            form.add_error("name", error_text(error))
        else:
            text = _("Account %(name)s was created. Click its icon to authorise it.")
            messages.success(request, text % {"name": account.name})
            return redirect(f"{reverse('procountor_accounts')}#a{account.pk}")
    return _accounts_page(request, form, status=422)


@only_posted
@needs(Area.PROCOUNTOR, Right.WRITE)
def refresh(request: UserRequest) -> HttpResponse:
    """Check the accounts on the page of the list that was shown against Procountor."""
    # One page only: each account costs a request, and the reader waits for all of them.
    page = _page_of(request, request.POST.get("page"), request.POST.get("q", ""))
    checked = [connections.check_account(account) for account in page.object_list]
    silent = [one.name for one in checked if one.is_authorised and one.check_failed_at]
    if not silent or page.has_other_pages():
        _tell_what_was_checked(request, page)
    if silent:
        text = ngettext(
            "Procountor gave no answer about %(count)s account. Try again in a few minutes: "
            "%(names)s.",
            "Procountor gave no answer about %(count)s accounts. Try again in a few minutes: "
            "%(names)s.",
            len(silent),
        )
        messages.warning(request, text % {"count": len(silent), "names": _listed(silent)})
    query = {"page": page.number, "q": request.POST.get("q", "")}
    known = urlencode({name: value for name, value in query.items() if value not in {"", 1}})
    return redirect(reverse("procountor_accounts") + (f"?{known}" if known else ""))


def _tell_what_was_checked(request: UserRequest, page: Page[ProcountorAccount]) -> None:
    """Say about which accounts Procountor was asked: all of them, or those of one page."""
    names = [account.name for account in page.object_list if account.is_authorised]
    total = page.paginator.count
    if not page.has_other_pages():
        messages.success(request, _("The accounts were checked against Procountor."))
        return
    text = _(
        "Procountor was asked about the %(count)s authorised accounts of this page, from %(first)s "
        "to %(last)s; %(others)s others are asked by themselves twice a day."
    )
    facts = {"count": len(names), "others": total - len(page.object_list)}
    if names:
        messages.success(request, text % {**facts, "first": names[0], "last": names[-1]})
    else:
        messages.info(request, _("No account of this page is authorised, so none was asked about."))


def _listed(names: Sequence[str]) -> str:
    if len(names) <= MOST_NAMED:
        return ", ".join(names)
    more = len(names) - MOST_NAMED
    rest = ngettext("%(count)s more", "%(count)s more", more) % {"count": more}
    return f"{', '.join(names[:MOST_NAMED])}, {rest}"


@needs(Area.PROCOUNTOR, Right.WRITE)
def authorise(request: UserRequest, pk: int) -> HttpResponse:
    """Send the person to Procountor's log-in, which leads back to :func:`authorised`."""
    account = _visible_account(request.user, pk)
    try:
        started = connections.start_authorisation()
    except TilisiltaError as error:
        return _trouble(request, explain_error(error), account)
    # Log-ins may be open in several tabs, so each state remembers its own account.
    open_log_ins = dict(request.session.get(STATES_IN_SESSION, {}))
    open_log_ins[started.state] = account.pk
    newest = list(open_log_ins.items())[-MOST_OPEN_LOG_INS:]
    request.session[STATES_IN_SESSION] = dict(newest)
    return redirect(started.url)


@needs(Area.PROCOUNTOR, Right.WRITE)
def authorised(request: UserRequest) -> HttpResponse:
    """Finish a log-in that leads back here, and show which company was chosen."""
    done = whole_number(request.GET.get("done", ""))
    if done is not None:
        account = _visible_account(request.user, done)
        context = {"account": account, "turn": next_turn(request)}
        return render(request, "connections/authorised.html", context)
    open_log_ins = dict(request.session.get(STATES_IN_SESSION, {}))
    # An unknown state is a forged return or one loaded again. A state serves once, so it goes
    # before anything else is tried.
    account_pk = open_log_ins.pop(request.GET.get("state", ""), None)
    request.session[STATES_IN_SESSION] = open_log_ins
    if account_pk is None:
        return _trouble(request, explain(Problem(code=ProblemCode.LOG_IN_FINISHED)), None)
    account = _visible_account(request.user, account_pk)
    code = request.GET.get("code", "")
    if not code:
        return _trouble(request, explain(Problem(code=ProblemCode.LOG_IN_CANCELLED)), account)
    try:
        connections.finish_authorisation(account, code, user=request.user)
    except TilisiltaError as error:
        return _trouble(request, explain_error(error), account)
    # Companies of a list are authorised one after the other, without going back to it in between.
    on = way_on(request, account)
    return redirect(on) if on else _done(account)


@needs(Area.PROCOUNTOR, Right.WRITE)
def api_key(request: UserRequest, pk: int) -> HttpResponse:
    """Authorise an account with an API key of a technical user."""
    account = _visible_account(request.user, pk)
    form = ApiKeyForm(request.POST or None)
    if form.is_valid():
        try:
            connections.authorise_with_api_key(
                account, form.cleaned_data["api_key"], user=request.user
            )
        except TilisiltaError as error:
            form.add_error("api_key", error_text(error))
        else:
            return _after_key(request, account)
    status = 422 if form.is_bound else 200
    context = {"account": account, "form": form}
    return render(request, "connections/api_key.html", context, status=status)


@needs(Area.PROCOUNTOR, Right.WRITE)
def remove(request: UserRequest, pk: int) -> HttpResponse:
    """Ask for confirmation, then delete the authorisation of an account."""
    account = _visible_account(request.user, pk)
    if request.method == "POST":
        if account.state != State.NEW:
            connections.remove_authorisation(account, user=request.user)
        text = _("The authorisation of account %(name)s was removed.")
        messages.success(request, text % {"name": account.name})
        return redirect(f"{reverse('procountor_accounts')}#a{account.pk}")
    return render(request, "connections/remove.html", {"account": account})


def _accounts_page(
    request: UserRequest, form: NewAccountForm, *, status: int = 200
) -> HttpResponse:
    search = request.GET.get("q", "").strip()
    page = _page_of(request, request.GET.get("page"), search)
    states = visible_accounts(request.user).order_by().values_list("state").annotate(Count("pk"))
    counts = dict(states)
    context = {
        "form": form,
        "page": page,
        "rows": _rows(page.object_list),
        "search": search,
        "count": sum(counts.values()),
        "authorised": counts.get(State.AUTHORISED, 0),
        "ended": counts.get(State.ENDED, 0),
        "new": counts.get(State.NEW, 0),
        "address": request.get_full_path(),
        "tab": "accounts",
    }
    part = "connections/list.html" if is_part(request) else "connections/accounts.html"
    return render(request, part, context, status=status)


def _page_of(request: UserRequest, number: str | None, search: str) -> Page[ProcountorAccount]:
    accounts = visible_accounts(request.user).select_related("debtor").defer("administration")
    for word in search.split():
        accounts = accounts.filter(
            Q(name__icontains=word)
            | Q(company_name__icontains=word)
            | Q(business_id__icontains=word)
        )
    # Accounts that a person must act on come first.
    urgency = Case(
        When(state=State.ENDED, then=Value(0)),
        When(state=State.NEW, then=Value(1)),
        default=Value(2),
        output_field=IntegerField(),
    )
    return Paginator(accounts.order_by(urgency, "name"), ON_A_PAGE).get_page(number)


def _rows(accounts: Iterable[ProcountorAccount]) -> list[AccountRow]:
    shown = list(accounts)
    ended = [account.pk for account in shown if account.state == State.ENDED]
    waiting = (
        Journal.objects.filter(
            exports__link__procountor_account__in=ended,
            exports__state__in=EXPORTS_UNDER_WAY,
            exports__is_trail=False,
        )
        .order_by()
        .values_list("exports__link__procountor_account")
        .annotate(Count("pk", distinct=True))
    )
    counts = dict(waiting) if ended else {}
    return [_row(account, counts.get(account.pk, 0)) for account in shown]


def _row(account: ProcountorAccount, waiting_count: int) -> AccountRow:
    link = account.open_link()
    return AccountRow(
        account=account,
        company=link.company if link is not None else None,
        look=_look_of(account),
        trouble=_trouble_of(account),
        waiting_count=waiting_count,
    )


def _look_of(account: ProcountorAccount) -> str:
    if account.is_unreadable:
        return "dead"
    return {State.AUTHORISED.value: "on", State.ENDED.value: "dead"}.get(account.state, "off")


def _trouble_of(account: ProcountorAccount) -> Explanation | None:
    if account.state == State.ENDED:
        account_facts = facts(name=account.name, company=account.company_name)
        return explain(Problem(code=ProblemCode.ACCOUNT_DIED, facts=account_facts))
    if account.is_unreadable:
        return explain(Problem(code=ProblemCode.KEYS_DO_NOT_FIT))
    if account.state == State.NEW:
        return _removed() if account.company_name else _never_authorised()
    if account.check_failed_at is not None:
        return explain_error(ProcountorUnavailable("The last check got no answer."))
    return None


def _never_authorised() -> Explanation:
    return Explanation(
        message=_("The account is not authorised yet"),
        cause=_("Nobody has authorised it yet."),
        remedy=_(
            "Click its icon, log in to Procountor and choose one company; or authorise it with an "
            "API key."
        ),
        code=ProblemCode.ACCOUNT_NOT_AUTHORISED.value,
    )


def _removed() -> Explanation:
    return Explanation(
        message=_("The account is not authorised any more"),
        cause=_("Its authorisation was removed here."),
        remedy=_("Click its icon to authorise it again, and choose the same company."),
        code=ProblemCode.ACCOUNT_NOT_AUTHORISED.value,
    )


def _visible_account(user: User, pk: int) -> ProcountorAccount:
    return get_object_or_404(visible_accounts(user), pk=pk)


def _after_key(request: UserRequest, account: ProcountorAccount) -> HttpResponse:
    following = next_for_key(request, account)
    if following is None:
        return _done(account)
    text = _("Account %(account)s may now act for %(company)s. Here is the next one.")
    messages.success(request, text % {"account": account.name, "company": account.company_name})
    return redirect("api_key", following.pk)


def _done(account: ProcountorAccount) -> HttpResponse:
    # A redirect, so that loading the page again does not send the one-time code again.
    return redirect(f"{reverse('procountor_authorised')}?done={account.pk}")


def _trouble(
    request: UserRequest, explanation: Explanation, account: ProcountorAccount | None
) -> HttpResponse:
    context = {"explanation": explanation, "account": account}
    return render(request, "connections/trouble.html", context, status=422)
