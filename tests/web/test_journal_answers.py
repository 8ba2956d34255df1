"""What a person says of a journal on its page: another payroll, another run, not wanted."""

from datetime import date

import pytest
from django.test import Client
from django.urls import reverse
from tests.bureau import NOW, a_company, a_linked_company, problem_codes, send
from tests.services.journals.august import (
    HOLIDAY_PAY,
    RECALCULATED,
    WAGES,
    numbers,
    take_in,
)
from tests.web.conftest import PASSWORD

from procountor_sandbox.app import Sandbox
from tilisilta.models import AuditEntry, Company, Debtor, Journal, User, UserTemplate
from tilisilta.models import Run as NmbrsRun
from tilisilta.services.companies import add_company, add_debtor
from tilisilta.services.journals.answers import discard
from tilisilta.services.overview import overview_for
from tilisilta.services.users import create_user

pytestmark = pytest.mark.django_db

ANOTHER = "It is another payroll"
OPEN = "Not the right run, or not wanted?"


def page_of(browser: Client, journal: Journal) -> str:
    return browser.get(reverse("journal", args=[journal.pk])).text


def limited_to(debtor: Debtor) -> Client:
    """Return the browser of a clerk with all rights, limited to one debtor."""
    template = UserTemplate.objects.get(is_administrator=True)
    clerk = create_user("sari", PASSWORD, template=template, user=None, debtors=[debtor])
    client = Client()
    client.force_login(clerk)
    return client


def of_another_debtor() -> Company:
    """Return a company that a user limited to the usual debtor may not see."""
    return add_company(2001, "Salainen Oy", add_debtor(200, "Toiset", user=None), user=None)


class TestTheOtherJournal:
    def test_is_a_link(self, procountor: Sandbox, browser_of_administrator: Client) -> None:
        company = a_linked_company()
        first = take_in(company, WAGES, run="8").journal
        twin = take_in(company, "\ufeff" + WAGES, run="81").journal

        page = page_of(browser_of_administrator, twin)

        assert problem_codes(twin) == ["N35"]
        assert f'href="{reverse("journal", args=[first.pk])}">1001-2026-8-1</a>' in page
        assert ANOTHER in page

    def test_of_another_company_is_a_link_and_is_answered(
        self, procountor: Sandbox, browser_of_administrator: Client
    ) -> None:
        first = take_in(a_linked_company(1003), WAGES, run="8").journal
        strange = take_in(a_linked_company(1002), "\ufeff" + WAGES, run="8").journal
        page = page_of(browser_of_administrator, strange)

        for _click in range(2):
            browser_of_administrator.post(reverse("journal_not_twice", args=[strange.pk]))

        assert f'href="{reverse("journal", args=[first.pk])}">1003-2026-8-1</a>' in page
        assert ANOTHER in page
        assert problem_codes(strange) == []
        assert AuditEntry.objects.filter(action="journal_not_twice").count() == 1

    def test_of_another_debtor_is_hidden_from_limited_users(
        self, procountor: Sandbox, browser_of_administrator: Client
    ) -> None:
        hidden = take_in(of_another_debtor(), WAGES, run="8").journal
        own = take_in(a_linked_company(), "\ufeff" + WAGES, run="8").journal

        open_page = page_of(browser_of_administrator, own)
        narrow_page = page_of(limited_to(own.company.debtor), own)

        address = reverse("journal", args=[hidden.pk])
        assert address in open_page
        assert "Salainen" in open_page
        assert "It is a journal of a company of another debtor." in narrow_page
        assert ANOTHER in narrow_page
        assert address not in narrow_page
        assert "Salainen" not in narrow_page
        assert "2001" not in narrow_page


