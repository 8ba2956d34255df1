"""The pages for what went wrong on the way to a page, and how refusals name their code."""

import pytest
from django.template.loader import render_to_string
from django.test import Client
from django.urls import reverse
from django.utils import translation

from tilisilta.domain.problems import Problem, ProblemCode
from tilisilta.services.connections import create_account
from tilisilta.services.explanations import Explanation, explain
from tilisilta.services.links import AccountTaken
from tilisilta.web.parts import as_paragraph, error_text


class TestErrorPages:
    @pytest.mark.parametrize(
        ("template", "code"),
        [
            ("500.html", ProblemCode.FAULT_OF_OURS),
            ("400.html", ProblemCode.REQUEST_UNREADABLE),
            ("403_csrf.html", ProblemCode.PAGE_TOO_OLD),
        ],
    )
    def test_say_what_the_catalogue_says_without_asking_anything(
        self, template: str, code: ProblemCode
    ) -> None:
        with translation.override("en"):
            text = render_to_string(template)
            explanation = explain(Problem(code=code))

        assert all(
            part in text
            for part in (
                explanation.message,
                explanation.cause,
                explanation.remedy,
                explanation.code,
            )
        )

    @pytest.mark.django_db
    def test_say_which_right_is_missing_and_where_nothing_is(
        self, browser_of_administrator: Client, browser_of_reader: Client
    ) -> None:
        account = create_account("tili-1001", user=None)

        forbidden = browser_of_reader.get(reverse("remove_authorisation", args=[account.pk]))
        missing = browser_of_administrator.get("/no-such-page/")

        assert forbidden.status_code == 403
        assert f'href="{reverse("common_errors")}#N06"' in forbidden.text
        assert missing.status_code == 404
        assert f'href="{reverse("common_errors")}#E29"' in missing.text


class TestErrorText:
    def test_ends_with_the_code(self) -> None:
        with translation.override("en"):
            text = error_text(AccountTaken(""))

        assert text.startswith("The account already has an administration.")
        assert text.endswith(" (N05)")

    def test_has_no_code_where_there_is_none(self) -> None:
        explanation = Explanation(message="It rains", cause="Low pressure.", remedy="Wait.")

        assert as_paragraph(explanation) == "It rains. Low pressure. Wait."
