"""How far a connection has come on its way from SOAP to REST: compared, equal, accepted."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime

from django.db.models import Count, F, Q

from tilisilta.errors import NeedsAttention
from tilisilta.models import ApiComparison, ComparedCompany, NmbrsConnection, User
from tilisilta.models.nmbrs_comparisons import ComparedCompanyQuerySet
from tilisilta.services.fetching.moving.comparisons import must_be_comparable
from tilisilta.services.fetching.moving.errors import CannotCompare, CannotSwitch
from tilisilta.services.fetching.moving.switching import (
    comparison_of,
    obstacle_to_rest,
    obstacle_to_soap,
)

State = ComparedCompany.State


@dataclass(frozen=True, kw_only=True)
class MovingStanding:
    """How it stands. ``counts`` are of the companies that the reader may see, by state.

    ``open_count`` of them prevent the switch, and ``accepted_count`` were accepted by a person.
    """

    comparison: ApiComparison | None = None
    counts: Mapping[str, int] = field(default_factory=dict)
    open_count: int = 0
    accepted_count: int = 0
    lone_companies: Sequence[Mapping[str, object]] = ()
    obstacle_to_comparing: NeedsAttention | None = None
    obstacle_to_switching: NeedsAttention | None = None

    @property
    def is_under_way(self) -> bool:
        return self.comparison is not None and self.comparison.is_under_way

    @property
    def is_done(self) -> bool:
        return self.comparison is not None and not self.comparison.is_under_way

    @property
    def total(self) -> int:
        return sum(self.counts.values())

    @property
    def waiting_count(self) -> int:
        return self.counts.get(State.WAITING, 0)

    @property
    def done_count(self) -> int:
        return self.total - self.waiting_count

    @property
    def equal_count(self) -> int:
        return self.counts.get(State.EQUAL, 0)

    @property
    def not_equal_count(self) -> int:
        return self.open_count + self.accepted_count

    @property
    def can_be_switched(self) -> bool:
        return self.obstacle_to_switching is None


def moving_standing_of(
    connection: NmbrsConnection, *, now: datetime, user: User | None = None
) -> MovingStanding:
    """Return how it stands, by the companies that ``user`` may see; without one, of all."""
    comparison = comparison_of(connection)
    obstacle = (
        obstacle_to_soap(connection, now=now)
        if connection.is_by_rest
        else obstacle_to_rest(connection, now=now)
    )
    is_limited = user is not None and user.is_limited
    if is_limited and isinstance(obstacle, CannotSwitch):
        # Without the count, which is of all companies.
        obstacle = CannotSwitch(obstacle.facts["reason"])
    standing = {
        "comparison": comparison,
        "obstacle_to_comparing": _obstacle_to_comparing(connection, now=now),
        "obstacle_to_switching": obstacle,
    }
    if comparison is None:
        return MovingStanding(**standing)  # type: ignore[arg-type]  # each by its name
    rows = _rows(comparison, user)
    found = (
        rows.order_by()
        .values("state")
        .annotate(n=Count("pk"), accepted=Count("pk", filter=Q(accepted_at__isnull=False)))
    )
    by_state = {one["state"]: one for one in found}
    not_equal = [by_state[state] for state in ComparedCompany.NOT_EQUAL if state in by_state]
    return MovingStanding(
        **standing,  # type: ignore[arg-type]  # as above
        counts={state: one["n"] for state, one in by_state.items()},
        open_count=sum(one["n"] - one["accepted"] for one in not_equal),
        accepted_count=sum(one["accepted"] for one in not_equal),
        # They have no debtor here: only those who see all may know of them.
        lone_companies=() if is_limited else tuple(comparison.lone_companies),
    )


def not_equal_companies(
    comparison: ApiComparison, *, user: User | None = None
) -> ComparedCompanyQuerySet:
    """Return the companies that are not equal, those to be decided first."""
    rows = _rows(comparison, user).not_equal().select_related("company", "accepted_by")
    return rows.order_by(F("accepted_at").asc(nulls_first=True), "company__number")


def _rows(comparison: ApiComparison, user: User | None) -> ComparedCompanyQuerySet:
    rows = ComparedCompany.objects.filter(comparison=comparison)
    return rows if user is None else rows.visible_to(user)


def _obstacle_to_comparing(connection: NmbrsConnection, *, now: datetime) -> CannotCompare | None:
    try:
        must_be_comparable(connection, now=now)
    except CannotCompare as error:
        return error
    return None
