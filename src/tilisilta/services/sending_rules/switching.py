"""Switches sending by rule on and off: for a link, and for all at once."""

from collections.abc import Collection, Sequence
from datetime import datetime

from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from tilisilta.domain.sending_rules import Hold
from tilisilta.models import Area, Link, Right, RuleBrake, RuledJournal, User
from tilisilta.models.journals import Journal
from tilisilta.services import audit
from tilisilta.services.audit_changes import Change

RULE_FIELDS = ("sends_by_rule", "rule_hours", "rule_percent")
"""How a link's journals are sent. All its other choices are how they are booked."""
_NOT_OF_BOOKING = ("profile", "variance_percent", "variance_amount")
"""What a profile brings along is among the changes itself."""
MOST_CHARACTERS = 200


def begin_rule(link: Link, *, user: User | None) -> None:
    """Note and record the rule of a new link. Call it in the transaction that stores the link.

    Raises ``ValidationError`` if ``user`` may not send.
    """
    if link.sends_by_rule:
        _must_be_allowed(user)
        _note(link, rule_since=timezone.now())
        _record_on(link, user=user)


def carry_rule_over(
    link: Link, before: Link, changes: Sequence[Change], *, user: User | None
) -> None:
    """Note and record what ``changes`` mean for the rule; ``before`` is the row, locked.

    Any change of the rule begins it anew, so that it never reaches back: what waits already was
    held by another rule, or by none. So does the end of the demand for two persons, since the rule
    sends from then on what it only proposed. After a change of how the link books, a person sends
    first. Raises ``ValidationError`` if ``user`` may not send, and lets a rule send, or send more.
    """
    changed = {change.field for change in changes}
    sends_alone = before.needs_release and not link.needs_release
    now = timezone.now()
    if changed - {*RULE_FIELDS, *_NOT_OF_BOOKING}:
        _note(link, books_otherwise_since=now)
    if not (changed & {*RULE_FIELDS} or sends_alone):
        return
    if link.sends_by_rule:
        _must_be_allowed(user)
        _note(link, rule_since=now)
        _record_on(link, user=user)
    elif before.sends_by_rule:
        _note(link, rule_since=None)
        audit.record(
            audit.Action.RULE_OFF,
            user=user,
            company=link.company,
            about=link,
            name=str(link.company),
        )


def _must_be_allowed(user: User | None) -> None:
    if user is not None and not user.can(Right.WRITE, Area.JOURNAL_EXPORTS):
        raise ValidationError(
            _(
                "To have journals sent by rule you need the right to send them: Write for Journal "
                "entries Export. Leave the rule and the two persons as they were, or ask for that "
                "right."
            )
        )


def _note(link: Link, **moments: datetime | None) -> None:
    for name, moment in moments.items():
        setattr(link, name, moment)
    Link.objects.filter(pk=link.pk).update(**moments)


def _record_on(link: Link, *, user: User | None) -> None:
    audit.record(
        audit.Action.RULE_ON,
        user=user,
        company=link.company,
        about=link,
        name=str(link.company),
        hours=str(link.rule_hours),
        proposes="yes" if link.needs_release else "",
        percent=str(link.rule_percent),
    )


def brake() -> RuleBrake:
    """Return the one row; it is made where it is not there yet."""
    return RuleBrake.objects.select_related("changed_by").get_or_create(pk=RuleBrake.ONLY)[0]


def locked_brake() -> RuleBrake:
    """Return the one row, locked until the commit: one sweep at a time, and none while it stops."""
    RuleBrake.objects.get_or_create(pk=RuleBrake.ONLY)
    return RuleBrake.objects.select_for_update(of=("self",)).get(pk=RuleBrake.ONLY)


def stop_all(reason: str, *, user: User | None, now: datetime) -> RuleBrake:
    """Stop all sending by rule at once; what such a sending has not begun is not sent either.

    Raises ``ValidationError`` without a reason. Stopped twice, the first one stays.
    """
    return _set_brake(True, reason, user=user, now=now)


def resume_all(reason: str, *, user: User | None, now: datetime) -> RuleBrake:
    """Let journals be sent by rule again: those that come from now on.

    Raises ``ValidationError`` without a reason.
    """
    return _set_brake(False, reason, user=user, now=now)


def leave_to_person(journal: Journal, *, user: User | None, now: datetime) -> None:
    """Keep ``journal`` from being sent by rule, for good. Safe to repeat."""
    with transaction.atomic():
        # Behind a sweep under way, which may have chosen it.
        locked_brake()
        ruled, _made = RuledJournal.objects.get_or_create(journal=journal)
        if ruled.left_at is not None:
            return
        ruled.left_at = now
        ruled.save(update_fields=["left_at"])
        audit.record(
            audit.Action.JOURNAL_LEFT,
            user=user,
            company=journal.company,
            about=journal,
            reference=journal.reference,
        )


def leave_unticked(ids: Collection[int], *, user: User, now: datetime) -> None:
    """Keep from being sent by rule what a person has just left out, as far as a rule could."""
    ruled = Link.objects.open().filter(sends_by_rule=True)
    journals = Journal.objects.visible_to(user).filter(
        pk__in=ids, company__in=ruled.values("company")
    )
    for journal in journals.select_related("company"):
        leave_to_person(journal, user=user, now=now)


def _set_brake(is_stopped: bool, reason: str, *, user: User | None, now: datetime) -> RuleBrake:
    reason = reason.strip()[:MOST_CHARACTERS]
    if not reason:
        raise ValidationError({"reason": _("Say why, for those who wonder later.")})
    with transaction.atomic():
        row = locked_brake()
        if row.is_stopped == is_stopped:
            return row
        row.is_stopped, row.reason, row.changed_at = is_stopped, reason, now
        row.changed_by = user
        row.system_user = "" if user else audit.current_system_user()
        row.save(update_fields=["is_stopped", "reason", "changed_at", "changed_by", "system_user"])
        if is_stopped:
            # No sweep looks at them meanwhile, and lists would say that they will be sent.
            looked_at = RuledJournal.objects.filter(looked_at__isnull=False)
            looked_at.update(holds=[Hold.STOPPED.value])
        action = audit.Action.RULES_STOPPED if is_stopped else audit.Action.RULES_RESUMED
        audit.record(action, user=user, reason=reason)
    return row
