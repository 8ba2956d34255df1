"""Sending by rule: what rules would do now, and what holds a journal."""

from typing import Any

from django.utils import timezone
from django.utils.translation import gettext_noop as _
from ninja import Query, Router

from tilisilta.api.access import ApiRequest, Bearer
from tilisilta.api.answers import answers, visible_company, visible_journal
from tilisilta.api.asked import Asked, Reference
from tilisilta.api.schemas_of_rules import RuleOfJournal, Rules
from tilisilta.management.sending_rules import hold_document, rules_document
from tilisilta.models import Area, Right, Scope
from tilisilta.services.journals.previews import preview_journal
from tilisilta.services.sending.by_rule import sending_that_sent
from tilisilta.services.sending_rules.showing import rules_now
from tilisilta.web.journal_rule import RuleNotice, rule_notice

router = Router(tags=["Rules"])
_MAY_READ = Bearer(Scope.READ, Area.JOURNAL_EXPORTS)


class AskedRules(Asked):
    """Of which company the journals are asked for."""

    company: int | None = None


@router.get(
    "/rules",
    auth=_MAY_READ,
    response=answers(Rules),
    summary=_("Show what would be sent by rule now, and what holds the rest"),
)
def show_rules(request: ApiRequest, asked: Query[AskedRules]) -> dict[str, Any]:
    """Return up to 300 journals of links that send by rule. Nothing is sent by asking."""
    user = request.user
    company = None if asked.company is None else visible_company(user, asked.company)
    return rules_document(rules_now(user, now=timezone.now(), company=company))


@router.get(
    "/journals/{reference}/rule",
    auth=_MAY_READ,
    response=answers(RuleOfJournal),
    summary=_("Show what holds a journal from being sent by rule"),
)
def show_rule(request: ApiRequest, reference: Reference) -> dict[str, Any]:
    """Return what a rule has done with the journal or will do, as its page says it."""
    journal = visible_journal(request.user, reference)
    shown = rule_notice(
        journal,
        preview_journal(journal).link,
        journal.sendings.select_related("joint").first(),
        sent=sending_that_sent(journal.pk),
        proposal=journal.proposals.open().select_related("joint").first(),
        may_send=request.user.can(Right.WRITE, Area.JOURNAL_EXPORTS),
    )
    said = shown or RuleNotice()
    return {
        "journal": journal.reference,
        "sent_by": said.sent_by or None,
        "refused_by": said.refused_by or None,
        "proposed_by": said.proposed_by or None,
        "sends_at": said.sends_at,
        "only_proposes": said.only_proposes,
        "is_held": said.is_held,
        "held_by": [hold_document(one) for one in said.reasons],
    }
