"""Proves in each run that the audit can fail: faults planted on a page of ours are all found."""

import re
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Thread

from playwright.sync_api import Browser
from tests.audit.answers import source_of
from tests.audit.development_tools import Tools
from tests.audit.findings import Finding, View
from tests.audit.lighthouse import NAVIGATION, asked, findings_of, lighthouse
from tests.audit.looking import Looking, window
from tests.audit.people import LOG_IN
from tests.audit.running import Running

PLANTED = (
    (r"<label\b.*?</label>", ""),
    (r'<meta name="description"[^>]*>', ""),
    (r"</main>", '<p style="width: 3000px">Wide</p></main>'),
)
"""What is taken from the page of the log-in, and what stands there instead."""
FOUND_BY = ("axe label", "width", "Lighthouse label", "Lighthouse meta-description")
"""The rules by which it has to be found."""
VIEW = View(page="the log-in, with faults planted on it", language="en")


def prove(browser: Browser, running: Running, tools: Tools, port: int) -> Iterator[Finding]:
    """Yield a finding for each planted fault that neither axe-core nor Lighthouse finds."""
    with _served(with_faults(source_of(running.url + LOG_IN))) as url:
        found = [*_by_axe(browser, url, tools), *_by_lighthouse(url, tools, port)]
    yield from not_found(found)


def with_faults(source: str) -> str:
    """Return the source of a page with all faults planted on it."""
    for pattern, replacement in PLANTED:
        source, count = re.subn(pattern, replacement, source, flags=re.DOTALL)
        assert count, f"The page has no {pattern} any more: plant another fault."
    return source


def not_found(found: Iterable[Finding]) -> Iterator[Finding]:
    """Yield a finding for each rule that must have found something and did not."""
    rules = {one.rule for one in found}
    for rule in FOUND_BY:
        if rule not in rules:
            yield Finding(rule="proof", text=f"a planted fault is not found: {rule}", view=VIEW)


def _by_axe(browser: Browser, url: str, tools: Tools) -> list[Finding]:
    with window(browser, VIEW.language, {}) as page:
        looking = Looking(page, tools.axe)
        page.goto(url)
        return list(looking.look(VIEW))


def _by_lighthouse(url: str, tools: Tools, port: int) -> list[Finding]:
    job = {"url": url, "mode": NAVIGATION, "theme": "light", "cookies": {}}
    with lighthouse(tools, port) as program:
        return list(findings_of(asked(program, job), VIEW, is_ours=True))


@contextmanager
def _served(source: str) -> Iterator[str]:
    """Serve a page on a free port of this machine, and yield its address."""

    class Page(BaseHTTPRequestHandler):
        def do_GET(self) -> None:  # as the library calls it
            self.send_response(200 if self.path == "/" else 404)
            self.send_header("Content-Type", "text/html; charset=utf-8")
            self.end_headers()
            self.wfile.write(source.encode() if self.path == "/" else b"")

        def log_message(self, format: str, *args: object) -> None:  # noqa: A002  # the same
            """Say nothing."""

    with ThreadingHTTPServer(("127.0.0.1", 0), Page) as server:
        thread = Thread(target=server.serve_forever, daemon=True)
        thread.start()
        try:
            yield f"http://127.0.0.1:{server.server_port}/"
        finally:
            server.shutdown()
            thread.join()
