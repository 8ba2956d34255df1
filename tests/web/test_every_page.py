"""What ``make audit`` asks of every page and a test sees quickly, so that it stays so."""

import re
from collections import Counter
from pathlib import Path

import pytest
from django.test import Client
from django.urls import reverse
from tests.bureau import NOW, a_company, a_journal, a_linked_company
from tests.routes import named_routes, routes_of_ours

from nmbrs_sandbox.app import Sandbox as Nmbrs
from procountor_sandbox.app import Sandbox
from tilisilta import web
from tilisilta.languages import LANGUAGES
from tilisilta.models import NmbrsConnection, ProcountorAccount, User, UserTemplate, Webhook
from tilisilta.services.webhooks.managing import Wanted, create_webhook
from tilisilta.web.errors import broken

TEMPLATES = sorted(Path(web.__file__).parent.glob("templates/**/*.html"))
# Elements whose role belongs to what they are: another one takes them out of their list or table.
WITHOUT_ROLE = re.compile(r"<(dl|dt|dd|li|label|legend|caption)\b[^>]*\srole=")
# A box that scrolls has the name of its section; as a region it would be a second landmark.
BOX_AS_REGION = re.compile(r'tabindex="0"[^>]*role="region"|role="region"[^>]*tabindex="0"')


@pytest.fixture
def pages(
    procountor: Sandbox, nmbrs: Nmbrs, browser_of_administrator: Client
) -> dict[str, dict[str, str]]:
    """The source of each page, by the name of its address and by language."""
    linked = a_linked_company()
    journal = a_journal(linked)
    a_company(1002)
    connection = NmbrsConnection.objects.create(name="Kirnu", first_year=2026)
    wanted = Wanted(name="robot", format=Webhook.Format.OWN, address="https://hooks.example/a")
    webhook = create_webhook(wanted, user=None, now=NOW).webhook
    ids = {
        "company": [1001],
        "import_journal": [1001],
        "receipts_of_year": [1001],
        "journal": [journal.pk],
        "discard_journal": [journal.pk],
        "journal_run": [journal.pk],
        "payload": [journal.pk, 1],
        "link": [linked.link.pk],
        "end_link": [linked.link.pk],
        "api_key": [ProcountorAccount.objects.get().pk],
        "remove_authorisation": [ProcountorAccount.objects.get().pk],
        "nmbrs_connection": [connection.pk],
        "remove_nmbrs_connection": [connection.pk],
        "nmbrs_rest": [connection.pk],
        "nmbrs_rest_debtors": [connection.pk],
        "remove_nmbrs_rest": [connection.pk],
        "user": [User.objects.get().pk],
        "user_template": [UserTemplate.objects.all()[0].pk],
        "webhook": [webhook.pk],
        "end_webhook": [webhook.pk],
    }
    names = [name for name, route in routes_of_ours() if "<" not in route or name in ids]
    found: dict[str, dict[str, str]] = {}
    for name in (*names, "account_change_password", "account_logout", "mfa_index"):
        address = reverse(name, args=ids.get(name, []))
        sources = {code: _source(browser_of_administrator, address, code) for code in CODES}
        if all("<html" in source for source in sources.values()):
            found[name] = sources
    found["account_login"] = {
        code: _source(Client(), reverse("account_login"), code) for code in CODES
    }
    return found


CODES = [language.code for language in LANGUAGES]


def _source(browser: Client, address: str, language: str) -> str:
    browser.cookies["language"] = language
    response = browser.get(address)
    is_page = response["Content-Type"].startswith("text/html") and response.status_code == 200
    return response.text if is_page else ""


def _faults(source: str, language: str) -> list[str]:
    faults = []
    if f'<html lang="{language}">' not in source:
        faults.append("not in its language")
    if not re.search(r'<meta name="description" content="[^"]{20,}">', source):
        faults.append("no description")
    if len(re.findall(r"<h1\b", source)) != 1:
        faults.append("not one h1")
    return faults


def _title(source: str) -> str:
    title = re.search(r"<title>(.*?)</title>", source, re.DOTALL)
    return " ".join(title[1].split()) if title else ""


@pytest.mark.django_db
class TestEveryPage:
    def test_says_its_language_what_it_is_about_and_has_one_heading(
        self, pages: dict[str, dict[str, str]]
    ) -> None:
        faults = [
            f"{name} {code}: {fault}"
            for name, sources in pages.items()
            for code, source in sources.items()
            for fault in _faults(source, code)
        ]

        assert len(pages) > 30
        assert not faults

    def test_has_a_title_of_its_own(self, pages: dict[str, dict[str, str]]) -> None:
        for code in CODES:
            titles = Counter(_title(sources[code]) for sources in pages.values())

            assert [title for title, count in titles.items() if count > 1] == []

    def test_that_is_broken_says_the_same(self, rf: object) -> None:
        source = broken(rf.get("/")).text  # type: ignore[attr-defined]

        assert _faults(source, "en") == []
        assert 'rel="icon"' in source


@pytest.mark.once
class TestTemplates:
    @pytest.mark.parametrize("path", TEMPLATES, ids=lambda path: path.name)
    def test_give_no_role_to_a_part_of_a_list(self, path: Path) -> None:
        assert not WITHOUT_ROLE.search(path.read_text(encoding="utf-8"))

    @pytest.mark.parametrize("path", TEMPLATES, ids=lambda path: path.name)
    def test_make_no_landmark_of_a_box_that_scrolls(self, path: Path) -> None:
        assert not BOX_AS_REGION.search(path.read_text(encoding="utf-8"))


def test_pages_of_the_log_in_are_among_the_routes() -> None:
    assert {"account_login", "mfa_authenticate"} <= {name for name, _ in named_routes()}


def test_pages_of_the_stand_ins_say_what_they_are_about(
    sandbox: Sandbox, nmbrs_sandbox: Nmbrs
) -> None:
    from werkzeug.test import Client as Caller  # noqa: PLC0415

    for service in (sandbox, nmbrs_sandbox):
        source = Caller(service).get("/").text

        assert _faults(source, "en") == []
