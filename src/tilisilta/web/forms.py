"""How our forms look and how they say what is wrong."""

from typing import Any

from django import forms

from tilisilta.errors import TilisiltaError
from tilisilta.services.explanations import explain_error


class StyledForm(forms.Form):
    """A form whose fields have our looks, and whose errors are announced with their fields."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for field in self.fields.values():
            if isinstance(field.widget, forms.CheckboxInput | forms.CheckboxSelectMultiple):
                continue
            field.widget.attrs.setdefault("class", "in")

    def add_explained(self, field: str | None, error: TilisiltaError) -> None:
        """Say at ``field`` what ``error`` means and what to do about it."""
        explanation = explain_error(error)
        self.add_error(field, f"{explanation.message}. {explanation.remedy}")
