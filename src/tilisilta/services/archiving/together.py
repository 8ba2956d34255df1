"""The archives of many companies as one ZIP file, which is made while it is saved."""

import zipfile
from collections.abc import Callable, Generator, Sequence
from datetime import date, datetime
from io import RawIOBase
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import override

from tilisilta.errors import NeedsAttention
from tilisilta.models import Company, User
from tilisilta.services.archiving.archives import ZIP, make_archive
from tilisilta.services.explanations import explain_error
from tilisilta.services.spreadsheets import LongDownload

LEFT_OUT = "left-out.txt"


def archives_together(
    companies: Sequence[Company],
    month: date,
    *,
    language: str,
    user: User | None,
    clock: Callable[[], datetime],
) -> LongDownload:
    """Return one ZIP file with the archive of each of ``companies``, each as it is saved by itself.

    Each is recorded as it is made. What cannot be archived is named in a file of its own.
    """
    parts = _parts(companies, month, language=language, user=user, clock=clock)
    return LongDownload(name=f"archive-{month:%Y-%m}.zip", parts=parts, content_type=ZIP)


class _Outbox(RawIOBase):
    """A file that cannot go back: what was written waits to be handed on."""

    def __init__(self) -> None:
        super().__init__()
        self._written: list[bytes] = []

    def writable(self) -> bool:
        return True

    def write(self, content: Any) -> int:
        self._written.append(bytes(content))
        return len(content)

    def taken(self) -> bytes:
        """Return what was written since it was last asked."""
        written, self._written = b"".join(self._written), []
        return written


def _parts(
    companies: Sequence[Company],
    month: date,
    *,
    language: str,
    user: User | None,
    clock: Callable[[], datetime],
) -> Generator[bytes, None, None]:
    outbox, left = _Outbox(), []
    # Not compressed once more: an archive is a ZIP file itself.
    with zipfile.ZipFile(outbox, "w", zipfile.ZIP_STORED) as together:
        for company in companies:
            try:
                made = make_archive(company, month, language=language, now=clock(), user=user)
            except NeedsAttention as error:
                with override(language):
                    left.append(f"{company}: {explain_error(error).message}")
                continue
            together.writestr(made.name, made.content)
            yield outbox.taken()
        if left:
            with override(language):
                heading = _("These companies have no archive of this month:")
            together.writestr(LEFT_OUT, "\n".join([heading, *left, ""]))
    yield outbox.taken()
