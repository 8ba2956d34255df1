"""Has a worker fetch payment files that a person asked for, before it compares their month.

Nmbrs makes a payment file in its own time, and no page waits for it. The wish lies in the cache
beside the wish to compare: lost, it only has to be asked for again.
"""

from collections.abc import Callable, Collection
from datetime import date, datetime

from django.core.cache import cache
from django.db import transaction

from tilisilta.domain.journals import BookingPeriod
from tilisilta.domain.problems import Problem
from tilisilta.errors import TilisiltaError
from tilisilta.models import Company, NmbrsCompany, User, VerifiedCompany
from tilisilta.services.fetching.problems import problem_of
from tilisilta.services.pace import wait_below_sending
from tilisilta.services.payment_files import fetch_payment_files
from tilisilta.services.verifying.companies import NotLinked, Verified
from tilisilta.services.verifying.night import awaited_month, verify_claimed

_KEPT_SECONDS = 24 * 60 * 60
_MOST_SECONDS = 60.0
"""For Nmbrs to make one file: a worker that is to end waits for it."""


def ask_for_payment_files(company_ids: Collection[int], month: date, *, user: User) -> int:
    """Have a worker fetch the payment files of ``month`` for those of the companies that are read
    by REST, and compare them; return how many those are. Asking twice asks once.
    """
    ids = fetchable_ids(company_ids)
    with transaction.atomic():
        VerifiedCompany.objects.bulk_create(
            (VerifiedCompany(company_id=pk) for pk in sorted(ids)), ignore_conflicts=True
        )
        cache.set_many({_key(pk, month): user.pk for pk in ids}, _KEPT_SECONDS)
        VerifiedCompany.objects.filter(company__in=ids).update(wanted_month=month)
    return len(ids)


def fetchable_ids(company_ids: Collection[int]) -> frozenset[int]:
    """Return those of the companies whose payment files Nmbrs can be asked for at all."""
    by_rest = NmbrsCompany.objects.fetchable().filter(
        company__in=company_ids, connection__api="rest"
    )
    return frozenset(by_rest.values_list("company_id", flat=True))


def is_asked_for(company: Company, month: date) -> bool:
    return cache.get(_key(company.pk, month)) is not None


def fetch_and_verify(
    company: Company, *, now: datetime, pace: Callable[[], None] = wait_below_sending
) -> Verified:
    """Fetch what was asked for of a claimed company, compare it, and give the claim back."""
    if awaited_month(company) is not None:
        # Somebody waits for that comparison. The files are fetched with the next one.
        return verify_claimed(company, now=now, pace=pace)
    mine = VerifiedCompany.objects.filter(company=company)
    wanted = mine.values_list("wanted_month", flat=True).first()
    asked = wanted is not None and is_asked_for(company, wanted)
    not_fetched = _fetch(company, wanted, now=now) if asked and wanted is not None else ()
    verified = verify_claimed(company, now=now, pace=pace)
    if asked:
        # Payment files are asked for without a link too.
        is_hindered = verified.error is not None and not isinstance(verified.error, NotLinked)
        hindered = mine.values_list("trouble", flat=True).get() if is_hindered else ()
        mine.update(trouble=[*hindered, *not_fetched])
    return verified


def _fetch(company: Company, month: date, *, now: datetime) -> tuple[Problem, ...]:
    """Fetch the payment files of ``month``, and return what hindered it."""
    asked_by = cache.get(_key(company.pk, month))
    # Forgotten first: what fails is not repeated before somebody asks again.
    cache.delete(_key(company.pk, month))
    try:
        fetch_payment_files(
            company,
            BookingPeriod.containing(month),
            user=User.objects.filter(pk=asked_by).first(),
            now=now,
            most_seconds=_MOST_SECONDS,
        )
    except TilisiltaError as error:
        return (problem_of(error),)
    return ()


def _key(company_id: int, month: date) -> str:
    return f"payment-files:{company_id}:{month:%Y-%m}"
