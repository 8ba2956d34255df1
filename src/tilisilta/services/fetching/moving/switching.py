"""Switches a connection to REST once both APIs give the same, and back until SOAP ends.

Nothing of what was fetched or sent is touched. Each row has the ids of both APIs or is recognised
by its numbers, and what was sent is compared by what it books: see ``docs/decisions``, number 8.
"""

from collections.abc import Collection, Sequence
from datetime import datetime, timedelta
from typing import Any

from django.db import transaction

from tilisilta.domain import end_of_soap
from tilisilta.errors import NeedsAttention
from tilisilta.models import ApiComparison, ComparedCompany, NmbrsConnection, NmbrsGrant, User
from tilisilta.models.encryption import readable
from tilisilta.services import audit
from tilisilta.services.fetching.connection_problems import (
    grant_of,
    is_consented,
    is_unusable,
    today_of,
)
from tilisilta.services.fetching.connections import try_out
from tilisilta.services.fetching.coverage import coverage_of, read_coverage
from tilisilta.services.fetching.moving.errors import CannotSwitch

VALID = timedelta(days=14)
"""A comparison that is older does not show what both APIs give now."""

Api = NmbrsConnection.Api
State = NmbrsConnection.State


def comparison_of(connection: NmbrsConnection) -> ApiComparison | None:
    """Return the newest comparison of a connection; ``None`` where none was ever asked for."""
    return ApiComparison.objects.filter(connection=connection).select_related("asked_by").first()


def accept_differences(
    connection: NmbrsConnection,
    numbers: Collection[int],
    *,
    reason: str,
    user: User | None,
    now: datetime,
) -> Sequence[ComparedCompany]:
    """Accept that companies are not equal, and return those of ``numbers`` that were open.

    ``numbers`` are those of our companies that ``user`` may see.
    """
    reason = reason.strip()[:200]
    if not reason:
        raise CannotSwitch("no_reason")
    open_ones = ComparedCompany.objects.open().filter(
        comparison__connection=connection, company__number__in=numbers
    )
    if user is not None:
        open_ones = open_ones.visible_to(user)
    with transaction.atomic():
        accepted = list(open_ones.select_for_update(of=("self",)).select_related("company"))
        for one in accepted:
            one.accepted_at, one.accepted_by, one.accept_reason = now, user, reason
            one.save(update_fields=["accepted_at", "accepted_by", "accept_reason"])
            audit.record(
                audit.Action.DIFFERENCE_ACCEPTED,
                user=user,
                company=one.company,
                about=connection,
                name=str(one.company),
                reason=reason,
            )
    return accepted


def obstacle_to_rest(connection: NmbrsConnection, *, now: datetime) -> NeedsAttention | None:
    """Return why a connection cannot be switched to REST; ``None`` if it can be.

    Once SOAP has ended, nothing can be compared any more, and the consent alone decides.
    """
    grant = grant_of(connection)
    rules = (
        (connection.state == State.REMOVED, "removed"),
        (connection.is_by_rest, "by_rest"),
        (not is_consented(connection), "no_consent"),
        (grant is not None and is_unusable(grant, now=now), "consent"),
    )
    reason = next((reason for holds, reason in rules if holds), None)
    if reason is not None:
        return CannotSwitch(reason)
    if grant is None or end_of_soap.has_ended(today_of(now)):
        return None
    return _obstacle_of_comparison(connection, grant, now=now)


def switch_to_rest(
    connection: NmbrsConnection, *, user: User | None, now: datetime
) -> NmbrsConnection:
    """Fetch by REST from now on. One that fetches by it already stays as it is.

    Raises ``CannotSwitch``, or what the client raises: the consent is tried out first.
    """
    if connection.is_by_rest:
        return connection
    _must_have_no_obstacle(connection, now=now)
    grant = connection.grant
    # Before the transaction: no row stays locked while Nmbrs answers.
    read_coverage(grant, now=now)
    _must_cover_what_was_equal(grant)
    covered = sum(bool(one["is_covered"]) for one in grant.debtors)
    with transaction.atomic():
        locked = NmbrsConnection.objects.select_for_update(of=("self",)).get(pk=connection.pk)
        if not locked.is_by_rest:
            # Again: a comparison may have been begun meanwhile, or a company have come.
            _must_have_no_obstacle(locked, now=now)
        _switch(locked, Api.REST, user=user, tested_at=now, debtor_count=covered)
    connection.refresh_from_db()
    return connection


