"""Many questions about companies are answered at once, by page, command and file."""

from typing import TYPE_CHECKING

import pytest
from django.db import connection as database
from django.test.utils import CaptureQueriesContext
from tests.bureau import a_connection
from tests.services.fetching.test_company_identity import forget_guids, read_the_lists

from tilisilta.models import AuditEntry, Company, Debtor, NmbrsConnection, User
from tilisilta.services import audit
from tilisilta.services.fetching.many_questions import answer_many, open_questions

if TYPE_CHECKING:
    from nmbrs_sandbox.app import Sandbox as Nmbrs

pytestmark = pytest.mark.django_db


def move_to_a_new_domain() -> NmbrsConnection:
    """Return a connection to a new domain, which shows the ten companies of the former one."""
    first = a_connection("Vanha")
    read_the_lists(first)
    forget_guids()
    NmbrsConnection.objects.update(domain="vanha", state=NmbrsConnection.State.REMOVED)
    second = a_connection("Uusi")
    read_the_lists(second, 2)
    second.refresh_from_db()
    assert len(second.open_questions) == 10
    return second


@pytest.fixture
def moved(nmbrs: "Nmbrs") -> NmbrsConnection:
    return move_to_a_new_domain()


class TestWhatIsSure:
    def test_is_what_agrees_in_name_and_number(self, moved: NmbrsConnection) -> None:
        assert all(one.is_sure for one in open_questions(None))

    def test_is_not_what_was_renamed_here_meanwhile(self, moved: NmbrsConnection) -> None:
        Company.objects.filter(number=1001).update(name="Aivan Muu Oy")

        unsure = [one.question.asked.number for one in open_questions(None) if not one.is_sure]

        assert unsure == [1001]

    def test_is_neither_of_two_questions_about_one_company(self, moved: NmbrsConnection) -> None:
        twice = dict(moved.open_questions[0])
        twice |= {"nmbrs_company_id": 77, "nmbrs_guid": None}
        moved.questions.append(twice)
        moved.save(update_fields=["questions"])

        unsure = [one.question.here.number for one in open_questions(None) if not one.is_sure]

        assert unsure == [twice["number"]] * 2

    def test_is_read_in_few_queries_for_two_thousand(self, moved: NmbrsConnection) -> None:
        one = moved.open_questions[0]
        moved.questions = [{**one, "nmbrs_company_id": 10_000 + at} for at in range(2_000)]
        moved.save(update_fields=["questions"])

        with CaptureQueriesContext(database) as queries:
            assert len(open_questions(None)) == 2_000

        assert len(queries) <= 5


class TestALimitedUser:
    def test_sees_only_the_questions_of_their_debtors(self, moved: NmbrsConnection) -> None:
        user = User.objects.create_user("rajattu")
        asked = open_questions(None)[0]
        assert asked.debtor is not None
        assert asked.company is not None
        user.debtors.add(asked.debtor, asked.company.debtor)
        mine = User.objects.get(pk=user.pk)

        seen = open_questions(mine)

        assert seen
        assert {one.debtor for one in seen} == {asked.debtor}
        other = Debtor.objects.create(number=998, name="Muu")
        Company.objects.filter(number=asked.question.here.number).update(debtor=other)
        assert len(open_questions(mine)) == len(seen) - 1


class TestAnsweringMany:
    def test_keeps_each_answer_in_the_audit_log(self, moved: NmbrsConnection) -> None:
        asked = open_questions(None)

        done = answer_many([(one, one is not asked[0]) for one in asked], user=None)

        assert (done.same, done.another, done.already) == (9, 1, 0)
        adopted = AuditEntry.objects.filter(action=audit.Action.COMPANY_ADOPTED)
        denied = AuditEntry.objects.filter(action=audit.Action.COMPANY_DENIED)
        assert (adopted.count(), denied.count(), Company.objects.count()) == (9, 1, 11)

    def test_twice_does_no_harm(self, moved: NmbrsConnection) -> None:
        asked = open_questions(None)
        answer_many([(one, True) for one in asked], user=None)
        entries = AuditEntry.objects.count()

        done = answer_many([(one, False) for one in asked], user=None)

        assert (done.same, done.another, done.already) == (0, 0, 10)
        assert (AuditEntry.objects.count(), Company.objects.count()) == (entries, 10)

    def test_leaves_what_is_more_than_is_done_at_once(self, moved: NmbrsConnection) -> None:
        done = answer_many([(one, True) for one in open_questions(None)], user=None, most=3)

        assert (done.same, done.left, len(open_questions(None))) == (3, 7, 7)

    def test_does_not_answer_for_the_company_that_is_asked_about_next(
        self, moved: NmbrsConnection
    ) -> None:
        document = dict(moved.open_questions[0])
        document["perhaps"] = [*document["perhaps"], moved.open_questions[1]["perhaps"][0]]
        moved.questions = [document]
        moved.save(update_fields=["questions"])
        asked = open_questions(None)

        first = answer_many([(asked[0], False)], user=None)
        second = answer_many([(asked[0], False)], user=None)

        assert (first.asked_next, second.another, len(open_questions(None))) == (1, 0, 1)
