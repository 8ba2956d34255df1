"""The audit itself, once the services run: fill them, log in, look at everything, report."""

import time
from collections.abc import Mapping, Sequence

from playwright.sync_api import Browser, sync_playwright
from tests.audit import walking
from tests.audit.addresses import all_addresses
from tests.audit.development_tools import Tools
from tests.audit.filling import fill
from tests.audit.lighthouse import run_lighthouse
from tests.audit.looking import window
from tests.audit.people import LOGGED_IN, log_in, session_cookies
from tests.audit.proof import prove
from tests.audit.report import report
from tests.audit.running import Running
from tests.audit.scenes import SCENES
from tests.programs import free_ports


def audit(running: Running, tools: Tools, only: Sequence[str] = ()) -> int:
    """Look at every page, print what is found, and return the exit code.

    ``only`` narrows it to the pages and scenes with one of these words in their names.
    """
    began = time.monotonic()
    print("Filling the invented bureau …", flush=True)
    fill(running)
    addresses = [one for one in all_addresses(running) if _is_wanted(one.name, only)]
    scenes = [one for one in SCENES if _is_wanted(one.name, only)]
    (port,) = free_ports(1)
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(
            executable_path=tools.chromium,
            args=["--no-sandbox", f"--remote-debugging-port={port}"],
        )
        cookies = {user: _cookies(browser, running, user) for user in LOGGED_IN}
        walked = walking.ask_all(addresses, cookies)
        walked.findings += prove(browser, running, tools, port)
        print("Faults were planted on a page, to see whether they are found.", flush=True)
        for steps in (
            walking.walk(walked, browser, tools, cookies),
            # Before the scenes, of which some end a session.
            run_lighthouse(walked, tools, port, cookies),
            walking.play_scenes(walked, browser, running, tools, cookies, scenes),
        ):
            for line in steps:
                print(line, flush=True)
        browser.close()
    walked.findings += walking.equal_titles(walked)
    for line in report(walked):
        print(line)
    print(f"It took {(time.monotonic() - began) / 60:.0f} minutes.")
    return 1 if walked.findings else 0


def _is_wanted(name: str, only: Sequence[str]) -> bool:
    return not only or any(word in name for word in only)


def _cookies(browser: Browser, running: Running, user: str) -> Mapping[str, str]:
    with window(browser, "en", {}) as page:
        log_in(page, running, user)
        return session_cookies(page)
