"""A new link: what is proposed, and what the form stores."""

import re
from datetime import date

import pytest
from django.test import Client
from django.urls import reverse
from tests.bureau import a_company, a_journal, a_linked_company, an_account
from tests.web.link_pages import NEW, PART, is_chosen, new_link_values

from procountor_sandbox.app import Sandbox
from tilisilta.models import AuditEntry, Debtor, Link, ProcountorAccount, User
from tilisilta.services.companies import set_start
from tilisilta.services.links import end_link

pytestmark = pytest.mark.django_db


class TestNewLink:
    def test_says_that_one_account_serves_one_administration(
        self, procountor: Sandbox, browser_of_administrator: Client
    ) -> None:
        a_linked_company(1001)

        text = browser_of_administrator.get(NEW).text

        assert "One administration per account" in text
        assert "tili-1001" not in text

    def test_stores_all_choices_and_mappings(
        self, procountor: Sandbox, browser_of_administrator: Client
    ) -> None:
        company, account = a_company(), an_account(1001)

        response = browser_of_administrator.post(
            NEW,
            new_link_values(
                company,
                account,
                uses_cost_centers="on",
                cost_center_dimension="Kustannuspaikka",
                sums_equal_lines="on",
                closed_period_policy="next-open",
                dimension_accounts="[3-8]…",
                clearing_account="2961",
                **{"more-from": "5035", "more-to": "5030"},
            ),
        )

        link = Link.objects.get()
        assert response["Location"] == reverse("link", args=[link.pk])
        assert link.uses_cost_centers
        assert link.cost_center_dimension == "Kustannuspaikka"
        assert link.closed_period_policy == "next-open"
        assert link.dimension_accounts == "[3-8]..."
        assert link.rules().account_mappings == (("5035", "5030"),)

    def test_shows_the_link_that_is_there_on_a_second_click(
        self, procountor: Sandbox, browser_of_administrator: Client
    ) -> None:
        filled = new_link_values(a_company(), an_account(1001))
        browser_of_administrator.post(NEW, filled)

        response = browser_of_administrator.post(NEW, filled, follow=True)

        assert Link.objects.count() == 1
        assert response.redirect_chain == [(reverse("link", args=[Link.objects.get().pk]), 302)]

    def test_explains_an_account_that_was_taken_meanwhile_and_shows_the_input_again(
        self, procountor: Sandbox, browser_of_administrator: Client
    ) -> None:
        account = a_linked_company(1001).link.procountor_account

        response = browser_of_administrator.post(
            NEW, new_link_values(a_company(1002), account, receipt_title="Oma")
        )

        assert response.status_code == 422
        assert "The account already has an administration" in response.text
        assert 'value="Oma"' in response.text

    def test_wants_a_dimension_for_each_box_and_another_for_the_second(
        self, procountor: Sandbox, browser_of_administrator: Client
    ) -> None:
        filled = new_link_values(
            a_company(), an_account(1001), uses_cost_centers="on", uses_cost_units="on"
        )

        unnamed = browser_of_administrator.post(NEW, filled)
        twice = browser_of_administrator.post(
            NEW,
            {**filled, "cost_center_dimension": "Projekti", "cost_unit_dimension": "projekti"},
        )

        assert "Give the name of the dimension" in unnamed.text
        assert "Cost centers go to this dimension already." in twice.text
        assert not Link.objects.exists()

    def test_refuses_a_pattern_that_cannot_be_read(
        self, procountor: Sandbox, browser_of_administrator: Client
    ) -> None:
        response = browser_of_administrator.post(
            NEW, new_link_values(a_company(), an_account(1001), dimension_accounts="[8-3]")
        )

        assert "This pattern cannot be read." in response.text

    def test_offers_no_company_of_other_debtors(
        self, procountor: Sandbox, browser_of_administrator: Client, administrator: User
    ) -> None:
        a_company(1001, "Salainen Oy")
        administrator.debtors.add(Debtor.objects.create(number=999, name="Muu"))

        text = browser_of_administrator.get(NEW, {"company": "1001"}).text

        assert "Salainen" not in text

    def test_is_refused_to_a_reader(self, browser_of_reader: Client) -> None:
        assert browser_of_reader.get(NEW).status_code == 403


