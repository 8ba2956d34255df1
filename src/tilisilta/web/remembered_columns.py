"""Which columns of a file hold what: the browser keeps what a person chose, for the next month."""

import hashlib
from collections.abc import Sequence

from django.core import signing
from django.http import HttpResponse

from tilisilta.clients.files.columns import ColumnMapping
from tilisilta.web.rights import UserRequest

COOKIE = "columns"
COOKIE_AGE_SECONDS = 400 * 24 * 60 * 60
MOST_COOKIE_CHARACTERS = 3000


def remember_columns(
    request: UserRequest,
    response: HttpResponse,
    columns: ColumnMapping,
    *,
    headers: Sequence[str] | None,
) -> None:
    """Let the browser keep the choice, so that next month's file needs no second thought."""
    key = _key_of(headers or ())
    others = {one: mapping for one, mapping in _remembered(request).items() if one != key}
    choices = {key: columns.to_mapping(), **others}
    while choices and len(signing.dumps(choices, compress=True)) > MOST_COOKIE_CHARACTERS:
        choices.popitem()
    response.set_cookie(
        COOKIE,
        signing.dumps(choices, compress=True),
        max_age=COOKIE_AGE_SECONDS,
        secure=request.is_secure(),
        httponly=True,
        samesite="Lax",
    )


def remembered_columns(request: UserRequest, headers: Sequence[str]) -> ColumnMapping | None:
    mapping = _remembered(request).get(_key_of(headers))
    return ColumnMapping.from_mapping(mapping) if mapping else None


def _remembered(request: UserRequest) -> dict[str, dict[str, str]]:
    try:
        choices: dict[str, dict[str, str]] = signing.loads(request.COOKIES.get(COOKIE, ""))
    except signing.BadSignature:
        return {}
    return choices


def _key_of(headers: Sequence[str]) -> str:
    return hashlib.sha256("\x1f".join(headers).encode()).hexdigest()[:16]
