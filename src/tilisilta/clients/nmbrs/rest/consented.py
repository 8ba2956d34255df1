"""Asks Nmbrs by REST whose consent it is, and which debtors it covers."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, Protocol, TypeVar

import httpx2
from pydantic import BaseModel, ConfigDict, ValidationError

from tilisilta import __version__
from tilisilta.clients.nmbrs.errors import (
    NmbrsAccessDenied,
    NmbrsAnswerUnknown,
    NmbrsRefused,
    NmbrsUnavailable,
)
from tilisilta.clients.nmbrs.rest.identity_errors import ConsentEnded, SubscriptionKeyRefused

PAGE_SIZE = 100
# More debtors than any bureau has: a list that does not end must not be read for ever.
MOST_PAGES = 200
_TIMEOUT_SECONDS = 30
_DENIED = frozenset({"40303", "40305"})

P = TypeVar("P", bound=BaseModel)


class Tokens(Protocol):
    """The access tokens of a consent."""

    def current(self) -> str:
        """Return a token that should work."""

    def renew(self, refused: str) -> str:
        """Return another token than the one that was refused."""


@dataclass(frozen=True, kw_only=True)
class ConsentedDebtor:
    """A debtor that a consent covers. ``number`` is a text in Nmbrs, such as 007."""

    guid: str
    number: str
    name: str


class ConsentedApi:
    """The two calls that tell whom and what a consent is for; each is noted before it is made."""

    def __init__(
        self,
        *,
        base_url: str,
        subscription_key: str,
        tokens: Tokens,
        transport: httpx2.BaseTransport | None,
        note_call: Callable[[], None],
    ) -> None:
        self._base_url = base_url.rstrip("/")
        self._subscription_key = subscription_key
        self._tokens = tokens
        self._transport = transport
        self._note_call = note_call

    def login_email(self) -> str:
        """Return the e-mail of the log-in that consented; empty if Nmbrs says none."""
        rows = self._page("/api/user/info", 1, _UserPage).data
        return next((row.email for row in rows if row.email), "")

    def debtors(self) -> tuple[ConsentedDebtor, ...]:
        """Return the debtors of all pages, each once: a list may move while it is read."""
        found: dict[str, ConsentedDebtor] = {}
        # By counting: the address of a next page could lead a token to another host.
        for number in range(1, MOST_PAGES + 1):
            page = self._page("/api/debtors", number, _DebtorPage)
            for row in page.data:
                found[row.debtorId] = ConsentedDebtor(
                    guid=row.debtorId, number=row.number.strip(), name=row.name.strip()
                )
            if not page.data or number >= page.pagination.totalPages:
                break
        return tuple(found.values())

    def _page(self, path: str, number: int, form: type[P]) -> P:
        answer = self._ask(path, {"pageNumber": number, "pageSize": PAGE_SIZE})
        try:
            return form.model_validate_json(answer.content)
        except ValidationError:
            # Not chained, as its message may quote the answer.
            raise NmbrsAnswerUnknown(path, "known form") from None

    def _ask(self, path: str, query: Mapping[str, int]) -> httpx2.Response:
        token = self._tokens.current()
        answer = self._get(path, query, token)
        if answer.status_code == httpx2.codes.UNAUTHORIZED and _code_of(answer):
            answer = self._get(path, query, self._tokens.renew(token))
        _must_be_good(path, answer)
        return answer

    def _get(self, path: str, query: Mapping[str, int], token: str) -> httpx2.Response:
        headers = {
            "User-Agent": f"Tilisilta/{__version__}",
            "Accept": "application/json",
            "Authorization": f"Bearer {token}",
            "X-Subscription-Key": self._subscription_key,
        }
        self._note_call()
        with httpx2.Client(
            transport=self._transport, timeout=_TIMEOUT_SECONDS, follow_redirects=False
        ) as http:
            try:
                return http.get(f"{self._base_url}{path}", params=dict(query), headers=headers)
            except httpx2.RequestError as error:
                # Only the kind of error: messages are logged, and the request holds the token.
                kind = type(error).__name__
                raise NmbrsUnavailable(f"Nmbrs was not reached: {kind}.") from error


class _Pagination(BaseModel):
    totalPages: int = 1  # noqa: N815  # Nmbrs' own name


class _Row(BaseModel):
    model_config = ConfigDict(coerce_numbers_to_str=True, hide_input_in_errors=True)


class _User(_Row):
    email: str | None = None


class _Debtor(_Row):
    debtorId: str  # noqa: N815  # Nmbrs' own name
    number: str = ""
    name: str = ""


class _UserPage(BaseModel):
    data: tuple[_User, ...] = ()


class _DebtorPage(BaseModel):
    pagination: _Pagination = _Pagination()
    data: tuple[_Debtor, ...] = ()


def _must_be_good(path: str, answer: httpx2.Response) -> None:
    if answer.is_success:
        return
    status, code = answer.status_code, _code_of(answer)
    if status == httpx2.codes.UNAUTHORIZED:
        # The gateway answers without a code, before Nmbrs has seen the token.
        raise ConsentEnded if code else SubscriptionKeyRefused
    if answer.is_server_error or answer.is_redirect or status == httpx2.codes.TOO_MANY_REQUESTS:
        raise NmbrsUnavailable(f"Nmbrs answered with status {status}.")
    if code in _DENIED:
        raise NmbrsAccessDenied(path, number=code)
    raise NmbrsRefused(path, number=code or str(status))


def _code_of(answer: httpx2.Response) -> str:
    """Return Nmbrs' own code of an error; empty for an answer of the gateway."""
    try:
        body: Any = answer.json()
    except ValueError:
        return ""
    code = str(body.get("code") or "") if isinstance(body, dict) else ""
    return code if code.isdecimal() else ""
