"""What the page of a company says of Nmbrs: how fetching it stands, and what came of its runs."""

from datetime import date

import pytest
from django.test import Client
from django.urls import reverse
from tests.bureau import (
    NOW,
    WORKER,
    a_company,
    a_connection,
    a_journal,
    fetch_everything,
    fetch_waiting,
)
from tests.web.reading import squeezed
from tests.web.test_fetching import EVENT, browser_limited_to, in_nmbrs, trouble
from tests.web.test_rights import browser_with

from nmbrs_sandbox.app import Sandbox
from nmbrs_sandbox.payroll import sample
from tilisilta.domain.problems import Problem, ProblemCode, Screen, facts
from tilisilta.models import (
    AuditEntry,
    Company,
    Journal,
    NmbrsCompany,
    NmbrsConnection,
    Right,
    Run,
    User,
    UserTemplate,
    Worker,
)
from tilisilta.services.companies import add_company, add_debtor, set_start
from tilisilta.services.journals.unreadable_answers import keep_answer

pytestmark = pytest.mark.django_db

KONEPAJA = sample.FIRST_COMPANY_ID
PAGE = "/companies/1001"
STATE = "/companies/1001/fetch/state"
BUTTON = "Fetch now</button>"


def a_run(company: Company, number: int = 7, **columns: object) -> Run:
    """Return a run as Nmbrs lists it, without a journal here."""
    return Run.objects.create(
        company=company,
        **{
            "nmbrs_run_id": 90 + number,
            "year": 2026,
            "number": str(number),
            "description": "Heinäkuu",
            "period_start": number,
            "period_end": number,
            "run_at": NOW,
            **columns,
        },
    )


def unreadable() -> list[Problem]:
    """Return the problems stored with a run whose journal cannot be read."""
    return [
        Problem(code=ProblemCode.FETCHED_JOURNAL_REFUSED, facts=facts(run="7/2026", codes="F12")),
        Problem(code=ProblemCode.ACCOUNT_MISSING, line=14),
    ]


class TestNmbrs:
    def test_names_its_connection_and_when_it_was_fetched(
        self, nmbrs: Sandbox, browser_of_administrator: Client
    ) -> None:
        a_connection()
        fetch_everything()

        text = squeezed(browser_of_administrator.get(PAGE).text)

        assert "1001 <span" in text
        assert f"(id {KONEPAJA})" in text
        assert ">Palkkatoimisto</a>" in text
        assert "<span>Fetched</span>" in text
        assert BUTTON in text

    def test_explains_what_went_wrong(self, browser_of_reader: Client) -> None:
        in_nmbrs(a_company(), tried_at=NOW, trouble=trouble())

        text = browser_of_reader.get(PAGE).text

        assert "<span>Not fetched</span>" in text
        assert "Nmbrs does not let the user see this" in text
        assert "Give the user the right in Nmbrs, then fetch again." in text

    def test_says_all_of_an_unreadable_journal_to_readers_of_journals(
        self, browser_of_reader: Client
    ) -> None:
        company = a_company()
        run = a_run(company, trouble=unreadable())
        in_nmbrs(company, tried_at=NOW, fetched_at=NOW, trouble=run.trouble[:1])
        keep_answer(run, b"<lines>3200.00", now=NOW)
        address = reverse("unreadable_answer", args=[1001, run.unreadable_answers.get().pk])

        text = browser_of_reader.get(PAGE).text
        other = browser_with(companies=Right.READ)
        without_right = other.get(PAGE).text

        assert text.count("The journal of run 7/2026 cannot be read") == 1
        assert "Line 14." in text
        assert "<span>Cannot be read</span>" in text
        assert "The journal of run 7/2026 cannot be read" in without_right
        assert "Line 14." not in without_right
        assert (address in text, address in without_right) == (True, False)
        saved = browser_of_reader.get(address)
        assert (saved.content, saved["Cache-Control"]) == (b"<lines>3200.00", "no-store")
        assert other.get(address).status_code == 403
        assert AuditEntry.objects.filter(action="answer_saved", user__isnull=False).count() == 1

    def test_says_so_when_the_company_is_no_longer_there(
        self, browser_of_administrator: Client
    ) -> None:
        in_nmbrs(a_company(), gone_at=NOW, fetched_at=NOW)

        text = browser_of_administrator.get(PAGE).text

        assert "<span>No longer in Nmbrs</span>" in text
        assert BUTTON not in text

    def test_says_so_when_it_never_was(self, browser_of_administrator: Client) -> None:
        a_company()

        text = browser_of_administrator.get(PAGE).text

        assert "Added by hand: it does not come from Nmbrs" in text
        assert BUTTON not in text

    @pytest.mark.parametrize("state", ["refused", "removed"])
    def test_offers_nothing_that_its_connection_would_refuse(
        self, browser_of_administrator: Client, state: str
    ) -> None:
        in_nmbrs(a_company(), fetched_at=NOW)
        NmbrsConnection.objects.update(state=state)

        assert BUTTON not in browser_of_administrator.get(PAGE).text


