"""The form of a link, and the checks of its values against Procountor as it is filled in."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from functools import cached_property
from typing import Any

from django import forms
from django.http import QueryDict
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from tilisilta.domain.account_patterns import check_pattern
from tilisilta.domain.administrations import Administration
from tilisilta.domain.cost_objects import ItemComparison
from tilisilta.domain.dimensions import DimensionKind
from tilisilta.domain.sending_rules import LEAST_HOURS, MOST_HOURS, MOST_PERCENT
from tilisilta.errors import TilisiltaError
from tilisilta.languages import LANGUAGES
from tilisilta.models import Company, Link, ProcountorAccount, Profile
from tilisilta.models.links import (
    MOST_VARIANCE_AMOUNT,
    MOST_VARIANCE_PERCENT,
    ledger_account_number,
)
from tilisilta.services.cost_objects import compare_with_dimension
from tilisilta.services.explanations import Explanation, explain_error
from tilisilta.services.link_checks import (
    AccountCheck,
    DimensionCheck,
    check_accounts,
    check_dimension,
)
from tilisilta.services.procountor.administrations import (
    ADMINISTRATION_AGE_LIMIT,
    known_administration,
    read_administration,
)

MAPPING = "map-"
MOST_UNMAPPED = 200
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
        label=gettext_lazy("Account for those Procountor does not know"),
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


JUST_READ = timedelta(seconds=10)
"""Most names are unknown for a moment while somebody types, and each must not read Procountor."""


@dataclass(frozen=True, kw_only=True)
class Checks:
    """The form's values checked against Procountor.

    Each check is made when the template first reads it, so a part of the page costs only its own.
    With ``reads_again`` Procountor is read before anything is said to be unknown there.
    """

    values: Mapping[str, Any]
    mappings: Mapping[str, str]
    company: Company | None
    account: ProcountorAccount | None
    now: datetime
    age_limit: timedelta = ADMINISTRATION_AGE_LIMIT
    reads_again: bool = False

    @cached_property
    def _again(self) -> "Checks":
        """The same checks by what is read now, unless that was done a moment ago.

        What is not found may just have been made in Procountor, as we said that it should be.
        """
        return replace(self, age_limit=JUST_READ, reads_again=False)

    @cached_property
    def _read(self) -> tuple[Administration | None, Explanation | None]:
        if self.account is None:
            return None, None
        try:
            read = read_administration(self.account, now=self.now, age_limit=self.age_limit)
        except TilisiltaError as error:
            # The failed read may have ended the authorisation in the database.
            self.account.refresh_from_db()
            return known_administration(self.account), explain_error(error)
        return read, None

    @property
    def administration(self) -> Administration | None:
        """The administration as last read; ``None`` until an account is chosen."""
        return self._read[0]

    @property
    def trouble(self) -> Explanation | None:
        """Why the administration could not be read now; ``None`` if it was."""
        return self._read[1]

    @property
    def cost_center(self) -> DimensionCheck | None:
        return self._dimension("uses_cost_centers", "cost_center_dimension")

    @property
    def cost_unit(self) -> DimensionCheck | None:
        return self._dimension("uses_cost_units", "cost_unit_dimension")

    @cached_property
    def cost_center_items(self) -> ItemComparison | None:
        return self._items(DimensionKind.COST_CENTER, self.cost_center)

    @cached_property
    def cost_unit_items(self) -> ItemComparison | None:
        return self._items(DimensionKind.COST_UNIT, self.cost_unit)

    @cached_property
    def accounts(self) -> tuple[AccountCheck, ...]:
        """Every ledger account that the company's journals used, and where it would go."""
        if self.company is None or self.administration is None:
            return ()
        checks = check_accounts(self.company, self.administration, self.mappings)
        if self.reads_again and not all(check.is_bookable for check in checks):
            return self._again.accounts
        return checks

    @cached_property
    def listed_accounts(self) -> tuple[AccountCheck, ...]:
        """The accounts with a field of their own: a page and a post have room for so many.

        All that are mapped are among them, as what the form does not post is no mapping any more.
        Those that Procountor does not know come before those of which nothing has to be said.
        """
        unmapped = [check for check in self.accounts if not check.is_mapped]
        urgent_first = sorted(unmapped, key=lambda check: check.is_bookable)
        listed = {check.journal_account for check in urgent_first[:MOST_UNMAPPED]}
        return tuple(
            check for check in self.accounts if check.is_mapped or check.journal_account in listed
        )

    @property
    def unlisted_count(self) -> int:
        return len(self.accounts) - len(self.listed_accounts)

    @property
    def unknown_count(self) -> int:
        return sum(not check.is_bookable for check in self.accounts)

    @property
    def is_all_well(self) -> bool:
        """Return whether Procountor was read now and knows everything that the form names."""
        if self.administration is None or self.trouble is not None or self.company is None:
            return False
        return not self.unknown_count and self._dimensions_fit() and self._has_own_accounts()

    def _dimensions_fit(self) -> bool:
        checks = (check for check in (self.cost_center, self.cost_unit) if check is not None)
        items = (self.cost_center_items, self.cost_unit_items)
        return all(check.dimension is not None for check in checks) and all(
            comparison.is_complete for comparison in items if comparison is not None
        )

    def _has_own_accounts(self) -> bool:
        """Return whether the clearing and the fallback account are in use, where they are named."""
        assert self.administration is not None  # noqa: S101  # the caller has looked
        named = (self.values.get("clearing_account"), self.values.get("fallback_account"))
        active = {one.code for one in self.administration.ledger_accounts if one.is_active}
        return all(str(code).strip() in active for code in named if code)

    def account_check(self, journal_account: str) -> AccountCheck | None:
        return next((one for one in self.accounts if one.journal_account == journal_account), None)

    def _dimension(self, box: str, field: str) -> DimensionCheck | None:
        name = str(self.values.get(field) or "")
        if self.administration is None or not self.values.get(box):
            return None
        check = check_dimension(self.administration, name)
        if self.reads_again and name and check.dimension is None:
            return self._again._dimension(box, field)  # a value of this class
        return check

    def _items(self, kind: DimensionKind, check: DimensionCheck | None) -> ItemComparison | None:
        if self.company is None or check is None or check.dimension is None:
            return None
        return compare_with_dimension(self.company, kind, check.dimension)


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
