"""Closing a month: signatures, net pay, and comparing many companies."""

from typing import Any

from django.http import HttpResponse
from django.utils import timezone
from django.utils.translation import gettext_noop as _
from ninja import Path, Query, Router

from tilisilta.api.access import ApiRequest, Bearer
from tilisilta.api.answers import answer_with, answers, visible_company
from tilisilta.api.asked import Paged
from tilisilta.api.months import first_day
from tilisilta.api.paging import page_of
from tilisilta.api.schemas import Month
from tilisilta.api.schemas_of_closing import (
    AskedComparison,
    NetPay,
    Signature,
    Signatures,
    ToSign,
    ToUnsign,
)
from tilisilta.domain.journals import BookingPeriod
from tilisilta.management.month_end import signature_document
from tilisilta.management.net_pay import net_pay_document
from tilisilta.models import Area, Company, MonthSignature, ReconciledMonth, Right, Scope
from tilisilta.services.closing.signing import sign_month, signing_standing, unsign_month
from tilisilta.services.verifying.net_pay import net_pay_of
from tilisilta.services.verifying.night import ask_for_comparison

router = Router(tags=["Closing"])
_MAY_READ = Bearer(Scope.READ, Area.JOURNAL_EXPORTS)
_MAY_SIGN = Bearer(Scope.SIGN, Area.JOURNAL_EXPORTS, Right.WRITE)


@router.get(
    "/companies/{int:number}/months/{month}/signatures",
    auth=_MAY_READ,
    response=answers(Signatures),
    summary=_("Show whether a month can be signed, and its signatures"),
)
def list_signatures(
    request: ApiRequest, number: int, month: Path[Month], asked: Query[Paged]
) -> dict[str, Any]:
    """Return where the month stands for signing, and a page of its signatures."""
    company, first = visible_company(request.user, number), first_day(month)
    standing = signing_standing(company, first, user=request.user, today=timezone.localdate())
    stored = ReconciledMonth.objects.filter(company=company, month=first).first()
    rows = MonthSignature.objects.filter(company=company, month=first)
    rows = rows.select_related("company", "signed_by")
    page = page_of(rows, by="pk", cursor=asked.cursor, limit=asked.limit)
    return {
        "state": standing.state.value,
        "can_be_signed": standing.can_be_signed,
        "needs_reason": standing.needs_reason,
        "needs_another": standing.needs_another,
        "digest": stored.digest if stored else None,
        "net_pay": standing.net_pay.value,
        "net_pay_digest": standing.net_pay_digest,
        "signatures": [signature_document(one) for one in page.rows],
        "next": page.next,
    }


@router.post(
    "/companies/{int:number}/months/{month}/signatures",
    auth=_MAY_SIGN,
    response=answers(Signature, does=True),
    summary=_("Sign a month of a company"),
)
def sign(request: ApiRequest, number: int, month: Path[Month], wanted: ToSign) -> dict[str, Any]:
    """Sign that the month is right. One that is signed and has not changed stays as it is."""
    signature = sign_month(
        visible_company(request.user, number),
        first_day(month),
        user=request.user,
        now=timezone.now(),
        note=wanted.note,
        reason=wanted.reason,
        seen=wanted.digest,
        seen_net_pay=wanted.net_pay_digest,
    )
    return signature_document(signature)


@router.post(
    "/companies/{int:number}/months/{month}/unsign",
    auth=_MAY_SIGN,
    response=answers(Signature, does=True),
    summary=_("Take the signature below a month back"),
)
def unsign(
    request: ApiRequest, number: int, month: Path[Month], wanted: ToUnsign
) -> dict[str, Any]:
    """Take the signature back; it stays as a trail."""
    company = visible_company(request.user, number)
    signature = unsign_month(
        company, first_day(month), user=request.user, now=timezone.now(), reason=wanted.reason
    )
    return signature_document(signature)


@router.get(
    "/companies/{int:number}/months/{month}/net-pay",
    auth=_MAY_READ,
    response=answers(NetPay),
    summary=_("Show the net pay of a month beside its payment files"),
)
def show_net_pay(request: ApiRequest, number: int, month: Path[Month]) -> dict[str, Any]:
    """Return what the journals say is to be paid, and what the payment files pay."""
    company = visible_company(request.user, number)
    return net_pay_document(net_pay_of(company, BookingPeriod.containing(first_day(month))))


@router.post(
    "/months/{month}/comparison",
    auth=Bearer(Scope.VERIFY, Area.JOURNAL_EXPORTS),
    response=answers(AskedComparison, status=202, does=True),
    summary=_("Have a month compared with the ledger for all companies"),
)
def compare_month(request: ApiRequest, month: Path[Month]) -> HttpResponse:
    """Have a worker compare the month of all companies that the user may see and that have a link.

    Read the month for how far it is. Asking twice asks once.
    """
    visible = Company.objects.visible_to(request.user).values_list("pk", flat=True)
    count = ask_for_comparison(list(visible), first_day(month))
    return answer_with(AskedComparison, {"month": month, "company_count": count}, status=202)
