"""A bureau begins with nothing, and in the end the books hold what payroll holds."""

import re
from collections import Counter
from collections.abc import Iterator
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Page, expect
from tests.journeys.browsing import Running, chromium, log_in, running_empty_bureau

from nmbrs_sandbox.payroll.sample import TOKEN, USERNAME
from procountor_sandbox.sample import cost_centres, projects

pytestmark = [pytest.mark.browser, pytest.mark.processes]

KONEPAJA_IN_NMBRS = 48101
KONEPAJA_IN_PROCOUNTOR = 50101
FETCH_MILLISECONDS = 120_000

# Booking date, ledger account, cost center, cost unit and amount of a line.
Line = tuple[str, str, str, str, Decimal]


@pytest.fixture
def bureau(tmp_path: Path) -> Iterator[Running]:
    with running_empty_bureau(tmp_path) as running:
        yield running


@pytest.fixture
def window(bureau: Running) -> Iterator[Page]:
    """A window logged in to the bureau."""
    with chromium() as browser:
        page = browser.new_context(locale="en-GB").new_page()
        log_in(page, bureau)
        yield page


def paid_lines(run: dict[str, Any]) -> Counter[Line]:
    """The lines of a run's journal as payroll holds them; nothing is booked of 0.00."""
    return Counter(
        (
            line["date"],
            line["account"],
            line["cost_center"],
            line["cost_unit"],
            Decimal(line["amount"]),
        )
        for line in run["lines"]
        if Decimal(line["amount"])
    )


def booked_lines(receipts: list[dict[str, Any]]) -> Counter[Line]:
    """The rows of ledger receipts as the books hold them, in the same terms."""
    codes = {
        (dimension.dimension_id, item.item_id): item.code_name
        for dimension in (cost_centres(), projects())
        for item in dimension.items
    }
    center, unit = cost_centres().dimension_id, projects().dimension_id
    lines: Counter[Line] = Counter()
    for receipt in receipts:
        for row in receipt["transactions"]:
            tags = {
                value["dimensionId"]: codes[value["dimensionId"], value["itemId"]]
                for value in row["dimensionItemValues"]
            }
            amount = Decimal(str(row["accountingValue"]))
            day, account = receipt["receiptDate"], row["account"]
            lines[day, account, tags.get(center, ""), tags.get(unit, ""), amount] += 1
    return lines


class TestFromPayrollToTheBooks:
    @pytest.mark.parametrize("by", ["soap", "rest"])
    def test_books_line_by_line_what_payroll_holds(
        self, bureau: Running, window: Page, by: str
    ) -> None:
        window.get_by_role("link", name="Connect Nmbrs").click()
        if by == "soap":
            connect_by_soap(window)
        else:
            connect_by_rest(window)
        expect(window.get_by_text(re.compile("60 new journals")).first).to_be_visible(
            timeout=FETCH_MILLISECONDS
        )
        connect_procountor(window, bureau)
        link_konepaja(window)

        window.goto(f"{bureau.url}/exports?company=1001&period=2026-06&state=ready")
        window.get_by_role("link", name="Koivulammi Konepaja Oy, June 2026").click()
        expect(window.get_by_role("article")).to_have_count(6)
        window.get_by_role("button", name="Send 6 receipts").click()
        expect(window.get_by_role("region", name="Send")).to_contain_text("Sent")

        june = next(run for run in bureau.paid(KONEPAJA_IN_NMBRS) if run["number"] == 6)
        booked = bureau.booked(KONEPAJA_IN_PROCOUNTOR)
        assert len(booked) == 6
        assert booked_lines(booked) == paid_lines(june)


def connect_by_soap(window: Page) -> None:
    window.get_by_label("Name", exact=True).fill("Koivulammi")
    window.get_by_label("User name in Nmbrs").fill(USERNAME)
    window.get_by_label("API token").fill(TOKEN)
    window.get_by_label("First year").fill("2026")
    window.get_by_role("button", name="Connect and fetch").click()
    expect(window.get_by_text(re.compile("Koivulammi is connected"))).to_be_visible()


def connect_by_rest(window: Page) -> None:
    """Consent at Nmbrs for all its debtors, and return to the list of connections."""
    window.get_by_role("link", name="Connect by REST").first.click()
    window.get_by_label("Name", exact=True).fill("Koivulammi")
    window.get_by_label("First year").fill("2026")
    window.get_by_role("button", name="Continue").click()
    window.get_by_role("link", name="Consent at Nmbrs").click()
    window.get_by_role("button", name="Marja Koivula").click()
    window.get_by_role("button", name="Allow").click()
    expect(window.get_by_text("Koivulammi may be read by REST: 3 debtors.")).to_be_visible()
    window.get_by_role("navigation", name="Breadcrumb").get_by_role("link", name="Nmbrs").click()


def connect_procountor(window: Page, bureau: Running) -> None:
    """Make an account and authorise it for Koivulammi Konepaja Oy at Procountor."""
    window.goto(f"{bureau.url}/settings/integrations/procountor")
    window.get_by_label("User name").fill("konepaja")
    window.get_by_role("button", name="Create the account").click()
    window.get_by_role("link", name="Authorise: konepaja").click()
    window.get_by_label("Username").fill("aino")
    window.get_by_label("Password").fill("sandbox")
    window.keyboard.press("Enter")
    window.get_by_text("Koivulammi Konepaja Oy").first.click()
    expect(window.get_by_role("heading", name="Authorised")).to_be_visible()


def link_konepaja(window: Page) -> None:
    """Link the company with both dimensions."""
    window.get_by_role("link", name="Make the link").click()
    window.get_by_label("Company in Nmbrs").select_option("1001")
    window.get_by_label("Cost centers go to the dimension").check()
    window.get_by_label("Dimension for cost centers").fill("Kustannuspaikka")
    window.get_by_label("Cost units go to the dimension").check()
    window.get_by_label("Dimension for cost units").fill("Projekti")
    expect(window.get_by_text("Found: Projekti")).to_be_visible()
    window.get_by_role("button", name="Save the link").last.click()
    expect(window.get_by_text("The link is saved.")).to_be_visible()
