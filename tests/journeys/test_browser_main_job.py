"""The whole job in a real browser: from a new account to six receipts in Procountor."""

import re
from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, Page, expect
from tests.journeys.browsing import Running, chromium, log_in, running_demo

from tilisilta.languages import LANGUAGES

FETCH_MILLISECONDS = 120_000

pytestmark = [
    pytest.mark.browser,
    pytest.mark.once,
    pytest.mark.processes,
]

PAGES = (
    "/",
    "/companies",
    "/companies?fetch=failed",
    "/companies/1001",
    "/companies/1007",
    "/companies/1001/import",
    "/debtors",
    "/exports",
    "/exports?state=ready",
    "/exports/send-ready",
    "/settings/integrations/nmbrs",
    "/settings/integrations/nmbrs/1",
    "/settings/integrations/nmbrs/1/remove",
    "/settings/integrations/nmbrs/1/rest",
    "/settings/integrations/nmbrs/1/rest/comparison",
    "/settings/integrations/nmbrs/1/rest/debtors",
    "/settings/integrations/nmbrs/1/rest/remove",
    "/settings/integrations/nmbrs/rest/new",
    "/settings/integrations/nmbrs/rest/new?name=Kirnu&first_year=2026",
    "/settings/integrations/procountor",
    "/settings/integrations/procountor/accounts/1/api-key",
    "/settings/integrations/procountor/accounts/1/remove",
    "/settings/integrations/procountor/administrations",
    "/settings/integrations/procountor/administrations/new",
    "/settings/integrations/procountor/administrations/1",
    "/settings/integrations/procountor/administrations/1/end",
)

# Pages that say what is wrong, with a status that the browser tells of as well.
REFUSALS = ("/settings/integrations/nmbrs/consented?late=yes",)
STATUS_OF_REFUSALS = "the server responded with a status of 422"

# Journals as the list of exports finds them: with receipts, with problems, never sent.
JOURNALS = ("company=1001&period=2026-06", "company=1002&state=ready", "company=1007")

# Controls without a name, ids used twice, and anything that needs scrolling sideways.
FAULTS = """
() => {
  const named = e => (e.getAttribute('aria-label') || e.textContent.trim() || e.title
    || (e.labels && e.labels.length) || e.getAttribute('aria-labelledby'));
  const controls = 'a[href], button, input:not([type=hidden]), select, textarea, summary';
  const shown = [...document.querySelectorAll(controls)];
  const nameless = shown.filter(e => !named(e)).map(e => 'nameless ' + e.outerHTML.slice(0, 90));
  const ids = [...document.querySelectorAll('[id]')].map(e => e.id);
  const twice = ids.filter((id, at) => ids.indexOf(id) !== at).map(id => 'twice #' + id);
  const wide = document.documentElement.scrollWidth > innerWidth ? ['scrolls sideways'] : [];
  const heads = document.querySelectorAll('h1').length === 1 ? [] : ['not one h1'];
  const told = [...document.querySelectorAll('[aria-describedby]')]
    .flatMap(e => e.getAttribute('aria-describedby').split(' '))
    .filter(id => id && !document.getElementById(id)).map(id => 'no #' + id);
  return [...nameless, ...twice, ...wide, ...heads, ...told];
}
"""
BETWEEN = (768, 1024, 1160, 1215)
BROKEN_WORDS = """
() => {
  // Names of machines and addresses break where they have to.
  const found = [];
  const texts = document.createTreeWalker(document.querySelector('main'), NodeFilter.SHOW_TEXT);
  while (texts.nextNode()) {
    const node = texts.currentNode;
    // The heads of stacked rows are there for screen readers alone.
    const unseen = innerWidth < 1152 ? ', .stack thead' : '';
    if (node.parentElement.closest('.vh, option, pre, code' + unseen)) continue;
    for (const word of node.data.matchAll(/(?<![.\\p{L}])\\p{L}{4,30}(?![.\\p{L}])/gu)) {
      const range = document.createRange();
      range.setStart(node, word.index);
      range.setEnd(node, word.index + word[0].length);
      const boxes = [...range.getClientRects()].filter(box => box.width > 1);
      if (new Set(boxes.map(box => Math.round(box.top))).size > 1) found.push('broken: ' + word[0]);
    }
  }
  return [...new Set(found)];
}
"""


@pytest.fixture(scope="module")
def demo(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Running]:
    """One demo for all tests of this file; each test has companies of its own."""
    with running_demo(tmp_path_factory.mktemp("demo")) as running:
        yield running


@pytest.fixture(scope="module")
def chrome(demo: Running) -> Iterator[Browser]:
    """One Chromium for all tests of this file, once the demo's journals have come in."""
    with chromium() as browser:
        context = browser.new_context(locale="en-GB")
        page = context.new_page()
        log_in(page, demo)
        expect(page.get_by_text("Fetching from Nmbrs").first).to_be_visible()
        expect(page.get_by_text(re.compile("17 new journals")).first).to_be_visible(
            timeout=FETCH_MILLISECONDS
        )
        context.close()
        yield browser


@pytest.fixture
def faults() -> list[str]:
    return []


@pytest.fixture
def window(chrome: Browser, demo: Running, faults: list[str]) -> Iterator[Page]:
    """A window of its own, logged in to the demo."""
    context = chrome.new_context(locale="en-GB")
    page = context.new_page()
    page.on("pageerror", lambda error: faults.append(str(error)))
    page.on("console", lambda told: faults.append(told.text) if told.type == "error" else None)
    log_in(page, demo)
    yield page
    context.close()


