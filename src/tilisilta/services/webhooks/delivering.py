"""Sends what waits to its receivers: each message at least once, always with the same id and body.

Before a message goes, its try and the time of the next one are committed. What was under way when
a worker died is sent again then; the receiver knows it by its id.
"""

from collections.abc import Callable
from datetime import datetime, timedelta
from secrets import SystemRandom

from django.db import transaction
from django.db.models import Exists, OuterRef, Q
from django.utils import timezone, translation

from tilisilta.clients.webhooks.sending import ALL_SECONDS, Answer, Sender
from tilisilta.clients.webhooks.signing import signed_headers
from tilisilta.domain.deliveries import (
    GIVEN_UP_AFTER,
    LONGEST_PAUSE,
    MOST_REFUSALS,
    Verdict,
    asked_pause,
    pause_after,
    silence_after,
    verdict_on,
)
from tilisilta.domain.receivers import Fault, parse_receiver
from tilisilta.models import Delivery, ToldNotice, Webhook
from tilisilta.models.encryption import UnreadableSecret
from tilisilta.services.notices.rounds import are_out_of_date
from tilisilta.services.webhooks.audience import holds
from tilisilta.services.webhooks.managing import end_webhook
from tilisilta.services.webhooks.messages import body_of_test
from tilisilta.services.webhooks.receiving_networks import allowed_networks

LEASE = timedelta(minutes=2)
"""So long a webhook is left to the worker that claimed it: longer than one message can take."""
TURN = timedelta(minutes=1)
"""After so long a worker lets the other webhooks have their turn."""
TEST_SECONDS = 15.0
"""A person waits for a test."""
MOST_AT_ONCE = 100
"""So many messages are dropped in one transaction, for which others wait."""
KEYS_DO_NOT_FIT = "keys_do_not_fit"
Clock = Callable[[], datetime]
_spread = SystemRandom().uniform


def claim_webhook(now: datetime) -> Webhook | None:
    """Claim a webhook with a message that is due; ``None`` if there is none."""
    waiting = Delivery.objects.filter(webhook=OuterRef("pk"), state=Delivery.State.WAITING)
    rests = Q(paused_until__range=(now, now + 2 * LONGEST_PAUSE))
    held = Q(claimed_until__range=(now, now + 2 * LEASE))
    due = Webhook.objects.in_use().filter(Exists(waiting.filter(_is_due(now))))
    webhook = due.exclude(rests).exclude(held).order_by("claimed_until", "pk").first()
    if webhook is None or are_out_of_date(now):
        return None
    # In one statement, so that of two workers one alone gets it. A null is in no range.
    free = Q(claimed_until__isnull=True) | ~held
    claimed = Webhook.objects.filter(free, pk=webhook.pk).update(claimed_until=now + LEASE)
    return webhook if claimed else claim_webhook(now)


def send_due(
    webhook: Webhook,
    *,
    clock: Clock = timezone.now,
    is_stopping: Callable[[], bool] = lambda: False,
) -> None:
    """Send what is due of a webhook that was claimed, until one message is not delivered."""
    until = clock() + TURN
    try:
        while clock() <= until and not is_stopping():
            begun = _begin(webhook.pk, clock())
            if begun is None:
                break
            answer = post(*begun, now=clock())
            if not note(begun[1], answer, now=clock()):
                break
    finally:
        Webhook.objects.filter(pk=webhook.pk).update(claimed_until=None)


def post(
    webhook: Webhook, delivery: Delivery, *, now: datetime, all_seconds: float = ALL_SECONDS
) -> Answer:
    """Send a message once, and return what came of it."""
    secrets = webhook.secrets_in_force(now) if webhook.is_signed else ()
    if any(isinstance(one, UnreadableSecret) for one in (webhook.address, *secrets)):
        return Answer(error=KEYS_DO_NOT_FIT)
    receiver = parse_receiver(webhook.address)
    if isinstance(receiver, Fault):
        return Answer(fault=receiver)
    body = delivery.body.encode()
    headers = signed_headers(
        secrets_in_force=secrets,
        message_id=delivery.message_id,
        timestamp=int(now.timestamp()),
        body=body,
    )
    sender = Sender(allowed=allowed_networks(), all_seconds=all_seconds)
    return sender.send(receiver, body, headers)


