import pytest

from tilisilta.domain.refusals import Refusal, first_refusal_of, place_of, refusal_of, row_of


class TestRefusalOf:
    @pytest.mark.parametrize(
        ("answer", "meant"),
        [
            ("CLOSED_FISCAL_PERIOD", Refusal.PERIOD_CLOSED),
            ("ERROR_LEDGERACCOUNT_VATPERCENTAGE_COMBINATION", Refusal.ACCOUNT_OR_VAT),
            ("ERROR_VATSTATUS_VATPERC", Refusal.VAT_STATUS),
            ("DUE_DATE_BEFORE_BILL_DATE", Refusal.DUE_DATE),
            ("ERROR_BRN_CODE", Refusal.BUSINESS_ID),
            ("OVT_NOT_ALLOWED", Refusal.E_INVOICE),
            ("INVALID_OVT", Refusal.E_INVOICE),
            ("UNABLE_TO_GET_CONNECTION", Refusal.OVERLOAD),
            ("Unauthorized", Refusal.UNAUTHORISED),
            ("User rights check failed: Insufficient user rights", Refusal.RIGHTS),
            ("Value of the 'vatType' field is invalid: ", Refusal.VALUE_INVALID),
            ("Value of the 'transactions.account' cannot be blank.", Refusal.VALUE_MISSING),
        ],
    )
    def test_knows_each_code_and_text_of_the_reference(self, answer: str, meant: Refusal) -> None:
        assert refusal_of(answer, status=400) == meant

    def test_reads_a_long_code_that_was_broken_into_lines(self) -> None:
        answer = "DIMENSION_OR_DIMENSION_ITEM_IDENTIFIERS_ DOES_NOT_MATCH_THOSE_STORED_IN_DATABASE"

        assert refusal_of(answer) == Refusal.DIMENSION

    def test_takes_a_403_for_a_missing_right_whatever_its_words(self) -> None:
        assert refusal_of("", status=403) == Refusal.RIGHTS

    def test_guesses_nothing_of_an_unknown_code(self) -> None:
        assert refusal_of("SANDBOX_UNBALANCED", status=400) is None


class TestFirstRefusalOf:
    def test_is_that_of_the_first_answer_of_a_known_kind(self) -> None:
        answers = ("SANDBOX_UNBALANCED", "CLOSED_FISCAL_PERIOD", "INVALID_OVT")

        assert first_refusal_of(answers, status=400) == Refusal.PERIOD_CLOSED

    def test_is_a_known_code_rather_than_what_the_status_means(self) -> None:
        assert first_refusal_of(["CLOSED_FISCAL_PERIOD"], status=403) == Refusal.PERIOD_CLOSED

    @pytest.mark.parametrize(("status", "meant"), [(403, Refusal.RIGHTS), (400, None)])
    def test_goes_by_the_status_where_no_answer_is_known(
        self, status: int, meant: Refusal | None
    ) -> None:
        assert first_refusal_of(["SANDBOX_UNBALANCED"], status=status) == meant
        assert first_refusal_of([], status=status) == meant


class TestPlaceOf:
    @pytest.mark.parametrize(
        ("field", "row", "place"),
        [
            ("transactions[0].account", 1, "row 1 account"),
            ("transactions[11].dimensionItemValues[0].value", 12, "row 12 dimension_values"),
            ("transactions[2]", 3, "row 3"),
            ("receiptDate", None, "receipt_date"),
            ("somethingNew", None, "somethingNew"),
            ("", None, ""),
        ],
    )
    def test_counts_rows_as_people_do(self, field: str, row: int | None, place: str) -> None:
        assert (row_of(field), place_of(field)) == (row, place)
