import httpx2
import pytest
from tests.procountor_sandbox.calling import (
    client_of,
    messages,
    signed_in,
    token_form,
)
from tests.sandbox_parts.clock import SetClock

from procountor_sandbox.app import Sandbox
from procountor_sandbox.sample import API_CLIENT


class TestApiKeys:
    @pytest.mark.parametrize(
        "prefix", ["api", "latest/api", "supported/api", "v2602/api", "v2511/api"]
    )
    def test_give_a_token_for_an_hour_under_every_version(
        self, sandbox: Sandbox, prefix: str
    ) -> None:
        client = client_of(sandbox, "http://sandbox/")

        answer = client.post(f"{prefix}/oauth/token/", data=token_form())

        assert answer.status_code == 200
        assert answer.json()["token_type"] == "bearer"
        assert answer.json()["expires_in"] == 3600
        assert "refresh_token" not in answer.json()

    @pytest.mark.parametrize("prefix", ["v2603/api", "v1/api", "api/latest", "newest/api"])
    def test_are_not_found_under_an_unknown_version(self, sandbox: Sandbox, prefix: str) -> None:
        client = client_of(sandbox, "http://sandbox/")

        answer = client.post(f"{prefix}/oauth/token", data=token_form())

        assert answer.status_code in {401, 404}
        assert "access_token" not in answer.text

    def test_bind_the_token_to_one_company(self, sandbox: Sandbox) -> None:
        client = signed_in(sandbox, 1006)

        session = client.get("sessioninfo").json()

        assert session["companyId"] == 50106
        assert session["name"] == "Skärgårdens Bygg AB"

    @pytest.mark.parametrize(
        "changes", [{"api_key": "unknown"}, {"client_id": "unknown"}, {"client_secret": "wrong"}]
    )
    def test_are_refused_when_something_is_wrong(
        self, sandbox: Sandbox, changes: dict[str, str]
    ) -> None:
        answer = client_of(sandbox).post("oauth/token", data=token_form(**changes))

        assert answer.status_code == 401
        assert set(answer.json()) == {"error", "error_description"}

    def test_work_with_basic_authentication_and_a_redirect_uri_too(self, sandbox: Sandbox) -> None:
        form = {
            "grant_type": "client_credentials",
            "api_key": "SANDBOX-KEY-1001",
            "scope": "*",
            "redirect_uri": "http://anything",
        }

        answer = client_of(sandbox).post(
            "oauth/token", data=form, auth=(API_CLIENT.client_id, API_CLIENT.client_secret)
        )

        assert answer.status_code == 200

    def test_are_not_taken_from_the_address(self, sandbox: Sandbox) -> None:
        answer = client_of(sandbox).post("oauth/token", params=token_form(), data=token_form())

        assert answer.status_code == 400
        assert answer.json()["error"] == "invalid_request"

    def test_are_refused_with_a_charset(self, sandbox: Sandbox) -> None:
        kind = "application/x-www-form-urlencoded; charset=utf-8"

        answer = client_of(sandbox).post(
            "oauth/token", data=token_form(), headers={"Content-Type": kind}
        )

        assert answer.status_code == 400
        assert answer.json()["error"] == "invalid_request"

    @pytest.mark.parametrize(
        ("form", "error"),
        [
            (token_form(api_key=""), "invalid_request"),
            (token_form(grant_type=""), "invalid_request"),
            (token_form(grant_type="password"), "unsupported_grant_type"),
        ],
    )
    def test_need_the_whole_form(self, sandbox: Sandbox, form: dict[str, str], error: str) -> None:
        answer = client_of(sandbox).post("oauth/token", data=form)

        assert answer.status_code == 400
        assert answer.json()["error"] == error

    def test_are_not_asked_for_with_get(self, sandbox: Sandbox) -> None:
        answer = client_of(sandbox).get("oauth/token")

        assert answer.status_code == 405


class TestAccessToken:
    def test_ends_after_an_hour(self, caller: httpx2.Client, clock: SetClock) -> None:
        clock.advance(minutes=59)
        before = caller.get("sessioninfo")
        clock.advance(minutes=1)
        after = caller.get("sessioninfo")

        assert before.status_code == 200
        assert after.status_code == 401
        assert messages(after) == [(None, "Unauthorized")]

    @pytest.mark.parametrize(
        "value", ["", "Bearer", "Bearer a.b.c", "Basic abc", "Bearer ..", "Token x"]
    )
    def test_is_needed_and_has_to_be_ours(self, sandbox: Sandbox, value: str) -> None:
        answer = client_of(sandbox).get("company", headers={"Authorization": value})

        assert answer.status_code == 401

    def test_cannot_be_altered(self, caller: httpx2.Client) -> None:
        head, body, signature = caller.headers["Authorization"].split(".")

        answer = caller.get(
            "company", headers={"Authorization": f"{head}.{body[:-2]}AA.{signature}"}
        )

        assert answer.status_code == 401

    def test_ends_when_its_grant_is_revoked(self, sandbox: Sandbox, caller: httpx2.Client) -> None:
        ended = sandbox.revoke(company_id=50101)

        assert ended == 1
        assert caller.get("company").status_code == 401
        assert caller.post("oauth/token", data=token_form()).status_code == 401
        assert signed_in(sandbox, 1002).get("company").status_code == 200

    def test_ends_by_signing_out_while_the_key_lives_on(
        self, sandbox: Sandbox, caller: httpx2.Client
    ) -> None:
        signed_out = caller.post("http://sandbox/logout")

        assert signed_out.status_code == 200
        assert caller.get("company").status_code == 401
        assert caller.post("http://sandbox/logout").status_code == 401
        assert signed_in(sandbox).get("company").status_code == 200
