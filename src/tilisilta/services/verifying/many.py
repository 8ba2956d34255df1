"""Compares many companies, several at the same time, as each mostly waits for Procountor."""

from collections.abc import Collection, Iterable, Iterator
from concurrent.futures import ThreadPoolExecutor

from django.conf import settings
from django.db import connections
from django.utils import timezone

from tilisilta.domain.journals import BookingPeriod
from tilisilta.models import Company
from tilisilta.services.verifying.companies import Verified, verify


def verify_many(
    companies: Iterable[Company],
    months: Collection[BookingPeriod],
    *,
    with_reports: bool = False,
) -> Iterator[Verified]:
    """Compare the ``months`` of each of the companies; yield each outcome in their order."""
    wanted = list(companies)
    if len(wanted) < 2 or settings.VERIFICATIONS_AT_ONCE < 2:
        for company in wanted:
            yield verify(company, months, now=timezone.now(), with_reports=with_reports)
        return

    def verify_one(company: Company) -> Verified:
        try:
            return verify(company, months, now=timezone.now(), with_reports=with_reports)
        finally:
            # Nothing else closes the connections of a thread of ours.
            connections.close_all()

    with ThreadPoolExecutor(settings.VERIFICATIONS_AT_ONCE) as pool:
        yield from pool.map(verify_one, wanted)
