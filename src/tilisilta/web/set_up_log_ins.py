"""Authorising the companies of a list by log-in, one after the other."""

from urllib.parse import urlencode

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _

from tilisilta.domain.whole_numbers import whole_number
from tilisilta.errors import TilisiltaError
from tilisilta.models import Area, Company, Onboarding, OnboardingRow, Right, User
from tilisilta.services.onboarding.log_ins import account_for, link_authorised, next_row
from tilisilta.services.onboarding.rows import account_by_key, look_into
from tilisilta.web.log_in_queue import remember_row
from tilisilta.web.only_posted import only_posted
from tilisilta.web.parts import error_text
from tilisilta.web.rights import UserRequest, needs
from tilisilta.web.set_up_page import shown_row


@only_posted
@needs(Area.PROCOUNTOR, Right.WRITE)
def authorise_next(request: UserRequest, pk: int) -> HttpResponse:
    """Send the person to Procountor for the next company that is not authorised."""
    onboarding = _visible(request.user, pk)
    after = whole_number(request.POST.get("after", "")) or 0
    return _to_next(request, onboarding, after=after)


@only_posted
@needs(Area.PROCOUNTOR, Right.WRITE)
def choose_by_hand(request: UserRequest, pk: int) -> HttpResponse:
    """Go to the form of a new link for a row, whose API key has authorised its account before."""
    onboarding = _visible(request.user, pk)
    visible = Company.objects.visible_to(request.user)
    rows = onboarding.rows.filter(company__in=visible).select_related("company__debtor")
    row = get_object_or_404(rows, pk=whole_number(request.POST.get("choose", "")) or 0)
    if row.company is None:
        raise Http404
    query = {"company": row.company.number}
    try:
        account = account_by_key(row, user=request.user)
    except TilisiltaError as error:
        messages.error(request, error_text(error))
        return redirect("set_up_list", pk=pk)
    except ValidationError as error:
        messages.error(request, " ".join(error.messages))
        return redirect("set_up_list", pk=pk)
    query |= {"account": account.pk} if account is not None else {}
    return redirect(f"{reverse('new_link')}?{urlencode(query)}")


@needs(Area.PROCOUNTOR, Right.WRITE)
def authorised_next(request: UserRequest, pk: int) -> HttpResponse:
    """Propose the link of the company that was just authorised; make it, and go on."""
    onboarding = _visible(request.user, pk)
    wanted = request.POST.get("row") or request.GET.get("row", "")
    rows = onboarding.rows.select_related("company__debtor", "onboarding")
    row = get_object_or_404(rows, pk=whole_number(wanted) or 0)
    if row.company is None:
        raise Http404
    if request.method != "POST":
        if row.state != OnboardingRow.State.LINKED:
            look_into(row, user=request.user)
        left = next_row(onboarding, after=row.line) is not None
        context = {"onboarding": onboarding, "one": shown_row(row), "has_next": left}
        return render(request, "set_up/authorised.html", context)
    if link_authorised(row, mark=request.POST.get("mark", ""), user=request.user):
        messages.success(request, _("%(company)s is linked.") % {"company": row.company})
        return _to_next(request, onboarding, after=row.line)
    messages.warning(request, _("It was not linked. Look at the reason."))
    return redirect("set_up_list", pk=pk)


def _to_next(request: UserRequest, onboarding: Onboarding, *, after: int) -> HttpResponse:
    row = next_row(onboarding, after=after)
    if row is None:
        messages.info(request, _("No other company of the list waits to be authorised."))
        return redirect("set_up_list", pk=onboarding.pk)
    try:
        account = account_for(row, user=request.user)
    except TilisiltaError as error:
        messages.error(request, error_text(error))
        return redirect("set_up_list", pk=onboarding.pk)
    remember_row(request, account, row)
    # A form may lead to our own pages alone, also by a redirect: the browser goes on by itself.
    response = render(request, "set_up/to_log_in.html", {"row": row, "account": account})
    response["Refresh"] = f"0; url={reverse('authorise', args=[account.pk])}"
    return response


def _visible(user: User, pk: int) -> Onboarding:
    return get_object_or_404(Onboarding.objects.visible_to(user), pk=pk)
