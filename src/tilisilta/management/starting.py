"""Makes Django ready for a command, and says in one line what keeps it from being ready."""

import logging
import os

import django
from django.conf import settings
from django.core.exceptions import ImproperlyConfigured
from django.utils import translation

from tilisilta.management.wording import language


class SettingsRefused(Exception):
    """A setting is missing or odd; the message names it."""


def set_up(*, is_quiet: bool) -> None:
    """Read the settings, load the tables, and speak the terminal's language.

    A quiet command logs only what is wrong, since its output is the answer. Raises
    ``SettingsRefused``.
    """
    if not settings.configured:
        # Set, not only where it is missing: it may be there for another project.
        os.environ["DJANGO_SETTINGS_MODULE"] = "tilisilta.settings"
    try:
        django.setup()
    except (ImproperlyConfigured, OSError) as error:
        raise SettingsRefused(str(error)) from error
    translation.activate(language())
    if is_quiet:
        logging.getLogger().setLevel(logging.WARNING)
