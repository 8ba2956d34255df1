"""Makes the messages of webhooks of the notices that none has told yet.

A program gets a message for each notice. Slack and Teams get one for all that came together, and no
second one before the first is delivered, so that neither a busy morning nor a receiver that was
down fills a channel.
"""

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta

from django.db import transaction
from django.db.models import Count, Exists, OuterRef, QuerySet
from django.utils import translation

from tilisilta.domain.deliveries import GIVEN_UP_AFTER
from tilisilta.models import Delivery, Notice, ToldNotice, Webhook
from tilisilta.services.notices.audience import open_notices
from tilisilta.services.webhooks.audience import still_told
from tilisilta.services.webhooks.delivering import give_up_old
from tilisilta.services.webhooks.messages import (
    body_of_notice,
    body_of_notices,
    with_what_is_told,
)

KEPT = timedelta(days=30)
"""So long messages that are delivered or given up are stored."""
MOST_AT_ONCE = 2000
_AT_ONCE = 500


def gather(now: datetime) -> int:
    """Make the messages that are due for all webhooks, and return how many."""
    give_up_old(now)
    made = sum(_gather_for(webhook, now) for webhook in Webhook.objects.in_use())
    if made:
        Delivery.objects.filter(ended_at__lt=now - KEPT).delete()
    return made


def untold(webhook: Webhook, now: datetime) -> QuerySet[Notice]:
    """Return the notices that still stand, are for ``webhook``, and are in no message of its own.

    What was raised more than a day ago is not told any more, as it would not be sent either.
    """
    told = ToldNotice.objects.filter(notice=OuterRef("pk"), webhook=webhook)
    since = max(webhook.starts_at, now - GIVEN_UP_AFTER)
    return still_told(webhook).filter(~Exists(told), raised_at__gte=since).order_by("pk")


def _gather_for(webhook: Webhook, now: datetime) -> int:
    # Without a lock first, as a worker asks often, there is seldom anything new, and many messages
    # take a while to be written.
    if _has_to_wait(webhook) or not untold(webhook, now).exists():
        return 0
    with translation.override(webhook.language):
        is_own = webhook.format == Webhook.Format.OWN
        written = _one_for_each(webhook, now) if is_own else _one_for_all(webhook, now)
    with transaction.atomic():
        # Locked, so that two workers do not tell the same twice.
        found = Webhook.objects.in_use().select_for_update().filter(pk=webhook.pk).first()
        if found is None or found.format != webhook.format or _has_to_wait(found):
            return 0
        left = set(untold(found, now).values_list("pk", flat=True))
        made = [(delivery, pks) for delivery, pks in written if left.issuperset(pks)]
        Delivery.objects.bulk_create([one for one, _pks in made], batch_size=_AT_ONCE)
        told = [
            ToldNotice(webhook=found, delivery=delivery, notice_id=pk)
            for delivery, pks in made
            for pk in pks
        ]
        ToldNotice.objects.bulk_create(told, batch_size=_AT_ONCE)
    return len(made)


def _has_to_wait(webhook: Webhook) -> bool:
    waiting = webhook.deliveries.filter(state=Delivery.State.WAITING)
    return webhook.format != Webhook.Format.OWN and waiting.exists()


_Written = tuple[Delivery, Sequence[int]]


def _one_for_each(webhook: Webhook, now: datetime) -> Sequence[_Written]:
    counts = _standing(webhook)
    written = []
    for notice in with_what_is_told(untold(webhook, now))[:MOST_AT_ONCE]:
        delivery = _delivery(webhook, now=now, notice_count=1)
        delivery.body = body_of_notice(
            notice, delivery.message_id, standing=counts.get(notice.kind, 0)
        )
        written.append((delivery, [notice.pk]))
    return written


def _one_for_all(webhook: Webhook, now: datetime) -> Sequence[_Written]:
    pks = list(untold(webhook, now).values_list("pk", flat=True))
    delivery = _delivery(webhook, now=now, notice_count=len(pks))
    delivery.body = body_of_notices(Webhook.Format(webhook.format), open_notices(pks))
    return [(delivery, pks)]


def _standing(webhook: Webhook) -> Mapping[str, int]:
    """Return how many notices of each kind stand for ``webhook``, told or not."""
    return dict(still_told(webhook).order_by().values_list("kind").annotate(count=Count("pk")))


def _delivery(webhook: Webhook, *, now: datetime, notice_count: int) -> Delivery:
    return Delivery(webhook=webhook, made_at=now, next_try_at=now, notice_count=notice_count)
