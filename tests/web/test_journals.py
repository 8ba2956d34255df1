"""The page of a journal: preview, problems, revisions, history, and the button that sends."""

import re
from datetime import date

import pytest
from django.test import Client
from django.urls import reverse
from tests.bureau import (
    NOW,
    Clock,
    a_company,
    a_journal,
    a_linked_company,
    an_account,
    csv_file,
    deliver,
    link_to,
    monthly_lines,
    send,
    the_june_journal,
)
from tests.web.reading import squeezed

from procountor_sandbox.app import Sandbox
from procountor_sandbox.faults import Fault, FaultKind
from tilisilta.domain.journals import Run
from tilisilta.models import Debtor, Journal, Sending, User
from tilisilta.services.companies import set_start
from tilisilta.services.connections import remove_authorisation
from tilisilta.services.journals.importing import import_journal

pytestmark = pytest.mark.django_db


def _page(browser: Client, journal: Journal) -> str:
    response = browser.get(reverse("journal", args=[journal.pk]))
    assert response.status_code == 200
    return response.text


def _seen(text: str) -> str:
    seen = re.search(r'name="seen" value="([0-9a-f]{64})"', text)
    assert seen
    return seen[1]


class TestPreview:
    def test_shows_one_card_per_ledger_receipt_with_corrections_marked(
        self, procountor: Sandbox, browser_of_administrator: Client
    ) -> None:
        company = a_linked_company(
            1001,
            uses_cost_centers=True,
            cost_center_dimension="Kustannuspaikka",
            uses_cost_units=True,
            cost_unit_dimension="Projekti",
        )

        text = _page(browser_of_administrator, the_june_journal(company))

        assert text.count('<article class="sheet receipt"') == 6
        assert "Correction for January 2026" in text
        assert "Run of June 2026" in text
        assert "Tuotanto" in text
        assert "Send 6 receipts" in text

    def test_lists_each_problem_with_cause_remedy_and_the_way_there(
        self, browser_of_administrator: Client
    ) -> None:
        journal = a_journal(a_company())

        text = _page(browser_of_administrator, journal)

        assert "1 problem, 0 warnings" in squeezed(text)
        assert reverse("new_link") + "?company=1001" in text
        assert reverse("common_errors") + "#N04" in text
        assert 'aria-disabled="true"' in text

    def test_leads_to_the_choice_in_the_link_that_solves_a_closed_period(
        self, procountor: Sandbox, browser_of_administrator: Client
    ) -> None:
        company = a_linked_company(1005)
        journal = a_journal(company, 3, 6)

        text = _page(browser_of_administrator, journal)

        assert reverse("link", args=[company.link.pk]) + "#link-period" in text
        assert "What would be sent" in text

    def test_leads_to_the_later_of_the_two_starts(
        self, procountor: Sandbox, browser_of_administrator: Client
    ) -> None:
        company = a_company()
        link = link_to(company, an_account(), start_month=date(2026, 7, 1))
        journal = a_journal(company)

        of_link = _page(browser_of_administrator, journal)
        set_start(company, date(2026, 8, 1), user=None)
        of_company = _page(browser_of_administrator, journal)

        assert reverse("link", args=[link.pk]) + "#link-start" in of_link
        assert reverse("company", args=[1001]) + "#settings" in of_company

    def test_marks_the_row_a_problem_is_about(
        self, procountor: Sandbox, browser_of_administrator: Client
    ) -> None:
        company = a_linked_company()
        lines = [("5035", "10.00", "2026-06-28"), ("2961", "-10.00", "2026-06-28")]
        journal = import_journal(
            csv_file(lines),
            file_name="j.csv",
            company=company,
            user=None,
            now=NOW,
            run=Run(year=2026, number="6"),
        ).journal

        text = _page(browser_of_administrator, journal)

        row = squeezed(text).partition('id="line-1" class="flag"')[2].partition("</tr>")[0]
        # An unknown account has no name: there is room for the reason in its place.
        name, _, dimensions = row.partition('class="name"')[2].partition('class="dim"')
        assert "Ledger account 5035 is unknown in Procountor" in name
        assert "5035" not in dimensions
        assert 'href="#line-1"' in text
        assert reverse("link", args=[company.link.pk]) in text

    def test_shows_the_first_rows_of_a_long_receipt_and_all_when_asked(
        self, procountor: Sandbox, browser_of_administrator: Client
    ) -> None:
        lines = monthly_lines(6) * 60
        journal = import_journal(
            csv_file(lines), file_name="j.csv", company=a_linked_company(), user=None, now=NOW
        ).journal

        short = _page(browser_of_administrator, journal)
        whole = browser_of_administrator.get(
            reverse("journal", args=[journal.pk]), {"rows": "all"}
        ).text

        assert "Show 20 more rows" in short
        assert short.count('class="acct">5010') == 50
        assert whole.count('class="acct">5010') == 60

    def test_shows_the_journals_own_lines_where_nothing_is_decided_yet(
        self, browser_of_administrator: Client
    ) -> None:
        journal = a_journal(a_company(), 6)

        text = _page(browser_of_administrator, journal)

        assert "Nothing is decided yet" in text
        assert '<tr role="row" id="line-2">' in text
        assert text.count("1,006.00") == 4
        assert "What will be sent" not in text

    def test_pages_the_lines_of_a_long_journal_and_sums_all_of_them(
        self, browser_of_administrator: Client
    ) -> None:
        journal = import_journal(
            csv_file(monthly_lines(6) * 60),
            file_name="j.csv",
            company=a_company(),
            user=None,
            now=NOW,
        ).journal

        second = browser_of_administrator.get(reverse("journal", args=[journal.pk]), {"page": "2"})

        assert second.text.count(' id="line-') == 20
        assert "Page 2 of 2" in second.text
        assert "60,360.00" in second.text

    def test_shows_the_payload_letter_by_letter(
        self, procountor: Sandbox, browser_of_administrator: Client
    ) -> None:
        journal = a_journal(a_linked_company())
        address = reverse("payload", args=[journal.pk, 1])

        page = browser_of_administrator.get(address)
        part = browser_of_administrator.get(address, headers={"HX-Request": "true"})

        assert "&quot;accountingValue&quot;: 1006.00" in page.text
        assert "&quot;accountingValue&quot;: 1006.00" in part.text
        assert "<html" not in part.text

    def test_is_not_there_for_users_of_other_debtors(
        self, browser_of_administrator: Client, administrator: User
    ) -> None:
        journal = a_journal(a_company())
        administrator.debtors.add(Debtor.objects.create(number=999, name="Muu"))

        response = browser_of_administrator.get(reverse("journal", args=[journal.pk]))

        assert response.status_code == 404


