"""Journal entries Export: the list, its filters, and the click that sends."""

import re
from datetime import date

import pytest
from django.test import Client
from django.urls import reverse
from pytest_django import DjangoAssertNumQueries
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
    send,
    states,
)
from tests.web.reading import squeezed

from procountor_sandbox.app import Sandbox
from tilisilta.models import Company, Debtor, Journal, Sending, User
from tilisilta.services.journals.importing import import_journal
from tilisilta.web.export_rows import COLUMNS
from tilisilta.web.exports import totals_of

pytestmark = pytest.mark.django_db


NUMBERS = (1001, 1002)


def _a_journal_of(company: Company, *, day: int) -> Journal:
    booked_on = f"2026-06-{day:02}"
    lines = [("5010", "10.00", booked_on), ("2961", "-10.00", booked_on)]
    return import_journal(
        csv_file(lines), file_name="journal.csv", company=company, user=None, now=NOW
    ).journal


def _seen(text: str) -> str:
    seen = re.search(r'name="seen" value="([0-9a-f]{64})"', text)
    assert seen
    return seen[1]


class TestList:
    def test_has_a_cell_and_a_part_of_the_sum_for_each_heading(
        self, procountor: Sandbox, browser_of_administrator: Client
    ) -> None:
        a_journal(a_linked_company())

        text = browser_of_administrator.get(reverse("exports")).text

        row, sums = text.partition("<tbody")[2].partition("<tfoot")[::2]
        spans = [int(number) for number in re.findall(r'colspan="(\d+)"', sums)]
        assert text.count('role="columnheader"') == len(COLUMNS)
        assert row.count('role="cell"') + row.count('role="rowheader"') == len(COLUMNS)
        assert sum(spans) + 1 == len(COLUMNS)

    def test_offers_to_send_a_ready_journal(
        self, procountor: Sandbox, browser_of_administrator: Client
    ) -> None:
        journal = a_journal(a_linked_company())

        text = browser_of_administrator.get(reverse("exports")).text

        assert reverse("send_journal", args=[journal.pk]) in text
        assert "ledger-on" in text
        assert "Send 1 ready journal" in text

    def test_shades_the_logo_and_names_receipt_and_person_once_sent(
        self, procountor: Sandbox, browser_of_administrator: Client, administrator: User
    ) -> None:
        journal = a_journal(a_linked_company())
        page = browser_of_administrator.get(reverse("exports")).text
        browser_of_administrator.post(
            reverse("send_journal", args=[journal.pk]), {"seen": _seen(page)}
        )
        deliver(Sending.objects.get(), Clock())

        text = browser_of_administrator.get(reverse("exports")).text

        assert "ledger-sent" in text
        assert "ledger-on" not in text
        number = journal.exports.get().receipt_number
        assert f'data-l="Receipt numbers:">{number}<' in text
        assert administrator.username in text

    def test_says_why_a_test_company_is_off(
        self, procountor: Sandbox, browser_of_administrator: Client
    ) -> None:
        company = a_linked_company(1007)
        company.is_test = True
        company.save()
        a_journal(company)

        text = browser_of_administrator.get(reverse("exports")).text

        assert 'aria-disabled="true"' in text
        assert "test company" in text
        assert 'name="seen"' not in text

    def test_tells_a_reader_that_they_may_not_send(
        self, procountor: Sandbox, browser_of_reader: Client
    ) -> None:
        a_journal(a_linked_company())

        text = browser_of_reader.get(reverse("exports")).text

        assert "Your user template does not let you send." in text
        assert 'name="seen"' not in text

    def test_hides_journals_of_other_debtors(
        self, browser_of_administrator: Client, administrator: User
    ) -> None:
        journal = a_journal(a_company())
        administrator.debtors.add(Debtor.objects.create(number=999, name="Muu"))

        text = browser_of_administrator.get(reverse("exports")).text

        assert reverse("journal", args=[journal.pk]) not in text

    def test_takes_the_same_queries_for_one_journal_as_for_many(
        self,
        browser_of_administrator: Client,
        django_assert_max_num_queries: DjangoAssertNumQueries,
    ) -> None:
        for number in range(2001, 2021):
            # No file may be imported for two companies, so each has a date of its own.
            _a_journal_of(a_company(number, f"Yritys {number}"), day=number - 2000)

        with django_assert_max_num_queries(12):
            response = browser_of_administrator.get(reverse("exports"))

        assert response.text.count("<tr ") > 20


