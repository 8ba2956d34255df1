"""From SOAP to REST on the pages: compare both, accept a difference, switch and switch back."""

from dataclasses import dataclass

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from tilisilta.domain.both_ways import ComparedRun
from tilisilta.errors import TilisiltaError
from tilisilta.models import Area, ComparedCompany, NmbrsConnection, Right
from tilisilta.services.explanations import Explanation, explain, explain_error
from tilisilta.services.fetching.moving.comparisons import ask_for_comparison
from tilisilta.services.fetching.moving.standing import moving_standing_of, not_equal_companies
from tilisilta.services.fetching.moving.switching import (
    accept_differences,
    switch_to_rest,
    switch_to_soap,
)
from tilisilta.services.fetching.moving.words import company_words, run_words
from tilisilta.web.only_posted import only_posted
from tilisilta.web.parts import error_text
from tilisilta.web.rights import UserRequest, needs

PER_PAGE = 20


@dataclass(frozen=True, kw_only=True)
class ComparedRow:
    """A company that is not equal, with the words for it and for each of its runs."""

    compared: ComparedCompany
    words: str
    runs: tuple[tuple[ComparedRun, str], ...]


@needs(Area.NMBRS, Right.READ)
def comparison(request: UserRequest, pk: int) -> HttpResponse:
    """Show what came of comparing SOAP and REST, or how far it is."""
    connection = get_object_or_404(NmbrsConnection.objects.select_related("grant"), pk=pk)
    moving = moving_standing_of(connection, now=timezone.now(), user=request.user)
    found = moving.comparison
    rows = (
        not_equal_companies(found, user=request.user)
        if found and moving.is_done
        else ComparedCompany.objects.none()
    )
    page = Paginator(rows, PER_PAGE).get_page(request.GET.get("page"))
    context = {
        "connection": connection,
        "moving": moving,
        "page": page,
        "rows": [_row(one) for one in page],
        "has_open": any(one.is_open for one in page),
        "trouble": explain(found.trouble[0]) if found and found.trouble else None,
        "to_comparing": _told(moving.obstacle_to_comparing),
        "to_switching": _told(moving.obstacle_to_switching),
    }
    return render(request, "nmbrs/comparison.html", context)


@only_posted
@needs(Area.NMBRS, Right.WRITE)
def compare(request: UserRequest, pk: int) -> HttpResponse:
    """Ask for SOAP and REST to be compared. A second click asks for nothing more."""
    connection = get_object_or_404(NmbrsConnection, pk=pk)
    try:
        ask_for_comparison(
            connection,
            user=request.user,
            now=timezone.now(),
            is_of_all=request.POST.get("of") != "not_equal",
        )
    except TilisiltaError as error:
        messages.error(request, error_text(error))
        return redirect("nmbrs_rest", pk)
    return redirect("nmbrs_comparison", pk)


@only_posted
@needs(Area.NMBRS, Right.WRITE)
def accept(request: UserRequest, pk: int) -> HttpResponse:
    """Accept that the chosen companies are not equal, for a reason."""
    connection = get_object_or_404(NmbrsConnection, pk=pk)
    numbers = [int(one) for one in request.POST.getlist("company") if one.isdecimal()]
    if not numbers:
        messages.error(request, _("Choose the companies whose difference you accept."))
        return redirect("nmbrs_comparison", pk)
    try:
        accepted = accept_differences(
            connection,
            numbers,
            reason=request.POST.get("reason", ""),
            user=request.user,
            now=timezone.now(),
        )
    except TilisiltaError as error:
        messages.error(request, error_text(error))
        return redirect("nmbrs_comparison", pk)
    if not accepted:
        messages.info(request, _("Somebody has accepted that already."))
    else:
        text = ngettext(
            "The difference of %(count)s company is accepted.",
            "The differences of %(count)s companies are accepted.",
            len(accepted),
        )
        messages.success(request, text % {"count": len(accepted)})
    return redirect("nmbrs_comparison", pk)


@only_posted
@needs(Area.NMBRS, Right.WRITE)
def switch(request: UserRequest, pk: int) -> HttpResponse:
    """Fetch by the other API from now on, or say why not."""
    connection = get_object_or_404(NmbrsConnection, pk=pk)
    move = switch_to_soap if request.POST.get("to") == "soap" else switch_to_rest
    try:
        switched = move(connection, user=request.user, now=timezone.now())
    except TilisiltaError as error:
        messages.error(request, error_text(error))
    else:
        text = _(
            "%(name)s fetches by %(api)s from now on. Nothing of what came in or was sent is "
            "touched."
        )
        messages.success(request, text % {"name": switched.name, "api": switched.get_api_display()})
    return redirect(f"{reverse('nmbrs_rest', args=[pk])}#steps")


def _row(one: ComparedCompany) -> ComparedRow:
    return ComparedRow(
        compared=one,
        words=company_words(one),
        runs=tuple((run, run_words(run)) for run in one.runs if not run.is_equal),
    )


def _told(error: TilisiltaError | None) -> Explanation | None:
    return None if error is None else explain_error(error)
