"""Putting a reason right for many companies on the pages."""

import html
import json
import re

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from tests.bureau import NOW, a_company, a_journal, a_linked_company, csv_file
from tests.web.reading import squeezed

from procountor_sandbox.app import Sandbox
from tilisilta.domain.journals import Run
from tilisilta.models import AccountMapping, AuditEntry, Company, ProcountorAccount, User
from tilisilta.services.journals.importing import import_journal
from tilisilta.services.links import change_link
from tilisilta.web import fix_runs

pytestmark = [pytest.mark.django_db, pytest.mark.once]

QUERY = {"month": "2026-06", "reason": "N07-5035"}


@pytest.fixture
def bureau(procountor: Sandbox) -> list[Company]:
    """Return two companies with an unknown account, and one without a link."""
    companies = [a_linked_company(1001), a_linked_company(1002)]
    for company in companies:
        amount = f"{company.number}.00"
        lines = [("5035", amount, "2026-06-28"), ("2961", f"-{amount}", "2026-06-28")]
        import_journal(
            csv_file(lines),
            file_name="journal.csv",
            company=company,
            user=None,
            now=NOW,
            run=Run(year=2026, number="6"),
        )
    unlinked = a_company(1003, "Hiekkaniemen Apteekki Oy")
    a_journal(unlinked, run_number="7")
    return [*companies, unlinked]


@pytest.fixture(autouse=True)
def much_time(monkeypatch: pytest.MonkeyPatch) -> None:
    """A click does all that is asked for, however busy the machine is."""
    monkeypatch.setattr(fix_runs, "FIRST_SECONDS", 60.0)


def hidden(text: str, name: str) -> str:
    found = re.search(rf'name="{name}" value="([^"]*)"', text)
    assert found is not None
    return html.unescape(found[1])


def form_of(browser: Client, **more: str) -> dict[str, str]:
    """Return what the button of the confirmation posts."""
    text = squeezed(browser.get(reverse("fix_reason"), {**QUERY, **more}).text)
    return {name: hidden(text, name) for name in ("month", "reason", "to", "token", "seen")}


class TestMonthEnd:
    def test_lists_reasons_with_what_puts_them_right(
        self, browser_of_administrator: Client, bureau: list[Company]
    ) -> None:
        text = squeezed(browser_of_administrator.get("/month-end", {"month": "2026-06"}).text)

        assert "Ledger account 5035 is unknown in Procountor" in text
        assert "Map to 5030 in all 2 …" in text
        assert "Set it up …" in text
        assert f"{reverse('fix_reason')}?month=2026-06&amp;reason=N07-5035&amp;to=5030" in text

    def test_is_narrowed_to_the_companies_of_a_reason(
        self, browser_of_administrator: Client, bureau: list[Company]
    ) -> None:
        response = browser_of_administrator.get("/month-end", QUERY)

        assert [row.one.number for row in response.context["page"].rows] == [1001, 1002]

    def test_offers_no_change_to_readers(
        self, browser_of_reader: Client, bureau: list[Company]
    ) -> None:
        text = squeezed(browser_of_reader.get("/month-end", {"month": "2026-06"}).text)

        assert "To fix, by reason" in text
        assert "Map to" not in text
        assert browser_of_reader.get(reverse("fix_reason"), QUERY).status_code == 403

    def test_takes_few_queries(
        self, browser_of_administrator: Client, administrator: User, bureau: list[Company]
    ) -> None:
        # One without a run, and people to be named: all that is ever read.
        a_company(1004, "Korpisaaren Leipomo Oy")
        Company.objects.update(responsible=administrator)
        browser_of_administrator.get("/month-end", {"month": "2026-06"})

        with CaptureQueriesContext(connection) as queries:
            browser_of_administrator.get("/month-end", {"month": "2026-06"})

        assert len(queries) <= 12


