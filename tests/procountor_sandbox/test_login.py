import re
from urllib.parse import parse_qs, urlsplit

import httpx2
import pytest
from tests.procountor_sandbox.calling import client_of
from tests.sandbox_parts.clock import SetClock

from procountor_sandbox.app import DEFAULT_REDIRECT_URIS, Sandbox, create_app
from procountor_sandbox.sample import API_CLIENT, world_of

REDIRECT_URI = DEFAULT_REDIRECT_URIS[0]
QUERY = {
    "response_type": "code",
    "client_id": API_CLIENT.client_id,
    "redirect_uri": REDIRECT_URI,
    "state": "a&b=ä",
}


@pytest.fixture
def browser(sandbox: Sandbox) -> httpx2.Client:
    return client_of(sandbox, "http://sandbox/")


def log_in(browser: httpx2.Client, username: str = "aino") -> str:
    """Log in and return the page that comes then."""
    form = QUERY | {"username": username, "password": "sandbox"}
    return browser.post("login", data=form).text


def choose(browser: httpx2.Client, page: str, **chosen: str) -> httpx2.Response:
    """Send the company form of a page."""
    found = re.search(r'name="ticket" value="([^"]+)"', page)
    assert found is not None
    return browser.post("login/company", data=QUERY | {"ticket": found[1]} | chosen)


def code_for(browser: httpx2.Client, company: int = 50102, username: str = "aino") -> str:
    """Go through the login and return the code it ends with."""
    answer = choose(browser, log_in(browser, username), company=str(company))
    return parse_qs(urlsplit(answer.headers["Location"]).query)["code"][0]


def exchange(browser: httpx2.Client, **form: str) -> httpx2.Response:
    """Ask the token endpoint as the registered program."""
    secrets = {"client_id": API_CLIENT.client_id, "client_secret": API_CLIENT.client_secret}
    return browser.post("api/oauth/token", data=secrets | form)


def exchange_code(browser: httpx2.Client, code: str, uri: str = REDIRECT_URI) -> httpx2.Response:
    """Exchange a code for tokens."""
    return exchange(browser, grant_type="authorization_code", code=code, redirect_uri=uri)


class TestLoginPage:
    @pytest.mark.parametrize("name", ["response_type", "client_id", "redirect_uri"])
    def test_refuses_an_incomplete_address_without_sending_anybody_anywhere(
        self, browser: httpx2.Client, name: str
    ) -> None:
        query = {key: value for key, value in QUERY.items() if key != name}

        answer = browser.get("login", params=query)

        assert answer.status_code == 400
        assert "Location" not in answer.headers

    @pytest.mark.parametrize(
        "uri", [REDIRECT_URI + "/", REDIRECT_URI + "?a=b", "http://elsewhere.example/"]
    )
    def test_wants_exactly_the_registered_redirect_uri(
        self, browser: httpx2.Client, uri: str
    ) -> None:
        answer = browser.get("login", params=QUERY | {"redirect_uri": uri})

        assert answer.status_code == 400
        assert "redirect_uri" in answer.text

    def test_asks_for_nothing_its_own_policy_forbids(self, browser: httpx2.Client) -> None:
        page = browser.get("/login", params=QUERY)

        icon = browser.get("/sandbox/sandbox.svg")

        assert 'href="/sandbox/sandbox.svg"' in page.text
        assert "data:" not in page.text
        assert "img-src 'self'" in page.headers["Content-Security-Policy"]
        assert icon.headers["Content-Type"] == "image/svg+xml"

    def test_counts_the_companies_of_everybody(self, browser: httpx2.Client) -> None:
        page = browser.get("/login", params=QUERY).text

        assert "10 companies" in page
        assert "1 company<" in page

    def test_names_the_program_and_says_it_is_a_stand_in(self, browser: httpx2.Client) -> None:
        answer = browser.get("login", params=QUERY)

        assert answer.status_code == 200
        assert "tilisilta-demo" in answer.text
        assert "It is not Procountor" in answer.text

    @pytest.mark.parametrize(
        ("username", "password"),
        [("aino", "wrong"), ("nobody", "sandbox"), ("api-robotti", ""), ("", "")],
    )
    def test_explains_a_wrong_password(
        self, browser: httpx2.Client, username: str, password: str
    ) -> None:
        form = QUERY | {"username": username, "password": password}

        answer = browser.post("login", data=form)

        assert answer.status_code == 401
        assert "Wrong username or password" in answer.text

    def test_offers_only_companies_of_the_person(self, browser: httpx2.Client) -> None:
        page = log_in(browser, "matti")

        assert re.findall(r'value="(501\d\d)"', page) == ["50101", "50102", "50103"]

    def test_finds_companies_by_name(self, browser: httpx2.Client) -> None:
        page = choose(browser, log_in(browser), search="saaristo").text

        assert re.findall(r'value="(501\d\d)"', page) == ["50103", "50104", "50105", "50110"]

    def test_shows_no_endless_list(self) -> None:
        browser = client_of(create_app(world_of(companies=60)), "http://sandbox/")

        page = log_in(browser)

        assert page.count('name="company"') == 25
        assert "35 more" in page

    def test_sends_the_browser_back_with_code_and_state(self, browser: httpx2.Client) -> None:
        answer = choose(browser, log_in(browser), company="50102")

        query = parse_qs(urlsplit(answer.headers["Location"]).query)
        assert answer.status_code == 302
        assert answer.headers["Location"].startswith(f"{REDIRECT_URI}?code=")
        assert query["state"] == [QUERY["state"]]

    def test_gives_no_code_for_a_company_of_others(self, browser: httpx2.Client) -> None:
        answer = choose(browser, log_in(browser, "matti"), company="50109")

        assert answer.status_code == 200
        assert "Location" not in answer.headers

    def test_asks_again_when_the_ticket_is_too_old(
        self, browser: httpx2.Client, clock: SetClock
    ) -> None:
        page = log_in(browser)
        clock.advance(minutes=11)

        answer = choose(browser, page, company="50102")

        assert 'name="password"' in answer.text

    def test_writes_what_it_was_given_without_running_it(self, browser: httpx2.Client) -> None:
        answer = browser.get("login", params=QUERY | {"state": '"><script>alert(1)</script>'})

        assert "<script>" not in answer.text
        assert "default-src 'none'" in answer.headers["Content-Security-Policy"]