def switch_to_soap(
    connection: NmbrsConnection, *, user: User | None, now: datetime
) -> NmbrsConnection:
    """Fetch by SOAP again, as long as Nmbrs answers it. One that does so stays as it is.

    Raises ``CannotSwitch``, or what the client raises: user and token are tried out first.
    """
    if not connection.is_by_rest:
        return connection
    obstacle = obstacle_to_soap(connection, now=now)
    if obstacle is not None:
        raise obstacle
    reached = try_out(
        connection.user_name,
        readable(connection.token),
        domain=connection.domain,
        site=connection.site,
    )
    with transaction.atomic():
        locked = NmbrsConnection.objects.select_for_update(of=("self",)).get(pk=connection.pk)
        _switch(
            locked,
            Api.SOAP,
            user=user,
            tested_at=now,
            debtor_count=reached.debtor_count,
            company_count=reached.company_count,
            forbidden_calls=list(reached.forbidden_calls),
        )
    connection.refresh_from_db()
    return connection


def obstacle_to_soap(connection: NmbrsConnection, *, now: datetime) -> CannotSwitch | None:
    """Return why a connection by REST cannot be switched back; ``None`` if it can be."""
    if connection.state == State.REMOVED:
        return CannotSwitch("removed")
    if end_of_soap.has_ended(today_of(now)):
        return CannotSwitch("soap_ended")
    return None if connection.token else CannotSwitch("no_token")


def _must_have_no_obstacle(connection: NmbrsConnection, *, now: datetime) -> None:
    obstacle = obstacle_to_rest(connection, now=now)
    if obstacle is not None:
        raise obstacle


def _obstacle_of_comparison(
    connection: NmbrsConnection, grant: NmbrsGrant, *, now: datetime
) -> CannotSwitch | None:
    comparison = comparison_of(connection)
    if comparison is None:
        return CannotSwitch("never")
    if comparison.finished_at is None:
        return CannotSwitch("under_way")
    open_count = comparison.companies.open().count()
    if open_count:
        return CannotSwitch("open", count=open_count)
    listed = connection.companies.filter(gone_at__isnull=True)
    new = listed.exclude(company__compared__comparison=comparison).count()
    if new:
        return CannotSwitch("new", count=new)
    began = comparison.listed_at or comparison.asked_at
    if began < grant.consented_at:
        return CannotSwitch("consent_newer")
    return CannotSwitch("old") if now - comparison.finished_at > VALID else None


def _must_cover_what_was_equal(grant: NmbrsGrant) -> None:
    """Raise ``CannotSwitch`` if debtors have left the consent since their companies were equal."""
    debtors = [one.debtor for one in coverage_of(grant).uncovered if one.debtor is not None]
    lost = ComparedCompany.objects.filter(
        comparison__connection=grant.connection,
        state=ComparedCompany.State.EQUAL,
        company__debtor__in=debtors,
    ).count()
    if lost:
        raise CannotSwitch("uncovered", count=lost)


def _switch(
    connection: NmbrsConnection, api: NmbrsConnection.Api, *, user: User | None, **columns: Any
) -> None:
    """Set the API of a locked connection; nothing if another click has done so meanwhile."""
    before = Api(connection.api)
    if before == api:
        return
    if connection.state == State.REMOVED:
        raise CannotSwitch("removed")
    # Only these columns: fetching stores others in the same row meanwhile.
    changes = {"state": State.WORKING, "forbidden_calls": [], "silent_count": 0, **columns}
    NmbrsConnection.objects.filter(pk=connection.pk).update(api=api, trouble=(), **changes)
    audit.record(
        audit.Action.API_SWITCHED,
        user=user,
        about=connection,
        name=connection.name,
        before=before.label,
        after=api.label,
    )
