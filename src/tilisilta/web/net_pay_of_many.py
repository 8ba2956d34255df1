"""The net pay of chosen companies: ticked off as paid, or its payment files fetched."""

from collections.abc import Mapping, Sequence
from decimal import Decimal, InvalidOperation

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from tilisilta.domain.ledger_sums import ZERO
from tilisilta.domain.whole_numbers import whole_number
from tilisilta.errors import TilisiltaError
from tilisilta.models import Area, Company, Right
from tilisilta.services.asked_payments import ask_for_payment_files
from tilisilta.services.chosen_months import ChosenMonths
from tilisilta.services.net_pay_together import tick_together, unproven_net_pay
from tilisilta.web.chosen_months import address_of_list, back_to_list, chosen_of
from tilisilta.web.parts import error_text
from tilisilta.web.rights import UserRequest, needs

MOST_AT_ONCE = 2000
"""A bureau's companies of one month; more would let the browser wait for some seconds."""
_MOST_NAMED = 4


@needs(Area.JOURNAL_EXPORTS, Right.WRITE)
def net_pay_of_many(request: UserRequest) -> HttpResponse:
    """Show what is not proven of the chosen companies, opened: of all that are listed."""
    chosen = chosen_of(request)
    if request.method == "POST" and not chosen.companies:
        return back_to_list(request, chosen)
    if "fetch" in request.POST:
        return _fetch(request, chosen)
    if "tick" in request.POST:
        return _tick(request, chosen)
    rows = unproven_net_pay(chosen.companies, chosen.month, most=MOST_AT_ONCE)
    if not rows:
        messages.info(request, _("The net pay of these companies is proven, or they have no run."))
        return redirect(address_of_list(request, chosen.month))
    tickable = [one for one in rows if one.can_be_ticked]
    context = {
        "chosen": chosen,
        "rows": rows,
        "tickable": tickable,
        "fetchable_count": sum(one.is_fetchable for one in rows),
        "seen": " ".join(f"{one.company.number}={one.amount}" for one in tickable),
        "sum": sum((one.amount for one in tickable), ZERO),
        "back": address_of_list(request, chosen.month),
    }
    return render(request, "closing/net_pay_of_many.html", context)


def _fetch(request: UserRequest, chosen: ChosenMonths) -> HttpResponse:
    ids = [one.company_id for one in chosen.companies]
    count = ask_for_payment_files(ids, chosen.month, user=request.user)
    text = ngettext(
        "The payment files of %(count)s company are being fetched from Nmbrs. You may leave.",
        "The payment files of %(count)s companies are being fetched from Nmbrs. You may leave.",
        count,
    )
    if count:
        messages.success(request, text % {"count": count})
    else:
        messages.info(request, _("None of these companies is read by REST."))
    return redirect(address_of_list(request, chosen.month))


def _tick(request: UserRequest, chosen: ChosenMonths) -> HttpResponse:
    seen = _seen(request.POST.get("seen", ""))
    ids = [one.company_id for one in chosen.companies if one.number in seen]
    companies = Company.objects.visible_to(request.user).filter(pk__in=ids).order_by("number")
    ticked = tick_together(
        list(companies[:MOST_AT_ONCE]),
        chosen.month,
        seen=seen,
        user=request.user,
        now=timezone.now(),
    )
    text = ngettext(
        "The net pay of %(count)s company is ticked off as paid.",
        "The net pay of %(count)s companies is ticked off as paid.",
        ticked.count,
    )
    if ticked.count:
        messages.success(request, text % {"count": ticked.count})
    for told, numbers in _by_text(ticked.refused).items():
        messages.error(request, f"{', '.join(numbers)}: {told}")
    return redirect(address_of_list(request, chosen.month))


def _seen(text: str) -> Mapping[int, Decimal]:
    """Return the sums that the page has shown, by the number of the company."""
    seen: dict[int, Decimal] = {}
    for word in text.split():
        number, _sign, amount = word.partition("=")
        try:
            seen[whole_number(number) or 0] = Decimal(amount)
        except InvalidOperation:
            continue
    return seen


def _by_text(refused: Sequence[tuple[Company, TilisiltaError]]) -> Mapping[str, Sequence[str]]:
    found: dict[str, list[str]] = {}
    for company, error in refused:
        found.setdefault(error_text(error), []).append(str(company.number))
    return {
        told: [*numbers[:_MOST_NAMED], *(["…"] if len(numbers) > _MOST_NAMED else [])]
        for told, numbers in found.items()
    }
