"""Whether Procountor booked what we sent, row by row (design section 4)."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from decimal import Decimal

from tilisilta.domain.receipts import ReceiptBody, Transaction

_NEAR = Decimal("0.1")
"""A corrected sum is within a tenth of the former one; that of another payroll mostly is not."""


def deviations(sent: ReceiptBody, booked: ReceiptBody) -> tuple[str, ...]:
    """Return the names of everything in which ``booked`` differs from ``sent``.

    The names are ``name``, ``receipt_date``, ``accountants_notes``; ``row N account``, ``row N
    accounting_value``, ``row N description`` and ``row N dimension_values`` with N counted from 1
    in what was sent; ``row N missing``; and ``row N unexpected`` with N counted in what was booked.
    Rows that only changed places are no deviation.
    """
    return (*_heading_deviations(sent, booked), *_row_deviations(sent, booked))


def has_something_in_common(sent: ReceiptBody, booked: ReceiptBody) -> bool:
    """Return whether ``booked``, which carries our token, may be ``sent`` after a person edited it.

    The sum of one account and side must be unchanged, or one row apart from its account. A token
    alone does not make a receipt ours, as anybody can type or copy it. Where all amounts were
    corrected, our full name or notes must be there as well, and one sum must be near.
    """
    ours, theirs = _sums(sent.transactions), _sums(booked.transactions)
    if not ours.items().isdisjoint(theirs.items()):
        return True
    if not _amounts_and_texts(sent.transactions).isdisjoint(
        _amounts_and_texts(booked.transactions)
    ):
        return True
    is_headed = sent.name in booked.name or sent.accountants_notes in booked.accountants_notes
    return is_headed and any(_are_near(ours[key], theirs[key]) for key in ours.keys() & theirs)


def _sums(rows: Iterable[Transaction]) -> Mapping[tuple[str, bool], Decimal]:
    """Return the sum of each account and side."""
    sums: dict[tuple[str, bool], Decimal] = {}
    for row in rows:
        if row.accounting_value:
            key = row.account, row.accounting_value > 0
            sums[key] = sums.get(key, Decimal(0)) + row.accounting_value
    return sums


def _amounts_and_texts(rows: Iterable[Transaction]) -> set[tuple[Decimal, str]]:
    # A row without a text is left out: its amount alone also occurs in other payrolls.
    texts = ((row.accounting_value, " ".join(row.description.casefold().split())) for row in rows)
    return {(amount, text) for amount, text in texts if amount and text}


def _are_near(one: Decimal, other: Decimal) -> bool:
    return abs(one - other) <= _NEAR * max(abs(one), abs(other))


def _heading_deviations(sent: ReceiptBody, booked: ReceiptBody) -> Iterator[str]:
    if sent.name != booked.name:
        yield "name"
    if sent.receipt_date != booked.receipt_date:
        yield "receipt_date"
    if sent.accountants_notes != booked.accountants_notes:
        yield "accountants_notes"


def _row_deviations(sent: ReceiptBody, booked: ReceiptBody) -> Iterator[str]:
    sent_rows = [_content(row) for row in sent.transactions]
    booked_rows = [_content(row) for row in booked.transactions]
    # In place first: after one edited row the others still match, so that only it is named.
    in_place = [one == other for one, other in zip(sent_rows, booked_rows, strict=False)]
    wanted = _not_in_place(sent_rows, in_place)
    present = _not_in_place(booked_rows, in_place)
    wanted, present = _without_moved(wanted, present)
    for (number, row), (_, other) in zip(wanted, present, strict=False):
        yield from (f"row {number} {field}" for field in _differing_fields(row, other))
    yield from (f"row {number} missing" for number, _ in wanted[len(present) :])
    yield from (f"row {number} unexpected" for number, _ in present[len(wanted) :])


_FIELDS = ("account", "accounting_value", "description", "dimension_values")
_Content = tuple[str, Decimal, str, tuple[tuple[int, int, Decimal], ...]]
_Numbered = list[tuple[int, _Content]]


def _content(row: Transaction) -> _Content:
    # Procountor gives dimension values in any order, and row positions exist only in what we sent.
    values = sorted((one.dimension_id, one.item_id, one.value) for one in row.dimension_values)
    return row.account, row.accounting_value, row.description, tuple(values)


def _not_in_place(rows: Sequence[_Content], in_place: Sequence[bool]) -> _Numbered:
    return [
        (number, row)
        for number, row in enumerate(rows, start=1)
        if number > len(in_place) or not in_place[number - 1]
    ]


def _without_moved(wanted: _Numbered, present: _Numbered) -> tuple[_Numbered, _Numbered]:
    """Remove from both sides the rows that the other side has in another place."""
    places: dict[_Content, list[int]] = {}
    for number, row in reversed(present):
        places.setdefault(row, []).append(number)
    missing, moved = [], set()
    for number, row in wanted:
        if places.get(row):
            moved.add(places[row].pop())
        else:
            missing.append((number, row))
    return missing, [(number, row) for number, row in present if number not in moved]


def _differing_fields(one: _Content, other: _Content) -> Iterator[str]:
    fields = zip(_FIELDS, one, other, strict=True)
    return (field for field, left, right in fields if left != right)
