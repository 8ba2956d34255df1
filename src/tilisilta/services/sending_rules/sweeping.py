"""Sends what the rules of links let go: looked at by a worker, in the background.

A sweep notes since when each journal waits, looks at those that are due, and sends those that no
rule holds. Right before it decides again, behind a lock: two sweeps never send the same, and none
sends after a person has stopped all.
"""

from collections import defaultdict
from collections.abc import Collection, Iterable, Sequence
from datetime import date, datetime, timedelta

from django.db import transaction
from django.db.models import Q

from tilisilta.domain.sending_rules import MOST_A_SWEEP, holds_of, sends_at
from tilisilta.domain.standing import JournalState
from tilisilta.models import Link, RuleBrake, RuledJournal
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
MOST_LOOKED_AT = 200


def sweep(now: datetime) -> int:
    """Send what is due by rule, and return how many journals were asked for."""
    if not Link.objects.open().filter(sends_by_rule=True).exists() or not _claim(now):
        return 0
    candidates = gather(list(journals_with_rule()), now=now, compares=False)
    _note_waits(candidates, now=now)
    again = [one for one in candidates if _is_to_be_looked_at(one, now=now)]
    looked_at = gather([one.journal for one in again[:MOST_LOOKED_AT]], now=now)
    _note_holds(looked_at, now=now)
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


def _note_waits(candidates: Iterable[Candidate], *, now: datetime) -> None:
    """Note since when each journal waits; what is not ready, or not locked, does not wait."""
    waiting = RuledJournal.objects.filter(waits_since__isnull=False)
    waiting.exclude(journal__state=JournalState.READY).update(waits_since=None, looked_at=None)
    for one in candidates:
        run, since = one.journal.run, one.facts.waits_since
        is_locked = run is not None and run.is_locked and run.locked_at is not None
        if is_locked and one.digest and (since is None or since > now):
            _note(one, locked_at=run.locked_at if run else None, waits_since=now)
        elif not is_locked and since is not None:
            _note(one, locked_at=None, waits_since=None)


def _note(one: Candidate, **moments: datetime | None) -> None:
    ruled, _made = RuledJournal.objects.update_or_create(
        journal=one.journal, defaults={"seen": one.digest, "looked_at": None, **moments}
    )
    one.journal.ruled = ruled  # type: ignore[attr-defined]  # Django sets it, too


def _is_to_be_looked_at(one: Candidate, *, now: datetime) -> bool:
    """Return whether to compare a journal with earlier months now, which is the dear part."""
    ruled: RuledJournal | None = getattr(one.journal, "ruled", None)
    if ruled is None or ruled.looked_at is None or ruled.looked_at > now:
        return True
    due_at = sends_at(one.facts)
    is_due = due_at is not None and ruled.looked_at < due_at <= now
    return is_due or now - ruled.looked_at >= LOOK_AGAIN


def _note_holds(looked_at: Iterable[Candidate], *, now: datetime) -> None:
    RuledJournal.objects.bulk_create(
        [
            RuledJournal(
                journal=one.journal,
                looked_at=now,
                holds=[held.hold.value for held in holds_of(one.facts)],
            )
            for one in looked_at
        ],
        update_conflicts=True,
        update_fields=["looked_at", "holds"],
        unique_fields=["journal"],
    )


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
        free = free[: brakes.most_a_day - brakes.sent_today]
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
            wanted = Wanted(journal=one.journal, seen=one.digest)
            together[rule_name(one.link), one.journal.period].append(wanted)
    for (rule, period), wanted in together.items():
        with audit.command_run_by(f"rule {rule}"[:100]):
            send_together(wanted, user=None, now=now, period=period, rule=rule)
