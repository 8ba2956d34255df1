"""Which cost centers or units have an item in their dimension, and which would stop a journal."""

from collections.abc import Iterable
from dataclasses import dataclass

from tilisilta.domain.administrations import Dimension, DimensionItem
from tilisilta.domain.dimensions import MOST_NEAR, ItemIndex
from tilisilta.domain.items_to_make import CodeObstacle, code_obstacle
from tilisilta.domain.texts import MOST_DESCRIPTION_CHARACTERS, clean_text


@dataclass(frozen=True, kw_only=True)
class MissingItem:
    """A cost center or unit without an item, and the description its item would get.

    ``near`` are items of the same description under another code, which may be what is meant.
    """

    code: str
    description: str
    near: tuple[DimensionItem, ...]
    obstacle: CodeObstacle | None


@dataclass(frozen=True, kw_only=True)
class PassiveItem:
    """A cost center or unit whose item is passive, so that Procountor refuses it."""

    code: str
    item: DimensionItem


@dataclass(frozen=True, kw_only=True)
class AmbiguousItem:
    """A cost center or unit that may be several items."""

    code: str
    candidates: tuple[DimensionItem, ...]


@dataclass(frozen=True, kw_only=True)
class ItemComparison:
    """How the cost centers or units of a company compare with the items of one dimension.

    Each code counts once. Codes that hold a personal identity code are counted but never listed.
    """

    count: int
    found_count: int
    missing: tuple[MissingItem, ...]
    passive: tuple[PassiveItem, ...]
    ambiguous: tuple[AmbiguousItem, ...]
    personal_code_count: int

    @property
    def is_complete(self) -> bool:
        return self.found_count == self.count

    @property
    def creatable(self) -> tuple[MissingItem, ...]:
        return tuple(one for one in self.missing if one.obstacle is None)

    @property
    def stuck(self) -> tuple[MissingItem, ...]:
        return tuple(one for one in self.missing if one.obstacle is not None)


def compare_with_items(
    cost_objects: Iterable[tuple[str, str]], dimension: Dimension
) -> ItemComparison:
    """Search the item of each code as placing a journal's line does (R6)."""
    index = ItemIndex(dimension)
    descriptions = descriptions_by_code(cost_objects)
    missing: list[MissingItem] = []
    passive: list[PassiveItem] = []
    ambiguous: list[AmbiguousItem] = []
    found_count = personal_code_count = 0
    for code, description in descriptions.items():
        match = index.find(code)
        if match.item and match.item.is_active:
            found_count += 1
        elif clean_text(code).kinds:
            personal_code_count += 1
        elif match.item:
            passive.append(PassiveItem(code=code, item=match.item))
        elif match.candidates:
            ambiguous.append(AmbiguousItem(code=code, candidates=match.candidates))
        else:
            missing.append(_missing(code, description, index))
    return ItemComparison(
        count=len(descriptions),
        found_count=found_count,
        missing=tuple(missing),
        passive=tuple(passive),
        ambiguous=tuple(ambiguous),
        personal_code_count=personal_code_count,
    )


def descriptions_by_code(cost_objects: Iterable[tuple[str, str]]) -> dict[str, str]:
    """Return the description of each code; codes without outer blanks, never empty."""
    descriptions: dict[str, str] = {}
    for code, description in cost_objects:
        if text := code.strip():
            descriptions.setdefault(text, description)
    return descriptions


def can_be_item(code: str) -> bool:
    return code_obstacle(code) is None and not clean_text(code).kinds


def item_description(code: str, description: str) -> str:
    cleaned = clean_text(description, most=MOST_DESCRIPTION_CHARACTERS)
    # A masked text would stay in Procountor for good and say nothing.
    return code if cleaned.kinds or not cleaned.text else cleaned.text


def _missing(code: str, description: str, index: ItemIndex) -> MissingItem:
    return MissingItem(
        code=code,
        description=item_description(code, description),
        near=index.described(description)[:MOST_NEAR],
        obstacle=code_obstacle(code),
    )
