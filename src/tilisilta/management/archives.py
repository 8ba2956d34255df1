"""The archives of a month at the command line: one ZIP file per company, in a folder."""

import os
from argparse import Namespace
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from hashlib import sha256
from pathlib import Path
from typing import Any

from django.utils import timezone
from django.utils.translation import get_language, ngettext
from django.utils.translation import gettext as _

from tilisilta.errors import TilisiltaError
from tilisilta.languages import language_of
from tilisilta.management.companies import find_company, find_debtor
from tilisilta.management.files import content_of, write_file
from tilisilta.management.output import (
    Answer,
    Refused,
    Status,
    error_document,
    explanation_of,
    explanation_text,
)
from tilisilta.management.progress import progress_line
from tilisilta.models import Company
from tilisilta.services.archiving.archives import archive_of, record_saved
from tilisilta.services.archiving.months import months_with_anything

_UNFINISHED = ".part"


@dataclass(frozen=True, kw_only=True)
class _Saved:
    """What became of the archive of one company."""

    company: Company
    path: Path | None = None
    digest: str = ""
    size: int = 0
    is_unchanged: bool = False
    error: TilisiltaError | None = None


def save(options: Namespace) -> Answer:
    """Save the archives of a month. One that is there and still the same is left as it is."""
    companies = _wanted(options)
    language = language_of(options.language or get_language()).code
    folder = Path(options.out or f"archive-{options.period:%Y-%m}")
    _make(folder)
    outcomes: list[_Saved] = []
    with progress_line() as line:
        for place, company in enumerate(companies, 1):
            line.show(f"{place}/{len(companies)} {company}")
            outcomes.append(_save_one(company, options.period, folder, language))
    failed = [one for one in outcomes if one.error is not None]
    saved = [one for one in outcomes if one.error is None]
    return Answer(
        document={
            "month": f"{options.period:%Y-%m}",
            "language": language,
            "folder": str(folder),
            "archives": [_document(one) for one in saved],
            "failed": [_failure(one) for one in failed],
        },
        text=_text(saved, failed, folder),
        status=Status.REFUSED if failed else Status.DONE,
    )


def _wanted(options: Namespace) -> Sequence[Company]:
    if options.company is not None:
        return [find_company(options.company)]
    companies = months_with_anything(options.period)
    if options.debtor is not None:
        companies = companies.filter(debtor=find_debtor(options.debtor))
    found = list(companies)
    if not found:
        raise Refused(
            _("There is nothing to archive of %(month)s") % {"month": f"{options.period:%Y-%m}"},
            cause=_("No company has a run, a signature or a payment file of that month."),
            remedy=_("Check the month; if runs are missing, fetch or import them first."),
        )
    return found


def _make(folder: Path) -> None:
    try:
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    except OSError as error:
        raise Refused(
            _("The folder %(name)s cannot be made") % {"name": folder},
            cause=error.strerror or "",
            remedy=_("Check its name and that you may write there."),
        ) from error


def _save_one(company: Company, month: date, folder: Path, language: str) -> _Saved:
    try:
        made = archive_of(company, month, language=language, now=timezone.now())
    except TilisiltaError as error:
        return _Saved(company=company, error=error)
    path = folder / made.name
    is_unchanged = path.exists() and content_of(path) == made.content
    if not is_unchanged:
        # Under another name first, so that a file of that name is always whole.
        unfinished = path.with_name(path.name + _UNFINISHED)
        write_file(unfinished, made.content)
        record_saved(company, month, made, user=None)
        os.replace(unfinished, path)
    return _Saved(
        company=company,
        path=path,
        digest=sha256(made.content).hexdigest(),
        size=len(made.content),
        is_unchanged=is_unchanged,
    )


def _document(one: _Saved) -> dict[str, Any]:
    return {
        "company": one.company.number,
        "name": one.company.name,
        "file": str(one.path),
        "bytes": one.size,
        "sha256": one.digest,
        "is_unchanged": one.is_unchanged,
    }


def _failure(one: _Saved) -> dict[str, Any]:
    error = error_document(one.error) if one.error is not None else {}
    return {"company": one.company.number, "error": error}


def _text(saved: Sequence[_Saved], failed: Sequence[_Saved], folder: Path) -> str:
    lines = []
    new = sum(not one.is_unchanged for one in saved)
    if new:
        words = ngettext(
            "%(count)s archive is saved in %(folder)s.",
            "%(count)s archives are saved in %(folder)s.",
            new,
        )
        lines.append(words % {"count": new, "folder": folder})
    if len(saved) > new:
        words = ngettext(
            "%(count)s archive was there already and is still the same.",
            "%(count)s archives were there already and are still the same.",
            len(saved) - new,
        )
        lines.append(words % {"count": len(saved) - new})
    for one in failed:
        if one.error is not None:
            lines += ["", str(one.company), explanation_text(explanation_of(one.error))]
    return "\n".join(lines)
