"""Calls of the REST API and the identity service of the sandbox."""

import base64
import hashlib
from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Any
from urllib.parse import parse_qs, quote, urlsplit

import httpx2
from tests.nmbrs_sandbox.calling import KONEPAJA, client_of

from nmbrs_sandbox.app import Sandbox
from nmbrs_sandbox.payroll.guids import Entity, guid
from nmbrs_sandbox.payroll.sample import LOGIN_OF_ALL
from nmbrs_sandbox.rest.partners import DEVELOPMENT, USUAL_SCOPES, Partner

UNKNOWN = "00000000-0000-4000-8000-000000000000"
FORMS = (
    "journals",
    "journalscostcenter",
    "journalscostcenterunit",
    "journalsdepartment",
    "journalsemployee",
    "sepa",
)

AUTHORIZE = "/identity/connect/authorize"
TOKEN = "/identity/connect/token"
REVOCATION = "/identity/connect/revocation"
VERIFIER = "v" * 64
STATE = "a-state"


@dataclass(frozen=True, kw_only=True)
class Caller:
    """A program with a subscription key and an access token."""

    client: httpx2.Client
    access_token: str
    subscription_key: str = DEVELOPMENT.subscription_key

    def ask(self, path: str, method: str = "GET", **query: Any) -> httpx2.Response:
        headers = {
            "Authorization": f"Bearer {self.access_token}",
            "X-Subscription-Key": self.subscription_key,
            "Accept": "application/json",
        }
        return self.client.request(method, path, params=query or None, headers=headers)

    def rows(self, path: str, **query: Any) -> list[dict[str, Any]]:
        """Return the rows of the first page of a list."""
        response = self.ask(path, **{"pageSize": 100, **query})
        assert response.status_code == 200, response.text
        rows: list[dict[str, Any]] = response.json()["data"]
        return rows

    def start(self, run_id: int, form: str = "journalscostcenterunit", **query: Any) -> str:
        """Begin the document of a run of Koivulammi Konepaja Oy and return its task."""
        response = self.ask(f"{run_path(run_id)}/{form}", **{"year": 2026, **query})
        assert response.status_code == 200, response.text
        task_id: str = response.json()["taskId"]
        return task_id

    def document(self, run_id: int, form: str = "journalscostcenterunit") -> httpx2.Response:
        """Return the answer that is not 202 any more."""
        task_id = self.start(run_id, form)
        for _ in range(10):
            response = self.ask(f"/api/documents/{task_id}")
            if response.status_code != 202:
                return response
        raise AssertionError("the document is never there")


def caller_of(sandbox: Sandbox, **consent: Any) -> Caller:
    """Return a program whose person has consented, for all debtors unless told."""
    tokens = sandbox.sign_in(**consent)
    return Caller(client=client_of(sandbox), access_token=tokens.access_token)


def company_path(company_id: int) -> str:
    return f"/api/companies/{guid(Entity.COMPANY, company_id)}"


def run_path(run_id: int) -> str:
    """Return the path of a run of Koivulammi Konepaja Oy."""
    return f"{company_path(KONEPAJA)}/runs/{guid(Entity.RUN, run_id)}"


def debtor_path(debtor_id: int) -> str:
    return f"/api/debtors/{guid(Entity.DEBTOR, debtor_id)}"


def refusal(response: httpx2.Response) -> tuple[int, int, str]:
    """Return status, code and title of a refusal, which must have all fields."""
    body = response.json()
    fields = {"type", "httpStatus", "code", "title", "detail", "invalid-params", "docUrl"}
    assert set(body) == fields
    assert body["httpStatus"] == response.status_code
    return response.status_code, body["code"], body["title"]


def code_of(response: httpx2.Response) -> int:
    return refusal(response)[1]


def challenge(verifier: str = VERIFIER) -> str:
    digest = hashlib.sha256(verifier.encode()).digest()
    return base64.urlsafe_b64encode(digest).decode().rstrip("=")


def question(**other: str | None) -> dict[str, str]:
    """Return the parameters of a consent, changed or (None) left out."""
    usual: dict[str, str | None] = {
        "client_id": DEVELOPMENT.client_id,
        "redirect_uri": DEVELOPMENT.redirect_uris[0],
        "response_type": "code",
        "scope": " ".join(USUAL_SCOPES),
        "state": STATE,
        "code_challenge": challenge(),
        "code_challenge_method": "S256",
    }
    return {name: value for name, value in (usual | other).items() if value is not None}


def allow(
    client: httpx2.Client,
    other: Mapping[str, str | None] = MappingProxyType({}),
    *,
    email: str = LOGIN_OF_ALL,
    debtor_ids: tuple[int, ...] = (7101, 7102, 7103),
) -> httpx2.Response:
    """Press the button of the picker, for a question with other parameters perhaps."""
    form = {"email": email, "debtor": [str(one) for one in debtor_ids], "answer": "allow"}
    return client.post(AUTHORIZE, data={**question(**other), **form})


def came_back(response: httpx2.Response) -> dict[str, str]:
    """Return what the browser brings back to the program."""
    assert response.status_code == 302, response.text
    return brought_back(response.headers["Location"])


def brought_back(address: str) -> dict[str, str]:
    assert address.startswith(DEVELOPMENT.redirect_uris[0])
    return {name: value for name, (value,) in parse_qs(urlsplit(address).query).items()}


def basic(client_id: str, secret: str, *, is_encoded: bool = True) -> dict[str, str]:
    halves = [quote(one, safe="") if is_encoded else one for one in (client_id, secret)]
    return {"Authorization": f"Basic {base64.b64encode(':'.join(halves).encode()).decode()}"}


def give(
    client: httpx2.Client,
    form: Mapping[str, str],
    *,
    partner: Partner = DEVELOPMENT,
    path: str = TOKEN,
) -> httpx2.Response:
    """Send a form to the identity service with the client's secret in the header."""
    return client.post(path, data=form, headers=basic(partner.client_id, partner.client_secret))


def exchange(client: httpx2.Client, code: str, **other: str | None) -> httpx2.Response:
    usual: dict[str, str | None] = {
        "grant_type": "authorization_code",
        "code": code,
        "redirect_uri": DEVELOPMENT.redirect_uris[0],
        "code_verifier": VERIFIER,
    }
    form = {name: value for name, value in (usual | other).items() if value is not None}
    return give(client, form)


def refresh(client: httpx2.Client, token: str | None, **other: str) -> httpx2.Response:
    return give(client, {"grant_type": "refresh_token", "refresh_token": token or "", **other})


def headers_of(caller: Caller) -> dict[str, str]:
    return {
        "Authorization": f"Bearer {caller.access_token}",
        "X-Subscription-Key": caller.subscription_key,
    }
