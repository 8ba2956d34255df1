"""Fetching from Nmbrs on the pages: asked for, followed, and told of when it has finished."""

from datetime import timedelta
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse
from pytest_django import DjangoAssertNumQueries
from tests.bureau import NOW, WORKER, a_company, an_account, link_to
from tests.services.test_overview import a_stored_journal, an_export
from tests.web.conftest import PASSWORD
from tests.web.reading import squeezed
from tests.web.test_overview import MOST_QUERIES
from tests.web.test_rights import browser_with

from procountor_sandbox.app import Sandbox
from tilisilta.domain.problems import Problem, ProblemCode
from tilisilta.models import (
    Area,
    Company,
    Debtor,
    ExportState,
    JournalState,
    NmbrsCompany,
    NmbrsConnection,
    Right,
    Sending,
    Synchronisation,
    User,
    UserTemplate,
    Worker,
)
from tilisilta.services.companies import add_company, add_debtor
from tilisilta.services.users import create_user

pytestmark = pytest.mark.django_db

BUTTON = "Fetch from Nmbrs</button>"
EVENT = "HX-Trigger-After-Settle"
PROGRESS = "/fetch/progress"
REFUSED = NmbrsConnection.State.REFUSED


def a_stored_connection(**columns: Any) -> NmbrsConnection:
    values = {"user_name": "palkat@example.invalid", "domain": "kirnu", "first_year": 2026}
    return NmbrsConnection.objects.create(**{"name": "Kirnu", **values, **columns})


def in_nmbrs(company: Company, **columns: Any) -> NmbrsCompany:
    """Let ``company`` come from Nmbrs, with ``columns`` as the state of fetching it."""
    connection = NmbrsConnection.objects.first() or a_stored_connection()
    return NmbrsCompany.objects.create(
        company=company,
        connection=connection,
        nmbrs_company_id=47000 + company.number,
        nmbrs_number=company.number,
        period_type="Month",
        **columns,
    )


def trouble(code: ProblemCode = ProblemCode.NMBRS_ACCESS_DENIED) -> list[Problem]:
    return [Problem(code=code, facts=code.example)]


def a_synchronisation_under_way(**columns: Any) -> Synchronisation:
    """Return one that has read the lists and is to fetch 4 companies."""
    return Synchronisation.objects.create(
        **{
            "requested_at": NOW,
            "listed_at": NOW,
            "company_count": 4,
            "journal_count": 24,
            "revision_count": 2,
            **columns,
        }
    )


def a_finished_synchronisation(**columns: Any) -> Synchronisation:
    return a_synchronisation_under_way(finished_at=NOW, **columns)


def one_claimed_one_waiting_two_done() -> Synchronisation:
    """Return a synchronisation under way with 4 companies, one of the done two in trouble."""
    worker = Worker.objects.create(executor_id=WORKER, started_at=NOW, heard_at=NOW)
    under_way = a_synchronisation_under_way()
    others = add_debtor(200, "Toiset", user=None)
    waits = {"wanted_at": NOW, "due_at": NOW, "wanted_by": under_way}
    in_nmbrs(a_company(1001, "Oma Oy"), **waits)
    in_nmbrs(a_company(1002, "Valmis Oy"), tried_at=NOW, fetched_at=NOW)
    in_nmbrs(add_company(2001, "Toinen Oy", others, user=None), **waits, claimed_by=worker)
    in_nmbrs(
        add_company(2002, "Kolmas Oy", others, user=None),
        tried_at=NOW + timedelta(minutes=1),
        trouble=trouble(),
    )
    return under_way


def browser_limited_to(number: int) -> Client:
    """Return the browser of a user with all rights, limited to one debtor."""
    template = UserTemplate.objects.create(
        name="Limited", **{area.value: Right.WRITE for area in Area}
    )
    debtor = Debtor.objects.get(number=number)
    person = create_user("sari", PASSWORD, template=template, user=None, debtors=[debtor])
    client = Client()
    client.force_login(person)
    return client


