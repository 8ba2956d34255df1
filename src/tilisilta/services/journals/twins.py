"""The same payroll a second time: under another run number, another date, or another company.

It only stops what is stored already. Whether a journal is stored at all, or is one that is here
already, ``which_run`` and ``here_already`` decide.
"""

from collections.abc import Hashable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta
from decimal import Decimal

from django.db.models import Q, QuerySet

from tilisilta.domain.journals import JournalLine
from tilisilta.domain.sameness import sums_by_account, sums_on_any_day
from tilisilta.domain.standing import JournalState
from tilisilta.models import Journal, Link

# Every check asks for them, and hardly ever finds one.
_COMPARED = (
    "company__number",
    "company__debtor",
    "run_year",
    "run_number",
    "run_description",
    "revision",
    "currency",
    "period",
)
_TOLD_APART_BY = ("run", "debit_total", "is_deleted_at_source")
_A_MONTH = timedelta(days=31)
_LESS_THAN_A_PAY_PERIOD = timedelta(days=6)
_UNTIL_PAYDAY = timedelta(days=15)
"""A file may be dated on the payday, Nmbrs' journal on the last day of the month before it."""
HIDDEN_JOURNAL = "?"
"""In place of the reference of a journal that some readers may not know of."""


@dataclass(frozen=True, kw_only=True)
class SamePayroll:
    """The references of earlier journals that may be the same payroll; mostly there are none."""

    twin: str = ""
    stranger: str = ""


def same_payroll(journal: Journal, link: Link | None) -> SamePayroll:
    """Return the references of a twin, of the same company, and of a stranger, of another."""
    if journal.is_surely_another:
        return SamePayroll()
    # Only earlier journals, by key: of two equal ones the second is stopped, never both.
    earlier = Journal.objects.filter(pk__lt=journal.pk).exclude(state=JournalState.DISCARDED)
    # A short question where there is nothing to find, as in nearly all of the checks.
    perhaps = _books_the_same(journal, link) | Q(company=journal.company_id) & _near(journal)
    rows = earlier.filter(perhaps).exclude(_is_same_run(journal)).order_by()
    if not any(_is_worth_reading(journal, *row) for row in rows.values_list(*_TOLD_APART_BY)):
        return SamePayroll()
    named = earlier.select_related("company").only(*_COMPARED)
    return SamePayroll(
        twin=_twin_of(journal, link, named), stranger=_stranger_of(journal, link, named)
    )


def _is_worth_reading(
    journal: Journal,
    run_id: int | None,
    debit_total: Decimal,
    is_deleted_at_source: bool,
) -> bool:
    """Return whether a journal with these columns may be a twin or a stranger of ``journal``.

    What books the very same has the same sum of debits, too. It only leaves out what is neither:
    mostly the month before of the same company, by the same way.
    """
    return (
        is_deleted_at_source
        or (run_id is None) != (journal.run_id is None)
        or debit_total == journal.debit_total
    )


def _is_same_run(journal: Journal) -> Q:
    return Q(company=journal.company_id, run_year=journal.run_year, run_number=journal.run_number)


def _twin_of(journal: Journal, link: Link | None, earlier: QuerySet[Journal]) -> str:
    """Return the reference of an earlier journal that may be the same payroll, or an empty text.

    Numbers of runs change: a run is deleted and made anew, or a file's run was given a number of
    its own. A journal that books the same is suspect. So is one of the same period whose run is
    gone from Nmbrs, or of which one came from a file and the other from Nmbrs.
    """
    if link is None:
        return ""
    of_company = earlier.filter(company=journal.company_id).exclude(_is_same_run(journal))
    same = _books_the_same(journal, link) | _is_doubtful_in_period(journal)
    twin = (
        of_company.filter(same).first()
        or _twin_of_another_day(journal, link, of_company)
        or _twin_in_another_form(journal, of_company)
    )
    return twin.reference if twin is not None else ""


