"""Links: made and changed on a form that Procountor checks while it is filled in."""

import re
from datetime import date

import pytest
from django.test import Client
from django.urls import reverse
from tests.bureau import (
    NOW,
    a_company,
    a_journal,
    a_linked_company,
    an_account,
    csv_file,
    link_to,
    send,
)
from tests.web.reading import squeezed

from procountor_sandbox.app import Sandbox
from procountor_sandbox.faults import Fault, FaultKind
from tilisilta.models import AuditEntry, Company, Debtor, Journal, Link, ProcountorAccount, User
from tilisilta.services.companies import set_start
from tilisilta.services.connections import authorise_with_api_key, create_account
from tilisilta.services.journals.importing import import_journal
from tilisilta.services.links import end_link
from tilisilta.services.sending.asking import send_journal

pytestmark = pytest.mark.django_db

NEW = "/settings/integrations/procountor/administrations/new"
PART = {"HX-Request": "true"}


def _filled(company: Company, account: ProcountorAccount, **values: str) -> dict[str, str]:
    return {
        "company": str(company.number),
        "account": str(account.pk),
        "start_month": "2026-06-01",
        "closed_period_policy": "stop",
        "receipt_title": "Palkat",
        **values,
    }


def _saved(**values: str) -> dict[str, str]:
    kept = {"closed_period_policy": "stop", "receipt_title": "Palkat"}
    return {"start_month": "2026-01-01", **kept, **values}


def _tick_in(text: str) -> str:
    """The value of the box that says that both belong together."""
    found = re.search(r'name="confirmed" value="([^"]+)"', text)
    assert found is not None, "There is no box to tick."
    return found[1]


def _is_chosen(text: str, value: str) -> bool:
    return f'<option value="{value}" selected>' in text


def _a_journal_on_5035(company: Company) -> None:
    lines = [("5035", "10.00", "2026-06-28"), ("2961", "-10.00", "2026-06-28")]
    import_journal(csv_file(lines), file_name="j.csv", company=company, user=None, now=NOW)


class TestAdministrations:
    def test_lists_links_and_free_accounts(
        self, procountor: Sandbox, browser_of_reader: Client
    ) -> None:
        company = a_linked_company(
            1001, uses_cost_centers=True, cost_center_dimension="Kustannuspaikka"
        )
        set_start(company, date(2026, 3, 1), user=None)
        an_account(1002)

        text = browser_of_reader.get(reverse("administrations")).text

        assert reverse("link", args=[company.link.pk]) in text
        assert "Kustannuspaikka" in text
        assert "January 2020" in text
        assert "company from" in text
        assert "1 Mar 2026" in text
        assert "Free accounts: tili-1002" in text


