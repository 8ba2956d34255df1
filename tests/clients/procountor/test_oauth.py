from collections.abc import Callable
from urllib.parse import parse_qs

import httpx2
import pytest
from tests.clients.procountor.acting import API_URL, Procountor, answering, refusal

from tilisilta import __version__
from tilisilta.clients.procountor import oauth
from tilisilta.clients.procountor.errors import (
    ApplicationRefused,
    GrantEnded,
    ProcountorBusy,
    ProcountorRejected,
    ProcountorUnavailable,
)
from tilisilta.clients.procountor.oauth import Application, Grant
from tilisilta.errors import TilisiltaError

APPLICATION = Application(
    api_url=API_URL,
    client_id="bureau",
    client_secret="very-secret",
    redirect_uri="https://tilisilta.invalid/authorised",
)
TOKENS = {
    "access_token": "new-access",
    "refresh_token": "new-refresh",
    "token_type": "bearer",
    "expires_in": 3600,
}

Ask = Callable[[httpx2.BaseTransport], Grant]
ASKS: list[Ask] = [
    lambda transport: oauth.exchange_code(APPLICATION, "the-code", transport=transport),
    lambda transport: oauth.refresh(APPLICATION, "the-refresh-token", transport=transport),
    lambda transport: oauth.token_for_api_key(APPLICATION, "the-api-key", transport=transport),
]


def transport_of(procountor: Procountor) -> httpx2.MockTransport:
    return httpx2.MockTransport(procountor)


def form_of(procountor: Procountor) -> dict[str, list[str]]:
    (request,) = procountor.requests
    return parse_qs(request.content.decode())


class TestLoginUrl:
    def test_has_all_that_procountor_needs_to_send_people_back(self) -> None:
        url = oauth.login_url(
            APPLICATION, login_url="https://procountor.invalid/login", state="a&b"
        )

        assert httpx2.URL(url).copy_with(query=None) == "https://procountor.invalid/login"
        assert dict(httpx2.URL(url).params) == {
            "response_type": "code",
            "client_id": "bureau",
            "redirect_uri": "https://tilisilta.invalid/authorised",
            "state": "a&b",
        }

    def test_does_not_contain_our_secret(self) -> None:
        url = oauth.login_url(APPLICATION, login_url="https://procountor.invalid/login", state="s")

        assert "very-secret" not in url


class TestGrant:
    def test_is_given_for_a_code(self) -> None:
        procountor = answering(httpx2.Response(200, json=TOKENS))

        grant = oauth.exchange_code(APPLICATION, "the-code", transport=transport_of(procountor))

        assert grant == Grant(
            access_token="new-access", refresh_token="new-refresh", expires_in_seconds=3600
        )
        assert form_of(procountor) == {
            "grant_type": ["authorization_code"],
            "code": ["the-code"],
            "redirect_uri": ["https://tilisilta.invalid/authorised"],
            "client_id": ["bureau"],
            "client_secret": ["very-secret"],
        }

    def test_is_given_for_a_refresh_token_and_may_hold_no_new_one(self) -> None:
        tokens = {"access_token": "new-access", "expires_in": 1800}
        procountor = answering(httpx2.Response(200, json=tokens))

        grant = oauth.refresh(APPLICATION, "the-refresh-token", transport=transport_of(procountor))

        assert (grant.refresh_token, grant.expires_in_seconds) == (None, 1800)
        assert form_of(procountor)["refresh_token"] == ["the-refresh-token"]

    def test_is_given_for_an_api_key(self) -> None:
        procountor = answering(httpx2.Response(200, json=TOKENS))

        oauth.token_for_api_key(APPLICATION, "the-api-key", transport=transport_of(procountor))

        form = form_of(procountor)
        assert (form["grant_type"], form["api_key"]) == (["client_credentials"], ["the-api-key"])

    @pytest.mark.parametrize("ask", ASKS)
    def test_is_requested_in_the_form_procountor_requires(self, ask: Ask) -> None:
        procountor = answering(httpx2.Response(200, json=TOKENS))

        ask(transport_of(procountor))

        (request,) = procountor.requests
        assert str(request.url) == f"{API_URL}/oauth/token"
        assert request.headers["Content-Type"] == "application/x-www-form-urlencoded"
        assert request.headers["User-Agent"] == f"Tilisilta/{__version__}"

    def test_shows_no_token(self) -> None:
        procountor = answering(httpx2.Response(200, json=TOKENS))

        grant = ASKS[0](transport_of(procountor))

        assert "new-" not in repr(grant)
        assert "very-secret" not in repr(APPLICATION)


