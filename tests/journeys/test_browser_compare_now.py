"""A person has a month compared now: the page returns at once and shows what a worker has found."""

import re
import time
from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, Page, expect
from tests.journeys.browsing import Running, chromium, log_in, running_demo

pytestmark = [pytest.mark.browser, pytest.mark.once, pytest.mark.processes]

FETCH_MILLISECONDS = 120_000
COMPARED_MILLISECONDS = 60_000
COMPANY, MONTH, BEFORE = 1002, "2026-06", "2026-05"


@pytest.fixture(scope="module")
def demo(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Running]:
    with running_demo(tmp_path_factory.mktemp("demo")) as running:
        yield running


@pytest.fixture(scope="module")
def chrome(demo: Running) -> Iterator[Browser]:
    with chromium() as browser:
        yield browser


def send_june(page: Page, demo: Running) -> None:
    expect(page.get_by_text(re.compile("17 new journals")).first).to_be_visible(
        timeout=FETCH_MILLISECONDS
    )
    page.goto(f"{demo.url}/exports?company={COMPANY}&state=ready")
    page.locator("a[href*='/journals/']").first.click()
    page.get_by_role("button", name="Send").first.click()
    expect(page.get_by_role("region", name="Send")).to_contain_text("Sent")


class TestCompareNow:
    def test_shows_the_result_by_itself(self, demo: Running, chrome: Browser) -> None:
        page = chrome.new_context(locale="en-GB").new_page()
        log_in(page, demo)
        send_june(page, demo)
        page.goto(f"{demo.url}/companies/{COMPANY}/months/{MONTH}")

        page.get_by_role("button", name="Compare now").click()

        # No click and no reload: the page loads itself once the worker is done.
        compared = page.locator(".top").get_by_text(re.compile("compared .*20"))
        expect(compared).to_be_visible(timeout=COMPARED_MILLISECONDS)
        expect(page.get_by_text(re.compile("compared with the ledger. You may"))).to_have_count(0)
        expect(page.locator(".top").get_by_text("Equal", exact=True)).to_be_visible()

    def test_works_without_scripts(self, demo: Running, chrome: Browser) -> None:
        page = chrome.new_context(locale="en-GB", java_script_enabled=False).new_page()
        log_in(page, demo)
        page.goto(f"{demo.url}/companies/{COMPANY}/months/{BEFORE}")
        page.get_by_role("button", name="Compare now").click()
        compared = page.locator(".top").get_by_text(re.compile("compared .*20"))

        give_up_at = time.monotonic() + COMPARED_MILLISECONDS / 1000
        while not compared.count() and time.monotonic() < give_up_at:
            page.reload()

        expect(compared).to_be_visible()
