"""Ending many links at once: those that can end, each for itself, so that it can be done again."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from tilisilta.domain.standing import EXPORTS_GOING_BACK, EXPORTS_UNDER_WAY
from tilisilta.errors import TilisiltaError
from tilisilta.models import Export, Link, User
from tilisilta.services.at_once import each_at_once
from tilisilta.services.link_waiting import only_waiting
from tilisilta.services.links import end_link


@dataclass(frozen=True, kw_only=True)
class EndedLinks:
    """The links that ended, and those that did not, each with why."""

    ended: tuple[Link, ...]
    failed: tuple[tuple[Link, TilisiltaError], ...]


def busy_among(links: Sequence[Link]) -> frozenset[int]:
    """Return the ids of those of the links that cannot end now: receipts are on their way."""
    under_way = Export.objects.filter(
        link__in=links, state__in=EXPORTS_UNDER_WAY | EXPORTS_GOING_BACK
    )
    return frozenset(under_way.exclude(only_waiting()).values_list("link_id", flat=True))


def end_links(
    links: Sequence[Link], *, ends_on: date, reason: str, user: User | None
) -> EndedLinks:
    """End all of the links from ``ends_on`` on; one that cannot end stops no other.

    Not in one transaction, which would hold so many links against sending until all are checked
    again. Stopped in the middle, it is done again for those that are left.
    """

    def end(link: Link) -> TilisiltaError | None:
        try:
            end_link(link, ends_on=ends_on, reason=reason, user=user)
        except TilisiltaError as error:
            return error
        return None

    outcomes = tuple(zip(links, each_at_once(end, links), strict=True))
    return EndedLinks(
        ended=tuple(link for link, error in outcomes if error is None),
        failed=tuple((link, error) for link, error in outcomes if error is not None),
    )
