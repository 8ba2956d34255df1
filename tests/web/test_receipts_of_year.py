"""The page of a company's receipts over a year."""

import pytest
from django.test import Client
from django.urls import reverse
from tests.bureau import a_company, a_journal, a_linked_company, send
from tests.web.reading import squeezed

from procountor_sandbox.app import Sandbox
from tilisilta.models import Journal

pytestmark = pytest.mark.django_db


@pytest.fixture
def sent(procountor: Sandbox) -> Journal:
    """Return a journal that was sent as two ledger receipts."""
    return send(a_journal(a_linked_company(), 5, 6))


class TestReceiptsOfYear:
    def test_are_led_to_from_the_company(self, browser_of_reader: Client, sent: Journal) -> None:
        text = browser_of_reader.get(reverse("company", args=[1001])).text

        assert reverse("receipts_of_year", args=[1001]) + "?year=2026" in text

    @pytest.mark.parametrize("year", ["", "2026", "soon", "٢٠٢٦", "0", "99999999999"])
    def test_are_those_of_the_year_with_their_sum(
        self, browser_of_reader: Client, sent: Journal, year: str
    ) -> None:
        address = reverse("receipts_of_year", args=[1001])

        text = squeezed(browser_of_reader.get(address, {"year": year}).text)

        assert "<h1>Ledger receipts of 2026</h1>" in text
        for export in sent.exports.all():
            assert f"{reverse('journal', args=[sent.pk])}#t{export.token}" in text
        assert '<span class="pos">2,011.00</span> EUR' in text
        assert reverse("receipts_xlsx", args=[1001]) + "?year=2026" in text

    @pytest.mark.parametrize("year", ["2025", "1", "9999"])
    def test_are_none_in_other_years(
        self, browser_of_reader: Client, sent: Journal, year: str
    ) -> None:
        response = browser_of_reader.get(reverse("receipts_of_year", args=[1001]), {"year": year})

        assert "No receipt of this company" in response.text

    def test_are_none_of_a_new_company(self, browser_of_reader: Client) -> None:
        a_company()

        response = browser_of_reader.get(reverse("receipts_of_year", args=[1001]))

        assert response.status_code == 200

    def test_are_saved(self, browser_of_reader: Client, sent: Journal) -> None:
        browser_of_reader.cookies["language"] = "fi"

        csv = browser_of_reader.get(reverse("receipts_csv", args=[1001]), {"year": "2026"})
        xlsx = browser_of_reader.get(reverse("receipts_xlsx", args=[1001]), {"year": "2026"})
        without = browser_of_reader.get(reverse("receipts_csv", args=[1001]))

        assert ";1006,00;EUR;" in csv.text
        assert csv["Content-Disposition"] == 'attachment; filename="receipts-1001-2026.csv"'
        assert csv["Cache-Control"] == "no-store"
        assert xlsx.content.startswith(b"PK")
        assert without.status_code == 404