class TestMainJob:
    def test_goes_from_a_new_account_to_six_receipts_in_procountor(
        self, window: Page, demo: Running
    ) -> None:
        window.goto(f"{demo.url}/settings/integrations/procountor")
        window.get_by_label("User name").fill("konepaja")
        window.get_by_role("button", name="Create the account").click()
        expect(window.get_by_text("Not authorised", exact=True)).to_be_visible()

        window.get_by_role("link", name="Authorise: konepaja").click()
        window.get_by_label("Username").fill("aino")
        window.get_by_label("Password").fill("sandbox")
        window.keyboard.press("Enter")
        window.get_by_text("Koivulammi Konepaja Oy").first.click()
        if "authorised" not in window.url:
            window.get_by_role("button").first.click()
        expect(window.get_by_role("heading", name="Authorised")).to_be_visible()
        expect(window.get_by_role("status")).to_contain_text("Koivulammi Konepaja Oy")

        window.get_by_role("link", name="Make the link").click()
        window.get_by_label("Company in Nmbrs").select_option("1001")
        window.get_by_label("Cost centers go to the dimension").check()
        window.get_by_label("Dimension for cost centers").fill("Kustannuspaikat")
        window.get_by_role("button", name="Kustannuspaikka").click()
        expect(window.get_by_label("Dimension for cost centers")).to_have_value("Kustannuspaikka")
        window.get_by_label("Cost units go to the dimension").check()
        window.get_by_label("Dimension for cost units").fill("Projekti")
        expect(window.get_by_text("Found: Projekti")).to_be_visible()
        window.get_by_role("button", name="Save the link").last.click()
        expect(window.get_by_text("The link is saved.")).to_be_visible()

        window.goto(f"{demo.url}/exports?company=1001&period=2026-06")
        window.get_by_role("link", name="Koivulammi Konepaja Oy, June 2026").click()
        expect(window.get_by_role("article")).to_have_count(6)
        window.get_by_role("button", name="Send 6 receipts").click()
        expect(window.get_by_role("region", name="Send")).to_contain_text("Sent")

        booked = demo.booked(50101)
        assert len(booked) == 6
        window.goto(f"{demo.url}/exports?company=1001&period=2026-06")
        expect(window.locator(".ledger-sent")).to_have_count(1)

    def test_sends_from_the_row_and_follows_it_there(self, window: Page, demo: Running) -> None:
        window.goto(f"{demo.url}/exports?company=1009")

        window.get_by_role("button", name="Send journal 1009-2026-6-1").click()

        expect(window.locator(".ledger-sent")).to_have_count(1)
        assert len(demo.booked(50109)) == 1

    def test_works_without_scripts(self, chrome: Browser, demo: Running) -> None:
        context = chrome.new_context(java_script_enabled=False, locale="en-GB")
        page = context.new_page()
        log_in(page, demo)
        page.goto(f"{demo.url}/exports?company=1006")

        page.get_by_role("button", name="Send journal 1006-2026-6-1").click()

        expect(page.get_by_text("is being sent: 1 ledger receipt.")).to_be_visible()
        context.close()

    def test_is_done_by_keyboard_alone(self, window: Page, demo: Running) -> None:
        window.goto(f"{demo.url}/exports?company=1002&state=ready")
        button = window.get_by_role("button", name="Send journal 1002-2026-6-1")

        for _step in range(60):
            window.keyboard.press("Tab")
            if button.evaluate("e => e === document.activeElement"):
                break
        window.keyboard.press("Enter")

        expect(window.get_by_text("is being sent: 1 ledger receipt.")).to_be_visible()


def journal_pages(window: Page, demo: Running) -> Iterator[str]:
    """The addresses of some journals, and of one ledger receipt."""
    for query in JOURNALS:
        window.goto(f"{demo.url}/exports?{query}")
        address = window.locator('a[href^="/journals/"]').first.get_attribute("href")
        assert address is not None
        yield address
        if "ready" in query:
            yield f"{address}/receipts/1"


class TestPages:
    @pytest.mark.parametrize(
        ("width", "language"),
        [*((width, one.own_name) for width in (1280, 390) for one in LANGUAGES), (640, "Suomi")],
    )
    def test_name_every_control_and_never_scroll_sideways(
        self, window: Page, demo: Running, faults: list[str], width: int, language: str
    ) -> None:
        window.get_by_title(language).click()

        for address in (*PAGES, *REFUSALS, *journal_pages(window, demo)):
            window.set_viewport_size({"width": width, "height": 900})
            window.goto(demo.url + address)
            faults += [f"{address}: {fault}" for fault in window.evaluate(FAULTS)]
            # Finnish has the longest words, and columns are narrowest right above 1152.
            for between in BETWEEN if (width, language) == (1280, "Suomi") else ():
                window.set_viewport_size({"width": between, "height": 900})
                found = [*window.evaluate(FAULTS), *window.evaluate(BROKEN_WORDS)]
                faults += [f"{address} {between}: {fault}" for fault in found]

        statuses = [fault for fault in faults if STATUS_OF_REFUSALS in fault]
        assert len(statuses) == len(REFUSALS)
        assert [fault for fault in faults if fault not in statuses] == []
