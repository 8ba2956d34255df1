"""What holds a sending that a rule asked for until its receipt leaves, beside all other guards.

A person who sends sees what Nmbrs and the account are like. With no person looking, what cannot
be asked is a reason not to send.
"""

from tilisilta.domain.problems import Problem, ProblemCode, Screen
from tilisilta.models import Export, JointSending, RuleBrake, Run, Sending

BY_RULE = "rule "
"""Begins the system user of what a rule asks for. No name of a user has a space."""


def is_by_rule(sending: Sending) -> bool:
    return sending.joint is not None and bool(sending.joint.rule)


def rules_stopped() -> bool:
    return RuleBrake.objects.filter(is_stopped=True).exists()


def was_sent_by_rule(journal_id: int) -> str:
    """Return the name of the rule that asked for a journal; empty if a person did."""
    asked = JointSending.objects.filter(sendings__journal=journal_id).exclude(rule="")
    return asked.values_list("rule", flat=True).order_by("-requested_at").first() or ""


def held_before_asking(sending: Sending, export: Export) -> tuple[Problem, ...]:
    """Return why a sending of a rule is not begun: all rules were stopped, or the account ended.

    It does not wait for the account as others do: a person may authorise it much later.
    """
    if rules_stopped():
        return (_held(sending, "stopped"),)
    if not export.link.procountor_account.is_authorised:
        return (_held(sending, "account"),)
    return ()


def held_after_asking(sending: Sending) -> tuple[Problem, ...]:
    """Return why a sending of a rule is not begun, once Nmbrs was asked: it has to have answered.

    Its run has to be there and locked, and read since the rule asked for the sending.
    """
    run_id = sending.journal.run_id
    run = None if run_id is None else Run.objects.filter(pk=run_id).first()
    is_read = (
        run is not None
        and run.gone_at is None
        and run.journal_read_at is not None
        and run.journal_read_at >= sending.requested_at
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
