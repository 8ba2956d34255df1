"""Two payrolls of one month, told apart by keyboard alone, without a mouse and without scripts."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, expect
from tests.journeys.browsing import Running, chromium, log_in, running_demo
from tests.journeys.test_browser_main_job import FAULTS

pytestmark = [
    pytest.mark.browser,
    pytest.mark.once,
    pytest.mark.processes,
]

WAGES = (
    "Pvm;Tili;Selite;Debet;Kredit\n"
    "31.8.2026;5010;Kuukausipalkat;4200,00;\n"
    "31.8.2026;2961;Maksettavat palkat;;4200,00\n"
)
HOLIDAY_PAY = (
    "Pvm;Tili;Selite;Debet;Kredit\n"
    "31.8.2026;5030;Lomarahat;2100,00;\n"
    "31.8.2026;2962;Maksettavat lomarahat;;2100,00\n"
)
MOST_TABS = 60


@pytest.fixture(scope="module")
def demo(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Running]:
    with running_demo(tmp_path_factory.mktemp("demo")) as running:
        yield running


@pytest.fixture(scope="module")
def chrome(demo: Running) -> Iterator[Browser]:
    with chromium() as browser:
        yield browser


def window_of(chrome: Browser, demo: Running, **settings: bool) -> Page:
    """A window of its own, logged in."""
    page = chrome.new_context(locale="en-GB", **settings).new_page()  # type: ignore[arg-type]
    log_in(page, demo)
    return page


def tab_to(page: Page, *, name: str = "", id_: str = "") -> None:
    """Press Tab until the focused control has this name or id."""
    for _press in range(MOST_TABS):
        page.keyboard.press("Tab")
        text, focused = page.evaluate(
            "[document.activeElement.textContent.trim(), document.activeElement.id]"
        )
        if (name and text == name) or (id_ and focused == id_):
            return
    raise AssertionError(f"No way to {name or id_} by keyboard.")


def choose(page: Page, demo: Running, company: int, path: Path) -> None:
    """Import a file; only the choice of the file uses the browser's own means."""
    page.goto(f"{demo.url}/companies/{company}/import")
    page.set_input_files("input[type=file]", path)
    tab_to(page, name="Import")
    page.keyboard.press("Enter")


@pytest.mark.parametrize("has_scripts", [True, False])
def test_two_payrolls_are_told_apart_by_keyboard(
    chrome: Browser, demo: Running, tmp_path: Path, has_scripts: bool
) -> None:
    company = 1009 if has_scripts else 1005
    wages, holiday_pay = tmp_path / "elokuu.csv", tmp_path / "lomarahat.csv"
    wages.write_text(WAGES.replace("4200", f"4{company}"))
    holiday_pay.write_text(HOLIDAY_PAY.replace("2100", f"2{company}"))
    page = window_of(chrome, demo, java_script_enabled=has_scripts)
    choose(page, demo, company, wages)
    expect(page.get_by_text(f"Journal {company}-2026-8-1 came in.")).to_be_visible()

    # The question: the proposed answer has the focus of its group, and can be changed by arrows.
    choose(page, demo, company, holiday_pay)
    expect(page.get_by_role("heading", name="Which run is this?")).to_be_visible()
    assert has_scripts is False or page.evaluate(FAULTS) == []
    tab_to(page, id_="a-another")
    page.keyboard.press("ArrowUp")
    expect(page.locator("#a-revision")).to_be_checked()
    page.keyboard.press("ArrowDown")
    tab_to(page, id_="a-number")
    page.keyboard.press("Control+A")
    page.keyboard.type("81")
    page.keyboard.press("Enter")
    expect(page.get_by_text(f"Journal {company}-2026-81-1 came in.")).to_be_visible()

    # It was not 81 after all.
    tab_to(page, name="It is of another run …")
    page.keyboard.press("Enter")
    expect(page.get_by_role("button", name="Save the run")).to_be_visible()
    tab_to_radio(page)
    tab_to(page, id_="a-number")
    page.keyboard.type("82")
    page.keyboard.press("Enter")
    expect(page.get_by_text(f"This is journal {company}-2026-82-1 now.")).to_be_visible()

    # Nor is it wanted.
    tab_to(page, name="Discard it …")
    page.keyboard.press("Enter")
    expect(page.get_by_label("Reason")).to_be_visible()
    tab_to(page, id_="a-reason")
    page.keyboard.type("The file of another company")
    page.keyboard.press("Enter")
    expect(page.get_by_role("heading", name="This journal was discarded")).to_be_visible()
    expect(page.get_by_role("region", name="Send")).to_have_count(0)

    # The same file once more is asked about.
    choose(page, demo, company, holiday_pay)
    expect(page.get_by_role("heading", name="This file was discarded")).to_be_visible()
    tab_to(page, id_="again")
    page.keyboard.press("Space")
    tab_to(page, name="Import it again")
    page.keyboard.press("Enter")
    expect(page.get_by_role("heading", name="Which run is this?")).to_be_visible()
    page.context.close()


def tab_to_radio(page: Page) -> None:
    """Tab to the answers, none of which is chosen, and choose one by its number."""
    for _press in range(MOST_TABS):
        page.keyboard.press("Tab")
        if page.evaluate("document.activeElement.name") == "answer":
            break
    page.keyboard.press("Space")
    while not page.locator("#a-by-number").is_checked():
        page.keyboard.press("ArrowDown")
