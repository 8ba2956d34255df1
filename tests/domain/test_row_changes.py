from dataclasses import replace
from datetime import date
from decimal import Decimal

import pytest

from tilisilta.domain.receipts import DimensionValue, ReceiptBody, Transaction
from tilisilta.domain.row_changes import heading_changes, row_changes


def row(account: str, amount: str, text: str = "", *items: int) -> Transaction:
    value = Decimal(amount)
    return Transaction(
        account=account,
        accounting_value=value,
        description=text,
        dimension_values=tuple(
            DimensionValue(dimension_id=1, item_id=item, value=value) for item in items
        ),
    )


WAGES = row("5010", "60.00", "Palkat", 10)
OVERTIME = row("5030", "40.00", "Ylityö", 10)
NET = row("2961", "-100.00", "Netto")
SENT = (WAGES, OVERTIME, NET)


class TestRowChanges:
    @pytest.mark.parametrize(
        "now",
        [
            pytest.param(SENT, id="the same"),
            pytest.param((NET, OVERTIME, WAGES), id="another order"),
            pytest.param((*SENT[:2], replace(NET, accounting_value=Decimal("-1E+2"))), id="zeros"),
            pytest.param((replace(WAGES, description=" Palkat  "), *SENT[1:]), id="blanks"),
            pytest.param(
                (WAGES, replace(OVERTIME, description="Ylityo\u0308"), NET), id="composed letters"
            ),
            pytest.param((replace(WAGES, vat_percent=Decimal("0.0")), *SENT[1:]), id="no VAT"),
        ],
    )
    def test_are_none_where_nothing_was_changed(self, now: tuple[Transaction, ...]) -> None:
        assert row_changes(SENT, now) == ()

    @pytest.mark.parametrize(
        ("change", "field"),
        [
            ({"account": "5020"}, "account"),
            ({"accounting_value": Decimal("60.01")}, "accounting_value"),
            ({"description": "Palkat, korjattu"}, "description"),
            ({"dimension_values": ()}, "dimension_values"),
            ({"vat_percent": Decimal("25.5")}, "vat_percent"),
        ],
    )
    def test_show_the_old_row_beside_the_new_one(
        self, change: dict[str, object], field: str
    ) -> None:
        changed = replace(WAGES, **change)  # type: ignore[arg-type]

        (found,) = row_changes(SENT, (NET, changed, OVERTIME))

        assert (found.number, found.was, found.now) == (1, WAGES, changed)
        assert found.fields == (field,)
        assert found.changes_books == (field != "description")

    def test_name_rows_that_were_removed_and_added(self) -> None:
        bonus = row("5110", "40.00", "Lomapalkka", 20)

        assert [(one.number, one.was, one.now) for one in row_changes(SENT, (WAGES, NET))] == [
            (2, OVERTIME, None)
        ]
        assert [(one.number, one.was, one.now) for one in row_changes(SENT, (bonus, *SENT))] == [
            (1, None, bonus)
        ]

    def test_find_the_changed_one_of_several_equal_rows(self) -> None:
        changed = row("5010", "61.00", "Palkat", 10)

        (found,) = row_changes((WAGES, WAGES, WAGES), (WAGES, changed, WAGES))

        assert (found.number, found.was, found.now) == (2, WAGES, changed)

    def test_keep_apart_two_rows_that_changed_in_amount(self) -> None:
        more, less = row("5010", "70.00", "Palkat", 10), row("2961", "-110.00", "Netto")

        changes = row_changes(SENT, (less, more, OVERTIME))

        assert [(one.was, one.now) for one in changes] == [(WAGES, more), (NET, less)]


class TestHeadingChanges:
    def test_name_old_and_new_value(self) -> None:
        sent = ReceiptBody(
            name="Palkat #R0ZV3VK5",
            receipt_date=date(2026, 6, 30),
            accountants_notes="Tilisilta R0ZV3VK5",
            transactions=SENT,
        )
        now = replace(sent, name="Palkat  #R0ZV3VK5", receipt_date=date(2026, 6, 29))

        changes = heading_changes(sent, now)

        assert [(one.field, one.was, one.now) for one in changes] == [
            ("receipt_date", date(2026, 6, 30), date(2026, 6, 29))
        ]