class TestFixReason:
    def test_names_every_company_and_what_will_change(
        self, browser_of_administrator: Client, bureau: list[Company]
    ) -> None:
        text = squeezed(browser_of_administrator.get(reverse("fix_reason"), QUERY).text)

        assert "Map to 5030 in 2 companies" in text
        assert "1001-2026-6-1" in text
        assert "1002-2026-6-1" in text
        assert json.loads(hidden(text, "seen")) == {"1001": "", "1002": ""}

    def test_says_which_charts_do_not_have_the_account(
        self, browser_of_administrator: Client, bureau: list[Company]
    ) -> None:
        text = squeezed(
            browser_of_administrator.get(reverse("fix_reason"), {**QUERY, "to": "9999"}).text
        )

        assert "2 companies are left as they are" in text
        assert "Ledger account 9999 is unknown in Procountor" in text
        assert "Map to 9999" not in text

    def test_changes_what_was_confirmed_once(
        self, browser_of_administrator: Client, bureau: list[Company]
    ) -> None:
        form = form_of(browser_of_administrator)

        first = browser_of_administrator.post(reverse("fix_reason"), form, follow=True)
        second = browser_of_administrator.post(reverse("fix_reason"), form, follow=True)

        assert "Done in all 2 companies." in squeezed(first.text)
        assert "2 journals are ready to be sent now." in squeezed(first.text)
        assert "Next, in 1 company: No administration is linked" in squeezed(first.text)
        assert "Done in all 2 companies." in squeezed(second.text)
        assert "It was so already" not in second.text
        assert AccountMapping.objects.count() == 2
        assert AuditEntry.objects.filter(action="link_changed").count() == 2

    def test_shows_at_once_how_far_it_is(
        self,
        browser_of_administrator: Client,
        bureau: list[Company],
        monkeypatch: pytest.MonkeyPatch,
    ) -> None:
        monkeypatch.setattr(fix_runs, "FIRST_SECONDS", 0.0)
        form = form_of(browser_of_administrator)

        going = browser_of_administrator.post(reverse("fix_reason"), form, follow=True)
        address = reverse("fix_result", args=[form["token"]])
        done = browser_of_administrator.post(address, follow=True)

        assert "1 of 2 companies are done" in squeezed(going.text)
        assert "Done in all 2 companies." in squeezed(done.text)

    def test_leaves_out_and_tells_what_was_changed_meanwhile(
        self, browser_of_administrator: Client, bureau: list[Company]
    ) -> None:
        form = form_of(browser_of_administrator)
        change_link(bureau[1].links.get(), user=None, account_mappings={"5035": "9999"})

        answer = browser_of_administrator.post(
            reverse("fix_reason"), {**form, "leave": "1001"}, follow=True
        )

        text = squeezed(answer.text)
        assert "Done in 0, not done in 1." in text
        assert "was changed in the meantime" in text
        assert list(AccountMapping.objects.values_list("link__company__number")) == [(1002,)]

    def test_of_nothing_leads_back(
        self, browser_of_administrator: Client, bureau: list[Company]
    ) -> None:
        gone = browser_of_administrator.get(
            reverse("fix_reason"), {"month": "2026-06", "reason": "N07-9"}, follow=True
        )
        unknown = browser_of_administrator.get(reverse("fix_result", args=["0" * 16]), follow=True)

        assert "Nothing stops for that reason any more." in gone.text
        assert "That result is not kept any more." in unknown.text


class TestInTurn:
    def test_leads_to_one_company_after_the_other(
        self, browser_of_administrator: Client, bureau: list[Company]
    ) -> None:
        ask = {"month": "2026-06", "reason": "N04"}

        text = squeezed(browser_of_administrator.get(reverse("fix_reason"), ask).text)

        assert f"{reverse('new_link')}?company=1003" in text
        assert f'href="{reverse("set_up")}"' in text

    def test_leads_from_one_authorisation_to_the_next(
        self, browser_of_administrator: Client, bureau: list[Company]
    ) -> None:
        accounts = list(ProcountorAccount.objects.order_by("pk"))
        ProcountorAccount.objects.update(state="ended", ended_at=NOW)
        for company in bureau[:2]:
            change_link(company.links.get(), user=None)
        ask = {"month": "2026-06", "reason": "N03"}
        listed = squeezed(browser_of_administrator.get(reverse("fix_reason"), ask).text)
        assert reverse("authorise", args=[accounts[0].pk]) in listed

        ProcountorAccount.objects.filter(pk=accounts[0].pk).update(state="authorised")
        done = browser_of_administrator.get(
            reverse("procountor_authorised"), {"done": accounts[0].pk}
        )

        assert reverse("authorise", args=[accounts[1].pk]) in done.text
        assert "Authorise the next" in done.text

    def test_leads_from_one_api_key_to_the_next_and_then_back(
        self, browser_of_administrator: Client, bureau: list[Company]
    ) -> None:
        browser = browser_of_administrator
        accounts = list(ProcountorAccount.objects.order_by("pk"))
        ProcountorAccount.objects.update(state="ended", ended_at=NOW)
        for company in bureau[:2]:
            change_link(company.links.get(), user=None)
        browser.get(reverse("fix_reason"), {"month": "2026-06", "reason": "N03"})

        first, second = (reverse("api_key", args=[one.pk]) for one in accounts)
        asked = browser.get(first).text
        going = browser.post(first, {"api_key": "SANDBOX-KEY-1001"})
        done = browser.post(second, {"api_key": "SANDBOX-KEY-1002"}, follow=True)

        assert "autofocus" in asked
        assert going["Location"] == second
        assert f"{reverse('month_end')}?month=2026-06" in done.text
