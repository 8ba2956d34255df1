"""Makes the mails that are due: one for each user, however much there is to tell."""

import uuid
from collections.abc import Collection, Iterator, Sequence
from datetime import datetime, timedelta

from django.conf import settings
from django.db import transaction
from django.db.models import Q
from django.utils import timezone

from tilisilta.domain.notices import ONLY_AFTER_CHOICE, RAISED_AGAIN_WITHIN, Cadence
from tilisilta.models import Notice, NoticeChoice, NoticeMail
from tilisilta.services.notices.audience import OpenNotice, open_notices, reader_of, wanted_kinds

GATHERED_FOR = timedelta(minutes=5)
"""What is told at once waits for so long: for what comes with it, and in case it passes."""
REST = timedelta(minutes=30)
"""The least time between two mails at once to one user."""


def make_mails(now: datetime) -> int:
    """Make the mails that are due, or add to those that wait for the mail server; return how many.

    Only one worker at a time does this, and even two would tell nothing twice: each choice is
    written only as it was read.
    """
    if not settings.MAIL_HOST:
        return 0
    notices = open_notices()
    alive = _still_known(now)
    choices = (
        NoticeChoice.objects.reachable(now)
        .filter(user__is_active=True)
        .select_related("user__template")
        .prefetch_related("user__debtors")
    )
    return sum(_make_mail(choice, notices, alive=alive, now=now) for choice in choices)


def is_digest_due(choice: NoticeChoice, now: datetime) -> bool:
    """Return whether the digest of today is due: once a day, also where the clock is changed."""
    at = settings.MAIL_DIGEST_TIME
    local = timezone.localtime(now)
    return at is not None and local.time() >= at and choice.digest_on != local.date()


def _still_known(now: datetime) -> frozenset[int]:
    """Return the ids of the notices that are the same if they come back."""
    known = Notice.objects.filter(
        Q(passed_at__isnull=True) | Q(passed_at__gt=now - RAISED_AGAIN_WITHIN)
    )
    return frozenset(known.values_list("pk", flat=True))


def _make_mail(
    choice: NoticeChoice, notices: Sequence[OpenNotice], *, alive: Collection[int], now: datetime
) -> bool:
    is_digest = is_digest_due(choice, now)
    untold = tuple(_untold(choice, notices))
    wanted = wanted_kinds(choice)
    at_once = [one for one in untold if wanted[one.kind] is Cadence.AT_ONCE]
    daily = [one for one in untold if wanted[one.kind] is Cadence.DAILY]
    if not _is_due_at_once(choice, at_once, now):
        # In the digest, what would be told at once a little later needs no mail of its own.
        at_once = at_once if is_digest and daily else []
    chosen = [*at_once, *(daily if is_digest else ())]
    if not chosen and not is_digest:
        return False
    return _stored(choice, chosen, is_digest=is_digest, alive=alive, now=now)


def _untold(choice: NoticeChoice, notices: Sequence[OpenNotice]) -> Iterator[OpenNotice]:
    wanted, told = wanted_kinds(choice), frozenset(choice.told)
    if not wanted:
        return
    reader = reader_of(choice.user)
    for one in notices:
        if one.pk in told or one.kind not in wanted or not reader.may_know(one):
            continue
        if one.kind in ONLY_AFTER_CHOICE and one.raised_at < choice.chosen_at:
            continue
        yield one


def _is_due_at_once(choice: NoticeChoice, notices: Collection[OpenNotice], now: datetime) -> bool:
    if not any(now - one.raised_at >= GATHERED_FOR for one in notices):
        return False
    # A last mail that lies ahead was written by a clock that ran ahead.
    rests = choice.mailed_at is not None and timedelta() <= now - choice.mailed_at < REST
    return not rests


@transaction.atomic
def _stored(
    choice: NoticeChoice,
    chosen: Sequence[OpenNotice],
    *,
    is_digest: bool,
    alive: Collection[int],
    now: datetime,
) -> bool:
    """Store that these notices are told, and the mail that does so, in one moment."""
    ids = [one.pk for one in chosen]
    values: dict[str, object] = {}
    if is_digest:
        values["digest_on"] = timezone.localtime(now).date()
    if ids:
        told = sorted({*ids, *(pk for pk in choice.told if pk in alive)})
        values |= {"told": told, "mailed_at": now}
    as_read = NoticeChoice.objects.filter(
        pk=choice.pk,
        mailed_at=choice.mailed_at,
        digest_on=choice.digest_on,
        address=choice.address,
        refused_at=None,
        # A worker that sends takes out what it did not tell after all, which may come back.
        told=choice.told,
    )
    if not as_read.update(**values) or not ids:
        return False
    if not _added_to_waiting(choice, ids):
        NoticeMail.objects.create(
            user=choice.user,
            address=choice.address,
            is_digest=is_digest,
            notices=ids,
            message_id=new_message_id(),
            made_at=now,
            next_try_at=now,
        )
    return True


def _added_to_waiting(choice: NoticeChoice, ids: Sequence[int]) -> bool:
    """Add to a mail that certainly has not gone: a mail server that is down gathers one a user."""
    waiting = NoticeMail.objects.filter(
        user=choice.user, state=NoticeMail.State.WAITING, unknown_count=0, asks_to_confirm=False
    )
    mail = waiting.select_for_update().first()
    if mail is None:
        return False
    mail.notices = sorted({*mail.notices, *ids})
    # A mail that a worker has taken up since is another one's: the text is made already.
    return bool(waiting.filter(pk=mail.pk).update(notices=mail.notices, address=choice.address))


def new_message_id() -> str:
    """Return the id of a new mail, which it keeps however often it is sent."""
    domain = settings.MAIL_FROM.rpartition("@")[2].strip("<> ")
    return f"<{uuid.uuid4()}@{domain}>"
