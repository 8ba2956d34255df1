from dataclasses import replace
from datetime import date, timedelta
from typing import TYPE_CHECKING, Any

import httpx2
import pytest
from tests.bureau import (
    Clock,
    a_company,
    a_connection,
    a_journal,
    a_linked_company,
    fetch_everything,
    send,
)

from nmbrs_sandbox.app import create_app
from nmbrs_sandbox.payroll.sample import world_of
from tilisilta.domain.nmbrs_ids import NmbrsId
from tilisilta.models import AuditEntry, Company, Debtor, Journal, NmbrsCompany, NmbrsConnection
from tilisilta.services.fetching.company_questions import answer_question

if TYPE_CHECKING:
    from pytest_django import Settings

    from nmbrs_sandbox.app import Sandbox
    from procountor_sandbox.app import Sandbox as Procountor

pytestmark = pytest.mark.django_db

KONEPAJA = 48101


def audited(action: str) -> int:
    return AuditEntry.objects.filter(action=action).count()


class TestNewOnes:
    def test_come_in_with_their_debtors(self, nmbrs: "Sandbox") -> None:
        a_connection()

        fetch_everything()

        company = Company.objects.get(number=1008)
        assert company.name == "Pajulahti Sahat Oy"
        assert company.debtor.number == 103
        assert company.nmbrs.nmbrs_company_id == 48108
        assert (Debtor.objects.count(), Company.objects.count()) == (3, 10)

    def test_come_in_once(self, nmbrs: "Sandbox") -> None:
        a_connection()
        fetch_everything()

        fetch_everything(Clock())

        assert (Debtor.objects.count(), Company.objects.count()) == (3, 10)
        assert audited("company_added") == 10

    def test_come_in_once_by_two_connections_to_one_environment(self, nmbrs: "Sandbox") -> None:
        a_connection("Yksi")
        a_connection("Kaksi")

        fetch_everything()

        assert (Debtor.objects.count(), Company.objects.count()) == (3, 10)

    def test_come_in_later_too(self, nmbrs: "Sandbox") -> None:
        a_connection()
        fetch_everything()
        nmbrs.add_company(debtor_id=7102, number=1011, name="Saaristo Uusi Oy")

        fetch_everything()

        assert Company.objects.get(number=1011).debtor.number == 102

    def test_get_another_number_where_theirs_is_used_twice(self, settings: "Settings") -> None:
        world = world_of(companies=6)
        first, *rest = world.companies
        twins = (first, *rest[:4], replace(rest[4], number=first.number))
        settings.NMBRS_TRANSPORT = httpx2.WSGITransport(
            app=create_app(replace(world, companies=twins))
        )
        a_connection()

        fetch_everything()

        both = NmbrsCompany.objects.filter(nmbrs_number=first.number)
        assert [one.company.number for one in both] == [one.nmbrs_company_id for one in both]
        assert Company.objects.count() == 6

    def test_without_a_debtor_are_reported(self, nmbrs: "Sandbox", settings: "Settings") -> None:
        def without_third_debtor(environ: Any, start_response: Any) -> list[bytes]:
            answer = b"".join(nmbrs(environ, start_response))
            return [answer.replace(b"<Id>7103</Id>", b"<Id>7999</Id>")]

        settings.NMBRS_TRANSPORT = httpx2.WSGITransport(app=without_third_debtor)
        a_connection()

        fetch_everything()

        trouble = NmbrsConnection.objects.get().trouble
        assert [problem.code for problem in trouble] == ["P09"]
        assert dict(trouble[0].facts)["numbers"] == "1008"
        assert Company.objects.count() == 9


