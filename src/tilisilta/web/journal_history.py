"""What happened to a journal: what people did, and the attempts at its receipts."""

import re
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from operator import attrgetter

from django.db.models import Q
from django.utils.html import strip_tags
from django.utils.translation import gettext as _

from tilisilta.models import Attempt, AuditEntry, Journal
from tilisilta.services.audit_sentences import sentence_of
from tilisilta.services.sending_rules.words import name_of_asker
from tilisilta.web.templatetags.ledger import day

HISTORY_AT_MOST = 200
_CODE = re.compile(r"\b[A-Z]+(?:_[A-Z0-9]+)+\b")
"""A code with which Procountor refused a receipt."""


@dataclass(frozen=True, kw_only=True)
class Event:
    """Something that happened to the journal: when, by whom, what."""

    at: datetime
    who: str
    text: str


def history_of(journal: Journal) -> tuple[Event, ...]:
    """Return everything that happened to ``journal``, newest first.

    An attempt whose receipt was booked or found is left out: the audit log has an entry of that.
    """
    attempts = (
        Attempt.objects.select_related("export")
        .filter(export__journal=journal)
        .exclude(outcome__in=(Attempt.Outcome.POSTED, Attempt.Outcome.FOUND))
        .order_by("-started_at")
    )
    events = (
        *(_entry_event(entry) for entry in _entries_of(journal)),
        *(_attempt_event(one) for one in attempts[:HISTORY_AT_MOST]),
    )
    return tuple(sorted(events, key=attrgetter("at"), reverse=True))[:HISTORY_AT_MOST]


def _entries_of(journal: Journal) -> Iterable[AuditEntry]:
    """Return the latest entries of ``journal``, under each number that it had."""
    entries = AuditEntry.objects.select_related("user")
    renumberings = Q(company=journal.company, action=AuditEntry.Action.JOURNAL_RENUMBERED)
    # Few are renumbered, and then the entries under its number are all there are: one query.
    known = list(entries.filter(_of(journal, ()) | renumberings)[: HISTORY_AT_MOST + 1])
    others = [one for one in known if one.action != AuditEntry.Action.JOURNAL_RENUMBERED]
    is_renumbered = any(_names(one, journal.reference) for one in known if one not in others)
    if len(known) <= HISTORY_AT_MOST and not is_renumbered:
        return others
    of_company = AuditEntry.objects.filter(renumberings).order_by("-pk")
    return entries.filter(_of(journal, of_company))[:HISTORY_AT_MOST]


def _names(renumbering: AuditEntry, reference: str) -> bool:
    return reference in {renumbering.facts["reference"], renumbering.facts["before"]}


def _of(journal: Journal, renumbered: Iterable[AuditEntry]) -> Q:
    """Return the entries of ``journal`` under each number, for the time it had that number.

    An entry names its journal by the number of that time. ``renumbered`` are all renumberings of
    its company, the last first.
    """
    reference, until = journal.reference, Q()
    # The entries of earlier versions name no journal but by its reference.
    of_company = Q(company=journal.company)
    matches = of_company & Q(about_kind=AuditEntry.About.JOURNAL, about_id=journal.pk)
    for entry in renumbered:
        if not _names(entry, reference):
            continue
        here = Q(company=journal.company, facts__reference=reference, pk__gte=entry.pk)
        matches |= here & until
        if entry.facts["reference"] != reference:
            # Another journal had the number before and left it then.
            return matches
        reference, until = entry.facts["before"], Q(pk__lt=entry.pk)
    return matches | (Q(company=journal.company, facts__reference=reference) & until)


def _entry_event(entry: AuditEntry) -> Event:
    return Event(at=entry.at, who=_who(entry), text=sentence_of(entry))


def _who(entry: AuditEntry) -> str:
    name = entry.user.get_full_name() if entry.user else ""
    return name or entry.user_name or name_of_asker(entry.system_user) or _("Tilisilta")


def _attempt_event(attempt: Attempt) -> Event:
    text = _("attempt %(number)s at the receipt of %(date)s: %(outcome)s") % {
        "number": attempt.number,
        "date": strip_tags(day(attempt.export.booking_date)),
        "outcome": attempt.get_outcome_display(),
    }
    # The rest of the detail is for the log of the service: English, and of how it was programmed.
    codes = _CODE.findall(attempt.detail)
    return Event(
        at=attempt.started_at,
        who=_("Tilisilta"),
        text=f"{text} ({', '.join(codes)})" if codes else text,
    )
