"""Which company in Procountor is the company in Nmbrs, with any spelling."""

import pytest

from tilisilta.domain.company_match import (
    Agreement,
    compare_companies,
    pair_digest,
    plain_business_id,
    plain_name,
)


class TestPlainName:
    @pytest.mark.parametrize(
        ("one", "other"),
        [
            ("Koivulammi Huolto Oy", "KOIVULAMMI HUOLTO OY"),
            ("Koivulammi Huolto Oy", "Koivulammi Huolto"),
            ("Koivulammi Huolto Oy", "Oy Koivulammi Huolto Ab"),
            ("Skärgårdens Bygg Ab", "Skärgårdens Bygg AB"),
            ("Skärgårdens Bygg Ab", "Ab Skärgårdens Bygg"),
            ("Nosto & Siirto Oy", "Nosto, Siirto, Oy"),
            ("Pajulahti-Sahat Oyj", "Pajulahti Sahat"),
            ("K. Virtanen Ky", "K Virtanen"),
            ("O.Y. Malli A.B.", "Malli Oy"),
            ("Koivulammi  Huolto\u00a0Oy", "Koivulammi Huolto oy"),
            ("Ska\u0308rga\u030ardens Bygg", "Skärgårdens Bygg"),
            ("Malli ry", "Malli r.y."),
            ("Tmi Matti Malli", "Matti Malli"),
            ("Oy Ab Malli", "Malli Oy Ab"),
            ("Osuuskunta Malli", "Malli osk"),
            ("Malli Abp (publ)", "Malli Oyj"),
            ("Koivulammi_Huolto Oy", "Koivulammi Huolto"),
        ],
    )
    def test_is_the_same_for_one_company(self, one: str, other: str) -> None:
        assert plain_name(one) == plain_name(other)

    @pytest.mark.parametrize(
        ("one", "other"),
        [
            ("Koivulammi Huolto Oy", "Koivulammi Konepaja Oy"),
            ("Koivulammi Huolto Oy", "Koivulammi Huolto 2 Oy"),
            ("Saaristo Oy", "Saaristo Holding Oy"),
            ("Malli Tampere Oy", "Malli Turku Oy"),
            ("Asunto Oy Kuusi", "Oy Kuusi"),
            ("Hälsö Ab", "Halso Ab"),
            # Letters of a legal form that are part of the name.
            ("RS Rakennus Oy", "Rakennus Oy"),
            ("HB Kone Oy", "Kone Oy"),
            ("Sia Cleaning Oy", "Cleaning Oy"),
            ("KB Kuljetus Oy", "AY Kuljetus Ab"),
            ("Limited Edition Oy", "Edition Oy"),
            ("Inc Design Oy", "Design Oy"),
            ("Osk Kone BV Oy", "Kone NV Palvelu Oy"),
            ("Rakennus RS Palvelu Oy", "Rakennus Palvelu Oy"),
        ],
    )
    def test_differs_for_two_companies(self, one: str, other: str) -> None:
        assert plain_name(one) != plain_name(other)

    def test_of_a_legal_form_alone_is_not_empty(self) -> None:
        assert plain_name("Oy") == "oy"


class TestPlainBusinessId:
    @pytest.mark.parametrize(
        ("one", "other"),
        [
            ("1234567-8", "FI12345678"),
            ("1234567-8", "FI 1234567-8"),
            ("123456-7", "0123456-7"),
            ("556012-3456", "SE556012345601"),
            ("556012-3456", "5560123456"),
        ],
    )
    def test_is_the_same_however_it_is_written(self, one: str, other: str) -> None:
        assert plain_business_id(one) == plain_business_id(other)

    @pytest.mark.parametrize(
        "foreign", ["NL001234567B01", "SE5560123456", "FIA1234567", "ABC1234", "12345"]
    )
    def test_of_another_form_is_left_as_it_is(self, foreign: str) -> None:
        assert plain_business_id(foreign) == foreign

    def test_includes_the_check_digit(self) -> None:
        assert plain_business_id("1234567-8") != plain_business_id("1234567-9")


class TestPairDigest:
    def test_is_what_it_has_always_been(self) -> None:
        # Confirmed pairs are stored by it: another form would have people confirm them all again.
        pair = pair_digest(
            name="Koivulammi Huolto Oy",
            business_id="1234567-8",
            other_name="KOIVULAMMI",
            other_business_id="",
        )

        assert pair == "5a706e561d544bdc9aece7040e6fb2d7a21a24dc9d237ef3f307cd5e15df16db"


class TestCompareCompanies:
    def test_is_equal_when_all_that_is_known_agrees(self) -> None:
        match = compare_companies(
            name="Malli Oy", business_id="", other_name="MALLI", other_business_id="1234567-8"
        )

        assert match.is_equal
        assert match.business_id is Agreement.UNKNOWN

    @pytest.mark.parametrize(
        ("name", "business_id"), [("Toinen Oy", "1234567-8"), ("Malli Oy", "7654321-0")]
    )
    def test_asks_when_either_differs(self, name: str, business_id: str) -> None:
        match = compare_companies(
            name=name,
            business_id=business_id,
            other_name="Malli Oy",
            other_business_id="1234567-8",
        )

        assert match.is_different

    def test_claims_nothing_when_nothing_is_known(self) -> None:
        match = compare_companies(
            name="", business_id="", other_name="Malli Oy", other_business_id=""
        )

        assert not match.is_equal
        assert not match.is_different
