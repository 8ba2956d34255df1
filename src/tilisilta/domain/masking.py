"""Hiding a text, such as a person's name, wherever it stands, and comparing with what is hidden.

A masked text equals every text that it may have been. What Procountor or Nmbrs gives is compared as
if it had been masked as well, so that a mask is never taken for a change.
"""

import re
import unicodedata
from collections import Counter
from collections.abc import Callable, Hashable, Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from typing import Any, TypeVar

from tilisilta.domain.audit_chain import MASKED
from tilisilta.domain.journals import JournalLine
from tilisilta.domain.receipts import ReceiptBody, Transaction
from tilisilta.domain.texts import clean_text

FEWEST_CHARACTERS = 3
"""Fewer stand in nearly every text."""
_CUT = "\N{HORIZONTAL ELLIPSIS}"
_FEWEST_BEFORE_CUT = 4
_Row = TypeVar("_Row", JournalLine, Transaction)
_Key = Callable[[Any], Hashable]


@dataclass(frozen=True)
class TextMask:
    """Hides one text, in capitals or not, as it was typed and as it is written in receipts."""

    text: str

    @property
    def is_long_enough(self) -> bool:
        return sum(sign.isalnum() for sign in self.text) >= FEWEST_CHARACTERS

    def hides(self, text: str) -> bool:
        return self._pattern_for(text).search(_composed(text)) is not None

    def applied(self, text: str) -> str:
        """Return ``text`` with the hidden part replaced; another text stays letter by letter."""
        pattern = self._pattern_for(text)
        return pattern.sub(MASKED, _composed(text)) if self.hides(text) else text

    def applied_to_all(self, value: Any) -> Any:
        """Return a value of JSON with the mask applied to each text in it; keys stay."""
        if isinstance(value, str):
            return self.applied(value)
        if isinstance(value, dict):
            return {name: self.applied_to_all(one) for name, one in value.items()}
        if isinstance(value, list):
            return [self.applied_to_all(one) for one in value]
        return value

    def applied_to_receipt(self, body: ReceiptBody) -> ReceiptBody:
        return replace(
            body,
            name=self.applied(body.name),
            accountants_notes=self.applied(body.accountants_notes),
            transactions=tuple(
                replace(row, description=self.applied(row.description)) for row in body.transactions
            ),
        )

    def _pattern_for(self, text: str) -> re.Pattern[str]:
        # Nearly no text was cut, and a journal has 100,000 of them.
        return self._of_cut_texts if _CUT in text else self._of_texts

    @cached_property
    def _forms(self) -> tuple[str, ...]:
        written = (self.text, clean_text(self.text).text)
        return tuple(dict.fromkeys(_flat(one) for one in written if any(map(str.isalnum, one))))

    @cached_property
    def _of_texts(self) -> re.Pattern[str]:
        return re.compile("|".join(map(_with_any_blanks, self._forms)), re.IGNORECASE)

    @cached_property
    def _of_cut_texts(self) -> re.Pattern[str]:
        """Return what finds the text also where it was cut short, in its middle, to be sent."""
        cut = (
            _with_any_blanks(form[:length].rstrip()) + re.escape(_CUT)
            for form in self._forms
            for length in range(len(form) - 1, _FEWEST_BEFORE_CUT - 1, -1)
        )
        return re.compile("|".join([self._of_texts.pattern, *cut]), re.IGNORECASE)


def may_have_said(masked: str, text: str) -> bool:
    """Return whether ``text`` may be what ``masked`` said before it was masked."""
    parts = (re.escape(part) for part in _flat(masked).split(MASKED))
    return re.fullmatch(".*".join(parts), _flat(text), re.DOTALL) is not None


def lines_as_masked(
    now: Sequence[JournalLine], here: Sequence[JournalLine]
) -> tuple[JournalLine, ...]:
    """Return ``now`` with the texts masked that are masked in ``here``, line by line."""
    return _as_masked(now, here, key=lambda one: replace(one, position=0, description=""))


def receipt_as_masked(now: ReceiptBody, sent: ReceiptBody) -> ReceiptBody:
    """Return a booked receipt with the texts masked that are masked in what was sent.

    A row of which a person changed the amount, the account or a dimension is still recognised.
    """
    rows = now.transactions
    for key in (_whole_row, _account_of, _amount_of):
        rows = _as_masked(rows, sent.transactions, key=key)
    return replace(
        now,
        name=_one_as_masked(now.name, sent.name),
        accountants_notes=_one_as_masked(now.accountants_notes, sent.accountants_notes),
        transactions=rows,
    )


def _as_masked(now: Sequence[_Row], here: Sequence[_Row], *, key: _Key) -> tuple[_Row, ...]:
    left = Counter((key(one), _flat(one.description)) for one in here)
    rows, open_places = list(now), []
    # What says the very same first: a text that is all masked may have been any of them.
    for place, one in enumerate(rows):
        said = key(one), _flat(one.description)
        if left[said] > 0:
            left[said] -= 1
        else:
            open_places.append(place)
    masked: dict[Hashable, list[str]] = {}
    for (of, text), count in left.items():
        if MASKED in text:
            masked.setdefault(of, []).extend([text] * count)
    for place in open_places:
        texts = masked.get(key(rows[place]), [])
        fitting = [text for text in texts if may_have_said(text, rows[place].description)]
        if fitting:
            surest = max(fitting, key=len)
            texts.remove(surest)
            rows[place] = replace(rows[place], description=surest)
    return tuple(rows)


def _one_as_masked(now: str, sent: str) -> str:
    return sent if MASKED in sent and may_have_said(sent, now) else now


def _whole_row(row: Transaction) -> Hashable:
    values = sorted((one.dimension_id, one.item_id, one.value) for one in row.dimension_values)
    return row.account.strip(), row.accounting_value, tuple(values)


def _account_of(row: Transaction) -> Hashable:
    return row.account.strip()


def _amount_of(row: Transaction) -> Hashable:
    return row.accounting_value


def _with_any_blanks(text: str) -> str:
    return r"\s+".join(re.escape(word) for word in text.split())


def _composed(text: str) -> str:
    return unicodedata.normalize("NFC", text)


def _flat(text: str) -> str:
    return " ".join(_composed(text).split())