class TestFetchNow:
    def test_waits_is_fetched_and_tells_the_page(
        self, nmbrs: Sandbox, browser_of_administrator: Client
    ) -> None:
        a_connection()
        fetch_everything()
        nmbrs.add_run(company_id=KONEPAJA)

        for _click in range(2):
            asked = browser_of_administrator.post(
                reverse("fetch_company", args=[1001]), follow=True
            )
        waiting = browser_of_administrator.get(STATE)
        same = browser_of_administrator.get(STATE, {"shown": "to_be_fetched"})
        fetch_waiting()
        done = browser_of_administrator.get(STATE, {"shown": "to_be_fetched"})

        assert asked.redirect_chain == [(f"{PAGE}#nmbrs", 302)]
        assert "Waits to be fetched" in asked.text
        assert BUTTON not in asked.text
        assert 'hx-trigger="fetched from:body"' in asked.text
        assert 'hx-trigger="every 2s"' in waiting.text
        assert same.status_code == 204
        assert "fetched" in done[EVENT]
        assert "hx-get" not in done.text
        assert Journal.objects.filter(company__number=1001, run_number="7").exists()

    def test_says_when_a_worker_is_at_it(self, browser_of_reader: Client) -> None:
        worker = Worker.objects.create(executor_id=WORKER, started_at=NOW, heard_at=NOW)
        in_nmbrs(a_company(), wanted_at=NOW, due_at=NOW, claimed_by=worker)

        assert "Being fetched" in browser_of_reader.get(STATE).text

    def test_explains_why_it_cannot_be(self, browser_of_administrator: Client) -> None:
        a_company()

        response = browser_of_administrator.post(reverse("fetch_company", args=[1001]), follow=True)

        assert "1001 Koivulammi Konepaja Oy cannot be fetched from Nmbrs" in response.text

    def test_is_refused_without_the_right_to_send(self, browser_of_reader: Client) -> None:
        in_nmbrs(a_company(), fetched_at=NOW)

        shown = browser_of_reader.get(PAGE).text
        posted = browser_of_reader.post(reverse("fetch_company", args=[1001]))

        assert BUTTON not in shown
        assert posted.status_code == 403
        assert NmbrsCompany.objects.get().wanted_at is None

    def test_reaches_no_company_of_other_debtors(self, administrator: User) -> None:
        a_company()
        hidden = add_company(2001, "Toinen Oy", add_debtor(200, "Toiset", user=None), user=None)
        in_nmbrs(hidden)
        browser = browser_limited_to(101)

        statuses = [
            browser.post(reverse("fetch_company", args=[2001])).status_code,
            browser.get(reverse("company_fetch", args=[2001])).status_code,
        ]

        assert statuses == [404, 404]