class TestWhatIsProposed:
    def test_chooses_the_account_and_the_month_for_a_company(
        self, procountor: Sandbox, browser_of_administrator: Client
    ) -> None:
        company = a_company()
        an_account(1002)
        account = an_account(1001)
        a_journal(company)

        text = browser_of_administrator.get(NEW, {"company": "1001"}).text

        assert is_chosen(text, str(account.pk))
        assert is_chosen(text, "2026-06-01")
        assert "The name is the same." in text
        assert "the month of the newest run without corrections" in text
        assert 'name="confirmed"' not in text

    def test_saves_what_it_proposed_at_one_click(
        self, procountor: Sandbox, browser_of_administrator: Client
    ) -> None:
        an_account()
        a_journal(a_company())
        text = browser_of_administrator.get(NEW, {"company": "1001"}).text
        form = dict(
            re.findall(r'<select name="(\w+)".*?<option value="([^"]+)" selected>', text, re.DOTALL)
        )

        browser_of_administrator.post(
            NEW, {**form, "closed_period_policy": "stop", "receipt_title": "Payroll"}
        )

        link = Link.objects.get()
        assert link.start_month == date(2026, 6, 1)
        assert not AuditEntry.objects.filter(action="link_confirmed").exists()

    def test_chooses_the_company_for_an_account_just_authorised(
        self, procountor: Sandbox, browser_of_administrator: Client
    ) -> None:
        a_company(1002, "Koivulammi Huolto Oy")
        a_company(1001)

        text = browser_of_administrator.get(NEW, {"account": str(an_account().pk)}).text

        assert is_chosen(text, "1001")
        first, second = text.index("Same name or business ID"), text.index("Other companies")
        assert first < text.index('value="1001"') < second < text.index('value="1002"')

    def test_chooses_nothing_that_differs_and_offers_a_new_account(
        self, procountor: Sandbox, browser_of_administrator: Client
    ) -> None:
        a_company(1001, "Aivan Muu Oy")
        account = an_account()

        asked = {"company": "1001", "account": str(account.pk)}
        text = browser_of_administrator.get(NEW, asked).text

        assert is_chosen(text, "1001")
        assert not is_chosen(text, str(account.pk))
        assert "No free account has the name or business ID of this company." in text
        assert "#new" in text

    def test_chooses_none_of_two_companies_of_one_name(
        self, procountor: Sandbox, browser_of_administrator: Client
    ) -> None:
        a_company(1001)
        a_company(1002, "Koivulammi Konepaja")

        text = browser_of_administrator.get(NEW, {"account": str(an_account().pk)}).text

        assert not is_chosen(text, "1001")
        assert not is_chosen(text, "1002")

    def test_chooses_none_of_two_administrations_of_one_name(
        self, procountor: Sandbox, browser_of_administrator: Client
    ) -> None:
        a_company(1001)
        accounts = [an_account(1001), an_account(1002)]
        ProcountorAccount.objects.update(company_name="Koivulammi Konepaja Oy")

        text = browser_of_administrator.get(NEW, {"company": "1001"}).text

        assert not any(is_chosen(text, str(account.pk)) for account in accounts)
        assert "Same name or business ID" in text

    def test_follows_the_company_that_is_chosen_on_the_page(
        self, procountor: Sandbox, browser_of_administrator: Client
    ) -> None:
        a_company(1001)
        company = a_company(1002, "Koivulammi Huolto Oy")
        wrong, right = an_account(1001), an_account(1002)

        text = browser_of_administrator.post(
            NEW, new_link_values(company, wrong, check="company"), headers=PART
        ).text

        assert is_chosen(text, str(right.pk))
        assert "The name is the same." in text

    def test_leaves_an_account_that_was_chosen(
        self, procountor: Sandbox, browser_of_administrator: Client
    ) -> None:
        company = a_company(1001)
        an_account(1001)
        other = an_account(1002)

        text = browser_of_administrator.post(
            NEW, new_link_values(company, other, check="account"), headers=PART
        ).text

        assert is_chosen(text, str(other.pk))
        assert "The names differ." in text

    def test_shows_what_the_first_month_means_for_the_runs(
        self, procountor: Sandbox, browser_of_administrator: Client
    ) -> None:
        company, account = a_company(), an_account()
        for month in (4, 5, 6):
            a_journal(company, month, run_number=str(month))

        text = browser_of_administrator.post(
            NEW,
            new_link_values(company, account, check="start", start_month="2026-05-01"),
            headers=PART,
        ).text

        assert text.count("Before start</span>") == 1
        assert text.count("Through this link</span>") == 2

    def test_says_which_runs_an_earlier_link_books(
        self, procountor: Sandbox, browser_of_administrator: Client
    ) -> None:
        company = a_linked_company()
        for month in (5, 6, 7):
            a_journal(company, month, run_number=str(month))
        end_link(company.link, ends_on=date(2026, 7, 1), reason="moved", user=None)

        text = browser_of_administrator.get(NEW, {"company": "1001"}).text

        assert is_chosen(text, "2026-07-01")
        assert text.count("Through the earlier link</span>") == 2
        assert text.count("Through this link</span>") == 1

    def test_counts_the_start_of_the_company_where_that_is_later(
        self, procountor: Sandbox, browser_of_administrator: Client
    ) -> None:
        company = a_linked_company()
        a_journal(company, 5, run_number="5")
        a_journal(company, 6)
        set_start(company, date(2026, 6, 1), user=None)

        text = browser_of_administrator.get(reverse("link", args=[company.link.pk])).text

        assert text.count("Before start</span>") == 1
        assert text.count("Through this link</span>") == 1

    def test_leads_to_the_link_of_a_company_that_has_one(
        self, procountor: Sandbox, browser_of_administrator: Client
    ) -> None:
        company = a_linked_company()

        response = browser_of_administrator.get(NEW, {"company": "1001"})

        assert response["Location"] == reverse("link", args=[company.link.pk])