class TestRefusal:
    @pytest.mark.parametrize("ask", ASKS)
    @pytest.mark.parametrize(
        "answer",
        [
            httpx2.Response(400, json={"error": "invalid_grant", "error_description": "x"}),
            httpx2.Response(401, json={"error": "invalid_token"}),
            httpx2.Response(401, text="<html></html>"),
            refusal(401, {"message": "Unauthorized"}),
            refusal(400, {"message": "INVALID_CODE"}),
        ],
        ids=["oauth", "other-code", "page", "envelope", "envelope-400"],
    )
    def test_ends_the_grant(self, ask: Ask, answer: httpx2.Response) -> None:
        procountor = answering(answer)

        with pytest.raises(GrantEnded):
            ask(transport_of(procountor))

        assert len(procountor.requests) == 1

    @pytest.mark.parametrize("ask", ASKS)
    @pytest.mark.parametrize("fault", ["invalid_client", "unauthorized_client"])
    def test_of_our_own_id_or_secret_ends_no_grant(self, ask: Ask, fault: str) -> None:
        answer = httpx2.Response(401, json={"error": fault})

        with pytest.raises(ApplicationRefused) as caught:
            ask(transport_of(answering(answer)))

        assert (caught.value.status, caught.value.answers) == (401, (("", fault),))

    @pytest.mark.parametrize("ask", ASKS)
    def test_by_an_unknown_address_ends_no_grant(self, ask: Ask) -> None:
        with pytest.raises(ProcountorRejected) as caught:
            ask(transport_of(answering(httpx2.Response(404))))

        assert caught.value.status == 404

    @pytest.mark.parametrize("ask", ASKS)
    @pytest.mark.parametrize(
        "answer",
        [
            httpx2.ConnectError("refused"),
            httpx2.ReadTimeout("silent"),
            httpx2.Response(302, headers={"Location": "http://elsewhere.invalid"}),
            httpx2.Response(500, text="<html></html>"),
            httpx2.Response(503),
            httpx2.Response(200, text="<html></html>"),
            httpx2.Response(200, json={"access_token": None, "refresh_token": "new-refresh"}),
        ],
        ids=repr,
    )
    def test_is_not_assumed_from_any_other_answer(
        self, ask: Ask, answer: httpx2.Response | Exception
    ) -> None:
        with pytest.raises(ProcountorUnavailable):
            ask(transport_of(answering(answer)))

    def test_reports_how_long_to_wait(self) -> None:
        answer = httpx2.Response(429, headers={"Retry-After": "9"})

        with pytest.raises(ProcountorBusy) as caught:
            ASKS[0](transport_of(answering(answer)))

        assert caught.value.retry_after_seconds == 9

    @pytest.mark.parametrize("ask", ASKS)
    @pytest.mark.parametrize("status", [200, 400, 401, 403, 404, 500])
    def test_repeats_no_secret(self, ask: Ask, status: int) -> None:
        sent = "very-secret the-code the-refresh-token the-api-key"
        errors = [{"status": status, "message": sent}]
        oauth_words = {"error": sent, "error_description": sent, "refresh_token": sent}
        answer = httpx2.Response(status, json=oauth_words | {"errors": errors})

        with pytest.raises(TilisiltaError) as caught:
            ask(transport_of(answering(answer)))

        shown = f"{caught.value!r} {vars(caught.value)} {caught.value.__cause__}"
        assert "very-secret" not in shown
        assert "the-" not in shown
