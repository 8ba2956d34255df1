"""Sends the mails that are due: each is claimed, marked as being sent, sent, and noted.

What is certain not to have arrived is tried again without end, as it is dropped once it is over.
What may have arrived goes once more, with the same Message-ID, and then never again.
"""

from collections.abc import Callable, Collection
from datetime import datetime, timedelta
from email.utils import parseaddr

from django.conf import settings
from django.db import transaction
from django.db.models import Q
from django.utils import timezone

from tilisilta.clients.smtp import Failure, MailConnection, Outcome
from tilisilta.domain.notices import Cadence
from tilisilta.models import NoticeChoice, NoticeMail
from tilisilta.services.notices.audience import OpenNotice, open_notices, reader_of
from tilisilta.services.notices.composing import compose, compose_confirmation, compose_test
from tilisilta.services.notices.confirming import token_for
from tilisilta.services.notices.mail_server import is_paused, mail_server, note_server
from tilisilta.services.notices.making import new_message_id

State = NoticeMail.State
LEASE = timedelta(minutes=5)
"""So long a mail is left to the worker that sends it; it never takes so long."""
MOST_UNKNOWN = 2
"""So often a mail goes of which it is not known whether it arrived."""
PAUSES = (timedelta(minutes=5), timedelta(minutes=15), timedelta(hours=1))
"""The pauses after the mail server asked to come back later with one mail."""
KEPT = timedelta(days=90)
"""So long a mail that is done with is stored."""


def send_due_mails(
    *,
    clock: Callable[[], datetime] = timezone.now,
    is_stopping: Callable[[], bool] = lambda: False,
) -> int:
    """Send the mails that are due, over one connection; return how many went."""
    server = mail_server()
    if server is None or is_paused(clock()):
        return 0
    sent = 0
    with MailConnection(server) as connection:
        while not is_stopping():
            # Read anew for each: a few thousand mails take longer than a claim lasts.
            now = clock()
            mail = _claimed(now)
            if mail is None:
                break
            outcome = _sent(mail, connection, now=now)
            if outcome is None:
                continue
            sent += outcome.failure is None
            note_server(outcome, now=now)
            if outcome.is_of_server:
                break
    return sent


def send_test(address: str, *, now: datetime) -> Outcome | None:
    """Send a mail that says it is a test, at once; ``None`` where there is no mail server.

    The mail server is also tried again for what waits if this one went.
    """
    server = mail_server()
    if server is None:
        return None
    message = compose_test(address, new_message_id(), now)
    with MailConnection(server) as connection:
        outcome = connection.send(message, sender=_sender(), recipient=address)
    if outcome.failure is None:
        note_server(outcome, now=now)
    return outcome


def forget_refusals() -> int:
    """Let mails go again to the addresses that were refused for good; return how many."""
    # Those that are not confirmed are asked anew: what was refused may be the mail with the link.
    refused = NoticeChoice.objects.exclude(refused_at=None)
    return refused.update(refused_at=None, asked_at=None)


def tidy_mails(now: datetime) -> None:
    done = NoticeMail.objects.exclude(state__in=(State.WAITING, State.SENDING))
    done.filter(made_at__lt=now - KEPT).delete()


def _claimed(now: datetime) -> NoticeMail | None:
    """Claim the next mail that is due and mark it as being sent; ``None`` if none is."""
    # What lies far ahead was written by a clock that ran ahead.
    waits = Q(state=State.WAITING) & ~Q(next_try_at__gt=now, next_try_at__lt=now + 2 * PAUSES[-1])
    is_held = Q(claimed_until__range=(now, now + 2 * LEASE))
    left = Q(state=State.SENDING) & ~is_held
    mail = NoticeMail.objects.filter(waits | left).order_by("next_try_at", "pk").first()
    if mail is None:
        return None
    was_left = mail.state == State.SENDING
    as_read = NoticeMail.objects.filter(
        pk=mail.pk, state=mail.state, claimed_until=mail.claimed_until, try_count=mail.try_count
    )
    unknown_count = mail.unknown_count + was_left
    is_over = was_left and unknown_count >= MOST_UNKNOWN
    if is_over:
        # A worker died twice while it was sending this one.
        as_read.update(
            state=State.FAILED, failure=Failure.NO_ANSWER.value, unknown_count=unknown_count
        )
        return _claimed(now)
    if not as_read.update(
        state=State.SENDING,
        claimed_until=now + LEASE,
        try_count=mail.try_count + 1,
        unknown_count=unknown_count,
    ):
        return _claimed(now)
    return (
        NoticeMail.objects.select_related("user__template")
        .prefetch_related("user__debtors")
        .get(pk=mail.pk)
    )


