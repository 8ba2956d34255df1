"""Making, changing and removing a link, checked against Procountor as it is filled in."""

from collections.abc import Mapping
from copy import copy
from typing import Any

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.http import Http404, HttpResponse, QueryDict
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _

from tilisilta.domain.whole_numbers import whole_number
from tilisilta.errors import NeedsAttention
from tilisilta.models import (
    Area,
    Company,
    Link,
    ProcountorAccount,
    Right,
)
from tilisilta.services import link_removal, links
from tilisilta.services.link_proposals import proposed_start
from tilisilta.web.link_form_page import (
    TICK,
    checked_form,
    chosen_account,
    chosen_company,
    form_page,
    today,
)
from tilisilta.web.link_forms import (
    LinkForm,
    mappings_of,
    typed_values,
)
from tilisilta.web.link_page import (
    compare,
    compare_link,
    trail_of,
)
from tilisilta.web.link_rules import (
    TAKE_RULES,
    report_saved,
    rules_of_new_links,
    with_rules_of_profile,
)
from tilisilta.web.new_link_form import (
    NewLinkForm,
    fitting_account,
    fitting_company,
    initial_of,
)
from tilisilta.web.only_posted import only_posted
from tilisilta.web.parts import error_text, visible_links
from tilisilta.web.rights import UserRequest, needs


@needs(Area.PROCOUNTOR, Right.WRITE)
def new_link(request: UserRequest) -> HttpResponse:
    """Link a company to the administration of an account."""
    if request.method != "POST":
        return _new_form(request)
    posted = _applied(request.POST)
    if "check" in posted or "apply" in posted:
        typed = typed_values(NewLinkForm(user=request.user), posted)
        typed |= _proposed(request, typed, changed=posted.get("check", ""))
        return checked_form(request, NewLinkForm(user=request.user, initial=typed), posted)
    existing = _link_of_company(request, posted.get("company", ""))
    if existing is not None:
        # Clicked twice, or another person was quicker: show the link that exists.
        messages.info(request, error_text(links.CompanyLinked("")))
        return redirect("link", pk=existing.pk)
    form = NewLinkForm(posted, user=request.user)
    made = _make(request, form, posted)
    return redirect("link", pk=made.pk) if made else form_page(request, form, posted=posted)


def _new_form(request: UserRequest) -> HttpResponse:
    """Return the empty form, with what surely fits the company or account it was opened for."""
    existing = _link_of_company(request, request.GET.get("company", ""))
    if existing is not None:
        messages.info(request, error_text(links.CompanyLinked("")))
        return redirect("link", pk=existing.pk)
    company = chosen_company(request, request.GET.get("company"))
    account = chosen_account(request, request.GET.get("account"))
    if account is not None and account.open_link() is not None:
        account = None
    if company is None and account is not None:
        company = fitting_company(account, user=request.user)
    elif company is not None and (account is None or not _fits(request, company, account)):
        account = fitting_account(company, user=request.user)
    start = proposed_start(company, today=today()).month if company else None
    initial = {**initial_of(company, account, start), **rules_of_new_links()}
    form = NewLinkForm(user=request.user, initial=initial)
    return form_page(request, form)


def _proposed(request: UserRequest, typed: Mapping[str, Any], *, changed: str) -> dict[str, object]:
    """Return what follows from the company or account just chosen. Other fields stay."""
    company = chosen_company(request, typed.get("company"))
    account = chosen_account(request, typed.get("account"))
    had_company = company is not None
    if company is None and account is not None:
        company = fitting_company(account, user=request.user)
    elif company is not None and (
        account is None or (changed == "company" and not _fits(request, company, account))
    ):
        account = fitting_account(company, user=request.user)
    is_new = company is not None and (changed == "company" or not had_company)
    start: object = typed.get("start_month")
    if company is not None and (is_new or not start):
        start = proposed_start(company, today=today()).month
    return {
        "company": company.number if company else None,
        "account": account.pk if account else None,
        "start_month": start,
    }


