"""Finds journals by the reference that a person types or a problem names."""

from django.db.models import QuerySet

from tilisilta.domain.standing import JournalState
from tilisilta.domain.whole_numbers import whole_number
from tilisilta.models import Journal


def journal_by_reference(reference: str, among: QuerySet[Journal]) -> Journal | None:
    """Return the journal of a reference, company-year-run-revision; ``None`` when there is none.

    The run may contain hyphens. Without the revision the latest counts, and a discarded one only if
    there is no other.
    """
    parts = reference.split("-")
    number, year = map(whole_number, [*parts, "", ""][:2])
    if len(parts) < 3 or number is None or year is None:
        return None
    of_year = among.select_related("company__debtor").filter(company__number=number, run_year=year)
    exact = of_year.filter(run_number="-".join(parts[2:-1]), revision=_number(parts[-1])).first()
    if exact is not None:
        return exact
    versions = of_year.filter(run_number="-".join(parts[2:])).order_by("-revision")
    not_discarded = versions.exclude(state=JournalState.DISCARDED)
    return not_discarded.first() or versions.first()


def _number(text: str) -> int:
    return int(text) if text.isdecimal() and len(text) < 6 else 0
