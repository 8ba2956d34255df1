"""Which companies of a month are ticked, and the way back to their list."""

from datetime import date

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.translation import gettext as _

from tilisilta.domain.whole_numbers import whole_number
from tilisilta.services.chosen_months import ChosenMonths, chosen_months
from tilisilta.services.reasons.groups import reasons_of
from tilisilta.web.asked_month import AskedMonth
from tilisilta.web.parts import address_to_go_back_to, first_day
from tilisilta.web.rights import UserRequest


def chosen_of(request: UserRequest) -> ChosenMonths:
    """Return the companies that are ticked, or all that are listed where that is asked for."""
    asked = AskedMonth.of(request)
    if request.method == "POST" and (month := request.POST.get("month")):
        asked = asked.in_month(first_day(month))
    shown = asked.month_end(request.user)
    if request.method != "POST" or "all" in request.POST:
        by_reason = reasons_of(shown, user=request.user)
        return chosen_months(shown.month, asked.chosen(shown, by_reason))
    numbers = {whole_number(one) for one in request.POST.getlist("company")}
    # Ticked on a page that was narrowed in another way, they are chosen all the same.
    visible = asked.everything().month_end(request.user).companies
    return chosen_months(shown.month, [one for one in visible if one.number in numbers])


def back_to_list(request: UserRequest, chosen: ChosenMonths) -> HttpResponse:
    if not chosen.companies:
        messages.info(request, _("Choose at least one company."))
    return redirect(address_of_list(request, chosen.month))


def address_of_list(request: UserRequest, month: date) -> str:
    return address_to_go_back_to(request) or f"{reverse('month_end')}?month={month:%Y-%m}"
