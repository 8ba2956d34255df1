"""The same payroll a second time: under another run number, another date, or another company."""

from collections.abc import Hashable, Mapping
from datetime import date, timedelta
from decimal import Decimal

from django.db.models import Q, QuerySet

from tilisilta.domain.sameness import sums_on_any_day
from tilisilta.domain.standing import JournalState
from tilisilta.models import Journal, Link

_A_MONTH = timedelta(days=31)
_LESS_THAN_A_PAY_PERIOD = timedelta(days=6)
HIDDEN_JOURNAL = "?"
"""In place of the reference of a journal that not all may know of who read of it."""


def twin_of(journal: Journal, link: Link | None) -> str:
    """Another journal that came before and may be the same payroll under another run number.

    Numbers of runs change hands: one is deleted and made anew, or somebody gave a file's run a
    number of its own. What books the same is suspect, and so is a journal of the same period whose
    run is gone from Nmbrs, or of which one came from a file and the other from Nmbrs.
    """
    if link is None or journal.is_surely_another:
        return ""
    is_fetched = journal.run_id is not None
    same_period = (
        Q(period=journal.period)
        & (Q(is_deleted_at_source=True) | Q(run__isnull=is_fetched))
        & ~Q(state=JournalState.REPLACED)
    )
    earlier = (
        Journal.objects.filter(company=journal.company_id, pk__lt=journal.pk)
        .exclude(run_year=journal.run_year, run_number=journal.run_number)
        .exclude(state=JournalState.DISCARDED)
        .select_related("company")
    )
    twin = earlier.filter(_same_payroll(journal, link) | same_period).first()
    twin = twin or _twin_of_another_day(journal, link, earlier)
    return twin.reference if twin is not None else ""


def stranger_of(journal: Journal, link: Link | None) -> str:
    """A journal of another company that came before and books the very same.

    To whom its debtor is not known, only that there is one is told: facts name what all may read
    who see ``journal``.
    """
    if journal.is_surely_another or not journal.payroll_sha256:
        return ""
    stranger = (
        Journal.objects.filter(_same_payroll(journal, link), pk__lt=journal.pk)
        .exclude(company=journal.company_id)
        .exclude(state__in=[JournalState.DISCARDED, JournalState.REPLACED])
        .select_related("company")
        .order_by("-pk")
        .first()
    )
    if stranger is None:
        return ""
    is_of_same_debtor = stranger.company.debtor_id == journal.company.debtor_id
    return stranger.reference if is_of_same_debtor else HIDDEN_JOURNAL


def _same_payroll(journal: Journal, link: Link | None) -> Q:
    """What finds the journals that would book the very same as ``journal``, in whatever shape (R0).

    Where the link uses no dimensions, what tells two payrolls apart by them tells nothing.
    """
    same = Q(payroll_sha256=journal.payroll_sha256)
    if link is not None and not (link.uses_cost_centers or link.uses_cost_units):
        same |= Q(accounts_sha256=journal.accounts_sha256)
    return same & ~Q(payroll_sha256="")


def _twin_of_another_day(
    journal: Journal, link: Link, earlier: QuerySet[Journal]
) -> Journal | None:
    """One that books the same on the same accounts less than a week before or after.

    Pay periods are a week long at least, so that it is no payroll of its own but dated otherwise.
    """
    alike = earlier.filter(
        debit_total=journal.debit_total,
        period__range=(journal.period - _A_MONTH, journal.period + _A_MONTH),
    ).exclude(state=JournalState.REPLACED)
    if not alike:
        return None
    with_dimensions = link.uses_cost_centers or link.uses_cost_units
    sums, last = _booked_by(journal, with_dimensions)
    for one in alike:
        other_sums, other_last = _booked_by(one, with_dimensions)
        if sums == other_sums and abs(last - other_last) <= _LESS_THAN_A_PAY_PERIOD:
            return one
    return None


def _booked_by(
    journal: Journal, with_dimensions: bool
) -> tuple[Mapping[tuple[Hashable, ...], Decimal], date]:
    """What a journal books, on whatever day, and the last day it books on."""
    lines = journal.content().lines
    last = max((line.booking_date for line in lines), default=journal.period)
    return sums_on_any_day(lines, with_dimensions=with_dimensions), last
