"""Reads the files that a command is given, and writes what it saves."""

import os
from collections.abc import Iterable
from pathlib import Path

from django.utils.translation import gettext as _

from tilisilta.domain.file_names import shown_file_name
from tilisilta.management.output import Refused


def write_file(path: Path, content: bytes) -> None:
    """Write a file that only its owner may read; refuse in plain words where that fails."""
    write_parts(path, [content])


def write_parts(path: Path, parts: Iterable[bytes]) -> None:
    """Write a file that is made part by part; half of one is removed, not taken for the whole."""
    try:
        # Pay is for the eyes of who asked for it. A file that is there keeps its own mode.
        descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
        with os.fdopen(descriptor, "wb") as file:
            try:
                file.writelines(parts)
                file.flush()
            except BaseException:
                if path.is_file():
                    path.unlink()
                raise
    except OSError as error:
        raise Refused(
            _("The file %(name)s cannot be written") % {"name": path},
            cause=error.strerror or "",
            remedy=_("Check its name and that you may write there."),
        ) from error


def content_of(path: Path) -> bytes:
    """Return what is in the file; raise ``Refused`` where it cannot be read."""
    try:
        return path.read_bytes()
    except OSError as error:
        raise Refused(
            _("The file %(name)s cannot be read") % {"name": shown_file_name(str(path))},
            cause=error.strerror or "",
            remedy=_("Check its name and that you may read it."),
        ) from error
