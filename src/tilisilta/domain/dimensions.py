"""Which dimension items each line carries (R6)."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from functools import partial

from tilisilta.domain.account_patterns import matches_pattern
from tilisilta.domain.administrations import Dimension, DimensionItem
from tilisilta.domain.items_to_make import (
    DimensionKind,
    ItemToMake,
    items_to_make,
    notices_of_items,
)
from tilisilta.domain.journals import JournalLine
from tilisilta.domain.likeness import LikeCodes
from tilisilta.domain.links import LinkRules
from tilisilta.domain.problems import Problem, ProblemCode, Screen, Severity, facts
from tilisilta.domain.questionable import Question, question_about
from tilisilta.domain.receipts import DimensionValue
from tilisilta.domain.tallies import Finding, LineTally, merged
from tilisilta.domain.texts import clean_text

__all__ = [
    "MOST_NEAR",
    "DimensionKind",
    "DimensionPlacing",
    "ItemIndex",
    "ItemMatch",
    "find_dimensions",
    "place_dimensions",
]

MOST_NEAR = 3


# Ledger account, cost center and cost unit. Even a journal of 100,000 lines has few combinations
# of them, so each is placed once instead of line by line.
_Tagging = tuple[str, str, str]
_Tag = tuple[str, DimensionKind, str]


@dataclass(frozen=True, kw_only=True)
class ItemMatch:
    """The result of a search for a cost center or unit: one item, or several candidates."""

    candidates: tuple[DimensionItem, ...]

    @property
    def item(self) -> DimensionItem | None:
        return self.candidates[0] if len(self.candidates) == 1 else None


@dataclass(frozen=True, kw_only=True)
class DimensionPlacing:
    """The dimension items of the lines, and what is wrong with them.

    ``items`` maps ledger account, cost center and cost unit of the journal to pairs of dimension
    id and item id. What could not or must not be placed is left out, so that the receipt can be
    drawn without it.
    """

    items: Mapping[_Tagging, tuple[tuple[int, int], ...]]
    problems: tuple[Problem, ...]
    items_to_make: tuple[ItemToMake, ...] = ()

    def values_of(self, line: JournalLine) -> tuple[DimensionValue, ...]:
        """Return the dimension values of ``line``; each carries its whole amount."""
        return tuple(
            DimensionValue(dimension_id=dimension_id, item_id=item_id, value=line.amount)
            for dimension_id, item_id in self.items[_tagging(line)]
        )


def place_dimensions(
    lines: Sequence[JournalLine],
    rules: LinkRules,
    dimensions: Iterable[Dimension],
    *,
    account_codes: Mapping[str, str],
) -> DimensionPlacing:
    """Find the dimension items of every line. ``account_codes`` are Procountor's accounts."""
    offered = tuple(dimensions)
    names = {
        DimensionKind.COST_CENTER: rules.cost_center_dimension,
        DimensionKind.COST_UNIT: rules.cost_unit_dimension,
    }
    chosen, problems = _choose_dimensions(names, offered)
    taggings: LineTally[_Tagging] = LineTally()
    for line in lines:
        taggings.add(_tagging(line), line.position)
    used = _tags_of(taggings)
    placed, unplaced = _split_by_rules(used, rules, names, account_codes)
    indexes = {kind: ItemIndex(dimension) for kind, dimension in chosen.items()}
    items, wrong = _find_items(placed, chosen, indexes)
    problems_by_item = _item_problems(wrong, chosen, indexes, lines)
    to_make = items_to_make(problems_by_item, chosen) if rules.creates_missing_items else {}
    problems += [problem for key, problem in problems_by_item.items() if key not in to_make]
    problems += notices_of_items(to_make.values())
    for finding in placed:
        _, kind, text = finding.key
        if (kind, text) in to_make:
            item = to_make[kind, text]
            items[finding.key] = (item.dimension_id, item.stand_in)
    items_of = {
        tagging.key: tuple(items[tag] for tag in _tags(tagging.key) if tag in items)
        for tagging in taggings
    }
    return DimensionPlacing(
        items=items_of,
        problems=(*problems, *unplaced),
        items_to_make=tuple(to_make.values()),
    )


def find_dimensions(name: str, dimensions: Iterable[Dimension]) -> tuple[Dimension, ...]:
    """Return the dimensions called ``name``: exactly, or else regardless of case and blanks."""
    offered = tuple(dimensions)
    exact = tuple(dimension for dimension in offered if dimension.name == name)
    alike = (dimension for dimension in offered if _key(dimension.name) == _key(name))
    return exact or tuple(alike)


