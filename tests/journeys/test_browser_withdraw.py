"""A booked journal is taken back by keyboard alone, and shown on a phone in each language."""

import json
import re
from collections.abc import Iterator
from urllib.request import Request, urlopen

import pytest
from playwright.sync_api import Browser, Page, expect
from tests.journeys.browsing import Running, chromium, log_in, running_demo
from tests.journeys.test_browser_main_job import FAULTS
from tests.journeys.test_browser_which_run import tab_to

from tilisilta.languages import LANGUAGES

pytestmark = [pytest.mark.browser, pytest.mark.once, pytest.mark.processes]

FETCH_MILLISECONDS = 120_000
COMPANY, BOOKS = 1002, 50102
PHONE = {"width": 390, "height": 844}


@pytest.fixture(scope="module")
def demo(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Running]:
    with running_demo(tmp_path_factory.mktemp("demo")) as running:
        yield running


@pytest.fixture(scope="module")
def chrome(demo: Running) -> Iterator[Browser]:
    with chromium() as browser:
        yield browser


def close_month_of(demo: Running, day: str) -> None:
    order = {"company_id": BOOKS, "date": day, "status": "CLOSED"}
    request = Request(  # noqa: S310  # our own stand-in
        f"{demo.procountor_url}/sandbox/periods",
        data=json.dumps(order).encode(),
        headers={"Content-Type": "application/json"},
    )
    with urlopen(request) as answer:  # noqa: S310
        assert answer.status == 200


def must_be_right_in_each_language(page: Page) -> None:
    """Check the page on a phone and on a desk, in each language."""
    for language in LANGUAGES:
        page.context.add_cookies([{"name": "language", "value": language.code, "url": page.url}])
        for size in (PHONE, {"width": 1280, "height": 900}):
            page.set_viewport_size(size)  # type: ignore[arg-type]
            page.reload()
            assert page.evaluate(FAULTS) == [], f"{page.url} in {language.code}, {size}"


class TestWithdraw:
    def test_takes_back_what_is_booked_and_lets_it_be_sent_again(
        self, demo: Running, chrome: Browser
    ) -> None:
        page = chrome.new_context(locale="en-GB").new_page()
        log_in(page, demo)
        expect(page.get_by_text(re.compile("17 new journals")).first).to_be_visible(
            timeout=FETCH_MILLISECONDS
        )
        page.goto(f"{demo.url}/exports?company={COMPANY}&state=ready")
        page.locator("a[href*='/journals/']").first.click()
        journal = page.url
        page.get_by_role("button", name="Send").first.click()
        expect(page.get_by_role("region", name="Send")).to_contain_text("Sent")
        booked = demo.booked(BOOKS)
        close_month_of(demo, booked[-1]["receiptDate"])

        page.goto(journal)
        tab_to(page, name="Withdraw …")
        page.keyboard.press("Enter")
        expect(page.get_by_role("heading", level=1)).to_contain_text("Withdraw run")
        must_be_right_in_each_language(page)
        tab_to(page, id_="a-reason")
        page.keyboard.type("Calculated with the old collective agreement")
        tab_to(page, id_="a-knows")
        page.keyboard.press("Space")
        page.keyboard.press("Tab")
        page.keyboard.press("Tab")
        page.keyboard.press("Enter")

        expect(page.locator("#withdrawn")).to_contain_text("Reversed by receipt")
        expect(page.locator("#state")).to_contain_text("Withdrawn")
        must_be_right_in_each_language(page)
        assert len(demo.booked(BOOKS)) == len(booked) + 1

        page.get_by_role("link", name="Let it be sent again …").click()
        must_be_right_in_each_language(page)
        page.get_by_label("Reason").fill("The agreement was right after all")
        page.get_by_role("button", name="Let it be sent again").click()
        expect(page.locator("#history")).to_contain_text("be sent again")
