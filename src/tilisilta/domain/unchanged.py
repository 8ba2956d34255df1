"""Whether a journal that Nmbrs gives again is the one that is here, written in another way (R0).

Its two APIs may order, merge and describe lines differently, and one of them may leave out what
the other says.
"""

from collections.abc import Hashable, Mapping, Sequence
from dataclasses import dataclass, replace
from decimal import Decimal

from tilisilta.domain.journals import JournalLine
from tilisilta.domain.payroll import JournalSplit
from tilisilta.domain.sameness import have_same_lines, payroll_sums


@dataclass(frozen=True, kw_only=True)
class ToldJournal:
    """A journal as it was told once.

    ``split`` is ``None`` where it did not come from Nmbrs, and ``currency`` is empty where none was
    named.
    """

    lines: Sequence[JournalLine]
    split: JournalSplit | None
    currency: str


def is_unchanged(here: ToldJournal, now: ToldJournal, *, is_sent: bool) -> bool:
    """Return whether ``now`` is the journal that is ``here``.

    What is not sent yet is booked line by line, with its texts: only order and blanks are free.
    Of what is sent, only what it books counts. Where it was told apart in another way, only what
    both tell apart can be compared.
    """
    if is_other_currency(here.currency, now.currency):
        return False
    if not is_sent:
        return have_same_lines(here.lines, now.lines)
    if here.split is None or now.split is None or here.split == now.split:
        return payroll_sums(here.lines) == payroll_sums(now.lines)
    split = now.split if here.split.serves(now.split) else here.split
    return _net_sums(here.lines, split) == _net_sums(now.lines, split)


def is_other_currency(here: str, now: str) -> bool:
    return "" not in {here, now} and here != now


def _net_sums(
    lines: Sequence[JournalLine], split: JournalSplit
) -> Mapping[tuple[Hashable, ...], Decimal]:
    """Return what ``lines`` book as ``split`` tells it apart, both sides of an account together.

    A journal that is told apart less finely may have set the two sides off against each other.
    """
    nets: dict[tuple[Hashable, ...], Decimal] = {}
    for (*place, _is_debit), amount in payroll_sums(_as_told(lines, split)).items():
        nets[tuple(place)] = nets.get(tuple(place), Decimal(0)) + amount
    return {place: net for place, net in nets.items() if net}


def _as_told(lines: Sequence[JournalLine], split: JournalSplit) -> Sequence[JournalLine]:
    if split == JournalSplit.COST_CENTER:
        return [replace(line, cost_unit="") for line in lines]
    return [replace(line, cost_center="", cost_unit="") for line in lines]
