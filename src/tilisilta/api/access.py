"""Access to the API: a token in each request, its scopes, and the rights of its user."""

from typing import cast

from allauth.core import ratelimit
from django.http import HttpRequest
from django.utils import timezone
from ninja.security import HttpBearer

from tilisilta.models import ApiToken, Area, Right, Scope, User
from tilisilta.services import audit
from tilisilta.services.api_tokens import (
    RightMissing,
    TokenNotAccepted,
    TooManyWrongTokens,
    accepted_token,
    must_allow,
)
from tilisilta.services.log_ins import record_refused_log_ins, record_refused_token
from tilisilta.web.client_address import client_address
from tilisilta.web.entrance import page_due

WRONG_TOKEN = "api_token_failed"  # noqa: S105  # the name of a count
WAIT_SECONDS = 15 * 60


class ApiRequest(HttpRequest):
    """A request whose token was accepted."""

    user: User
    auth: ApiToken


class Bearer(HttpBearer):
    """Demands a token that has ``scope``, of a user with ``right`` in ``area``.

    The user also has to be able to read the area ``also``, if there is one.
    A session counts for nothing: a page of another site cannot make a browser use the API.
    """

    def __init__(
        self,
        scope: Scope,
        area: Area | None = None,
        right: Right = Right.READ,
        *,
        also: Area | None = None,
    ) -> None:
        super().__init__()
        self.scope, self.area, self.right, self.also = scope, area, right, also

    def described(self) -> dict[str, str]:
        """Return what it demands, for the OpenAPI document."""
        if self.area is None:
            return {}
        return {
            "x-scope": self.scope.value,
            "x-area": self.area.value,
            "x-right": self.right.value,
        }

    def __call__(self, request: HttpRequest) -> ApiToken:
        """Return the token, or raise what says why it does not do."""
        found = super().__call__(request)
        if found is None:
            raise TokenNotAccepted("missing")
        return cast(ApiToken, found)

    def authenticate(self, request: HttpRequest, token: str) -> ApiToken:
        """Return the token of a request and act as its user from here on."""
        known = _accepted(request, token.strip())
        if page_due(known.user, asked="") is not None:
            address = client_address(request)
            record_refused_token(known.name, "due", user=known.user, address=address)
            raise TokenNotAccepted("due")
        if self.area is not None:
            must_allow(known, self.scope, self.area, self.right)
        if self.also is not None:
            must_allow(known, self.scope, self.also, Right.READ)
        request.user = known.user
        audit.note_token(known.name)
        return known


def must_see_all(user: User, area: Area) -> None:
    """Refuse a user who is limited to some debtors what concerns all of them."""
    if user.is_limited:
        raise RightMissing(Right.WRITE, area)


def _accepted(request: HttpRequest, secret: str) -> ApiToken:
    """Return the known token; count one that is unknown, as wrong passwords are counted.

    A right token is accepted from an address that has sent many wrong ones: its user must not be
    locked out by another program in the same office, and nobody guesses 256 bits.
    """
    address = client_address(request)
    try:
        return accepted_token(secret, now=timezone.now(), address=address)
    except TokenNotAccepted as error:
        is_unknown = error.facts["reason"] == "unknown"
        if is_unknown and not _may_try_again(request):
            record_refused_log_ins(address=address)
            raise TooManyWrongTokens(
                "Too many wrong tokens.", retry_after_seconds=WAIT_SECONDS
            ) from error
        raise


def _may_try_again(request: HttpRequest) -> bool:
    # The library counts no GET, which is a form being looked at; here each one tries a token.
    counted = HttpRequest()
    counted.method, counted.META = "POST", request.META
    return bool(ratelimit.consume(counted, action=WRONG_TOKEN))
