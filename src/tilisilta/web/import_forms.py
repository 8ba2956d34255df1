"""The form of the import: the file, and what may be said where the file does not say it."""

from typing import Any, cast

from django import forms
from django.core.files.uploadedfile import UploadedFile
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from tilisilta.clients.files.columns import GivenDate
from tilisilta.domain.file_names import shown_file_name
from tilisilta.domain.journals import Run
from tilisilta.web.uploads import MOST_BYTES, Upload, unpack


class ImportForm(forms.Form):
    """The file, and what may be said where the file does not say it."""

    file = forms.FileField(
        label=gettext_lazy("Journal file"),
        required=False,
        allow_empty_file=True,
        widget=forms.FileInput(
            attrs={"class": "in", "accept": ".xml,.si,.se,.sie,.json,.csv,.tsv,.txt,.xlsx,.xlsm"}
        ),
    )
    run_number = forms.CharField(
        label=gettext_lazy("Run"),
        required=False,
        max_length=20,
        widget=forms.TextInput(attrs={"class": "in"}),
    )
    run_year = forms.IntegerField(
        label=gettext_lazy("Year of the run"),
        required=False,
        min_value=2000,
        max_value=2100,
        localize=False,
        widget=forms.NumberInput(attrs={"class": "in"}),
    )
    run_description = forms.CharField(
        label=gettext_lazy("Description of the run"),
        required=False,
        max_length=200,
        widget=forms.TextInput(attrs={"class": "in"}),
    )
    currency = forms.RegexField(
        r"^[A-Za-z]{3}$",
        label=gettext_lazy("Currency"),
        required=False,
        widget=forms.TextInput(attrs={"class": "in", "maxlength": 3}),
    )
    debit_negative = forms.BooleanField(
        label=gettext_lazy("Debits are negative in the file"),
        required=False,
        help_text=gettext_lazy(
            "For files with one column of amounts where wages are negative: all amounts are "
            "turned round."
        ),
    )
    only = forms.BooleanField(
        label=gettext_lazy("Only the journal of this company"),
        required=False,
        help_text=gettext_lazy(
            "For a file of several companies. Without it the journal of each goes to its own "
            "company."
        ),
    )
    given_day = forms.DateField(
        label=gettext_lazy("Booking date of all lines"),
        required=False,
        widget=forms.DateInput(format="%Y-%m-%d", attrs={"class": "in", "type": "date"}),
        help_text=gettext_lazy("For a file without dates. It is not remembered for the next one."),
    )
    given_period = forms.RegexField(
        r"^20[0-9]{2}-(0[1-9]|1[0-2])$",
        label=gettext_lazy("Period of all lines"),
        required=False,
        error_messages={"invalid": gettext_lazy("Write the period as 2026-01.")},
        widget=forms.TextInput(attrs={"class": "in", "type": "month", "placeholder": "2026-01"}),
        help_text=gettext_lazy(
            "For a file without dates and periods. Without a date its last day is booked on."
        ),
    )
    kept = forms.CharField(required=False, widget=forms.HiddenInput)
    kept_name = forms.CharField(required=False, widget=forms.HiddenInput, max_length=255)
    table = forms.CharField(required=False, widget=forms.HiddenInput)
    again = forms.BooleanField(required=False, widget=forms.HiddenInput)

    def clean(self) -> dict[str, Any]:
        """A file there must be, and of a run both its number and its year or neither."""
        given = super().clean() or self.cleaned_data
        if not given.get("file") and not given.get("kept"):
            self.add_error("file", _("Choose a file."))
        if bool(given.get("run_number")) != bool(given.get("run_year")):
            self.add_error("run_year", _("Give both the run and its year, or neither."))
        return given

    def upload(self) -> Upload | None:
        """The file, if it can be told."""
        chosen = self.cleaned_data.get("file")
        if chosen:
            file = cast("UploadedFile[Any]", chosen)
            return Upload(name=shown_file_name(file.name or ""), content=file.read(MOST_BYTES))
        content = unpack(self.cleaned_data.get("kept", ""))
        if content is None:
            self.add_error("file", _("Choose the file again."))
            return None
        return Upload(name=self.cleaned_data.get("kept_name", ""), content=content)

    def given(self) -> GivenDate:
        return GivenDate(
            day=self.cleaned_data["given_day"], period=self.cleaned_data["given_period"]
        )

    def run(self) -> Run | None:
        """The run a person named."""
        given = self.cleaned_data
        if not given.get("run_number"):
            return None
        return Run(
            year=given["run_year"],
            number=given["run_number"],
            description=given["run_description"],
        )
