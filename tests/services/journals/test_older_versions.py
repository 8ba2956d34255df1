"""An older version of a journal is recognised, and never becomes the newest by itself."""

import pytest
from tests.bureau import a_company, a_linked_company
from tests.services.journals.august import RECALCULATED, WAGES, take_in

from procountor_sandbox.app import Sandbox
from tilisilta.models import Journal

pytestmark = pytest.mark.django_db


class TestTheNewestVersion:
    def test_in_another_order_is_what_is_there(self) -> None:
        company = a_company()
        first = take_in(company, WAGES, run="8").journal
        heads, wages, net_pay = WAGES.split("\n")

        again = take_in(company, "\n".join((heads, net_pay, wages)), run="8")

        assert not again.is_new
        assert again.journal == first

    def test_with_other_texts_is_news(self) -> None:
        company = a_company()
        take_in(company, WAGES, run="8")

        again = take_in(company, WAGES.replace("Kuukausipalkat", "Tuntipalkat"), run="8")

        assert again.is_revision


class TestAnOlderVersion:
    def test_is_recognised_and_never_becomes_the_newest(self, procountor: Sandbox) -> None:
        company = a_linked_company()
        older = take_in(company, WAGES, run="8").journal
        newer = take_in(company, RECALCULATED, run="8").journal

        for _night in range(3):
            for text in (WAGES, RECALCULATED):
                assert not take_in(company, text, run="8").is_new

        older.refresh_from_db()
        newer.refresh_from_db()
        assert [older.state, newer.state] == ["replaced", "ready"]
        assert Journal.objects.count() == 2

    @pytest.mark.parametrize("run", [None, "8"])
    def test_is_recognised_in_another_order_and_with_other_texts(self, run: str | None) -> None:
        company = a_company()
        older = take_in(company, WAGES, run="8").journal
        take_in(company, RECALCULATED, run="8")
        head, *lines = WAGES.split("\n")

        again = take_in(company, "\n".join((head, *reversed(lines))), run=run)

        assert not again.is_new
        assert again.journal == older

    def test_comes_back_when_a_person_says_that_it_is_the_newer_one(self) -> None:
        company = a_company()
        take_in(company, WAGES, run="8")
        newer = take_in(company, RECALCULATED, run="8").journal

        back = take_in(company, WAGES, revision_of=newer)

        assert back.journal.revision == 3
