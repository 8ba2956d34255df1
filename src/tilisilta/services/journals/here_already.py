"""Whether a file or its payroll is here already: under any run, or in another company."""

from collections import Counter
from collections.abc import Iterable
from dataclasses import replace

from django.db.models import Q, QuerySet

from tilisilta.domain import journals as domain
from tilisilta.domain.payroll import SourceJournal
from tilisilta.domain.sameness import payroll_digest
from tilisilta.domain.standing import JournalState
from tilisilta.models import Company, Journal
from tilisilta.services.journals.keeping import as_masked_in, content_digest
from tilisilta.services.journals.run_refusals import JournalElsewhere, WasDiscarded


def must_not_be_elsewhere(read: SourceJournal, company: Company) -> None:
    """Raise ``JournalElsewhere`` if another company has the very same file."""
    other = (
        Journal.objects.filter(file_sha256=read.sha256)
        .exclude(company=company)
        .exclude(state=JournalState.DISCARDED)
        .select_related("company")
        .first()
    )
    if other is not None:
        raise JournalElsewhere(other.company)


def must_not_be_discarded(read: SourceJournal, company: Company, named: domain.Run | None) -> None:
    """Raise ``WasDiscarded`` if the file, or its payroll, was discarded before.

    The same file counts under any number; the same payroll only under the number it had.
    """
    payroll = payroll_digest(read.lines)
    same = Q(content_sha256=content_digest(read.lines))
    if payroll:
        same |= Q(payroll_sha256=payroll)
    if named is not None:
        same &= Q(run_year=named.year, run_number=named.number)
    discarded = Journal.objects.filter(
        same | Q(file_sha256=read.sha256), company=company, state=JournalState.DISCARDED
    )
    latest = discarded.select_related("company", "discarded_by").order_by("-discarded_at").first()
    # One that was taken in again since counts as here, not as discarded.
    if latest is not None and not _is_there(read, company):
        raise WasDiscarded(latest)


def same_version(read: SourceJournal, among: QuerySet[Journal]) -> Journal | None:
    """Return the newest version that ``read`` equals, in any order or with lines merged.

    The very same lines go before lines that only book the same: texts may have been corrected.
    """
    content, payroll = content_digest(read.lines), payroll_digest(read.lines)
    same = Q(content_sha256=content)
    if payroll:
        same |= Q(payroll_sha256=payroll)
    candidates = list(among.filter(same))
    exact = [journal for journal in candidates if journal.content_sha256 == content]
    if exact:
        return exact[0]
    # Other texts than the newest version's make a revision. Other texts than an older version's do
    # not: that revision would bring the older version back.
    return next((one for one in candidates if not _is_newest(one) or _says_same(read, one)), None)


def same_file(read: SourceJournal, company: Company) -> Journal | None:
    return journals_of(company).filter(file_sha256=read.sha256).first()


def same_from_file(read: SourceJournal, company: Company) -> Journal | None:
    """Return the journal from a file that books the very same as what Nmbrs gave, if any."""
    same = Journal.objects.filter(
        company=company, run__isnull=True, payroll_sha256=payroll_digest(read.lines)
    )
    candidates = same.exclude(state__in=[JournalState.DISCARDED]).select_related("company")
    return next((one for one in candidates.order_by("-pk") if _is_newest(one)), None)


def journals_of(company: Company) -> QuerySet[Journal]:
    return (
        Journal.objects.filter(company=company)
        .exclude(state=JournalState.DISCARDED)
        .select_related("company")
        .order_by("-pk")
    )


def _is_there(read: SourceJournal, company: Company) -> bool:
    return (
        same_version(read, journals_of(company)) is not None or same_file(read, company) is not None
    )


def _says_same(read: SourceJournal, journal: Journal) -> bool:
    here = lines_of(journal)
    now = as_masked_in(journal, read.lines, here)
    return _texts_and_amounts(now) == _texts_and_amounts(here)


def _texts_and_amounts(lines: Iterable[domain.JournalLine]) -> Counter[domain.JournalLine]:
    return Counter(replace(line, position=0) for line in lines if line.amount)


def _is_newest(journal: Journal) -> bool:
    return (
        not Journal.objects.filter(
            company_id=journal.company_id,
            run_year=journal.run_year,
            run_number=journal.run_number,
            revision__gt=journal.revision,
        )
        .exclude(state=JournalState.DISCARDED)
        .exists()
    )


def lines_of(journal: Journal) -> tuple[domain.JournalLine, ...]:
    return journal.content().lines
