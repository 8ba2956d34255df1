import hashlib
from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tilisilta.domain.identity import (
    ALPHABET,
    MOST_REFERENCE_CHARACTERS,
    receipt_name,
    receipt_notes,
    receipt_token,
    run_reference,
)
from tilisilta.domain.journals import BookingPeriod, Run
from tilisilta.domain.receipt_words import words_in

JUNE = date(2026, 6, 30)
PERIOD = BookingPeriod(year=2026, month=6)


def token(  # Positional here, so that the table of pinned tokens stays readable.
    company: int, number: int, year: int, run: str, revision: int, day: date, epoch: int
) -> str:
    return receipt_token(
        procountor_company_id=company,
        company_number=number,
        run_year=year,
        run_number=run,
        revision=revision,
        booking_date=day,
        epoch=epoch,
    )


PINNED = [
    ((50101, 1001, 2026, "6", 1, date(2026, 1, 31), 0), "R0ZV3VK5"),
    ((50101, 1001, 2026, "6", 1, JUNE, 0), "QGF78VPD"),
    ((50101, 1001, 2026, "6", 1, JUNE, 1), "5JMJ5DDC"),
    ((50101, 1001, 2026, "6", 2, JUNE, 0), "RK1ZPD1X"),
    ((50101, 1001, 2026, "3b", 1, JUNE, 0), "FHCWW824"),
    ((50102, 1001, 2026, "6", 1, JUNE, 0), "VMHFAVVZ"),
    ((50101, 1002, 2026, "6", 1, JUNE, 0), "M25VV7K5"),
    ((50101, 1001, 2025, "6", 1, JUNE, 0), "827GKG1S"),
]
identities = st.tuples(
    st.integers(min_value=1),
    st.integers(min_value=1),
    st.integers(min_value=1900, max_value=2200),
    st.text(max_size=20).map(str.strip),
    st.integers(min_value=1),
    st.dates(),
    st.integers(min_value=0),
)


class TestReceiptToken:
    @pytest.mark.parametrize(("identity", "expected"), PINNED)
    def test_is_what_it_has_always_been(
        self, identity: tuple[int, int, int, str, int, date, int], expected: str
    ) -> None:
        # Receipts that carry these are in the books of real companies: never change a token here.
        assert token(*identity) == expected

    def test_is_that_of_the_first_epoch_where_none_is_named(self) -> None:
        made = receipt_token(
            procountor_company_id=50101,
            company_number=1001,
            run_year=2026,
            run_number="6",
            revision=1,
            booking_date=JUNE,
        )

        assert made == "QGF78VPD"

    def test_is_made_as_its_documentation_says(self) -> None:
        encoded = b"19:tilisilta-receipt-1,5:50101,4:1001,4:2026,1:6,1:1,10:2026-06-30,1:0,"
        bits = int.from_bytes(hashlib.sha256(encoded).digest()[:5], "big")

        by_hand = "".join(ALPHABET[bits >> shift & 31] for shift in range(35, -1, -5))

        assert token(50101, 1001, 2026, "6", 1, JUNE, 0) == by_hand

    @given(identities)
    def test_is_eight_characters_that_people_do_not_confuse(
        self, identity: tuple[int, int, int, str, int, date, int]
    ) -> None:
        made = token(*identity)

        assert len(made) == 8
        assert set(made) <= set("0123456789ABCDEFGHJKMNPQRSTVWXYZ")

    @given(identities, identities)
    def test_differs_for_different_identities(
        self,
        one: tuple[int, int, int, str, int, date, int],
        other: tuple[int, int, int, str, int, date, int],
    ) -> None:
        assert (token(*one) == token(*other)) == (one == other)

    def test_does_not_change_with_blanks_around_the_run_number(self) -> None:
        assert token(1, 2, 2026, " 6 ", 1, JUNE, 0) == token(1, 2, 2026, "6", 1, JUNE, 0)


