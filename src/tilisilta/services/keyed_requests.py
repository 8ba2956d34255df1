"""Requests with an idempotency key: carried out once, answered the same each time."""

import hashlib
import uuid
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db import IntegrityError, transaction

from tilisilta.domain.problems import ProblemCode
from tilisilta.errors import NeedsAttention, TryAgainLater
from tilisilta.models import KeyedRequest, User

KEPT_FOR = timedelta(hours=24)
ABANDONED_AFTER = timedelta(minutes=5)
"""A request that has no answer by then was cut off: the next one with its key is carried out."""
MOST_KEY_CHARACTERS = 255
_LOWEST_FAULT = 500
_NAMESPACE = uuid.UUID("5d0c2c1e-2b7a-4f0e-9a54-6a3f6f2a1b90")


class KeyUsedOtherwise(NeedsAttention):
    """The key came with another request before; nothing was done."""

    code = ProblemCode.KEY_USED_OTHERWISE


class RequestUnderWay(TryAgainLater):
    """The same request is being carried out; its answer comes in a moment."""

    code = ProblemCode.REQUEST_UNDER_WAY


@dataclass(frozen=True, kw_only=True)
class KeptAnswer:
    """An answer: its status, and its body as it was first given."""

    status: int
    body: str


def answer_once(
    key: str, *parts: str, user: User, now: datetime, act: Callable[[], KeptAnswer]
) -> KeptAnswer:
    """Return the answer of ``act``; the one kept where the request with ``key`` came before.

    ``parts`` are all that the request asks for. ``act`` must be safe to repeat after a process was
    cut off in it, as asking for a sending is. A fault is not kept. Raises ``KeyUsedOtherwise`` or
    ``RequestUnderWay``, and whatever ``act`` raises: then the key is free again.
    """
    digest = hashlib.sha256("\0".join(parts).encode()).hexdigest()
    claimed = _claimed(key, digest, user=user, now=now)
    if isinstance(claimed, KeptAnswer):
        return claimed
    mine = KeyedRequest.objects.filter(pk=claimed.pk, begun_at=claimed.begun_at)
    try:
        answer = act()
    except BaseException:
        mine.delete()
        raise
    if answer.status >= _LOWEST_FAULT:
        mine.delete()
    else:
        mine.update(status=answer.status, answer=answer.body)
    return answer


def id_of_request(key: str, user: User) -> uuid.UUID:
    """Return an id for what the request with ``key`` makes, while it is carried out.

    A request that was cut off and comes again has the same, so that it finds what was made.
    """
    row = KeyedRequest.objects.get(user=user, key=key)
    return uuid.uuid5(_NAMESPACE, f"{row.pk} {row.digest}")


def first_asked(key: str, user: User) -> datetime:
    """Return when the request with ``key`` came first, while it is carried out."""
    return KeyedRequest.objects.get(user=user, key=key).expires_at - KEPT_FOR


def _claimed(key: str, digest: str, *, user: User, now: datetime) -> KeyedRequest | KeptAnswer:
    """Return a row of one's own for the key, or the answer that is there."""
    # Of all users: what was answered is kept no longer than it is promised.
    KeyedRequest.objects.filter(expires_at__lte=now).delete()
    try:
        with transaction.atomic():
            return KeyedRequest.objects.create(
                user=user, key=key, digest=digest, begun_at=now, expires_at=now + KEPT_FOR
            )
    except IntegrityError:
        # It came before, perhaps only now: the database lets one of two at once have the key.
        pass
    known = KeyedRequest.objects.filter(user=user, key=key).first()
    if known is None:
        raise RequestUnderWay("The other request has just ended.", retry_after_seconds=1)
    if known.digest != digest:
        raise KeyUsedOtherwise(f"The key of request {known.pk} came with another request.")
    if known.status is not None:
        return KeptAnswer(status=known.status, body=known.answer)
    return _taken_over(known, now)


def _taken_over(known: KeyedRequest, now: datetime) -> KeyedRequest:
    """Take over a request that was cut off; raise ``RequestUnderWay`` where it still runs."""
    if known.begun_at > now - ABANDONED_AFTER:
        raise RequestUnderWay("The request is under way.", retry_after_seconds=1)
    same = KeyedRequest.objects.filter(pk=known.pk, begun_at=known.begun_at, status__isnull=True)
    if not same.update(begun_at=now):
        raise RequestUnderWay("Another one has just taken it over.", retry_after_seconds=1)
    known.begun_at = now
    return known
