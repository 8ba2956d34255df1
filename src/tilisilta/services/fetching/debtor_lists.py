"""Stores debtors as Nmbrs lists them: new, renamed, gone, and back."""

from collections import Counter
from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import Any

from django.db import transaction

from tilisilta.domain.nmbrs_ids import Known, Listed, plain_number, recognise
from tilisilta.domain.payroll import PayrollDebtor
from tilisilta.models import Debtor, NmbrsConnection
from tilisilta.services import audit
from tilisilta.services.audit_changes import changes_of
from tilisilta.services.fetching.recognising import (
    free_number,
    is_left,
    is_of_environment,
    is_same_name,
    missing_ids,
    once,
    rows_to_recognise,
)


def keep_debtors(
    connection: NmbrsConnection, listed: Sequence[PayrollDebtor], *, now: datetime
) -> Sequence[PayrollDebtor]:
    """Store all listed debtors but those in doubt, which are returned."""
    listed = once(listed)
    rows = Debtor.objects.filter(rows_to_recognise(connection, (one.id for one in listed)))
    known = {debtor.pk: debtor for debtor in rows.select_related("connection")}
    found = recognise(
        [Listed(id=one.id, marks=_marks_of_debtor(one.number)) for one in listed],
        [
            Known(
                key=debtor.pk,
                id=debtor.id_in_nmbrs,
                marks=_marks_of_debtor(debtor.nmbrs_number)
                if is_of_environment(debtor, connection)
                else (),
                is_gone=debtor.gone_at is not None,
            )
            for debtor in known.values()
        ],
    )
    # A number that Nmbrs lists twice recognises nothing: see is_only.
    numbers = Counter(one.number for one in listed)
    for at, key in found.same.items():
        _renew_debtor(connection, known[key], listed[at])
    for at in found.new:
        _add_debtor(connection, listed[at], is_only=numbers[listed[at].number] == 1)
    for key in known.keys() - set(found.same.values()) - found.doubted:
        if known[key].connection_id == connection.pk:
            _mark_gone(known[key], now)
    return [listed[at] for at in found.doubts]


def _marks_of_debtor(number: str) -> tuple[str | None, ...]:
    """Return the number as it is, and as a number: 007 is 7 unless both are there."""
    return number.strip() or None, plain_number(number) or None


def _add_debtor(connection: NmbrsConnection, one: PayrollDebtor, *, is_only: bool) -> None:
    """Add a debtor; one that was added by hand with this number and name is the same.

    One of the name of a blocked debtor is blocked too: it may be that one, with another number or
    made anew, and its companies must not be sent meanwhile.
    """
    # Numbers in Nmbrs are texts; up to nine digits surely fit the column.
    number = int(one.number) if one.number.isdecimal() and len(one.number) < 10 else 0
    here = Debtor.objects.filter(number=number, connection__isnull=True).first()
    origin = {
        "connection": connection,
        "nmbrs_debtor_id": one.id.number,
        "nmbrs_guid": one.id.guid,
        "nmbrs_number": one.number[:40],
    }
    with transaction.atomic():
        if here is not None and is_only and is_same_name(here.name, one.name):
            Debtor.objects.filter(pk=here.pk).update(**origin)
            return
        is_free = is_only and number > 0 and not Debtor.objects.filter(number=number).exists()
        debtor = Debtor.objects.create(
            number=number if is_free else free_number(Debtor.objects.all(), one.id.as_number()),
            name=one.name,
            is_blocked=any(is_same_name(name, one.name) for name in _names_of_blocked()),
            **origin,
        )
        facts: dict[str, Any] = {"name": str(debtor), "debtor": str(debtor.number)}
        audit.record(audit.Action.DEBTOR_ADDED, user=None, about=debtor, **facts)
        if debtor.is_blocked:
            audit.record(
                audit.Action.DEBTOR_BLOCKED,
                user=None,
                about=debtor,
                changes=changes_of({"is_blocked": False}, {"is_blocked": True}),
                **facts,
            )


def _names_of_blocked() -> Iterable[str]:
    return Debtor.objects.filter(is_blocked=True).values_list("name", flat=True)


def _renew_debtor(connection: NmbrsConnection, debtor: Debtor, one: PayrollDebtor) -> None:
    changes: dict[str, Any] = {
        **missing_ids(debtor.id_in_nmbrs, one.id, number="nmbrs_debtor_id"),
    }
    if debtor.name != one.name:
        changes["name"] = one.name
    if debtor.nmbrs_number != one.number[:40]:
        changes["nmbrs_number"] = one.number[:40]
    if debtor.connection_id != connection.pk and is_left(debtor.connection, debtor.gone_at):
        changes["connection"] = connection
    if debtor.gone_at is not None:
        changes["gone_at"] = None
        audit.record(audit.Action.DEBTOR_BACK, user=None, about=debtor, name=str(debtor))
    if not changes:
        return
    Debtor.objects.filter(pk=debtor.pk).update(**changes)
    if "name" in changes:
        audit.record(
            audit.Action.DEBTOR_CHANGED,
            user=None,
            about=debtor,
            changes=changes_of({"name": debtor.name}, {"name": one.name}),
            name=f"{debtor.number} {one.name}",
            fields="name",
        )


def _mark_gone(debtor: Debtor, now: datetime) -> None:
    if debtor.gone_at is None:
        Debtor.objects.filter(pk=debtor.pk).update(gone_at=now)
        audit.record(audit.Action.DEBTOR_GONE, user=None, about=debtor, name=str(debtor))
