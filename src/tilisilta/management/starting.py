"""Makes Django ready for a command, and reports in one line what prevents that."""

import logging
import os
import signal

import django
from django.conf import settings
from django.core.exceptions import ImproperlyConfigured
from django.utils import translation

from tilisilta.machine import why_unfit
from tilisilta.management.wording import language


class SettingsRefused(Exception):
    """A setting is missing or wrong, or the machine unfit; the message says what to do."""


def hangs_up_with_terminal() -> bool:
    """Return whether this process is to end when its terminal closes; nohup says that it is not."""
    return signal.getsignal(signal.SIGHUP) != signal.SIG_IGN


def machine_must_fit() -> None:
    """Raise ``SettingsRefused`` where this Python cannot run Tilisilta, before anything is made."""
    if reason := why_unfit():
        raise SettingsRefused(reason)


def set_up(*, is_quiet: bool) -> None:
    """Read the settings, load the tables, and use the language of the terminal.

    A quiet command logs only warnings and errors, since its output is the answer. Raise
    ``SettingsRefused`` for a missing or wrong setting.
    """
    machine_must_fit()
    # Before anything is written: databases, keys and their journals are for their owner alone.
    os.umask(0o077)
    if not settings.configured:
        # Set even where it has a value: that may be of another project.
        os.environ["DJANGO_SETTINGS_MODULE"] = "tilisilta.settings"
    try:
        django.setup()
    except (ImproperlyConfigured, OSError) as error:
        raise SettingsRefused(str(error)) from error
    translation.activate(language())
    if is_quiet:
        logging.getLogger().setLevel(logging.WARNING)
