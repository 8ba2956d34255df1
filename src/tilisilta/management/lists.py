"""Lists that commands read from a file or from standard input, and what is wrong with them."""

import sys
from pathlib import Path
from typing import Any

from django.utils.translation import gettext as _

from tilisilta.management.files import content_of
from tilisilta.services.lists import MOST_BYTES, Fault


def read_input(path: Path) -> bytes:
    """Return what is in the file, or in standard input for ``-``."""
    if str(path) == "-":
        return sys.stdin.buffer.read(MOST_BYTES + 1)
    return content_of(path)


def fault_document(fault: Fault) -> dict[str, Any]:
    return {
        "line": fault.line or None,
        "column": fault.column or None,
        "cause": fault.cause,
        "remedy": fault.remedy,
    }


def fault_text(fault: Fault) -> str:
    """Return a fault for a person: where it is, what is wrong, and what to do."""
    place = _("line %(line)s") % {"line": fault.line} if fault.line else ""
    where = ", ".join(part for part in (place, fault.column) if part)
    return f"{where or _('The file')}: {fault.cause}\n  {fault.remedy}"
