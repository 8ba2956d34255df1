"""A company that Nmbrs shows under another id, number or debtor never becomes a second one."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

import pytest
from tests.bureau import (
    Clock,
    a_connection,
    a_rest_connection,
    an_account,
    fetch_everything,
    link_to,
    send,
)

from tilisilta.domain.payroll import IdOf
from tilisilta.domain.standing import JournalState
from tilisilta.models import Company, Debtor, Journal, NmbrsCompany, NmbrsConnection, Run
from tilisilta.services.explanations import explain
from tilisilta.services.fetching.both_ids import keep_ids_of_company
from tilisilta.services.fetching.client import nmbrs as client_of
from tilisilta.services.fetching.company_questions import answer_question, read_question
from tilisilta.services.fetching.lists import keep_lists
from tilisilta.services.fetching.problems import here_twice

if TYPE_CHECKING:
    from collections.abc import Callable

    from nmbrs_sandbox.app import Sandbox as Nmbrs
    from procountor_sandbox.app import Sandbox as Procountor

pytestmark = pytest.mark.django_db

KONEPAJA = 48101


def later(days: float) -> Clock:
    return Clock(now=datetime.now(tz=UTC) + timedelta(days=days))


def read_the_lists(connection: NmbrsConnection, days: float = 1) -> None:
    fresh = NmbrsConnection.objects.get(pk=connection.pk)
    with client_of(fresh) as source:
        keep_lists(fresh, source, now=later(days).now)


def konepaja() -> Company:
    return Company.objects.get(number=1001)


def june() -> Journal:
    return Journal.objects.filter(company__number=1001, run_number="6").latest("revision")


def sendable() -> set[tuple[int, str]]:
    ready = Journal.objects.filter(state=JournalState.READY)
    return set(ready.values_list("company__number", "run_number"))


def asked(connection: NmbrsConnection) -> list[tuple[int, int, str]]:
    """Return the open questions: the number in Nmbrs, the one here, and why it may be it."""
    connection.refresh_from_db()
    questions = [read_question(one) for one in connection.open_questions]
    return [(one.asked.number, one.here.number, one.here.because) for one in questions]


def answer(connection: NmbrsConnection, *, is_same: bool) -> Company | None:
    connection.refresh_from_db()
    first = read_question(connection.open_questions[0])
    return answer_question(
        connection, first.asked.id, is_same=is_same, user=None, here=first.here.number
    )


def forget_guids() -> None:
    for rows in (Debtor, NmbrsCompany, Run):
        rows._default_manager.update(nmbrs_guid=None)


def by_rest(nmbrs: "Nmbrs", made: NmbrsConnection) -> None:
    """Let a connection fetch by REST, and know no GUID yet: Nmbrs' converter may be forbidden."""
    a_rest_connection(nmbrs, connection=made)
    NmbrsConnection.objects.update(api=NmbrsConnection.Api.REST)
    forget_guids()


def move(nmbrs: "Nmbrs") -> None:
    nmbrs.move_company(company_id=KONEPAJA, debtor_id=7103)


def renumber(nmbrs: "Nmbrs", number: int = 1099) -> None:
    nmbrs.bureau.put_company(replace(nmbrs.bureau.known_company(KONEPAJA), number=number))


def move_and_rename(nmbrs: "Nmbrs") -> None:
    move(nmbrs)
    nmbrs.rename_company(company_id=KONEPAJA, name="Pajulahti Paja Oy")


def make_anew(nmbrs: "Nmbrs") -> None:
    nmbrs.hide_company(company_id=KONEPAJA)
    renumber(nmbrs)
    nmbrs.add_company(debtor_id=7101, number=1001, name="Koivulammi Konepaja Oy", runs=6)


@pytest.fixture
def sent(nmbrs: "Nmbrs", procountor: "Procountor") -> NmbrsConnection:
    """A connection by SOAP with all fetched, and June of the first company sent."""
    made = a_connection()
    fetch_everything()
    link_to(konepaja(), an_account())
    send(june(), later(0.5))
    return made


class TestUnderAnotherId:
    """It moved before its GUID was known, got another number, or was made anew in Nmbrs."""

    @pytest.mark.parametrize("change", [renumber, move_and_rename])
    def test_is_asked_about(self, nmbrs: "Nmbrs", change: "Callable[[Nmbrs], None]") -> None:
        made = a_connection()
        read_the_lists(made)
        by_rest(nmbrs, made)
        change(nmbrs)

        read_the_lists(made, 2)

        assert [one[1:] for one in asked(made)] == [(1001, "not-listed")]
        assert Company.objects.count() == 10

    @pytest.mark.parametrize("change", [move, make_anew])
    def test_goes_on_as_the_same_once_a_person_says_so(
        self, nmbrs: "Nmbrs", sent: NmbrsConnection, change: "Callable[[Nmbrs], None]"
    ) -> None:
        if change is move:
            by_rest(nmbrs, sent)
        change(nmbrs)
        before = sendable()

        fetch_everything(later(1))

        assert asked(sent) == [(1001, 1001, "not-listed")]
        # It is no second company, and not gone either: its month is missing until it is answered.
        assert Company.objects.count() == 10
        assert konepaja().nmbrs.gone_at is None
        assert [one.code.value for one in konepaja().nmbrs.trouble] == ["P16"]

        assert answer(sent, is_same=True) == konepaja()
        fetch_everything(later(2))

        assert (asked(sent), Company.objects.count()) == ([], 10)
        assert (konepaja().nmbrs.gone_at, konepaja().nmbrs.trouble) == (None, ())
        assert konepaja().runs.filter(gone_at=None).count() == 6
        # Made anew, it has another payroll under the number of what was sent: not sent by itself.
        assert sendable() <= before
        if change is move:
            assert (june().revision, june().state) == (1, JournalState.SENT)


