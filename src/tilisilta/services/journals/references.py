"""Finds journals by the reference that a person types or a problem names."""

from collections import defaultdict
from collections.abc import Collection, Mapping
from dataclasses import dataclass

from django.db.models import QuerySet

from tilisilta.domain.standing import JournalState
from tilisilta.domain.whole_numbers import whole_number
from tilisilta.models import Journal


def journal_by_reference(reference: str, among: QuerySet[Journal]) -> Journal | None:
    """Return the journal of a reference, company-year-run-revision; ``None`` when there is none.

    The run may contain hyphens. Without the revision the latest counts, and a discarded one only if
    there is no other.
    """
    return journals_by_references([reference], among).get(reference)


def journals_by_references(
    references: Collection[str], among: QuerySet[Journal]
) -> Mapping[str, Journal]:
    """Return the same for many references with one query; those that are not there are left."""
    readings = {one: reading for one in references if (reading := _reading(one)) is not None}
    keys = [key for one in readings.values() for key in (one.with_revision, one.without)]
    rows = among.select_related("company__debtor").filter(
        company__number__in={number for number, _year, _run in keys},
        run_year__in={year for _number, year, _run in keys},
        run_number__in={run for _number, _year, run in keys},
    )
    versions: dict[_RunKey, list[Journal]] = defaultdict(list)
    for journal in rows.order_by("-revision"):
        versions[journal.company.number, journal.run_year, journal.run_number].append(journal)
    found = {reference: _chosen(one, versions) for reference, one in readings.items()}
    return {reference: journal for reference, journal in found.items() if journal is not None}


_RunKey = tuple[int, int, str]
"""Company, year and run."""


@dataclass(frozen=True, kw_only=True)
class _Reading:
    """A reference, read with a revision at its end and without one."""

    with_revision: _RunKey
    revision: int
    without: _RunKey


def _reading(reference: str) -> _Reading | None:
    parts = reference.split("-")
    number, year = map(whole_number, [*parts, "", ""][:2])
    if len(parts) < 3 or number is None or year is None:
        return None
    return _Reading(
        with_revision=(number, year, "-".join(parts[2:-1])),
        revision=_number(parts[-1]),
        without=(number, year, "-".join(parts[2:])),
    )


def _chosen(reading: _Reading, versions: Mapping[_RunKey, list[Journal]]) -> Journal | None:
    for journal in versions.get(reading.with_revision, ()):
        if journal.revision == reading.revision:
            return journal
    latest = versions.get(reading.without, [])
    kept = (one for one in latest if one.state != JournalState.DISCARDED)
    return next(kept, latest[0] if latest else None)


def _number(text: str) -> int:
    return int(text) if text.isdecimal() and len(text) < 6 else 0