def _stranger_of(journal: Journal, link: Link | None, earlier: QuerySet[Journal]) -> str:
    """Return the reference of an earlier journal of another company that books the very same.

    If it is of another debtor, only that there is one is returned: facts may name only what every
    reader of ``journal`` may see.
    """
    stranger = (
        earlier.filter(_books_the_same(journal, link))
        .exclude(company=journal.company_id)
        .exclude(state=JournalState.REPLACED)
        .order_by("-pk")
        .first()
    )
    if stranger is None:
        return ""
    is_of_same_debtor = stranger.company.debtor_id == journal.company.debtor_id
    return stranger.reference if is_of_same_debtor else HIDDEN_JOURNAL


def _books_the_same(journal: Journal, link: Link | None) -> Q:
    """Return the condition for journals that would book the very same as ``journal`` (R0).

    Where the link uses no dimensions, a difference in dimensions does not count.
    """
    if not journal.payroll_sha256:
        return Q(pk__in=())
    same = Q(payroll_sha256=journal.payroll_sha256)
    if link is not None and not (link.uses_cost_centers or link.uses_cost_units):
        same |= Q(accounts_sha256=journal.accounts_sha256)
    return same


def _is_doubtful_in_period(journal: Journal) -> Q:
    is_fetched = journal.run_id is not None
    return (
        Q(period=journal.period)
        & (Q(is_deleted_at_source=True) | Q(run__isnull=is_fetched))
        & ~Q(state=JournalState.REPLACED)
    )


def _twin_of_another_day(
    journal: Journal, link: Link, earlier: QuerySet[Journal]
) -> Journal | None:
    """Return a journal that books the same on the same accounts less than a week before or after.

    Pay periods are at least a week long, so it is the same payroll with another date.
    """
    alike = earlier.filter(_perhaps_another_day(journal))
    if not alike:
        return None
    sums, last = _booked_by(journal, link)
    for one in alike:
        other_sums, other_last = _booked_by(one, link)
        if sums == other_sums and abs(last - other_last) <= _LESS_THAN_A_PAY_PERIOD:
            return one
    return None


def _twin_in_another_form(journal: Journal, earlier: QuerySet[Journal]) -> Journal | None:
    """Return a journal that leaves the same on each account, where one of the two is from a file.

    A file for what is fetched as well may have other days, no dimensions and fewer lines.
    """
    alike = earlier.filter(_of_another_way(journal))
    if not alike:
        return None
    lines = journal.content().lines
    sums, last = sums_by_account(lines), _last_day(journal, lines)
    for one in alike:
        other = one.content().lines
        is_near = abs(last - _last_day(one, other)) <= _UNTIL_PAYDAY
        if sums and is_near and sums == sums_by_account(other):
            return one
    return None


def _perhaps_another_day(journal: Journal) -> Q:
    # Narrowed by sum and month in the database: comparing lines means reading them.
    return Q(debit_total=journal.debit_total) & _near(journal)


def _of_another_way(journal: Journal) -> Q:
    """Return the condition for journals of about then that came the other way: file, or Nmbrs."""
    return Q(run__isnull=journal.run_id is not None) & _near(journal)


def _near(journal: Journal) -> Q:
    near = (journal.period - _A_MONTH, journal.period + _A_MONTH)
    return Q(period__range=near) & ~Q(state=JournalState.REPLACED)


def _booked_by(journal: Journal, link: Link) -> tuple[Mapping[tuple[Hashable, ...], Decimal], date]:
    """Return the sums that a journal books, on whatever day, and the last day it books on."""
    lines = journal.content().lines
    booked = (
        replace(
            line,
            cost_center=line.cost_center if link.uses_cost_centers else "",
            cost_unit=line.cost_unit if link.uses_cost_units else "",
        )
        for line in lines
    )
    return sums_on_any_day(booked), _last_day(journal, lines)


def _last_day(journal: Journal, lines: Sequence[JournalLine]) -> date:
    return max((line.booking_date for line in lines), default=journal.period)
