"""Companies of Nmbrs that may be the same: a person says so."""

import pytest
from django.test import Client
from django.urls import reverse
from tests.web.nmbrs_pages import PAGE, asked_about_1003
from tests.web.test_rights import browser_with

from nmbrs_sandbox.app import Sandbox
from nmbrs_sandbox.payroll import sample
from tilisilta.models import Company, NmbrsConnection, Right

pytestmark = pytest.mark.django_db


def _answer(browser: Client, asked: NmbrsConnection, *, is_same: str) -> str:
    given = {
        "nmbrs_company_id": str(sample.FIRST_COMPANY_ID + 2),
        "is_same": is_same,
    }
    answered = browser.post(reverse("answer_nmbrs_question", args=[asked.pk]), given, follow=True)
    return str(answered.text)


class TestQuestions:
    def test_show_both_companies(self, nmbrs: Sandbox, browser_of_administrator: Client) -> None:
        asked_about_1003()

        text = browser_of_administrator.get(PAGE).text

        assert "1 question about Palkkatoimisto" in text
        assert "Saaristo Siivous Oy" in text
        assert "Vanha Siivous Oy" in text
        assert "102 Saaristopalvelut" in text

    def test_are_answered_with_the_same_company(
        self, nmbrs: Sandbox, browser_of_administrator: Client
    ) -> None:
        asked = asked_about_1003()
        before = browser_of_administrator.get(reverse("overview")).text

        first = _answer(browser_of_administrator, asked, is_same="yes")
        second = _answer(browser_of_administrator, asked, is_same="yes")

        company = Company.objects.get(number=1003)
        assert company.nmbrs.nmbrs_company_id == sample.FIRST_COMPANY_ID + 2
        assert "Companies of Nmbrs that may be here already: 1" in before
        assert "is the company in Nmbrs." in first
        assert "1 question" not in first
        assert "Somebody has answered that already." in second

    def test_are_answered_with_another_company(
        self, nmbrs: Sandbox, browser_of_administrator: Client
    ) -> None:
        asked = asked_about_1003()

        text = _answer(browser_of_administrator, asked, is_same="no")

        added = Company.objects.get(nmbrs__nmbrs_company_id=sample.FIRST_COMPANY_ID + 2)
        assert added.number != 1003
        assert f"{added} was added as another company." in text

    def test_are_shown_to_readers_who_cannot_answer_them(self, nmbrs: Sandbox) -> None:
        asked = asked_about_1003()
        browser = browser_with(nmbrs=Right.READ)

        text = browser.get(PAGE).text
        answered = browser.post(
            reverse("answer_nmbrs_question", args=[asked.pk]), {"is_same": "yes"}
        )

        assert "1 question about Palkkatoimisto" in text
        assert "The same company" not in text
        assert answered.status_code == 403
