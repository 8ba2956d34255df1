"""What is read of a company in one turn, so that an unchanged night costs few calls.

By SOAP a journal is one call: those of this month and the last are read in every turn. By REST it
is three, and no limit is published: there the turns alternate between the lists and one journal.
"""

from collections.abc import Iterable, Iterator, Sequence
from datetime import date
from typing import NamedTuple, TypeVar

from tilisilta.domain.payroll import ReadingCost
from tilisilta.models import NmbrsConnection

YEARS_BEFORE = 1
"""How many years before this one are listed: earlier ones hardly change."""

Read = TypeVar("Read")


class Years(NamedTuple):
    """The years whose runs are listed in a turn: ``now``, and ``later`` in the turn of the lists.

    Which journals to fetch follows from the runs, so that ``now`` comes before everything else.
    """

    now: Sequence[int]
    later: Sequence[int] = ()


def years_of_turn(
    connection: NmbrsConnection, today: date, *, listed_from: int | None, cost: ReadingCost
) -> Years:
    """Return which years to list: the latest, and any that were never listed before."""
    years = years_to_list(connection, today, listed_from=listed_from)
    if listed_from is None or not cost.is_dear:
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


class Turn(NamedTuple):
    """What a turn reads beside the runs of this year."""

    has_lists: bool
    has_journal: bool


def turn_of(today: date, cost: ReadingCost, *, is_all: bool) -> Turn:
    """Return what is read today; where a journal is dear, lists and a journal every other day."""
    if is_all or not cost.is_dear:
        return Turn(has_lists=True, has_journal=True)
    is_even = today.toordinal() % 2 == 0
    return Turn(has_lists=is_even, has_journal=not is_even)


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
