"""The filter of the list of journals: words of a company, a state, a month."""

from collections.abc import Iterator
from datetime import date

from django import forms
from django.db.models import Max, Min, Q
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from tilisilta.domain.standing import PROPOSED
from tilisilta.models import JOURNAL_STATES, Journal, User
from tilisilta.models.journals import JournalQuerySet
from tilisilta.services.counted_states import in_counted_state
from tilisilta.web.templatetags.ledger import month

MOST_PERIODS = 36
COUNTED_STATES = (JOURNAL_STATES[0], (PROPOSED, gettext_lazy("Proposed")), *JOURNAL_STATES[1:])
"""The states of journals that lists count and filter by, with their words: each counts in one."""


class FilterForm(forms.Form):
    """The filter of the list: words of a company, a state, a month."""

    company = forms.CharField(
        required=False, max_length=100, label=gettext_lazy("Company or debtor")
    )
    state = forms.ChoiceField(required=False, label=gettext_lazy("State"))
    period = forms.ChoiceField(required=False, label=gettext_lazy("Period"))

    def __init__(self, *args: object, user: User, **kwargs: object) -> None:
        super().__init__(*args, **kwargs)  # type: ignore[arg-type]  # passed on as they came
        state, period = self.fields["state"], self.fields["period"]
        assert isinstance(state, forms.ChoiceField)  # noqa: S101  # for the type check
        assert isinstance(period, forms.ChoiceField)  # noqa: S101  # for the type check
        state.choices = [("", _("all")), *COUNTED_STATES]
        period.choices = [("", _("all")), *_period_choices(user)]
        for name, field in self.fields.items():
            field.widget.attrs |= {"class": "in in-s", "id": f"f-{name}"}

    @property
    def first_day(self) -> date | None:
        asked = self.cleaned_data.get("period") if self.is_valid() else None
        return date.fromisoformat(f"{asked}-01") if asked else None

    def narrow(self, journals: JournalQuerySet, *, with_period: bool = True) -> JournalQuerySet:
        """Return the journals asked for. A form that is not valid filters nothing.

        Discarded journals are left out unless their state is asked for.
        """
        asked = self.cleaned_data if self.is_valid() else {}
        for word in str(asked.get("company", "")).split():
            by_name = Q(company__name__icontains=word) | Q(company__debtor__name__icontains=word)
            is_number = word.isdecimal() and len(word) < 10
            journals = journals.filter(
                Q(company__number=int(word)) | by_name if is_number else by_name
            )
        state = asked.get("state")
        journals = in_counted_state(journals, state) if state else journals.not_discarded()
        if with_period and asked.get("period"):
            journals = journals.filter(period=f"{asked['period']}-01")
        return journals


def _period_choices(user: User) -> Iterator[tuple[str, str]]:
    """Return the months from the latest journal back to the earliest, three years at most."""
    ends = Journal.objects.visible_to(user).aggregate(latest=Max("period"), earliest=Min("period"))
    latest, earliest = ends["latest"], ends["earliest"]
    if latest is None:
        return
    first: date = latest
    for _step in range(MOST_PERIODS):
        yield f"{first:%Y-%m}", month(first)
        if first <= earliest:
            return
        first = date(first.year - (first.month == 1), first.month - 1 or 12, 1)
