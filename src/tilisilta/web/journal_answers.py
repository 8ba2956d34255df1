"""A person's answers about a journal from a file: which run it is, or that it is not wanted."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from typing import Any

from django import forms
from django.contrib import messages
from django.core.exceptions import ValidationError
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from tilisilta.domain import journals as domain
from tilisilta.domain.standing import JournalState
from tilisilta.errors import NeedsAttention
from tilisilta.models import Area, Journal, Right
from tilisilta.services.explanations import explain_error
from tilisilta.services.journals.answers import RunTaken, discard, is_open_to_answers, tell_run
from tilisilta.web.parts import error_text, visible_journal
from tilisilta.web.rights import UserRequest, needs

MONTHS_AROUND = 2
MOST_NEIGHBOURS = 20
NUMBER, OWN = "number", "own"


@dataclass(frozen=True, kw_only=True)
class Neighbour:
    """A run of a near month that a journal may be a newer version of."""

    journal: Journal

    @property
    def value(self) -> str:
        return f"of-{self.journal.pk}"


class RunForm(forms.Form):
    """Which run a journal is of: a number, a newer version of another journal, or its own."""

    answer = forms.CharField(error_messages={"required": gettext_lazy("Say which run it is.")})
    number = forms.CharField(
        label=gettext_lazy("Number of the run"),
        required=False,
        max_length=20,
        widget=forms.TextInput(attrs={"class": "in", "autocomplete": "off"}),
    )
    year = forms.IntegerField(
        label=gettext_lazy("Year of the run"),
        required=False,
        min_value=2000,
        max_value=2100,
        localize=False,
        widget=forms.NumberInput(attrs={"class": "in"}),
    )

    def __init__(self, posted: Any, *, year: int, neighbours: tuple[Neighbour, ...]) -> None:
        super().__init__(posted, auto_id="a-%s", initial={"year": year})
        self._neighbours = {one.value: one.journal for one in neighbours}

    def clean_answer(self) -> str:
        """Accept only the answers that the page offers."""
        answer: str = self.cleaned_data["answer"]
        if answer not in {NUMBER, OWN, *self._neighbours}:
            raise ValidationError(_("Say which run it is."))
        return answer

    def clean(self) -> dict[str, Any]:
        """Require a year with a number."""
        given = super().clean() or self.cleaned_data
        if given.get("answer") == NUMBER:
            for name in ("number", "year"):
                if not given.get(name) and name not in self.errors:
                    self.add_error(name, _("Give the number of the run and its year."))
        return given

    def run(self) -> domain.Run | None:
        """Return the run by its number, if that is the answer."""
        given = self.cleaned_data
        if given["answer"] != NUMBER:
            return None
        return domain.Run(year=given["year"], number=given["number"])

    def revision_of(self) -> Journal | None:
        return self._neighbours.get(self.cleaned_data["answer"])


class DiscardForm(forms.Form):
    """Why a journal is not wanted."""

    reason = forms.CharField(
        label=gettext_lazy("Reason"),
        max_length=200,
        widget=forms.TextInput(attrs={"class": "in"}),
        help_text=gettext_lazy("It stands on the journal's page and in the audit log."),
        error_messages={"required": gettext_lazy("Say why the journal is discarded.")},
    )


@needs(Area.JOURNAL_EXPORTS, Right.WRITE)
def journal_run(request: UserRequest, pk: int) -> HttpResponse:
    """Ask which run the journal is of, and renumber it."""
    journal = visible_journal(request.user, pk)
    neighbours = tuple(_neighbours(journal))
    form = RunForm(request.POST or None, year=journal.run_year, neighbours=neighbours)
    if request.method == "POST" and form.is_valid():
        try:
            renumbered = tell_run(
                journal, user=request.user, run=form.run(), revision_of=form.revision_of()
            )
        except RunTaken as taken:
            form.add_error("number", explain_error(taken).message)
        except NeedsAttention as error:
            return _refused(request, error, journal)
        else:
            text = _("This is journal %(reference)s now.") % {"reference": renumbered.reference}
            messages.success(request, text)
            return redirect("journal", pk=pk)
    context = {
        "journal": journal,
        "form": form,
        "neighbours": neighbours,
        "is_open": is_open_to_answers(journal),
        "chosen": request.POST.get("answer", ""),
    }
    return render(request, "journals/run.html", context, status=422 if form.errors else 200)


@needs(Area.JOURNAL_EXPORTS, Right.WRITE)
def discard_journal(request: UserRequest, pk: int) -> HttpResponse:
    """Ask why the journal is discarded, and discard it."""
    journal = visible_journal(request.user, pk)
    if journal.discarded_at is not None:
        # Clicked twice, or another person was quicker.
        messages.info(request, _("This journal is discarded already."))
        return redirect("journal", pk=pk)
    form = DiscardForm(request.POST or None, auto_id="a-%s")
    if request.method == "POST" and form.is_valid():
        reason = form.cleaned_data["reason"]
        try:
            discard(journal, reason=reason, user=request.user, now=timezone.now())
        except NeedsAttention as error:
            return _refused(request, error, journal)
        text = _("Journal %(reference)s is discarded.") % {"reference": journal.reference}
        messages.success(request, text)
        return redirect("journal", pk=pk)
    context = {"journal": journal, "form": form, "is_open": is_open_to_answers(journal)}
    return render(request, "journals/discard.html", context, status=422 if form.errors else 200)


def _refused(request: UserRequest, error: NeedsAttention, journal: Journal) -> HttpResponse:
    messages.error(request, error_text(error))
    return redirect("journal", pk=journal.pk)


def _neighbours(journal: Journal) -> Iterator[Neighbour]:
    """Return the newest version of each other run of the company in the months around."""
    others = (
        Journal.objects.filter(
            company=journal.company_id,
            period__gte=_shifted(journal.period, -MONTHS_AROUND),
            period__lte=_shifted(journal.period, MONTHS_AROUND),
        )
        .exclude(state=JournalState.DISCARDED)
        .exclude(run_year=journal.run_year, run_number=journal.run_number)
        .select_related("company")
        .order_by("-period", "run_number", "-revision")
    )
    seen: set[tuple[int, str]] = set()
    for other in others:
        key = (other.run_year, other.run_number)
        if key not in seen and len(seen) < MOST_NEIGHBOURS:
            seen.add(key)
            yield Neighbour(journal=other)


def _shifted(first_day: date, months: int) -> date:
    number = first_day.year * 12 + first_day.month - 1 + months
    return date(number // 12, number % 12 + 1, 1)
