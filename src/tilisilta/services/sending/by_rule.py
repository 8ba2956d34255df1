"""What holds a sending that a rule asked for until its receipt leaves, beside all other guards.

A person who sends sees what Nmbrs and the account are like. With no person looking, what cannot
be asked is a reason not to send.
"""

from datetime import datetime, timedelta

from django.db.models import F, Q, Subquery
from django.db.models.functions import Coalesce

from tilisilta.domain.problems import Problem, ProblemCode, Screen
from tilisilta.models import Attempt, Export, Link, RuleBrake, RuledJournal, Run, Sending

NEWS_AGE = timedelta(minutes=10)
"""What Nmbrs said of a run for longer is asked again before a rule sends it."""


def is_by_rule(sending: Sending) -> bool:
    return sending.joint is not None and bool(sending.joint.rule)


def rules_stopped() -> bool:
    return RuleBrake.objects.filter(is_stopped=True).exists()


def sending_that_sent(journal_id: int) -> Sending | None:
    """Return what was asked for and tried last.

    Who looks again for a receipt, or takes it back, has not sent it. What was refused or stopped
    was not sent, and what was withdrawn is not in the books.
    """
    attempts = Attempt.objects.filter(
        kind=Attempt.Kind.POST,
        export__journal=journal_id,
        export__is_trail=False,
        export__reverses__isnull=True,
    ).order_by("-started_at")
    tried_at = Subquery(attempts.values("started_at")[:1])
    # One that goes on for another keeps the moment of what both were asked for with.
    asked = Sending.objects.filter(journal=journal_id, is_refused=False).annotate(
        asked_at=Coalesce("joint__requested_at", "requested_at"), tried_at=tried_at
    )
    asked = asked.filter(Q(tried_at__isnull=True) | Q(asked_at__lte=F("tried_at")))
    ordered = asked.select_related("joint", "requested_by").order_by("-asked_at", "-requested_at")
    return ordered.first()


def held_before_asking(sending: Sending, export: Export) -> tuple[Problem, ...]:
    """Return why a sending of a rule is not begun: a person stopped it, or the account ended.

    It does not wait for the account as others do: a person may authorise it much later.
    """
    if rules_stopped():
        return (_held(sending, "stopped"),)
    if RuledJournal.objects.filter(journal=sending.journal_id, left_at__isnull=False).exists():
        return (_held(sending, "left"),)
    # What a person has asked for before the demand goes on; here not even one has.
    if Link.objects.filter(pk=export.link_id, needs_release=True).exists():
        return (_held(sending, "persons"),)
    if not Link.objects.filter(pk=export.link_id, sends_by_rule=True).exists():
        return (_held(sending, "off"),)
    if not export.link.procountor_account.is_authorised:
        return (_held(sending, "account"),)
    return ()


def asked_since(sending: Sending, *, now: datetime) -> datetime:
    """Return since when Nmbrs has to have been asked before ``sending`` is begun.

    What a person sends is asked about once. That of a rule may have waited for Procountor since.
    """
    if not is_by_rule(sending):
        return sending.requested_at
    return max(sending.requested_at, now - NEWS_AGE)


def held_after_asking(sending: Sending, *, now: datetime) -> tuple[Problem, ...]:
    """Return why a sending of a rule is not begun, once Nmbrs was asked: it has to have answered.

    Its run has to be there and locked, and read a moment ago.
    """
    run_id = sending.journal.run_id
    run = None if run_id is None else Run.objects.filter(pk=run_id).first()
    is_read = (
        run is not None
        and run.gone_at is None
        and run.journal_read_at is not None
        and run.journal_read_at >= asked_since(sending, now=now)
    )
    if not is_read:
        return (_held(sending, "silent"),)
    if run is not None and not run.is_locked:
        return (_held(sending, "unlocked"),)
    return ()


def _held(sending: Sending, reason: str) -> Problem:
    return Problem(
        code=ProblemCode.RULE_HELD,
        screen=Screen.JOURNAL,
        facts=(("journal", sending.journal.reference), ("reason", reason)),
    )
