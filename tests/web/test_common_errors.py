"""The catalogue of common errors."""

import pytest
from django.test import Client
from django.urls import reverse

from tilisilta.domain.problems import ProblemCode

pytestmark = pytest.mark.django_db


class TestCommonErrors:
    def test_explain_every_problem_there_can_be(self, browser_of_reader: Client) -> None:
        text = browser_of_reader.get(reverse("common_errors")).text

        missing = [code for code in ProblemCode if f'id="{code}"' not in text]
        assert missing == []

    def test_are_found_by_their_words(self, browser_of_reader: Client) -> None:
        text = browser_of_reader.get(reverse("common_errors"), {"q": "ledger UNKNOWN"}).text

        assert 'id="N07"' in text
        assert 'id="N01"' not in text

    def test_are_found_by_the_words_of_another_case_than_the_example(
        self, browser_of_reader: Client
    ) -> None:
        text = browser_of_reader.get(reverse("common_errors"), {"q": "web page, not a"}).text

        assert 'id="F03"' in text
        assert "A PDF file cannot be read" in text

    def test_say_that_their_names_and_amounts_are_examples(self, browser_of_reader: Client) -> None:
        text = browser_of_reader.get(reverse("common_errors")).text

        assert "Koivulammi Testi Oy is a test company" in text
        assert "Names, numbers, amounts and dates here are examples." in text

    def test_are_found_by_their_code(self, browser_of_reader: Client) -> None:
        response = browser_of_reader.get(reverse("common_errors"), {"q": "n11"})

        assert response.context["count"] == 1

    @pytest.mark.parametrize(
        ("code", "effect"), [("N07", "Stops"), ("N14", "Informs"), ("S02", "Waits")]
    )
    def test_say_what_each_problem_does(
        self, browser_of_reader: Client, code: str, effect: str
    ) -> None:
        text = browser_of_reader.get(reverse("common_errors")).text

        row = text[text.index(f'id="{code}"') :]
        assert f"<span>{effect}</span>" in row[: row.index("</tr>")]

    def test_say_when_nothing_has_the_words(self, browser_of_reader: Client) -> None:
        text = browser_of_reader.get(reverse("common_errors"), {"q": "xyzzy"}).text

        assert "No message has “xyzzy” in it." in text
