"""Creates dimension items in Procountor that a journal needs, where its link asks for that (R6)."""

import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from datetime import datetime, timedelta

from django.db.models import Q
from django.utils import timezone

from tilisilta.domain.administrations import Administration, Dimension
from tilisilta.domain.dimensions import find_dimensions
from tilisilta.domain.problems import Problem, ProblemCode
from tilisilta.errors import TryAgainLater
from tilisilta.models import Link, ProcountorAccount
from tilisilta.services import audit
from tilisilta.services.administrations import read_administration
from tilisilta.services.procountor import procountor

_LEASE = timedelta(minutes=5)
_LONGEST_WAIT_SECONDS = 20


def items_to_create(problems: Sequence[Problem]) -> tuple[tuple[str, str], ...]:
    """The missing items, as dimension name and code, if they are all that stops a journal."""
    missing = []
    for problem in problems:
        facts = dict(problem.facts)
        if not problem.stops:
            continue
        if problem.code != ProblemCode.DIMENSION_ITEM_UNKNOWN or facts.get("creates") != "yes":
            return ()
        missing.append((facts["name"], facts["item"]))
    return tuple(missing)


def create_items(
    link: Link, missing: Sequence[tuple[str, str]], *, now: datetime
) -> Administration:
    """Create the ``missing`` items and read the company again.

    One at a time does so per account, and reads the company right before. So an item that somebody
    else has just created, or whose creation gave no answer last time, is not created twice. Raises
    what the client raises, and ``TryAgainLater`` when somebody else takes long; items created until
    then stay, and the next check goes on from there.
    """
    account = link.procountor_account
    with _alone(account):
        administration = read_administration(account, now=now, age_limit=timedelta(0))
        try:
            _create(link, _still_missing(missing, administration))
        finally:
            administration = read_administration(account, now=now, age_limit=timedelta(0))
    return administration


def _still_missing(
    missing: Sequence[tuple[str, str]], administration: Administration
) -> list[tuple[Dimension, str]]:
    """The dimensions and codes to create, each once: two names may mean the same dimension."""
    wanted: dict[tuple[int, str], Dimension] = {}
    for name, code in missing:
        dimensions = find_dimensions(name, administration.dimensions)
        if len(dimensions) != 1 or any(item.code == code for item in dimensions[0].items):
            continue
        wanted[dimensions[0].dimension_id, code] = dimensions[0]
    return [(dimension, code) for (_, code), dimension in wanted.items()]


def _create(link: Link, wanted: Sequence[tuple[Dimension, str]]) -> None:
    with procountor(link.procountor_account) as client:
        for dimension, code in wanted:
            client.create_dimension_item(dimension.dimension_id, code, code)
            audit.record(
                audit.Action.ITEMS_CREATED,
                user=None,
                company=link.company,
                items=code,
                dimension=dimension.name,
            )


@contextmanager
def _alone(account: ProcountorAccount) -> Iterator[None]:
    """Wait until nobody else creates items with ``account``, and keep others out meanwhile.

    A lock of the database would be held for as long as Procountor takes to answer.
    """
    give_up_at = time.monotonic() + _LONGEST_WAIT_SECONDS
    while (leased_until := _take_lease(account, timezone.now())) is None:
        if time.monotonic() > give_up_at:
            raise TryAgainLater("Somebody else is creating dimension items.")
        time.sleep(0.05)
    try:
        yield
    finally:
        # Only our own lease: one that ran out may be somebody else's by now.
        ProcountorAccount.objects.filter(pk=account.pk, items_leased_until=leased_until).update(
            items_leased_until=None
        )


def _take_lease(account: ProcountorAccount, now: datetime) -> datetime | None:
    until = now + _LEASE
    # One that ends long after ours would was taken by a clock that ran ahead. Those of threads that
    # ask at the same moment end a little later.
    held = Q(items_leased_until__range=(now, until + _LEASE))
    free = Q(items_leased_until__isnull=True) | ~held
    taken = ProcountorAccount.objects.filter(free, pk=account.pk).update(items_leased_until=until)
    return until if taken else None