class TestProgress:
    def test_says_how_far_it_is_what_now_and_what_is_left(self, browser_of_reader: Client) -> None:
        one_claimed_one_waiting_two_done()

        text = squeezed(browser_of_reader.get(PROGRESS).text)

        assert "Fetching from Nmbrs: 2 of 4 companies" in text
        assert '<progress max="4" value="2"' in text
        assert ">Toinen Oy</a>" in text
        assert "2 left · 24 new journals, 2 changed · 1 failed so far" in text
        assert 'hx-trigger="every 2s"' in text

    def test_counts_only_companies_that_the_reader_may_see(self, administrator: User) -> None:
        one_claimed_one_waiting_two_done()

        text = squeezed(browser_limited_to(101).get(PROGRESS).text)

        assert "Fetching from Nmbrs: 1 of 2 companies" in text
        assert "1 left · 0 failed so far" in text
        for hidden in ("Toinen", "Kolmas", "new journals"):
            assert hidden not in text

    def test_counts_nothing_before_the_lists_are_read(self, browser_of_reader: Client) -> None:
        a_synchronisation_under_way(listed_at=None, company_count=0)

        text = browser_of_reader.get(PROGRESS).text

        assert "the lists of debtors and companies come first" in text
        assert "0 of 0" not in text

    def test_counts_nothing_for_a_reader_without_a_company_in_nmbrs(
        self, administrator: User
    ) -> None:
        one_claimed_one_waiting_two_done()
        Debtor.objects.create(number=300, name="Ilman yrityksiä")

        text = browser_limited_to(300).get(PROGRESS).text

        assert "Fetching from Nmbrs</span>" in text
        assert " of 0" not in text
        assert "max=" not in text

    def test_has_nothing_to_say_as_long_as_nothing_changes(self, browser_of_reader: Client) -> None:
        one_claimed_one_waiting_two_done()
        mark = browser_of_reader.get(PROGRESS).context["fetching"].mark

        same = browser_of_reader.get(PROGRESS, {"shown": mark})
        NmbrsCompany.objects.filter(company__number=1001).update(wanted_by=None)
        changed = browser_of_reader.get(PROGRESS, {"shown": mark})

        assert same.status_code == 204
        assert changed.status_code == 200

    def test_stops_asking_and_has_the_page_draw_itself_again_at_the_end(
        self, browser_of_reader: Client
    ) -> None:
        a_finished_synchronisation(company_count=10, journal_count=60, revision_count=0)
        in_nmbrs(a_company(), trouble=trouble())

        response = browser_of_reader.get(PROGRESS, {"shown": "whatever was there"})

        assert "fetched" in response[EVENT]
        assert "10 companies · 60 new journals, 0 changed" in squeezed(response.text)
        assert "1 company with trouble" in response.text
        assert "hx-get" not in response.text

    def test_is_refused_without_a_right_to_follow_it(self) -> None:
        one_claimed_one_waiting_two_done()

        assert browser_with(audit_log=Right.READ).get(PROGRESS).status_code == 403

    def test_takes_three_queries_beside_those_of_the_log_in(
        self, browser_of_reader: Client, django_assert_max_num_queries: DjangoAssertNumQueries
    ) -> None:
        one_claimed_one_waiting_two_done()

        with django_assert_max_num_queries(5):
            browser_of_reader.get(PROGRESS)


class TestButton:
    @pytest.mark.parametrize("address", ["/", "/companies", "/settings/integrations/nmbrs"])
    def test_stands_on_the_pages_of_what_it_fetches(
        self, browser_of_administrator: Client, address: str
    ) -> None:
        a_stored_connection()

        text = squeezed(browser_of_administrator.get(address).text)

        assert BUTTON in text

    @pytest.mark.parametrize("address", ["/", "/companies", "/settings/integrations/nmbrs"])
    def test_gives_way_to_the_progress(
        self, browser_of_administrator: Client, address: str
    ) -> None:
        one_claimed_one_waiting_two_done()

        text = browser_of_administrator.get(address).text

        assert BUTTON not in text
        assert "Fetching from Nmbrs: 2 of 4 companies" in text
        assert 'hx-trigger="fetched from:body"' in text

    def test_fetches_once_however_often_it_is_clicked(
        self, browser_of_administrator: Client, administrator: User
    ) -> None:
        a_stored_connection()

        answers = [
            browser_of_administrator.post(reverse("fetch_everything"), {"next": "/companies?q=x"})
            for _click in range(2)
        ]

        assert [answer["Location"] for answer in answers] == ["/companies?q=x"] * 2
        assert Synchronisation.objects.get().requested_by == administrator

    def test_explains_that_nothing_is_connected(self, browser_of_administrator: Client) -> None:
        response = browser_of_administrator.post(reverse("fetch_everything"), follow=True)

        assert "Nmbrs is not connected" in response.text
        assert not Synchronisation.objects.exists()

    def test_leads_to_no_other_site(self, browser_of_administrator: Client) -> None:
        a_stored_connection()

        response = browser_of_administrator.post(
            reverse("fetch_everything"), {"next": "https://example.invalid/"}
        )

        assert response["Location"] == "/"

    def test_is_not_for_readers(self, browser_of_reader: Client) -> None:
        a_stored_connection()

        text = browser_of_reader.get("/").text
        posted = browser_of_reader.post(reverse("fetch_everything"))

        assert BUTTON not in text
        assert posted.status_code == 403
        assert not Synchronisation.objects.exists()