class TestAnotherCompany:
    def test_comes_in_when_a_person_says_so(self, nmbrs: "Nmbrs") -> None:
        made = a_connection()
        read_the_lists(made)
        make_anew(nmbrs)
        read_the_lists(made, 2)

        added = answer(made, is_same=False)
        read_the_lists(made, 3)

        assert added is not None
        assert added.number != 1001
        assert asked(made) == []
        assert konepaja().nmbrs.gone_at is not None

    def test_may_be_one_of_two_which_are_asked_about_in_turn(self, nmbrs: "Nmbrs") -> None:
        made = a_connection()
        read_the_lists(made)
        other = Company.objects.get(number=1009)
        nmbrs.hide_company(company_id=other.nmbrs.nmbrs_company_id or 0)
        Company.objects.filter(pk=other.pk).update(name="Koivulammi Konepaja Oy")
        make_anew(nmbrs)
        read_the_lists(made, 2)
        assert asked(made) == [(1001, 1001, "not-listed")]
        first = read_question(made.open_questions[0]).asked.id

        answer(made, is_same=False)
        # The second click was for the first company, and answers nothing.
        answer_question(made, first, is_same=False, user=None, here=1001)

        assert asked(made) == [(1001, 1009, "not-listed")]
        read_the_lists(made, 3)
        assert asked(made) == [(1001, 1009, "not-listed")]
        assert answer(made, is_same=True) == other

    def test_comes_in_where_the_one_of_its_name_is_said_to_be_a_third(self, nmbrs: "Nmbrs") -> None:
        made = a_connection()
        read_the_lists(made)
        make_anew(nmbrs)
        nmbrs.add_company(debtor_id=7103, number=1055, name="Koivulammi Konepaja Oy")
        read_the_lists(made, 2)
        assert [one[1] for one in asked(made)] == [1001, 1001]

        answer(made, is_same=True)
        again = answer(made, is_same=True)
        read_the_lists(made, 3)

        assert (again, asked(made)) == (None, [])
        assert konepaja().nmbrs.nmbrs_number == 1001
        assert Company.objects.get(number=1055).debtor.number == 103

    def test_of_another_debtor_and_name_comes_in_unasked(self, nmbrs: "Nmbrs") -> None:
        made = a_connection()
        read_the_lists(made)
        nmbrs.hide_company(company_id=KONEPAJA)
        nmbrs.add_company(debtor_id=7103, number=1001, name="Kokonaan Toinen Oy")

        read_the_lists(made, 2)

        assert (asked(made), Company.objects.count()) == ([], 11)
        nmbrs.show_company(company_id=KONEPAJA)
        read_the_lists(made, 3)
        assert (konepaja().nmbrs.gone_at, Company.objects.count()) == (None, 11)


class TestABlockedDebtor:
    def test_stays_blocked_under_another_number(self, nmbrs: "Nmbrs") -> None:
        made = a_connection()
        read_the_lists(made)
        Debtor.objects.filter(number=101).update(is_blocked=True)
        by_rest(nmbrs, made)
        debtor = nmbrs.bureau.known_debtor(7101)
        nmbrs.bureau.put_debtor(replace(debtor, number=type(debtor.number)(199)))

        read_the_lists(made, 2)

        assert Debtor.objects.get(nmbrs_number="199").is_blocked
        assert {one[2] for one in asked(made)} == {"not-listed"}
        assert Company.objects.count() == 10


class TestHereTwice:
    def test_is_told_where_nmbrs_gives_both_one_id(self, nmbrs: "Nmbrs") -> None:
        made = a_connection()
        read_the_lists(made)
        row = konepaja().nmbrs
        with client_of(made) as source:
            (pair,) = source.ids_in(row.id_in_nmbrs)[IdOf.COMPANY]
            # As if somebody had said of it, listed by REST, that it is another company.
            other = Company.objects.create(number=2, name="Toinen", debtor=konepaja().debtor)
            NmbrsCompany.objects.create(
                company=other, connection=made, nmbrs_guid=pair.guid, nmbrs_number=1001
            )

            twice = keep_ids_of_company(row, source, now=later(1).now)

        assert (twice, row.nmbrs_guid, row.ids_read_at) == (other, None, None)
        assert explain(here_twice(2)).message == "The company is here a second time, as 2"


class TestTwoDomains:
    def test_that_show_the_same_companies_fetch_each_once(self, nmbrs: "Nmbrs") -> None:
        first = a_connection("Yksi")
        read_the_lists(first)
        # As if the first were of another domain, and Nmbrs' converter were forbidden.
        forget_guids()
        NmbrsConnection.objects.update(domain="toinen")
        second = a_connection("Kaksi")

        read_the_lists(second, 2)

        assert len(asked(second)) == 10
        assert {one[2] for one in asked(second)} == {"listed-elsewhere"}
        assert Company.objects.count() == 10
        assert answer(second, is_same=True) == konepaja()
        read_the_lists(second, 3)
        assert (len(asked(second)), konepaja().nmbrs.connection) == (9, first)

        # Once the first fetches it no more, the second one does, and asks nothing again.
        NmbrsConnection.objects.filter(pk=first.pk).update(state=NmbrsConnection.State.REMOVED)
        read_the_lists(second, 4)
        assert (konepaja().nmbrs.connection, Company.objects.count()) == (second, 10)
        assert {one[2] for one in asked(second)} == {"not-listed"}
