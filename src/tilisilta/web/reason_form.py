"""The form that asks why something is done with what is booked of a journal."""

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy

from tilisilta.services.sending.withdrawals import MOST_REASON_CHARACTERS, checked_reason


class ReasonForm(forms.Form):
    """Why it is done."""

    reason = forms.CharField(
        label=gettext_lazy("Reason"),
        max_length=MOST_REASON_CHARACTERS,
        widget=forms.Textarea(attrs={"class": "in", "rows": 3}),
        error_messages={"required": gettext_lazy("Say why.")},
        help_text=gettext_lazy(
            "It stands in the history and in the audit log. No names, no identity codes."
        ),
    )

    def clean_reason(self) -> str:
        """Refuse what may not stand in the books."""
        try:
            return checked_reason(self.cleaned_data["reason"])
        except ValidationError as error:
            raise ValidationError(error.messages) from error