class TestRevisions:
    def test_shows_what_a_new_revision_changes(
        self, procountor: Sandbox, browser_of_administrator: Client
    ) -> None:
        company = a_linked_company()
        send(a_journal(company, 6))
        lines = [("5010", "1016.00", "2026-06-28"), ("2961", "-1016.00", "2026-06-28")]
        newer = import_journal(
            csv_file(lines),
            file_name="j.csv",
            company=company,
            user=None,
            now=NOW,
            run=Run(year=2026, number="6"),
        ).journal

        text = _page(browser_of_administrator, newer)

        assert "2 sums differ from the revision before." in text
        assert "1,006.00" in text
        assert "1,016.00" in text
        assert '<span class="pos">10.00</span>' in text
        assert "Changed after sending" in text


class TestHistory:
    def test_tells_what_people_did_and_each_booking_once(
        self, procountor: Sandbox, browser_of_administrator: Client
    ) -> None:
        journal = send(a_journal(a_linked_company()))

        text = _page(browser_of_administrator, journal)

        assert "imported journal 1001-2026-6-1" in text
        assert text.count("booked receipt 1 for journal 1001-2026-6-1") == 1
        assert "attempt 1" not in text

    def test_tells_of_an_attempt_that_booked_nothing(
        self, procountor: Sandbox, browser_of_administrator: Client
    ) -> None:
        procountor.faults.add(Fault(kind=FaultKind.REJECT, method="POST", path="/ledgerreceipts"))
        journal = send(a_journal(a_linked_company()))

        text = _page(browser_of_administrator, journal)

        assert "attempt 1 at the receipt of 28 Jun 2026: rejected" in text

    def test_folds_older_entries_away(
        self, procountor: Sandbox, browser_of_administrator: Client
    ) -> None:
        journal = send(a_journal(a_linked_company(), 1, 2, 3, 4, 5, 6, 7))

        text = _page(browser_of_administrator, journal)

        assert "<summary>1 older entry</summary>" in squeezed(text)


class TestDeadAccount:
    def test_is_named_while_receipts_wait_for_it(
        self, procountor: Sandbox, browser_of_administrator: Client
    ) -> None:
        company = a_linked_company()
        journal = a_journal(company)
        browser_of_administrator.post(reverse("send_journal", args=[journal.pk]))
        remove_authorisation(company.link.procountor_account, user=None)
        deliver(Sending.objects.get(), Clock())

        text = _page(browser_of_administrator, journal)

        assert "S05" in text
        assert reverse("procountor_accounts") in text
