"""Companies and debtors: lists, a company's runs, and the settings of each."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any, cast

from django import forms
from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.core.paginator import Paginator
from django.http import HttpResponse, QueryDict
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.timezone import localdate
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from tilisilta.domain.business_ids import LONGEST
from tilisilta.domain.whole_numbers import whole_number
from tilisilta.models import Area, Company, Debtor, Right, User
from tilisilta.services import companies
from tilisilta.services.company_blocks import free_company
from tilisilta.services.company_people import people_for, set_people
from tilisilta.services.fetching.progress import fetch_progress_for
from tilisilta.web.company_page import company_page
from tilisilta.web.fetch_states import FetchState, fetch_state_of
from tilisilta.web.only_posted import only_posted
from tilisilta.web.parts import ExplainingForm, asked_page, visible_company
from tilisilta.web.reconciliation_page import RecentMonth, recent_months_of
from tilisilta.web.rights import UserRequest, needs

ROWS_PER_PAGE = 100


class DebtorForm(ExplainingForm):
    """The number and name of a new debtor."""

    number = forms.IntegerField(
        label=gettext_lazy("Debtor number"), min_value=1, max_value=2_000_000_000
    )
    name = forms.CharField(label=gettext_lazy("Name"), max_length=200)


class CompanyForm(ExplainingForm):
    """The name and debtor of a company that does not come from Nmbrs."""

    name = forms.CharField(label=gettext_lazy("Name"), max_length=200)
    debtor = forms.ModelChoiceField(
        Debtor.objects.none(),
        label=gettext_lazy("Debtor"),
        empty_label=gettext_lazy("Choose one"),
    )

    def __init__(self, *args: Any, user: User, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        debtor = cast("forms.ModelChoiceField[Debtor]", self.fields["debtor"])
        debtor.queryset = Debtor.objects.visible_to(user)


class BusinessIdForm(ExplainingForm):
    """A company's business ID: its number in the trade register."""

    business_id = forms.CharField(
        required=False,
        max_length=LONGEST,
        label=gettext_lazy("Business ID"),
        help_text=gettext_lazy(
            "Compared with that of the administration which the company is linked to."
        ),
        widget=forms.TextInput(attrs={"autocomplete": "off", "placeholder": "1234567-1"}),
    )

    def clean_business_id(self) -> str:
        return companies.checked_business_id(self.cleaned_data["business_id"])


class StartForm(ExplainingForm):
    """The day from which a company's journals are fetched and sent."""

    start_date = forms.DateField(
        required=False,
        label=gettext_lazy("Fetch and send from"),
        help_text=gettext_lazy(
            "Nothing of earlier periods is fetched or sent. Empty: from the first year on."
        ),
        input_formats=["%Y-%m-%d"],
        widget=forms.DateInput(format="%Y-%m-%d", attrs={"type": "date"}),
    )


if TYPE_CHECKING:
    _ChoiceOfUser = forms.ModelChoiceField[User]
else:  # Only the stubs of Django know what is chosen.
    _ChoiceOfUser = forms.ModelChoiceField


class PersonChoice(_ChoiceOfUser):
    """The users who may close a company's months, by their full names."""

    def label_from_instance(self, obj: User) -> str:
        return obj.get_full_name() or obj.get_username()


