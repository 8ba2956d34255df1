"""What must hold for every journal, with any lines."""

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import replace
from datetime import date
from decimal import Decimal
from random import Random

from hypothesis import given
from hypothesis import strategies as st
from tests.domain.samples import ADMINISTRATION, RULES
from tests.domain.strategies import any_text, journals, numbered

from tilisilta.domain.journals import Journal, JournalLine
from tilisilta.domain.links import LinkRules
from tilisilta.domain.plans import plan_receipts
from tilisilta.domain.problems import ProblemCode
from tilisilta.domain.receipts import ReceiptBody, ReceiptPlan, Transaction

ZERO = Decimal("0.00")
SUMMED = replace(RULES, sums_equal_lines=True)
CLEARED = replace(RULES, clearing_account="2990")
either_rules = st.sampled_from([RULES, SUMMED])
Sums = dict[tuple[date, str], Decimal]


def plan_of(journal: Journal, rules: LinkRules = RULES) -> ReceiptPlan:
    return plan_receipts(journal, rules, ADMINISTRATION)


def total_of(body: ReceiptBody) -> Decimal:
    return sum((row.accounting_value for row in body.transactions), ZERO)


def added_up(amounts: Iterable[tuple[tuple[date, str], Decimal]]) -> Sums:
    sums: Sums = defaultdict(lambda: ZERO)
    for key, amount in amounts:
        sums[key] += amount
    return {key: value for key, value in sums.items() if value}


def booked_sums(plan: ReceiptPlan) -> Sums:
    return added_up(
        ((receipt.booking_date, row.account), row.accounting_value)
        for receipt in plan.receipts
        for row in receipt.body.transactions
    )


def journal_sums(journal: Journal) -> Sums:
    return added_up(
        ((line.booking_date, line.ledger_account), line.amount) for line in journal.lines
    )


def rows_without_positions(plan: ReceiptPlan) -> list[list[Transaction]]:
    return [
        [replace(row, positions=()) for row in receipt.body.transactions]
        for receipt in plan.receipts
    ]


def in_equal_parts(line: JournalLine, parts: int) -> list[JournalLine]:
    return [replace(line, amount=line.amount / parts)] * parts


class TestEveryPlan:
    @given(journals(), either_rules)
    def test_sums_to_its_journal_by_date_and_ledger_account(
        self, journal: Journal, rules: LinkRules
    ) -> None:
        plan = plan_of(journal, rules)

        assert booked_sums(plan) == journal_sums(journal)

    @given(journals(), either_rules)
    def test_has_receipts_that_sum_to_zero(self, journal: Journal, rules: LinkRules) -> None:
        plan = plan_of(journal, rules)

        assert [total_of(receipt.body) for receipt in plan.receipts] == [ZERO] * len(plan.receipts)

    @given(journals(balances_each_date=False))
    def test_is_cleared_to_zero_where_only_the_journal_balances(self, journal: Journal) -> None:
        plan = plan_of(journal, CLEARED)

        clearing = [
            row.accounting_value
            for receipt in plan.receipts
            for row in receipt.body.transactions
            if not row.positions
        ]
        assert all(total_of(receipt.body) == ZERO for receipt in plan.receipts)
        assert sum(clearing, ZERO) == ZERO
        assert plan.can_be_sent == bool(plan.receipts)

    @given(journals(balances_each_date=False), st.sampled_from([RULES, SUMMED, CLEARED]))
    def test_loses_and_doubles_no_line(self, journal: Journal, rules: LinkRules) -> None:
        plan = plan_of(journal, rules)

        positions = [
            position
            for receipt in plan.receipts
            for row in receipt.body.transactions
            for position in row.positions
        ]
        assert len(positions) == len(set(positions))
        assert set(positions) <= {line.position for line in journal.lines}
        assert len(positions) + plan.zero_line_count == len(journal.lines)

    @given(journals())
    def test_books_every_line_on_its_date(self, journal: Journal) -> None:
        plan = plan_of(journal)

        dates = {line.position: line.booking_date for line in journal.lines}
        for receipt in plan.receipts:
            rows = receipt.body.transactions
            assert {dates[at] for row in rows for at in row.positions} == {receipt.booking_date}

    @given(journals(), either_rules)
    def test_has_dimension_values_that_add_up_to_their_row(
        self, journal: Journal, rules: LinkRules
    ) -> None:
        plan = plan_of(journal, rules)

        for receipt in plan.receipts:
            for row in receipt.body.transactions:
                dimensions = [value.dimension_id for value in row.dimension_values]
                assert {value.value for value in row.dimension_values} <= {row.accounting_value}
                assert len(dimensions) == len(set(dimensions))

    @given(journals(), st.randoms(use_true_random=False), either_rules)
    def test_has_the_same_sums_whatever_the_order_of_lines(
        self, journal: Journal, random: Random, rules: LinkRules
    ) -> None:
        lines = list(journal.lines)
        random.shuffle(lines)

        plan = plan_of(numbered(lines), rules)

        assert booked_sums(plan) == booked_sums(plan_of(journal, rules))

    @given(journals(), st.randoms(use_true_random=False))
    def test_has_the_same_summed_rows_whatever_the_order_of_lines(
        self, journal: Journal, random: Random
    ) -> None:
        lines = list(journal.lines)
        random.shuffle(lines)

        plan = plan_of(numbered(lines), SUMMED)

        assert rows_without_positions(plan) == rows_without_positions(plan_of(journal, SUMMED))

    @given(journals(), st.integers(min_value=2, max_value=5))
    def test_has_the_same_summed_rows_when_lines_come_in_parts(
        self, journal: Journal, parts: int
    ) -> None:
        whole = numbered([replace(line, amount=line.amount * parts) for line in journal.lines])
        parted = numbered([part for line in whole.lines for part in in_equal_parts(line, parts)])

        plan = plan_of(parted, SUMMED)

        assert rows_without_positions(plan) == rows_without_positions(plan_of(whole, SUMMED))

    @given(journals(texts=any_text, numbers=any_text), any_text)
    def test_writes_only_what_procountor_can_store(self, journal: Journal, title: str) -> None:
        plan = plan_of(journal, replace(RULES, receipt_title=title))

        for receipt in plan.receipts:
            body = receipt.body
            texts = [body.name, body.accountants_notes]
            texts += [row.description for row in body.transactions]
            assert all(text.encode("cp1252").decode("cp1252") == text for text in texts)
            assert len(body.name) <= 80
            assert max(map(len, texts)) <= 255
            assert body.name.endswith(f"#{receipt.token}")
            assert receipt.token in body.accountants_notes

    @given(journals(balances_each_date=False), st.sampled_from([RULES, SUMMED, CLEARED]))
    def test_is_the_same_each_time(self, journal: Journal, rules: LinkRules) -> None:
        first = plan_of(journal, rules)

        second = plan_of(journal, rules)

        assert first == second

    @given(journals(balances_each_date=False), st.integers(min_value=1, max_value=9))
    def test_stops_when_the_journal_lacks_a_cent(self, journal: Journal, cents: int) -> None:
        first, *others = journal.lines
        broken = replace(first, amount=first.amount + Decimal(cents) / 100)

        plan = plan_of(numbered([broken, *others]), CLEARED)

        assert ProblemCode.NOT_BALANCED in {problem.code for problem in plan.problems}
        assert not plan.can_be_sent
