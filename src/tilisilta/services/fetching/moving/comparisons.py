"""Comparisons of both APIs: ask for one, and how it ends."""

from collections.abc import Mapping
from datetime import datetime

from django.db import transaction
from django.db.models import Q, QuerySet
from django.utils import timezone

from tilisilta.domain import end_of_soap
from tilisilta.domain.both_ways import Way
from tilisilta.domain.problems import Problem
from tilisilta.models import ApiComparison, ComparedCompany, NmbrsConnection, User
from tilisilta.services import audit
from tilisilta.services.fetching.connection_problems import (
    grant_of,
    is_consented,
    is_unusable,
    today_of,
)
from tilisilta.services.fetching.moving.errors import CannotCompare
from tilisilta.services.fetching.problems import problem_of

State = ComparedCompany.State
_DONE_WELL = (State.EQUAL, State.ONLY_REST, State.GONE)


def must_be_comparable(connection: NmbrsConnection, *, now: datetime) -> None:
    """Raise ``CannotCompare`` unless a connection can be read by both APIs."""
    grant = grant_of(connection)
    today = today_of(now)
    rules = (
        (connection.state == NmbrsConnection.State.REMOVED, "removed"),
        (connection.is_by_rest, "by_rest"),
        (end_of_soap.has_ended(today), "soap_ended"),
        (grant is None or not is_consented(connection), "no_consent"),
        (grant is not None and is_unusable(grant, now=now), "consent"),
        (connection.state == NmbrsConnection.State.REFUSED, "soap_refused"),
        (not connection.companies.filter(gone_at__isnull=True).exists(), "nothing"),
    )
    reason = next((reason for holds, reason in rules if holds), None)
    if reason is not None:
        raise CannotCompare(reason)


def ask_for_comparison(
    connection: NmbrsConnection, *, user: User | None, now: datetime, is_of_all: bool = True
) -> ApiComparison:
    """Commit that both APIs are to be compared; a worker picks it up.

    One that is under way is hastened and returned. Unless ``is_of_all``, companies that were equal
    the last time are not read again. Raises ``CannotCompare``.
    """
    must_be_comparable(connection, now=now)
    made, is_new = ApiComparison.objects.get_or_create(
        connection=connection,
        defaults={"asked_at": now, "asked_by": user, "due_at": now, "is_of_all": True},
    )
    if is_new:
        return made
    # One statement decides: of two clicks only the first begins anew.
    began = ApiComparison.objects.filter(pk=made.pk, finished_at__isnull=False).update(
        asked_at=now,
        asked_by=user,
        is_of_all=is_of_all,
        due_at=now,
        tries=0,
        claimed_by=None,
        listed_at=None,
        finished_at=None,
        silent_count=0,
        trouble=(),
        trouble_way="",
    )
    if not began:
        # A person who asks again expects Nmbrs to answer by now.
        ApiComparison.objects.filter(pk=made.pk, due_at__gt=now).update(due_at=now)
        made.companies.filter(state=State.WAITING, due_at__gt=now).update(due_at=now)
    made.refresh_from_db()
    return made


def end_what_cannot_go_on(*, now: datetime) -> None:
    """End comparisons whose connection is removed, refused or switched, or that are done."""
    for one in ApiComparison.objects.filter(finished_at__isnull=True).select_related("connection"):
        try:
            must_be_comparable(one.connection, now=now)
        except CannotCompare as error:
            end_early(one, problem_of(error), now=now)
        else:
            finish_if_done(one.pk, now=now)


def finish_if_done(comparison_id: int, *, now: datetime) -> None:
    """End a comparison whose companies have all had their turn."""
    mine = ApiComparison.objects.filter(
        pk=comparison_id, listed_at__isnull=False, finished_at__isnull=True
    )
    if (
        not mine.exists()
        or ComparedCompany.objects.filter(comparison=comparison_id, state=State.WAITING).exists()
    ):
        return
    with transaction.atomic():
        if mine.update(finished_at=later(now), claimed_by=None):
            _record_end(ApiComparison.objects.select_related("connection").get(pk=comparison_id))


def end_early(
    comparison: ApiComparison, problem: Problem, *, now: datetime, way: Way | None = None
) -> None:
    """End a comparison that cannot go on; what was not compared is not read, for that reason."""
    with transaction.atomic():
        ended = ApiComparison.objects.filter(pk=comparison.pk, finished_at__isnull=True).update(
            finished_at=later(now), claimed_by=None, trouble=(problem,), trouble_way=way or ""
        )
        if not ended:
            return
        comparison.companies.filter(state=State.WAITING).update(
            state=State.UNREAD,
            runs=(),
            trouble=(problem,),
            trouble_way=way or "",
            claimed_by=None,
            compared_at=later(now),
            accepted_at=None,
            accepted_by=None,
            accept_reason="",
        )
        _record_end(comparison)


def later(now: datetime) -> datetime:
    """Return the real time if it is later: ``now`` is when something was claimed."""
    return max(now, timezone.now())


def _record_end(comparison: ApiComparison) -> None:
    counts = _counts(comparison.companies.all())
    audit.record(
        audit.Action.APIS_COMPARED,
        user=comparison.asked_by,
        about=comparison.connection,
        name=comparison.connection.name,
        equal=str(counts["equal"]),
        other=str(counts["other"]),
    )


def _counts(rows: QuerySet[ComparedCompany]) -> Mapping[str, int]:
    well = Q(state__in=_DONE_WELL)
    return {"equal": rows.filter(well).count(), "other": rows.exclude(well).count()}
