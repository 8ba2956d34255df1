"""Setting up many companies: a list is uploaded, looked into by a worker, and linked."""

from collections.abc import Mapping
from datetime import datetime

from django import forms
from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.dateparse import parse_datetime
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from tilisilta.clients.files.outcomes import FileRefused
from tilisilta.domain.whole_numbers import whole_number
from tilisilta.models import Area, Onboarding, OnboardingRow, Right, User
from tilisilta.services.lists import MOST_BYTES, ListUnreadable
from tilisilta.services.onboarding.rows import (
    ask_to_link,
    look_again,
    remove_list,
    store_list,
)
from tilisilta.services.onboarding.unlinked import unlinked_companies
from tilisilta.services.spreadsheets import CSV, Download, as_csv
from tilisilta.web.only_posted import only_posted
from tilisilta.web.parts import is_part, saved_file
from tilisilta.web.rights import UserRequest, needs
from tilisilta.web.set_up_page import HEADERS, csv_rows, set_up_page

LISTS_SHOWN = 20


class ListForm(forms.Form):
    """The list of companies, and the API keys where they are in a file of their own."""

    file = forms.FileField(
        label=gettext_lazy("List of companies"),
        allow_empty_file=True,
        widget=forms.FileInput(attrs={"class": "in", "accept": ".csv,.tsv,.txt"}),
    )
    keys = forms.FileField(
        label=gettext_lazy("API keys, where the list has none"),
        required=False,
        widget=forms.FileInput(attrs={"class": "in", "accept": ".csv,.tsv,.txt"}),
    )


@needs(Area.PROCOUNTOR, Right.WRITE)
def set_up(request: UserRequest) -> HttpResponse:
    """Take in a list, or show the lists that are there."""
    form = ListForm(request.POST or None, request.FILES or None)
    if request.method == "POST" and form.is_valid():
        made = _stored(request, form)
        if made is not None:
            return redirect("set_up_list", pk=made.pk)
    lists = Onboarding.objects.visible_to(request.user).select_related("read_by")[:LISTS_SHOWN]
    status = 422 if request.method == "POST" else 200
    context = {
        "form": form,
        "lists": lists,
        "unlinked_count": unlinked_companies(request.user).count(),
    }
    return render(request, "set_up/lists.html", context, status=status)


@needs(Area.PROCOUNTOR, Right.WRITE)
def set_up_list(request: UserRequest, pk: int) -> HttpResponse:
    """Show what was found out about a list, or have what is ticked linked."""
    onboarding = visible_list(request.user, pk)
    if request.method == "POST":
        # How many are being linked stands on the page itself, and goes away when they are.
        if not ask_to_link(onboarding, ticked=_ticked(request, onboarding), user=request.user):
            messages.warning(
                request, _("Nothing is linked: it was changed in the meantime. Look again.")
            )
        return redirect("set_up_list", pk=pk)
    page = set_up_page(onboarding, shows_all="all" in request.GET)
    name = "set_up/now.html" if is_part(request) else "set_up/list.html"
    return render(request, name, {"page": page, "is_part": is_part(request)})


@only_posted
@needs(Area.PROCOUNTOR, Right.WRITE)
def set_up_again(request: UserRequest, pk: int) -> HttpResponse:
    """Have a worker look again into what is not linked."""
    look_again(visible_list(request.user, pk))
    return redirect("set_up_list", pk=pk)


@only_posted
@needs(Area.PROCOUNTOR, Right.WRITE)
def remove_set_up(request: UserRequest, pk: int) -> HttpResponse:
    """Remove a list with its API keys."""
    remove_list(visible_list(request.user, pk), user=request.user)
    messages.success(request, _("The list was removed, and its API keys with it."))
    return redirect("set_up")


@needs(Area.PROCOUNTOR, Right.WRITE)
def set_up_csv(request: UserRequest, pk: int) -> HttpResponse:
    """Save what was found out about a list. It has no API key."""
    onboarding = visible_list(request.user, pk)
    headers = [str(words) for words in HEADERS]
    content = as_csv(headers, csv_rows(onboarding), has_decimal_comma=True)
    return saved_file(Download(name="set-up.csv", content=content, content_type=CSV))


def visible_list(user: User, pk: int) -> Onboarding:
    return get_object_or_404(Onboarding.objects.visible_to(user).select_related("read_by"), pk=pk)


def _stored(request: UserRequest, form: ListForm) -> Onboarding | None:
    file, keys = form.cleaned_data["file"], form.cleaned_data["keys"]
    try:
        return store_list(
            file.read(MOST_BYTES + 1),
            file_name=file.name,
            user=request.user,
            keys=keys.read(MOST_BYTES + 1) if keys else None,
        )
    except ListUnreadable as error:
        place = _("Line %(line)s:") % {"line": error.fault.line} if error.fault.line else ""
        form.add_error(None, f"{place} {error.fault.cause} {error.fault.remedy}".strip())
    except FileRefused:
        form.add_error("file", _("This is no text file. Save the list as CSV."))
    return None


def _ticked(request: UserRequest, onboarding: Onboarding) -> Mapping[int, str]:
    """Return the rows that are to be linked, each with the mark that the person saw.

    One button is for a pair that differs, and names it. The other is for all that match, but for
    those whose tick was taken away, and those that were looked into again since.
    """
    if "one" in request.POST:
        pk, _colon, mark = request.POST["one"].partition(":")
        return {whole_number(pk) or 0: mark}
    seen = _moment(request.POST.get("seen", ""))
    if seen is None:
        return {}
    left = set(request.POST.getlist("shown")) - set(request.POST.getlist("row"))
    rows = onboarding.rows.filter(
        state=OnboardingRow.State.EXAMINED, match="match", examined_at__lte=seen
    )
    return {
        pk: found.get("mark", "")
        for pk, found in rows.values_list("pk", "found")
        if str(pk) not in left
    }


def _moment(text: str) -> datetime | None:
    """Return the moment that the page was made for; ``None`` for what is none."""
    try:
        moment = parse_datetime(text)
    except ValueError:
        return None
    return moment if moment is not None and moment.tzinfo is not None else None
