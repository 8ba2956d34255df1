"""The form of a link whose journals use more ledger accounts than a page has room for."""

import gzip

import pytest
from django.test import Client
from django.urls import reverse
from tests.bureau import NOW, a_linked_company, csv_file
from tests.web.link_pages import link_values

from procountor_sandbox.app import Sandbox
from tilisilta.models import Link
from tilisilta.services.journals.importing import import_journal

pytestmark = pytest.mark.django_db

ACCOUNTS = 1500


@pytest.fixture
def link(procountor: Sandbox) -> Link:
    """Return the link of a company with accounts in plenty, of which Procountor knows two."""
    link = a_linked_company().link
    lines = [(str(80000 + n), "1.00", "2026-06-28") for n in range(ACCOUNTS)]
    lines += [("5010", "1.00", "2026-06-28"), ("2961", f"-{ACCOUNTS + 1}.00", "2026-06-28")]
    import_journal(csv_file(lines), file_name="j.csv", company=link.company, user=None, now=NOW)
    return link


class TestManyAccounts:
    def test_stay_on_a_page_of_little_weight(
        self, link: Link, browser_of_administrator: Client
    ) -> None:
        text = browser_of_administrator.get(reverse("link", args=[link.pk])).text

        assert len(gzip.compress(text.encode())) < 30_000
        assert "1,502 accounts in use" in text
        assert "1,302 more accounts are not listed." in text
        assert "name it in the next row" in text

    def test_are_told_to_a_reader_without_a_row_that_is_not_there(
        self, link: Link, browser_of_reader: Client
    ) -> None:
        text = browser_of_reader.get(reverse("link", args=[link.pk])).text

        assert "1,302 more accounts are not listed." in text
        assert "name it in the next row" not in text

    def test_put_those_first_that_procountor_does_not_know(
        self, link: Link, browser_of_administrator: Client
    ) -> None:
        text = browser_of_administrator.get(reverse("link", args=[link.pk])).text

        assert 'name="map-80000"' in text
        assert 'name="map-5010"' not in text

    def test_lose_no_mapping_when_the_form_is_saved(
        self, link: Link, browser_of_administrator: Client
    ) -> None:
        address = reverse("link", args=[link.pk])
        last = str(80000 + ACCOUNTS - 1)
        named = link_values(**{"more-from": last, "more-to": "5010"})

        browser_of_administrator.post(address, named)
        listed = browser_of_administrator.get(address).text
        posted = {f"map-{80000 + n}": "" for n in range(200)} | {f"map-{last}": "5010"}
        browser_of_administrator.post(address, link_values(**posted))

        assert f'name="map-{last}"' in listed
        assert {one.journal_account for one in link.account_mappings.all()} == {last}
