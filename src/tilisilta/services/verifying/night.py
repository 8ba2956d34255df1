"""The comparison of every night: which companies are due, each claimed by one worker."""

from collections.abc import Callable
from datetime import datetime, timedelta

from django.conf import settings
from django.db.models import Exists, OuterRef, Q, QuerySet
from django.utils import timezone

from tilisilta.models import Company, Link, ProcountorAccount, VerifiedCompany
from tilisilta.services.pace import wait_below_sending
from tilisilta.services.verifying.companies import Verified, recent_months, verify

LEASE = timedelta(minutes=15)
"""So long a company is left to the worker that claimed it; it is never compared so long."""
PAUSE = timedelta(hours=1)
"""What failed, as a rule because Procountor was silent, is tried again after so long."""


def claim_company(now: datetime) -> Company | None:
    """Claim a company that was not compared since the night began; ``None`` if none is due."""
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
    """Compare the last months of a claimed company, and give the claim back."""
    months = recent_months(timezone.localtime(now).date())
    try:
        return verify(company, months, now=now, pace=pace)
    finally:
        # Also after a fault of ours, which must not be repeated at once.
        VerifiedCompany.objects.filter(company=company).update(tried_at=now, claimed_until=None)


def _due(now: datetime) -> QuerySet[Company]:
    begin = _night_began(now)
    if begin is None:
        return Company.objects.none()
    first = recent_months(timezone.localtime(now).date())[0]
    links = Link.objects.filter(
        Q(ends_on__isnull=True) | Q(ends_on__gt=f"{first}-01"),
        company=OuterRef("pk"),
        procountor_account__state=ProcountorAccount.State.AUTHORISED,
    )
    done = VerifiedCompany.objects.filter(
        Q(compared_at__range=(begin, now)) | Q(tried_at__range=(now - PAUSE, now)) | _is_held(now),
        company=OuterRef("pk"),
    )
    return Company.objects.filter(Exists(links), ~Exists(done)).order_by("number")


def _is_held(now: datetime) -> Q:
    # A claim that ends much later was made by a clock that ran ahead.
    return Q(claimed_until__range=(now, now + 2 * LEASE))


def _night_began(now: datetime) -> datetime | None:
    """Return when the comparison of today began; ``None`` before that, and if it is off."""
    at = settings.VERIFY_TIME
    local = timezone.localtime(now)
    if at is None or local.time() < at:
        return None
    return datetime.combine(local.date(), at, tzinfo=local.tzinfo)