def note(delivery: Delivery, answer: Answer, *, now: datetime) -> bool:
    """Store what came of a message, and return whether it was delivered.

    Only of the answer's kind: its text could hold anything, and is never stored.
    """
    verdict = verdict_on(answer.status)
    changes: dict[str, object] = {
        "status": answer.status,
        "trouble": _trouble(answer),
        "refusal_count": delivery.refusal_count + (verdict == Verdict.REFUSED),
    }
    asked = asked_pause(answer.retry_after_seconds)
    if verdict == Verdict.DELIVERED:
        changes |= {"state": Delivery.State.DELIVERED, "ended_at": now}
    elif verdict == Verdict.GONE or changes["refusal_count"] == MOST_REFUSALS:
        changes |= {"state": Delivery.State.REFUSED, "ended_at": now}
    else:
        pause = max(pause_after(delivery.try_count, spread=_spread), asked)
        changes["next_try_at"] = now + pause
    with transaction.atomic():
        # The webhook first, as who changes or ends it does: the other way round both could wait.
        webhook = Webhook.objects.select_for_update().get(pk=delivery.webhook_id)
        waiting = Delivery.objects.filter(pk=delivery.pk, state=Delivery.State.WAITING)
        waiting.update(**changes)
        if verdict == Verdict.GONE:
            end_webhook(webhook, user=None, now=now, why=Webhook.End.GONE)
        else:
            _note_of_receiver(webhook, asked, is_well=verdict == Verdict.DELIVERED, now=now)
    return verdict == Verdict.DELIVERED


def send_test(webhook: Webhook, *, now: datetime) -> Delivery:
    """Send a test once, now, and return it with what came of it. It is not sent again."""
    with translation.override(webhook.language):
        delivery = Delivery(webhook=webhook, is_test=True, made_at=now, next_try_at=now)
        form = Webhook.Format(webhook.format)
        delivery.body = body_of_test(form, delivery.message_id, now=now)
    answer = post(webhook, delivery, now=now, all_seconds=TEST_SECONDS)
    is_well = verdict_on(answer.status) == Verdict.DELIVERED
    delivery.state = Delivery.State.DELIVERED if is_well else Delivery.State.FAILED
    delivery.tried_at = delivery.ended_at = now
    delivery.try_count, delivery.status = 1, answer.status
    delivery.trouble = _trouble(answer)
    delivery.save(force_insert=True)
    return delivery


def give_up_old(now: datetime) -> int:
    """Give up what has waited for a day, and return how many messages that were."""
    old = Delivery.objects.filter(state=Delivery.State.WAITING, made_at__lt=now - GIVEN_UP_AFTER)
    # Asked first: a statement that changes nothing would still wait for what others write.
    if not old.exists():
        return 0
    return old.update(state=Delivery.State.GIVEN_UP, ended_at=now)


def _begin(webhook_pk: int, now: datetime) -> tuple[Webhook, Delivery] | None:
    """Commit that the next message is about to be sent; ``None`` if none is due."""
    with transaction.atomic():
        # Read anew: it may have been changed or ended since the last message.
        webhook = Webhook.objects.in_use().select_for_update().filter(pk=webhook_pk).first()
        if webhook is None:
            return None
        delivery = _next_that_holds(webhook, now)
        if delivery is None:
            return None
        delivery.try_count += 1
        delivery.tried_at = now
        delivery.next_try_at = now + pause_after(delivery.try_count, spread=_spread)
        delivery.save(update_fields=["try_count", "tried_at", "next_try_at"])
        webhook.claimed_until = now + LEASE
        webhook.save(update_fields=["claimed_until"])
        delivery.webhook = webhook
        return webhook, delivery


def _next_that_holds(webhook: Webhook, now: datetime) -> Delivery | None:
    """Return the next message that is due, and drop those before it that do not hold any more.

    Its text is made already: meanwhile a company may have gone to another debtor, or what it tells
    may be over. What of it still holds is gathered anew.
    """
    waiting = webhook.deliveries.filter(_is_due(now), state=Delivery.State.WAITING)
    for delivery in waiting.order_by("next_try_at", "made_at", "pk")[:MOST_AT_ONCE]:
        if holds(delivery, webhook):
            return delivery
        ToldNotice.objects.filter(delivery=delivery).delete()
        delivery.state, delivery.ended_at = Delivery.State.DROPPED, now
        delivery.save(update_fields=["state", "ended_at"])
    return None


def _note_of_receiver(webhook: Webhook, asked: timedelta, *, is_well: bool, now: datetime) -> None:
    if is_well:
        webhook.failure_count, webhook.paused_until = 0, None
    else:
        webhook.failure_count += 1
        silence = silence_after(webhook.failure_count, spread=_spread)
        webhook.paused_until = now + max(silence, asked)
    webhook.save(update_fields=["failure_count", "paused_until"])


def _trouble(answer: Answer) -> str:
    return answer.fault.value if answer.fault else answer.error[:40]


def _is_due(now: datetime) -> Q:
    # What lies far ahead was planned by a clock that ran ahead.
    return ~Q(next_try_at__range=(now, now + 2 * LONGEST_PAUSE))
