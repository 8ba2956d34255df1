"""Ending a link: the day, the reason, and the receipts that were sent through it."""

from typing import Any

from django import forms
from django.contrib import messages
from django.core.exceptions import ValidationError
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from tilisilta.models import Area, Link, Right
from tilisilta.services import link_removal, links
from tilisilta.services.link_proposals import proposed_end
from tilisilta.web.link_page import trail_of
from tilisilta.web.parts import ExplainingForm, visible_links
from tilisilta.web.rights import UserRequest, needs


class EndForm(ExplainingForm):
    """The day from which a link no longer books, and the reason."""

    MOVES, WRONG = "moves", "wrong"

    how = forms.ChoiceField(
        choices=[(MOVES, ""), (WRONG, "")], widget=forms.RadioSelect, initial=MOVES
    )
    ends_on = forms.DateField(
        required=False,
        label=gettext_lazy("Nothing is booked through it from"),
        input_formats=["%Y-%m-%d"],
        widget=forms.DateInput(format="%Y-%m-%d", attrs={"type": "date"}),
    )
    reason = forms.CharField(
        max_length=200,
        label=gettext_lazy("Reason"),
        help_text=gettext_lazy("It stands in the audit log and with the link."),
        widget=forms.Textarea(attrs={"rows": 2}),
    )

    def __init__(self, *args: Any, link: Link, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.link = link

    def clean(self) -> dict[str, Any]:
        """Require the day, except for a wrong link: that one ends with its first month."""
        given = super().clean() or self.cleaned_data
        if given.get("how") == self.WRONG:
            given["ends_on"] = self.link.start_month
            # The page does not use the day of a wrong link, so a bad one is no error.
            self.errors.pop("ends_on", None)
        elif "ends_on" not in self.errors and not given.get("ends_on"):
            self.add_error("ends_on", _("Give the day."))
        return given


@needs(Area.PROCOUNTOR, Right.WRITE)
def end_link(request: UserRequest, pk: int) -> HttpResponse:
    """Ask for the day and the reason, show what follows, and end the link."""
    link = get_object_or_404(visible_links(request.user), pk=pk)
    if not link.is_open:
        messages.info(request, _("The link has ended already."))
        return redirect("link", pk=pk)
    if request.method != "POST":
        initial = {"ends_on": proposed_end(link), "how": EndForm.MOVES}
        return _page(request, link, EndForm(link=link, initial=initial))
    form = EndForm(request.POST, link=link)
    if not form.is_valid():
        return _page(request, link, form, status=422)
    try:
        links.end_link(
            link,
            ends_on=form.cleaned_data["ends_on"],
            reason=form.cleaned_data["reason"],
            user=request.user,
        )
    except links.LinkBusy as error:
        form.add_explained(None, error)
        return _page(request, link, form, status=422)
    except ValidationError as error:
        form.add_error("reason", error.messages)
        return _page(request, link, form, status=422)
    messages.success(request, _("The link of %(company)s has ended.") % {"company": link.company})
    return redirect("link", pk=pk)


def _page(request: UserRequest, link: Link, form: EndForm, *, status: int = 200) -> HttpResponse:
    context = {
        "link": link,
        "form": form,
        "trail": trail_of(link),
        "is_used": link_removal.was_used(link),
        "chosen": form["how"].value(),
    }
    return render(request, "links/end.html", context, status=status)
