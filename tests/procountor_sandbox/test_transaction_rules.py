from typing import Any

import httpx2
import pytest
from tests.procountor_sandbox.calling import (
    CRANE,
    PASSIVE_PROJECT,
    PROJECTS,
    SERVICE,
    dimension_value,
    messages,
    receipt,
    row,
    wages,
)

from procountor_sandbox.refusals import ACCOUNT_OR_VAT, UNKNOWN_DIMENSION

ROW = "transactions[0]"
VALUES = f"{ROW}.dimensionItemValues"


class TestTransactionRules:
    @pytest.mark.parametrize(
        "name", ["transactionType", "account", "accountingValue", "vatPercent"]
    )
    def test_refuse_a_missing_required_field(self, caller: httpx2.Client, name: str) -> None:
        answer = caller.post("ledgerreceipts", json=wages(**{name: None}))

        field = f"{ROW}.{name}"
        assert messages(answer) == [(field, f"Value of the '{field}' cannot be blank.")]

    @pytest.mark.parametrize(
        ("name", "value"),
        [
            ("transactionType", "entry"),
            ("account", 5010),
            ("accountingValue", "100.00"),
            ("accountingValue", True),
            ("accountingValue", 10**15),
            ("vatPercent", "0"),
            ("startDate", "today"),
        ],
    )
    def test_refuse_values_of_the_wrong_kind(
        self, caller: httpx2.Client, name: str, value: object
    ) -> None:
        answer = caller.post("ledgerreceipts", json=wages(**{name: value}))

        field = f"{ROW}.{name}"
        assert messages(answer) == [(field, f"Value of the '{field}' field is invalid")]

    @pytest.mark.parametrize(
        ("name", "value", "wrong", "code"),
        [
            ("account", "5035", "account", ACCOUNT_OR_VAT),
            ("account", "5095", "account", ACCOUNT_OR_VAT),
            ("vatPercent", 24, "account", ACCOUNT_OR_VAT),
            ("vatStatus", 99, "vatStatus", "SANDBOX_VAT_STATUS_NOT_ENABLED"),
            ("accountingValue", 0, "accountingValue", "SANDBOX_ROW_OF_ZERO"),
            ("accountingValue", 0.004, "accountingValue", "SANDBOX_ROW_OF_ZERO"),
            ("description", "x" * 256, "description", "SANDBOX_TOO_LONG"),
            ("description", "a\tb", "description", "SANDBOX_CONTROL_CHARACTERS"),
            ("description", "Győr", "description", "SANDBOX_CHARACTERS_OUTSIDE_WINDOWS_1252"),
            ("balanceCode", "1", "balanceCode", "SANDBOX_BALANCE_CODES_NOT_IN_USE"),
            ("partnerId", 1, "partnerId", "SANDBOX_PARTNER_ON_ROW_ONLY_IN_NORWAY"),
            ("vatDeductionPercent", 101, "vatDeductionPercent", "SANDBOX_NOT_A_PERCENTAGE"),
            ("vatDeductiblePercent", 100, "vatDeductiblePercent", "SANDBOX_UNKNOWN_FIELD"),
        ],
    )
    def test_refuse_what_the_documentation_rules_out(
        self, caller: httpx2.Client, name: str, value: object, wrong: str, code: str
    ) -> None:
        answer = caller.post("ledgerreceipts", json=wages(**{name: value}))

        assert answer.status_code == 400
        assert messages(answer) == [(f"{ROW}.{wrong}", code)]

    @pytest.mark.parametrize("kind", ["REVERSING_ENTRY", "RECONCILIATION_ENTRY"])
    def test_allow_one_row_of_the_special_kinds(self, caller: httpx2.Client, kind: str) -> None:
        one = receipt(row(transactionType=kind), row("2961", -100.0))
        two = receipt(row(transactionType=kind), row("2961", -100.0, transactionType=kind))

        assert caller.post("ledgerreceipts", json=one).status_code == 200
        assert messages(caller.post("ledgerreceipts", json=two)) == [
            ("transactions", f"SANDBOX_MORE_THAN_ONE_{kind}")
        ]

    def test_allow_no_vat_on_the_special_kinds(self, caller: httpx2.Client) -> None:
        sent = wages(transactionType="REVERSING_ENTRY", vatStatus=12, vatPercent=25.5)

        answer = caller.post("ledgerreceipts", json=sent)

        assert messages(answer) == [
            (f"{ROW}.vatStatus", "SANDBOX_VAT_STATUS_ONLY_ON_ENTRY"),
            (f"{ROW}.vatPercent", "SANDBOX_VAT_ONLY_ON_ENTRY"),
        ]