class TestFilter:
    def test_narrows_by_company_state_and_month(self, browser_of_administrator: Client) -> None:
        _a_journal_of(a_company(2001, "Ahven Oy"), day=1)
        wanted = _a_journal_of(a_company(2002, "Hauki Oy"), day=2)
        a_journal(wanted.company, 4, run_number="4")

        text = browser_of_administrator.get(
            reverse("exports"), {"company": "hauki", "state": "problem", "period": "2026-06"}
        ).text

        assert "1 journal<" in squeezed(text)
        assert reverse("journal", args=[wanted.pk]) in text

    def test_offers_what_is_before_the_start_and_counts_it_as_no_problem(
        self, procountor: Sandbox, browser_of_administrator: Client
    ) -> None:
        company = a_company(1001)
        link_to(company, an_account(1001), start_month=date(2026, 7, 1))
        a_journal(company, 6)

        listed = browser_of_administrator.get(reverse("exports"), {"state": "before_start"}).text
        overview = browser_of_administrator.get(reverse("overview")).text
        links = browser_of_administrator.get(reverse("administrations")).text

        assert '<option value="before_start" selected>' in listed
        assert "s-before" in listed
        assert "is from before the start" in listed
        assert "s-before" in overview
        assert "journal with problems" not in links

    def test_narrows_nothing_by_what_it_cannot_understand(
        self, browser_of_administrator: Client
    ) -> None:
        a_journal(a_company())

        response = browser_of_administrator.get(
            reverse("exports"), {"state": "odd", "period": "2026-99", "page": "many"}
        )

        assert response.status_code == 200
        assert "1 journal<" in squeezed(response.text)

    def test_sums_all_pages_per_currency(self) -> None:
        company = a_company()
        first, second = a_journal(company, 5, run_number="5"), a_journal(company, 6)

        totals = totals_of(Journal.objects.all())

        assert totals.count == 2
        assert totals.sums == (("EUR", first.debit_total + second.debit_total),)


class TestProgress:
    def test_is_asked_for_again_while_something_is_sent(
        self, procountor: Sandbox, browser_of_administrator: Client
    ) -> None:
        journal = a_journal(a_linked_company())
        idle = browser_of_administrator.get(reverse("exports")).text
        browser_of_administrator.post(reverse("send_journal", args=[journal.pk]))

        busy = browser_of_administrator.get(reverse("exports")).text

        assert 'hx-trigger="every 2s"' not in idle
        assert 'hx-trigger="every 2s"' in busy
        assert "0 of 1 journal sent" in busy

    def test_ends_by_itself_when_all_is_sent(
        self, procountor: Sandbox, browser_of_administrator: Client
    ) -> None:
        send(a_journal(a_linked_company()))

        part = browser_of_administrator.get(reverse("exports"), headers={"HX-Request": "true"}).text

        assert "every 2s" not in part
        assert "Nothing is being sent any more." in part
        assert "<html" not in part


def hidden_fields(page: str) -> dict[str, str | list[str]]:
    """Return the fields of the form that a browser sends with what is ticked."""
    return dict(re.findall(r'type="hidden" name="(journals|joint|ticks)" value="([^"]+)"', page))


