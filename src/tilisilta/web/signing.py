"""Signing a month of a company, and taking the signature back."""

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect
from django.utils import timezone
from django.utils.translation import gettext as _

from tilisilta.models import Area, Right
from tilisilta.services.closing.signing import CannotSign, sign_month, unsign_month
from tilisilta.web.only_posted import only_posted
from tilisilta.web.parts import error_text, first_day, visible_company
from tilisilta.web.rights import UserRequest, needs


@only_posted
@needs(Area.JOURNAL_EXPORTS, Right.WRITE)
def sign(request: UserRequest, number: int, month: str) -> HttpResponse:
    """Sign a month of a company as it was on the page."""
    company, first = visible_company(request.user, number), first_day(month)
    try:
        sign_month(
            company,
            first,
            user=request.user,
            now=timezone.now(),
            note=request.POST.get("note", ""),
            reason=request.POST.get("reason", ""),
            seen=request.POST.get("seen", ""),
            seen_net_pay=request.POST.get("seen_net_pay", ""),
        )
    except CannotSign as error:
        messages.error(request, error_text(error))
    else:
        messages.success(request, _("%(company)s is signed.") % {"company": company})
    return redirect("company_month", number, month)


@only_posted
@needs(Area.JOURNAL_EXPORTS, Right.WRITE)
def unsign(request: UserRequest, number: int, month: str) -> HttpResponse:
    """Take the signature below a month back."""
    company, first = visible_company(request.user, number), first_day(month)
    reason = request.POST.get("reason", "")
    try:
        unsign_month(company, first, user=request.user, now=timezone.now(), reason=reason)
    except CannotSign as error:
        messages.error(request, error_text(error))
    else:
        text = _("The signature below the month of %(company)s is taken back.")
        messages.success(request, text % {"company": company})
    return redirect("company_month", number, month)