class TestDimensionRules:
    def test_require_each_dimension_to_sum_to_the_row(self, caller: httpx2.Client) -> None:
        crane = {"dimension_id": PROJECTS, "item_id": CRANE}
        right = [
            dimension_value(60.0),
            dimension_value(40.0, item_id=SERVICE),
            dimension_value(100.0, **crane),
        ]
        wrong = [dimension_value(100.0), dimension_value(99.99, **crane)]

        accepted = caller.post("ledgerreceipts", json=wages(dimensionItemValues=right))
        refused = caller.post("ledgerreceipts", json=wages(dimensionItemValues=wrong))

        assert accepted.status_code == 200
        assert messages(refused) == [(VALUES, "SANDBOX_DIMENSION_SUM_MISMATCH")]

    def test_require_negative_values_on_credit_rows(self, caller: httpx2.Client) -> None:
        credit = row("2961", -100.0, dimensionItemValues=[dimension_value(100.0)])

        answer = caller.post("ledgerreceipts", json=receipt(row(), credit))

        assert messages(answer) == [
            ("transactions[1].dimensionItemValues", "SANDBOX_DIMENSION_SUM_MISMATCH")
        ]

    @pytest.mark.parametrize(
        "value",
        [
            dimension_value(item_id=1),
            dimension_value(dimension_id=1),
            dimension_value(item_id=CRANE),
            dimension_value(dimension_id=PROJECTS, item_id=PASSIVE_PROJECT),
        ],
        ids=["unknown item", "unknown dimension", "item of another", "passive item"],
    )
    def test_refuse_items_that_cannot_be_booked_on(
        self, caller: httpx2.Client, value: dict[str, Any]
    ) -> None:
        answer = caller.post("ledgerreceipts", json=wages(dimensionItemValues=[value]))

        assert answer.status_code == 400
        assert messages(answer) == [(VALUES, UNKNOWN_DIMENSION)]

    def test_refuse_an_item_twice(self, caller: httpx2.Client) -> None:
        values = [dimension_value(60.0), dimension_value(40.0)]

        answer = caller.post("ledgerreceipts", json=wages(dimensionItemValues=values))

        assert messages(answer) == [(VALUES, "SANDBOX_DIMENSION_ITEM_TWICE")]

    def test_refuse_more_than_two_decimals(self, caller: httpx2.Client) -> None:
        values = [dimension_value(99.995), dimension_value(0.005, item_id=SERVICE)]

        answer = caller.post("ledgerreceipts", json=wages(dimensionItemValues=values))

        assert (f"{VALUES}[0].value", "SANDBOX_MORE_THAN_TWO_DECIMALS") in messages(answer)

    @pytest.mark.parametrize("name", ["dimensionId", "itemId", "value"])
    def test_require_all_three_fields(self, caller: httpx2.Client, name: str) -> None:
        value = dimension_value() | {name: None}

        answer = caller.post("ledgerreceipts", json=wages(dimensionItemValues=[value]))

        field = f"{VALUES}[0].{name}"
        assert messages(answer) == [(field, f"Value of the '{field}' cannot be blank.")]
