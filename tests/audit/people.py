"""Logs the users of the audit in, as they do it: a fresh session may open every page."""

from collections.abc import Mapping

from allauth.mfa.totp.internal.auth import (
    format_hotp_value,
    hotp_value,
    yield_hotp_counters_from_time,
)
from playwright.sync_api import Page
from tests.audit.filling import (
    ADMINISTRATOR,
    PASSWORD,
    SECRET,
    WITH_NOTHING,
    WITH_SECOND_STEP,
    WITHOUT_RIGHTS,
)
from tests.audit.running import Running

LOG_IN = "/log-in/login/"
SUBMIT = "main form button:not([type=button])"
LOGGED_IN = (ADMINISTRATOR, WITH_NOTHING, WITH_SECOND_STEP, WITHOUT_RIGHTS)


def log_in(page: Page, running: Running, user: str) -> None:
    """Log in, with the second step where the user has one."""
    page.goto(running.url + LOG_IN)
    page.fill("[name=login]", user)
    page.fill("[name=password]", PASSWORD)
    page.locator(SUBMIT).first.click()
    page.wait_for_load_state()
    if user == WITH_SECOND_STEP:
        page.fill("[name=code]", code_of_now())
        page.locator(SUBMIT).first.click()
        page.wait_for_load_state()


def code_of_now() -> str:
    """Return the code that the authenticator app shows."""
    counter = next(iter(yield_hotp_counters_from_time()))
    return str(format_hotp_value(hotp_value(SECRET, counter)))


def session_cookies(page: Page) -> Mapping[str, str]:
    """Return the cookies of the session, without the language."""
    return {
        str(one["name"]): str(one["value"])
        for one in page.context.cookies()
        if one["name"] in {"sessionid", "csrftoken"}
    }
