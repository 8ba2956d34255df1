"""Creating the items that cost centers and units lack in Procountor: look, say yes, and follow."""

import json
import time

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django_htmx.http import HttpResponseClientRedirect

from tilisilta.domain.dimensions import DimensionKind
from tilisilta.domain.problems import Problem, ProblemCode, facts
from tilisilta.errors import NeedsAttention, OutcomeUnknown, TilisiltaError
from tilisilta.models import Area, Link, Right
from tilisilta.services.explanations import explain
from tilisilta.services.missing_items import create_missing_items, find_missing_items
from tilisilta.services.procountor.items import MadeItems
from tilisilta.web.parts import (
    SECONDS_PER_STEP,
    as_paragraph,
    carried_count,
    error_text,
    visible_links,
)
from tilisilta.web.rights import UserRequest, needs

MOST_REFUSALS_NAMED = 5


@needs(Area.PROCOUNTOR, Right.WRITE)
def missing_items(request: UserRequest, pk: int, kind: str) -> HttpResponse:
    """Ask once, naming every item and where it goes, then create exactly those."""
    # Nothing is made any more in books that a link does not lead to.
    found = get_object_or_404(visible_links(request.user).filter(ends_on__isnull=True), pk=pk)
    if kind not in set(DimensionKind):
        raise Http404
    if request.method == "POST":
        return _next_step(request, found, DimensionKind(kind))
    return _question(request, found, DimensionKind(kind))


def _question(request: UserRequest, found: Link, kind: DimensionKind) -> HttpResponse:
    try:
        missing = find_missing_items(found, kind, now=timezone.now())
    except TilisiltaError as error:
        messages.error(request, error_text(error))
        return redirect("link", pk=found.pk)
    if missing is None or not missing.comparison.creatable:
        messages.info(request, _("There is no item to create."))
        return redirect("link", pk=found.pk)
    items = missing.comparison.creatable
    context = {
        "link": found,
        "dimension": missing.dimension,
        "items": items,
        "has_near": any(one.near for one in items),
        "codes": json.dumps([one.code for one in items]),
    }
    return render(request, "links/create_items.html", context)


def _next_step(request: UserRequest, found: Link, kind: DimensionKind) -> HttpResponse:
    left_out = set(request.POST.getlist("leave"))
    codes = [code for code in _codes(request.POST.get("codes", "")) if code not in left_out]
    made = create_missing_items(
        found,
        kind,
        user=request.user,
        codes=codes,
        now=timezone.now(),
        until=time.monotonic() + SECONDS_PER_STEP,
    )
    created = len(made.created) + carried_count(request, "created")
    _tell_refusals(request, made)
    if made.left and made.trouble is None:
        total = max(carried_count(request, "total"), len(codes))
        context = {
            "link": found,
            "address": request.path,
            "codes": json.dumps(made.left),
            "created": created,
            "done": total - len(made.left),
            "total": total,
        }
        return render(request, "links/creating_items.html", context)
    _tell(request, made, created)
    if request.htmx:
        return HttpResponseClientRedirect(reverse("link", args=[found.pk]))
    return redirect("link", pk=found.pk)


def _tell(request: UserRequest, made: MadeItems, created: int) -> None:
    """Say what was done in all steps together, and what stands in the way of the rest."""
    if created:
        said = ngettext(
            "%(count)s item was created in Procountor.",
            "%(count)s items were created in Procountor.",
            created,
        )
        messages.success(request, said % {"count": created})
    if made.without_dimension:
        said = _(
            "The link's dimension is no longer in Procountor, or is there more than once. Choose "
            "the dimension anew."
        )
        messages.error(request, said)
    elif made.trouble is not None:
        said = f"{_trouble(made)} {_left(made)}"
        is_ours = isinstance(made.trouble, NeedsAttention)
        messages.add_message(request, messages.ERROR if is_ours else messages.WARNING, said)
    elif not created and not made.refused:
        # Clicked twice, or somebody else was quicker.
        messages.info(request, _("Nothing was left to create: the items are there."))


def _trouble(made: MadeItems) -> str:
    if isinstance(made.trouble, OutcomeUnknown):
        told = facts(item=made.left[0])
        unknown = Problem(code=ProblemCode.PROCOUNTOR_OUTCOME_UNKNOWN, facts=told)
        return as_paragraph(explain(unknown))
    return error_text(made.trouble) if made.trouble else ""


def _left(made: MadeItems) -> str:
    count = len(made.left)
    said = ngettext(
        "%(count)s item is left to create.", "%(count)s items are left to create.", count
    )
    return said % {"count": count} if count else ""


def _tell_refusals(request: UserRequest, made: MadeItems) -> None:
    for code, error in made.refused[:MOST_REFUSALS_NAMED]:
        said = _("Item %(code)s was not created. %(reason)s")
        messages.error(request, said % {"code": code, "reason": error_text(error)})
    if more := len(made.refused[MOST_REFUSALS_NAMED:]):
        said = ngettext(
            "%(count)s more item was refused.", "%(count)s more items were refused.", more
        )
        messages.error(request, said % {"count": more})


def _codes(text: str) -> list[str]:
    try:
        read = json.loads(text)
    except ValueError:
        return []
    return [code for code in read if isinstance(code, str)] if isinstance(read, list) else []
