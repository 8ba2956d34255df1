"""Ending many links at once: those that are ticked, shown on one page and confirmed there."""

from collections.abc import Sequence
from typing import Any

from django import forms
from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from tilisilta.models import Area, Link, Right
from tilisilta.services.link_ends import busy_among, end_links
from tilisilta.services.link_proposals import proposed_end
from tilisilta.web.only_posted import only_posted
from tilisilta.web.parts import error_text
from tilisilta.web.rights import UserRequest, needs
from tilisilta.web.ticked_links import ticked_links

_MOST_NAMED = 4


class EndManyForm(forms.Form):
    """The day from which the links no longer book, and the reason."""

    ends_on = forms.DateField(
        label=gettext_lazy("Nothing is booked through them from"),
        input_formats=["%Y-%m-%d"],
        widget=forms.DateInput(format="%Y-%m-%d", attrs={"type": "date", "class": "in"}),
    )
    reason = forms.CharField(
        max_length=200,
        label=gettext_lazy("Reason"),
        help_text=gettext_lazy("It stands in the audit log and with each link."),
        widget=forms.Textarea(attrs={"rows": 2, "class": "in"}),
    )


@only_posted
@needs(Area.PROCOUNTOR, Right.WRITE)
def end_many_links(request: UserRequest) -> HttpResponse:
    """Ask for the day and the reason, show which links end, and end them."""
    links = ticked_links(request)
    if not links:
        messages.info(request, _("Tick the links that are to end."))
        return redirect("administrations")
    is_answered = "end" in request.POST
    last = max(proposed_end(link) for link in links)
    form = EndManyForm(request.POST if is_answered else None, initial={"ends_on": last})
    if is_answered and form.is_valid():
        _end(request, links, form.cleaned_data)
        return redirect("administrations")
    busy = busy_among(links)
    context = {
        "links": links,
        "form": form,
        "busy": busy,
        "count": sum(link.pk not in busy for link in links),
    }
    return render(request, "links/end_many.html", context, status=422 if is_answered else 200)


def _end(request: UserRequest, links: Sequence[Link], given: dict[str, Any]) -> None:
    done = end_links(links, ends_on=given["ends_on"], reason=given["reason"], user=request.user)
    if done.ended:
        text = ngettext("%(count)s link ended.", "%(count)s links ended.", len(done.ended))
        messages.success(request, text % {"count": len(done.ended)})
    by_text: dict[str, list[str]] = {}
    for link, error in done.failed:
        by_text.setdefault(error_text(error), []).append(str(link.company.number))
    for told, numbers in by_text.items():
        more = ["…"] if len(numbers) > _MOST_NAMED else []
        messages.error(request, f"{', '.join([*numbers[:_MOST_NAMED], *more])}: {told}")