class TestCode:
    def test_becomes_tokens_for_the_chosen_company(self, browser: httpx2.Client) -> None:
        tokens = exchange_code(browser, code_for(browser, 50102)).json()

        bearer = {"Authorization": f"Bearer {tokens['access_token']}"}
        session = browser.get("api/sessioninfo", headers=bearer).json()
        assert set(tokens) == {"access_token", "refresh_token", "token_type", "expires_in"}
        assert (session["companyId"], session["userName"]) == (50102, "aino")

    def test_works_once(self, browser: httpx2.Client) -> None:
        code = code_for(browser)

        first = exchange_code(browser, code)
        second = exchange_code(browser, code)

        assert first.status_code == 200
        assert second.status_code == 400
        assert second.json()["error"] == "invalid_grant"

    def test_works_only_soon(self, browser: httpx2.Client, clock: SetClock) -> None:
        code = code_for(browser)
        clock.advance(minutes=5)

        answer = exchange_code(browser, code)

        assert answer.status_code == 400

    def test_needs_the_redirect_uri_it_was_made_for(self, browser: httpx2.Client) -> None:
        answer = exchange_code(browser, code_for(browser), "http://elsewhere.example/")

        assert answer.json()["error"] == "invalid_grant"


class TestRefreshToken:
    def test_gives_new_access_tokens_for_half_a_year(
        self, browser: httpx2.Client, clock: SetClock
    ) -> None:
        token = exchange_code(browser, code_for(browser)).json()["refresh_token"]
        clock.advance(days=181)

        answer = exchange(browser, grant_type="refresh_token", refresh_token=token)

        assert answer.status_code == 200
        assert set(answer.json()) == {"access_token", "token_type", "expires_in"}

    def test_ends_after_half_a_year(self, browser: httpx2.Client, clock: SetClock) -> None:
        token = exchange_code(browser, code_for(browser)).json()["refresh_token"]
        clock.advance(days=183)

        answer = exchange(browser, grant_type="refresh_token", refresh_token=token)

        assert answer.status_code == 400
        assert answer.json()["error"] == "invalid_grant"

    def test_ends_when_the_grant_is_revoked(self, browser: httpx2.Client, sandbox: Sandbox) -> None:
        token = exchange_code(browser, code_for(browser, 50102)).json()["refresh_token"]
        sandbox.revoke(username="aino")

        answer = exchange(browser, grant_type="refresh_token", refresh_token=token)

        assert answer.json()["error"] == "invalid_grant"

    def test_is_no_access_token(self, browser: httpx2.Client) -> None:
        token = exchange_code(browser, code_for(browser)).json()["refresh_token"]

        answer = browser.get("api/company", headers={"Authorization": f"Bearer {token}"})

        assert answer.status_code == 401

    def test_ends_when_a_hundred_newer_ones_live(self, browser: httpx2.Client) -> None:
        first = exchange_code(browser, code_for(browser)).json()["refresh_token"]
        page = log_in(browser)
        for _ in range(100):
            location = choose(browser, page, company="50102").headers["Location"]
            exchange_code(browser, parse_qs(urlsplit(location).query)["code"][0])

        answer = exchange(browser, grant_type="refresh_token", refresh_token=first)

        assert answer.json()["error"] == "invalid_grant"
