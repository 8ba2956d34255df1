import pytest
from hypothesis import given
from hypothesis import strategies as st

from tilisilta.domain.likeness import LikeCodes

CODES = LikeCodes(["5010", "2961", "0410", "P-108", "420", "41", "7", "11", "MYYNTI"])
accounts = st.integers(min_value=1000, max_value=99999).map(str)
ways = st.sampled_from(
    [
        "{}.0",
        "{},00",
        '="{}"',
        "'{}",
        "0{}",
        "000{}.0",
        "{} Palkat",
        "{} - Palkat",
        "Palkat {}",
        "{}.",
        " {} ",
        "\u00a0{}",
        "({}) Palkat",
        "“{}”",
    ]
)


class TestLikeCodes:
    @pytest.mark.parametrize(
        "written",
        [
            "5010.0",
            "5010.00",
            "5010,0",
            '="5010"',
            "=5010",
            '"5010"',
            "'5010",
            "“5010”",
            "05010",
            "005010",
            "5010 Palkat",
            "5010Palkat",
            "5010-Palkat",
            "5010: Palkat",
            "5010_Palkat",
            "5010\tPalkat",
            "(5010) Palkat",
            "5010.0 Palkat",
            "5010 Palkat 2",
            "Palkat 5010",
            "tili 5010",
            "50 10",
            "5\u00a0010",
            "5 010",
            "5.010",
            "5,010",
            "5'010",
            "5010.",
            "5010,-",
            "5010-00",
            "5010/0",
            "\u0665\u0660\u0661\u0660",
            "5010 EUR",
            "\uff15\uff10\uff11\uff10",
            "\u200b5010",
            "5.01E+03",
            "5,01E+03",
            "#5010",
            "+5010",
            "5O1O",
            "50 10.0",
            "5.010,00",
            "Palkat5010",
        ],
    )
    def test_finds_a_code_that_is_only_written_differently(self, written: str) -> None:
        assert CODES.meant_by(written) == "5010"

    @pytest.mark.parametrize(
        ("written", "meant"),
        [
            ("410", "0410"),
            ("410.0", "0410"),
            ("p-108", "P-108"),
            ("P-108 Nosturi", "P-108"),
            ("420 Siivous", "420"),
            ("4.20E+02", "420"),
            ("P-108 Suuri nosturi", "P-108"),
            ("Suuri nosturi P-108", "P-108"),
            ("P-108: Nosturi", "P-108"),
            ("41-Palkat", "41"),
        ],
    )
    def test_returns_the_known_form_of_the_code(self, written: str, meant: str) -> None:
        assert CODES.meant_by(written) == meant

    @pytest.mark.parametrize(
        "written",
        [
            "50101",
            "501",
            "15010",
            "5010.5",
            "5010-1",
            "5010/410",
            "5010 2961",
            "5010A",
            "5020 Palkat",
            "9999",
            "Year 2026",
            "Palkat",
            "",
            "  ",
            "P-109 Nosturi",
            "P-108 4",
            "Palkat 5010 osasto",
            "7-Palkat",
            # Letters that people write for figures are none on their own, nor is a name a code.
            "Il",
            "Myynti Oulu",
        ],
    )
    def test_finds_nothing_for_another_code(self, written: str) -> None:
        assert CODES.meant_by(written) == ""

    @pytest.mark.parametrize(("written", "meant"), [("5010a", "5010"), ("9999a", "")])
    def test_knows_that_numbers_have_no_letters(self, written: str, meant: str) -> None:
        assert LikeCodes(["5010"], are_numbers=True).meant_by(written) == meant

    @given(account=accounts, way=ways)
    def test_finds_any_account_in_any_of_these_ways(self, account: str, way: str) -> None:
        assert LikeCodes([account]).meant_by(way.format(account)) == account

    @given(account=accounts, other=accounts, way=ways)
    def test_never_takes_one_account_for_another(self, account: str, other: str, way: str) -> None:
        meant = LikeCodes([account]).meant_by(way.format(other))

        assert meant in ("", other)

    @given(st.text(max_size=30))
    def test_accepts_any_text(self, text: str) -> None:
        CODES.meant_by(text)
