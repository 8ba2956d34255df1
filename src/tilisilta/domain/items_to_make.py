"""Dimension items that do not exist yet: which can be made, and what stands in for them (R6)."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from enum import StrEnum

from tilisilta.domain.administrations import Dimension
from tilisilta.domain.problems import Problem, ProblemCode, Screen, Severity, facts
from tilisilta.domain.texts import is_writable

MOST_NAMED_ITEMS = 10
# Procountor's documentation names no limit, so this is the one for names of receipts. Procountor
# refuses what is still too long, and nothing is booked then.
MOST_ITEM_CODE_CHARACTERS = 80


class DimensionKind(StrEnum):
    """The two tags of a journal line; each may go to one dimension of Procountor."""

    COST_CENTER = "cost_center"
    COST_UNIT = "cost_unit"


class CodeObstacle(StrEnum):
    """Why a cost center or unit can have no item of its code."""

    UNWRITABLE = "unwritable"
    TOO_LONG = "too-long"


@dataclass(frozen=True, kw_only=True)
class ItemToMake:
    """A dimension item that does not exist yet and is made with the sending (R6, R11).

    Until Procountor gives it an id, ``stand_in`` holds its place in the receipts. It is a number
    below zero, which no item ever has: a receipt that still holds one cannot be booked by mistake.
    """

    kind: DimensionKind
    dimension_id: int
    dimension_name: str
    code: str
    stand_in: int


def each_once(items: Iterable[ItemToMake]) -> tuple[ItemToMake, ...]:
    by_code = {(item.dimension_id, item.code): item for item in items}
    return tuple(by_code[key] for key in sorted(by_code))


def code_obstacle(code: str) -> CodeObstacle | None:
    """Return why Procountor could not store ``code`` as it is; ``None`` if it could."""
    if not is_writable(code):
        return CodeObstacle.UNWRITABLE
    return CodeObstacle.TOO_LONG if len(code) > MOST_ITEM_CODE_CHARACTERS else None


def items_to_make(
    problems: Mapping[tuple[DimensionKind, str], Problem],
    chosen: Mapping[DimensionKind, Dimension],
) -> dict[tuple[DimensionKind, str], ItemToMake]:
    """Return the missing items that can be made: their codes raise no question.

    They are numbered in the order of their codes, so that the same journal makes the same receipts.
    """
    keys = sorted(key for key, problem in problems.items() if can_be_made(problem))
    return {
        (kind, code): ItemToMake(
            kind=kind,
            dimension_id=chosen[kind].dimension_id,
            dimension_name=chosen[kind].name,
            code=code,
            stand_in=-number,
        )
        for number, (kind, code) in enumerate(keys, 1)
    }


def can_be_made(problem: Problem) -> bool:
    """Return whether ``problem`` is a missing item that may be made as it is."""
    return (
        problem.code == ProblemCode.DIMENSION_ITEM_UNKNOWN
        and not problem.fact("questionable")
        and code_obstacle(problem.fact("item")) is None
    )


def notices_of_items(items: Iterable[ItemToMake]) -> list[Problem]:
    """Return per dimension how many items the sending makes, and the first of them."""
    by_kind: dict[DimensionKind, list[ItemToMake]] = {}
    for item in items:
        by_kind.setdefault(item.kind, []).append(item)
    return [
        Problem(
            code=ProblemCode.ITEMS_TO_BE_MADE,
            severity=Severity.WARNING,
            screen=Screen.LINK,
            facts=facts(
                name=these[0].dimension_name,
                kind=kind,
                count=len(these),
                items=", ".join(item.code for item in these[:MOST_NAMED_ITEMS]),
                more=len(these) - MOST_NAMED_ITEMS if len(these) > MOST_NAMED_ITEMS else "",
            ),
        )
        for kind, these in by_kind.items()
    ]
