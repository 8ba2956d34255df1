"""Tokens and consents when the identity service, the database or people do odd things."""

import json
from datetime import timedelta
from typing import Any

import httpx2
import pytest
from cryptography.fernet import Fernet
from django.db import InterfaceError, OperationalError, connection
from django.utils import timezone
from pytest_django import Settings
from tests.bureau import a_rest_connection, answer_of_nmbrs

from nmbrs_sandbox.app import Sandbox
from tilisilta.clients.nmbrs.errors import NmbrsUnavailable
from tilisilta.clients.nmbrs.rest import identity
from tilisilta.clients.nmbrs.rest.identity_errors import ConsentEnded, ConsentLost
from tilisilta.errors import TilisiltaError
from tilisilta.models import NmbrsConnection, NmbrsGrant
from tilisilta.models.encryption import KeysDoNotFit
from tilisilta.services.fetching import consents, grants
from tilisilta.services.fetching.connections import ConnectionNameTaken
from tilisilta.services.fetching.grants import GrantTokens, keep_alive
from tilisilta.services.fetching.registration import registration, transport
from tilisilta.services.fetching.revoking import disconnect

pytestmark = pytest.mark.django_db

GOOD = {
    "access_token": "a-new-one",
    "refresh_token": "r-new-one",
    "expires_in": 3600,
    "token_type": "Bearer",
    "scope": "company.info.read document.read",
}


def expired() -> NmbrsGrant:
    NmbrsGrant.objects.update(access_token_expires_at=timezone.now())
    return NmbrsGrant.objects.select_related("connection").get()


def answering(settings: Settings, **changed: Any) -> list[httpx2.Request]:
    """Let the identity service answer with new tokens, changed; ``...`` leaves a field out."""
    asked: list[httpx2.Request] = []
    body = {name: value for name, value in {**GOOD, **changed}.items() if value is not ...}

    def answer(request: httpx2.Request) -> httpx2.Response:
        asked.append(request)
        return httpx2.Response(200, content=json.dumps(body).encode())

    settings.NMBRS_TRANSPORT = httpx2.MockTransport(answer)
    return asked


class TestAnAnswerWithOddFields:
    @pytest.mark.parametrize(
        "odd",
        [
            {"expires_in": None},
            {"expires_in": "3600"},
            {"expires_in": 3599.5},
            {"expires_in": "soon"},
            {"expires_in": 10**15},
            {"expires_in": -1},
            {"expires_in": ...},
            {"expires_in": {"seconds": 3600}},
            {"scope": None},
            {"scope": ["company.info.read", "document.read"]},
            {"scope": 7},
            {"scope": ...},
            {"token_type": None},
            {"id_token": {"more": 1}},
        ],
    )
    def test_loses_no_token_that_it_gives(
        self, nmbrs: Sandbox, settings: Settings, odd: dict[str, Any]
    ) -> None:
        a_rest_connection(nmbrs)
        grant = expired()
        answering(settings, **odd)

        assert GrantTokens(grant).current() == "a-new-one"

        stored = NmbrsGrant.objects.get()
        assert (stored.state, stored.refresh_token) == ("given", "r-new-one")
        assert stored.access_token_expires_at is not None
        lives = stored.access_token_expires_at - timezone.now()
        assert timedelta(seconds=90) < lives <= timedelta(days=1)
        assert all(isinstance(scope, str) for scope in stored.scopes_granted)

    def test_keeps_the_token_for_renewing_where_no_other_is_given(
        self, nmbrs: Sandbox, settings: Settings
    ) -> None:
        a_rest_connection(nmbrs)
        grant = expired()
        before = grant.refresh_token
        answering(settings, refresh_token=None)

        assert GrantTokens(grant).current() == "a-new-one"
        assert NmbrsGrant.objects.get().refresh_token == before

    @pytest.mark.parametrize("empty", ["", None, 7, ["x"]])
    def test_without_an_access_token_is_a_lost_answer(
        self, nmbrs: Sandbox, settings: Settings, empty: Any
    ) -> None:
        a_rest_connection(nmbrs)
        grant = expired()
        asked = answering(settings, access_token=empty)

        for _ in range(3):
            with pytest.raises(ConsentLost):
                GrantTokens(grant).current()
        assert len(asked) == 1

    def test_of_a_short_life_does_not_renew_at_each_call(
        self, nmbrs: Sandbox, settings: Settings
    ) -> None:
        a_rest_connection(nmbrs)
        tokens = GrantTokens(expired())
        asked = answering(settings, expires_in=30)

        for _ in range(5):
            tokens.current()

        assert len(asked) == 1


