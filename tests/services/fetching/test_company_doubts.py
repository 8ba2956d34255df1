"""Nothing of a company leaves while an answer to an open question could forbid it."""

from dataclasses import replace
from typing import TYPE_CHECKING

import pytest
from tests.bureau import a_connection, an_account, link_to, the_june_journal
from tests.services.fetching.test_company_identity import (
    answer,
    forget_guids,
    konepaja,
    later,
    read_the_lists,
)

from nmbrs_sandbox.faults import Fault, FaultKind
from tilisilta.domain.problems import ProblemCode
from tilisilta.domain.standing import ExportState, JournalState
from tilisilta.models import AuditEntry, Company, Debtor, Export, Journal, NmbrsConnection
from tilisilta.services import audit
from tilisilta.services.companies import change_company, set_blocked
from tilisilta.services.company_blocks import free_company
from tilisilta.services.fetching.company_questions import store_questions
from tilisilta.services.fetching.connections import remove_connection
from tilisilta.services.sending.postings import begin_attempt

if TYPE_CHECKING:
    from nmbrs_sandbox.app import Sandbox as Nmbrs
    from procountor_sandbox.app import Sandbox as Procountor

pytestmark = pytest.mark.django_db

KONEPAJA = 48101
NEW_DEBTOR = 7103


def make_anew_elsewhere(nmbrs: "Nmbrs", name: str = "Koivulammi Konepaja Oy") -> None:
    """Make the first company anew in Nmbrs, under another debtor."""
    nmbrs.hide_company(company_id=KONEPAJA)
    nmbrs.add_company(debtor_id=NEW_DEBTOR, number=1001, name=name, runs=1)


def block(number: int, is_blocked: bool = True) -> Debtor:
    return set_blocked(Debtor.objects.get(number=number), is_blocked, user=None)


def blocks() -> str:
    return str(konepaja().block or "")


def reasons(journal: Journal) -> list[str | None]:
    journal.refresh_from_db()
    return [one.fact("reason") for one in journal.problems if one.code.value == "N02"]


@pytest.fixture
def made(nmbrs: "Nmbrs") -> NmbrsConnection:
    connection = a_connection()
    read_the_lists(connection)
    return connection


@pytest.fixture
def june(made: NmbrsConnection, procountor: "Procountor") -> Journal:
    """A journal that is ready, of the first company, whose debtor is 101."""
    link_to(konepaja(), an_account())
    return the_june_journal(konepaja())


class TestAnOpenQuestion:
    def test_stops_what_may_have_a_blocked_debtor(
        self, nmbrs: "Nmbrs", made: NmbrsConnection, june: Journal
    ) -> None:
        block(103)
        make_anew_elsewhere(nmbrs)

        read_the_lists(made, 2)

        june.refresh_from_db()
        assert (blocks(), june.state) == ("perhaps", JournalState.OFF)
        assert reasons(june) == ["perhaps"]

    def test_stops_nothing_where_no_answer_forbids_it(
        self, nmbrs: "Nmbrs", made: NmbrsConnection, june: Journal
    ) -> None:
        make_anew_elsewhere(nmbrs)

        read_the_lists(made, 2)

        june.refresh_from_db()
        assert (blocks(), june.state) == ("", JournalState.READY)

    def test_stops_it_from_the_moment_the_debtor_is_blocked(
        self, nmbrs: "Nmbrs", made: NmbrsConnection, june: Journal
    ) -> None:
        make_anew_elsewhere(nmbrs)
        read_the_lists(made, 2)

        block(103)
        assert reasons(june) == ["perhaps"]
        block(103, False)

        june.refresh_from_db()
        assert june.state == JournalState.READY

    def test_is_asked_again_under_the_lock_of_the_attempt(
        self, nmbrs: "Nmbrs", made: NmbrsConnection, june: Journal
    ) -> None:
        Company.objects.filter(number=1001).update(
            perhaps_of={str(made.pk): [Debtor.objects.get(number=103).pk]}
        )
        Debtor.objects.filter(number=103).update(is_blocked=True)
        export = june.exports.select_related("link").earliest("booking_date")
        Export.objects.filter(pk=export.pk).update(
            state=ExportState.QUEUED, is_looked_for=True, items_to_make=[]
        )

        assert begin_attempt(export, now=later(2).now) is None
        Company.objects.filter(number=1001).update(perhaps_of={})
        assert begin_attempt(export, now=later(2).now) is not None

    def test_frees_it_when_the_answer_is_another_company(
        self, nmbrs: "Nmbrs", made: NmbrsConnection, june: Journal
    ) -> None:
        block(103)
        make_anew_elsewhere(nmbrs)
        read_the_lists(made, 2)

        answer(made, is_same=False)

        june.refresh_from_db()
        assert (blocks(), june.state) == ("", JournalState.READY)
        assert AuditEntry.objects.filter(action=audit.Action.COMPANY_DENIED).count() == 1

    def test_leaves_it_blocked_through_its_debtor_when_it_is_the_same(
        self, nmbrs: "Nmbrs", made: NmbrsConnection, june: Journal
    ) -> None:
        block(103)
        make_anew_elsewhere(nmbrs)
        read_the_lists(made, 2)

        answer(made, is_same=True)

        assert (blocks(), konepaja().perhaps_of) == ("debtor", {})