class TestNewLink:
    def test_says_that_one_account_serves_one_administration(
        self, procountor: Sandbox, browser_of_administrator: Client
    ) -> None:
        a_linked_company(1001)

        text = browser_of_administrator.get(NEW).text

        assert "One administration per account" in text
        assert "tili-1001" not in text

    def test_keeps_all_choices_and_mappings(
        self, procountor: Sandbox, browser_of_administrator: Client
    ) -> None:
        company, account = a_company(), an_account(1001)

        response = browser_of_administrator.post(
            NEW,
            _filled(
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
        filled = _filled(a_company(), an_account(1001))
        browser_of_administrator.post(NEW, filled)

        response = browser_of_administrator.post(NEW, filled, follow=True)

        assert Link.objects.count() == 1
        assert response.redirect_chain == [(reverse("link", args=[Link.objects.get().pk]), 302)]

    def test_explains_an_account_that_was_taken_meanwhile_and_keeps_the_input(
        self, procountor: Sandbox, browser_of_administrator: Client
    ) -> None:
        account = a_linked_company(1001).link.procountor_account

        response = browser_of_administrator.post(
            NEW, _filled(a_company(1002), account, receipt_title="Oma")
        )

        assert response.status_code == 422
        assert "The account already has an administration" in response.text
        assert 'value="Oma"' in response.text

    def test_wants_a_dimension_for_each_box_and_another_for_the_second(
        self, procountor: Sandbox, browser_of_administrator: Client
    ) -> None:
        filled = _filled(
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

    def test_refuses_a_pattern_nobody_can_read(
        self, procountor: Sandbox, browser_of_administrator: Client
    ) -> None:
        response = browser_of_administrator.post(
            NEW, _filled(a_company(), an_account(1001), dimension_accounts="[8-3]")
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

        assert _is_chosen(text, str(account.pk))
        assert _is_chosen(text, "2026-06-01")
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

        assert _is_chosen(text, "1001")
        first, second = text.index("Same name or business ID"), text.index("Other companies")
        assert first < text.index('value="1001"') < second < text.index('value="1002"')

    def test_chooses_nothing_that_differs_and_offers_a_new_account(
        self, procountor: Sandbox, browser_of_administrator: Client
    ) -> None:
        a_company(1001, "Aivan Muu Oy")
        account = an_account()

        asked = {"company": "1001", "account": str(account.pk)}
        text = browser_of_administrator.get(NEW, asked).text

        assert _is_chosen(text, "1001")
        assert not _is_chosen(text, str(account.pk))
        assert "No free account has the name or business ID of this company." in text
        assert "#new" in text

    def test_chooses_none_of_two_companies_of_one_name(
        self, procountor: Sandbox, browser_of_administrator: Client
    ) -> None:
        a_company(1001)
        a_company(1002, "Koivulammi Konepaja")

        text = browser_of_administrator.get(NEW, {"account": str(an_account().pk)}).text

        assert not _is_chosen(text, "1001")
        assert not _is_chosen(text, "1002")

    def test_chooses_none_of_two_administrations_of_one_name(
        self, procountor: Sandbox, browser_of_administrator: Client
    ) -> None:
        a_company(1001)
        accounts = [an_account(1001), an_account(1002)]
        ProcountorAccount.objects.update(company_name="Koivulammi Konepaja Oy")

        text = browser_of_administrator.get(NEW, {"company": "1001"}).text

        assert not any(_is_chosen(text, str(account.pk)) for account in accounts)
        assert "Same name or business ID" in text

    def test_follows_the_company_that_is_chosen_on_the_page(
        self, procountor: Sandbox, browser_of_administrator: Client
    ) -> None:
        a_company(1001)
        company = a_company(1002, "Koivulammi Huolto Oy")
        wrong, right = an_account(1001), an_account(1002)

        text = browser_of_administrator.post(
            NEW, _filled(company, wrong, check="company"), headers=PART
        ).text

        assert _is_chosen(text, str(right.pk))
        assert "The name is the same." in text

    def test_leaves_an_account_that_somebody_chose(
        self, procountor: Sandbox, browser_of_administrator: Client
    ) -> None:
        company = a_company(1001)
        an_account(1001)
        other = an_account(1002)

        text = browser_of_administrator.post(
            NEW, _filled(company, other, check="account"), headers=PART
        ).text

        assert _is_chosen(text, str(other.pk))
        assert "The names differ." in text

    def test_shows_what_the_first_month_means_for_the_runs(
        self, procountor: Sandbox, browser_of_administrator: Client
    ) -> None:
        company, account = a_company(), an_account()
        for month in (4, 5, 6):
            a_journal(company, month, run_number=str(month))

        text = browser_of_administrator.post(
            NEW, _filled(company, account, check="start", start_month="2026-05-01"), headers=PART
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

        assert _is_chosen(text, "2026-07-01")
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


class TestConfirming:
    def test_refuses_another_name_without_a_tick_and_keeps_what_was_typed(
        self, procountor: Sandbox, browser_of_administrator: Client
    ) -> None:
        filled = _filled(a_company(1001, "Aivan Muu Oy"), an_account(), receipt_title="Oma")

        response = browser_of_administrator.post(
            NEW, {**filled, "more-from": "50", "more-to": "51"}
        )

        assert response.status_code == 422
        assert "(E40)" in response.text
        assert 'value="Oma"' in response.text
        assert 'value="51"' in response.text
        assert (
            "Yes, payroll of <b>Aivan Muu Oy</b> goes to the books of "
            "<b>Koivulammi Konepaja Oy, 9901010-1</b>"
        ) in response.text
        assert not Link.objects.exists()

    def test_links_with_the_tick_and_says_afterwards_who_gave_it(
        self, procountor: Sandbox, browser_of_administrator: Client
    ) -> None:
        filled = _filled(a_company(1001, "Aivan Muu Oy"), an_account())
        tick = _tick_in(browser_of_administrator.post(NEW, {**filled, "check": "form"}).text)

        response = browser_of_administrator.post(NEW, {**filled, "confirmed": tick}, follow=True)

        assert Link.objects.count() == 1
        assert "Confirmed by aino" in response.text
        assert 'name="confirmed"' not in response.text
        entry = AuditEntry.objects.get(action="link_confirmed")
        assert entry.user is not None
        assert "Aivan Muu Oy" in entry.facts["difference"]

    @pytest.mark.parametrize("stale", ["on", "another pair", "another name"])
    def test_takes_no_tick_that_was_given_for_something_else(
        self, procountor: Sandbox, browser_of_administrator: Client, stale: str
    ) -> None:
        company, account = a_company(1001, "Aivan Muu Oy"), an_account()
        other = an_account(1002)
        shown = other if stale == "another pair" else account
        filled = _filled(company, shown, check="form")
        tick = _tick_in(browser_of_administrator.post(NEW, filled).text)
        if stale == "another name":
            Company.objects.update(name="Vielä Muu Oy")

        response = browser_of_administrator.post(
            NEW, _filled(company, account, confirmed="on" if stale == "on" else tick)
        )

        assert response.status_code == 422
        assert not Link.objects.exists()

    def test_wants_a_tick_for_books_that_another_company_has(
        self, procountor: Sandbox, browser_of_administrator: Client
    ) -> None:
        a_linked_company(1001)
        twin = create_account("toinen", user=None)
        authorise_with_api_key(twin, "SANDBOX-KEY-1001", user=None)
        filled = _filled(a_company(1002, "Koivulammi Konepaja Oy"), twin)

        refused = browser_of_administrator.post(NEW, filled)
        tick = _tick_in(refused.text)
        browser_of_administrator.post(NEW, {**filled, "confirmed": tick})

        assert refused.status_code == 422
        assert "1001 Koivulammi Konepaja Oy goes to Koivulammi Konepaja Oy" in refused.text
        assert Link.objects.count() == 2

    def test_takes_no_tick_from_before_another_company_was_linked_there(
        self, procountor: Sandbox, browser_of_administrator: Client
    ) -> None:
        twin = create_account("toinen", user=None)
        authorise_with_api_key(twin, "SANDBOX-KEY-1001", user=None)
        filled = _filled(a_company(1002, "Aivan Muu Oy"), twin)
        tick = _tick_in(browser_of_administrator.post(NEW, {**filled, "check": "form"}).text)
        a_linked_company(1001)

        response = browser_of_administrator.post(NEW, {**filled, "confirmed": tick})

        assert response.status_code == 422
        assert Link.objects.count() == 1

    def test_names_no_company_of_a_debtor_somebody_is_not_for(
        self, procountor: Sandbox, browser_of_administrator: Client, administrator: User
    ) -> None:
        a_linked_company(1001)
        own = Debtor.objects.create(number=999, name="Muu")
        administrator.debtors.add(own)
        company = Company.objects.create(number=1002, name="Koivulammi Konepaja Oy", debtor=own)
        twin = create_account("toinen", user=administrator)
        authorise_with_api_key(twin, "SANDBOX-KEY-1001", user=administrator)
        filled = _filled(company, twin)

        refused = browser_of_administrator.post(NEW, filled)
        tick = _tick_in(refused.text)
        browser_of_administrator.post(NEW, {**filled, "confirmed": tick})

        assert "1 company of another debtor" in refused.text
        assert "1001 Koivulammi" not in refused.text
        entry = AuditEntry.objects.get(action="link_confirmed", company=company)
        assert "Koivulammi Konepaja Oy; 1001" in entry.facts["difference"]


class TestChecks:
    def test_finds_a_dimension_at_once(
        self, procountor: Sandbox, browser_of_administrator: Client
    ) -> None:
        filled = _filled(
            a_company(),
            an_account(1001),
            check="cost_center",
            uses_cost_centers="on",
            cost_center_dimension="kustannuspaikka ",
        )

        part = browser_of_administrator.post(NEW, filled, headers=PART).text

        assert "Found: Kustannuspaikka" in part
        assert "<html" not in part
        assert not Link.objects.exists()

    def test_offers_the_real_names_for_one_that_is_not_there(
        self, procountor: Sandbox, browser_of_administrator: Client
    ) -> None:
        filled = _filled(
            a_company(),
            an_account(1001),
            check="cost_unit",
            uses_cost_units="on",
            cost_unit_dimension="Projektit",
        )

        part = browser_of_administrator.post(NEW, filled, headers=PART).text

        assert "No dimension of this name in Procountor" in part
        assert 'value="cost_unit_dimension=Projekti"' in part

    def test_puts_a_clicked_suggestion_into_its_field_and_saves_nothing(
        self, procountor: Sandbox, browser_of_administrator: Client
    ) -> None:
        filled = _filled(
            a_company(),
            an_account(1001),
            apply="cost_unit_dimension=Projekti",
            uses_cost_units="on",
            cost_unit_dimension="Projektit",
        )

        text = browser_of_administrator.post(NEW, filled).text

        assert 'value="Projekti"' in text
        assert "Found: Projekti" in text
        assert not Link.objects.exists()

    def test_lists_the_accounts_in_use_and_offers_near_ones(
        self, procountor: Sandbox, browser_of_administrator: Client
    ) -> None:
        company = a_linked_company()
        _a_journal_on_5035(company)

        text = browser_of_administrator.get(reverse("link", args=[company.link.pk])).text

        assert "Not in the chart of accounts" in text
        assert 'value="map-5035=5030"' in text
        assert "1 ledger account is to be decided" in text

    def test_checks_one_account_mapping_at_once(
        self, procountor: Sandbox, browser_of_administrator: Client
    ) -> None:
        company = a_linked_company()
        _a_journal_on_5035(company)

        part = browser_of_administrator.post(
            reverse("link", args=[company.link.pk]),
            _saved(check="map-5035", **{"map-5035": "5030"}),
            headers=PART,
        ).text

        assert "Mapped" in part
        assert "<table" not in part

    def test_tells_at_once_what_is_left_to_decide(
        self, procountor: Sandbox, browser_of_administrator: Client
    ) -> None:
        company = a_linked_company()
        _a_journal_on_5035(company)
        address = reverse("link", args=[company.link.pk])

        wrong, right = (
            browser_of_administrator.post(
                address, _saved(check="map-5035", **{"map-5035": chosen}), headers=PART
            ).text
            for chosen in ("5036", "5030")
        )

        assert 'id="left" role="status" hx-swap-oob="true"' in wrong
        assert "1 ledger account is to be decided" in wrong
        assert 'id="unknown" hx-swap-oob="true"></span>' in squeezed(right)
        assert "to be decided" not in right

    def test_go_on_with_what_was_last_read_when_procountor_is_away(
        self, procountor: Sandbox, browser_of_administrator: Client
    ) -> None:
        account = an_account(1001)
        ProcountorAccount.objects.update(administration_read_at=None)
        procountor.faults.add(Fault(kind=FaultKind.ERROR_BEFORE, times=None))

        text = browser_of_administrator.get(NEW, {"account": account.pk}).text

        assert "Procountor gave no answer" in text
        assert '<option value="Kustannuspaikka">' in text

    def test_tell_nothing_of_an_administration_somebody_is_not_for(
        self, procountor: Sandbox, browser_of_administrator: Client, administrator: User
    ) -> None:
        account = a_linked_company(1001).link.procountor_account
        own = Debtor.objects.create(number=999, name="Muu")
        administrator.debtors.add(own)
        company = Company.objects.create(number=1002, name="Muu Oy", debtor=own)

        text = browser_of_administrator.post(NEW, _filled(company, account, check="form")).text

        assert "Kustannuspaikka" not in text


class TestChangeLink:
    def test_clears_the_problem_it_was_changed_for(
        self, procountor: Sandbox, browser_of_administrator: Client
    ) -> None:
        company = a_linked_company()
        _a_journal_on_5035(company)

        response = browser_of_administrator.post(
            reverse("link", args=[company.link.pk]),
            _saved(**{"map-5035": "5030", "map-2961": "2961"}),
            follow=True,
        )

        assert "The link is saved." in response.text
        assert company.journals.get().state == "ready"

    def test_says_what_is_wrong_with_a_mapping(
        self, procountor: Sandbox, browser_of_administrator: Client
    ) -> None:
        company = a_linked_company()

        response = browser_of_administrator.post(
            reverse("link", args=[company.link.pk]),
            _saved(**{"more-from": "50 35", "more-to": "5030"}),
        )

        assert response.status_code == 422
        assert "Digits and letters only." in response.text

    def test_can_be_looked_at_but_not_changed_by_a_reader(
        self, procountor: Sandbox, browser_of_reader: Client
    ) -> None:
        address = reverse("link", args=[a_linked_company().link.pk])

        looked = browser_of_reader.get(address)
        changed = browser_of_reader.post(address, _saved())

        assert looked.status_code == 200
        assert "Save the link" not in looked.text
        assert "changing it needs the right Write on Procountor" in looked.text
        assert changed.status_code == 403

    def test_says_that_the_months_go_through_an_earlier_link(
        self, procountor: Sandbox, browser_of_administrator: Client
    ) -> None:
        company = a_linked_company()
        account = company.link.procountor_account
        end_link(company.link, ends_on=date(2026, 7, 1), reason="moved", user=None)
        link = link_to(company, account, start_month=date(2026, 7, 1))

        response = browser_of_administrator.post(
            reverse("link", args=[link.pk]), _saved(start_month="2026-06-01")
        )

        assert response.status_code == 422
        assert "(E42)" in response.text
        link.refresh_from_db()
        assert link.start_month == date(2026, 7, 1)

    def test_another_first_month_moves_runs_before_the_start_and_back(
        self, procountor: Sandbox, browser_of_administrator: Client
    ) -> None:
        company = a_linked_company()
        journal = a_journal(company)
        address = reverse("link", args=[company.link.pk])
        seen = []

        for start in ("2026-07-01", "2026-06-01"):
            browser_of_administrator.post(address, _saved(start_month=start))
            journal.refresh_from_db()
            seen.append(journal.state)

        assert seen == ["before_start", "ready"]


class TestEndLink:
    def test_proposes_the_day_after_the_last_month_that_was_sent(
        self, procountor: Sandbox, browser_of_administrator: Client
    ) -> None:
        company = a_linked_company()
        send(a_journal(company))

        text = browser_of_administrator.get(reverse("end_link", args=[company.link.pk])).text

        assert 'value="2026-07-01"' in text
        assert "1 receipt was sent through it" in text

    def test_ends_it_and_keeps_it_to_be_looked_at(
        self, procountor: Sandbox, browser_of_administrator: Client
    ) -> None:
        company = a_linked_company()
        link = company.link
        journal = send(a_journal(company))
        given = {"how": "moves", "ends_on": "2026-07-01", "reason": "Uusi tilitoimisto"}

        page = browser_of_administrator.post(
            reverse("end_link", args=[link.pk]), given, follow=True
        ).text
        of_company = browser_of_administrator.get(reverse("company", args=[1001])).text
        listed = browser_of_administrator.get(reverse("administrations")).text

        assert "has ended." in page
        assert "Uusi tilitoimisto" in page
        assert reverse("journal", args=[journal.pk]) in page
        assert "Save the link" not in page
        assert f"{NEW}?company=1001" in page
        for text in (of_company, listed):
            assert "1 ended link" in text
            assert "Uusi tilitoimisto" in text
            assert "ended on" in text

    def test_ends_a_wrong_one_with_its_first_month(
        self, procountor: Sandbox, browser_of_administrator: Client
    ) -> None:
        link = a_linked_company().link

        browser_of_administrator.post(
            reverse("end_link", args=[link.pk]), {"how": "wrong", "reason": "Väärä kirjanpito"}
        )

        link.refresh_from_db()
        assert link.ends_on == link.start_month

    @pytest.mark.parametrize("missing", ["reason", "ends_on"])
    def test_wants_a_reason_and_a_day_and_keeps_the_other(
        self, procountor: Sandbox, browser_of_administrator: Client, missing: str
    ) -> None:
        link = a_linked_company().link
        given = {"how": "moves", "ends_on": "2026-07-01", "reason": "Muutto"}

        response = browser_of_administrator.post(
            reverse("end_link", args=[link.pk]), {**given, missing: " "}
        )

        assert response.status_code == 422
        assert ("Muutto" if missing == "ends_on" else "2026-07-01") in response.text
        assert Link.objects.open().exists()

    def test_waits_for_receipts_that_are_on_their_way(
        self, procountor: Sandbox, browser_of_administrator: Client
    ) -> None:
        company = a_linked_company()
        send_journal(a_journal(company), user=None, now=NOW)

        response = browser_of_administrator.post(
            reverse("end_link", args=[company.link.pk]),
            {"how": "wrong", "reason": "Väärä kirjanpito"},
        )

        assert response.status_code == 422
        assert "(E43)" in response.text
        assert "Väärä kirjanpito" in response.text

    def test_clicked_twice_says_calmly_that_it_has_ended(
        self, procountor: Sandbox, browser_of_administrator: Client
    ) -> None:
        link = a_linked_company().link
        address = reverse("end_link", args=[link.pk])
        given = {"how": "wrong", "reason": "Väärä kirjanpito"}
        browser_of_administrator.post(address, given)

        again = browser_of_administrator.post(address, given, follow=True)

        assert "The link has ended already." in again.text
        assert AuditEntry.objects.filter(action="link_ended").count() == 1

    def test_cannot_be_changed_afterwards(
        self, procountor: Sandbox, browser_of_administrator: Client
    ) -> None:
        link = a_linked_company().link
        end_link(link, ends_on=link.start_month, reason="wrong", user=None)

        response = browser_of_administrator.post(
            reverse("link", args=[link.pk]), _saved(receipt_title="Muu"), follow=True
        )

        assert "It stays as it was." in response.text
        link.refresh_from_db()
        assert link.receipt_title == "Payroll"

    def test_is_refused_to_a_reader(self, procountor: Sandbox, browser_of_reader: Client) -> None:
        address = reverse("end_link", args=[a_linked_company().link.pk])

        assert browser_of_reader.get(address).status_code == 403
        assert browser_of_reader.post(address, {"how": "wrong", "reason": "x"}).status_code == 403


class TestRemoveLink:
    def test_removes_one_nothing_was_sent_through_and_is_calm_the_second_time(
        self, procountor: Sandbox, browser_of_administrator: Client
    ) -> None:
        address = reverse("remove_link", args=[a_linked_company().link.pk])

        first = browser_of_administrator.post(address, follow=True)
        second = browser_of_administrator.post(address, follow=True)

        assert "was removed." in first.text
        assert "The link was removed already." in second.text
        assert not Link.objects.exists()

    def test_keeps_one_that_receipts_were_sent_through(
        self, procountor: Sandbox, browser_of_administrator: Client
    ) -> None:
        company = a_linked_company()
        send(a_journal(company))

        response = browser_of_administrator.post(
            reverse("remove_link", args=[company.link.pk]), follow=True
        )

        assert "The link cannot be removed" in response.text
        assert Link.objects.exists()


class TestCompaniesThatDifferByNow:
    def _held(self) -> tuple[Link, str]:
        """The page of a link whose company has another name by now, and its address."""
        company = a_linked_company()
        a_journal(company)
        Company.objects.update(name="Toinen nimi Oy")
        return company.link, reverse("link", args=[company.link.pk])

    def test_are_confirmed_with_one_click(
        self, procountor: Sandbox, browser_of_administrator: Client
    ) -> None:
        link, page = self._held()
        text = browser_of_administrator.get(page).text
        assert "so nothing is sent" in text
        pair = re.search(r'name="pair" value="([^"]+)"', text)
        assert pair is not None

        answer = browser_of_administrator.post(
            reverse("confirm_link", args=[link.pk]), {"pair": pair[1]}, follow=True
        )

        assert "What waited for it can be sent." in answer.text
        assert "Confirmed by" in answer.text
        assert Journal.objects.get().state == "ready"

    def test_are_not_confirmed_as_they_were_not_shown(
        self, procountor: Sandbox, browser_of_administrator: Client
    ) -> None:
        link, _page = self._held()

        answer = browser_of_administrator.post(
            reverse("confirm_link", args=[link.pk]), {"pair": "another"}, follow=True
        )

        assert "Look at both once more." in answer.text
        assert not Link.objects.get().confirmed_pair

    def test_have_no_button_for_who_may_only_read(
        self, procountor: Sandbox, browser_of_reader: Client
    ) -> None:
        link, page = self._held()

        shown = browser_of_reader.get(page).text
        refused = browser_of_reader.post(reverse("confirm_link", args=[link.pk]), {"pair": "x"})

        assert "so nothing is sent" in shown
        assert "confirm-link" not in shown
        assert refused.status_code == 403
