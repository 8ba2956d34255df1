"""Connecting Nmbrs by REST in a real browser: with the mouse, with the keyboard, and back out."""

import os
import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Locator, Page, expect
from tests.journeys.browsing import Running, chromium, log_in, running_empty_bureau

pytestmark = [pytest.mark.browser, pytest.mark.processes, pytest.mark.once]


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
    context = chrome.new_context(locale="en-GB")
    page = context.new_page()
    log_in(page, bureau)
    yield page
    context.close()


def _press(page: Page, wanted: Locator) -> None:
    """Reach a control by the Tab key alone, and press Enter on it."""
    for _step in range(60):
        if wanted.evaluate("e => e === document.activeElement"):
            break
        page.keyboard.press("Tab")
    expect(wanted).to_be_focused()
    page.keyboard.press("Enter")


def _picture(page: Page, name: str) -> None:
    """Save a picture of the page where a folder for them is named."""
    folder = os.environ.get("TILISILTA_TESTS_PICTURES")
    if folder:
        page.screenshot(path=Path(folder) / f"{name}.png", full_page=True)


class TestConnectByRest:
    def test_with_the_mouse(self, window: Page, bureau: Running) -> None:
        window.goto(f"{bureau.url}/settings/integrations/nmbrs")
        window.get_by_role("link", name="Connect by REST").first.click()
        window.get_by_role("textbox", name="Name").fill("Kirnu")
        window.get_by_role("button", name="Continue").click()
        _picture(window, "rest-new")
        window.get_by_role("link", name="Consent at Nmbrs").click()
        window.get_by_role("button", name="Sari Luoto").click()
        window.get_by_role("button", name="Allow").click()

        expect(window.get_by_text("Kirnu may be read by REST: 1 debtor.")).to_be_visible()
        expect(window.get_by_text("Connected by REST", exact=True)).to_be_visible()
        expect(window.get_by_text("1 of 1 debtors covered")).to_be_visible()
        _picture(window, "rest-connected")

    def test_again_with_the_keyboard_and_for_more_debtors(
        self, window: Page, bureau: Running
    ) -> None:
        window.goto(f"{bureau.url}/settings/integrations/nmbrs/1/rest")
        _press(window, window.get_by_role("link", name="Give consent again"))
        _press(window, window.get_by_role("button", name="Marja Koivula"))
        _press(window, window.get_by_role("button", name="Allow"))

        expect(window.get_by_text("Kirnu may be read by REST: 3 debtors.")).to_be_visible()
        window.reload()
        expect(window.get_by_text("Connected by REST", exact=True)).to_be_visible()

    def test_says_what_to_do_when_it_is_refused(self, window: Page, bureau: Running) -> None:
        window.goto(f"{bureau.url}/settings/integrations/nmbrs/1/rest/consent")
        window.get_by_role("button", name="Marja Koivula").click()
        window.get_by_role("button", name="Refuse").click()

        expect(window.get_by_text("No consent was given at Nmbrs")).to_be_visible()
        _picture(window, "rest-refused")

    def test_shows_which_debtors_a_later_consent_leaves_out(
        self, window: Page, bureau: Running
    ) -> None:
        window.goto(f"{bureau.url}/settings/integrations/nmbrs/1/rest/consent")
        window.get_by_role("button", name="Kalle Pajula").click()
        window.get_by_role("button", name="Allow").click()
        expect(window.get_by_text("2 of 3 debtors covered")).to_be_visible()
        _picture(window, "rest-partly")

        window.get_by_role("link", name="See which one").click()

        expect(window.get_by_text("Not covered: 1 of 3 debtors")).to_be_visible()
        _picture(window, "rest-debtors")

    def test_gives_the_consent_back(self, window: Page, bureau: Running) -> None:
        window.goto(f"{bureau.url}/settings/integrations/nmbrs/1/rest")
        window.get_by_role("link", name="Remove REST").click()
        window.get_by_role("button", name="Give back the consent").click()

        expect(window.get_by_text("was given back to Nmbrs")).to_be_visible()
        expect(window.get_by_role("link", name=re.compile("Connect again.*Kirnu"))).to_be_visible()
