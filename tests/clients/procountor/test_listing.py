from dataclasses import dataclass, field
from datetime import date, datetime, timedelta, timezone

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tilisilta.clients.procountor.decoding import ListedReceipt, ReceiptPage
from tilisilta.clients.procountor.errors import ProcountorUnavailable
from tilisilta.clients.procountor.listing import ReceiptWindow, read_all


def listed(number: int) -> ListedReceipt:
    return ListedReceipt(
        ledger_receipt_id=number,
        receipt_number=number,
        name=f"Palkat #{number:08}",
        receipt_date=date(2026, 6, 30),
        status="UNFINISHED",
    )


@dataclass(kw_only=True)
class Ledger:
    """A list that is read newest first and may change between two pages."""

    ids: set[int]
    page_size: int = 3
    says_sizes: bool = True
    says_total: bool = True
    removals: list[int | None] = field(default_factory=list)
    additions: list[int | None] = field(default_factory=list)
    page_count: int = 0

    def page(self, number: int) -> ReceiptPage:
        self.page_count += 1
        newest_first = sorted(self.ids, reverse=True)
        shown = newest_first[number * self.page_size : (number + 1) * self.page_size]
        page = ReceiptPage(
            receipts=tuple(listed(one) for one in shown),
            page_size=self.page_size if self.says_sizes else None,
            total_count=len(self.ids) if self.says_total else None,
        )
        self._live_on()
        return page

    def _live_on(self) -> None:
        removed = self.removals.pop(0) if self.removals else None
        added = self.additions.pop(0) if self.additions else None
        self.ids -= {removed} if removed else set()
        self.ids |= {added} if added else set()


class TestReceiptWindow:
    def test_is_a_day_wider_on_either_side(self) -> None:
        window = ReceiptWindow(first=date(2026, 6, 1), last=date(2026, 6, 30))

        assert window.parameters() == {"startDate": "2026-05-31", "endDate": "2026-07-01"}

    def test_begins_a_day_earlier_for_any_zone_of_procountor(self) -> None:
        moment = datetime(2026, 7, 2, 0, 30, 0, 999, tzinfo=timezone(timedelta(hours=3)))

        parameters = ReceiptWindow(created_since=moment).parameters()

        assert parameters == {"createdStartDate": "2026-06-30T21:30:00"}


class TestReadAll:
    @pytest.mark.parametrize("count", [0, 1, 2, 3, 4, 6, 7])
    @pytest.mark.parametrize("says_sizes", [True, False])
    @pytest.mark.parametrize("says_total", [True, False])
    def test_reads_each_receipt_once(self, count: int, says_sizes: bool, says_total: bool) -> None:
        ledger = Ledger(ids=set(range(1, count + 1)), says_sizes=says_sizes, says_total=says_total)

        receipts = read_all(ledger.page)

        assert [one.ledger_receipt_id for one in receipts] == list(range(count, 0, -1))

    def test_reads_no_page_twice_when_nothing_changes(self) -> None:
        ledger = Ledger(ids=set(range(1, 9)))

        read_all(ledger.page)

        assert ledger.page_count == 3

    def test_reads_again_when_a_receipt_left_the_list_meanwhile(self) -> None:
        ledger = Ledger(ids=set(range(1, 8)), removals=[7])

        receipts = read_all(ledger.page)

        assert {one.ledger_receipt_id for one in receipts} == set(range(1, 7))

    @pytest.mark.parametrize("says_total", [True, False])
    @given(
        count=st.integers(min_value=0, max_value=14),
        removals=st.lists(st.none() | st.integers(1, 14), max_size=4),
        additions=st.lists(st.none() | st.integers(15, 20), max_size=4),
    )
    def test_misses_no_receipt_that_was_there_throughout(
        self,
        says_total: bool,
        count: int,
        removals: list[int | None],
        additions: list[int | None],
    ) -> None:
        ledger = Ledger(
            ids=set(range(1, count + 1)),
            says_total=says_total,
            removals=list(removals),
            additions=list(additions),
        )
        throughout = ledger.ids - set(removals)

        receipts = read_all(ledger.page)

        assert throughout <= {one.ledger_receipt_id for one in receipts}

    def test_gives_up_on_a_list_that_keeps_changing(self) -> None:
        ledger = Ledger(ids=set(range(1, 41)), removals=list(range(40, 0, -1)), page_size=5)

        with pytest.raises(ProcountorUnavailable, match="kept changing"):
            read_all(ledger.page)

    def test_gives_up_on_a_list_that_repeats_its_first_page(self) -> None:
        ledger = Ledger(ids={1, 2, 3, 4})

        with pytest.raises(ProcountorUnavailable, match="same page"):
            read_all(lambda _: ledger.page(0))
