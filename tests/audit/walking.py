"""The walk over all pages: every address, in every language, as every user who sees it."""

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from http import HTTPStatus
from urllib.parse import urlsplit

from playwright.sync_api import Browser, Error, Page, Response
from tests.audit.addresses import Address
from tests.audit.answers import MOST_BYTES, Answer, Kind, ask
from tests.audit.development_tools import Tools
from tests.audit.filling import ADMINISTRATOR
from tests.audit.findings import Finding, View
from tests.audit.looking import Looking, window
from tests.audit.running import Running
from tests.audit.scenes import Scene

LANGUAGES = ("en", "fi", "sv")
Cookies = Mapping[str, Mapping[str, str]]
"""The cookies of each user's session, by user name."""


@dataclass(kw_only=True)
class Walked:
    """What the walk has seen."""

    answers: dict[Address, Answer] = field(default_factory=dict)
    findings: list[Finding] = field(default_factory=list)
    titles: dict[tuple[str, str], set[str]] = field(default_factory=lambda: defaultdict(set))
    scenes: int = 0
    loads: int = 0
    lighthouse_runs: int = 0

    @property
    def pages(self) -> list[Address]:
        return [one for one, answer in self.answers.items() if answer.kind is Kind.PAGE]


def ask_all(addresses: list[Address], cookies: Cookies) -> Walked:
    """Ask every address once; pages that are too heavy or refused are findings."""
    walked = Walked()
    for address in addresses:
        answer = walked.answers[address] = ask(address.url, cookies.get(address.user, {}))
        walked.findings += wrong_answers(address, answer)
    return walked


def wrong_answers(address: Address, answer: Answer) -> Iterator[Finding]:
    """Yield what is wrong with an answer before anybody looks at it: a fault, or its weight."""
    view = View(page=shown(address), language=LANGUAGES[0])
    is_refused = answer.kind is Kind.REFUSED and address.user == ADMINISTRATOR
    if answer.kind is Kind.BROKEN or is_refused:
        yield Finding(rule="status", text=f"it answers {answer.status}", view=view)
    if answer.weight > MOST_BYTES:
        text = f"more than {MOST_BYTES} bytes, compressed and with what it loads"
        yield Finding(rule="weight", text=text, view=view, selector=f"{answer.weight} bytes")


def walk(walked: Walked, browser: Browser, tools: Tools, cookies: Cookies) -> Iterator[str]:
    """Look at every page; yield a line about each language and user that is done."""
    for language in LANGUAGES:
        for user in dict.fromkeys(address.user for address in walked.pages):
            pages = [one for one in walked.pages if one.user == user]
            if language != LANGUAGES[0]:
                pages = [one for one in pages if one.is_ours]
            with window(browser, language, cookies.get(user, {})) as page:
                looking = Looking(page, tools.axe)
                for address in pages:
                    walked.findings += _look_at(page, looking, address, language, walked)
            yield f"{language}, {user or 'a stranger'}: {len(pages)} pages"


def play_scenes(
    walked: Walked,
    browser: Browser,
    running: Running,
    tools: Tools,
    cookies: Cookies,
    scenes: Sequence[Scene],
) -> Iterator[str]:
    """Look at the page that each scene ends with; yield a line about each language."""
    walked.scenes = len(scenes)
    for language in LANGUAGES:
        played = [one for one in scenes if one.is_ours or language == LANGUAGES[0]]
        for scene in played:
            view = View(page=f"scene: {scene.name}", language=language)
            # A window each: some scenes end a session, and begin with none.
            with window(browser, language, cookies.get(scene.user, {})) as page:
                try:
                    walked.findings += _look_at_scene(page, scene, running, view, tools)
                except Error as error:
                    # What a scene clicks on is not there any more: it has to be told anew.
                    text = f"it cannot be played: {error.message.splitlines()[0]}"
                    walked.findings.append(Finding(rule="scene", text=text, view=view))
            walked.loads += 1
        yield f"{language}: {len(played)} scenes"


def equal_titles(walked: Walked) -> Iterator[Finding]:
    """Yield the titles that several pages have: tabs and bookmarks would look alike."""
    for (language, title), names in walked.titles.items():
        if len(names) > 1:
            view = View(page=", ".join(sorted(names)), language=language)
            yield Finding(rule="title", text=f"several pages are called {title}", view=view)


def shown(address: Address) -> str:
    """Return an address as findings name it: without its port, with its user."""
    parts = urlsplit(address.url)
    path = parts.path + (f"?{parts.query}" if parts.query else "")
    service = "" if address.is_ours else f"{address.name} "
    return f"{service}{path}" + (f" ({address.user})" if address.user else "")


def settle(page: Page) -> None:
    """Wait until what the page loads by itself has come; what it asks again and again may not."""
    if page.locator('[hx-trigger*="load"]').count():
        page.wait_for_load_state("networkidle")


def _look_at_scene(
    page: Page, scene: Scene, running: Running, view: View, tools: Tools
) -> list[Finding]:
    looking = Looking(page, tools.axe)
    statuses: list[int] = []
    page.on("response", lambda one: statuses.append(one.status) if _is_whole(one) else None)
    scene.play(page, running)
    settle(page)
    status = statuses[-1]
    found = list(looking.look(view, status=status))
    if status != scene.status if scene.status else status >= HTTPStatus.INTERNAL_SERVER_ERROR:
        text = f"it answers {status}"
        found.append(Finding(rule="status", text=text, view=view))
    return found


def _is_whole(response: Response) -> bool:
    """Return whether a whole page came, and neither a part of one nor what it loads."""
    return response.request.is_navigation_request()


def _look_at(
    page: Page, looking: Looking, address: Address, language: str, walked: Walked
) -> list[Finding]:
    walked.loads += 1
    view = View(page=shown(address), language=language)
    try:
        page.goto(address.url)
        settle(page)
        if address.is_ours:
            walked.titles[language, page.title()].add(address.name)
        return list(looking.look(view, status=walked.answers[address].status))
    except Error as error:
        text = f"it cannot be looked at: {error.message.splitlines()[0]}"
        return [Finding(rule="page", text=text, view=view)]
