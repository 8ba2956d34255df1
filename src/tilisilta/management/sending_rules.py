"""Sending by rule at the command line."""

from argparse import Namespace
from collections.abc import Iterator
from typing import Any

from django.core.exceptions import ValidationError
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from tilisilta.management.companies import find_company
from tilisilta.management.journals import find_journal
from tilisilta.management.output import Answer, refusal_of, shown_moment, table
from tilisilta.models import RuleBrake
from tilisilta.services.sending_rules.showing import RulesNow, RuleStanding, rules_now
from tilisilta.services.sending_rules.switching import (
    brake,
    leave_to_person,
    resume_all,
    stop_all,
)
from tilisilta.services.sending_rules.words import HeldInWords, in_words


def list_rules(_options: Namespace) -> Answer:
    """List the links that send by rule."""
    now = rules_now(None, now=timezone.now())
    rows = [
        (
            str(link.company),
            link.profile.name if link.profile else "",
            str(link.rule_hours),
            str(link.rule_percent),
            shown_moment(link.rule_since),
            _("only proposes") if link.needs_release else "",
        )
        for link in now.links
    ]
    headers = (_("Company"), _("Profile"), _("Hours"), _("Percent"), _("Since"), "")
    text = table(headers, rows) if rows else _("No link sends by rule.")
    return Answer(
        document={
            "brake": _brake_document(now.brake),
            "links": [
                {
                    "company": link.company.number,
                    "profile": link.profile.name if link.profile else None,
                    "hours": link.rule_hours,
                    "percent": link.rule_percent,
                    "since": link.rule_since,
                    "only_proposes": link.needs_release,
                }
                for link in now.links
            ],
        },
        text="\n".join([*_brake_lines(now.brake), text]),
    )


def check(options: Namespace) -> Answer:
    """Show what rules would do now; nothing is sent by asking."""
    company = None if options.company is None else find_company(options.company)
    now = rules_now(None, now=timezone.now(), company=company)
    return Answer(
        document=rules_document(now),
        text="\n".join(_check_lines(now)),
    )


def stop(options: Namespace) -> Answer:
    """Stop all sending by rule."""
    return _switched(stop_all, options, _("All sending by rule is stopped."))


def resume(options: Namespace) -> Answer:
    """Let journals that come from now on be sent by rule again."""
    return _switched(
        resume_all, options, _("Journals that come from now on are sent by rule again.")
    )


def keep(options: Namespace) -> Answer:
    """Keep a journal from being sent by rule."""
    journal = find_journal(options.journal)
    leave_to_person(journal, user=None, now=timezone.now())
    text = _("%(reference)s is not sent by rule. Send it yourself.")
    return Answer(
        document={"journal": journal.reference, "is_kept": True},
        text=text % {"reference": journal.reference},
    )


def _switched(switch: Any, options: Namespace, text: str) -> Answer:
    try:
        switch(options.reason, user=None, now=timezone.now())
    except ValidationError as error:
        raise refusal_of(error) from error
    return Answer(document={"brake": _brake_document(brake())}, text=text)


def _brake_document(row: RuleBrake) -> dict[str, Any]:
    return {
        "is_stopped": row.is_stopped,
        "reason": row.reason or None,
        "changed_at": row.changed_at,
        "changed_by": row.changed_by_name or None,
    }


def _brake_lines(row: RuleBrake) -> Iterator[str]:
    if row.is_stopped:
        told = _("All sending by rule is stopped since %(moment)s, by %(name)s: %(reason)s")
        yield told % {
            "moment": shown_moment(row.changed_at),
            "name": row.changed_by_name or "-",
            "reason": row.reason,
        }


def rules_document(now: RulesNow) -> dict[str, Any]:
    """Return what rules would do now, for the JSON document."""
    return {
        "brake": _brake_document(now.brake),
        "due": [_document(one) for one in now.due],
        "waiting": [_document(one) for one in now.waiting],
        "held": [_document(one) for one in now.held],
        "not_shown": now.left_count,
    }


def hold_document(held: HeldInWords) -> dict[str, Any]:
    """Return what holds a journal, with the values that its message names."""
    return {
        **held.facts,
        "rule": held.hold.value,
        "message": held.message,
        "remedy": held.remedy,
    }


def _document(one: RuleStanding) -> dict[str, Any]:
    return {
        "journal": one.journal.reference,
        "company": one.journal.company.number,
        "sends_at": one.sends_at,
        "only_proposes": one.only_proposes,
        "held_by": [hold_document(in_words(held)) for held in one.held],
    }


def _check_lines(now: RulesNow) -> Iterator[str]:
    yield from _brake_lines(now.brake)
    due, waiting, held = len(now.due), len(now.waiting), len(now.held)
    yield ngettext(
        "%(count)s journal would be asked for by rule now.",
        "%(count)s journals would be asked for by rule now.",
        due,
    ) % {"count": due}
    for one in now.due:
        yield f"  {one.journal.reference} {one.journal.company.name}{_proposed_only(one)}"
    yield ngettext("%(count)s waits for its hours.", "%(count)s wait for their hours.", waiting) % {
        "count": waiting
    }
    for one in now.waiting:
        at = shown_moment(one.sends_at)
        yield f"  {one.journal.reference} {one.journal.company.name}: {at}{_proposed_only(one)}"
    yield ngettext("%(count)s is held.", "%(count)s are held.", held) % {"count": held}
    for one in now.held:
        yield f"  {one.journal.reference} {one.journal.company.name}"
        for held_by in one.held:
            reason = in_words(held_by, only_proposes=one.only_proposes)
            yield f"    {reason.message}. {reason.remedy}"


def _proposed_only(one: RuleStanding) -> str:
    if not one.only_proposes:
        return ""
    text = _("only proposes: the link demands two persons")
    return f" ({text})"
