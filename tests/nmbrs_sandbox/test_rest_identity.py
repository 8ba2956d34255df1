"""Signing in for the REST API: the consent, its code, the tokens, and their end."""

from pathlib import Path

import httpx2
import pytest
from tests.nmbrs_sandbox.calling import client_of
from tests.nmbrs_sandbox.rest_calling import (
    AUTHORIZE,
    REVOCATION,
    STATE,
    TOKEN,
    Caller,
    allow,
    basic,
    caller_of,
    came_back,
    code_of,
    exchange,
    give,
    question,
    refresh,
)
from tests.sandbox_parts.clock import SetClock

from nmbrs_sandbox.app import Sandbox, create_app
from nmbrs_sandbox.faults import Fault, FaultKind
from nmbrs_sandbox.payroll.sample import LOGIN_OF_ALL, LOGIN_OF_ONE, LOGIN_OF_TWO
from nmbrs_sandbox.rest.partners import DEVELOPMENT, PRODUCTION, USUAL_SCOPES
from nmbrs_sandbox.traps import Trap


def error(response: httpx2.Response) -> tuple[int, str]:
    body = response.json()
    assert set(body) == {"error", "error_description"}
    assert response.headers["Cache-Control"] == "no-store"
    return response.status_code, body["error"]


def is_let_in(client: httpx2.Client, access_token: str) -> bool:
    response = Caller(client=client, access_token=access_token).ask("/api/debtors")
    assert response.status_code in {200, 401}
    return response.status_code == 200


class TestConsent:
    def test_shows_the_people_and_then_their_client_logins(self, client: httpx2.Client) -> None:
        people = client.get(AUTHORIZE, params=question())
        picker = client.post(AUTHORIZE, data={**question(), "email": LOGIN_OF_TWO})

        assert "Marja Koivula" in people.text
        assert "Kalle Pajula" in people.text
        assert "3 client logins" in people.text
        assert "101 Koivulammi-yhtiöt" in picker.text
        assert "103 Pajulahti-konserni" in picker.text
        assert "102 Saaristopalvelut" not in picker.text
        # The answer to the form leads to another site.
        assert "form-action" not in picker.headers["Content-Security-Policy"]

    def test_sends_the_browser_back_with_a_code_and_the_state(self, client: httpx2.Client) -> None:
        back = came_back(allow(client))

        assert back["state"] == STATE
        assert set(back) == {"code", "state"}

    def test_sends_the_browser_back_when_it_is_refused(self, client: httpx2.Client) -> None:
        form = {**question(), "email": LOGIN_OF_ALL, "answer": "refuse"}

        back = came_back(client.post(AUTHORIZE, data=form))

        assert back == {"error": "access_denied", "state": STATE}

    def test_asks_again_when_no_login_is_chosen(self, client: httpx2.Client) -> None:
        response = allow(client, debtor_ids=())

        assert response.status_code == 200
        assert "Choose at least one client login." in response.text

    def test_covers_no_login_that_the_person_has_not(
        self, sandbox: Sandbox, client: httpx2.Client
    ) -> None:
        back = came_back(allow(client, email=LOGIN_OF_ONE, debtor_ids=(7101, 7102)))

        assert exchange(client, back["code"]).status_code == 200
        assert [one.debtor_ids for one in sandbox.grants.all()] == [(7102,)]

    @pytest.mark.parametrize(
        "wrong",
        [
            {"client_id": "unknown"},
            {"client_id": None},
            {"redirect_uri": f"{DEVELOPMENT.redirect_uris[0]}/"},
            {"redirect_uri": f"{DEVELOPMENT.redirect_uris[0]}?a=b"},
            {"redirect_uri": "http://elsewhere.invalid/nmbrs/authorised"},
            {"redirect_uri": None},
        ],
    )
    def test_sends_no_browser_to_an_address_that_is_not_registered(
        self, client: httpx2.Client, wrong: dict[str, str | None]
    ) -> None:
        assert client.get(AUTHORIZE, params=question(**wrong)).status_code == 400
        assert allow(client, wrong).status_code == 400

    @pytest.mark.parametrize(
        ("wrong", "word"),
        [
            ({"response_type": "token"}, "unsupported_response_type"),
            ({"code_challenge_method": "plain"}, "invalid_request"),
            ({"code_challenge_method": None}, "invalid_request"),
            ({"scope": "openid company.info.read"}, "invalid_scope"),
            ({"scope": "company.everything"}, "invalid_scope"),
            ({"scope": None}, "invalid_scope"),
        ],
    )
    def test_tells_the_program_what_is_wrong(
        self, client: httpx2.Client, wrong: dict[str, str | None], word: str
    ) -> None:
        back = came_back(client.get(AUTHORIZE, params=question(**wrong)))

        assert back == {"error": word, "state": STATE}

    def test_wants_a_state(self, client: httpx2.Client) -> None:
        back = came_back(client.get(AUTHORIZE, params=question(state=None)))

        assert back == {"error": "invalid_request"}

    def test_knows_a_login_that_is_added_and_forgets_one_that_is_removed(
        self, sandbox: Sandbox, client: httpx2.Client
    ) -> None:
        sandbox.add_login(email="uusi@example.invalid", name="Uusi Palkka", debtor_id=7103)
        sandbox.remove_login(email=LOGIN_OF_ONE, debtor_id=7102)

        page = client.get(AUTHORIZE, params=question()).text

        assert "Uusi Palkka" in page
        assert "Sari Luoto" not in page


