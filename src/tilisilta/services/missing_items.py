"""The items that a link's cost centers and units lack in Procountor: listed, and created."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime, timedelta

from tilisilta.domain.administrations import Dimension
from tilisilta.domain.cost_objects import ItemComparison
from tilisilta.domain.dimensions import DimensionKind, find_dimensions
from tilisilta.models import Link, User
from tilisilta.services.cost_objects import codes_for_items, compare_with_dimension
from tilisilta.services.journals.importing import recheck_company
from tilisilta.services.procountor.administrations import read_administration
from tilisilta.services.procountor.item_creation import MadeItems, WantedItem, make_items


@dataclass(frozen=True, kw_only=True)
class MissingItems:
    """The dimension that a link has for one kind, and what is missing in it."""

    dimension: Dimension
    comparison: ItemComparison


def find_missing_items(link: Link, kind: DimensionKind, *, now: datetime) -> MissingItems | None:
    """Return what is missing at this moment; Procountor is read again.

    ``None`` when the link does not use ``kind``, its dimension does not exist, or Nmbrs lists no
    codes. Raises what the client raises.
    """
    name = link.dimension_name(kind)
    administration = read_administration(link.procountor_account, now=now, age_limit=timedelta(0))
    dimensions = find_dimensions(name, administration.dimensions) if name else ()
    if len(dimensions) != 1:
        return None
    comparison = compare_with_dimension(link.company, kind, dimensions[0])
    return MissingItems(dimension=dimensions[0], comparison=comparison) if comparison else None


def create_missing_items(
    link: Link,
    kind: DimensionKind,
    *,
    user: User | None,
    codes: Collection[str],
    now: datetime,
    until: float,
) -> MadeItems:
    """Create the items of those ``codes`` that Nmbrs still lists and Procountor still lacks.

    Safe to repeat, and for several users at once: each item is created once. What is left when the
    time is up, or after an error, is for the next call. The company's journals are checked again.
    """
    name = link.dimension_name(kind)
    wanted = [
        WantedItem(kind=kind, dimension_name=name, code=code)
        for code in codes_for_items(link.company, kind)
        if code in codes
    ]
    made = make_items(link, wanted, user=user, now=now, until=until)
    recheck_company(link.company)
    return made
