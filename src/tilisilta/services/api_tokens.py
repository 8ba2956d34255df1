"""Tokens of the API: made, shown once, checked with each request, and revoked."""

import hashlib
import secrets
from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.core.exceptions import ValidationError
from django.db import IntegrityError, transaction
from django.db.models import Exists, OuterRef, Q, QuerySet
from django.utils.timezone import localdate
from django.utils.translation import gettext as _

from tilisilta.domain.personal_codes import find_personal_codes
from tilisilta.domain.problems import ProblemCode
from tilisilta.errors import NeedsAttention, TryAgainLater
from tilisilta.models import ApiToken, Area, Right, Scope, User
from tilisilta.services import audit
from tilisilta.services.log_ins import record_refused_token

PREFIX = "tilisilta_"
RANDOM_BYTES = 32
SHOWN_CHARACTERS = len(PREFIX) + 6
LONGEST_DAYS = 366
USUAL_DAYS = 90
MOST_NAME_CHARACTERS = 80
NOTED_AFTER = timedelta(hours=1)
"""Until then a use of a token is not written down again, as programs poll."""


class TokenNotAccepted(NeedsAttention):
    """A request without a token, or with one that is unknown, expired, revoked or of no use now."""

    code = ProblemCode.TOKEN_NOT_ACCEPTED

    def __init__(self, reason: str, *, on: datetime | None = None) -> None:
        super().__init__(f"The token is not accepted: {reason}.")
        self.facts = {"reason": reason, **({"date": str(localdate(on))} if on else {})}


class TokenNotAllowed(NeedsAttention):
    """The token lacks the scope, or its user the right."""

    code = ProblemCode.TOKEN_NOT_ALLOWED


class ScopeMissing(TokenNotAllowed):
    """The token was not made for this."""

    def __init__(self, scope: Scope) -> None:
        super().__init__(f"The scope {scope.value} is missing.")
        self.facts = {"reason": "scope", "scope": scope.value}


class RightMissing(TokenNotAllowed):
    """The user template of the token's user does not allow this."""

    def __init__(self, right: Right, area: Area) -> None:
        super().__init__(f"The right {right.value} to {area.value} is missing.")
        self.facts = {"reason": "right", "right": right.value, "area": area.value}


class TooManyWrongTokens(TryAgainLater):
    """Too many unknown tokens came from one address."""

    code = ProblemCode.TOO_MANY_WRONG_TOKENS


class TokenNameTaken(NeedsAttention):
    """The user has another token of this name that is not revoked."""

    code = ProblemCode.TOKEN_NAME_TAKEN

    def __init__(self, name: str) -> None:
        super().__init__(f"There is already a token named {name}.")
        self.facts = {"name": name}


@dataclass(frozen=True, kw_only=True)
class MadeToken:
    """A new token with its secret, which is shown now and never again."""

    token: ApiToken
    secret: str


def create_token(
    owner: User,
    *,
    name: str,
    scopes: Collection[Scope],
    days: int,
    user: User | None,
    now: datetime,
) -> MadeToken:
    """Make a token of ``owner``; ``user`` is who asked, ``None`` for the command line.

    Raises ``TokenNameTaken``, or Django's ``ValidationError``.
    """
    name = " ".join(name.split())
    _must_be_possible(name, scopes, days)
    secret = PREFIX + secrets.token_urlsafe(RANDOM_BYTES)
    token = ApiToken(
        user=owner,
        name=name,
        start=secret[:SHOWN_CHARACTERS],
        digest=_digest(secret),
        scopes=[scope.value for scope in Scope if scope in scopes],
        created_at=now,
        expires_at=now + timedelta(days=days),
    )
    try:
        with transaction.atomic():
            token.save(force_insert=True)
            audit.record(
                audit.Action.TOKEN_CREATED,
                user=user,
                about=owner,
                token=token.name,
                name=owner.username,
                scopes=", ".join(token.scopes),
                date=str(localdate(token.expires_at)),
            )
    except IntegrityError as error:
        raise TokenNameTaken(name) from error
    return MadeToken(token=token, secret=secret)