class TestAddedByHand:
    def test_are_recognised_by_number_and_name(self, nmbrs: "Sandbox") -> None:
        here = a_company(1001, "Koivulammi  konepaja Oy")
        a_connection()

        fetch_everything()

        assert Company.objects.count() == 10
        here.refresh_from_db()
        assert here.nmbrs.nmbrs_company_id == KONEPAJA
        assert here.name == "Koivulammi Konepaja Oy"
        assert audited("company_adopted") == 1

    def test_of_another_name_are_asked_about(self, nmbrs: "Sandbox") -> None:
        here = a_company(1001, "Aivan Muu Oy")
        made = a_connection()

        fetch_everything()

        made.refresh_from_db()
        assert [(one["number"], one["here"]) for one in made.questions] == [(1001, "Aivan Muu Oy")]
        assert not NmbrsCompany.objects.filter(company=here).exists()
        assert Company.objects.count() == 10

    def test_are_the_same_when_a_person_says_so(self, nmbrs: "Sandbox") -> None:
        here = a_company(1001, "Aivan Muu Oy")
        made = a_connection()
        fetch_everything()

        answer_question(made, NmbrsId(number=KONEPAJA), is_same=True, user=None)
        fetch_everything()

        here.refresh_from_db()
        assert here.name == "Koivulammi Konepaja Oy"
        assert Journal.objects.filter(company=here).count() == 6

    def test_stay_apart_when_a_person_says_so(self, nmbrs: "Sandbox") -> None:
        here = a_company(1001, "Aivan Muu Oy")
        made = a_connection()
        fetch_everything()

        came = answer_question(made, NmbrsId(number=KONEPAJA), is_same=False, user=None)
        fetch_everything()

        assert came is not None
        assert came.number == KONEPAJA
        assert came.journals.count() == 6
        assert not here.journals.exists()

    def test_are_answered_for_once(self, nmbrs: "Sandbox") -> None:
        a_company(1001, "Aivan Muu Oy")
        made = a_connection()
        fetch_everything()

        answer_question(made, NmbrsId(number=KONEPAJA), is_same=True, user=None)
        again = answer_question(made, NmbrsId(number=KONEPAJA), is_same=False, user=None)

        assert again is None
        assert Company.objects.count() == 10

    def test_fetch_nothing_of_months_that_were_sent_from_files(
        self, nmbrs: "Sandbox", procountor: "Procountor"
    ) -> None:
        company = a_linked_company(1001)
        # Somebody gave the May run the number 77, so Nmbrs' own number 5 would be another run.
        send(a_journal(company, 5, run_number="77"))
        a_connection()

        fetch_everything()

        company.refresh_from_db()
        assert company.start_date == date(2026, 6, 1)
        fetched = Journal.objects.filter(company=company, run__isnull=False)
        assert [journal.run_number for journal in fetched] == ["6"]


class TestChanges:
    def test_of_names_are_followed(self, nmbrs: "Sandbox") -> None:
        a_connection()
        fetch_everything()
        nmbrs.rename_company(company_id=KONEPAJA, name="Koivulammi Paja Oy")
        nmbrs.rename_debtor(debtor_id=7101, name="Koivulammi")

        fetch_everything()

        assert Company.objects.get(number=1001).name == "Koivulammi Paja Oy"
        assert Debtor.objects.get(number=101).name == "Koivulammi"
        assert (audited("company_changed"), audited("debtor_changed")) == (1, 1)

    def test_of_debtors_are_followed_in_time(self, nmbrs: "Sandbox") -> None:
        a_connection()
        clock = Clock()
        fetch_everything(clock)
        nmbrs.move_company(company_id=KONEPAJA, debtor_id=7103)

        fetch_everything(clock)
        at_once = Company.objects.get(number=1001).debtor.number
        clock.forward(timedelta(days=15).total_seconds())
        fetch_everything(clock)

        assert at_once == 101
        assert Company.objects.get(number=1001).debtor.number == 103

    def test_leave_the_test_mark_and_the_block(self, nmbrs: "Sandbox") -> None:
        a_connection()
        fetch_everything()
        Company.objects.filter(number=1001).update(is_test=True)
        Debtor.objects.filter(number=101).update(is_blocked=True)
        nmbrs.rename_company(company_id=KONEPAJA, name="Koivulammi Paja Oy")

        fetch_everything()

        assert Company.objects.get(number=1001).is_test
        assert Debtor.objects.get(number=101).is_blocked


class TestGoneOnes:
    def test_are_marked_and_stay(self, nmbrs: "Sandbox") -> None:
        a_connection()
        fetch_everything()
        nmbrs.hide_company(company_id=KONEPAJA)
        nmbrs.hide_debtor(debtor_id=7103)

        fetch_everything()

        company = Company.objects.get(number=1001)
        assert company.nmbrs.gone_at is not None
        assert company.journals.count() == 6
        assert Debtor.objects.get(number=103).gone_at is not None
        assert audited("company_gone") >= 1

    def test_are_marked_once(self, nmbrs: "Sandbox") -> None:
        a_connection()
        fetch_everything()
        nmbrs.hide_company(company_id=KONEPAJA)
        fetch_everything()
        since = Company.objects.get(number=1001).nmbrs.gone_at

        fetch_everything()

        assert Company.objects.get(number=1001).nmbrs.gone_at == since
        assert audited("company_gone") == 1

    def test_come_back(self, nmbrs: "Sandbox") -> None:
        a_connection()
        fetch_everything()
        nmbrs.hide_company(company_id=KONEPAJA)
        fetch_everything()
        nmbrs.show_company(company_id=KONEPAJA)

        fetch_everything()

        assert Company.objects.get(number=1001).nmbrs.gone_at is None
        assert audited("company_back") == 1
