"""Fails when the models have changed and no migration says so."""

import os
import tempfile

import django
from django.core.management import call_command


def main() -> None:
    """Ask Django, with settings that need nothing of this machine."""
    with tempfile.TemporaryDirectory() as folder:
        os.environ["TILISILTA_DATA_DIR"] = folder
        os.environ["DJANGO_SETTINGS_MODULE"] = "tilisilta.settings"
        django.setup()
        call_command("makemigrations", "--check", "--dry-run")


if __name__ == "__main__":
    main()