class PeopleForm(ExplainingForm):
    """Who closes the months of a company, and who does so in their absence."""

    responsible = PersonChoice(
        User.objects.none(),
        required=False,
        label=gettext_lazy("Responsible"),
        help_text=gettext_lazy("Closes the months of the company; a filter of the month end."),
        empty_label=gettext_lazy("no user"),
    )
    stand_in = PersonChoice(
        User.objects.none(),
        required=False,
        label=gettext_lazy("Stand-in"),
        empty_label=gettext_lazy("no user"),
    )

    def __init__(self, *args: Any, company: Company, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        people = people_for(company)
        for name in ("responsible", "stand_in"):
            field = cast("PersonChoice", self.fields[name])
            field.queryset = people
            # Read once for both: a field of its own accord reads its rows anew.
            labels = ((person.pk, field.label_from_instance(person)) for person in people)
            field.choices = [("", field.empty_label or ""), *labels]


class NewCompanyForm(CompanyForm, BusinessIdForm):
    """The fields of a new company. Its number cannot change later."""

    number = forms.IntegerField(
        label=gettext_lazy("Company number"),
        min_value=1,
        max_value=2_000_000_000,
        help_text=gettext_lazy("The company's own number in Nmbrs."),
    )
    field_order = ("number", "name", "business_id", "debtor")


@dataclass(frozen=True, kw_only=True)
class CompanyRow:
    """A company in the list, and how fetching it stands."""

    company: Company
    look: FetchState


@dataclass(frozen=True, kw_only=True)
class SettingsForms:
    """The forms for the settings of one company.

    ``company`` is ``None`` where name and debtor come from Nmbrs.
    """

    company: CompanyForm | None
    business_id: BusinessIdForm
    start: StartForm
    people: PeopleForm

    @classmethod
    def of(
        cls, company: Company, user: User, *, posted: QueryDict | None = None
    ) -> "SettingsForms":
        """Return the forms with the stored values; ``posted`` holds new ones of name and debtor."""
        named = {"name": company.name, "debtor": company.debtor_id}
        return cls(
            company=None
            if hasattr(company, "nmbrs")
            else CompanyForm(posted, user=user, initial=named),
            business_id=BusinessIdForm(initial={"business_id": company.business_id}),
            start=StartForm(initial={"start_date": company.start_date}),
            people=PeopleForm(
                company=company,
                initial={"responsible": company.responsible_id, "stand_in": company.stand_in_id},
            ),
        )


@needs(Area.COMPANIES, Right.READ)
def company_list(request: UserRequest) -> HttpResponse:
    """Show all companies the reader may see, by number."""
    search = request.GET.get("q", "").strip()
    only_in_trouble = request.GET.get("fetch") == "failed"
    matches = companies.find_companies(request.user, search, only_in_trouble=only_in_trouble)
    page = Paginator(matches, ROWS_PER_PAGE).get_page(asked_page(request))
    context = {
        "page": page,
        "rows": [CompanyRow(company=one, look=fetch_state_of(one)) for one in page],
        "search": search,
        "only_in_trouble": only_in_trouble,
        "fetching": fetch_progress_for(request.user),
    }
    return render(request, "companies/companies.html", context)


@needs(Area.COMPANIES, Right.WRITE)
def new_company(request: UserRequest) -> HttpResponse:
    """Add a company by hand."""
    form = NewCompanyForm(request.POST or None, user=request.user)
    if request.method == "POST" and form.is_valid():
        try:
            company = companies.add_company(**form.cleaned_data, user=request.user)
        except companies.CompanyNumberTaken as error:
            form.add_explained("number", error)
        else:
            return redirect("company", company.number)
    return render(request, "companies/new_company.html", {"form": form})


@needs(Area.COMPANIES, Right.READ)
def company(request: UserRequest, number: int) -> HttpResponse:
    company = visible_company(request.user, number)
    return _company_page(request, company, SettingsForms.of(company, request.user))


@only_posted
@needs(Area.COMPANIES, Right.WRITE)
def company_settings(request: UserRequest, number: int) -> HttpResponse:
    """Change the name or debtor of a company that does not come from Nmbrs."""
    company = visible_company(request.user, number)
    forms_shown = SettingsForms.of(company, request.user, posted=request.POST)
    form = forms_shown.company
    if form is None:
        text = _("Name and debtor of %(company)s come from Nmbrs.")
        messages.info(request, text % {"company": company})
        return redirect("company", number)
    if not form.is_valid():
        return _company_page(request, company, forms_shown, status=422)
    companies.change_company(company, **form.cleaned_data, user=request.user)
    return _settings_saved(request, company)


@only_posted
@needs(Area.COMPANIES, Right.WRITE)
def company_business_id(request: UserRequest, number: int) -> HttpResponse:
    """Set the business ID of a company."""
    company = visible_company(request.user, number)
    form = BusinessIdForm(request.POST)
    if not form.is_valid():
        shown = replace(SettingsForms.of(company, request.user), business_id=form)
        return _company_page(request, company, shown, status=422)
    companies.set_business_id(company, form.cleaned_data["business_id"], user=request.user)
    return _settings_saved(request, company)


@only_posted
@needs(Area.COMPANIES, Right.WRITE)
def company_start(request: UserRequest, number: int) -> HttpResponse:
    """Set the day from which a company's journals are fetched and sent."""
    company = visible_company(request.user, number)
    form = StartForm(request.POST)
    if not form.is_valid():
        shown = replace(SettingsForms.of(company, request.user), start=form)
        return _company_page(request, company, shown, status=422)
    companies.set_start(company, form.cleaned_data["start_date"], user=request.user)
    return _settings_saved(request, company)


@only_posted
@needs(Area.COMPANIES, Right.WRITE)
def company_people(request: UserRequest, number: int) -> HttpResponse:
    """Set who closes the months of a company, and their stand-in."""
    company = visible_company(request.user, number)
    form = PeopleForm(request.POST, company=company)
    if not form.is_valid():
        shown = replace(SettingsForms.of(company, request.user), people=form)
        return _company_page(request, company, shown, status=422)
    set_people(company, **form.cleaned_data, user=request.user)
    return _settings_saved(request, company)


@only_posted
@needs(Area.COMPANIES, Right.WRITE)
def company_test(request: UserRequest, number: int) -> HttpResponse:
    """Mark a company as a test company, or take the mark away."""
    company = visible_company(request.user, number)
    is_test = request.POST.get("is_test") == "yes"
    companies.set_test(company, is_test, user=request.user)
    text = _("%(company)s is a test company now: its journals are never sent.")
    if not is_test:
        text = _("%(company)s is no test company any more: its journals can be sent.")
    messages.success(request, text % {"company": company})
    return redirect("company", number)


@only_posted
@needs(Area.COMPANIES, Right.WRITE)
def company_free(request: UserRequest, number: int) -> HttpResponse:
    """Let a company be sent that had stayed blocked after it left a blocked debtor."""
    company = visible_company(request.user, number)
    if free_company(company, user=request.user):
        text = _("%(company)s is free again: it follows its debtor.")
        messages.success(request, text % {"company": company})
    return redirect("company", number)


@needs(Area.COMPANIES, Right.READ, post=Right.WRITE)
def debtor_list(request: UserRequest) -> HttpResponse:
    """Show all debtors the reader may see. A reader who sees all of them can add one."""
    form = DebtorForm(request.POST or None)
    if request.method == "POST":
        if request.user.is_limited:
            # A limited user would not see the debtor they have just added.
            raise PermissionDenied
        if _is_added(request, form):
            return redirect("debtors")
    search = request.GET.get("q", "").strip()
    page = Paginator(companies.find_debtors(request.user, search), ROWS_PER_PAGE).get_page(
        asked_page(request)
    )
    context = {
        "page": page,
        "blocked_by": companies.blocked_by(page.object_list),
        "search": search,
        "form": form,
    }
    return render(request, "companies/debtors.html", context)


@only_posted
@needs(Area.COMPANIES, Right.WRITE)
def debtor_blocked(request: UserRequest, number: int) -> HttpResponse:
    """Block a debtor or unblock it."""
    debtor = get_object_or_404(Debtor.objects.visible_to(request.user), number=number)
    is_blocked = request.POST.get("is_blocked") == "yes"
    companies.set_blocked(debtor, is_blocked, user=request.user)
    text = _("%(debtor)s is blocked: no journal of its companies is sent.")
    if not is_blocked:
        text = _("%(debtor)s is not blocked any more.")
    messages.success(request, text % {"debtor": debtor})
    return redirect("debtors")


def _is_added(request: UserRequest, form: DebtorForm) -> bool:
    if not form.is_valid():
        return False
    try:
        debtor = companies.add_debtor(**form.cleaned_data, user=request.user)
    except companies.DebtorNumberTaken as error:
        form.add_explained("number", error)
        return False
    messages.success(request, _("Debtor %(debtor)s was added.") % {"debtor": debtor})
    return True


def _settings_saved(request: UserRequest, company: Company) -> HttpResponse:
    messages.success(request, _("The settings of %(company)s are kept.") % {"company": company})
    return redirect("company", company.number)


def _months(request: UserRequest, standing: companies.CompanyDetails) -> Sequence[RecentMonth]:
    """Return the months to compare with the ledger; none where there is none, or no right to."""
    may_read = request.user.can(Right.READ, Area.JOURNAL_EXPORTS)
    if standing.link is None or not may_read:
        return ()
    return recent_months_of(standing.company, localdate())


def _company_page(
    request: UserRequest, company: Company, shown: SettingsForms, *, status: int = 200
) -> HttpResponse:
    year = whole_number(request.GET.get("year", ""))
    page = company_page(company, user=request.user, year=year)
    months = _months(request, page.standing)
    context = {
        "company": company,
        "page": page,
        "standing": page.standing,
        "look": page.look,
        "form": shown.company,
        "business_id_form": shown.business_id,
        "start_form": shown.start,
        "people_form": shown.people,
        "months": months,
        "comparing": next((one for one in months if one.waiting), None),
    }
    return render(request, "companies/company.html", context, status=status)
