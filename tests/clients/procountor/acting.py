"""Short helpers that make a client with the transport, tokens and pace of a test."""

from collections.abc import Callable
from dataclasses import dataclass, field

import httpx2

from tilisilta.clients.procountor.client import AccessTokens, ProcountorClient
from tilisilta.clients.procountor.deadlines import Deadline

API_URL = "http://procountor.invalid/api"


@dataclass(kw_only=True)
class Tokens:
    """Access tokens that are given out one after the other; the last one cannot be renewed."""

    values: list[str] = field(default_factory=lambda: ["first-token", "second-token"])
    refused: list[str] = field(default_factory=list)

    def current(self) -> str:
        return self.values[0]

    def renewed(self, instead_of: str) -> str:
        assert instead_of == self.values[0]
        self.refused.append(self.values.pop(0))
        return self.values[0]


@dataclass(kw_only=True)
class Procountor:
    """Gives the answers of a test, in order, and records every request."""

    answers: list[httpx2.Response | Exception]
    requests: list[httpx2.Request] = field(default_factory=list)

    def __call__(self, request: httpx2.Request) -> httpx2.Response:
        self.requests.append(request)
        answer = self.answers.pop(0)
        if isinstance(answer, Exception):
            raise answer
        return answer


def answering(*answers: httpx2.Response | Exception) -> Procountor:
    return Procountor(answers=list(answers))


def client_of(
    procountor: Procountor | httpx2.BaseTransport,
    *,
    tokens: AccessTokens | None = None,
    pace: Callable[[], None] = lambda: None,
    api_url: str = API_URL,
) -> ProcountorClient:
    """A client that talks to ``procountor`` alone."""
    return ProcountorClient(
        api_url=api_url,
        tokens=tokens or Tokens(),
        pace=pace,
        transport=_transport(procountor),
        timeout_seconds=5,
    )


def _transport(procountor: Procountor | httpx2.BaseTransport) -> httpx2.BaseTransport:
    if isinstance(procountor, httpx2.BaseTransport):
        return procountor
    return httpx2.MockTransport(procountor)


def soon() -> Deadline:
    """Return a moment later than the end of any test."""
    return Deadline.in_seconds(3600)


def refusal(status: int, *faults: dict[str, object]) -> httpx2.Response:
    return httpx2.Response(status, json={"errors": [{"status": status} | one for one in faults]})
