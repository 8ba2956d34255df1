"""How answers are written."""

from datetime import date
from decimal import Decimal

import pytest
from django.core.exceptions import ValidationError

from tilisilta.management.output import amount, as_document, refusal_of, table


class TestAsDocument:
    def test_writes_amounts_as_texts(self) -> None:
        written = as_document({"debit": Decimal("1234.5"), "date": date(2026, 6, 30)})

        assert written == '{\n  "debit": "1234.50",\n  "date": "2026-06-30"\n}'

    def test_refuses_what_has_no_place_in_it(self) -> None:
        with pytest.raises(TypeError, match="object has no place"):
            as_document({"thing": object()})

    def test_keeps_letters_as_they_are(self) -> None:
        assert "Skärgårdens" in as_document({"name": "Skärgårdens Bygg AB"})


class TestTable:
    def test_sets_columns_under_their_headers(self) -> None:
        drawn = table(("Name", "Debit"), [("Palkat", "1.00"), ("TyEL", "200.00")], right="Debit")

        assert drawn.splitlines() == [
            "Name     Debit",
            "------  ------",
            "Palkat    1.00",
            "TyEL    200.00",
        ]

    def test_has_only_headers_without_rows(self) -> None:
        assert table(("Name",), []).splitlines() == ["Name", "----"]


class TestAmount:
    @pytest.mark.parametrize(
        ("value", "shown"),
        [("0", "0.00"), ("-1234567.8", "-1 234 567.80"), ("999.99", "999.99")],
    )
    def test_groups_digits_and_keeps_cents(self, value: str, shown: str) -> None:
        assert amount(Decimal(value)) == shown


class TestRefusalOf:
    def test_names_the_fields(self) -> None:
        refused = refusal_of(ValidationError({"clearing_account": ["Digits and letters only."]}))

        assert "clearing_account: Digits and letters only." in str(refused)

    def test_repeats_what_was_wrong_as_a_whole(self) -> None:
        refused = refusal_of(ValidationError("The password is too short."))

        assert "The password is too short." in str(refused)
