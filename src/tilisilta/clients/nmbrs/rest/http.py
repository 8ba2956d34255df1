"""Carries the calls of the REST API: one GET at a time, with its token and key."""

from collections.abc import Mapping
from dataclasses import dataclass
from http import HTTPStatus

import httpx2

from tilisilta.clients.nmbrs.errors import NmbrsUnavailable
from tilisilta.clients.nmbrs.http import open_http, read_in_parts
from tilisilta.clients.retry_after import seconds_to_wait


@dataclass(frozen=True, kw_only=True)
class Answer:
    """What came back. ``retry_after_seconds`` is ``None`` where Nmbrs does not say it."""

    status: int
    content: bytes
    retry_after_seconds: int | None = None

    @property
    def is_failure(self) -> bool:
        return self.status >= HTTPStatus.INTERNAL_SERVER_ERROR


class RestHttp:
    """GET requests to one host. A redirect is not followed, as the token would go with it."""

    def __init__(self, *, transport: httpx2.BaseTransport | None, timeout_seconds: float) -> None:
        self._http = open_http(transport=transport, timeout_seconds=timeout_seconds)

    def get(self, url: str, query: Mapping[str, int], headers: Mapping[str, str]) -> Answer:
        try:
            with self._http.stream("GET", url, params=dict(query), headers=headers) as answer:
                return Answer(
                    status=answer.status_code,
                    content=read_in_parts(answer),
                    retry_after_seconds=seconds_to_wait(answer.headers.get("Retry-After", "")),
                )
        except httpx2.HTTPError as error:
            # Only the kind of error and no chain: messages are logged, and the request holds the
            # token.
            kind = type(error).__name__
            raise NmbrsUnavailable(f"Nmbrs was not reached: {kind}.") from None

    def close(self) -> None:
        self._http.close()
