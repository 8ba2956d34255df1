"""Sends what the rules of links let go: looked at by a worker, in the background.

A sweep looks at what is due, what is new, and now and then at the rest; it notes since when each
journal waits, and sends those that no rule holds. Right before it decides again, behind a lock:
two sweeps never send the same, and none sends after a person has stopped all.
"""

from collections import defaultdict
from collections.abc import Collection, Iterable, Sequence
from datetime import date, datetime, timedelta

from django.db import transaction
from django.db.models import Q

from tilisilta.domain.sending_rules import BY_RULE, MOST_A_SWEEP, holds_of
from tilisilta.domain.standing import JournalState
from tilisilta.models import Journal, Link, RuleBrake, RuledJournal
from tilisilta.services import audit
from tilisilta.services.profiles import own_rules
from tilisilta.services.sending.asking import Wanted
from tilisilta.services.sending.together import send_together
from tilisilta.services.sending_rules.gathering import Candidate, gather, journals_with_rule
from tilisilta.services.sending_rules.switching import RULE_FIELDS, locked_brake

PAUSE = timedelta(seconds=50)
"""So soon after a sweep no other worker begins one."""
LOOK_AGAIN = timedelta(minutes=15)
"""What is held is looked at again after so long: its reason may have gone."""
MOST_LOOKED_AT = 400


def sweep(now: datetime) -> int:
    """Send what is due by rule, and return how many journals were asked for."""
    if not Link.objects.open().filter(sends_by_rule=True).exists() or not _claim(now):
        return 0
    _forget_waits()
    looked_at = gather(list(journals_with_rule().filter(pk__in=_to_look_at(now))), now=now)
    _note(looked_at, now=now)
    free = [one.journal.pk for one in looked_at if not holds_of(one.facts)]
    return _send(free[:MOST_A_SWEEP], now=now) if free else 0


def rule_name(link: Link) -> str:
    """Return what is said of the rule of ``link``: its profile, or the company if it is its own."""
    profile = link.profile
    is_shared = profile is not None and "sends_by_rule" in profile.choices
    if profile is not None and is_shared and not {*RULE_FIELDS} & own_rules(link).choices.keys():
        return profile.name
    return str(link.company)[:100]


def _claim(now: datetime) -> bool:
    RuleBrake.objects.get_or_create(pk=RuleBrake.ONLY)
    # A sweep that seems to lie ahead was noted before the clock was set back.
    just_done = Q(swept_at__gt=now - PAUSE, swept_at__lte=now)
    free = Q(swept_at__isnull=True) | ~just_done
    return bool(RuleBrake.objects.filter(free, is_stopped=False).update(swept_at=now))


def _forget_waits() -> None:
    """Begin the hours anew of what is not ready any more, if it ever is again."""
    waiting = RuledJournal.objects.filter(waits_since__isnull=False)
    waiting.exclude(journal__state=JournalState.READY).update(waits_since=None, looked_at=None)


def _to_look_at(now: datetime) -> list[int]:
    """Return the journals to look at in this sweep, those that are due first.

    All lines of four months are summed for each, so that what waits is not looked at each minute.
    """
    ruled = Journal.objects.filter(
        state=JournalState.READY,
        company__links__sends_by_rule=True,
        company__links__ends_on__isnull=True,
    ).values_list(
        *("pk", "company__links__rule_hours"),
        *("ruled__waits_since", "ruled__looked_at", "ruled__holds"),
    )
    due, others = [], []
    for pk, hours, since, looked_at, holds in ruled.order_by("pk"):
        due_at = None if since is None else since + timedelta(hours=hours)
        is_due = due_at is not None and due_at <= now
        # What nothing holds was left by a sweep that had sent enough.
        if is_due and looked_at is not None and (looked_at < due_at or not holds):
            due.append(pk)
        elif looked_at is None or not now - LOOK_AGAIN < looked_at <= now:
            others.append(pk)
    return [*due, *others][:MOST_LOOKED_AT]


def _note(looked_at: Iterable[Candidate], *, now: datetime) -> None:
    """Note what holds each journal, and since when it waits if its run is locked."""
    RuledJournal.objects.bulk_create(
        [
            RuledJournal(
                journal=one.journal,
                seen=one.digest,
                locked_at=one.journal.run.locked_at if one.journal.run else None,
                waits_since=_waits_since(one, now=now),
                looked_at=now,
                holds=[held.hold.value for held in holds_of(one.facts)],
            )
            for one in looked_at
        ],
        update_conflicts=True,
        update_fields=["seen", "locked_at", "waits_since", "looked_at", "holds"],
        unique_fields=["journal"],
    )


def _waits_since(one: Candidate, *, now: datetime) -> datetime | None:
    run, since = one.journal.run, one.facts.waits_since
    if run is None or not run.is_locked or run.locked_at is None or not one.digest:
        return None
    # One that lies ahead was noted before the clock was set back.
    return now if since is None or since > now else since


def _send(ids: Collection[int], *, now: datetime) -> int:
    """Ask for those of the journals to be sent that no rule holds now, behind the lock."""
    with transaction.atomic():
        locked_brake()
        fresh = gather(list(journals_with_rule().filter(pk__in=ids)), now=now)
        free = [one for one in fresh if not holds_of(one.facts)]
        if not free:
            return 0
        # What is left of the day, as the count was made before any of these.
        brakes = free[0].facts.brakes
        free = free[: brakes.most_a_day - brakes.asked_today]
        _ask(free, now=now)
        asked = RuledJournal.objects.filter(journal__in=[one.journal.pk for one in free])
        asked.update(asked_at=now, holds=[])
    return len(free)


def _ask(free: Sequence[Candidate], *, now: datetime) -> None:
    """Ask for the journals, those of one rule and month together, in the name of the rule.

    The one place where rules ask: what holds or redirects all sendings does so for them as well.
    """
    together: dict[tuple[str, date], list[Wanted]] = defaultdict(list)
    for one in free:
        if one.link is not None:
            key = rule_name(one.link), one.journal.period
            together[key].append(Wanted(journal=one.journal, seen=one.digest))
    for (rule, period), wanted in together.items():
        with audit.command_run_by(f"{BY_RULE}{rule}"[:100]):
            send_together(wanted, user=None, now=now, period=period, rule=rule)
