"""The form of a link."""

from collections.abc import Mapping
from typing import Any

from django import forms
from django.http import QueryDict
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from tilisilta.domain.account_patterns import check_pattern
from tilisilta.domain.sending_rules import LEAST_HOURS, MOST_HOURS, MOST_PERCENT
from tilisilta.languages import LANGUAGES
from tilisilta.models import Link, Profile
from tilisilta.models.links import (
    MOST_VARIANCE_AMOUNT,
    MOST_VARIANCE_PERCENT,
    ledger_account_number,
)

MAPPING = "map-"
THRESHOLDS = frozenset({"variance_percent", "variance_amount"})
"""Left empty, they stay as they are."""
DIMENSION_FIELDS = ("cost_center_dimension", "cost_unit_dimension")


class LinkForm(forms.Form):
    """How a company's journals are booked."""

    profile = forms.ModelChoiceField(
        Profile.objects.all(),
        required=False,
        label=gettext_lazy("Profile"),
        empty_label=gettext_lazy("none"),
        widget=forms.Select(attrs={"class": "in in-short"}),
        help_text=gettext_lazy("The link follows its rules, but for what it has of its own."),
    )
    start_month = forms.DateField(
        input_formats=["%Y-%m-%d", "%Y-%m"],
        widget=forms.Select,
        label=gettext_lazy("First month"),
        help_text=gettext_lazy("Earlier runs are before the start: never ready, never a problem."),
    )
    uses_cost_centers = forms.BooleanField(
        required=False, label=gettext_lazy("Cost centers go to the dimension")
    )
    cost_center_dimension = forms.CharField(
        required=False, max_length=255, label=gettext_lazy("Dimension for cost centers")
    )
    uses_cost_units = forms.BooleanField(
        required=False, label=gettext_lazy("Cost units go to the dimension")
    )
    cost_unit_dimension = forms.CharField(
        required=False, max_length=255, label=gettext_lazy("Dimension for cost units")
    )
    creates_missing_items = forms.BooleanField(
        required=False,
        label=gettext_lazy("Create missing items in Procountor when a journal needs them"),
    )
    dimension_accounts = forms.CharField(
        required=False,
        max_length=200,
        label=gettext_lazy("Ledger accounts that carry dimensions"),
        help_text=gettext_lazy("Empty for all; or a pattern such as [3-8]… for accounts 3 to 8."),
    )
    closed_period_policy = forms.ChoiceField(
        choices=Link.Policy.choices,
        initial=Link.Policy.STOP,
        label=gettext_lazy("A correction for a closed period"),
        widget=forms.RadioSelect,
    )
    clearing_account = forms.CharField(
        required=False,
        max_length=20,
        validators=[ledger_account_number],
        label=gettext_lazy("Clearing account"),
        help_text=gettext_lazy(
            "Balances each receipt where only the whole journal balances. Empty: the journal stops."
        ),
    )
    fallback_account = forms.CharField(
        required=False,
        max_length=20,
        validators=[ledger_account_number],
        label=gettext_lazy("Ledger account for those Procountor does not know"),
        help_text=gettext_lazy("Empty: the journal stops."),
    )
    sums_equal_lines = forms.BooleanField(
        required=False,
        label=gettext_lazy("Sum lines of equal account, dimensions and description"),
    )
    approves_receipts = forms.BooleanField(
        required=False,
        label=gettext_lazy("Approve the receipts in Procountor once they are booked"),
    )
    needs_release = forms.BooleanField(
        required=False,
        label=gettext_lazy("Two persons: one proposes what is sent, another releases it"),
    )
    attaches = forms.ChoiceField(
        required=False,
        choices=Link.Attaches.choices,
        label=gettext_lazy("Attach to each receipt in Procountor"),
        widget=forms.Select(attrs={"class": "in"}),
        help_text=gettext_lazy("To receipts of the last three months, and to all that come."),
    )
    variance_percent = forms.IntegerField(
        required=False,
        min_value=0,
        max_value=MOST_VARIANCE_PERCENT,
        label=gettext_lazy("Point out differences from last month above, percent"),
        widget=forms.NumberInput(attrs={"class": "in in-short", "placeholder": "20"}),
        help_text=gettext_lazy("For each ledger account and the total. It stops nothing."),
    )
    variance_amount = forms.IntegerField(
        required=False,
        min_value=0,
        max_value=MOST_VARIANCE_AMOUNT,
        label=gettext_lazy("and above the amount"),
        widget=forms.NumberInput(attrs={"class": "in in-short", "placeholder": "100"}),
        help_text=gettext_lazy("Smaller differences are not pointed out."),
    )
    is_verify_only = forms.BooleanField(
        required=False,
        label=gettext_lazy("Verify only: compare payroll with the ledger, and never send"),
    )
    sends_by_rule = forms.BooleanField(
        required=False,
        label=gettext_lazy("Send by rule, with no person looking, what is as in the last months"),
    )
    rule_hours = forms.IntegerField(
        required=False,
        min_value=LEAST_HOURS,
        max_value=MOST_HOURS,
        label=gettext_lazy("Hours before it is sent by rule"),
        widget=forms.NumberInput(attrs={"class": "in"}),
        help_text=gettext_lazy("From when it is ready and its run is locked in Nmbrs."),
    )
    rule_percent = forms.IntegerField(
        required=False,
        min_value=0,
        max_value=MOST_PERCENT,
        label=gettext_lazy("Percent that its total may differ"),
        widget=forms.NumberInput(attrs={"class": "in"}),
        help_text=gettext_lazy("From that of each of the last three months."),
    )
    receipt_language = forms.ChoiceField(
        required=False,
        choices=[
            ("", gettext_lazy("By the country of the administration")),
            *((one.code, one.own_name) for one in LANGUAGES),
        ],
        label=gettext_lazy("Language of the books"),
        widget=forms.Select(attrs={"class": "in"}),
        help_text=gettext_lazy("Of the words in the names and notes of receipts."),
    )
    receipt_title = forms.CharField(
        required=False,
        max_length=30,
        label=gettext_lazy("Title of the receipts"),
        help_text=gettext_lazy(
            "Begins the name of each receipt in Procountor. "
            "Empty: Palkat, Löner or Payroll, in the language of the books."
        ),
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for name in DIMENSION_FIELDS:
            self.fields[name].widget.attrs |= {
                "class": "in",
                "list": "dimensions",
                "autocomplete": "off",
            }
        for name in ("clearing_account", "fallback_account"):
            self.fields[name].widget.attrs |= {"list": "ledger-accounts", "autocomplete": "off"}

    def clean_rule_hours(self) -> int:
        return self._number("rule_hours")

    def clean_rule_percent(self) -> int:
        return self._number("rule_percent")

    def _number(self, name: str) -> int:
        """Return the number, or that of a new link where none was given."""
        given = self.cleaned_data[name]
        return int(getattr(Link(), name) if given is None else given)

    def clean_dimension_accounts(self) -> str:
        """Return the pattern, or raise ``ValidationError`` if it cannot be read."""
        # Editors and phones turn three dots into one ellipsis character.
        pattern = str(self.cleaned_data["dimension_accounts"]).replace("…", "...")
        try:
            check_pattern(pattern)
        except ValueError as error:
            raise forms.ValidationError(
                _("This pattern cannot be read. Write for example [3-8]... or 5...,6...")
            ) from error
        return pattern

    def clean(self) -> dict[str, Any]:
        """Require a dimension for each ticked box, and a different one for each."""
        given = super().clean() or self.cleaned_data
        names = [given.get(name, "").strip() for name in DIMENSION_FIELDS]
        boxes = [given.get("uses_cost_centers"), given.get("uses_cost_units")]
        for field, name, is_ticked in zip(DIMENSION_FIELDS, names, boxes, strict=True):
            if is_ticked and not name:
                self.add_error(field, _("Give the name of the dimension, or untick the box."))
        if all(boxes) and names[0] and names[0].casefold() == names[1].casefold():
            self.add_error(DIMENSION_FIELDS[1], _("Cost centers go to this dimension already."))
        return given

    def choices(self) -> dict[str, Any]:
        """Return the values that every link has, without those of a new link alone."""
        own = LinkForm.base_fields
        return {
            name: value
            for name, value in self.cleaned_data.items()
            if name in own and not (value is None and name in THRESHOLDS)
        }


def shown_values(form: LinkForm) -> dict[str, Any]:
    return {name: form[name].value() for name in form.fields}


def typed_values(form: LinkForm, posted: QueryDict) -> dict[str, Any]:
    """Return what was typed as initial values, so that an unfinished form shows no errors."""
    return {
        name: field.widget.value_from_datadict(posted, {}, name)
        for name, field in form.fields.items()
    }


def mappings_of(posted: Mapping[str, str]) -> dict[str, str]:
    """Return the account mappings in the form, without rows left empty."""
    mappings = {
        name.removeprefix(MAPPING): value.strip()
        for name, value in posted.items()
        if name.startswith(MAPPING) and value.strip()
    }
    more, to = posted.get("more-from", "").strip(), posted.get("more-to", "").strip()
    return {**mappings, more: to} if more and to else mappings
