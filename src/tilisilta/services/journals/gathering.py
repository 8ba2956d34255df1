"""Gathers what has to be known around a journal before the rules judge it: once, reading only.

The first of the three moves of a check (``checks``). Nothing here writes anything.
"""

from collections import defaultdict
from collections.abc import Hashable, Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from decimal import Decimal

from django.db.models import Max, Q, QuerySet

from tilisilta.domain.administrations import Administration
from tilisilta.domain.dimensions import DimensionKind
from tilisilta.domain.guards import JournalStanding
from tilisilta.domain.journals import BookingPeriod
from tilisilta.domain.links import span_for
from tilisilta.domain.payroll import JournalSplit
from tilisilta.domain.problems import Problem, ProblemCode, Screen
from tilisilta.domain.sameness import sums_on_any_day
from tilisilta.domain.standing import BOOKED_EXPORTS, COMMITTED_EXPORTS, JournalState
from tilisilta.errors import TilisiltaError
from tilisilta.models import Export, Journal, Link
from tilisilta.services.link_proposals import is_unconfirmed, named
from tilisilta.services.procountor.administrations import known_administration, read_administration

_A_MONTH = timedelta(days=31)
_LESS_THAN_A_PAY_PERIOD = timedelta(days=6)
HIDDEN_JOURNAL = "?"
"""In place of the reference of a journal that not all may know of who read of it."""


@dataclass(frozen=True, kw_only=True)
class Ledger:
    """Where a journal goes: its link and what is known there, and the trouble of reading it."""

    link: Link | None
    administration: Administration | None
    trouble: tuple[Problem, ...] = ()


def ledger_of(
    journal: Journal, *, now: datetime | None = None, age_limit: timedelta = timedelta.max
) -> Ledger:
    """The link of ``journal`` and its administration, read again if older than ``age_limit``.

    Without ``now`` nobody is asked, and what was last read counts. A journal that lies before the
    start of its link needs no administration.
    """
    link = link_of(journal)
    if link is None or not link.span().covers(period_of(journal)):
        return Ledger(link=link, administration=None)
    account = link.procountor_account
    if now is None or not account.is_authorised:
        return Ledger(link=link, administration=known_administration(account))
    try:
        read = read_administration(account, now=now, age_limit=age_limit)
    except TilisiltaError:
        account.refresh_from_db()
        known = known_administration(account)
        unreachable = Problem(
            code=ProblemCode.PROCOUNTOR_UNREACHABLE, screen=Screen.PROCOUNTOR_ACCOUNT
        )
        trouble = (unreachable,) if account.is_authorised else ()
        return Ledger(link=link, administration=known, trouble=trouble)
    return Ledger(link=link, administration=read)


def period_of(journal: Journal) -> BookingPeriod:
    """The period of the journal's run."""
    return BookingPeriod.containing(journal.period)


def link_of(journal: Journal) -> Link | None:
    """The link that books the period of ``journal``; else the one that begins after it, if any."""
    links = list(
        Link.objects.select_related("procountor_account", "company")
        .filter(company_id=journal.company_id)
        .order_by("start_month", "pk")
    )
    place = span_for(period_of(journal), [link.span() for link in links])
    return None if place is None else links[place]


def facts_of(journal: Journal, link: Link | None) -> JournalStanding:
    """The facts about a journal that decide whether it may be sent at all (R0, R10)."""
    others = Journal.objects.filter(
        company=journal.company, run_year=journal.run_year, run_number=journal.run_number
    ).exclude(state=JournalState.DISCARDED)
    earlier_sent = Export.objects.filter(
        journal__in=others.filter(revision__lt=journal.revision), state__in=COMMITTED_EXPORTS
    )
    account = link.procountor_account if link is not None else None
    return JournalStanding(
        period=period_of(journal),
        is_test_company=journal.company.is_test,
        is_debtor_blocked=journal.company.debtor.is_blocked,
        is_linked=link is not None,
        is_account_authorised=account is not None and account.is_authorised,
        is_deleted_at_source=journal.is_deleted_at_source,
        has_newer_revision=others.filter(revision__gt=journal.revision).exists(),
        is_earlier_revision_sent=journal.revision > 1 and earlier_sent.exists(),
        lacks_split=missing_split(journal.split, link),
        twin=_twin_of(journal, link),
        stranger=_stranger_of(journal, link),
        ended_link=_ended_link(journal) if link is None else "",
        booked_elsewhere=_booked_elsewhere(journal),
        differs_from=_differs_from(link),
        company_name=journal.company.name,
        debtor_name=journal.company.debtor.name,
        account_name=account.name if account is not None else "",
    )