class TestSendReady:
    def test_sends_what_was_listed(
        self, procountor: Sandbox, browser_of_administrator: Client
    ) -> None:
        journals = [_a_journal_of(a_linked_company(number), day=number % 10) for number in NUMBERS]
        page = browser_of_administrator.get(reverse("send_ready")).text
        listed = re.search(r'name="journals" value="([^"]+)"', page)
        assert listed

        response = browser_of_administrator.post(
            reverse("send_ready"), {"journals": listed[1]}, follow=True
        )

        assert "2 journals are being sent." in response.text
        assert [states(journal) for journal in journals] == [["queued"], ["queued"]]

    def test_leaves_what_looks_wrong_and_says_so(
        self, procountor: Sandbox, browser_of_administrator: Client
    ) -> None:
        a_journal(a_linked_company())
        Journal.objects.update(needs_look=True)

        text = browser_of_administrator.get(reverse("send_ready")).text
        listed = browser_of_administrator.get(reverse("exports")).text

        assert "They balance, but something looks wrong." in text
        assert "1001-2026-6-1" not in text
        assert "Looks wrong" in listed

    def test_names_the_books_and_what_is_not_among_them(
        self, procountor: Sandbox, browser_of_administrator: Client
    ) -> None:
        company = a_linked_company(1001)
        a_journal(company, 5, run_number="5")
        a_journal(company, 6)
        another = a_company(1002, "Aivan Muu Oy")
        link_to(another, an_account(1002))
        _a_journal_of(another, day=3)
        a_journal(a_company(1003, "Ilman Linkkiä Oy"), 6, run_number="9")

        text = browser_of_administrator.get(reverse("send_ready")).text
        listed = re.search(r'name="journals" value="([^"]+)"', text)

        assert listed
        assert len(listed[1].split()) == 2
        assert "Koivulammi Konepaja Oy, 9901010-1" in text
        assert "<b>Koivulammi Huolto Oy</b>, 9901020-8" in text
        assert "another name or business ID" in text
        assert "Look at May 2026" in text
        assert "Somebody has to look at them first." in text

    def test_shows_the_month_that_is_asked_for_and_all_together(
        self, procountor: Sandbox, browser_of_administrator: Client
    ) -> None:
        company = a_linked_company(1001)
        a_journal(company, 5, run_number="5")
        a_journal(company, 6)

        may = browser_of_administrator.get(reverse("send_ready"), {"period": "2026-05"}).text
        both = browser_of_administrator.get(reverse("send_ready"), {"months": "all"}).text

        assert "Send all of May 2026" in may
        assert "Send 1 journal<" in may.replace("\n", "").replace("  ", "")
        assert "Send all of all months" in both
        assert "2 journals" in both

    def test_is_counted_on_the_list_as_it_would_be_sent(
        self, procountor: Sandbox, browser_of_administrator: Client
    ) -> None:
        company = a_linked_company(1001)
        a_journal(company, 4, run_number="4")
        a_journal(company, 5, run_number="5")
        a_journal(company, 6)

        all_months = browser_of_administrator.get(reverse("exports")).text
        may = browser_of_administrator.get(reverse("exports"), {"period": "2026-05"}).text

        assert "Send 1 ready journal of June 2026" in all_months
        assert "2 of other months are ready, too" in all_months
        assert "Send 1 ready journal of May 2026" in may

    def test_leaves_what_is_before_the_start_unnamed(
        self, procountor: Sandbox, browser_of_administrator: Client
    ) -> None:
        company = a_company(1001)
        link_to(company, an_account(1001), start_month=date(2026, 7, 1))
        a_journal(company, 6)

        text = browser_of_administrator.get(reverse("send_ready")).text

        assert "Not among them" not in text
        assert "is ready to be sent" in text

    def test_does_not_send_what_has_changed_since(
        self, procountor: Sandbox, browser_of_administrator: Client
    ) -> None:
        journal = a_journal(a_linked_company())

        response = browser_of_administrator.post(
            reverse("send_ready"), {"journals": f"{journal.pk}:{'0' * 64}"}, follow=True
        )

        assert "1 journal needs a look" in response.text
        assert "What would be sent is no longer what you looked at" in response.text
        assert states(journal) == ["ready"]

    def test_sends_what_is_ticked_once_however_often_it_is_clicked(
        self, procountor: Sandbox, browser_of_administrator: Client
    ) -> None:
        journals = [_a_journal_of(a_linked_company(number), day=number % 10) for number in NUMBERS]
        address = reverse("send_ready")
        form = hidden_fields(browser_of_administrator.get(address).text)
        form |= {"send": [str(journals[0].pk)]}

        bar = browser_of_administrator.post(address, form, headers={"HX-Request": "true"}).text
        first = browser_of_administrator.post(address, form)
        second = browser_of_administrator.post(address, form)
        page = browser_of_administrator.get(first["Location"]).text

        assert "Send 1 journal<" in bar.replace("\n", "").replace("  ", "")
        assert first["Location"] == second["Location"]
        assert [states(journal) for journal in journals] == [["queued"], ["ready"]]
        assert "1 left out by hand" in page
        assert "1 journal is being sent." in page

    def test_sends_nothing_when_nothing_is_ticked(
        self, procountor: Sandbox, browser_of_administrator: Client
    ) -> None:
        journal = a_journal(a_linked_company())
        form = hidden_fields(browser_of_administrator.get(reverse("send_ready")).text)

        response = browser_of_administrator.post(reverse("send_ready"), form, follow=True)

        assert "No journal is ticked" in response.text
        assert states(journal) == ["ready"]

    def test_is_seen_by_those_alone_who_see_something_of_it(
        self, procountor: Sandbox, browser_of_administrator: Client
    ) -> None:
        a_journal(a_linked_company())
        form = hidden_fields(browser_of_administrator.get(reverse("send_ready")).text)
        form |= {"send": [str(Journal.objects.get().pk)]}
        page = browser_of_administrator.post(reverse("send_ready"), form)
        other = Debtor.objects.create(number=999, name="Muu")
        User.objects.get(username="aino").debtors.set([other])

        assert browser_of_administrator.get(page["Location"]).status_code == 404

    def test_is_refused_to_a_reader(self, browser_of_reader: Client) -> None:
        assert browser_of_reader.get(reverse("send_ready")).status_code == 403
