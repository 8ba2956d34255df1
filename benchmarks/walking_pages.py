"""The walk by pages only, in a browser: each click, each field and each page opened is counted."""

import json
import re
import shutil
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

from playwright.sync_api import FloatRect, Locator, Page, expect, sync_playwright

from walking_bureau import PASSWORD, USER, Bureau
from walking_faults import FIRST_NUMBER, MONTH, key_of, list_of_companies
from walking_steps import Step, Stopwatch, stopwatch

LONGEST_SECONDS = 900
SLOW_SECONDS = 1.0


@dataclass(kw_only=True)
class Person:
    """A person at a browser. What they do is counted for the row that is being walked."""

    page: Page
    folder: Path | None
    watch: Stopwatch = field(default_factory=lambda: stopwatch(""))
    slow: list[str] = field(default_factory=list)

    def press(self, control: Locator, *, there: bool = False) -> None:
        """Click, and wait for the page that comes."""
        self._count(there)
        control.scroll_into_view_if_needed()
        began = time.monotonic()
        control.click()
        self.page.wait_for_load_state("domcontentloaded")
        self._note_pace(began)

    def fill(self, label: str, text: str, *, there: bool = False) -> None:
        self._count(there)
        self.page.get_by_label(label, exact=True).fill(text)

    def fill_secret(self, text: str) -> None:
        """Type into the field that has the focus already."""
        self._count(there=False)
        self.page.locator("input[type=password]:focus").wait_for()
        self.page.keyboard.insert_text(text)

    def choose_file(self, label: str, path: Path) -> None:
        self._count(there=False)
        self.page.get_by_label(label).set_input_files(path)

    def enter(self, *, there: bool = False) -> None:
        """Press Enter where the focus is."""
        self._count(there)
        with self.page.expect_navigation():
            self.page.keyboard.press("Enter")

    def wait_for(self, locator: Locator) -> None:
        """Wait at the page, as a person who has nothing else to do."""
        began = time.monotonic()
        expect(locator.first).to_be_visible(timeout=LONGEST_SECONDS * 1000)
        self.watch.waited += time.monotonic() - began

    def wait_until_gone(self, locator: Locator) -> None:
        began = time.monotonic()
        expect(locator).to_have_count(0, timeout=LONGEST_SECONDS * 1000)
        self.watch.waited += time.monotonic() - began

    def see(self, name: str) -> None:
        """Save what the person sees, wide and narrow, where a folder for it was given."""
        if self.folder is None:
            return
        for width in (1280, 390):
            self.page.set_viewport_size({"width": width, "height": 900})
            self.page.screenshot(
                path=self.folder / f"{name}-{width}.png", full_page=True, clip=_at_most(width)
            )
        self.page.set_viewport_size({"width": 1280, "height": 900})

    def link(self, name: str | re.Pattern[str]) -> Locator:
        return self.page.get_by_role("link", name=name).first

    def button(self, name: str | re.Pattern[str]) -> Locator:
        return self.page.get_by_role("button", name=name).first

    def _count(self, there: bool) -> None:
        if there:
            self.watch.there += 1
        else:
            self.watch.actions += 1

    def _note_pace(self, began: float) -> None:
        seconds = time.monotonic() - began
        self.watch.waited += seconds
        if seconds > SLOW_SECONDS:
            self.watch.note(f"{seconds:.1f} s until {self.page.title()!r}")


def _at_most(width: int) -> FloatRect:
    # A phone's page of 300 companies is too long to be looked at.
    return {"x": 0, "y": 0, "width": width, "height": 1800}


def walk_by_pages(bureau: Bureau, folder: Path | None = None) -> Iterator[Step]:
    """Yield each row as it was done."""
    with _window(bureau, folder) as person:
        yield _onboard(person, bureau)
        bureau.end_authorisations()
        yield _fix(person, "unknown account", "5035", re.compile("^Map to 5030 in all"))
        yield _fix(person, "new cost center", "450", re.compile("^Create it in all"))
        yield _fix(person, "closed period", "March", re.compile("^First open day for these"))
        yield _authorise_by_key(person, bureau)
        bureau.end_authorisations(of="aino")
        yield _authorise_by_log_in(person, bureau)
        yield _send(person, bureau)
        yield _prove(person, bureau)
        yield _sign(person, bureau)


@contextmanager
def _window(bureau: Bureau, folder: Path | None) -> Iterator[Person]:
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(
            executable_path=shutil.which("chromium"), args=["--no-sandbox"]
        )
        page = browser.new_context(
            locale="en-GB", viewport={"width": 1280, "height": 900}
        ).new_page()
        page.set_default_timeout(60_000)
        page.goto(f"{bureau.url}/log-in/login/")
        page.get_by_label("User name").fill(USER)
        page.get_by_label("Password").fill(PASSWORD)
        page.get_by_role("button", name="Log in").click()
        page.wait_for_url(f"{bureau.url}/")
        yield Person(page=page, folder=folder)
        browser.close()


def _onboard(person: Person, bureau: Bureau) -> Step:
    """Upload the list, link what matches, confirm the pairs that differ, log in for the rest."""
    person.watch = stopwatch("onboard")
    person.see("overview-empty")
    person.press(person.link("Set up companies"))
    person.see("lists")
    _look_into(person, bureau, list_of_companies(bureau.companies))
    person.see("dry-run")
    person.press(person.button(re.compile("^Link the .* that match")))
    _wait_while_moving(person)
    person.see("linked")
    for _n in bureau.faults.names_differ:
        person.press(person.button(re.compile("are one: link them$")))
        _wait_while_moving(person)
    _authorise_in_turn(person, bureau)
    person.see("queue-done")
    mended = list_of_companies(bureau.companies, is_put_right=True).splitlines()
    lines = [mended[0], *(mended[1 + n] for n in bureau.faults.wrong_key)]
    person.press(person.link("Another file"))
    _look_into(person, bureau, "\n".join(lines))
    person.press(person.button(re.compile("^Link the .* that match")))
    _wait_while_moving(person)
    return person.watch.step()


