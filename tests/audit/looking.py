"""Looks at one loaded page with axe-core, in both themes and at both widths."""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from typing import Any, Literal

from playwright.sync_api import Browser, Page
from tests.audit.findings import Finding, View

THEMES: tuple[Literal["light", "dark"], ...] = ("light", "dark")
WIDTHS = (1280, 390)
_HEIGHT = 900
_OPTIONS = {
    "runOnly": ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"],
    "rules": {"target-size": {"enabled": True}},
    "resultTypes": ["violations"],
}
_FOUND = """
async options => (await axe.run(document, options)).violations.flatMap(one => one.nodes.map(
  node => ({rule: one.id, help: one.help, selector: node.target.join(' ')})))
"""
_UNFOLD = "document.querySelectorAll('details').forEach(one => { one.open = true; })"
_SIDEWAYS = "document.documentElement.scrollWidth > innerWidth"


class Looking:
    """Looks at pages of one window, and remembers what its console said meanwhile."""

    def __init__(self, window: Page, axe: Path) -> None:
        self._window = window
        self._axe = axe.read_text(encoding="utf-8")
        self._said: list[tuple[str, str]] = []
        window.on("pageerror", lambda error: self._said.append(("script error", str(error))))
        window.on("console", self._note)

    def look(self, view: View, *, status: int = 200) -> Iterator[Finding]:
        """Yield what is wrong on the page that is loaded. ``status`` is what it came with."""
        for rule, text in self._said:
            # The console tells every answer that is no success; a page that is one is meant so.
            if not (status >= 400 and f"status of {status}" in text):
                yield Finding(rule=rule, text=text, view=view)
        self._said.clear()
        # Not as a script tag: what a page may load is limited by its own policy.
        self._window.evaluate(self._axe)
        # What is folded away is on the page too.
        self._window.evaluate(_UNFOLD)
        self._window.locator(".htmx-request").first.wait_for(state="detached")
        for width in WIDTHS:
            self._window.set_viewport_size({"width": width, "height": _HEIGHT})
            for theme in THEMES:
                self._window.emulate_media(color_scheme=theme, reduced_motion="reduce")
                yield from self._run(replace(view, theme=theme, width=width))

    def forget(self) -> None:
        """Forget what the console said on the way to a page."""
        self._said.clear()

    def _run(self, view: View) -> Iterator[Finding]:
        found: list[dict[str, Any]] = self._window.evaluate(_FOUND, _OPTIONS)
        for one in found:
            yield Finding(
                rule=f"axe {one['rule']}", text=one["help"], view=view, selector=one["selector"]
            )
        if self._window.evaluate(_SIDEWAYS):
            yield Finding(rule="width", text="the page scrolls sideways", view=view)

    def _note(self, message: Any) -> None:
        if message.type in {"error", "warning"}:
            self._said.append(("console", message.text))


@contextmanager
def window(browser: Browser, language: str, cookies: Mapping[str, str]) -> Iterator[Page]:
    """Open a window in ``language`` that holds these cookies of a session."""
    context = browser.new_context(locale=language)
    context.set_default_timeout(20_000)
    keep = {"language": language, **cookies}
    context.add_cookies(
        [
            {"name": name, "value": is_, "domain": "127.0.0.1", "path": "/"}
            for name, is_ in keep.items()
        ]
    )
    try:
        yield context.new_page()
    finally:
        context.close()
