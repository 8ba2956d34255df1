"""Fails if the models have changed without a migration."""

import os
import tempfile

import django
from django.core.management import call_command


def main() -> None:
    """Run Django's check with settings that use nothing of this machine."""
    with tempfile.TemporaryDirectory() as folder:
        os.environ["TILISILTA_DATA_DIR"] = folder
        os.environ["DJANGO_SETTINGS_MODULE"] = "tilisilta.settings"
        django.setup()
        call_command("makemigrations", "--check", "--dry-run")


if __name__ == "__main__":
    main()