def _look_into(person: Person, bureau: Bureau, text: str) -> None:
    path = bureau.folder / "companies.csv"
    path.write_text(text, encoding="utf-8")
    person.choose_file("List of companies", path)
    person.press(person.button("Look into the list"))
    person.see("looking")
    _wait_while_moving(person)


def _wait_while_moving(person: Person) -> None:
    person.wait_until_gone(person.page.locator("#now progress"))


def _authorise_in_turn(person: Person, bureau: Bureau) -> None:
    person.press(person.button(re.compile("^Authorise the ")))
    for n in bureau.faults.no_key:
        _log_in_to_procountor(person, n)
        person.see(f"authorised-{n}")
        person.enter()


def _log_in_to_procountor(person: Person, n: int) -> None:
    person.page.wait_for_selector("#username")
    person.fill("Username", "aino", there=True)
    person.fill("Password", "sandbox", there=True)
    person.enter(there=True)
    person.fill("Search", f"Yritys {n + 1} Oy", there=True)
    person.press(person.button("Search"), there=True)
    person.press(person.page.locator("button.choice").first, there=True)


def _fix(person: Person, name: str, about: str, remedy: re.Pattern[str]) -> Step:
    """Put a reason right from the last result or the month end, with one confirmation."""
    person.watch = stopwatch(name)
    _to_reason(person, about, remedy)
    person.see(f"confirm-{about}")
    person.press(person.page.locator(".sendbar button"))
    person.wait_for(person.page.get_by_role("heading", name="Result"))
    person.watch.note(person.page.locator("[role=status]").first.inner_text().replace("\n", " "))
    person.see(f"result-{about}")
    return person.watch.step()


def _to_reason(person: Person, about: str, remedy: re.Pattern[str]) -> None:
    following = person.page.get_by_role("link", name=re.compile(f"^Next, in .*{about}"))
    if following.count():
        person.press(following.first)
        return
    person.press(person.link("Month end"))
    person.see(f"month-{about}")
    person.press(person.link(remedy))


def _authorise_by_key(person: Person, bureau: Bureau) -> Step:
    """Type a new API key for each account: one is saved, and the next is asked for."""
    person.watch = stopwatch("dead authorisation, by key")
    _to_reason(person, "not authorised", re.compile("^Authorise in turn"))
    person.see("turns")
    person.press(person.link(re.compile("^API key")))
    for n in bureau.faults.dead:
        person.fill_secret(f"{key_of(n)}-NEW")
        person.enter()
        person.see(f"key-saved-{n}")
    return person.watch.step()


def _authorise_by_log_in(person: Person, bureau: Bureau) -> Step:
    """Log in at Procountor for each account: the page that follows leads to the next."""
    person.watch = stopwatch("dead authorisation, by log-in")
    _to_reason(person, "not authorised", re.compile("^Authorise in turn"))
    person.see("turns-log-in")
    for n in bureau.faults.dead:
        person.press(person.link(re.compile("^Authorise ?(:|the next:)")))
        _log_in_to_procountor(person, n)
        person.see(f"logged-in-{n}")
    return person.watch.step()


def _send(person: Person, bureau: Bureau) -> Step:
    person.watch = stopwatch("send all runs")
    person.press(person.link("Exports"))
    person.see("exports")
    person.press(person.link(re.compile("^Send the .* ready")))
    person.see("send-all")
    person.press(person.button(re.compile("^Send .* journals")))
    person.see("sending")
    # The page can be left; the walk stays to see when it ends.
    began = time.monotonic()
    settled = person.page.get_by_text(re.compile(r"(\d+) of \1 settled"))
    expect(settled).to_be_visible(timeout=LONGEST_SECONDS * 1000)
    person.watch.note(
        f"{person.page.locator('.big').inner_text()}, after {time.monotonic() - began:.0f} s"
    )
    person.see("sent")
    expected = bureau.companies + len(bureau.faults.second_run)
    person.watch.note(f"{expected} expected from company {FIRST_NUMBER}")
    return person.watch.step()


def _prove(person: Person, bureau: Bureau) -> Step:
    """Look at the month once it was compared, as it is every night."""
    person.watch = stopwatch("is it finished, is it proved")
    bureau.run("verify", "--period", MONTH, "--json")
    person.press(person.link("Month end"))
    person.see("month-end")
    for cell in person.page.locator(".adds li").all():
        text = " ".join(cell.inner_text().split())
        if not text.startswith("0 "):
            person.watch.note(text)
    return person.watch.step()


def _sign(person: Person, bureau: Bureau) -> Step:
    """Prove the net pay of all from payment files or by hand, and sign them."""
    person.watch = stopwatch("and all signed")
    person.press(person.link("Prove the net pay …"))
    person.see("net-pay")
    by_files = person.button(re.compile("^Fetch the payment files"))
    person.press(by_files if by_files.count() else person.button(re.compile("off as paid$")))
    person.see("net-pay-asked")
    person.wait_until_gone(person.page.get_by_text(re.compile("to be compared with the ledger")))
    person.see("net-pay-proven")
    person.press(person.page.get_by_label(re.compile("All .* that are listed")))
    person.wait_for(person.button(re.compile("^Sign .* of ")))
    person.see("all-chosen")
    person.press(person.button(re.compile("^Sign .* of ")))
    person.see("signed")
    document = json.loads(bureau.run("month", MONTH, "--json").stdout)
    person.watch.note(f"{document['counts']['signed']} signed")
    return person.watch.step()
