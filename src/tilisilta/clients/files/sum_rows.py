"""Detects rows that add up other rows: booked as lines, they would double the payroll.

A word marks most of them, in any column. A word that may be innocent, as in "Summa lön", counts
only where the amounts confirm it; and where every account ends in the sum of its lines, no word is
needed.
"""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from typing import NamedTuple

from tilisilta.clients.files.raw import RawJournal, RawLine
from tilisilta.clients.files.sum_words import Mark, Strength, has_sum_word, mark_of

_FEWEST_ADDED_UP = 2
_MOST_CHARACTERS_OF_A_CODE = 3
_ZERO = Decimal(0)


class SumMark(NamedTuple):
    """A word for a sum, and the field or column it is in."""

    field: str
    mark: Mark
    is_account: bool = False

    @property
    def is_sure(self) -> bool:
        return self.mark.strength is Strength.SURELY


@dataclass(frozen=True, kw_only=True)
class SumRows:
    """Rows of sums by their index, and those that may be sums although no word says so."""

    certain: Mapping[int, SumMark]
    suspected: Sequence[int] = field(default=())


def marked_rows(raw: RawJournal) -> dict[int, SumMark]:
    """Return the rows with a word for a sum or a balance, by their index among the lines.

    Where every line has such a word, the company writes it in all texts, and it marks none.
    """
    marks: dict[int, SumMark] = {}
    sums = {text for text in {line.account for line in raw.lines} if _is_no_account(text)}
    words = _texts_with_marks(raw)
    for at, line in enumerate(raw.lines):
        if line.account in sums:
            account_mark = mark_of(line.account)
            reason = account_mark.reason if account_mark else "sum"
            marks[at] = SumMark("account", Mark(Strength.SURELY, reason), True)
        elif sum_mark := _mark_in(line, words):
            marks[at] = sum_mark
        elif at in raw.remarks:
            column, text = raw.remarks[at]
            if mark := mark_of(text, account=line.account):
                marks[at] = SumMark(column, mark)
    if len(marks) == len(raw.lines):
        return {at: mark for at, mark in marks.items() if mark.is_account}
    return marks


def find_sum_rows(
    raw: RawJournal, marks: Mapping[int, SumMark], amounts: Sequence[Decimal | None]
) -> SumRows:
    """Return which rows are sums, by their words and by the ``amounts`` of all lines."""
    if any(amount is None for at, amount in enumerate(amounts) if at not in marks):
        # The file is refused anyway, and nothing can be added up.
        return SumRows(certain={at: mark for at, mark in marks.items() if mark.is_sure})
    if not marks:
        return _unmarked_sums(raw, [amount or _ZERO for amount in amounts])
    confirmed = _confirmed(raw.lines, marks, amounts)
    sums = {at for at, mark in marks.items() if mark.is_sure or at in confirmed}
    rest = sum((amount or _ZERO for at, amount in enumerate(amounts) if at not in sums), _ZERO)
    whole = sum((amount or _ZERO for amount in amounts), _ZERO)
    certain = {}
    for at in sorted(sums):
        mark = marks[at]
        if mark.is_account or amounts[at] is None:
            certain[at] = mark
        elif mark.is_sure:
            # A line without which the journal does not balance, such as what is paid "in total", is
            # no sum.
            is_needed = at not in confirmed and not whole and bool(rest)
            certain |= {} if is_needed else {at: mark}
        elif not rest and amounts[at]:
            certain[at] = mark
    return SumRows(certain=certain)


def _is_no_account(text: str) -> bool:
    mark = mark_of(text)
    return has_sum_word(text) or (mark is not None and mark.strength is Strength.SURELY)


def _texts_with_marks(raw: RawJournal) -> frozenset[str]:
    # Once per distinct text: most rows then only need a look-up in a small set.
    texts = {text for line in raw.lines for text in (line[2], line[3], line[4])}
    return frozenset(text for text in texts if text and mark_of(text))


def _mark_in(line: RawLine, words: frozenset[str]) -> SumMark | None:
    marks = []
    for name in ("description", "cost_center", "cost_unit"):
        text: str = getattr(line, name)
        if text in words and (mark := mark_of(text, account=line.account)):
            if name != "description" and len(text) <= _MOST_CHARACTERS_OF_A_CODE:
                # UB or SUM may well be a cost center.
                mark = mark._replace(strength=Strength.PERHAPS)
            marks.append(SumMark(name, mark))
    return max(marks, key=lambda one: one.mark.strength, default=None)


