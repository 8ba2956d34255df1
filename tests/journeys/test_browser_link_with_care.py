"""Linking a company in a real browser: two clicks where it fits, a tick where it does not."""

import re
from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, Locator, Page, expect
from tests.journeys.browsing import Running, chromium, log_in, running_demo

pytestmark = [
    pytest.mark.browser,
    pytest.mark.once,
    pytest.mark.processes,
]

FETCH_MILLISECONDS = 120_000
NEW = "/settings/integrations/procountor/administrations/new"
RAVINTO = re.compile("Saaristo Ravinto Oy")
MOST_STEPS = 80


@pytest.fixture(scope="module")
def demo(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Running]:
    """A demo of its own: company 1001 has no account that fits, company 1010 has one."""
    with running_demo(tmp_path_factory.mktemp("demo")) as running:
        yield running


@pytest.fixture(scope="module")
def chrome(demo: Running) -> Iterator[Browser]:
    """One Chromium for all tests of this file, once the demo's journals have come in."""
    with chromium() as browser:
        context = browser.new_context(locale="en-GB")
        page = context.new_page()
        log_in(page, demo)
        expect(page.get_by_text(re.compile("17 new journals")).first).to_be_visible(
            timeout=FETCH_MILLISECONDS
        )
        context.close()
        yield browser


@pytest.fixture
def window(chrome: Browser, demo: Running) -> Iterator[Page]:
    """A window of its own, logged in to the demo."""
    context = chrome.new_context(locale="en-GB")
    page = context.new_page()
    log_in(page, demo)
    yield page
    context.close()


def go_to(window: Page, control: Locator) -> None:
    """Press Tab until ``control`` has the focus."""
    for _step in range(MOST_STEPS):
        window.keyboard.press("Tab")
        if control.evaluate("e => e === document.activeElement"):
            return
    raise AssertionError(f"Never came to {control}.")


def remove_link(window: Page) -> None:
    """Take back a link that nothing was sent through, so that its account is free again."""
    window.get_by_text("Remove the link").last.click()
    window.get_by_role("button", name="Yes, remove it").click()
    expect(window.get_by_text("was removed.")).to_be_visible()


class TestLinkWithCare:
    def test_takes_two_clicks_where_company_and_administration_fit(
        self, window: Page, demo: Running
    ) -> None:
        window.goto(f"{demo.url}/companies/1010")

        window.get_by_role("link", name="Make the link").click()
        expect(window.get_by_text("The name is the same.")).to_be_visible()
        window.get_by_role("button", name="Save the link").last.click()

        expect(window.get_by_text("The link is saved.")).to_be_visible()
        expect(window.get_by_label("First month")).to_have_value("2026-06-01")
        remove_link(window)

    def test_is_refused_and_then_confirmed_by_keyboard_alone(
        self, window: Page, demo: Running
    ) -> None:
        window.goto(f"{demo.url}/companies/1001")
        go_to(window, window.get_by_role("link", name="Make the link"))
        window.keyboard.press("Enter")
        expect(window.get_by_text("No free account has the name")).to_be_visible()

        account = window.get_by_label("Administration in Procountor")
        go_to(window, account)
        window.keyboard.type("Saaristo")
        window.keyboard.press("Tab")
        box = window.get_by_label(re.compile("Yes, payroll of Koivulammi Konepaja Oy goes to"))
        expect(box).to_be_visible()
        title = window.get_by_label("Title of the receipts")
        go_to(window, title)
        window.keyboard.type("Palkat")
        window.keyboard.press("Enter")
        expect(window.get_by_role("alert")).to_contain_text("E40")
        expect(title).to_have_value("Palkat")

        go_to(window, box)
        window.keyboard.press("Space")
        go_to(window, window.locator("#save"))
        window.keyboard.press("Enter")

        expect(window.get_by_text("Confirmed by demo")).to_be_visible()
        expect(window.get_by_text("The names differ.")).to_have_count(0)
        remove_link(window)

    def test_follows_what_is_chosen_and_forgets_a_tick_for_another_pair(
        self, window: Page, demo: Running
    ) -> None:
        window.goto(f"{demo.url}{NEW}?company=1001")
        account = window.get_by_label("Administration in Procountor")
        account.select_option(label=account.locator("option", has_text=RAVINTO).inner_text())
        window.get_by_label(re.compile("Yes, payroll of Koivulammi Konepaja Oy")).check()

        window.get_by_label("Company in Nmbrs").select_option("1010")

        expect(window.get_by_text("The name is the same.")).to_be_visible()
        expect(window.get_by_role("checkbox", name=re.compile("Yes, payroll"))).to_have_count(0)
        expect(window.get_by_label("First month")).to_have_value("2026-06-01")

    def test_compares_without_scripts_at_the_check_button(
        self, chrome: Browser, demo: Running
    ) -> None:
        context = chrome.new_context(java_script_enabled=False, locale="en-GB")
        page = context.new_page()
        log_in(page, demo)
        page.goto(f"{demo.url}{NEW}?company=1001")
        account = page.get_by_label("Administration in Procountor")
        account.select_option(label=account.locator("option", has_text=RAVINTO).inner_text())

        page.get_by_role("button", name="Check without saving").click()

        expect(page.get_by_label(re.compile("Yes, payroll of Koivulammi"))).to_be_visible()
        expect(page.get_by_role("table", name="Is it the same company?")).to_be_visible()
        context.close()