@needs(Area.PROCOUNTOR, Right.READ, post=Right.WRITE)
def link(request: UserRequest, pk: int) -> HttpResponse:
    """Show a link, or change how it books. A link that has ended can only be read."""
    link = get_object_or_404(visible_links(request.user), pk=pk)
    if not link.is_open:
        return _ended_page(request, link)
    if request.method != "POST":
        values = {name: getattr(link, name) for name in LinkForm.base_fields}
        return form_page(request, LinkForm(initial=values), link=link)
    posted = _applied(request.POST)
    if "check" in posted or "apply" in posted:
        form = LinkForm(initial=typed_values(LinkForm(), posted))
        return checked_form(request, form, posted, link=link)
    form, before = LinkForm(posted), copy(link)
    if form.is_valid() and _is_changed(request, form, posted, link):
        report_saved(request, link, before=before)
        return redirect("link", pk=link.pk)
    return form_page(request, form, posted=posted, link=link)


def _ended_page(request: UserRequest, link: Link) -> HttpResponse:
    if request.method == "POST":
        messages.info(request, _("The link has ended. It stays as it was."))
        return redirect("link", pk=link.pk)
    context = {
        "link": link,
        "comparison": compare_link(link, user=request.user),
        "trail": trail_of(link),
        "has_successor": link.company.links.open().exists(),
        "is_used": link_removal.was_used(link),
        "may_change": request.user.can(Right.WRITE, Area.PROCOUNTOR),
    }
    return render(request, "links/ended.html", context)


@only_posted
@needs(Area.PROCOUNTOR, Right.WRITE)
def remove_link(request: UserRequest, pk: int) -> HttpResponse:
    """Remove a link that nothing was sent through."""
    link = visible_links(request.user).filter(pk=pk).first()
    if link is None:
        # A second click finds no link. One that exists is hidden from this reader.
        if Link.objects.filter(pk=pk).exists():
            raise Http404
        messages.info(request, _("The link was removed already."))
        return redirect("administrations")
    try:
        link_removal.remove_link(link, user=request.user)
    except link_removal.LinkInUse as error:
        messages.error(request, error_text(error))
        return redirect("link", pk=pk)
    text = _("The link of %(company)s was removed.")
    messages.success(request, text % {"company": link.company})
    return redirect("administrations")


def _make(request: UserRequest, form: NewLinkForm, posted: QueryDict) -> Link | None:
    if not form.is_valid():
        return None
    company, account = form.cleaned_data["company"], form.cleaned_data["account"]
    shown = compare(company, account, user=request.user, ticked=posted.get(TICK, ""))
    try:
        made = links.create_link(
            company,
            account,
            user=request.user,
            # A tick confirms only the differences that its page showed.
            different_names=shown.is_ticked and not shown.pairing.match.is_equal,
            shared_administration=shown.is_ticked and bool(shown.pairing.others),
            account_mappings=mappings_of(posted),
            **form.choices(),
        )
    except (NeedsAttention, ValidationError) as error:
        _refuse(form, error)
        return None
    report_saved(request, made)
    return made


def _is_changed(request: UserRequest, form: LinkForm, posted: QueryDict, link: Link) -> bool:
    try:
        links.change_link(
            link, user=request.user, account_mappings=mappings_of(posted), **form.choices()
        )
    except (NeedsAttention, ValidationError) as error:
        _refuse(form, error)
        return False
    return True


def _refuse(form: LinkForm, error: NeedsAttention | ValidationError) -> None:
    if isinstance(error, NeedsAttention):
        form.add_error(None, error_text(error))
    else:
        form.add_error(None, error.messages)


def _applied(posted: QueryDict) -> QueryDict:
    """Return what was posted, with the suggestion that was clicked in its field."""
    name, _equals, value = posted.get("apply", "").partition("=")
    if name == TAKE_RULES:
        return with_rules_of_profile(posted)
    if not name:
        return posted
    changed = posted.copy()
    changed[name] = value
    return changed


def _fits(request: UserRequest, company: Company, account: ProcountorAccount) -> bool:
    return not compare(company, account, user=request.user).pairing.needs_confirmation


def _link_of_company(request: UserRequest, number: str) -> Link | None:
    of_company = visible_links(request.user).filter(company__number=whole_number(number) or 0)
    return of_company.filter(ends_on__isnull=True).first()