def _confirmed(
    lines: Sequence[RawLine], marks: Mapping[int, SumMark], amounts: Sequence[Decimal | None]
) -> set[int]:
    """Return the marked rows whose amount is the sum of unmarked rows above or below."""
    places = range(len(lines))
    return _sums_before(places, lines, marks, amounts) | _sums_before(
        reversed(places), lines, marks, amounts
    )


def _sums_before(
    places: Iterable[int],
    lines: Sequence[RawLine],
    marks: Mapping[int, SumMark],
    amounts: Sequence[Decimal | None],
) -> set[int]:
    """Return the marked rows that equal the sum of all, of the block, account or center before."""
    confirmed: set[int] = set()
    sums: defaultdict[tuple[str, str], Decimal] = defaultdict(Decimal)
    since: defaultdict[str, Decimal] = defaultdict(Decimal)
    block: Decimal | None = None
    for at in places:
        line, amount = lines[at], amounts[at]
        keys = (("all", ""), ("account", line.account), ("center", line.cost_center))
        if at not in marks:
            for key in keys:
                sums[key] += amount or _ZERO
            since[line.account] += amount or _ZERO
            block = (block or _ZERO) + (amount or _ZERO)
            continue
        known = [sums[key] for key in keys if key in sums]
        known += [since.pop(line.account)] if line.account in since else []
        known += [block] if block is not None else []
        block = None
        if amount is not None and amount in known:
            confirmed.add(at)
    return confirmed


def _unmarked_sums(raw: RawJournal, amounts: Sequence[Decimal]) -> SumRows:
    """Return rows that end every ledger account of several lines with the sum of its other lines.

    Without a word it may be a coincidence, so at least one account must have several lines to add
    up, and the journal must balance with the rows as well as without them. It is certain where the
    rows lack the text that the other lines have, or have a sure word for a sum.
    """
    places: defaultdict[str, list[int]] = defaultdict(list)
    for at, line in enumerate(raw.lines):
        places[line.account].append(at)
    several = [of_account for of_account in places.values() if len(of_account) > 1]
    if not any(len(of_account) > _FEWEST_ADDED_UP for of_account in several) or sum(amounts, _ZERO):
        return SumRows(certain={})
    for last in (-1, 0):
        sums = [of_account[last] for of_account in several]
        others = [[at for at in of_account if at != of_account[last]] for of_account in several]
        is_sum = (
            amounts[at] == sum((amounts[one] for one in rest), _ZERO)
            for at, rest in zip(sums, others, strict=True)
        )
        if all(is_sum) and not sum((amounts[at] for at in sums), _ZERO):
            if _differ_from_lines(raw.lines, sums, others):
                mark = SumMark("amount", Mark(Strength.SURELY, "sum"))
                return SumRows(certain=dict.fromkeys(sums, mark))
            return SumRows(certain={}, suspected=sums)
    return SumRows(certain={})


def _differ_from_lines(
    lines: Sequence[RawLine], sums: Sequence[int], others: Sequence[Sequence[int]]
) -> bool:
    """Return whether the sums share a text, or the lack of one, that only sums would have.

    A department that happens to be as large as all others together has a text of its own as well,
    or a cost center.
    """
    texts = {_own_text(lines[at]) for at in sums}
    of_others = {_own_text(lines[at]) for rest in others for at in rest}
    if len(texts) != 1 or not texts.isdisjoint(of_others):
        return False
    if texts == {""} or all(_has_sure_word(lines[at]) for at in sums):
        return True
    return of_others == {""} and not any(
        lines[at].cost_center or lines[at].cost_unit for at in sums
    )


def _has_sure_word(line: RawLine) -> bool:
    mark = mark_of(line.description, account=line.account)
    return mark is not None and mark.strength is Strength.SURELY


def _own_text(line: RawLine) -> str:
    # Programs repeat the account where a line has no text.
    text = line.description.casefold()
    # Asterisks and the like mark sums in lists of old programs.
    is_none = text == line.account.casefold() or not any(map(str.isalnum, text))
    return "" if is_none else text
