"""The audit log at the command line."""

from argparse import Namespace
from typing import Any

from django.db.models import QuerySet
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from tilisilta.domain.sending_rules import BY_RULE
from tilisilta.management.companies import find_company
from tilisilta.management.output import Answer, WrongUse, shown_moment, table
from tilisilta.management.users import find_user
from tilisilta.models import AuditEntry
from tilisilta.services.audit import ANY_COMMAND, narrowed
from tilisilta.services.audit_sentences import sentence_of
from tilisilta.services.sending_rules.words import name_of_asker


def show_log(options: Namespace) -> Answer:
    """Show the entries that fit, the latest first."""
    if options.limit < 1:
        raise WrongUse(_("--limit must be at least 1"))
    found = chosen_entries(options)
    entries, count = list(found[: options.limit]), found.count()
    return Answer(
        document={
            "count": count,
            "entries": [entry_document(entry) for entry in entries],
        },
        text=_shown(entries, count),
    )


def chosen_entries(options: Namespace) -> "QuerySet[AuditEntry]":
    """Return the entries that fit all that was asked for."""
    return narrowed(
        AuditEntry.objects.select_related("company"),
        company=find_company(options.company).number if options.company else None,
        user=find_user(options.user) if options.user else None,
        system_user=ANY_COMMAND if options.commands else options.system_user,
        action=_known_kind(options.kind),
        since=options.since,
        until=options.until,
    )


def entry_document(entry: AuditEntry) -> dict[str, Any]:
    """Return an entry for the JSON document."""
    return {
        "id": entry.pk,
        "at": entry.at,
        "user": entry.user_name or None,
        "system_user": entry.system_user or None,
        "action": entry.action,
        "sentence": sentence_of(entry),
        "company": entry.company.number if entry.company else None,
        "about": entry.about_kind or None,
        "about_id": entry.about_id,
        "facts": entry.facts,
        "changes": entry.changes,
    }


def _shown(entries: list[AuditEntry], count: int) -> str:
    if not entries:
        return _("Nothing was done that fits.")
    rows = [
        (
            str(entry.pk),
            shown_moment(entry.at),
            _who(entry),
            sentence_of(entry),
            str(entry.company or ""),
        )
        for entry in entries
    ]
    text = table((_("Id"), _("When"), _("Who"), _("What"), _("Company")), rows, right=_("Id"))
    rest = count - len(entries)
    if rest:
        more = ngettext(
            "and %(count)s earlier entry; --limit shows more",
            "and %(count)s earlier entries; --limit shows more",
            rest,
        )
        text += "\n\n" + more % {"count": rest}
    return text


def _who(entry: AuditEntry) -> str:
    if entry.user_name:
        return entry.user_name
    if entry.system_user.startswith(BY_RULE):
        return name_of_asker(entry.system_user)
    if entry.system_user:
        return _("%(name)s, by a command") % {"name": entry.system_user}
    return _("Tilisilta itself")


def _known_kind(kind: str) -> str:
    if kind and kind not in AuditEntry.Action.values:
        raise WrongUse(
            _("There is no kind of entry named %(kind)s") % {"kind": kind},
            cause=_("There are: %(known)s.") % {"known": ", ".join(AuditEntry.Action.values)},
        )
    return kind
