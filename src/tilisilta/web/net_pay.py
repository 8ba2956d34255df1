"""The net pay of a company's month: payment files, a tick by hand, and its ledger accounts."""

from collections.abc import Iterator
from datetime import date
from decimal import Decimal, InvalidOperation
from http import HTTPStatus

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from tilisilta.clients.files.outcomes import PaymentFileRefused
from tilisilta.domain.journals import BookingPeriod
from tilisilta.errors import TilisiltaError
from tilisilta.models import Area, Company, Link, PaymentFile, Right
from tilisilta.services.asked_payments import ask_for_payment_files
from tilisilta.services.explanations import explain, explain_error
from tilisilta.services.payment_files import must_be_fetchable
from tilisilta.services.verifying.net_pay_changes import (
    CannotTick,
    PaymentFileKnown,
    add_payment_files,
    name_net_pay_accounts,
    remove_payment_file,
    tick_paid,
    untick_paid,
)
from tilisilta.web.months import render_month
from tilisilta.web.only_posted import only_posted
from tilisilta.web.parts import error_text, first_day, visible_company
from tilisilta.web.rights import UserRequest, needs
from tilisilta.web.uploads import MOST_BYTES

MOST_FILES = 50
MOST_PROBLEMS = 50


@only_posted
@needs(Area.JOURNAL_EXPORTS, Right.WRITE)
def add_files(request: UserRequest, number: int, month: str) -> HttpResponse:
    """Add the payment files that were chosen: all of them or none."""
    company = visible_company(request.user, number)
    first = first_day(month)
    if not 0 < len(request.FILES.getlist("files")) <= MOST_FILES:
        said = _("Choose one or several payment files, %(limit)s at most.")
        messages.error(request, said % {"limit": MOST_FILES})
        return _back(company, first)
    try:
        added = add_payment_files(
            company,
            BookingPeriod.containing(first),
            _contents(request),
            user=request.user,
            now=timezone.now(),
        )
    except PaymentFileKnown as error:
        messages.error(request, error_text(error))
    except PaymentFileRefused as error:
        return _refused(request, company, first, error)
    else:
        _say_added(request, len(added))
    return _back(company, first)


@only_posted
@needs(Area.JOURNAL_EXPORTS, Right.WRITE)
def fetch_files(request: UserRequest, number: int, month: str) -> HttpResponse:
    """Have a worker fetch the payment files of the month's runs from Nmbrs and compare them."""
    company = visible_company(request.user, number)
    first = first_day(month)
    try:
        must_be_fetchable(company, BookingPeriod.containing(first))
    except TilisiltaError as error:
        messages.error(request, error_text(error))
    else:
        ask_for_payment_files([company.pk], first, user=request.user)
    return _back(company, first)


@only_posted
@needs(Area.JOURNAL_EXPORTS, Right.WRITE)
def remove_file(request: UserRequest, number: int, month: str, pk: int) -> HttpResponse:
    """Take a payment file out of the month."""
    company = visible_company(request.user, number)
    first = first_day(month)
    file = get_object_or_404(PaymentFile.objects.filter(company=company, month=first), pk=pk)
    remove_payment_file(file, user=request.user)
    messages.success(request, _("Removed payment file %(name)s.") % {"name": file.file_name})
    return _back(company, first)


@only_posted
@needs(Area.JOURNAL_EXPORTS, Right.WRITE)
def tick(request: UserRequest, number: int, month: str) -> HttpResponse:
    """Tick off the sum that the page has shown as paid."""
    company = visible_company(request.user, number)
    first = first_day(month)
    try:
        amount = Decimal(request.POST.get("amount", ""))
        tick_paid(
            company,
            BookingPeriod.containing(first),
            amount=amount,
            user=request.user,
            now=timezone.now(),
        )
    except InvalidOperation:
        messages.error(request, error_text(CannotTick("changed")))
    except CannotTick as error:
        messages.error(request, error_text(error))
    else:
        messages.success(request, _("Ticked off: the net pay is paid."))
    return _back(company, first)


@only_posted
@needs(Area.JOURNAL_EXPORTS, Right.WRITE)
def untick(request: UserRequest, number: int, month: str) -> HttpResponse:
    """Take the tick back."""
    company = visible_company(request.user, number)
    first = first_day(month)
    untick_paid(company, BookingPeriod.containing(first), user=request.user)
    messages.success(request, _("Taken back: the net pay is no longer ticked off."))
    return _back(company, first)


@only_posted
@needs(Area.PROCOUNTOR, Right.WRITE)
def name_accounts(request: UserRequest, number: int, month: str) -> HttpResponse:
    """Store which ledger accounts the net pay is on; without any they are proposed again."""
    company = visible_company(request.user, number)
    first = first_day(month)
    link = Link.objects.booking(BookingPeriod.containing(first), company_id=company.pk)
    if link is None:
        messages.error(request, _("The company has no link that could name them."))
        return _back(company, first)
    try:
        named = name_net_pay_accounts(link, request.POST.getlist("account"), user=request.user)
    except ValidationError as error:
        messages.error(request, " ".join(error.messages))
    else:
        accounts = ", ".join(named.named_net_pay_accounts)
        told = _("Net pay is on %(accounts)s.") if accounts else _("Its accounts are proposed.")
        messages.success(request, told % {"accounts": accounts})
    return _back(company, first)


def _contents(request: UserRequest) -> Iterator[tuple[str, bytes]]:
    for file in request.FILES.getlist("files"):
        yield file.name or "", file.read(MOST_BYTES)


def _say_added(request: UserRequest, count: int) -> None:
    if not count:
        messages.info(request, _("The month has these payment files already."))
        return
    told = ngettext("Added %(count)s payment file.", "Added %(count)s payment files.", count)
    messages.success(request, told % {"count": count})


def _refused(
    request: UserRequest, company: Company, first: date, error: PaymentFileRefused
) -> HttpResponse:
    problems = [(one, explain(one)) for one in error.problems[:MOST_PROBLEMS]]
    return render_month(
        request,
        company,
        first,
        status=HTTPStatus.UNPROCESSABLE_ENTITY,
        refusal=explain_error(error),
        problems=problems,
    )


def _back(company: Company, first: date) -> HttpResponse:
    return redirect("company_month", company.number, f"{first:%Y-%m}")
