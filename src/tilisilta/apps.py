"""The one Django app."""

from django.apps import AppConfig


class TilisiltaConfig(AppConfig):
    """Names the app, so that its tables and migrations are found."""

    name = "tilisilta"
    label = "tilisilta"
    verbose_name = "Tilisilta"