def check_named_dimensions(
    names: Mapping[DimensionKind, str | None], dimensions: Iterable[Dimension]
) -> tuple[Problem, ...]:
    """Return what is wrong with the dimensions that a link names; ``None`` is a box not ticked."""
    return tuple(_choose_dimensions(names, tuple(dimensions))[1])


LineTallies = dict[tuple[DimensionKind, str], Finding[str]]


class ItemIndex:
    """The items of one dimension by code and by description, in order of trust."""

    def __init__(self, dimension: Dimension) -> None:
        self.items = dimension.items
        self._by: tuple[dict[str, list[DimensionItem]], ...] = ({}, {}, {}, {})
        for item in dimension.items:
            names = (item.code, _key(item.code), item.description, _key(item.description))
            for index, name in zip(self._by, names, strict=True):
                if name:
                    index.setdefault(name, []).append(item)

    def find(self, text: str) -> ItemMatch:
        """Return the match of the first way that finds any; active items go before passive."""
        # Codes come first: the description of one item may equal the code of another.
        for index, name in zip(self._by, (text, _key(text)) * 2, strict=True):
            items = index.get(name, ())
            active = tuple(item for item in items if item.is_active)
            if items:
                return ItemMatch(candidates=active or tuple(items))
        return ItemMatch(candidates=())

    def described(self, description: str) -> tuple[DimensionItem, ...]:
        items = self._by[-1].get(_key(description), ())
        return tuple(sorted(items, key=lambda item: not item.is_active))

    def near(self, text: str) -> tuple[DimensionItem, ...]:
        """Return active items that ``text`` may have meant.

        Their code begins with its first two characters, or ``text`` begins with their code.
        """
        wanted = _key(text)
        alike = [
            item
            for item in self.items
            if item.is_active
            and item.code
            and (_key(item.code).startswith(wanted[:2]) or wanted.startswith(_key(item.code)))
        ]
        return tuple(sorted(alike, key=lambda item: item.code)[:MOST_NEAR])


def _tagging(line: JournalLine) -> _Tagging:
    return line.ledger_account, line.cost_center, line.cost_unit


def _tags(tagging: _Tagging) -> Iterable[_Tag]:
    """Return the cost center and the cost unit, where there is one, without outer blanks."""
    account, cost_center, cost_unit = tagging
    if text := cost_center.strip():
        yield account, DimensionKind.COST_CENTER, text
    if text := cost_unit.strip():
        yield account, DimensionKind.COST_UNIT, text


def _key(name: str) -> str:
    return name.strip().casefold()


def _tags_of(taggings: LineTally[_Tagging]) -> LineTally[_Tag]:
    used: LineTally[_Tag] = LineTally()
    for tagging in taggings:
        for tag in _tags(tagging.key):
            used.add(tag, *tagging.named, lines=tagging.lines)
    return used


def _find_items(
    placed: Iterable[Finding[_Tag]],
    chosen: Mapping[DimensionKind, Dimension],
    indexes: Mapping[DimensionKind, ItemIndex],
) -> tuple[dict[_Tag, tuple[int, int]], LineTallies]:
    """Return the items of the tags that can be booked on, and the tags that cannot."""
    items: dict[_Tag, tuple[int, int]] = {}
    wrong: LineTallies = {}
    for finding in placed:
        _, kind, text = finding.key
        if kind in indexes:
            match = indexes[kind].find(text)
            if match.item and match.item.is_active:
                items[finding.key] = (chosen[kind].dimension_id, match.item.item_id)
            else:
                _merge(wrong, (kind, text), finding)
    return items, wrong


def _item_problems(
    wrong: LineTallies,
    chosen: Mapping[DimensionKind, Dimension],
    indexes: Mapping[DimensionKind, ItemIndex],
    lines: Sequence[JournalLine],
) -> dict[tuple[DimensionKind, str], Problem]:
    # All lines are read once more for this, so only where there is a problem to explain.
    amounts = _kinds_of_amounts(lines) if wrong else set()
    return {
        (kind, text): _item_problem(
            chosen[kind], kind, indexes[kind].find(text), finding, is_amount=kind in amounts
        )
        for (kind, text), finding in wrong.items()
    }


def _kinds_of_amounts(lines: Sequence[JournalLine]) -> set[DimensionKind]:
    """Return the tags that repeat each line's own amount: a wrong column was chosen."""
    kinds = set()
    for kind in DimensionKind:
        tagged = [line for line in lines if getattr(line, kind).strip()]
        codes = {getattr(line, kind).strip() for line in tagged}
        if len(codes) > 1 and all(_is_amount_of(line, getattr(line, kind)) for line in tagged):
            kinds.add(kind)
    return kinds


def _is_amount_of(line: JournalLine, code: str) -> bool:
    plain = code.strip()
    return plain.isdecimal() and Decimal(plain) == abs(line.amount)


