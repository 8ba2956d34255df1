"""Debtors to tick, with a search among all of them: what a user sees, what a webhook tells of."""

from collections.abc import Collection
from dataclasses import dataclass

from django.db.models import Q, QuerySet
from django.http import QueryDict

from tilisilta.models import Debtor

SEES_ALL, SEES_CHOSEN = "all", "chosen"
MOST_LISTED = 50


@dataclass(frozen=True, kw_only=True)
class ListedDebtors:
    """The debtors to tick: those that are chosen, and the first of the others that fit."""

    chosen: tuple[Debtor, ...]
    others: tuple[Debtor, ...]
    has_more: bool


def ticked_debtors(posted: QueryDict) -> frozenset[int]:
    """Return the debtors that are ticked in a form, as far as their ids can be read."""
    texts = posted.getlist("debtors")
    return frozenset(int(text) for text in texts if text.isdecimal() and len(text) < 10)


def listed_debtors(
    debtors: QuerySet[Debtor], chosen: Collection[int], search: str
) -> ListedDebtors:
    """Return the debtors with a tick, and of the others those that ``search`` finds."""
    others = debtors.exclude(pk__in=chosen)
    for word in search.split():
        others = others.filter(Q(name__icontains=word) | Q(number__startswith=word))
    first = list(others.order_by("number")[: MOST_LISTED + 1])
    return ListedDebtors(
        chosen=tuple(debtors.filter(pk__in=chosen).order_by("number")),
        others=tuple(first[:MOST_LISTED]),
        has_more=len(first) > MOST_LISTED,
    )
