"""One request to Procountor and its answer: paced, authorised, and sorted by what it means."""

from collections.abc import Callable, Mapping
from typing import NoReturn, Protocol, runtime_checkable

import httpx2

from tilisilta.clients.procountor.deadlines import Deadline
from tilisilta.clients.procountor.decoding import decode_refusal
from tilisilta.clients.procountor.errors import (
    AccessDenied,
    Answers,
    ProcountorBusy,
    ProcountorOutcomeUnknown,
    ProcountorRejected,
    ProcountorUnavailable,
    TokenRefused,
)

NOTHING_SENT = (
    httpx2.ConnectError,
    httpx2.ConnectTimeout,
    httpx2.PoolTimeout,
    httpx2.ProxyError,
    httpx2.UnsupportedProtocol,
)
"""No connection was made, so no part of the request has left."""

_REQUEST_TIMEOUT = 408


class AccessTokens(Protocol):
    """The source of the client's access tokens."""

    def current(self) -> str:
        """Return a token that should work."""

    def renewed(self, instead_of: str) -> str:
        """Return another token than ``instead_of``, which Procountor has refused."""


@runtime_checkable
class Slots(Protocol):
    """A pace whose slots can be taken before the last preparations of a request.

    Called, it waits until a request may leave.
    """

    def __call__(self) -> None:
        """Wait until a request may leave."""

    def approach(self) -> float:
        """Take a slot, wait until it is near, and return it."""

    def reach(self, slot: float) -> None:
        """Wait for ``slot``, or for a later one if it has passed."""


class Exchange:
    """Sends requests and returns the content of successful answers; all others raise.

    A request that Procountor refuses with 401 is sent once more with a new token. Nothing else is
    ever repeated here.
    """

    def __init__(
        self, http: httpx2.Client, *, tokens: AccessTokens, pace: Callable[[], None]
    ) -> None:
        self._http = http
        self._tokens = tokens
        self._pace = pace
        self._slot: float | None = None

    def take_slot(self) -> None:
        """Take the slot of the next request, so that it has hardly to wait once it is prepared."""
        if isinstance(self._pace, Slots):
            self._slot = self._pace.approach()
        else:
            self._pace()
            self._slot = 0.0

    def read(self, path: str, params: Mapping[str, str] | None = None) -> bytes:
        """Read ``path``. A read without an answer changed nothing and may be tried again."""

        def send(token: str) -> httpx2.Response:
            self._wait_for_slot()
            try:
                return self._http.get(path, params=params, headers=_authorisation(token))
            except httpx2.RequestError as error:
                raise ProcountorUnavailable(_unreached(error)) from error

        return _accepted(self._authorised(send), unanswered=ProcountorUnavailable)

    def ask(self, path: str, content: bytes) -> bytes:
        """Post a question to ``path``, which changes nothing: a report is asked for like this."""

        def send(token: str) -> httpx2.Response:
            self._wait_for_slot()
            headers = _authorisation(token) | _content_type(content)
            try:
                return self._http.post(path, content=content, headers=headers)
            except httpx2.RequestError as error:
                raise ProcountorUnavailable(_unreached(error)) from error

        return _accepted(self._authorised(send), unanswered=ProcountorUnavailable)

    def write(
        self,
        method: str,
        path: str,
        content: bytes = b"",
        *,
        not_after: Deadline | None = None,
        content_type: str = "",
    ) -> bytes:
        """Write to ``path``, unless ``not_after`` has passed before it leaves.

        Only a write that certainly did not leave may be tried again; one that left and got no clear
        answer raises ``ProcountorOutcomeUnknown``.
        """

        def send(token: str) -> httpx2.Response:
            self._wait_for_slot()
            # After the wait for a slot, which has no limit of its own.
            _must_leave_by(not_after)
            try:
                return self._http.request(
                    method,
                    path,
                    content=content,
                    headers=_authorisation(token) | _content_type(content, content_type),
                    extensions={"trace": _last_check(not_after)},
                )
            except NOTHING_SENT as error:
                raise ProcountorUnavailable(_unreached(error)) from error
            except httpx2.RequestError as error:
                raise ProcountorOutcomeUnknown(_unreached(error)) from error

        return _accepted(self._authorised(send), unanswered=ProcountorOutcomeUnknown)

    def _wait_for_slot(self) -> None:
        slot, self._slot = self._slot, None
        if slot is None:
            self._pace()
        elif isinstance(self._pace, Slots):
            # Exactly then: what was prepared meanwhile must not move requests into one second.
            self._pace.reach(slot)

    def _authorised(self, send: Callable[[str], httpx2.Response]) -> httpx2.Response:
        token = self._tokens.current()
        response = send(token)
        # Safe for a write too: a request with a refused token was not processed.
        if response.status_code == httpx2.codes.UNAUTHORIZED:
            response = send(self._tokens.renewed(token))
        if response.status_code == httpx2.codes.UNAUTHORIZED:
            raise TokenRefused("Procountor refused a new access token too.")
        return response


def retry_after_seconds(response: httpx2.Response) -> int | None:
    seconds = response.headers.get("Retry-After", "")
    return int(seconds) if seconds.isascii() and seconds.isdigit() else None


def refuse(response: httpx2.Response, answers: Answers) -> NoReturn:
    """Raise what an answer of 4xx means, with those of its messages that may be shown."""
    status = response.status_code
    if status == httpx2.codes.TOO_MANY_REQUESTS:
        raise ProcountorBusy(
            "Procountor wants fewer requests.", retry_after_seconds=retry_after_seconds(response)
        )
    kind = AccessDenied if status == httpx2.codes.FORBIDDEN else ProcountorRejected
    raise kind(
        f"Procountor refused the request with status {status}",
        status=status,
        answers=answers,
    )


def _accepted(
    response: httpx2.Response,
    *,
    unanswered: type[ProcountorUnavailable] | type[ProcountorOutcomeUnknown],
) -> bytes:
    if response.is_success:
        return response.content
    # 408 is a time-out of the gateway, after which a write may have happened, just as with a 5xx.
    if response.is_client_error and response.status_code != _REQUEST_TIMEOUT:
        refuse(response, decode_refusal(response.content))
    # A redirect too: a gateway may have sent it after the request had reached Procountor.
    raise unanswered(f"Procountor answered with status {response.status_code}.")


def _must_leave_by(not_after: Deadline | None) -> None:
    if not_after is not None and not_after.has_passed():
        raise ProcountorUnavailable("The request was ready to leave too late, and was not sent.")


def _last_check(not_after: Deadline | None) -> Callable[[str, object], None]:
    """Check the time again once connected, right before the first byte of the request leaves.

    Name resolution and connecting have no time limit that we could rely on.
    """

    def check(event: str, _: object) -> None:
        # The HTTP library reports each stage of a request here; an exception aborts the request.
        if event == "http11.send_request_headers.started":
            _must_leave_by(not_after)

    return check


def _authorisation(token: str) -> dict[str, str]:
    return {"Authorization": f"Bearer {token}"}


def _content_type(content: bytes, kind: str = "") -> dict[str, str]:
    return {"Content-Type": kind or "application/json"} if content else {}


def _unreached(error: httpx2.RequestError) -> str:
    if isinstance(error, httpx2.TimeoutException):
        return "Procountor gave no answer in time."
    return "The connection to Procountor broke before an answer came."