def revoke_token(token: ApiToken, *, user: User | None, now: datetime) -> ApiToken:
    """Revoke ``token`` for good. One that is revoked already stays as it is."""
    with transaction.atomic():
        alive = ApiToken.objects.filter(pk=token.pk, revoked_at__isnull=True)
        if alive.update(revoked_at=now):
            audit.record(
                audit.Action.TOKEN_REVOKED,
                user=user,
                about=token.user,
                token=token.name,
                name=token.user.username,
            )
    token.refresh_from_db()
    return token


def tokens_of(owner: User) -> QuerySet[ApiToken]:
    """Return the tokens of ``owner`` that are not revoked, the newest first."""
    return ApiToken.objects.filter(user=owner, revoked_at__isnull=True)


def accepted_token(secret: str, *, now: datetime, address: str) -> ApiToken:
    """Return the token of ``secret``, with its user, template and limits; note that it is used.

    Raises ``TokenNotAccepted``. What was refused is recorded in the audit log, not each time.
    """
    token = _known(secret)
    if token is None:
        record_refused_token("", "unknown", user=None, address=address)
        raise TokenNotAccepted("unknown")
    refused = _refusal(token, now)
    if refused is not None:
        reason = refused.facts["reason"]
        record_refused_token(token.name, reason, user=token.user, address=address)
        raise refused
    _note_used(token, now)
    return token


def must_allow(token: ApiToken, scope: Scope, area: Area, right: Right) -> None:
    """Raise ``ScopeMissing`` or ``RightMissing`` unless ``token`` may be used for this."""
    if not token.allows(scope):
        raise ScopeMissing(scope)
    if not token.user.can(right, area):
        raise RightMissing(right, area)


def _known(secret: str) -> ApiToken | None:
    """Return the token in one query; every request needs all that it reads."""
    if not secret.startswith(PREFIX) or not secret.isascii():
        return None
    chosen = User.debtors.through.objects.filter(user=OuterRef("user"))
    tokens = ApiToken.objects.select_related("user__template").annotate(
        is_any_chosen=Exists(chosen)
    )
    token = tokens.filter(digest=_digest(secret)).first()
    if token is not None and not token.is_any_chosen:
        token.user.chosen_debtor_ids = ()
    return token


def _refusal(token: ApiToken, now: datetime) -> TokenNotAccepted | None:
    if token.revoked_at is not None:
        return TokenNotAccepted("revoked", on=token.revoked_at)
    if now >= token.expires_at:
        return TokenNotAccepted("expired", on=token.expires_at)
    return None if token.user.is_active else TokenNotAccepted("closed")


def _note_used(token: ApiToken, now: datetime) -> None:
    if token.last_used_at is None or token.last_used_at < now - NOTED_AFTER:
        due = Q(last_used_at__isnull=True) | Q(last_used_at__lt=now - NOTED_AFTER)
        # Asked again in the database, as several requests come at once.
        ApiToken.objects.filter(due, pk=token.pk).update(last_used_at=now)


def _digest(secret: str) -> str:
    # A plain digest is enough: nobody can try out 256 random bits, as they could a password.
    return hashlib.sha256(secret.encode()).hexdigest()


def _must_be_possible(name: str, scopes: Collection[Scope], days: int) -> None:
    faults: dict[str, str] = {}
    if not name or len(name) > MOST_NAME_CHARACTERS or find_personal_codes(name):
        faults["name"] = _(
            "Give a name of at most 80 characters, without a personal identity code."
        )
    if not scopes:
        faults["scopes"] = _("Choose at least one scope.")
    if not 1 <= days <= LONGEST_DAYS:
        faults["days"] = _("A token is good for 1 to 366 days.")
    if faults:
        raise ValidationError(faults)
