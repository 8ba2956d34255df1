"""How far fetching from Nmbrs has come, as far as a reader may know."""

from dataclasses import dataclass
from typing import Any

from django.db.models import Func, IntegerField, OuterRef, Q, QuerySet, Subquery
from django.db.models.functions import Coalesce

from tilisilta.models import Company, NmbrsCompany, NmbrsConnection, Synchronisation, User
from tilisilta.models.companies import NmbrsCompanyQuerySet
from tilisilta.services.companies import in_trouble
from tilisilta.services.fetching.queue import SILENT

MOST_NAMED = 3

State = NmbrsConnection.State


@dataclass(frozen=True, kw_only=True)
class FetchProgress:
    """How far a synchronisation is, or its outcome; ``latest`` is the synchronisation itself.

    For a user limited to some debtors only their companies are counted. ``failed_count`` counts the
    companies in trouble: while it is under way those fetched by it so far, and afterwards all.
    ``is_silent`` says that Nmbrs does not answer at all.
    """

    latest: Synchronisation | None = None
    company_count: int = 0
    waiting_count: int = 0
    failed_count: int = 0
    refused_count: int = 0
    current: tuple[Company, ...] = ()
    is_connected: bool = False
    is_limited: bool = False
    is_silent: bool = False

    @property
    def is_under_way(self) -> bool:
        return self.latest is not None and self.latest.finished_at is None

    @property
    def is_listed(self) -> bool:
        return self.latest is not None and self.latest.listed_at is not None

    @property
    def done_count(self) -> int:
        return max(0, self.company_count - self.waiting_count)

    @property
    def mark(self) -> str:
        """Return a text that changes whenever there is something new to show or read aloud."""
        if self.latest is None:
            return ""
        counts = (self.done_count, self.latest.journal_count, self.latest.revision_count)
        numbers = (company.number for company in self.current)
        parts = (self.latest.pk, self.is_listed, self.is_silent, *counts, *numbers)
        return " ".join(map(str, parts))


def fetch_progress_for(user: User, *, is_connected: bool | None = None) -> FetchProgress:
    """Return how far the latest synchronisation is, as far as ``user`` may know.

    ``is_connected`` says whether a connection works, where that is known already. Two queries at
    most, and one more unless the debtors they are limited to are known already.
    """
    newest_first = Synchronisation.objects.order_by("-requested_at")
    mine = NmbrsCompany.objects.visible_to(user)
    return _fetch_progress(
        newest_first, mine, is_limited=user.is_limited, is_connected=is_connected
    )


def fetch_progress_of(synchronisation: Synchronisation) -> FetchProgress:
    it_alone = Synchronisation.objects.filter(pk=synchronisation.pk)
    return _fetch_progress(it_alone, NmbrsCompany.objects.all(), is_limited=False)


def _fetch_progress(
    synchronisations: QuerySet[Synchronisation],
    mine: NmbrsCompanyQuerySet,
    *,
    is_limited: bool,
    is_connected: bool | None = None,
) -> FetchProgress:
    working = NmbrsConnection.objects.filter(state=State.WORKING)
    came_past = Q(wanted_by__isnull=True, tried_at__gte=OuterRef("requested_at"))
    latest = synchronisations.annotate(
        mine=_number_of(mine.fetchable()),
        mine_waiting=_number_of(mine.filter(wanted_by=OuterRef("pk"))),
        mine_failed_so_far=_number_of(mine.filter(came_past, in_trouble())),
        mine_in_trouble=_number_of(mine.filter(in_trouble())),
        refused=_number_of(NmbrsConnection.objects.filter(state=State.REFUSED)),
        working=_number_of(working),
        silent=_number_of(working.filter(silent_count__gte=SILENT)),
    ).first()
    if latest is None:
        known = working.exists() if is_connected is None else is_connected
        return FetchProgress(is_connected=known, is_limited=is_limited)
    is_under_way = latest.finished_at is None
    return FetchProgress(
        latest=latest,
        company_count=latest.mine if is_limited else latest.company_count,
        waiting_count=latest.mine_waiting,
        failed_count=latest.mine_failed_so_far if is_under_way else latest.mine_in_trouble,
        refused_count=latest.refused,
        current=_current(mine.filter(wanted_by=latest)) if is_under_way else (),
        is_connected=latest.working > 0,
        is_silent=is_under_way and latest.silent > 0,
        is_limited=is_limited,
    )


def _current(waiting: QuerySet[NmbrsCompany]) -> tuple[Company, ...]:
    claimed = waiting.filter(claimed_by__isnull=False).select_related("company")
    return tuple(one.company for one in claimed.order_by("company__number")[:MOST_NAMED])


def _number_of(rows: QuerySet[Any]) -> Coalesce:
    counted = Func("pk", function="COUNT", output_field=IntegerField())
    # Where the reader sees no debtor at all, Django leaves the query out, and it counts nothing.
    return Coalesce(Subquery(rows.order_by().values(n=counted)), 0)
