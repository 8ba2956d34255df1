"""What the words of a search may mean."""

import pytest

from tilisilta.domain.search_words import search_words


class TestSearchWords:
    @pytest.mark.parametrize("typed", ["  Koivulammi \t Oy ", "Koivulammi\0Oy", "Koivulammi Oy"])
    def test_keep_the_text_without_needless_blanks(self, typed: str) -> None:
        assert search_words(typed).text == "Koivulammi Oy"

    @pytest.mark.parametrize(
        ("typed", "number"),
        [
            ("20380", 20380),
            (" 20 380 ", 20380),
            ("20\u00a0380", 20380),
            ("#20380", 20380),
            ("0020380", 20380),
            ("2147483647", 2147483647),
            ("2147483648", None),
            ("9" * 5000, None),
            ("٢٠٣٨٠", None),
            ("-5", None),
            ("20380.5", None),
            ("", None),
        ],
    )
    def test_are_a_number(self, typed: str, number: int | None) -> None:
        assert search_words(typed).number == number

    @pytest.mark.parametrize(
        "typed",
        [
            "R0ZV3VK5",
            "r0zv3vk5",
            "#R0ZV3VK5",
            " # r0zv3vk5 ",
            "ROZV3VK5",
            "Payroll 2026-06 run 6 #R0ZV3VK5",
            "Palkat 2026-06 run 6 #R0ZV3VK5korjattu",
            "Tilisilta R0ZV3VK5 · Nmbrs 1001 · run 6/2026",
        ],
    )
    def test_name_a_token(self, typed: str) -> None:
        assert "R0ZV3VK5" in search_words(typed).tokens

    def test_name_a_token_with_letters_for_digits(self) -> None:
        assert "1A1B0C0D" in search_words("laiboc0d").tokens
        assert "1A1B0C0D" in search_words("# laiboc0d").tokens

    @pytest.mark.parametrize("typed", ["R0ZV3VK", "Koivulammi Konepaja Oy", "1001-2026-6-1"])
    def test_name_no_token(self, typed: str) -> None:
        assert search_words(typed).tokens == frozenset()

    def test_may_be_a_number_and_a_token_at_once(self) -> None:
        words = search_words("12345678")

        assert (words.number, words.tokens) == (12345678, frozenset({"12345678"}))