class TestAnAnswerOfAnotherStatus:
    @pytest.mark.parametrize("status", [408, 500, 502, 503, 504])
    def test_that_may_have_used_the_token_is_a_lost_one(
        self, nmbrs: Sandbox, settings: Settings, status: int
    ) -> None:
        a_rest_connection(nmbrs)
        grant = expired()
        settings.NMBRS_TRANSPORT = httpx2.MockTransport(
            lambda _: httpx2.Response(status, json={"error": "invalid_grant"})
        )

        with pytest.raises(ConsentLost):
            GrantTokens(grant).current()

    @pytest.mark.parametrize("status", [301, 302, 307, 400, 401, 403, 404, 413, 421, 429])
    def test_that_did_not_look_at_the_token_keeps_it(
        self, nmbrs: Sandbox, settings: Settings, status: int
    ) -> None:
        a_rest_connection(nmbrs)
        grant = expired()
        before = grant.refresh_token
        asked: list[str] = []

        def answer(request: httpx2.Request) -> httpx2.Response:
            asked.append(request.url.host)
            headers = {"Location": "https://evil.example/connect/token"}
            return httpx2.Response(status, headers=headers, html="<html>Gateway</html>")

        settings.NMBRS_TRANSPORT = httpx2.MockTransport(answer)
        with pytest.raises(TilisiltaError) as raised:
            GrantTokens(grant).current()
        assert not isinstance(raised.value, (ConsentEnded, ConsentLost))
        assert "evil.example" not in asked

        settings.NMBRS_TRANSPORT = httpx2.WSGITransport(app=nmbrs)
        assert GrantTokens(grant).current()
        assert NmbrsGrant.objects.get().refresh_token != before

    @pytest.mark.parametrize(
        ("error", "is_lost"),
        [
            (httpx2.ConnectError("no route"), False),
            (httpx2.ConnectTimeout("no answer"), False),
            (httpx2.ReadTimeout("no answer"), True),
            (httpx2.WriteTimeout("no answer"), True),
            (httpx2.ReadError("reset"), True),
            (httpx2.WriteError("reset"), True),
            (httpx2.RemoteProtocolError("cut"), True),
        ],
    )
    def test_none_at_all_is_lost_unless_nothing_was_sent(
        self, nmbrs: Sandbox, settings: Settings, error: Exception, is_lost: bool
    ) -> None:
        a_rest_connection(nmbrs)
        grant = expired()

        def fail(_: httpx2.Request) -> httpx2.Response:
            raise error

        settings.NMBRS_TRANSPORT = httpx2.MockTransport(fail)
        with pytest.raises(TilisiltaError) as raised:
            GrantTokens(grant).current()

        assert isinstance(raised.value, ConsentLost) is is_lost
        assert NmbrsGrant.objects.get().state == ("lost" if is_lost else "given")


