"""Recognises what Nmbrs lists: which rows it may be, and what they lack of its ids.

A wrong guess would book in a foreign ledger; see ``docs/decisions``, number 9.
"""

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from typing import Any, TypeVar

from django.db.models import Q

from tilisilta.domain.nmbrs_ids import NmbrsId
from tilisilta.domain.payroll import PayrollCompany, PayrollDebtor
from tilisilta.models import Debtor, NmbrsCompany, NmbrsConnection

# Below what a 32-bit column holds, with room for free_number() to count up.
LARGEST_NUMBER = 2_000_000_000

One = TypeVar("One", PayrollDebtor, PayrollCompany)


def rows_to_recognise(connection: NmbrsConnection, listed: Iterable[NmbrsId]) -> Q:
    """Return the condition for rows that may be what a connection lists.

    By environment, not by connection: a second user of it lists the same debtors and companies. A
    GUID is the same in every environment.
    """
    guids = [one.guid for one in listed if one.guid is not None]
    return _of_environment(connection) | Q(nmbrs_guid__in=guids)


def is_of_environment(row: Debtor | NmbrsCompany, connection: NmbrsConnection) -> bool:
    """Return whether numbers of ``row`` count as those that ``connection`` lists."""
    other = row.connection
    if other is None or other.pk == connection.pk:
        return other is not None
    return bool(connection.domain) and other.domain.casefold() == connection.domain.casefold()


def missing_ids(row_id: NmbrsId | None, listed: NmbrsId, *, number: str) -> Mapping[str, Any]:
    """Return the columns that a row still lacks of the id that was listed.

    ``number`` is the name of the column of the integer.
    """
    has_number = row_id is not None and row_id.number is not None
    has_guid = row_id is not None and row_id.guid is not None
    missing: dict[str, Any] = {}
    if not has_number and listed.number is not None:
        missing[number] = listed.number
    if not has_guid and listed.guid is not None:
        missing["nmbrs_guid"] = listed.guid
    return missing


def _of_environment(connection: NmbrsConnection) -> Q:
    same = Q(connection=connection)
    return same | Q(connection__domain__iexact=connection.domain) if connection.domain else same


def is_same_name(one: str, other: str) -> bool:
    return plain_name(one) == plain_name(other)


def plain_name(name: str) -> str:
    """Return a name as it is compared: without case, and with single blanks."""
    return " ".join(name.split()).casefold()


def free_number(rows: Any, number: int) -> int:
    """Return ``number``, or the next above it that no row has."""
    wanted = number if 0 < number <= LARGEST_NUMBER else 1
    while rows.filter(Q(number=wanted)).exists():
        wanted += 1
    return wanted


def once(listed: Sequence[One]) -> Sequence[One]:
    return tuple({one.id: one for one in listed}.values())


def is_left(connection: NmbrsConnection | None, gone_at: datetime | None) -> bool:
    """Return whether no working connection reads it any more.

    Several users of one environment may see the same companies.
    """
    if connection is None or gone_at is not None:
        return True
    return connection.state != NmbrsConnection.State.WORKING
