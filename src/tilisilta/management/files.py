"""Writes what a command saves."""

import os
from pathlib import Path

from django.utils.translation import gettext as _

from tilisilta.management.output import Refused


def write_file(path: Path, content: bytes) -> None:
    """Write a file that only its owner may read; refuse in plain words where that fails."""
    try:
        # Pay is for the eyes of who asked for it. A file that is there keeps its own mode.
        descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
        with os.fdopen(descriptor, "wb") as file:
            file.write(content)
    except OSError as error:
        raise Refused(
            _("The file %(name)s cannot be written") % {"name": path},
            cause=error.strerror or "",
            remedy=_("Check its name and that you may write there."),
        ) from error