class TestCode:
    def test_gives_tokens_of_all_that_was_asked_for(self, client: httpx2.Client) -> None:
        response = exchange(client, came_back(allow(client))["code"])

        tokens = response.json()
        assert response.status_code == 200
        assert response.headers["Cache-Control"] == "no-store"
        assert (tokens["token_type"], tokens["expires_in"]) == ("Bearer", 3600)
        assert tokens["scope"] == " ".join(USUAL_SCOPES)
        assert is_let_in(client, tokens["access_token"])
        assert refresh(client, tokens["refresh_token"]).status_code == 200

    def test_gives_no_refresh_token_without_offline_access(self, client: httpx2.Client) -> None:
        tokens = exchange(client, came_back(allow(client, {"scope": "company.info.read"}))["code"])

        assert "refresh_token" not in tokens.json()

    def test_gives_fewer_scopes_under_a_trap(self, sandbox: Sandbox, client: httpx2.Client) -> None:
        sandbox.traps.on(Trap.NARROWER_SCOPE)

        tokens = exchange(client, came_back(allow(client))["code"]).json()

        assert "document" not in tokens["scope"]
        assert "company.payrollsettings.read" in tokens["scope"]

    def test_works_once_and_ends_the_grant_the_second_time(self, client: httpx2.Client) -> None:
        code = came_back(allow(client))["code"]
        tokens = exchange(client, code).json()

        assert error(exchange(client, code)) == (400, "invalid_grant")
        assert not is_let_in(client, tokens["access_token"])

    def test_lives_five_minutes(self, client: httpx2.Client, clock: SetClock) -> None:
        code = came_back(allow(client))["code"]
        clock.advance(minutes=5)

        assert error(exchange(client, code)) == (400, "invalid_grant")

    @pytest.mark.parametrize(
        "wrong",
        [
            {"redirect_uri": DEVELOPMENT.redirect_uris[1]},
            {"code_verifier": "w" * 64},
            {"code_verifier": None},
        ],
    )
    def test_belongs_to_its_address_and_its_verifier(
        self, client: httpx2.Client, wrong: dict[str, str | None]
    ) -> None:
        code = came_back(allow(client))["code"]

        assert error(exchange(client, code, **wrong)) == (400, "invalid_grant")
        # It is used up, too.
        assert error(exchange(client, code)) == (400, "invalid_grant")

    def test_needs_no_verifier_without_a_challenge(self, client: httpx2.Client) -> None:
        without: dict[str, str | None] = {"code_challenge": None, "code_challenge_method": None}
        first = came_back(allow(client, without))["code"]
        second = came_back(allow(client, without))["code"]

        assert exchange(client, first, code_verifier=None).status_code == 200
        assert error(exchange(client, second)) == (400, "invalid_grant")

    def test_belongs_to_its_program(self, client: httpx2.Client) -> None:
        code = came_back(allow(client))["code"]
        form = {
            "grant_type": "authorization_code",
            "code": code,
            "redirect_uri": DEVELOPMENT.redirect_uris[0],
            "code_verifier": "v" * 64,
        }

        assert error(give(client, form, partner=PRODUCTION)) == (400, "invalid_grant")


