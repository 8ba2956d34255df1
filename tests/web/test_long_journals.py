"""Journals with thousands of lines, and with thousands of problems that are alike."""

import gzip
import json

import pytest
from django.test import Client
from django.urls import reverse
from tests.bureau import NOW, a_linked_company

from procountor_sandbox.app import Sandbox
from tilisilta.domain.problems import ProblemCode
from tilisilta.management.journals import journal_document
from tilisilta.models import Journal
from tilisilta.services.journals.importing import import_journal

pytestmark = pytest.mark.django_db

LINES = 3000
MOST_BYTES = 100_000


@pytest.fixture
def journal(procountor: Sandbox) -> Journal:
    """Each line has a cost center of its own, which Procountor has not."""
    company = a_linked_company(uses_cost_centers=True, cost_center_dimension="Kustannuspaikka")
    rows = ["account;description;amount;cost center;period"]
    for number in range(LINES):
        sign = "-" if number % 2 else ""
        rows.append(f"5010;Palkat {number};{sign}{100 + number // 2}.07;KP{number:05};2026-06")
    content = "\n".join(rows).encode()
    return import_journal(
        content, file_name="long.csv", company=company, user=None, now=NOW
    ).journal


def weight(browser: Client, address: str) -> int:
    response = browser.get(address)
    assert response.status_code == 200
    return len(gzip.compress(response.content, 6))


class TestThousandsOfEqualProblems:
    def test_are_one_that_counts_them_and_names_the_first(self, journal: Journal) -> None:
        unknown = [
            one for one in journal.problems if one.code == ProblemCode.DIMENSION_ITEM_UNKNOWN
        ]

        assert len(unknown) == 1
        assert unknown[0].fact("alike") == str(LINES)
        assert unknown[0].fact("first").startswith("KP00000, KP00001, ")

    def test_stay_readable_for_scripts(self, journal: Journal) -> None:
        document = json.dumps(journal_document(journal), default=str)

        assert len(document) < 10_000
        assert "KP00000" in document

    def test_are_told_in_words(self, journal: Journal, browser_of_administrator: Client) -> None:
        text = browser_of_administrator.get(reverse("journal", args=[journal.pk])).text

        assert "and 2,999 more like it" in text
        assert "The first of them: KP00000, KP00001" in text


class TestLongJournal:
    def test_has_no_page_that_is_heavy(
        self, journal: Journal, browser_of_administrator: Client
    ) -> None:
        page = reverse("journal", args=[journal.pk])
        pages = [page, *(f"{page}?rows=1.{number}" for number in (1, 6, 99)), f"{page}?rows=all"]
        pages.append(reverse("payload", args=[journal.pk, 1]))

        weights = {address: weight(browser_of_administrator, address) for address in pages}

        assert max(weights.values()) < MOST_BYTES, weights

    def test_shows_every_row_on_one_of_its_pages(
        self, journal: Journal, browser_of_administrator: Client
    ) -> None:
        page = reverse("journal", args=[journal.pk])

        texts = [
            browser_of_administrator.get(page, {"rows": f"1.{number}"}).text
            for number in range(1, 7)
        ]

        shown = [number for number in range(LINES) if f"Palkat {number}<" in "".join(texts)]
        assert len(shown) == LINES
        assert 'aria-current="page"' in texts[2]
