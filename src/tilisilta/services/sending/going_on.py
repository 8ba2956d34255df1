"""Goes on with receipts that are queued and have no sending: those that waited for an account."""

from datetime import datetime, timedelta

from django.db import IntegrityError, transaction
from django.db.models import Exists, OuterRef, Q

from tilisilta.domain.standing import EXPORTS_UNDER_WAY, ExportState
from tilisilta.models import Journal, ProcountorAccount, Sending
from tilisilta.services.sending.asking import look_anew
from tilisilta.services.sending.two_persons import keep_who_sent


def continue_waiting(now: datetime) -> int:
    """Create sendings for queued receipts that have none, and return how many.

    Receipts stay queued without a sending when their account has ended: once it is authorised
    again, the sending goes on by itself. The same repairs a journal whose sending was lost.
    """
    waiting = (
        Journal.objects.filter(
            Q(exports__state__in=[ExportState.QUEUED, ExportState.POSTING])
            | Q(exports__state=ExportState.UNCERTAIN, exports__look_at__isnull=False)
            | Q(exports__state=ExportState.WITHDRAWING),
            exports__is_trail=False,
            exports__link__procountor_account__state=ProcountorAccount.State.AUTHORISED,
        )
        # Not exclude(sendings__…): that also leaves out a journal that has no sending at all.
        .exclude(Exists(Sending.objects.filter(journal=OuterRef("pk"), finished_at__isnull=True)))
        .distinct()
    )
    count = 0
    for journal in waiting:
        if not _can_go_on(journal):
            continue
        try:
            with transaction.atomic():
                # Locked, and asked again: a person may have just stopped what waited here.
                Journal.objects.select_for_update(of=("self",)).get(pk=journal.pk)
                if not waiting.filter(pk=journal.pk).exists():
                    continue
                _go_on(journal, now=now)
                look_anew(journal)
        except IntegrityError:
            # Another worker has just created it.
            continue
        count += 1
    return count


def _go_on(journal: Journal, *, now: datetime) -> None:
    """Create a sending that takes the place of the last one of ``journal``."""
    last = journal.sendings.order_by("-requested_at", "finished_at").first()
    sending = Sending.objects.create(
        journal=journal,
        asked_for=last.asked_for if last else Sending.AskedFor.SENDING,
        requested_by=last.requested_by if last else None,
        system_user=last.system_user if last else "",
        requested_at=_unseen_since(journal, last) or now,
        due_at=now,
        joint=last.joint if last else None,
        # Still to be checked, if the last one never came to it.
        seen=last.seen if last and last.is_unchecked else "",
    )
    keep_who_sent(last, sending)
    if last is not None and last.joint_id is not None:
        # Each journal counts once in what it was asked for with.
        Sending.objects.filter(pk=last.pk).update(joint=None)


def _unseen_since(journal: Journal, last: Sending | None) -> datetime | None:
    """Return a moment before the run was deleted, if that was after a person asked for ``last``."""
    gone_at = journal.run.gone_at if journal.run is not None else None
    if last is None or gone_at is None or gone_at <= last.requested_at:
        return None
    # The next one after it: the worker asks whether the person has seen the warning.
    return last.requested_at + timedelta(microseconds=1)


def _can_go_on(journal: Journal) -> bool:
    """Return whether its accounts can be used; one whose stored secret no key opens cannot.

    The column says only that a person has authorised it, and a sending would end at once each time.
    """
    on_the_way = EXPORTS_UNDER_WAY | {ExportState.WITHDRAWING}
    exports = journal.exports.filter(state__in=on_the_way)
    return all(
        export.link.procountor_account.is_authorised
        for export in exports.select_related("link__procountor_account")
    )