class TestProgram:
    def refreshed(self, sandbox: Sandbox, headers: dict[str, str], **form: str) -> httpx2.Response:
        token = sandbox.sign_in().refresh_token or ""
        values = {"grant_type": "refresh_token", "refresh_token": token, **form}
        return client_of(sandbox).post(TOKEN, data=values, headers=headers)

    def test_names_itself_in_the_header_or_in_the_body(self, sandbox: Sandbox) -> None:
        names = (DEVELOPMENT.client_id, DEVELOPMENT.client_secret)

        assert self.refreshed(sandbox, basic(*names)).status_code == 200
        in_body = self.refreshed(sandbox, {}, client_id=names[0], client_secret=names[1])
        assert in_body.status_code == 200

    def test_has_to_encode_both_halves_of_the_header(self, sandbox: Sandbox) -> None:
        names = (DEVELOPMENT.client_id, DEVELOPMENT.client_secret)

        response = self.refreshed(sandbox, basic(*names, is_encoded=False))

        assert error(response) == (401, "invalid_client")
        assert response.headers["WWW-Authenticate"].startswith("Basic")

    def test_does_not_name_itself_twice(self, sandbox: Sandbox) -> None:
        names = (DEVELOPMENT.client_id, DEVELOPMENT.client_secret)

        response = self.refreshed(sandbox, basic(*names), client_secret=names[1])

        assert error(response) == (400, "invalid_request")

    @pytest.mark.parametrize("header", ["Basic", "Basic !!", "Basic /w==", "Bearer abc"])
    def test_is_unknown_behind_a_broken_header(self, sandbox: Sandbox, header: str) -> None:
        response = self.refreshed(sandbox, {"Authorization": header})

        assert response.json()["error"] == "invalid_client"

    @pytest.mark.parametrize(
        ("grant_type", "word"),
        [
            ("client_credentials", "unauthorized_client"),
            ("password", "unauthorized_client"),
            ("urn:ietf:params:oauth:grant-type:device_code", "unsupported_grant_type"),
            ("", "invalid_request"),
        ],
    )
    def test_has_the_code_and_the_refresh_token_alone(
        self, client: httpx2.Client, grant_type: str, word: str
    ) -> None:
        assert error(give(client, {"grant_type": grant_type})) == (400, word)

    def test_sends_a_form_and_no_address_with_secrets(self, client: httpx2.Client) -> None:
        names = basic(DEVELOPMENT.client_id, DEVELOPMENT.client_secret)
        form = {"grant_type": "refresh_token", "refresh_token": "x"}

        as_json = client.post(TOKEN, json=form, headers=names)
        in_address = client.post(f"{TOKEN}?refresh_token=x", data=form, headers=names)

        assert error(as_json) == (400, "invalid_request")
        assert error(in_address) == (400, "invalid_request")


class TestRefreshToken:
    def test_is_replaced_by_another(self, sandbox: Sandbox, client: httpx2.Client) -> None:
        first = sandbox.sign_in()

        second = refresh(client, first.refresh_token).json()

        assert second["refresh_token"] != first.refresh_token
        assert second["access_token"] != first.access_token
        assert is_let_in(client, first.access_token)
        assert is_let_in(client, second["access_token"])

    def test_ends_the_grant_when_it_comes_again(
        self, sandbox: Sandbox, client: httpx2.Client
    ) -> None:
        first = sandbox.sign_in()
        second = refresh(client, first.refresh_token).json()

        assert error(refresh(client, first.refresh_token)) == (400, "invalid_grant")
        assert not is_let_in(client, second["access_token"])
        assert error(refresh(client, second["refresh_token"])) == (400, "invalid_grant")

    def test_lives_thirty_days_from_its_issue(
        self, sandbox: Sandbox, client: httpx2.Client, clock: SetClock
    ) -> None:
        token = sandbox.sign_in().refresh_token
        clock.advance(days=29, hours=23)
        token = refresh(client, token).json()["refresh_token"]
        clock.advance(days=29, hours=23)
        token = refresh(client, token).json()["refresh_token"]
        clock.advance(days=30)

        assert error(refresh(client, token)) == (400, "invalid_grant")

    def test_gives_fewer_scopes_on_request_and_never_more(
        self, sandbox: Sandbox, client: httpx2.Client
    ) -> None:
        token = sandbox.sign_in(scopes=("offline_access", "company.info.read")).refresh_token

        more = refresh(client, token, scope="company.info.read document.read")
        fewer = refresh(client, token, scope="company.info.read")

        assert error(more) == (400, "invalid_scope")
        assert fewer.json()["scope"] == "company.info.read"

    def test_belongs_to_its_program(self, sandbox: Sandbox, client: httpx2.Client) -> None:
        form = {
            "grant_type": "refresh_token",
            "refresh_token": sandbox.sign_in().refresh_token or "",
        }

        assert error(give(client, form, partner=PRODUCTION)) == (400, "invalid_grant")

    def test_is_used_up_though_the_answer_is_lost(
        self, sandbox: Sandbox, client: httpx2.Client
    ) -> None:
        token = sandbox.sign_in().refresh_token
        sandbox.faults.add(Fault(kind=FaultKind.CONNECTION_LOST, operation="identity/token"))

        with pytest.raises(httpx2.RemoteProtocolError):
            refresh(client, token)
        assert error(refresh(client, token)) == (400, "invalid_grant")