def facts_of_new(journal: Journal) -> JournalStanding:
    """The same for the first journal of a run of a company without any link: nothing to look up.

    What is the same payroll as another's is found when there is a link, before it can be sent.
    """
    return JournalStanding(
        period=period_of(journal),
        is_test_company=journal.company.is_test,
        is_debtor_blocked=journal.company.debtor.is_blocked,
        is_linked=False,
        is_account_authorised=False,
        is_deleted_at_source=journal.is_deleted_at_source,
        has_newer_revision=False,
        is_earlier_revision_sent=False,
        company_name=journal.company.name,
        debtor_name=journal.company.debtor.name,
    )


def epochs_of(journal: Journal) -> dict[date, int]:
    """The epoch of each receipt: it grows only by an undo or a reasoned resend."""
    newest = journal.exports.order_by().values("booking_date").annotate(epoch=Max("epoch"))
    return {row["booking_date"]: row["epoch"] for row in newest}


def split_of(link: Link | None) -> JournalSplit:
    """How finely journals are fetched for ``link``; as finely as can be as long as there is none.

    Whatever the link will use is there then, and most journals need not be fetched again for it.
    """
    if link is None or link.uses_cost_units:
        return JournalSplit.COST_UNIT
    return JournalSplit.COST_CENTER if link.uses_cost_centers else JournalSplit.COMPANY


def missing_split(split: str, link: Link | None) -> DimensionKind | None:
    """What ``link`` uses and a journal fetched with ``split`` cannot say. A file says what it can.

    A journal without cost centers may still say it has none, so only the way of asking counts.
    """
    if not split or link is None or JournalSplit(split).serves(split_of(link)):
        return None
    return DimensionKind.COST_UNIT if link.uses_cost_units else DimensionKind.COST_CENTER


def same_payroll(journal: Journal, link: Link | None) -> Q:
    """What finds the journals that would book the very same as ``journal``, in whatever shape (R0).

    Where the link uses no dimensions, what tells two payrolls apart by them tells nothing.
    """
    same = Q(payroll_sha256=journal.payroll_sha256)
    if link is not None and not (link.uses_cost_centers or link.uses_cost_units):
        same |= Q(accounts_sha256=journal.accounts_sha256)
    return same & ~Q(payroll_sha256="")


def _twin_of(journal: Journal, link: Link | None) -> str:
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
    twin = earlier.filter(same_payroll(journal, link) | same_period).first()
    twin = twin or _twin_of_another_day(journal, link, earlier)
    return twin.reference if twin is not None else ""


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


def _stranger_of(journal: Journal, link: Link | None) -> str:
    """A journal of another company that came before and books the very same.

    To whom its debtor is not known, only that there is one is told: facts name what all may read
    who see ``journal``.
    """
    if journal.is_surely_another or not journal.payroll_sha256:
        return ""
    stranger = (
        Journal.objects.filter(same_payroll(journal, link), pk__lt=journal.pk)
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


def _ended_link(journal: Journal) -> str:
    last = (
        Link.objects.filter(company_id=journal.company_id)
        .select_related("procountor_account")
        .order_by("-ends_on", "-pk")
        .first()
    )
    return last.procountor_account.company_name if last is not None else ""


def _differs_from(link: Link | None) -> str:
    if link is None or not is_unconfirmed(link):
        return ""
    return named(link.procountor_account.company_name, link.procountor_account.business_id)


def _booked_elsewhere(journal: Journal) -> tuple[tuple[str, str], ...]:
    """The administrations with receipts of ``journal`` that are only a trail, and their numbers."""
    trail = Export.with_trail.filter(
        journal=journal, is_trail=True, state__in=BOOKED_EXPORTS
    ).select_related("link__procountor_account")
    numbers: dict[str, list[str]] = defaultdict(list)
    for export in trail:
        name = export.link.procountor_account.company_name
        numbers[name].append(str(export.receipt_number or export.ledger_receipt_id))
    return tuple((name, ", ".join(found)) for name, found in numbers.items())