class TestAnotherRun:
    def test_is_offered_as_long_as_nothing_was_sent(
        self, procountor: Sandbox, browser_of_administrator: Client, browser_of_reader: Client
    ) -> None:
        journal = take_in(a_linked_company(), WAGES).journal
        assert OPEN in page_of(browser_of_administrator, journal)
        assert OPEN not in page_of(browser_of_reader, journal)

        send(journal)

        assert OPEN not in page_of(browser_of_administrator, journal)
        page = browser_of_administrator.get(reverse("journal_run", args=[journal.pk]))
        assert "The journal keeps its run" in page.text
        assert "Save the run" not in page.text

    def test_is_not_offered_of_what_nmbrs_numbers(self, browser_of_administrator: Client) -> None:
        company = a_company()
        journal = take_in(company, WAGES, run="8").journal
        run = NmbrsRun.objects.create(
            company=company, nmbrs_run_id=1, year=2026, number="8", period_start=8, period_end=8
        )
        Journal.objects.filter(pk=journal.pk).update(run=run)

        assert OPEN not in page_of(browser_of_administrator, journal)

    def test_gets_a_number(self, procountor: Sandbox, browser_of_administrator: Client) -> None:
        company = a_linked_company()
        journal = take_in(company, WAGES).journal
        address = reverse("journal_run", args=[journal.pk])

        for _click in range(2):
            given = {"answer": "number", "number": "081", "year": "2026"}
            done = browser_of_administrator.post(address, given, follow=True)

        assert "This is journal 1001-2026-81-1 now." in done.text
        assert numbers(company) == ["2026-81-1"]
        assert AuditEntry.objects.filter(action="journal_renumbered").count() == 1

    def test_keeps_its_history(self, procountor: Sandbox, browser_of_administrator: Client) -> None:
        company = a_linked_company()
        journal = take_in(company, WAGES, name="elokuu.csv").journal
        given = {"answer": "number", "number": "81", "year": "2026"}
        browser_of_administrator.post(reverse("journal_run", args=[journal.pk]), given)
        other = take_in(company, HOLIDAY_PAY, name="lomarahat.csv").journal

        text = page_of(browser_of_administrator, journal).partition('id="history"')[2]
        of_other = page_of(browser_of_administrator, other).partition('id="history"')[2]

        assert other.reference == "1001-2026-8-1"
        assert "elokuu.csv" in text
        assert "lomarahat.csv" not in text
        assert "elokuu.csv" not in of_other

    def test_is_a_newer_version_of_a_run_of_a_near_month(
        self, procountor: Sandbox, browser_of_administrator: Client
    ) -> None:
        company = a_linked_company()
        first = take_in(company, WAGES).journal
        far = take_in(company, WAGES.replace("31.8.", "31.1."), run="1").journal
        second = take_in(company, RECALCULATED, another_run=True).journal
        address = reverse("journal_run", args=[second.pk])
        page = browser_of_administrator.get(address).text

        for _click in range(2):
            browser_of_administrator.post(address, {"answer": f"of-{first.pk}"})

        assert "A new version of run 8/2026" in page
        assert f"of-{far.pk}" not in page
        assert numbers(company) == ["2026-8-1", "2026-1-1", "2026-8-2"]

    def test_is_one_of_its_own(self, procountor: Sandbox, browser_of_administrator: Client) -> None:
        company = a_linked_company()
        first = take_in(company, WAGES).journal
        second = take_in(company, HOLIDAY_PAY, revision_of=first).journal

        for _click in range(2):
            browser_of_administrator.post(
                reverse("journal_run", args=[second.pk]), {"answer": "own"}
            )

        assert numbers(company) == ["2026-8-1", "2026-8b-1"]

    @pytest.mark.parametrize(
        ("given", "text"),
        [
            ({}, "Say which run it is."),
            ({"answer": "of-1000000"}, "Say which run it is."),
            ({"answer": "number"}, "Give the number of the run and its year."),
            ({"answer": "number", "number": "81", "year": "99"}, "2000"),
            (
                {"answer": "number", "number": "9", "year": "2026"},
                "Run 9/2026 is journal 1001-2026-9-1 already",
            ),
        ],
    )
    def test_says_what_is_wrong_with_an_answer(
        self, browser_of_administrator: Client, given: dict[str, str], text: str
    ) -> None:
        company = a_company()
        journal = take_in(company, WAGES).journal
        take_in(company, HOLIDAY_PAY, run="9")

        page = browser_of_administrator.post(
            reverse("journal_run", args=[journal.pk]), {**given, "x": "1"}
        )

        assert page.status_code == 422
        assert text in page.text
        assert numbers(company) == ["2026-8-1", "2026-9-1"]


