"""The comparison of every night and what people ask for: each company is claimed by one worker."""

from collections.abc import Callable, Collection
from datetime import date, datetime, timedelta
from enum import StrEnum
from functools import partial

from django.conf import settings
from django.db import transaction
from django.db.models import Exists, OuterRef, Q, QuerySet
from django.utils import timezone

from tilisilta.domain.journals import BookingPeriod
from tilisilta.models import Company, Link, ProcountorAccount, VerifiedCompany
from tilisilta.services.pace import wait_below_sending
from tilisilta.services.verifying.companies import NotLinked, Verified, recent_months, verify
from tilisilta.services.workers import living_workers

LEASE = timedelta(minutes=15)
"""So long a company is left to the worker that claimed it; it is never compared so long."""
PATIENCE_SECONDS = 5.0
PAUSE = timedelta(hours=1)
"""What failed, as a rule because Procountor was silent, is tried again after so long."""


class Waiting(StrEnum):
    """How far a comparison is that was asked for."""

    WAITING = "waiting"
    COMPARING = "comparing"
    NO_WORKER = "no_worker"


def claim_company(now: datetime) -> Company | None:
    """Claim a company that is due: ``None`` if none is.

    Those that somebody waits for come first, then those that were asked for, then those not
    compared since the night began.
    """
    company = _due(now).first()
    if company is None:
        return None
    VerifiedCompany.objects.get_or_create(company=company)
    free = Q(claimed_until__isnull=True) | ~_is_held(now)
    claimed = VerifiedCompany.objects.filter(free, company=company).update(
        claimed_until=now + LEASE
    )
    # Another worker was faster: it is this one's turn to find the next.
    return company if claimed else claim_company(now)


def verify_claimed(
    company: Company, *, now: datetime, pace: Callable[[], None] = wait_below_sending
) -> Verified:
    """Compare the last months of a claimed company and the one asked for; give the claim back.

    A month that somebody waits for is compared alone: the others have their turn after it.
    """
    mine = VerifiedCompany.objects.filter(company=company)
    awaited = awaited_month(company)
    if awaited is not None:
        return _verify_awaited(company, awaited, now=now)
    wanted = mine.values_list("wanted_month", flat=True).first()
    months = set(recent_months(timezone.localtime(now).date()))
    if wanted is not None:
        months.add(BookingPeriod.containing(wanted))
    try:
        return verify(company, months, now=now, pace=pace)
    finally:
        # Also after a fault of ours, which must not be repeated at once. A month that was asked for
        # in the meantime is another one, and stays.
        mine.filter(wanted_month=wanted).update(wanted_month=None)
        mine.update(tried_at=now, claimed_until=None)


def awaited_month(company: Company) -> date | None:
    """Return the first day of the month that somebody waits for, if any."""
    mine = VerifiedCompany.objects.filter(company=company)
    return mine.values_list("awaited_month", flat=True).first()


def _verify_awaited(company: Company, month: date, *, now: datetime) -> Verified:
    mine = VerifiedCompany.objects.filter(company=company)
    try:
        return verify(
            company,
            [BookingPeriod.containing(month)],
            now=now,
            # A person waits: then it takes a slot like everything else.
            pace=partial(wait_below_sending, PATIENCE_SECONDS),
            with_reports=True,
        )
    finally:
        # As below.
        mine.filter(awaited_month=month).update(awaited_month=None)
        mine.update(tried_at=now, claimed_until=None)


def ask_to_compare_now(company: Company, month: date, *, with_recent: bool = False) -> None:
    """Have a worker compare ``month`` before everything else, for a person who waits for it.

    ``with_recent`` asks for the months of every night, too, in their turn. Asking twice asks once.
    Raises ``NotLinked``.
    """
    if not company.links.exists():
        raise NotLinked(company)
    with transaction.atomic():
        mine, _made = VerifiedCompany.objects.get_or_create(company=company)
        asked = VerifiedCompany.objects.filter(pk=mine.pk)
        asked.update(awaited_month=month)
        if with_recent:
            # Whatever month is asked for is compared along with them.
            asked.filter(wanted_month__isnull=True).update(wanted_month=month)


def waiting_for(company: Company, month: date, *, now: datetime) -> Waiting | None:
    """Return how far the comparison of ``month`` is that was asked for; ``None`` if none was."""
    mine = VerifiedCompany.objects.filter(
        Q(wanted_month=month) | Q(awaited_month=month), company=company
    )
    if not mine.exists():
        return None
    if not living_workers(now):
        return Waiting.NO_WORKER
    return Waiting.COMPARING if mine.filter(_is_held(now)).exists() else Waiting.WAITING


def ask_for_comparison(company_ids: Collection[int], month: date) -> int:
    """Have a worker compare ``month`` for those of the companies that have a link; return how many.

    Asking twice asks once.
    """
    linked = Company.objects.filter(
        Exists(Link.objects.filter(company=OuterRef("pk"), start_month__lte=month)),
        pk__in=company_ids,
    )
    ids = set(linked.values_list("pk", flat=True))
    with transaction.atomic():
        VerifiedCompany.objects.bulk_create(
            (VerifiedCompany(company_id=pk) for pk in sorted(ids)), ignore_conflicts=True
        )
        VerifiedCompany.objects.filter(company__in=ids).update(wanted_month=month)
    return len(ids)


def _due(now: datetime) -> QuerySet[Company]:
    of_company = VerifiedCompany.objects.filter(company=OuterRef("pk"))
    return (
        Company.objects.annotate(
            is_awaited=Exists(of_company.filter(awaited_month__isnull=False)),
            is_wanted=Exists(of_company.filter(wanted_month__isnull=False)),
        )
        .filter(
            Q(is_awaited=True) | Q(is_wanted=True) | _due_tonight(now),
            ~Exists(of_company.filter(_is_held(now))),
        )
        .order_by("-is_awaited", "-is_wanted", "number")
    )


def _due_tonight(now: datetime) -> Q:
    begin = night_began(now)
    if begin is None:
        return Q(pk__in=())
    first = recent_months(timezone.localtime(now).date())[0]
    links = Link.objects.filter(
        Q(ends_on__isnull=True) | Q(ends_on__gt=f"{first}-01"),
        company=OuterRef("pk"),
        procountor_account__state=ProcountorAccount.State.AUTHORISED,
    )
    done = VerifiedCompany.objects.filter(
        Q(compared_at__range=(begin, now)) | Q(tried_at__range=(now - PAUSE, now)),
        company=OuterRef("pk"),
    )
    return Q(Exists(links)) & ~Q(Exists(done))


def _is_held(now: datetime) -> Q:
    # A claim that ends much later was made by a clock that ran ahead.
    return Q(claimed_until__range=(now, now + 2 * LEASE))


def night_began(now: datetime) -> datetime | None:
    """Return when the comparison of today began; ``None`` before that, and if it is off."""
    at = settings.VERIFY_TIME
    local = timezone.localtime(now)
    if at is None or local.time() < at:
        return None
    return datetime.combine(local.date(), at, tzinfo=local.tzinfo)
