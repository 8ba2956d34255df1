"""How our forms say what is wrong."""

from django import forms

from tilisilta.errors import TilisiltaError
from tilisilta.services.explanations import explain_error


class ExplainingForm(forms.Form):
    """A form that explains what a service refused, at the field it is about."""

    def add_explained(self, field: str | None, error: TilisiltaError) -> None:
        """Say at ``field`` what ``error`` means and what to do about it."""
        explanation = explain_error(error)
        self.add_error(field, f"{explanation.message}. {explanation.remedy} ({explanation.code})")