class TestAccessToken:
    def test_lives_an_hour(self, sandbox: Sandbox, client: httpx2.Client, clock: SetClock) -> None:
        token = sandbox.sign_in().access_token
        clock.advance(minutes=59)
        assert is_let_in(client, token)
        clock.advance(minutes=1)
        assert not is_let_in(client, token)

    def test_ends_with_the_consent(self, sandbox: Sandbox, client: httpx2.Client) -> None:
        tokens = sandbox.sign_in()
        other = sandbox.sign_in(email=LOGIN_OF_ONE)

        assert sandbox.withdraw_consent(LOGIN_OF_ALL) == 1
        assert not is_let_in(client, tokens.access_token)
        assert error(refresh(client, tokens.refresh_token)) == (400, "invalid_grant")
        assert is_let_in(client, other.access_token)

    def test_reaches_nothing_when_the_logins_are_gone(
        self, sandbox: Sandbox, client: httpx2.Client
    ) -> None:
        caller = caller_of(sandbox, email=LOGIN_OF_ONE)
        sandbox.remove_login(email=LOGIN_OF_ONE, debtor_id=7102)

        assert caller.rows("/api/debtors") == []
        assert caller.rows("/api/companies") == []


class TestRevocation:
    def test_ends_the_grant_of_a_refresh_token(
        self, sandbox: Sandbox, client: httpx2.Client
    ) -> None:
        tokens = sandbox.sign_in()

        response = give(client, {"token": tokens.refresh_token or ""}, path=REVOCATION)

        assert response.status_code == 200
        assert not is_let_in(client, tokens.access_token)

    def test_ends_an_access_token_alone(self, sandbox: Sandbox, client: httpx2.Client) -> None:
        tokens = sandbox.sign_in()

        give(client, {"token": tokens.access_token}, path=REVOCATION)

        assert not is_let_in(client, tokens.access_token)
        assert refresh(client, tokens.refresh_token).status_code == 200

    def test_has_no_error_for_an_unknown_token_or_that_of_another(
        self, sandbox: Sandbox, client: httpx2.Client
    ) -> None:
        tokens = sandbox.sign_in()
        form = {"token": tokens.refresh_token or ""}

        assert give(client, {"token": "unknown"}, path=REVOCATION).status_code == 200
        assert give(client, form, partner=PRODUCTION, path=REVOCATION).status_code == 200
        assert is_let_in(client, tokens.access_token)
        assert client.post(REVOCATION, data=form).json()["error"] == "invalid_client"


class TestDiscovery:
    def test_names_the_addresses_of_this_site(self, client: httpx2.Client) -> None:
        found = client.get("/identity/.well-known/openid-configuration").json()

        assert found["token_endpoint"] == f"http://sandbox{TOKEN}"
        assert found["authorization_endpoint"] == f"http://sandbox{AUTHORIZE}"
        assert found["code_challenge_methods_supported"] == ["S256"]
        assert "openid" in found["scopes_supported"]

    def test_is_strict_about_addresses_and_methods(self, client: httpx2.Client) -> None:
        assert client.get("/identity/connect/par").status_code == 404
        wrong = client.get(TOKEN)
        assert (wrong.status_code, wrong.headers["Allow"]) == (405, "POST")
        assert code_of(wrong) == 0


class TestStateFile:
    def test_keeps_grants_tokens_and_what_was_ended(self, tmp_path: Path, clock: SetClock) -> None:
        path = tmp_path / "nmbrs.sqlite3"
        first = create_app(state_path=path, clock=clock)
        alive = first.sign_in()
        ended = first.sign_in(email=LOGIN_OF_ONE)
        spent = first.sign_in(email=LOGIN_OF_TWO)
        next_one = refresh(client_of(first), spent.refresh_token).json()
        first.withdraw_consent(LOGIN_OF_ONE)
        first.close()

        second = create_app(state_path=path, clock=clock)

        client = client_of(second)
        assert is_let_in(client, alive.access_token)
        assert not is_let_in(client, ended.access_token)
        assert refresh(client, alive.refresh_token).status_code == 200
        # Used before the restart: the grant dies after it.
        assert error(refresh(client, spent.refresh_token)) == (400, "invalid_grant")
        assert not is_let_in(client, next_one["access_token"])
        second.close()

    def test_is_emptied_by_a_reset(self, tmp_path: Path, clock: SetClock) -> None:
        path = tmp_path / "nmbrs.sqlite3"
        first = create_app(state_path=path, clock=clock)
        tokens = first.sign_in()
        first.reset()
        first.close()

        second = create_app(state_path=path, clock=clock)

        assert not is_let_in(client_of(second), tokens.access_token)
        assert second.grants.all() == ()
        second.close()
