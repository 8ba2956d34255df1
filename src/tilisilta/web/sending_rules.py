"""Sending by rule: what would be sent now, what is held and why, and the brake for all of it."""

from dataclasses import dataclass
from datetime import datetime

from django.contrib import messages
from django.core.exceptions import PermissionDenied, ValidationError
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _

from tilisilta.models import Area, Journal, Right
from tilisilta.services.sending_rules.showing import RulesNow, RuleStanding, rules_now
from tilisilta.services.sending_rules.switching import leave_to_person, resume_all, stop_all
from tilisilta.services.sending_rules.words import HeldInWords, in_words
from tilisilta.web.only_posted import only_posted
from tilisilta.web.parts import visible_journal
from tilisilta.web.rights import UserRequest, needs


@dataclass(frozen=True, kw_only=True)
class RuleRow:
    """A journal with the reasons that hold it, in words."""

    journal: Journal
    sends_at: datetime | None
    reasons: tuple[HeldInWords, ...]
    only_proposes: bool


@needs(Area.JOURNAL_EXPORTS, Right.READ)
def sending_rules(request: UserRequest) -> HttpResponse:
    """Show what rules would do now; nothing is sent by looking."""
    return _page(request)


@only_posted
@needs(Area.JOURNAL_EXPORTS, Right.WRITE)
def stop_rules(request: UserRequest) -> HttpResponse:
    """Stop all sending by rule at once."""
    _must_see_all(request)
    try:
        stop_all(request.POST.get("reason", ""), user=request.user, now=timezone.now())
    except ValidationError as error:
        return _page(request, errors=error.messages)
    messages.success(request, _("All sending by rule is stopped."))
    return redirect("sending_rules")


@only_posted
@needs(Area.JOURNAL_EXPORTS, Right.WRITE)
def resume_rules(request: UserRequest) -> HttpResponse:
    """Let journals be sent by rule again: those that come from now on."""
    _must_see_all(request)
    if not request.user.can(Right.WRITE, Area.PROCOUNTOR):
        raise PermissionDenied
    try:
        resume_all(request.POST.get("reason", ""), user=request.user, now=timezone.now())
    except ValidationError as error:
        return _page(request, errors=error.messages)
    messages.success(request, _("Journals that come from now on are sent by rule again."))
    return redirect("sending_rules")


@only_posted
@needs(Area.JOURNAL_EXPORTS, Right.WRITE)
def keep_from_rule(request: UserRequest, pk: int) -> HttpResponse:
    """Keep a journal from being sent by rule: a person sends it."""
    journal = visible_journal(request.user, pk)
    leave_to_person(journal, user=request.user, now=timezone.now())
    messages.success(
        request,
        _("%(reference)s is not sent by rule. Send it yourself.")
        % {"reference": journal.reference},
    )
    return redirect("journal", pk=pk)


def _must_see_all(request: UserRequest) -> None:
    """Refuse who is limited to some debtors: the brake is that of all."""
    if request.user.is_limited:
        raise PermissionDenied


def _page(request: UserRequest, *, errors: list[str] | None = None) -> HttpResponse:
    now = rules_now(request.user, now=timezone.now())
    user = request.user
    may_stop = user.can(Right.WRITE, Area.JOURNAL_EXPORTS) and not user.is_limited
    context = {
        "now": now,
        "sending_count": sum(not link.needs_release for link in now.links),
        "proposing_count": sum(link.needs_release for link in now.links),
        "groups": _groups(now),
        "errors": errors or (),
        "may_stop": may_stop and not now.brake.is_stopped,
        "may_resume": may_stop and now.brake.is_stopped and user.can(Right.WRITE, Area.PROCOUNTOR),
    }
    return render(request, "rules/rules.html", context, status=422 if errors else 200)


@dataclass(frozen=True, kw_only=True)
class Group:
    """Journals with which rules would do the same."""

    key: str
    title: str
    rows: tuple[RuleRow, ...]


def _groups(now: RulesNow) -> tuple[Group, ...]:
    return (
        Group(key="due", title=_("Will be asked for in a minute"), rows=_rows(now.due)),
        Group(key="waiting", title=_("Waits for its hours"), rows=_rows(now.waiting)),
        Group(key="held", title=_("Held, each for its reasons"), rows=_rows(now.held)),
    )


def _rows(standings: tuple[RuleStanding, ...]) -> tuple[RuleRow, ...]:
    return tuple(
        RuleRow(
            journal=one.journal,
            sends_at=one.sends_at,
            reasons=tuple(in_words(held, only_proposes=one.only_proposes) for held in one.held),
            only_proposes=one.only_proposes,
        )
        for one in standings
    )
