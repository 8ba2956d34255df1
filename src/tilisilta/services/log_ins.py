"""What the audit log holds of log-ins and API tokens that were refused, and of refused pages."""

import hashlib
from enum import StrEnum
from functools import partial

from django.core.cache import cache

from tilisilta.models import User
from tilisilta.services import audit

QUIET_SECONDS = 15 * 60


class Reason(StrEnum):
    """Why a log-in failed."""

    PASSWORD = "password"  # noqa: S105  # the name of a reason
    CODE = "code"
    CLOSED = "closed"


def record_failed_log_in(username: str, *, address: str, reason: Reason) -> None:
    """Record a log-in that failed.

    A name that no user has is left out: it may be a password, typed into the wrong field.
    """
    known = User.objects.filter(username__iexact=username).first()
    record = partial(
        audit.record,
        audit.Action.LOG_IN_FAILED,
        user=None,
        address=address,
        reason=reason.value,
    )
    if known is None:
        record()
    else:
        record(name=known.username)


def record_refused_log_ins(*, address: str) -> None:
    """Record that ``address`` may not try again for now, once for many tries."""
    if _is_first("log-ins", address):
        audit.record(audit.Action.LOG_INS_REFUSED, user=None, address=address)


def record_refused_token(name: str, reason: str, *, user: User | None, address: str) -> None:
    """Record that an API token was refused, once for many tries. An unknown one has no name."""
    if _is_first("token", name, reason, str(user.pk if user else ""), address):
        record = partial(
            audit.record,
            audit.Action.TOKEN_REFUSED,
            user=None,
            about=user,
            address=address,
            reason=reason,
        )
        if name:
            record(token=name)
        else:
            record()


def record_refused_page(user: User, page: str) -> None:
    """Record that ``user`` lacked the right to ``page``, once for many tries."""
    if _is_first("page", str(user.pk), page):
        audit.record(audit.Action.PAGE_REFUSED, user=user, page=page[:200])


def _is_first(*what: str) -> bool:
    """Return whether this did not happen lately: a page that polls must not fill the log."""
    digest = hashlib.sha256("\n".join(what).encode()).hexdigest()
    return bool(cache.add(f"recorded:{digest}", True, QUIET_SECONDS))
