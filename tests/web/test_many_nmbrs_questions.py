"""Many questions about companies are ticked, confirmed and answered on one page."""

import pytest
from django.test import Client
from django.urls import reverse
from tests.services.fetching.test_company_identity import konepaja
from tests.services.fetching.test_many_questions import move_to_a_new_domain

from nmbrs_sandbox.app import Sandbox
from tilisilta.models import AuditEntry, Company, NmbrsConnection
from tilisilta.services import audit
from tilisilta.services.fetching.many_questions import open_questions

pytestmark = pytest.mark.django_db


@pytest.fixture
def moved(nmbrs: Sandbox) -> NmbrsConnection:
    return move_to_a_new_domain()


def answers_of(page: str) -> list[str]:
    """Return the answers that are ticked on a page, or that it will store."""
    boxes = [part.split(">", 1)[0] for part in page.split("<input ")[1:]]
    given = [box for box in boxes if 'name="answer"' in box]
    ticked = [box for box in given if " checked" in box or 'type="hidden"' in box]
    return [box.split('value="')[1].split('"')[0] for box in ticked]


class TestThePage:
    def test_is_read_only_for_readers(
        self, browser_of_reader: Client, moved: NmbrsConnection
    ) -> None:
        posted = browser_of_reader.post(reverse("answer_nmbrs_questions"), {"apply": "yes"})

        assert posted.status_code == 403

    def test_ticks_what_is_sure_and_stores_it_once_it_is_confirmed(
        self, browser_of_administrator: Client, moved: NmbrsConnection
    ) -> None:
        Company.objects.filter(number=1001).update(name="Aivan Muu Oy")
        page = browser_of_administrator.get(reverse("nmbrs_questions")).text
        ticked = answers_of(page)
        assert len(ticked) == 9

        place = reverse("answer_nmbrs_questions")
        shown = browser_of_administrator.post(place, {"answer": ticked}).text
        assert (len(answers_of(shown)), len(open_questions(None))) == (9, 10)
        stored = {"answer": answers_of(shown), "apply": "yes"}
        first = browser_of_administrator.post(place, stored, follow=True).text
        again = browser_of_administrator.post(place, stored, follow=True).text

        assert "9 answered: 9 the same, 0 another company." in first
        assert "9 questions were open no more." in again
        assert [one.question.asked.number for one in open_questions(None)] == [1001]

    def test_leaves_open_what_has_both_ticks(
        self, browser_of_administrator: Client, moved: NmbrsConnection
    ) -> None:
        key = open_questions(None)[0].key
        both = {"answer": [f"same|{key}", f"another|{key}"]}

        shown = browser_of_administrator.post(reverse("answer_nmbrs_questions"), both).text

        assert "has both ticks and stays open." in shown
        assert answers_of(shown) == []

    def test_frees_a_company_that_stays_blocked(
        self, browser_of_administrator: Client, moved: NmbrsConnection
    ) -> None:
        Company.objects.filter(number=1001).update(stays_blocked=True)
        page = browser_of_administrator.get(reverse("company", args=[1001])).text
        assert "still blocked" in page

        browser_of_administrator.post(reverse("company_free", args=[1001]))
        browser_of_administrator.post(reverse("company_free", args=[1001]))

        assert not konepaja().stays_blocked
        freed = AuditEntry.objects.filter(action=audit.Action.COMPANY_FREED)
        assert freed.count() == 1
