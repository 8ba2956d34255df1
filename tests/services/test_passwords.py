"""Passwords that a stranger would try first are refused."""

import secrets

import pytest
from django.contrib.auth.password_validation import validate_password
from django.core.exceptions import ValidationError

from tilisilta.services.passwords import is_guessable


class TestIsGuessable:
    @pytest.mark.parametrize(
        "password",
        [
            "password1234",
            "Password123!",
            "salasana1234",
            "Salasana2026!",
            "Lösenord2026",
            "Tilisilta2026",
            "tilisiltatilisilta",
            "Procountor2026!",
            "Palkanlaskenta1",
            "p4ssw0rd1234",
            "p@$$word2026",
            "123456789012",
            "qwertyuiopas",
            "asdfghjkl123",
            "zxcvbnm12345",
            "1qaz2wsx3edc",
            "abcdefghijkl",
            "abcabcabcabc",
            "aaaaaaaaaaaa",
            "iloveyou2026",
            "letmeinletmein",
            "administrator1",
            "2026-welcome-2026",
            "h e l s i n k i 1",
        ],
    )
    def test_knows_what_is_tried_first(self, password: str) -> None:
        assert is_guessable(password)

    @pytest.mark.parametrize(
        "password",
        [
            "a bridge over the river",
            "another bridge",
            "silta-yli-lammen",
            "correct horse battery staple",
            "kahvikuppi puussa",
            "Xk3#9vQ!m2Lp",
        ],
    )
    def test_lets_words_that_do_not_belong_together_pass(self, password: str) -> None:
        assert not is_guessable(password)

    def test_lets_random_characters_pass(self) -> None:
        made = [secrets.token_urlsafe(15) for _ in range(200)]

        assert not [one for one in made if is_guessable(one)]

    def test_is_asked_whenever_a_password_is_set(self) -> None:
        with pytest.raises(ValidationError, match="among the first that a stranger would try"):
            validate_password("Salasana2026!")
