"""A bureau moves from SOAP to REST in a real browser: a difference first, then the switch."""

import json
import os
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from urllib.request import Request, urlopen

import pytest
from playwright.sync_api import Browser, Page, expect
from tests.journeys.browsing import Running, chromium, log_in, running_empty_bureau

from nmbrs_sandbox.payroll.sample import TOKEN, USERNAME

pytestmark = [pytest.mark.browser, pytest.mark.processes, pytest.mark.once]

KONEPAJA = 48101
FETCH_MILLISECONDS = 120_000
REST = "settings/integrations/nmbrs/1/rest"


@pytest.fixture(scope="module")
def bureau(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Running]:
    with running_empty_bureau(tmp_path_factory.mktemp("bureau")) as running:
        yield running


@pytest.fixture(scope="module")
def chrome() -> Iterator[Browser]:
    with chromium() as browser:
        yield browser


@pytest.fixture(scope="module")
def window(chrome: Browser, bureau: Running) -> Iterator[Page]:
    """A window at a bureau that fetches by SOAP and has given its consent."""
    context = chrome.new_context(locale="en-GB")
    page = context.new_page()
    log_in(page, bureau)
    page.goto(f"{bureau.url}/settings/integrations/nmbrs")
    page.get_by_label("Name", exact=True).fill("Kirnu")
    page.get_by_label("User name in Nmbrs").fill(USERNAME)
    page.get_by_label("API token").fill(TOKEN)
    page.get_by_label("First year").fill("2026")
    page.get_by_role("button", name="Connect and fetch").click()
    expect(page.get_by_text(re.compile("60 new journals")).first).to_be_visible(
        timeout=FETCH_MILLISECONDS
    )
    page.goto(f"{bureau.url}/{REST}")
    page.get_by_role("link", name="Consent at Nmbrs").click()
    page.get_by_role("button", name="Marja Koivula").click()
    page.get_by_role("button", name="Allow").click()
    expect(page.get_by_text("3 of 3 debtors covered")).to_be_visible()
    yield page
    context.close()


def order(bureau: Running, method: str, body: dict[str, Any] | None = None) -> None:
    """Set a trap of the stand-in Nmbrs, or take all away."""
    asked = Request(  # noqa: S310  # our own stand-in
        f"{bureau.nmbrs_url}/sandbox/traps",
        data=json.dumps(body or {}).encode(),
        method=method,
        headers={"Content-Type": "application/json"},
    )
    with urlopen(asked):  # noqa: S310  # as above
        pass


def picture(page: Page, name: str) -> None:
    """Save pictures of a page where a folder for them is named: wide, dark, and on a phone."""
    folder = os.environ.get("TILISILTA_TESTS_PICTURES")
    page.set_viewport_size({"width": 390, "height": 800})
    if folder:
        page.screenshot(path=Path(folder) / f"{name}-390.png", full_page=True)
    assert page.evaluate("document.documentElement.scrollWidth") <= 390
    page.set_viewport_size({"width": 1280, "height": 800})
    if folder:
        page.screenshot(path=Path(folder) / f"{name}.png", full_page=True)
        page.emulate_media(color_scheme="dark")
        page.screenshot(path=Path(folder) / f"{name}-dark.png", full_page=True)
        page.emulate_media(color_scheme="light")


def press(page: Page, name: str) -> None:
    """Reach a button by the Tab key alone, and press Enter on it."""
    wanted = page.get_by_role("button", name=name, exact=True)
    for _step in range(60):
        if wanted.evaluate("e => e === document.activeElement"):
            break
        page.keyboard.press("Tab")
    expect(wanted).to_be_focused()
    page.keyboard.press("Enter")


class TestMoveToRest:
    def test_shows_a_difference_that_blocks_the_switch(self, window: Page, bureau: Running) -> None:
        order(bureau, "POST", {"trap": "other_journal", "company_id": KONEPAJA})
        expect(window.get_by_role("button", name="Switch", exact=True)).to_be_disabled()
        picture(window, "move-before")

        press(window, "Compare")

        # The page reloads itself until every company is compared.
        expect(window.get_by_text("1 company is not equal").first).to_be_visible(
            timeout=FETCH_MILLISECONDS
        )
        expect(window.get_by_text("Other sums would be booked.")).to_be_visible()
        picture(window, "move-difference")
        window.goto(f"{bureau.url}/{REST}")
        expect(window.get_by_role("button", name="Switch", exact=True)).to_be_disabled()
        picture(window, "move-blocked")

    def test_is_accepted_with_a_reason_and_switched(self, window: Page, bureau: Running) -> None:
        window.goto(f"{bureau.url}/{REST}/comparison")
        window.get_by_role("checkbox", name=re.compile("Accept.*1001 Koivulammi")).check()
        window.get_by_label("Reason").fill("Nmbrs says that REST is right")
        window.get_by_role("button", name="Accept with a reason").click()
        expect(window.get_by_text("The difference of 1 company is accepted.")).to_be_visible()
        picture(window, "move-accepted")

        window.get_by_role("button", name="Switch to REST").click()

        expect(window.get_by_text("Kirnu fetches by REST from now on.")).to_be_visible()
        expect(window.get_by_text("Switched to REST", exact=True)).to_be_visible()
        picture(window, "move-switched")

    def test_brings_nothing_new_and_can_be_turned_back(self, window: Page, bureau: Running) -> None:
        order(bureau, "DELETE")
        window.goto(f"{bureau.url}/settings/integrations/nmbrs")
        window.get_by_role("button", name="Fetch from Nmbrs").click()
        expect(window.get_by_text("0 new journals, 0 changed").first).to_be_visible(
            timeout=FETCH_MILLISECONDS
        )
        expect(window.get_by_text("Fetching from Nmbrs:")).to_have_count(
            0, timeout=FETCH_MILLISECONDS
        )
        expect(window.get_by_text("0 new journals, 0 changed").first).to_be_visible()

        window.goto(f"{bureau.url}/{REST}")
        press(window, "Back to SOAP")

        expect(window.get_by_text("Kirnu fetches by SOAP from now on.")).to_be_visible()
