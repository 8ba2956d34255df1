"""Payment files of a company's month, and the tick that says its net pay is paid without any."""

from decimal import Decimal
from typing import Any

from django.http import Http404, HttpResponse
from django.utils import timezone
from django.utils.translation import gettext_noop as _
from ninja import File, Path, Router
from ninja.files import UploadedFile

from tilisilta.api.access import ApiRequest, Bearer
from tilisilta.api.answers import answer_with, answers, visible_company
from tilisilta.api.imports import MOST_BYTES
from tilisilta.api.months import first_day
from tilisilta.api.schemas import Month
from tilisilta.api.schemas_of_closing import AskedPaymentFiles, NetPay, ToTick
from tilisilta.domain.journals import BookingPeriod
from tilisilta.management.net_pay import net_pay_document
from tilisilta.models import Area, Company, PaymentFile, Right, Scope
from tilisilta.services.asked_payments import ask_for_payment_files
from tilisilta.services.payment_files import must_be_fetchable
from tilisilta.services.verifying.net_pay import net_pay_of
from tilisilta.services.verifying.net_pay_changes import (
    add_payment_files,
    remove_payment_file,
    tick_paid,
    untick_paid,
)

router = Router(tags=["Closing"])
_MAY_ADD = Bearer(Scope.IMPORT, Area.JOURNAL_EXPORTS, Right.WRITE)
_MAY_SIGN = Bearer(Scope.SIGN, Area.JOURNAL_EXPORTS, Right.WRITE)


@router.post(
    "/companies/{int:number}/months/{month}/payment-files",
    auth=_MAY_ADD,
    response=answers(NetPay, does=True),
    summary=_("Add a payment file to a month"),
)
def add_payment_file(
    request: ApiRequest, number: int, month: Path[Month], file: File[UploadedFile]
) -> dict[str, Any]:
    """Compare a payment file with the month's net pay. One that is there already is passed over."""
    company, period = _month_of(request, number, month)
    content = (file.name or "", file.read(MOST_BYTES))
    add_payment_files(company, period, [content], user=request.user, now=timezone.now())
    return net_pay_document(net_pay_of(company, period))


@router.post(
    "/companies/{int:number}/months/{month}/payment-files/fetch",
    auth=_MAY_ADD,
    response=answers(AskedPaymentFiles, status=202, does=True),
    summary=_("Have the payment files of a month fetched from Nmbrs"),
)
def fetch_payment_files(request: ApiRequest, number: int, month: Path[Month]) -> HttpResponse:
    """Have a worker fetch them and compare the month. Read the net pay for what came of it."""
    company, period = _month_of(request, number, month)
    must_be_fetchable(company, period)
    ask_for_payment_files([company.pk], period.first_day, user=request.user)
    return answer_with(AskedPaymentFiles, {"company": number, "month": month}, status=202)


@router.post(
    "/companies/{int:number}/months/{month}/payment-files/{int:file}/remove",
    auth=_MAY_ADD,
    response=answers(NetPay, does=True),
    summary=_("Take a payment file out of a month"),
)
def take_payment_file_out(
    request: ApiRequest, number: int, month: Path[Month], file: int
) -> dict[str, Any]:
    """Remove it, so that it can be added anew or to another month."""
    company, period = _month_of(request, number, month)
    found = PaymentFile.objects.filter(company=company, month=period.first_day, pk=file).first()
    if found is None:
        raise Http404
    remove_payment_file(found, user=request.user)
    return net_pay_document(net_pay_of(company, period))


@router.post(
    "/companies/{int:number}/months/{month}/net-pay/tick",
    auth=_MAY_SIGN,
    response=answers(NetPay, does=True),
    summary=_("Tick off the net pay of a month as paid"),
)
def tick_net_pay(
    request: ApiRequest, number: int, month: Path[Month], wanted: ToTick
) -> dict[str, Any]:
    """Tick off that the sum was paid, where there is no payment file. Another sum is refused."""
    company, period = _month_of(request, number, month)
    amount = Decimal(wanted.amount)
    tick_paid(company, period, amount=amount, user=request.user, now=timezone.now())
    return net_pay_document(net_pay_of(company, period))


@router.post(
    "/companies/{int:number}/months/{month}/net-pay/untick",
    auth=_MAY_SIGN,
    response=answers(NetPay, does=True),
    summary=_("Take back that the net pay of a month is paid"),
)
def untick_net_pay(request: ApiRequest, number: int, month: Path[Month]) -> dict[str, Any]:
    """Take the tick back; a month without one stays as it is."""
    company, period = _month_of(request, number, month)
    untick_paid(company, period, user=request.user)
    return net_pay_document(net_pay_of(company, period))


def _month_of(request: ApiRequest, number: int, month: str) -> tuple[Company, BookingPeriod]:
    return visible_company(request.user, number), BookingPeriod.containing(first_day(month))