class TestOverview:
    def test_says_when_everything_was_fetched_and_what_went_wrong(
        self, browser_of_administrator: Client
    ) -> None:
        a_finished_synchronisation(company_count=10, journal_count=60, revision_count=0)
        in_nmbrs(a_company(), trouble=trouble())
        NmbrsConnection.objects.update(state=REFUSED)

        text = squeezed(browser_of_administrator.get("/").text)

        assert "10 companies · 60 new journals, 0 changed" in text
        assert 'href="/companies?fetch=failed"' in text
        assert "1 company with trouble" in text
        assert "1 connection refused by Nmbrs" in text
        assert 'href="/settings/integrations/nmbrs"' in text

    def test_counts_no_company_that_is_not_fetched_any_more(
        self, browser_of_reader: Client
    ) -> None:
        a_finished_synchronisation()
        in_nmbrs(a_company(1001), trouble=trouble(), gone_at=NOW)
        removed = a_stored_connection(name="Entinen", state=NmbrsConnection.State.REMOVED)
        in_nmbrs(a_company(1002), trouble=trouble())
        NmbrsCompany.objects.filter(company__number=1002).update(connection=removed)

        assert "with trouble" not in browser_of_reader.get("/").text

    def test_is_there_for_a_user_who_sees_no_debtor(self, administrator: User) -> None:
        a_finished_synchronisation()
        a_company(1001)
        browser = browser_limited_to(101)
        User.objects.get(username="sari").debtors.clear()

        assert "0 companies" in squeezed(browser.get("/").text)

    def test_tells_a_limited_user_nothing_of_other_debtors(self, administrator: User) -> None:
        a_finished_synchronisation(company_count=4)
        mine, others = a_company(1001), add_debtor(200, "Toiset", user=None)
        in_nmbrs(mine)
        in_nmbrs(add_company(2002, "Kolmas Oy", others, user=None), trouble=trouble())

        text = squeezed(browser_limited_to(101).get("/").text)

        assert "· 1 company</p>" in text
        assert "with trouble" not in text
        assert "new journals" not in text

    def test_takes_few_queries_while_everything_goes_on(
        self,
        browser_of_administrator: Client,
        django_assert_max_num_queries: DjangoAssertNumQueries,
    ) -> None:
        one_claimed_one_waiting_two_done()
        for number in range(3001, 3031):
            company = a_company(number)
            in_nmbrs(company, trouble=trouble())
            for state in (JournalState.READY, JournalState.PROBLEM, JournalState.SENT):
                a_stored_journal(company, state)
        journal = a_stored_journal(company, JournalState.SENDING)
        an_export(journal, ExportState.QUEUED)
        Sending.objects.create(journal=journal, requested_at=NOW, due_at=NOW)

        with django_assert_max_num_queries(MOST_QUERIES):
            response = browser_of_administrator.get("/")

        assert "Sending now" in response.text
        assert "Fetching from Nmbrs: 2 of 4 companies" in response.text

    def test_takes_few_queries_for_a_new_bureau(
        self,
        browser_of_administrator: Client,
        django_assert_max_num_queries: DjangoAssertNumQueries,
    ) -> None:
        one_claimed_one_waiting_two_done()
        a_stored_journal(Company.objects.get(number=1002), JournalState.PROBLEM)

        with django_assert_max_num_queries(MOST_QUERIES):
            response = browser_of_administrator.get("/")

        assert "Three steps" in response.text


