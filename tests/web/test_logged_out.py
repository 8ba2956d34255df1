"""What happens to a click, and to a page that follows a sending, when the session has ended."""

import html
import re

import pytest
from django.contrib.sessions.models import Session
from django.test import Client
from django.urls import reverse
from tests.bureau import a_linked_company, the_june_journal
from tests.web.conftest import PASSWORD

from procountor_sandbox.app import Sandbox
from tilisilta.models import Journal, Sending, User

pytestmark = pytest.mark.django_db

NOTHING_SENT = "so your last click did nothing: nothing was sent"


@pytest.fixture
def journal(procountor: Sandbox) -> Journal:
    return the_june_journal(a_linked_company())


@pytest.fixture
def expired(administrator: User) -> Client:
    """A browser whose session has ended over night."""
    browser = Client()
    browser.force_login(administrator)
    Session.objects.all().delete()
    return browser


def log_in(browser: Client, address: str) -> tuple[str, str]:
    """Log in as the page at ``address`` asks for; return the address and the text after it."""
    form = browser.get(address).text
    # The first form of the page is that of the languages.
    found = re.findall(r'name="next" value="([^"]*)"', form)[1:]
    answer = browser.post(
        reverse("account_login"),
        {"login": "aino", "password": PASSWORD, "next": html.unescape(found[0]) if found else ""},
        follow=True,
    )
    query = answer.request["QUERY_STRING"]
    return answer.request["PATH_INFO"] + "?" * bool(query) + query, answer.text


class TestClickAfterTheSession:
    def test_leads_back_to_its_page_which_says_that_nothing_was_sent(
        self, expired: Client, journal: Journal
    ) -> None:
        page = reverse("exports") + "?state=ready"
        click = expired.post(
            reverse("send_journal", args=[journal.pk]),
            headers={"Referer": f"http://testserver{page}"},
        )

        address, text = log_in(expired, click["Location"])

        assert address == page
        assert NOTHING_SENT in text
        assert not Sending.objects.exists()

    def test_is_told_of_at_the_log_in_too(self, expired: Client, journal: Journal) -> None:
        click = expired.post(reverse("send_journal", args=[journal.pk]))

        assert NOTHING_SENT in expired.get(click["Location"]).text

    @pytest.mark.parametrize("referer", ["", "https://elsewhere.example/journals"])
    def test_leads_to_the_page_above_where_its_own_is_not_known(
        self, expired: Client, journal: Journal, referer: str
    ) -> None:
        click = expired.post(
            reverse("send_journal", args=[journal.pk]), headers={"Referer": referer}
        )

        address, text = log_in(expired, click["Location"])

        assert address == reverse("journal", args=[journal.pk])
        assert NOTHING_SENT in text

    @pytest.mark.parametrize("name", ["refresh_accounts", "fetch_everything", "language"])
    def test_never_ends_in_a_page_that_refuses(self, expired: Client, name: str) -> None:
        click = expired.post(reverse(name), headers={"Referer": "http://testserver/"})

        if click.status_code == 302:
            assert expired.get(click["Location"], follow=True).status_code == 200

    @pytest.mark.parametrize(
        "headers",
        [{"Referer": "http://[bad"}, {"HX-Request": "true", "HX-Current-URL": "http://[bad"}],
    )
    def test_leads_to_the_log_in_whatever_a_program_says_of_its_page(
        self, expired: Client, headers: dict[str, str]
    ) -> None:
        answer = expired.post(reverse("fetch_everything"), headers=headers)

        assert answer.status_code < 400

    def test_is_told_of_once(self, expired: Client, journal: Journal) -> None:
        click = expired.post(reverse("send_journal", args=[journal.pk]))
        log_in(expired, click["Location"])

        expired.logout()
        _, text = log_in(expired, reverse("account_login"))

        assert NOTHING_SENT not in text


class TestAddressOfAButton:
    def test_leads_after_the_log_in_to_the_page_that_has_it(
        self, expired: Client, journal: Journal
    ) -> None:
        address, text = log_in(
            expired, reverse("account_login") + f"?next=/journals/{journal.pk}/send"
        )

        assert address == f"/journals/{journal.pk}"
        assert "Nothing was done" not in text

    def test_says_that_nothing_was_done_when_it_is_opened_by_itself(
        self, browser_of_administrator: Client, journal: Journal
    ) -> None:
        answer = browser_of_administrator.get(reverse("send_journal", args=[journal.pk]))

        assert answer.status_code == 405
        assert answer["Allow"] == "POST"
        assert "Open the page with the button" in answer.text


class TestPageThatFollows:
    def test_says_at_the_log_in_and_after_it_that_it_stopped(
        self, expired: Client, journal: Journal
    ) -> None:
        page = reverse("journal", args=[journal.pk])
        poll = expired.get(
            reverse("journal_progress", args=[journal.pk]),
            headers={"HX-Request": "true", "HX-Current-URL": f"http://testserver{page}"},
        )

        at_log_in = expired.get(poll["HX-Redirect"]).text
        address, text = log_in(expired, poll["HX-Redirect"])

        assert "the page stopped following" in at_log_in
        assert "the page stopped following" in text
        assert address == page

    def test_is_never_followed_to_another_site(self, expired: Client) -> None:
        poll = expired.get(
            reverse("overview_progress"),
            headers={"HX-Request": "true", "HX-Current-URL": "https://elsewhere.example/x"},
        )

        assert poll["HX-Redirect"] == reverse("account_login")
