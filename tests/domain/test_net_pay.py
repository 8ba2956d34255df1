"""Net pay against payment files: states, differences, and which file pays which run."""

from datetime import date
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tilisilta.domain.journals import BookingPeriod
from tilisilta.domain.net_pay import (
    NetPayComparison,
    NetPayFinding,
    NetPayState,
    RunNetPay,
    compare_net_pay,
)
from tilisilta.domain.payment_files import PaymentMessage, PaymentSum, summed

JUNE = BookingPeriod(year=2026, month=6)


def a_run(amount: str, *, journal: str = "1001-2026-6-1", rows: int = 1) -> RunNetPay:
    return RunNetPay(journal=journal, amount=Decimal(amount), rows=rows)


def a_message(
    amount: str, *, day: str = "2026-06-30", payments: int = 28, currency: str = "EUR"
) -> PaymentMessage:
    one = PaymentSum(
        day=date.fromisoformat(day), currency=currency, payments=payments, amount=Decimal(amount)
    )
    return PaymentMessage(message_digest=amount, version="", sums=(one,))


def compared(
    runs: tuple[RunNetPay, ...],
    messages: tuple[PaymentMessage, ...] = (),
    ticked: str | None = None,
) -> NetPayComparison:
    sum_ticked = Decimal(ticked) if ticked else None
    return compare_net_pay(JUNE, runs, messages, currency="EUR", ticked=sum_ticked)


class TestState:
    @pytest.mark.parametrize(
        ("runs", "messages", "ticked", "state"),
        [
            ((), (), None, NetPayState.NOTHING),
            (("0.00",), (), None, NetPayState.NOTHING),
            (("100.00",), (), None, NetPayState.OPEN),
            (("100.00",), (), "100.00", NetPayState.BY_HAND),
            (("100.01",), (), "100.00", NetPayState.CHANGED),
            (("100.00",), ("100.00",), None, NetPayState.EQUAL),
            (("100.00",), ("99.99",), None, NetPayState.DIFFERENT),
            (("60.00", "40.00"), ("100.00",), None, NetPayState.EQUAL),
            (("100.00",), ("60.00", "40.00"), None, NetPayState.EQUAL),
            ((), ("100.00",), None, NetPayState.DIFFERENT),
            # A file proves more than a tick, and must not be hidden by it.
            (("100.00",), ("99.00",), "100.00", NetPayState.DIFFERENT),
        ],
    )
    def test_follows_from_sums(
        self,
        runs: tuple[str, ...],
        messages: tuple[str, ...],
        ticked: str | None,
        state: NetPayState,
    ) -> None:
        result = compared(tuple(map(a_run, runs)), tuple(map(a_message, messages)), ticked)

        assert result.state == state

    @pytest.mark.parametrize(
        ("day", "is_near"),
        [
            ("2026-05-31", False),
            ("2026-06-01", True),
            ("2026-07-31", True),
            ("2026-08-01", False),
            ("2025-06-30", False),
        ],
    )
    def test_notes_a_day_that_is_far_from_the_month(self, day: str, is_near: bool) -> None:
        result = compared((a_run("100.00"),), (a_message("100.00", day=day),))

        assert result.state == (NetPayState.EQUAL if is_near else NetPayState.NOTED)
        assert (NetPayFinding.DATE in result.findings) is not is_near

    @pytest.mark.parametrize(("rows", "is_noted"), [(1, False), (27, True), (28, False)])
    def test_notes_another_number_than_rows_for_each_person(
        self, rows: int, is_noted: bool
    ) -> None:
        result = compared((a_run("100.00", rows=rows),), (a_message("100.00", payments=28),))

        assert (NetPayFinding.NUMBER in result.findings) is is_noted

    def test_differs_by_another_currency(self) -> None:
        result = compared((a_run("100.00"),), (a_message("100.00"), a_message("5", currency="SEK")))

        assert result.whole.difference == 0
        assert result.state == NetPayState.DIFFERENT
        assert result.findings == {NetPayFinding.CURRENCY}


class TestLines:
    def test_pair_a_run_with_the_file_of_its_sum(self) -> None:
        first, second = a_run("36609.44"), a_run("5236.38", journal="1001-2026-7-1")
        result = compared((first, second), (a_message("5236.38"), a_message("36609.40")))

        assert [(line.runs, str(line.difference)) for line in result.lines] == [
            ((second,), "0.00"),
            ((first,), "-0.04"),
        ]

    def test_do_not_guess_among_runs_of_one_sum(self) -> None:
        result = compared((a_run("5"), a_run("5", journal="b")), (a_message("5"),))

        (line,) = result.lines
        assert (len(line.runs), len(line.messages)) == (2, 1)

    def test_take_one_file_for_several_runs(self) -> None:
        result = compared((a_run("60"), a_run("40")), (a_message("100"),))

        (line,) = result.lines
        assert line.difference == 0

    def test_leave_apart_what_fits_nothing(self) -> None:
        result = compared((a_run("1"), a_run("2")), (a_message("3"), a_message("4")))

        assert [len(line.runs) + len(line.messages) for line in result.lines] == [1, 1, 1, 1]

    @given(
        runs=st.lists(st.integers(1, 9), max_size=5),
        messages=st.lists(st.integers(1, 9), max_size=5),
    )
    def test_add_up_to_the_whole(self, runs: list[int], messages: list[int]) -> None:
        result = compared(
            tuple(a_run(str(one), journal=f"{at}") for at, one in enumerate(runs)),
            tuple(a_message(str(one), payments=at + 1) for at, one in enumerate(messages)),
        )

        assert sum(line.payroll for line in result.lines) == result.whole.payroll
        assert sum(line.paid for line in result.lines) == result.whole.paid
        assert sum(line.payments for line in result.lines) == result.whole.payments


class TestSummed:
    def test_sums_per_day_and_currency(self) -> None:
        day = date(2026, 6, 30)

        sums = summed([(day, "EUR", Decimal("0.10")), (day, "EUR", Decimal("0.20"))])

        assert sums == (PaymentSum(day=day, currency="EUR", payments=2, amount=Decimal("0.30")),)
