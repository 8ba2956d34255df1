"""The part of a journal's page that compares it with last month."""

import pytest
from django.test import Client
from django.urls import reverse
from pytest_django import DjangoAssertNumQueries
from tests.bureau import NOW, Clock, a_linked_company, csv_file, deliver
from tests.web.reading import squeezed

from procountor_sandbox.app import Sandbox
from tilisilta.domain.journals import Run
from tilisilta.management.variances import variance_document
from tilisilta.models import Company, Journal
from tilisilta.services.journals.importing import import_journal
from tilisilta.services.journals.variances import variances_of
from tilisilta.services.links import change_link
from tilisilta.services.sending.asking import send_journal

pytestmark = pytest.mark.django_db


def a_run(company: Company, month: int, *lines: tuple[str, str]) -> Journal:
    return import_journal(
        csv_file([(account, amount, f"2026-{month:02}-28") for account, amount in lines]),
        file_name="journal.csv",
        company=company,
        user=None,
        now=NOW,
        run=Run(year=2026, number=str(month)),
    ).journal


def test_variance_on_the_page_of_a_journal(
    procountor: Sandbox,
    browser_of_administrator: Client,
    django_assert_max_num_queries: DjangoAssertNumQueries,
) -> None:
    company = a_linked_company()
    a_run(company, 5, ("5010", "1000.00"), ("5030", "3.00"), ("2961", "-1003.00"))
    june = a_run(company, 6, ("5010", "1300.00"), ("6110", "4.00"), ("2961", "-1304.00"))
    address = reverse("journal", args=[june.pk])

    page = browser_of_administrator.get(address)
    variance = page.context["page"].variance
    text = squeezed(page.text)

    assert variance.variance.above == ("2961", "5010")
    assert '<details class="variance" open>' in text
    assert "2 ledger accounts are above the threshold" in text
    assert ">+300.00<" in text
    assert ">+30.0 %<" in text
    assert text.count("<span>New</span>") == text.count("<span>Not there now</span>") == 1
    seen, state = page.context["page"].preview.digest, june.state

    change_link(company.link, user=None, variance_percent=40)

    with django_assert_max_num_queries(12):
        page = browser_of_administrator.get(address)
    assert '<details class="variance">' in page.text
    assert "All is within the threshold" in page.text
    # What would be sent, and whether it can be, is the same.
    assert (page.context["page"].preview.digest, page.context["journal"].state) == (seen, state)
    assert page.context["page"].preview.can_be_sent

    deliver(send_journal(june, user=None, now=NOW), Clock())
    with django_assert_max_num_queries(12):
        page = browser_of_administrator.get(address)
    assert page.context["page"].is_all_booked


def test_an_account_that_is_booked_to_a_known_one_is_not_new(
    procountor: Sandbox, browser_of_administrator: Client
) -> None:
    """The page, the list of what is sent and the documents compare what is booked."""
    company = a_linked_company()
    a_run(company, 5, ("5010", "1000.00"), ("2961", "-1000.00"))
    june = a_run(company, 6, ("5010", "600.00"), ("5035", "401.00"), ("2961", "-1001.00"))
    address = reverse("journal", args=[june.pk])
    before = browser_of_administrator.get(address).context["page"].variance

    change_link(company.link, user=None, account_mappings={"5035": "5010"})

    variance = browser_of_administrator.get(address).context["page"].variance
    [listed] = variances_of([june]).values()
    document = variance_document(june)
    text = squeezed(browser_of_administrator.get("/exports/send-ready?period=2026-06").text)
    assert (before.new_count, before.variance.above) == (1, ("5010", "5035"))
    assert (variance.new_count, variance.variance.above) == (0, ())
    assert [(row.account, str(row.change.this)) for row in variance.rows] == [
        ("2961", "-1001.00"),
        ("5010", "1001.00"),
    ]
    assert listed.variance == variance.variance
    assert document is not None
    assert [one["account"] for one in document["accounts"]] == ["2961", "5010"]
    assert "above" not in text.partition("+0.1 %")[2][:60]


def test_mark_in_the_list_of_what_is_sent(
    procountor: Sandbox, browser_of_administrator: Client
) -> None:
    company = a_linked_company()
    a_run(company, 5, ("5010", "1000.00"), ("2961", "-1000.00"))
    june = a_run(company, 6, ("5010", "1300.00"), ("2961", "-1300.00"))

    text = squeezed(browser_of_administrator.get("/exports/send-ready?period=2026-06").text)

    assert f'href="{reverse("journal", args=[june.pk])}#variance"' in text
    assert "+30.0 %, 2 ledger accounts above" in text
