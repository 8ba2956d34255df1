"""What every journey shares: a failure tells which page was open."""

from collections.abc import Generator

import pytest
from playwright.sync_api import Error, Page

MOST_CHARACTERS = 3000


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(
    item: pytest.Item, call: pytest.CallInfo[None]
) -> Generator[None, pytest.TestReport, pytest.TestReport]:
    """Add what each open page says to the report of a failed journey.

    A browser waits in vain for what is not there, and does not say what stands there instead.
    """
    report = yield
    if report.failed:
        for page in _pages_of(item):
            report.sections.append((f"The page at {page.url}", _text_of(page)))
    return report


def _pages_of(item: pytest.Item) -> list[Page]:
    arguments = getattr(item, "funcargs", {}).values()
    return [one for one in arguments if isinstance(one, Page) and not one.is_closed()]


def _text_of(page: Page) -> str:
    try:
        return page.locator("body").inner_text(timeout=5_000)[:MOST_CHARACTERS]
    except Error as error:
        return f"could not be read: {error}"
