"""The audit log."""

from datetime import date
from typing import Any

from django.utils.translation import gettext_noop as _
from ninja import Query, Router

from tilisilta.api.access import ApiRequest, Bearer
from tilisilta.api.answers import answers
from tilisilta.api.asked import Paged
from tilisilta.api.paging import page_of
from tilisilta.api.schemas import Entries
from tilisilta.management.audit_log import entry_document
from tilisilta.models import Area, AuditEntry, Scope
from tilisilta.services.audit import entries_visible_to, narrowed
from tilisilta.services.audit_export import OF_OTHER_DEBTORS

router = Router(tags=["Audit log"])


class AskedEntries(Paged):
    """Which entries are asked for."""

    company: int | None = None
    action: AuditEntry.Action | None = None
    since: date | None = None
    until: date | None = None


@router.get(
    "/audit-log",
    auth=Bearer(Scope.READ, Area.AUDIT_LOG),
    response=answers(Entries),
    summary=_("List entries of the audit log, newest first"),
)
def list_entries(request: ApiRequest, asked: Query[AskedEntries]) -> dict[str, Any]:
    """Return a page of what the user may see of the audit log."""
    rows = narrowed(
        entries_visible_to(request.user),
        company=asked.company,
        action=asked.action or "",
        since=asked.since,
        until=asked.until,
    )
    page = page_of(rows, by="pk", cursor=asked.cursor, limit=asked.limit)
    return {"entries": [_shown(one, request) for one in page.rows], "next": page.next}


def _shown(entry: AuditEntry, request: ApiRequest) -> dict[str, Any]:
    """Return an entry; a limited user learns of no other debtor by what a value was before."""
    document = entry_document(entry)
    if not request.user.is_limited:
        return document
    changes = [one for one in entry.changes if one["field"] not in OF_OTHER_DEBTORS]
    return {**document, "changes": changes}
