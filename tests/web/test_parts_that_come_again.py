"""Parts of pages that ask for themselves again: the keyboard's focus stays where it was.

htmx gives the focus back to what has the same id in the part that came; what has none loses it.
"""

import re
from collections.abc import Callable
from html.parser import HTMLParser

import pytest
from django.test import Client
from django.urls import reverse
from tests.bureau import (
    NOW,
    Clock,
    a_company,
    a_journal,
    a_linked_company,
    deliver,
    on_post,
    send,
)

from procountor_sandbox.app import Sandbox
from procountor_sandbox.faults import FaultKind
from tilisilta.domain.journals import BookingPeriod
from tilisilta.models import JointSending, Sending
from tilisilta.services.verifying.companies import verify

pytestmark = pytest.mark.django_db

FOCUSABLE = {"a", "button", "input", "select", "summary", "textarea"}
WITHOUT_AN_END = {"br", "hr", "img", "input", "link", "meta", "rect", "use"}


class _Part(HTMLParser):
    """Reads what can have the focus within the element of an id."""

    def __init__(self, part: str) -> None:
        super().__init__()
        self._part = part
        self._depth = 0
        self.controls: list[tuple[str, str | None]] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = dict(attrs)
        if self._depth and tag in FOCUSABLE and given.get("type") != "hidden":
            text = given.get("href") or given.get("name") or tag
            self.controls.append((text, given.get("id")))
        if tag not in WITHOUT_AN_END and (self._depth or given.get("id") == self._part):
            self._depth += 1

    def handle_endtag(self, tag: str) -> None:
        if self._depth and tag not in WITHOUT_AN_END:
            self._depth -= 1


def controls_in(markup: str, part: str) -> list[tuple[str, str | None]]:
    reader = _Part(part)
    reader.feed(markup)
    return reader.controls


def _send_together(browser: Client, procountor: Sandbox) -> str:
    """Return the page of two journals that were asked for together, of which one was refused."""
    refused = a_journal(a_linked_company(1001))
    a_journal(a_linked_company(1002), run_number="7")
    listed = re.search(r'name="journals" value="([^"]+)"', browser.get(reverse("send_ready")).text)
    assert listed
    browser.post(reverse("send_ready"), {"journals": listed[1]})
    procountor.faults.add(on_post(FaultKind.REJECT))
    deliver(Sending.objects.get(journal=refused), Clock())
    return reverse("sent_together", args=[JointSending.objects.get().pk])


def _list_exports(_browser: Client, procountor: Sandbox) -> str:
    send(a_journal(a_linked_company(1001)))
    a_journal(a_linked_company(1002), 5)
    a_journal(a_company(1003, "Ilman Linkkiä Oy"), run_number="9")
    return reverse("exports")


def _end_the_month(_browser: Client, procountor: Sandbox) -> str:
    company = a_linked_company(1001)
    send(a_journal(company))
    verify(company, [BookingPeriod(year=2026, month=6)], now=NOW)
    a_journal(a_company(1003, "Ilman Linkkiä Oy"), run_number="9")
    return f"{reverse('month_end')}?month=2026-06"


def _list_accounts(_browser: Client, procountor: Sandbox) -> str:
    a_linked_company(1001)
    return reverse("procountor_accounts")


@pytest.mark.parametrize(
    ("arrange", "part"),
    [
        (_send_together, "together"),
        (_list_exports, "entries"),
        (_end_the_month, "now"),
        (_end_the_month, "rows"),
        (_list_accounts, "accounts"),
    ],
)
def test_each_control_has_an_id_of_its_own(
    procountor: Sandbox,
    browser_of_administrator: Client,
    arrange: Callable[[Client, Sandbox], str],
    part: str,
) -> None:
    address = arrange(browser_of_administrator, procountor)

    controls = controls_in(browser_of_administrator.get(address).text, part)

    ids = [id_ for _text, id_ in controls]
    assert controls
    assert [text for text, id_ in controls if not id_] == []
    assert len(set(ids)) == len(ids)