class TestFirstSteps:
    def test_lead_to_their_pages_one_after_the_other(
        self, procountor: Sandbox, browser_of_administrator: Client
    ) -> None:
        ticks = []
        for step in (lambda: None, a_stored_connection, lambda: an_account(1001)):
            step()
            text = browser_of_administrator.get("/").text
            ticks.append(text.count("<span>Done</span>"))

        assert ticks == [0, 1, 2]
        assert f'href="{reverse("new_link")}"' in text

    def test_are_over_once_something_is_linked(
        self, procountor: Sandbox, browser_of_administrator: Client
    ) -> None:
        link_to(a_company(), an_account(1001))

        assert "Three steps" not in browser_of_administrator.get("/").text

    def test_lead_only_to_pages_the_user_may_open(self, browser_of_reader: Client) -> None:
        text = browser_of_reader.get("/").text

        assert "1. Connect Nmbrs" in text
        assert "#new" not in text
        assert reverse("new_link") not in text

    def test_are_not_for_limited_users(self, administrator: User) -> None:
        a_company()

        assert "Three steps" not in browser_limited_to(101).get("/").text


class TestCompanyList:
    @pytest.mark.parametrize(
        ("columns", "shown"),
        [
            ({"fetched_at": NOW, "tried_at": NOW}, "Fetched:"),
            ({"wanted_at": NOW}, "Waits to be fetched"),
            ({"tried_at": NOW, "trouble": trouble()}, "Not fetched"),
            ({"fetched_at": NOW, "tried_at": NOW, "trouble": trouble()}, "Fetched in part"),
            ({}, "Not fetched yet"),
            ({"gone_at": NOW, "trouble": trouble()}, "No longer in Nmbrs"),
        ],
    )
    def test_says_how_fetching_each_stands(
        self, browser_of_reader: Client, columns: dict[str, Any], shown: str
    ) -> None:
        in_nmbrs(a_company(), **columns)

        page = browser_of_reader.get("/companies")

        assert shown in page.text
        assert ("Nmbrs does not let the user see this" in page.text) == (
            "trouble" in columns and "gone_at" not in columns
        )

    def test_names_those_that_are_fetched_just_now_and_those_added_by_hand(
        self, browser_of_reader: Client
    ) -> None:
        one_claimed_one_waiting_two_done()
        a_company(3001, "Käsin Oy")

        text = browser_of_reader.get("/companies").text

        assert "Being fetched" in text
        assert "Added by hand" in text

    def test_is_narrowed_to_those_with_trouble(self, browser_of_reader: Client) -> None:
        in_nmbrs(a_company(1001, "Hyvä Oy"), fetched_at=NOW)
        in_nmbrs(a_company(1002, "Vaikea Oy"), trouble=trouble())
        in_nmbrs(a_company(1003, "Poistunut Oy"), trouble=trouble(), gone_at=NOW)
        a_company(1004, "Käsin Oy")

        page = browser_of_reader.get("/companies", {"fetch": "failed"}).context["page"]

        assert [company.number for company in page] == [1002]

    def test_says_so_when_there_is_no_trouble(self, browser_of_reader: Client) -> None:
        text = browser_of_reader.get("/companies", {"fetch": "failed"}).text

        assert "All companies were fetched without trouble." in text

    def test_takes_as_few_queries_for_many_as_for_one(
        self, browser_of_reader: Client, django_assert_num_queries: DjangoAssertNumQueries
    ) -> None:
        a_finished_synchronisation()
        for number in range(1001, 1031):
            in_nmbrs(a_company(number), trouble=trouble())

        with django_assert_num_queries(6):
            browser_of_reader.get("/companies")

    def test_marks_debtors_that_are_no_longer_in_nmbrs(self, browser_of_reader: Client) -> None:
        Debtor.objects.create(number=101, name="Poistunut", gone_at=NOW)

        assert "No longer in Nmbrs" in browser_of_reader.get("/debtors").text
