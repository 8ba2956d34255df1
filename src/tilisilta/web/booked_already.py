"""The part of a new link that shows which runs seem to be booked already."""

import time

from django.http import Http404, HttpResponse
from django.shortcuts import render
from django.utils import timezone

from tilisilta.domain.whole_numbers import whole_number
from tilisilta.errors import TilisiltaError
from tilisilta.models import Area, Company, Right
from tilisilta.services.booked_already import BookedAlready, find_booked_runs
from tilisilta.services.explanations import Explanation, explain_error
from tilisilta.web.parts import SECONDS_PER_STEP, visible_accounts
from tilisilta.web.rights import UserRequest, needs


@needs(Area.PROCOUNTOR, Right.WRITE)
def booked_already(request: UserRequest) -> HttpResponse:
    """Search Procountor for the runs of a company. The part reloads itself until all is read."""
    number = whole_number(request.GET.get("company", ""))
    pk = whole_number(request.GET.get("account", ""))
    if number is None or pk is None:
        raise Http404
    company = Company.objects.visible_to(request.user).filter(number=number).first()
    account = visible_accounts(request.user).filter(pk=pk).first()
    if company is None or account is None or not account.is_authorised:
        raise Http404
    found: BookedAlready | None = None
    trouble: Explanation | None = None
    try:
        # What was read is stored, so that the next request goes on after it.
        until = time.monotonic() + SECONDS_PER_STEP
        found = find_booked_runs(company, account, now=timezone.now(), until=until)
    except TilisiltaError as error:
        trouble = explain_error(error)
    context = {"found": found, "trouble": trouble, "company": company, "account": account}
    return render(request, "links/booked.html", context)
