"""The search of the masthead: from a receipt number or a token to the journal and its run."""

from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse

from tilisilta.domain.standing import JournalState
from tilisilta.models import Area, Export, Right
from tilisilta.services.search import Hits, search
from tilisilta.web.rights import UserRequest, needs


@needs(Area.JOURNAL_EXPORTS, Right.READ)
def find(request: UserRequest) -> HttpResponse:
    """Lead to what was searched for if only one thing fits; else show all that does."""
    may_read_companies = request.user.can(Right.READ, Area.COMPANIES)
    hits = search(request.GET.get("q", ""), user=request.user, with_companies=may_read_companies)
    address = _only_place(hits)
    if address:
        return redirect(address)
    return render(request, "search/find.html", {"hits": hits})


def _only_place(hits: Hits) -> str:
    """Return the address of the one thing that fits; empty for none or several."""
    if hits.count != 1:
        return ""
    if hits.journal is not None:
        return reverse("journal", args=[hits.journal.pk])
    if hits.companies:
        return reverse("company", args=[hits.companies[0].number])
    return _place_of(hits.receipts[0].export)


def _place_of(export: Export) -> str:
    """Return where the journal's page shows the receipt; empty if it is not on that page.

    A receipt that went through a link which has ended stands in the list, with the books it is in.
    """
    if not export.is_on_journals_page or export.journal.state == JournalState.DISCARDED:
        return ""
    return reverse("journal", args=[export.journal_id]) + f"#t{export.token}"