class TestDiscard:
    def test_needs_a_reason_and_says_what_stays(self, browser_of_administrator: Client) -> None:
        journal = take_in(a_company(), WAGES).journal
        address = reverse("discard_journal", args=[journal.pk])

        page = browser_of_administrator.get(address).text
        without = browser_of_administrator.post(address, {"reason": " "})

        assert "a digest by which the file is known again" in page
        assert without.status_code == 422
        assert "Say why the journal is discarded." in without.text

    def test_leaves_who_when_and_why(
        self, procountor: Sandbox, browser_of_administrator: Client, administrator: User
    ) -> None:
        journal = take_in(a_linked_company(), WAGES).journal
        address = reverse("discard_journal", args=[journal.pk])

        for _click in range(2):
            browser_of_administrator.post(address, {"reason": "of another company"}, follow=True)
        page = page_of(browser_of_administrator, journal)

        assert "This journal was discarded" in page
        assert "of another company" in page
        assert administrator.username in page
        for gone in ("No problems", 'class="sendbar"', "journal.csv", "ledger receipt", OPEN):
            assert gone not in page
        assert AuditEntry.objects.filter(action="journal_discarded").count() == 1

    @pytest.mark.parametrize("name", ["journal_csv", "journal_xlsx", "payloads"])
    def test_leaves_nothing_to_save(self, browser_of_administrator: Client, name: str) -> None:
        journal = take_in(a_company(), WAGES).journal
        discard(journal, reason="no", user=None, now=NOW)

        assert browser_of_administrator.get(reverse(name, args=[journal.pk])).status_code == 404

    @pytest.mark.parametrize("name", ["check_journal", "look_again", "journal_not_twice"])
    def test_leaves_nothing_to_do(self, browser_of_administrator: Client, name: str) -> None:
        journal = take_in(a_company(), WAGES).journal
        discard(journal, reason="no", user=None, now=NOW)

        assert browser_of_administrator.post(reverse(name, args=[journal.pk])).status_code == 404

    def test_is_refused_of_what_was_sent(
        self, procountor: Sandbox, browser_of_administrator: Client
    ) -> None:
        journal = send(take_in(a_linked_company(), WAGES).journal)
        address = reverse("discard_journal", args=[journal.pk])

        page = browser_of_administrator.get(address).text
        done = browser_of_administrator.post(address, {"reason": "no"}, follow=True)

        assert "The journal cannot be discarded" in page
        assert "cannot be discarded" in done.text
        journal.refresh_from_db()
        assert journal.state == "sent"


class TestLists:
    def test_leave_out_what_was_discarded_unless_asked(
        self, procountor: Sandbox, browser_of_administrator: Client, administrator: User
    ) -> None:
        company = a_linked_company()
        take_in(company, WAGES)
        gone = take_in(company, RECALCULATED.replace("31.8.", "31.10."), run="10").journal
        discard(gone, reason="no", user=None, now=NOW)
        address = reverse("journal", args=[gone.pk])

        every = browser_of_administrator.get(reverse("exports")).text
        asked = browser_of_administrator.get(reverse("exports"), {"state": "discarded"}).text
        company_page = browser_of_administrator.get(reverse("company", args=[1001])).text
        overview = overview_for(administrator, today=date(2026, 11, 1))

        assert address not in every
        assert address in asked
        assert 'class="quiet-row"' in company_page
        assert overview.month == date(2026, 8, 1)
        assert overview.counts.problems == 0
        assert all(cell.journal_id != gone.pk for cell in overview.years[0].cells)
        assert "October" not in browser_of_administrator.get(reverse("companies")).text


class TestRights:
    @pytest.mark.parametrize("name", ["journal_run", "discard_journal"])
    def test_need_write(self, browser_of_reader: Client, name: str) -> None:
        journal = take_in(a_company(), WAGES).journal
        address = reverse(name, args=[journal.pk])

        assert browser_of_reader.get(address).status_code == 403
        assert browser_of_reader.post(address, {"reason": "x"}).status_code == 403

    @pytest.mark.parametrize("name", ["journal_run", "discard_journal", "journal_not_twice"])
    def test_stop_at_the_debtor(self, administrator: User, name: str) -> None:
        journal = take_in(of_another_debtor(), WAGES).journal
        client = limited_to(a_company().debtor)
        address = reverse(name, args=[journal.pk])

        given = {"reason": "x", "answer": "own"}

        assert client.post(address, given).status_code == 404
        journal.refresh_from_db()
        assert journal.discarded_at is None
