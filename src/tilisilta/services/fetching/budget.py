"""What is read of a company in one turn, so that an unchanged night costs few calls.

The runs of this year are listed in every turn, as most changes show there. By SOAP a journal is one
call: the two of this month and the last that were read longest ago are read too, and one of the
other lists or one more journal. By REST a journal is three: there the turns alternate between the
lists and one journal.
"""

from collections.abc import Iterable, Iterator, Sequence
from datetime import date
from typing import NamedTuple, TypeVar

from tilisilta.models import NmbrsConnection

YEARS_BEFORE = 1
"""How many years before this one are listed: earlier ones hardly change."""
RECENT_AT_ONCE = 2
"""So many recent journals are read again in each turn where a journal is one call."""

Read = TypeVar("Read")


class Years(NamedTuple):
    """The years whose runs are listed in a turn: ``now``, and ``later`` in the turn of the lists.

    Which journals to fetch follows from the runs, so that ``now`` comes before everything else.
    """

    now: Sequence[int]
    later: Sequence[int] = ()


def years_of_turn(connection: NmbrsConnection, today: date, *, listed_from: int | None) -> Years:
    """Return which years to list: the latest, and any that were never listed before."""
    years = years_to_list(connection, today, listed_from=listed_from)
    if listed_from is None:
        return Years(now=years)
    now = [year for year in years if year == today.year or year < listed_from]
    return Years(now=now, later=[year for year in years if year not in now])


def years_to_list(
    connection: NmbrsConnection, today: date, *, listed_from: int | None
) -> Sequence[int]:
    """Return the years whose runs are to be listed: the latest, and any never listed before.

    ``listed_from`` is the year from which on all were listed once; ``None`` lists all chosen years.
    The next year belongs to them in every month: its first run may be made long before.
    """
    chosen = range(connection.first_year, today.year + 2)
    if listed_from is None:
        return chosen
    earliest = today.year - YEARS_BEFORE
    return [year for year in chosen if year >= earliest or year < listed_from]


def has_lists_today(today: date) -> bool:
    """Return whether today's turn reads lists, where those and a journal have theirs in turn."""
    return today.toordinal() % 2 == 0


def turned(reads: Sequence[Read], today: date) -> Sequence[Read]:
    """Return ``reads`` in an order in which each comes first on one of as many days in a row."""
    first = today.toordinal() % len(reads)
    return [*reads[first:], *reads[:first]]


def affordable(reads: Iterable[tuple[int, Read]], *, spare: int | None) -> Iterator[Read]:
    """Yield of ``reads``, each with its calls, those for which ``spare`` calls are enough.

    ``None`` is enough for all.
    """
    for calls, read in reads:
        if spare is not None:
            if calls > spare:
                continue
            spare -= calls
        yield read