class TestRuns:
    def test_are_listed_before_they_have_a_journal(
        self, nmbrs: Sandbox, browser_of_administrator: Client
    ) -> None:
        a_connection()
        nmbrs.add_run(company_id=KONEPAJA, has_journal=False)
        fetch_everything()

        text = browser_of_administrator.get(PAGE).text

        runs = text.index("Runs of 2026")
        assert runs < text.index("July 2026") < text.index("June 2026")
        assert text.count("<span>No journal yet</span>") == 1

    def test_are_not_listed_twice_where_a_file_brought_the_journal(
        self, browser_of_reader: Client
    ) -> None:
        company = a_company()
        a_journal(company, 6)
        in_nmbrs(company)
        a_run(company, 6)

        assert "No journal yet" not in browser_of_reader.get(PAGE).text

    def test_say_which_lie_before_the_start_date(self, browser_of_reader: Client) -> None:
        company = a_company()
        in_nmbrs(company)
        a_run(company, 6)
        a_run(company, 7)
        set_start(company, date(2026, 7, 1), user=None)

        text = browser_of_reader.get(PAGE).text

        assert text.count("<span>Before the start date</span>") == 1
        assert text.count("<span>No journal yet</span>") == 1

    def test_are_counted_in_periods_where_they_are_no_months(
        self, browser_of_reader: Client
    ) -> None:
        company = a_company()
        in_nmbrs(company)
        a_run(company, 7)
        NmbrsCompany.objects.update(period_type="Week4")

        assert "period 7</td>" in squeezed(browser_of_reader.get(PAGE).text)

    def test_are_marked_when_they_were_deleted_in_nmbrs(
        self, nmbrs: Sandbox, browser_of_administrator: Client
    ) -> None:
        a_connection()
        fetch_everything()
        run = Run.objects.get(company__number=1001, number="4")
        nmbrs.delete_run(company_id=KONEPAJA, run_id=run.nmbrs_run_id or 0)
        fetch_everything()

        text = browser_of_administrator.get(PAGE).text

        assert "<dt>Runs deleted in Nmbrs</dt>" in text
        assert "4/2026" in text
        assert "<span>Run deleted in Nmbrs</span>" in text


class TestSettings:
    def test_offer_no_name_or_debtor_that_nmbrs_would_change_back(
        self, browser_of_administrator: Client
    ) -> None:
        company = a_company()
        in_nmbrs(company)
        other = add_debtor(200, "Toiset", user=None)

        page = browser_of_administrator.get(PAGE).text
        response = browser_of_administrator.post(
            reverse("company_settings", args=[1001]),
            {"name": "Uusi Oy", "debtor": other.pk},
            follow=True,
        )

        company.refresh_from_db()
        assert "They come from Nmbrs" in page
        assert 'name="debtor"' not in page
        assert "come from Nmbrs." in response.text
        assert company.name == "Koivulammi Konepaja Oy"


class TestJournal:
    def test_says_that_it_was_fetched_and_how(
        self, nmbrs: Sandbox, browser_of_administrator: Client
    ) -> None:
        a_connection()
        fetch_everything()
        journal = Journal.objects.get(company__number=1001, run_number="6")

        text = browser_of_administrator.get(reverse("journal", args=[journal.pk])).text

        assert "Nmbrs, run 6/2026, fetched <time" in text
        assert ", by cost center and cost unit" in text
        assert "· came in" not in text

    def test_leads_to_its_company_where_it_was_fetched_too_coarsely(
        self, browser_of_administrator: Client
    ) -> None:
        journal = a_journal(a_company(), 6)
        coarse = Problem(code=ProblemCode.JOURNAL_TOO_COARSE)
        Journal.objects.update(problems=[coarse])

        text = browser_of_administrator.get(reverse("journal", args=[journal.pk])).text

        assert f'href="{PAGE}#nmbrs"' in text

    def test_leads_readers_of_nmbrs_to_its_settings(
        self, browser_of_administrator: Client, browser_of_reader: Client
    ) -> None:
        journal = a_journal(a_company(), 6)
        refused = Problem(code=ProblemCode.NMBRS_LOGIN_REFUSED, screen=Screen.NMBRS)
        Journal.objects.update(problems=[refused])
        address = reverse("journal", args=[journal.pk])

        UserTemplate.objects.filter(is_administrator=False).update(nmbrs=Right.NONE)

        shown = browser_of_administrator.get(address).text
        hidden = browser_of_reader.get(address).text

        assert "Open the settings for Nmbrs" in shown
        assert "Open the settings for Nmbrs" not in hidden
