import httpx2
import pytest
from tests.procountor_sandbox.calling import (
    client_of,
    dimension_value,
    receipt,
    row,
    wages,
)

from procountor_sandbox.app import Sandbox


@pytest.fixture
def browser(sandbox: Sandbox) -> httpx2.Client:
    return client_of(sandbox, "http://sandbox/")


class TestOverview:
    @pytest.mark.parametrize("path", ["/", "/sandbox"])
    def test_says_what_it_is_before_anything_is_booked(
        self, browser: httpx2.Client, path: str
    ) -> None:
        page = browser.get(path)

        assert page.status_code == 200
        assert "It is not Procountor; all of it is invented." in page.text
        assert "Nothing has been booked yet" in page.text
        assert "Skärgårdens Bygg AB" in page.text

    def test_leads_to_what_was_booked(self, browser: httpx2.Client, caller: httpx2.Client) -> None:
        caller.post("ledgerreceipts", json=receipt(name="Payroll of June"))

        page = browser.get("/").text

        assert "Payroll of June" in page
        assert "/sandbox/companies/50101/receipts/700001" in page
        assert "1 ledger receipt in all." in page
        assert "100.00 EUR" in page

    def test_shows_closed_months(self, browser: httpx2.Client) -> None:
        assert "2026-01 … 2026-03" in browser.get("/").text

    def test_brings_its_own_style_and_nothing_inline(self, browser: httpx2.Client) -> None:
        page = browser.get("/").text

        assert browser.get("/sandbox/sandbox.css").headers["Content-Type"].startswith("text/css")
        assert "style=" not in page
        assert "<script" not in page


class TestReceiptPage:
    def test_shows_rows_with_accounts_and_dimensions_by_name_and_sums(
        self, browser: httpx2.Client, caller: httpx2.Client
    ) -> None:
        sent = receipt(
            row(value=12345.60, dimensionItemValues=[dimension_value(12345.60)]),
            row("2961", -12345.60, description="Maksettavat"),
            accountantsNotes="Run 6/2026",
        )
        caller.post("ledgerreceipts", json=sent)

        page = browser.get("/sandbox/companies/50101/receipts/700001").text
        # The forms below it offer every dimension.
        page = page.partition("</article>")[0]

        for text in ("Palkat", "Kustannuspaikka", "210 Tuotanto", "Maksettavat", "Run 6/2026"):
            assert text in page
        assert page.count("12\u202f345.60") == 4
        assert "Projekti" not in page

    def test_splits_a_row_over_items(self, browser: httpx2.Client, caller: httpx2.Client) -> None:
        values = [dimension_value(60.0), dimension_value(40.0, item_id=71004)]
        caller.post("ledgerreceipts", json=wages(dimensionItemValues=values))

        page = browser.get("/sandbox/companies/50101/receipts/700001").text

        assert "<span>210 Tuotanto 60.00</span><span>220 Huolto 40.00</span>" in page

    def test_says_the_status_in_words(self, browser: httpx2.Client, caller: httpx2.Client) -> None:
        caller.post("ledgerreceipts", json=receipt())
        caller.put("ledgerreceipts/700001/approve")

        assert "✓ Approved" in browser.get("/sandbox/companies/50101").text

    def test_writes_texts_without_running_them(
        self, browser: httpx2.Client, caller: httpx2.Client
    ) -> None:
        caller.post("ledgerreceipts", json=receipt(name="<script>alert(1)</script>"))

        page = browser.get("/sandbox/companies/50101").text

        assert "<script>" not in page
        assert "&lt;script&gt;" in page


class TestCompanyPage:
    def test_shows_twenty_receipts_at_a_time_newest_first(
        self, browser: httpx2.Client, caller: httpx2.Client
    ) -> None:
        for number in range(21):
            caller.post("ledgerreceipts", json=receipt(name=f"Receipt no {number}."))

        first = browser.get("/sandbox/companies/50101").text
        second = browser.get("/sandbox/companies/50101?page=2").text

        assert first.count("<article") == 20
        assert first.index("no 20.") < first.index("no 19.")
        assert "Receipt no 0." in second
        assert "?page=2" in first
        assert "?page=1" in second

    def test_leaves_invalidated_receipts_out_of_the_sum(
        self, browser: httpx2.Client, caller: httpx2.Client
    ) -> None:
        caller.post("ledgerreceipts", json=receipt())
        caller.put("ledgerreceipts/700001/invalidate")

        assert "0.00 EUR" in browser.get("/").text

    @pytest.mark.parametrize(
        "path",
        [
            "/sandbox/companies/1",
            "/sandbox/companies/50101/receipts/1",
            "/sandbox/companies/1/receipts/1",
            "/sandbox/unknown",
            "/else",
        ],
    )
    def test_leads_back_from_an_unknown_address(self, browser: httpx2.Client, path: str) -> None:
        page = browser.get(path)

        assert page.status_code == 404
        assert "Nothing here" in page.text
