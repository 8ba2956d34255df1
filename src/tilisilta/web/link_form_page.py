"""The form of a link as a page, or the part of it that was checked: nothing is saved here."""

from datetime import date, timedelta
from typing import Any

from django.http import HttpResponse, QueryDict
from django.shortcuts import render
from django.utils import timezone

from tilisilta.domain.whole_numbers import whole_number
from tilisilta.models import Area, Company, Link, ProcountorAccount, Right
from tilisilta.services import link_removal
from tilisilta.services.procountor.administrations import ADMINISTRATION_AGE_LIMIT
from tilisilta.web.link_form_checks import Checks
from tilisilta.web.link_forms import MAPPING, LinkForm, mappings_of, shown_values
from tilisilta.web.link_page import Comparison, compare, compare_link, month_choices, start_page
from tilisilta.web.link_rules import mappings_of_new_links, own_words, rule_note_of
from tilisilta.web.new_link_form import NewLinkForm, Offers
from tilisilta.web.parts import is_part, visible_accounts
from tilisilta.web.rights import UserRequest

TICK = "confirmed"


def checked_form(
    request: UserRequest, form: LinkForm, posted: QueryDict, *, link: Link | None = None
) -> HttpResponse:
    """Return the part of the form that was checked, or the whole form. Nothing is saved."""
    part = posted.get("check", "")
    context = _context(request, form, posted=posted, link=link)
    checks = context["checks"]
    if is_part(request) and part in {"cost_center", "cost_unit"}:
        dimension = {
            "check": getattr(checks, part),
            "items": getattr(checks, f"{part}_items"),
            "field": f"{part}_dimension",
            "part": part,
        }
        return render(request, "links/dimension_check.html", {**context, **dimension})
    if is_part(request) and part.startswith(MAPPING):
        account_check = checks.account_check(part.removeprefix(MAPPING))
        return render(request, "links/account_part.html", {**context, "check": account_check})
    focus = posted.get("apply", "").partition("=")[0]
    if focus in form.fields:
        form.fields[focus].widget.attrs["autofocus"] = True
    # The button asks about all of it. A changed field asks about itself alone.
    is_asked = part == "form" and not is_part(request)
    return render(request, "links/link.html", {**context, "focus": focus, "is_asked": is_asked})


def form_page(
    request: UserRequest,
    form: LinkForm,
    *,
    posted: QueryDict | None = None,
    link: Link | None = None,
) -> HttpResponse:
    context = _context(request, form, posted=posted, link=link)
    return render(request, "links/link.html", context, status=422 if form.is_bound else 200)


def _context(
    request: UserRequest,
    form: LinkForm,
    *,
    posted: QueryDict | None,
    link: Link | None,
) -> dict[str, Any]:
    values = shown_values(form)
    company = link.company if link else chosen_company(request, values.get("company"))
    account = link.procountor_account if link else chosen_account(request, values.get("account"))
    start = _first_day(values.get("start_month"))
    form.fields["start_month"].widget.choices = month_choices(company, start, today=today())
    return {
        "form": form,
        "link": link,
        "company": company,
        "account": account,
        "offers": _offers(request, form, company, account),
        "comparison": _comparison(request, company, account, posted=posted, link=link),
        "start": start_page(company, start, today=today()) if company else None,
        "is_used": link is not None and link_removal.was_used(link),
        "checks": Checks(
            values=values,
            mappings=_mappings(posted, link),
            company=company,
            account=account,
            now=timezone.now(),
            age_limit=_age_limit(request, posted),
            # Showing the page must be quick; it is checked as soon as anything is typed.
            reads_again=posted is not None,
        ),
        "is_saved": link is not None and posted is None,
        "own_words": own_words(link),
        "rule_note": rule_note_of(values),
        "address": request.path,
        "may_change": request.user.can(Right.WRITE, Area.PROCOUNTOR),
    }


def _offers(
    request: UserRequest,
    form: LinkForm,
    company: Company | None,
    account: ProcountorAccount | None,
) -> Offers | None:
    """Put into a new link's form what may be chosen, and return it; ``None`` for another form."""
    if not isinstance(form, NewLinkForm):
        return None
    offers = Offers.to(request.user, company=company, account=account)
    offers.put_into(form)
    return offers


def _mappings(posted: QueryDict | None, link: Link | None) -> dict[str, str]:
    """Return the account mappings of the posted form, or else those the link has."""
    if posted is not None:
        return mappings_of(posted)
    if link is None:
        return mappings_of_new_links()
    return dict(link.account_mappings.values_list("journal_account", "procountor_account_code"))


def _age_limit(request: UserRequest, posted: QueryDict | None) -> timedelta:
    # The person who presses the button for the whole form may have changed something in
    # Procountor a moment ago. Checks of one field, made while typing, use what was read before.
    is_asked = posted is not None and posted.get("check") == "form" and not is_part(request)
    return timedelta(0) if is_asked else ADMINISTRATION_AGE_LIMIT


def _comparison(
    request: UserRequest,
    company: Company | None,
    account: ProcountorAccount | None,
    *,
    posted: QueryDict | None,
    link: Link | None,
) -> Comparison | None:
    if link is not None:
        return compare_link(link, user=request.user)
    if company is None or account is None:
        return None
    ticked = posted.get(TICK, "") if posted is not None else ""
    return compare(company, account, user=request.user, ticked=ticked)


def chosen_company(request: UserRequest, number: object) -> Company | None:
    visible = Company.objects.visible_to(request.user).select_related("debtor")
    return visible.filter(number=whole_number(str(number or "")) or 0).first()


def chosen_account(request: UserRequest, pk: object) -> ProcountorAccount | None:
    return visible_accounts(request.user).filter(pk=whole_number(str(pk or "")) or 0).first()


def today() -> date:
    return timezone.localdate()


def _first_day(value: object) -> date | None:
    """Return the first day of the month in the form, as it was typed or stored."""
    if isinstance(value, date):
        return value.replace(day=1)
    try:
        return date.fromisoformat(str(value or "")[:7] + "-01")
    except ValueError:
        return None