class TestReceiptName:
    def test_is_reference_and_token(self) -> None:
        period = BookingPeriod(year=2026, month=6)

        reference = run_reference("Palkat", period, Run(year=2026, number="6"))

        assert receipt_name(reference, "K4T8QDXZ") == "Palkat 2026-06 run 6 #K4T8QDXZ"

    @pytest.mark.parametrize(
        ("language", "expected"),
        [
            ("fi", "Palkat 2026-06 ajo 6, Kesäkuun palkat"),
            ("sv", "Löner 2026-06 körning 6, Kesäkuun palkat"),
            ("en", "Payroll 2026-06 run 6, Kesäkuun palkat"),
        ],
    )
    def test_has_the_words_of_the_books_and_the_run_s_own_description(
        self, language: str, expected: str
    ) -> None:
        words = words_in(language)
        run = Run(year=2026, number="6", description=" Kesäkuun  palkat ")

        assert run_reference(words.title, PERIOD, run, words=words) == expected

    def test_has_as_much_of_a_description_as_fits(self) -> None:
        run = Run(year=2026, number="6", description="Kesäkuu " * 20)

        reference = run_reference("Palkat", PERIOD, run)

        assert len(reference) <= MOST_REFERENCE_CHARACTERS
        assert reference.endswith("…")
        assert receipt_name(reference, "K4T8QDXZ").startswith(f"{reference} #")

    def test_leaves_no_blank_where_it_is_cut(self) -> None:
        run = Run(year=2026, number="6", description="Kesäkuu " * 20)

        cut = [run_reference("A" * length, PERIOD, run) for length in range(1, 20)]

        assert not any(reference.endswith(" …") for reference in cut)

    @pytest.mark.parametrize(("length", "room"), [(46, 8), (47, 7)])
    def test_has_a_description_of_eight_characters_or_none(self, length: int, room: int) -> None:
        run = Run(year=2026, number="6", description="Kesäkuun palkat")
        plain = f"{'A' * length} 2026-06 run 6"

        reference = run_reference("A" * length, PERIOD, run)

        assert len(plain) + len(", ") + room == MOST_REFERENCE_CHARACTERS
        assert (reference != plain) is (room == 8)

    def test_leaves_out_a_description_for_which_there_is_no_room(self) -> None:
        run = Run(year=2026, number="6" * 20, description="Kesäkuu")

        reference = run_reference("A" * 30, PERIOD, run)

        assert reference == "A" * 30 + " 2026-06 run " + "6" * 20

    def test_leaves_out_a_description_with_a_personal_code(self) -> None:
        run = Run(year=2026, number="6", description="Loppupalkka 131052-308T")

        assert run_reference("Palkat", PERIOD, run) == "Palkat 2026-06 run 6"

    def test_cuts_the_reference_and_never_the_token(self) -> None:
        name = receipt_name("a" * 100, "K4T8QDXZ")

        assert name == "a" * 69 + "… #K4T8QDXZ"
        assert len(name) == 80

    def test_is_not_cut_while_it_fits(self) -> None:
        assert receipt_name("a" * 70, "K4T8QDXZ") == "a" * 70 + " #K4T8QDXZ"


class TestReceiptNotes:
    def test_lead_back_to_the_run(self) -> None:
        notes = receipt_notes("K4T8QDXZ", company_number=1001, run=Run(year=2026, number="6"))

        assert notes == "Tilisilta K4T8QDXZ · Nmbrs 1001 · run 6/2026"

    def test_say_which_month_a_moved_receipt_is_for(self) -> None:
        january = BookingPeriod(year=2026, month=1)

        notes = receipt_notes(
            "K4T8QDXZ", company_number=1001, run=Run(year=2026, number="6"), moved_from=january
        )

        assert notes.endswith(" · run 6/2026 · for 2026-01")

    def test_have_single_blanks_in_the_name_of_the_run(self) -> None:
        run = Run(year=2026, number="6  extra")

        notes = receipt_notes("K4T8QDXZ", company_number=1001, run=run)

        assert notes.endswith(" · run 6 extra/2026")

    def test_fit_with_any_name_of_the_run(self) -> None:
        run = Run(year=2026, number="9" * 400)

        notes = receipt_notes("K4T8QDXZ", company_number=10**9, run=run)

        assert len(notes) <= 255
        assert notes.endswith("…/2026")
