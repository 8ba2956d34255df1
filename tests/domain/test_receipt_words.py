import pytest

from tilisilta.domain.receipt_words import language_of_country, words_in


class TestLanguageOfCountry:
    @pytest.mark.parametrize(
        ("country", "title"),
        [
            ("FINLAND", "Palkat"),
            (" Finland ", "Palkat"),
            ("sweden", "Löner"),
            ("NORWAY", "Payroll"),
            ("", "Payroll"),
        ],
    )
    def test_is_that_of_the_books(self, country: str, title: str) -> None:
        assert words_in(language_of_country(country)).title == title

    def test_is_english_where_no_other_is_known(self) -> None:
        assert language_of_country("NORWAY") == "en"
