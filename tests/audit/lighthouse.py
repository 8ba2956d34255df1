"""Lighthouse over the pages: loaded by it once each, and looked at in every language and theme.

Its accessibility part is axe-core again; what it adds are best practices and what search engines
and screen readers want to know of a page. All audits of these parts count; its performance part
is left out, as on one machine it times the machine.
"""

import json
import subprocess
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from http import HTTPStatus
from typing import Any

from tests.audit.addresses import Address
from tests.audit.development_tools import HERE, Tools
from tests.audit.findings import Finding, View
from tests.audit.looking import THEMES
from tests.audit.walking import LANGUAGES, Cookies, Walked, shown

NAVIGATION, SNAPSHOT = "navigation", "snapshot"
NOT_FOR_US = {
    "robots-txt": "it is fetched from within the page, and their policy lets pages fetch nothing",
}
"""The audits left out, on the pages of the stand-ins alone, each with the reason."""


def run_lighthouse(walked: Walked, tools: Tools, port: int, cookies: Cookies) -> Iterator[str]:
    """Run it in the Chromium that listens on ``port``; yield a line about each round."""
    pages = _one_of_each(walked.pages)
    ours = [one for one in pages if one.is_ours]
    loaded = [one for one in pages if walked.answers[one].status == HTTPStatus.OK]
    # It refuses to load what answers that a form is wrong, and looks at that as it stands.
    rounds = [(NAVIGATION, LANGUAGES[0], THEMES[0], loaded)]
    rounds += [(SNAPSHOT, language, theme, ours) for language in LANGUAGES for theme in THEMES]
    with lighthouse(tools, port) as program:
        for mode, language, theme, chosen in rounds:
            for address in chosen:
                view = View(page=shown(address), language=language, theme=theme)
                its_cookies = {"language": language, **cookies.get(address.user, {})}
                job = {"url": address.url, "mode": mode, "theme": theme, "cookies": its_cookies}
                answer = asked(program, job)
                walked.findings += findings_of(answer, view, is_ours=address.is_ours)
            walked.lighthouse_runs += len(chosen)
            yield f"Lighthouse, {mode}, {language} {theme}: {len(chosen)} pages"


def _one_of_each(addresses: list[Address]) -> list[Address]:
    """Return one address of each page: what differs between two of them is left to axe-core."""
    first: dict[tuple[str, str], Address] = {}
    for address in addresses:
        first.setdefault((address.name, "" if address.is_ours else address.url), address)
    return list(first.values())


@contextmanager
def lighthouse(tools: Tools, port: int) -> Iterator["subprocess.Popen[str]"]:
    """Run Lighthouse in the Chromium that listens on ``port``."""
    command = [tools.node, str(HERE / "lighthouse.mjs"), str(tools.folder), str(port)]
    program = subprocess.Popen(
        command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, encoding="utf-8"
    )
    try:
        yield program
    finally:
        program.kill()
        program.communicate()


def asked(program: "subprocess.Popen[str]", job: Mapping[str, object]) -> Mapping[str, Any]:
    """Give Lighthouse a job, and return what it answers."""
    assert program.stdin is not None
    assert program.stdout is not None
    program.stdin.write(json.dumps(job) + "\n")
    program.stdin.flush()
    line = program.stdout.readline()
    if not line:
        raise RuntimeError("Lighthouse has ended; its own words are above.")
    answer: Mapping[str, Any] = json.loads(line)
    return answer


def findings_of(answer: Mapping[str, Any], view: View, *, is_ours: bool) -> Iterator[Finding]:
    """Yield the findings of an answer of Lighthouse."""
    if answer.get("refused"):
        yield Finding(rule="Lighthouse", text=answer["refused"], view=view)
        return
    for one in answer["failed"]:
        if not is_ours and one["id"] in NOT_FOR_US:
            continue
        yield Finding(
            rule=f"Lighthouse {one['id']}",
            text=one["error"] or one["title"],
            view=view,
            selector="; ".join(map(str, one["selectors"])),
        )
