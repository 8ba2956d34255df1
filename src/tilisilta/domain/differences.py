"""The difference of a changed run: what leads from the booked receipts to its newest journal.

It is booked as receipts of its own, one per booking date that differs. The booked ones stay as they
are, so that both together are what the newest journal books.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from decimal import Decimal

from tilisilta.domain.administrations import Administration
from tilisilta.domain.identity import (
    MOST_REFERENCE_CHARACTERS,
    difference_token,
    receipt_name,
    receipt_notes,
    run_reference,
    shortened,
)
from tilisilta.domain.items_to_make import ItemToMake
from tilisilta.domain.journals import BookingPeriod, Journal
from tilisilta.domain.ledger_sums import ZERO
from tilisilta.domain.links import LinkRules
from tilisilta.domain.problems import Problem, ProblemCode
from tilisilta.domain.receipt_dates import place_date
from tilisilta.domain.receipt_words import words_in
from tilisilta.domain.receipts import (
    DimensionValue,
    LedgerReceipt,
    ReceiptBody,
    ReceiptPlan,
    Transaction,
)
from tilisilta.domain.texts import clean_text
from tilisilta.domain.withdrawals import swapped

_OF_WHOLE_RECEIPTS = frozenset(
    {
        # A date on which nothing differs may be closed, and one that differs is placed anew.
        ProblemCode.PERIOD_CLOSED,
        ProblemCode.MOVED_TO_OPEN_DAY,
        # A run that was emptied still has a difference to what is booked of it.
        ProblemCode.NOTHING_TO_BOOK,
        ProblemCode.ZERO_LINES,
    }
)


@dataclass(frozen=True, kw_only=True)
class DatedDifference:
    """What the books hold of a booking date, what the newest journal wants, and what is missing."""

    booking_date: date
    booked: tuple[Transaction, ...]
    wanted: tuple[Transaction, ...]
    rows: tuple[Transaction, ...]


@dataclass(frozen=True, kw_only=True)
class DifferencePlan:
    """The receipts that book a difference, the oldest first, and what forbids it."""

    dates: tuple[DatedDifference, ...]
    receipts: tuple[LedgerReceipt, ...]
    problems: tuple[Problem, ...]
    items_to_make: tuple[ItemToMake, ...] = ()

    @property
    def is_nothing(self) -> bool:
        """Return whether the books hold what the newest journal wants already."""
        return not self.receipts and not any(problem.stops for problem in self.problems)

    @property
    def can_be_booked(self) -> bool:
        return bool(self.receipts) and not any(problem.stops for problem in self.problems)


def plan_difference(
    journal: Journal,
    rules: LinkRules,
    administration: Administration,
    *,
    wanted: ReceiptPlan,
    booked: Mapping[date, Sequence[Transaction]],
    epochs: Mapping[date, int],
) -> DifferencePlan:
    """Return what is to be booked beside ``booked`` so that both are what ``wanted`` would book.

    ``wanted`` are the receipts of ``journal`` as if nothing were booked, and ``booked`` the rows
    that the books hold of its run by booking date. ``epochs`` counts the differences of this
    revision that a date had before.
    """
    rows_of = {one.booking_date: one.body.transactions for one in wanted.receipts}
    dates = tuple(
        DatedDifference(
            booking_date=day,
            booked=tuple(booked.get(day, ())),
            wanted=rows_of.get(day, ()),
            rows=difference_rows(rows_of.get(day, ()), booked.get(day, ())),
        )
        for day in sorted({*rows_of, *booked})
    )
    # A run that was emptied names no period any more.
    period = journal.run_period if journal.lines else BookingPeriod.containing(max(booked))
    receipts, of_dates = [], []
    for one in dates:
        if not one.rows:
            continue
        placing = place_date(
            one.booking_date, rules.closed_period_policy, administration.fiscal_years
        )
        of_dates += [placing.problem] if placing.problem else []
        epoch = epochs.get(one.booking_date, 0)
        receipts.append(_receipt(journal, rules, one, period, placing.receipt_date, epoch))
    others = (one for one in wanted.problems if one.code not in _OF_WHOLE_RECEIPTS)
    return DifferencePlan(
        dates=dates,
        receipts=tuple(receipts),
        problems=tuple(sorted((*others, *of_dates), key=lambda problem: not problem.stops)),
        items_to_make=wanted.items_to_make,
    )


def difference_rows(
    wanted: Iterable[Transaction], booked: Iterable[Transaction]
) -> tuple[Transaction, ...]:
    """Return the rows which, with those that are ``booked``, book what ``wanted`` does.

    One row per account and dimension items on which they differ; texts alone make no difference. A
    booked row whose items carry only parts of it, as people enter it, is taken back as it is.
    """
    groups: dict[_Key, dict[str, Decimal]] = {}
    odd: list[Transaction] = []
    for row, sign in (*((row, 1) for row in wanted), *((row, -1) for row in booked)):
        if any(value.value != row.accounting_value for value in row.dimension_values):
            odd += [row] if sign > 0 else swapped([row])
            continue
        texts = groups.setdefault(_key(row), {})
        text = clean_text(row.description).text
        texts[text] = texts.get(text, ZERO) + sign * row.accounting_value
    return (*_rows(groups), *odd)


def is_balanced(rows: Iterable[Transaction]) -> bool:
    """Return whether ``rows`` sum to zero by themselves, without any VAT beside them."""
    booked = tuple(rows)
    return not sum(row.accounting_value for row in booked) and not any(
        row.vat_percent for row in booked
    )


_Key = tuple[str, tuple[tuple[int, int], ...]]


def _key(row: Transaction) -> _Key:
    items = sorted((value.dimension_id, value.item_id) for value in row.dimension_values)
    return row.account.strip(), tuple(items)


def _rows(groups: Mapping[_Key, Mapping[str, Decimal]]) -> Iterator[Transaction]:
    for (account, items), texts in sorted(groups.items()):
        amount = sum(texts.values(), ZERO)
        if not amount:
            continue
        # The text under which most has changed says best what the row is for.
        text = min(texts, key=lambda one: (-abs(texts[one]), one))
        yield Transaction(
            account=account,
            accounting_value=amount,
            description=text,
            dimension_values=tuple(
                DimensionValue(dimension_id=dimension_id, item_id=item_id, value=amount)
                for dimension_id, item_id in items
            ),
        )


def _receipt(
    journal: Journal,
    rules: LinkRules,
    one: DatedDifference,
    period: BookingPeriod,
    receipt_date: date,
    epoch: int,
) -> LedgerReceipt:
    run, words = journal.run, words_in(rules.receipt_language)
    # The booking date and not the receipt date, as with every receipt.
    token = difference_token(
        procountor_company_id=rules.procountor_company_id,
        company_number=journal.company_number,
        run_year=run.year,
        run_number=run.number,
        revision=journal.revision,
        booking_date=one.booking_date,
        epoch=epoch,
    )
    tail = f"{words.revision} {journal.revision}, {words.difference}"
    reference = run_reference(rules.receipt_title, period, run, words=words)
    # Never cut: without it the receipt would pass for that of the run itself.
    reference = shortened(
        clean_text(reference).text, MOST_REFERENCE_CHARACTERS - len(tail) - len(", ")
    )
    is_moved = receipt_date != one.booking_date
    notes = receipt_notes(
        token,
        company_number=journal.company_number,
        run=replace(run, number=clean_text(run.number).text),
        moved_from=BookingPeriod.containing(one.booking_date) if is_moved else None,
        words=words,
    )
    body = ReceiptBody(
        name=receipt_name(f"{reference}, {tail}", token),
        receipt_date=receipt_date,
        accountants_notes=f"{notes} · {tail}",
        transactions=one.rows,
    )
    return LedgerReceipt(token=token, booking_date=one.booking_date, body=body)


def amount_beside(row: Transaction, rows: Iterable[Transaction]) -> Decimal:
    """Return what ``rows`` have on the account and dimension items of ``row``."""
    key = _key(row)
    return sum((one.accounting_value for one in rows if _key(one) == key), ZERO)