def _sent(mail: NoticeMail, connection: MailConnection, *, now: datetime) -> Outcome | None:
    """Send a claimed mail with what of it still holds; ``None`` where nothing does."""
    choice = _choice_for(mail, now)
    notices = _to_tell(mail, choice)
    if choice is None or not (notices or mail.asks_to_confirm):
        _finish(mail, State.DROPPED, told=())
        return None
    mail.address = choice.address
    if mail.asks_to_confirm:
        message = compose_confirmation(mail, token_for(choice), now=now)
    else:
        message = compose(mail, notices, now=now, until=choice.told_unconfirmed_until)
    outcome = connection.send(message, sender=_sender(), recipient=mail.address)
    _note(mail, outcome, told=[one.pk for one in notices], now=now)
    return outcome


def _choice_for(mail: NoticeMail, now: datetime) -> NoticeChoice | None:
    """Return the choice of a mail's user, if it may go where they want it now."""
    choices = NoticeChoice.objects.filter(user=mail.user)
    if not mail.asks_to_confirm:
        return choices.reachable(now).first()
    return choices.unconfirmed().filter(refused_at=None, user__is_active=True).first()


def _to_tell(mail: NoticeMail, choice: NoticeChoice | None) -> tuple[OpenNotice, ...]:
    """Return the notices that still stand and that the user may still be told and wants to be."""
    if choice is None:
        return ()
    reader = reader_of(mail.user)
    return tuple(
        one
        for one in open_notices(mail.notices)
        if reader.may_know(one) and choice.cadence_of(one.kind) is not Cadence.NEVER
    )


def _note(mail: NoticeMail, outcome: Outcome, *, told: Collection[int], now: datetime) -> None:
    if outcome.failure is None:
        mail.sent_at = now
        _finish(mail, State.SENT, told=told)
        return
    mail.failure, mail.reply = outcome.failure.value, outcome.reply
    if outcome.failure is Failure.NO_ANSWER:
        mail.unknown_count += 1
    if outcome.failure is Failure.RECIPIENT_REFUSED:
        # What still holds once the address is put right is told then.
        _finish(mail, State.FAILED, told=())
        NoticeChoice.objects.filter(user=mail.user, address=mail.address).update(refused_at=now)
        return
    if outcome.is_permanent or mail.unknown_count >= MOST_UNKNOWN:
        _finish(mail, State.FAILED, told=told)
        return
    pause = PAUSES[min(mail.try_count - 1, len(PAUSES) - 1)]
    mail.state, mail.claimed_until = State.WAITING, None
    # A mail server that takes none has a pause of its own, after which all are due.
    mail.next_try_at = now if outcome.is_of_server else now + pause
    mail.save()


@transaction.atomic
def _finish(mail: NoticeMail, state: State, *, told: Collection[int]) -> None:
    """Store the end of a mail; what it did not tell after all may be told once it comes back."""
    mail.state, mail.claimed_until = state, None
    if state in {State.SENT, State.DROPPED}:
        mail.failure, mail.reply = "", None
    mail.save()
    not_told = set(mail.notices) - set(told)
    if not not_told:
        return
    choice = NoticeChoice.objects.select_for_update().filter(user=mail.user).first()
    if choice is not None:
        choice.told = [pk for pk in choice.told if pk not in not_told]
        choice.save(update_fields=["told"])


def _sender() -> str:
    return parseaddr(settings.MAIL_FROM)[1]
