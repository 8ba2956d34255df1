"""What every journey shares: a failure tells which page was open, and what the server said."""

from collections.abc import Generator

import pytest
from playwright.sync_api import Error, Page
from tests.journeys.browsing import Running

MOST_CHARACTERS = 3000


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(
    item: pytest.Item, call: pytest.CallInfo[None]
) -> Generator[None, pytest.TestReport, pytest.TestReport]:
    """Add what each open page and each server says to the report of a failed journey.

    A browser waits in vain for what is not there, and does not say what stands there instead.
    """
    report = yield
    if report.failed:
        for one in getattr(item, "funcargs", {}).values():
            if isinstance(one, Page) and not one.is_closed():
                report.sections.append((f"The page at {one.url}", _text_of(one)))
            if isinstance(one, Running):
                said = one.program.output[-MOST_CHARACTERS:]
                report.sections.append((f"Said by the server at {one.url}", said))
    return report


def _text_of(page: Page) -> str:
    try:
        return page.locator("body").inner_text(timeout=5_000)[:MOST_CHARACTERS]
    except Error as error:
        return f"could not be read: {error}"
