"""The columns a person chose for a file, remembered in a cookie for the next month."""

import hashlib
from collections.abc import Sequence

from django.core import signing
from django.http import HttpResponse

from tilisilta.clients.files.columns import ColumnMapping
from tilisilta.web.rights import UserRequest

COOKIE = "columns"
COOKIE_AGE_SECONDS = 400 * 24 * 60 * 60
# Browsers drop a cookie of more than 4096 bytes, name and attributes included.
MOST_COOKIE_CHARACTERS = 3000


def remember_columns(
    request: UserRequest,
    response: HttpResponse,
    columns: ColumnMapping,
    *,
    headers: Sequence[str] | None,
) -> None:
    """Store the choice in a cookie, so that next month's file needs no question."""
    key = _key_of(headers or ())
    others = {one: mapping for one, mapping in _remembered(request).items() if one != key}
    choices = {key: columns.to_mapping(), **others}
    # The newest choice stands first, so the oldest are dropped.
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
