"""What the tests of pages share."""

from pathlib import Path

from django.conf import settings

# The web part looks for the collected static files at its start; the tests collect none.
Path(settings.STATIC_ROOT).mkdir(exist_ok=True)