def _choose_dimensions(
    names: Mapping[DimensionKind, str | None], offered: tuple[Dimension, ...]
) -> tuple[dict[DimensionKind, Dimension], list[Problem]]:
    chosen: dict[DimensionKind, Dimension] = {}
    problems: list[Problem] = []
    for kind, name in names.items():
        if name is None:
            continue
        matches = find_dimensions(name, offered)
        if len(matches) == 1:
            chosen[kind] = matches[0]
        else:
            problems.append(_dimension_problem(kind, name, matches, offered))
    if len({dimension.dimension_id for dimension in chosen.values()}) < len(chosen):
        # Both would carry the row's amount, but the values of a dimension must add up to the row.
        twice = chosen.pop(DimensionKind.COST_UNIT)
        problems.append(
            Problem(
                code=ProblemCode.DIMENSION_USED_TWICE,
                screen=Screen.LINK,
                facts=facts(name=twice.name, kind=DimensionKind.COST_UNIT),
            )
        )
    return chosen, problems


def _dimension_problem(
    kind: DimensionKind, name: str, matches: tuple[Dimension, ...], offered: tuple[Dimension, ...]
) -> Problem:
    code = ProblemCode.DIMENSION_AMBIGUOUS if matches else ProblemCode.DIMENSION_UNKNOWN
    names = ", ".join(dimension.name for dimension in matches or offered)
    return Problem(code=code, screen=Screen.LINK, facts=facts(name=name, kind=kind, offered=names))


def _split_by_rules(
    used: LineTally[_Tag],
    rules: LinkRules,
    names: Mapping[DimensionKind, str | None],
    account_codes: Mapping[str, str],
) -> tuple[list[Finding[_Tag]], list[Problem]]:
    """Separate what goes to a dimension from what the link's boxes and pattern leave without."""
    placed: list[Finding[_Tag]] = []
    without: dict[tuple[DimensionKind, str], Finding[str]] = {}
    for finding in used:
        account, kind, _ = finding.key
        code = account_codes[account]
        if names[kind] is None:
            _merge(without, (kind, "unticked"), finding)
        elif not matches_pattern(code, rules.dimension_accounts):
            _merge(without, (kind, "pattern"), finding)
        else:
            placed.append(finding)
    problems = [_without_dimension(kind, reason, f) for (kind, reason), f in without.items()]
    return placed, problems


def _merge(
    tallies: dict[tuple[DimensionKind, str], Finding[str]],
    key: tuple[DimensionKind, str],
    finding: Finding[_Tag],
) -> None:
    """Add ``finding`` to those of the same key on other ledger accounts."""
    known = tallies.get(key)
    tallies[key] = merged(key[1], [known, finding] if known else [finding])


def _without_dimension(kind: DimensionKind, reason: str, finding: Finding[str]) -> Problem:
    return Problem(
        code=ProblemCode.WITHOUT_DIMENSION,
        severity=Severity.WARNING,
        screen=Screen.LINK,
        line=finding.line,
        facts=facts(kind=kind, reason=reason) + finding.line_facts,
    )


def _item_problem(
    dimension: Dimension,
    kind: DimensionKind,
    match: ItemMatch,
    finding: Finding[str],
    *,
    is_amount: bool,
) -> Problem:
    text = finding.key
    # In the rewritten text, as characters without a width may hide a code from view.
    codes = clean_text(text).kinds
    item_facts = partial(facts, name=dimension.name, kind=kind)
    if codes:
        # No text repeats the code, and no item can be made of it.
        code, screen = ProblemCode.PERSONAL_IDENTITY_CODE, Screen.JOURNAL
        more = facts(kind=codes[0])
    elif not match.candidates:
        code, screen = ProblemCode.DIMENSION_ITEM_UNKNOWN, Screen.LINK
        near = ", ".join(item.code for item in ItemIndex(dimension).near(text))
        item_codes = [item.code for item in dimension.items]
        question = question_about(text, item_codes) or (Question.NUMBER if is_amount else None)
        more = item_facts(
            item=text,
            near=near,
            questionable=question or "",
            meant=LikeCodes(item_codes).meant_by(text),
        )
    elif match.item:
        code, screen = ProblemCode.DIMENSION_ITEM_PASSIVE, Screen.PROCOUNTOR
        more = item_facts(item=text, description=match.item.description)
    else:
        code, screen = ProblemCode.DIMENSION_AMBIGUOUS, Screen.PROCOUNTOR
        offered = ", ".join(item.code for item in match.candidates)
        more = item_facts(item=text, offered=offered)
    return Problem(code=code, screen=screen, line=finding.line, facts=more + finding.line_facts)
