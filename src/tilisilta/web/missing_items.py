"""Creating the items that cost centers and units lack in Procountor: review, confirm, follow."""

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
from tilisilta.services.procountor.item_creation import MadeItems
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
    """Ask once, naming every item and its dimension, then create exactly those."""
    # A link that has ended leads to no books, so nothing is created there.
    link = get_object_or_404(visible_links(request.user).filter(ends_on__isnull=True), pk=pk)
    if kind not in set(DimensionKind):
        raise Http404
    if request.method == "POST":
        return _next_step(request, link, DimensionKind(kind))
    return _question(request, link, DimensionKind(kind))


def _question(request: UserRequest, link: Link, kind: DimensionKind) -> HttpResponse:
    try:
        missing = find_missing_items(link, kind, now=timezone.now())
    except TilisiltaError as error:
        messages.error(request, error_text(error))
        return redirect("link", pk=link.pk)
    if missing is None or not missing.comparison.creatable:
        messages.info(request, _("There is no item to create."))
        return redirect("link", pk=link.pk)
    items = missing.comparison.creatable
    context = {
        "link": link,
        "dimension": missing.dimension,
        "items": items,
        "has_near": any(one.near for one in items),
        "codes": json.dumps([one.code for one in items]),
    }
    return render(request, "links/create_items.html", context)


def _next_step(request: UserRequest, link: Link, kind: DimensionKind) -> HttpResponse:
    left_out = set(request.POST.getlist("leave"))
    # The codes that were shown, not those missing by now: a person has confirmed only these.
    codes = [code for code in _codes(request.POST.get("codes", "")) if code not in left_out]
    made = create_missing_items(
        link,
        kind,
        user=request.user,
        codes=codes,
        now=timezone.now(),
        until=time.monotonic() + SECONDS_PER_STEP,
    )
    created = len(made.created) + carried_count(request, "created")
    _report_refusals(request, made)
    if made.left and made.trouble is None:
        total = max(carried_count(request, "total"), len(codes))
        context = {
            "link": link,
            "address": request.path,
            "codes": json.dumps(made.left),
            "created": created,
            "done": total - len(made.left),
            "total": total,
        }
        return render(request, "links/creating_items.html", context)
    _report(request, made, created)
    if request.htmx:
        return HttpResponseClientRedirect(reverse("link", args=[link.pk]))
    return redirect("link", pk=link.pk)


def _report(request: UserRequest, made: MadeItems, created: int) -> None:
    """Report what all steps together have done, and what prevents the rest."""
    if created:
        text = ngettext(
            "%(count)s item was created in Procountor.",
            "%(count)s items were created in Procountor.",
            created,
        )
        messages.success(request, text % {"count": created})
    if made.without_dimension:
        text = _(
            "The link's dimension is no longer in Procountor, or is there more than once. Choose "
            "the dimension anew."
        )
        messages.error(request, text)
    elif made.trouble is not None:
        text = f"{_trouble(made)} {_left(made)}"
        is_ours = isinstance(made.trouble, NeedsAttention)
        messages.add_message(request, messages.ERROR if is_ours else messages.WARNING, text)
    elif not created and not made.refused:
        # Clicked twice, or another person was quicker.
        messages.info(request, _("Nothing was left to create: the items are there."))


def _trouble(made: MadeItems) -> str:
    if isinstance(made.trouble, OutcomeUnknown):
        unknown = Problem(
            code=ProblemCode.PROCOUNTOR_OUTCOME_UNKNOWN, facts=facts(item=made.left[0])
        )
        return as_paragraph(explain(unknown))
    return error_text(made.trouble) if made.trouble else ""


def _left(made: MadeItems) -> str:
    count = len(made.left)
    text = ngettext(
        "%(count)s item is left to create.", "%(count)s items are left to create.", count
    )
    return text % {"count": count} if count else ""


def _report_refusals(request: UserRequest, made: MadeItems) -> None:
    for code, error in made.refused[:MOST_REFUSALS_NAMED]:
        text = _("Item %(code)s was not created. %(reason)s")
        messages.error(request, text % {"code": code, "reason": error_text(error)})
    if more := len(made.refused[MOST_REFUSALS_NAMED:]):
        text = ngettext(
            "%(count)s more item was refused.", "%(count)s more items were refused.", more
        )
        messages.error(request, text % {"count": more})


def _codes(text: str) -> list[str]:
    try:
        read = json.loads(text)
    except ValueError:
        return []
    return [code for code in read if isinstance(code, str)] if isinstance(read, list) else []
