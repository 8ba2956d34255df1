import pytest
from hypothesis import given
from hypothesis import strategies as st

from tilisilta.domain.personal_codes import find_personal_codes, mask_personal_codes

# All invented: the Finnish ones have the numbers 900 to 999, which are not issued to real people.
FINNISH_CHECKS = "0123456789ABCDEFHJKLMNPRSTUVWXY"
SIGNS = "+-ABCDEFUVWXYabcdefuvwxy"


def finnish(day: str, sign: str, number: str) -> str:
    return f"{day}{sign}{number}{FINNISH_CHECKS[int(day + number) % 31]}"


def swedish(day: str, number: str, separator: str = "-", century: str = "") -> str:
    digits = [int(digit) for digit in day + number]
    products = [digit * (2 - place % 2) for place, digit in enumerate(digits)]
    check = -sum(product // 10 + product % 10 for product in products) % 10
    return f"{century}{day}{separator}{number}{check}"


class TestFindPersonalCodes:
    @pytest.mark.parametrize("sign", SIGNS)
    def test_knows_every_finnish_century_sign(self, sign: str) -> None:
        code = finnish("150390", sign, "904")

        assert find_personal_codes(f"Palkka {code}, touko") == ("fi",)

    @pytest.mark.parametrize("dash", ["\u00ad", "\u2010", "\u2011", "\u2013", "\u2014", "\u2212"])
    def test_knows_the_dashes_word_processors_make(self, dash: str) -> None:
        assert find_personal_codes(finnish("150390", dash, "904")) == ("fi",)
        assert find_personal_codes(swedish("900315", "238", dash)) == ("se",)

    @pytest.mark.parametrize("separator", [" -", "- ", " - ", "\u00a0-\u00a0", " \u2013 "])
    def test_knows_codes_with_blanks_around_the_dash(self, separator: str) -> None:
        assert find_personal_codes(finnish("150390", separator, "904")) == ("fi",)
        assert find_personal_codes(swedish("900315", "238", separator)) == ("se",)

    @pytest.mark.parametrize(
        "code",
        [
            swedish("900315", "238", " "),
            swedish("900315", "238", " ", "19"),
            swedish("900315", "238"),
            swedish("900315", "238", "+"),
            swedish("900315", "238", ""),
            swedish("900315", "238", "-", "19"),
            swedish("900315", "238", "", "19"),
            swedish("050315", "238", "", "20"),
            swedish("900375", "238"),
            swedish("900375", "238", "", "19"),
            # Days that only some centuries have, and digits whose double is ten.
            swedish("000229", "238"),
            swedish("000229", "238", "", "20"),
            swedish("960229", "238", "", "19"),
            swedish("800229", "238"),
            swedish("900301", "238"),
            swedish("590315", "238"),
        ],
    )
    def test_knows_swedish_codes_of_ten_and_twelve_digits(self, code: str) -> None:
        assert find_personal_codes(f"Lön {code}") == ("se",)

    @pytest.mark.parametrize("code", [("290200", "A"), ("290200", "a"), ("290296", "-")])
    def test_knows_leap_days_of_the_century_that_the_sign_means(
        self, code: tuple[str, str]
    ) -> None:
        assert find_personal_codes(finnish(*code, "904")) == ("fi",)

    def test_finds_a_code_that_sticks_to_a_word(self) -> None:
        assert find_personal_codes(f"hetu{finnish('150390', '-', '904')}") == ("fi",)

    @pytest.mark.parametrize(
        "text",
        [
            "",
            "Palkat 6/2026",
            "150390-904X",  # another check sign than F
            finnish("310290", "-", "904"),  # no such day
            finnish("290200", "-", "904"),  # 1900 had no such day, unlike 2000
            swedish("000229", "238", "", "19"),
            swedish("901315", "238"),  # no such month: this is how organisations are numbered
            "900315-2380",  # another check digit
            "1" + swedish("900315", "238", ""),  # eleven digits
            "FI21 1234 5600 0007 85",
            "2026-06-30 1234.50",
        ],
    )
    def test_leaves_other_texts_alone(self, text: str) -> None:
        assert find_personal_codes(text) == ()

    @given(st.dates(), st.integers(min_value=900, max_value=999), st.sampled_from(SIGNS))
    def test_finds_every_wrong_check_sign_wrong(self, day: object, number: int, sign: str) -> None:
        code = finnish(f"{day:%d%m%y}", sign, str(number))
        wrong = FINNISH_CHECKS[(FINNISH_CHECKS.index(code[-1]) + 1) % 31]

        assert "fi" not in find_personal_codes(code[:-1] + wrong)


class TestMaskPersonalCodes:
    def test_replaces_all_codes_and_nothing_else(self) -> None:
        one, other = finnish("150390", "-", "904"), swedish("900315", "238", "", "19")

        masked = mask_personal_codes(f"Palkka {one}, lön {other}.")

        assert masked == "Palkka ***, lön ***."

    @given(st.text())
    def test_leaves_no_code(self, text: str) -> None:
        code = finnish("150390", "A", "904")

        masked = mask_personal_codes(f"{text}{code}")

        assert not find_personal_codes(masked)