class TestStoring:
    def test_is_tried_again_after_the_database_was_away(
        self, nmbrs: Sandbox, settings: Settings, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        a_rest_connection(nmbrs)
        grant = expired()
        errors = iter([OperationalError("gone"), InterfaceError("connection already closed")])
        store = grants._store_renewed

        def failing(*args: Any, **more: Any) -> None:
            error = next(errors, None)
            if error is not None:
                raise error
            store(*args, **more)

        monkeypatch.setattr(grants, "_store_renewed", failing)
        monkeypatch.setattr("time.sleep", lambda _: None)

        assert GrantTokens(grant).current()
        assert NmbrsGrant.objects.get().state == "given"


class TestAKeyThatIsMissing:
    def test_sends_nothing_and_heals_with_the_key(self, nmbrs: Sandbox, settings: Settings) -> None:
        a_rest_connection(nmbrs)
        expired()
        keys = settings.ENCRYPTION_KEYS
        settings.ENCRYPTION_KEYS = [Fernet.generate_key().decode()]

        with pytest.raises(KeysDoNotFit):
            GrantTokens(NmbrsGrant.objects.get()).current()
        assert keep_alive(timezone.now() + timedelta(days=8)) == 0

        settings.ENCRYPTION_KEYS = keys
        assert GrantTokens(NmbrsGrant.objects.get()).current()

    def test_of_the_token_for_renewing_alone_leaves_no_renewal_begun(
        self, nmbrs: Sandbox, settings: Settings
    ) -> None:
        a_rest_connection(nmbrs)
        expired()
        stored = Fernet(Fernet.generate_key()).encrypt(b"r").decode()
        # Not through the field, which would encrypt it with our key.
        _store_as_it_is(stored)

        with pytest.raises(KeysDoNotFit):
            GrantTokens(NmbrsGrant.objects.get()).current()

        assert NmbrsGrant.objects.get().renewal_began_at is None


def _store_as_it_is(stored: str) -> None:
    with connection.cursor() as cursor:
        cursor.execute("UPDATE tilisilta_nmbrsgrant SET refresh_token = %s", [stored])


class TestTokensThatNobodyKeeps:
    def test_are_given_back_when_somebody_disconnected_meanwhile(
        self, nmbrs: Sandbox, settings: Settings
    ) -> None:
        made = a_rest_connection(nmbrs)
        grant = expired()
        carrying = httpx2.WSGITransport(app=nmbrs)
        given: list[str] = []

        def meanwhile(request: httpx2.Request) -> httpx2.Response:
            settings.NMBRS_TRANSPORT = carrying
            answer = carrying.handle_request(request)
            given.append(json.loads(answer.read())["refresh_token"])
            disconnect(made, user=None)
            return answer

        settings.NMBRS_TRANSPORT = httpx2.MockTransport(meanwhile)
        with pytest.raises(NmbrsUnavailable):
            GrantTokens(grant).current()

        assert not is_alive(given[0])

    def test_are_given_back_when_the_name_was_taken_meanwhile(
        self, nmbrs: Sandbox, settings: Settings
    ) -> None:
        asked = consents.ask_for_consent(
            user=None, now=timezone.now(), name="Kirnu", first_year=2026
        )
        back = answer_of_nmbrs(nmbrs, asked.url)
        NmbrsConnection.objects.create(name="Kirnu", first_year=2026)
        given: list[str] = []
        carrying = httpx2.WSGITransport(app=nmbrs)

        def noting(request: httpx2.Request) -> httpx2.Response:
            answer = carrying.handle_request(request)
            content = answer.read()
            if request.url.path.endswith("/token"):
                given.append(json.loads(content)["refresh_token"])
            return httpx2.Response(answer.status_code, content=content, headers=answer.headers)

        settings.NMBRS_TRANSPORT = httpx2.MockTransport(noting)
        with pytest.raises(ConnectionNameTaken):
            consents.take_answer(consents.Answer(**back), user=None, now=timezone.now())

        settings.NMBRS_TRANSPORT = carrying
        assert len(given) == 1
        assert not is_alive(given[0])
        assert not NmbrsGrant.objects.exists()


def is_alive(refresh_token: str) -> bool:
    """Return whether the stand-in still renews by a token; it is used up by that."""
    try:
        identity.refresh(registration(), refresh_token, transport=transport())
    except ConsentEnded:
        return False
    return True
