"""Makes the archive of a company's month. It reads our tables only, and asks Procountor nothing."""

from collections.abc import Sequence
from datetime import date, datetime

from django.utils import timezone, translation
from django.utils.translation import gettext as _

from tilisilta import __version__
from tilisilta.domain.archives import (
    MANIFEST,
    SUMS,
    ArchivedFile,
    manifest_of,
    sums_of,
    zip_of,
)
from tilisilta.domain.month_end import MonthState
from tilisilta.models import Company, User
from tilisilta.services import audit
from tilisilta.services.archiving.contents import files_of
from tilisilta.services.archiving.months import ArchivedMonth, read_month
from tilisilta.services.archiving.report import report_of
from tilisilta.services.spreadsheets import Download

ZIP = "application/zip"
MOST_TIMES = 3
"""An archive is made anew so often if the month changes while it is made."""
FORMAT = 1
"""The form of the archive, for programs that read it."""


def make_archive(
    company: Company, month: date, *, language: str, now: datetime, user: User | None
) -> Download:
    """Return the archive of a month, and record who saved it.

    It is the same, byte for byte, until something happens to the month. Raises
    ``NothingToArchive``.
    """
    made = archive_of(company, month, language=language, now=now)
    record_saved(company, month, made, user=user)
    return made


def archive_of(company: Company, month: date, *, language: str, now: datetime) -> Download:
    """Return the archive of a month without recording anything; see :func:`make_archive`."""
    with translation.override(language):
        read = read_month(company, month, now=now)
        content = zip_of(_files(read, language))
        # Without a transaction, which would keep an SQLite from being written to meanwhile. What
        # was booked or signed while we read would be in some of the files only.
        for _time in range(MOST_TIMES):
            if read.is_still_so():
                break
            read = read_month(company, month, now=now)
            content = zip_of(_files(read, language))
    name = f"archive-{company.number}-{month:%Y-%m}.zip"
    return Download(name=name, content=content, content_type=ZIP)


def record_saved(company: Company, month: date, made: Download, *, user: User | None) -> None:
    """Record that an archive was saved, with its digest; no archive contains that entry."""
    digest = ArchivedFile(name=made.name, content=made.content, what="").sha256
    audit.record(
        audit.Action.MONTH_ARCHIVED,
        user=user,
        company=company,
        name=str(company),
        period=f"{month:%Y-%m}",
        digest=digest,
    )


def signed_report(
    company: Company, month: date, language: str, now: datetime
) -> tuple[MonthState, bytes]:
    """Return the state of a month, and its report as the archive has it."""
    with translation.override(language):
        read = read_month(company, month, now=now)
        files = files_of(read)
        return read.standing.state, report_of(read, files, _sums(files))


def _sums(files: Sequence[ArchivedFile]) -> ArchivedFile:
    return ArchivedFile(name=SUMS, content=sums_of(files), what=_("Digests of the other files"))


def _files(month: ArchivedMonth, language: str) -> list[ArchivedFile]:
    files = files_of(month)
    sums = _sums(files)
    report = ArchivedFile(
        name=f"reconciliation-{month.month:%Y-%m}.pdf",
        content=report_of(month, files, sums),
        what=_("The report"),
    )
    all_files = [*files, sums, report]
    manifest = manifest_of(all_files, _heading(month, language, sums))
    return [*all_files, ArchivedFile(name=MANIFEST, content=manifest, what="")]


def _heading(month: ArchivedMonth, language: str, sums: ArchivedFile) -> dict[str, object]:
    company = month.company
    return {
        "format": FORMAT,
        "program": f"Tilisilta {__version__}",
        "language": language,
        "company": {
            "number": company.number,
            "name": company.name,
            "businessId": company.business_id,
        },
        "month": f"{month.month:%Y-%m}",
        "asOf": timezone.localtime(month.as_of).isoformat(timespec="seconds"),
        "state": month.standing.state.value,
        "journals": [
            {
                "reference": one.reference,
                "state": one.state,
                "fileSha256": one.file_sha256,
                "contentSha256": one.content_sha256,
            }
            for one in month.journals
        ],
        "auditChain": {"position": month.head.position, "digest": month.head.digest},
        "otherFiles": {"name": sums.name, "sha256": sums.sha256},
    }