class TestTenHostileOnes:
    """What happens to a question while nobody looks."""

    def test_two_questions_about_one_company_both_count(
        self, nmbrs: "Nmbrs", made: NmbrsConnection
    ) -> None:
        block(103)
        nmbrs.hide_company(company_id=KONEPAJA)
        nmbrs.add_company(debtor_id=7102, number=1001, name="Koivulammi Konepaja Oy")
        nmbrs.add_company(debtor_id=NEW_DEBTOR, number=1055, name="Koivulammi Konepaja Oy")
        read_the_lists(made, 2)
        made.refresh_from_db()
        assert len(made.open_questions) == 2

        assert blocks() == "perhaps"
        # The one under the debtor that is not blocked is another: the second question stands.
        made.questions.sort(key=lambda one: str(one["number"]))
        made.save(update_fields=["questions"])
        answer(made, is_same=False)

        assert blocks() == "perhaps"

    def test_asked_about_one_that_is_gone_again_stays_blocked(
        self, nmbrs: "Nmbrs", made: NmbrsConnection, june: Journal
    ) -> None:
        block(103)
        make_anew_elsewhere(nmbrs)
        read_the_lists(made, 2)
        (again,) = [
            one
            for one in nmbrs.bureau.companies()
            if one.number == 1001 and one.company_id != KONEPAJA
        ]

        nmbrs.hide_company(company_id=again.company_id)
        read_the_lists(made, 3)

        assert (blocks(), reasons(june)) == ("left", ["left"])
        free_company(konepaja(), user=None)
        june.refresh_from_db()
        assert (blocks(), june.state) == ("", JournalState.READY)

    def test_one_that_is_back_under_its_own_id_is_free(
        self, nmbrs: "Nmbrs", made: NmbrsConnection
    ) -> None:
        block(103)
        make_anew_elsewhere(nmbrs)
        read_the_lists(made, 2)

        nmbrs.show_company(company_id=KONEPAJA)
        read_the_lists(made, 3)

        assert blocks() == ""

    def test_debtors_put_together_leave_a_blocked_company_blocked(
        self, nmbrs: "Nmbrs", made: NmbrsConnection, june: Journal
    ) -> None:
        block(101)
        nmbrs.move_company(company_id=KONEPAJA, debtor_id=NEW_DEBTOR)

        # Nmbrs tells the debtors of companies one at a time: this one is found within two weeks.
        for days in range(2, 20):
            read_the_lists(made, days)

        assert konepaja().debtor.number == 103
        assert (blocks(), reasons(june)) == ("left", ["left"])

    def test_debtor_merged_while_it_is_asked_about_stays_blocked(
        self, nmbrs: "Nmbrs", made: NmbrsConnection
    ) -> None:
        block(103)
        make_anew_elsewhere(nmbrs)
        read_the_lists(made, 2)
        (again,) = [
            one
            for one in nmbrs.bureau.companies()
            if one.number == 1001 and one.company_id != KONEPAJA
        ]
        nmbrs.move_company(company_id=again.company_id, debtor_id=7101)

        read_the_lists(made, 3)

        assert blocks() == "perhaps"
        answer(made, is_same=True)
        read_the_lists(made, 30)
        assert blocks() in {"debtor", "left"}

    def test_numbers_swapped_between_two_do_not_swap_their_blocks(
        self, nmbrs: "Nmbrs", made: NmbrsConnection
    ) -> None:
        block(103)
        one = nmbrs.bureau.known_company(KONEPAJA)
        other = next(each for each in nmbrs.bureau.companies() if each.debtor_id == NEW_DEBTOR)
        here = Company.objects.get(nmbrs__nmbrs_company_id=other.company_id)
        nmbrs.bureau.put_company(replace(one, number=other.number))
        nmbrs.bureau.put_company(replace(other, number=one.number))

        read_the_lists(made, 2)

        assert (blocks(), Company.objects.get(pk=here.pk).block) == ("", "debtor")

    def test_an_answer_while_the_lists_are_read_is_kept(
        self, nmbrs: "Nmbrs", made: NmbrsConnection
    ) -> None:
        make_anew_elsewhere(nmbrs)
        read_the_lists(made, 2)
        made.refresh_from_db()
        began_with = made.questions
        answer(made, is_same=True)

        store_questions(made, began_with, before=began_with)

        made.refresh_from_db()
        assert made.questions == []

    def test_a_connection_that_is_removed_leaves_it_blocked(
        self, nmbrs: "Nmbrs", made: NmbrsConnection
    ) -> None:
        block(103)
        make_anew_elsewhere(nmbrs)
        read_the_lists(made, 2)
        made.refresh_from_db()

        remove_connection(made, user=None)

        assert (blocks(), konepaja().perhaps_of) == ("left", {})

    def test_the_same_under_a_blocked_debtor_of_another_connection_is_blocked(
        self, nmbrs: "Nmbrs", made: NmbrsConnection
    ) -> None:
        forget_guids()
        NmbrsConnection.objects.update(domain="toinen")
        Debtor.objects.update(nmbrs_number="")
        second = a_connection("Kaksi")
        read_the_lists(second, 2)
        second.refresh_from_db()
        asked = next(one for one in second.open_questions if one["number"] == 1001)
        second.questions = [asked]
        second.save(update_fields=["questions"])
        Debtor.objects.filter(pk=asked["debtor"]).update(is_blocked=True)
        assert konepaja().debtor_id != asked["debtor"]

        answer(second, is_same=True)

        assert blocks() == "left"
        assert konepaja().nmbrs.connection == made

    def test_answered_twice_does_no_harm(self, nmbrs: "Nmbrs", made: NmbrsConnection) -> None:
        block(103)
        make_anew_elsewhere(nmbrs)
        read_the_lists(made, 2)
        made.refresh_from_db()
        before = list(made.questions)
        answer(made, is_same=True)
        entries = AuditEntry.objects.count()
        NmbrsConnection.objects.filter(pk=made.pk).update(questions=before)

        assert answer(made, is_same=False) is None

        assert (AuditEntry.objects.count(), Company.objects.count()) == (entries, 10)
        assert blocks() == "debtor"


class TestAListedCompanyOfNoKnownDebtor:
    def test_may_be_one_here_under_any_debtor_that_is_blocked(
        self, nmbrs: "Nmbrs", made: NmbrsConnection, june: Journal
    ) -> None:
        block(103)
        make_anew_elsewhere(nmbrs)
        # Nmbrs does not tell the companies of any debtor.
        of_debtor = "CompanyService/List_GetByDebtor"
        nmbrs.faults.add(Fault(kind=FaultKind.NULL_RESULT, operation=of_debtor, times=None))

        read_the_lists(made, 2)

        made.refresh_from_db()
        assert [one.code for one in made.trouble] == [ProblemCode.COMPANY_WITHOUT_DEBTOR]
        assert (blocks(), reasons(june)) == ("perhaps", ["perhaps"])


class TestACompanyThatIsMovedByHand:
    def test_stays_blocked_until_a_person_frees_it(self, made: NmbrsConnection) -> None:
        block(101)

        other = Debtor.objects.get(number=103)
        change_company(konepaja(), name="Koivulammi Konepaja Oy", debtor=other, user=None)

        assert blocks() == "left"
        assert free_company(konepaja(), user=None)
        assert not free_company(konepaja(), user=None)
        assert blocks() == ""
