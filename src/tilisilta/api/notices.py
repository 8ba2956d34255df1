"""Notices that still stand, as mails and webhooks tell them."""

from typing import Any

from django.utils.translation import gettext_noop as _
from ninja import Query, Router

from tilisilta.api.access import ApiRequest, Bearer
from tilisilta.api.answers import answers
from tilisilta.api.asked import Paged
from tilisilta.api.paging import cursor_at, number_in
from tilisilta.api.schemas_of_telling import Notices
from tilisilta.domain.notices import NoticeKind
from tilisilta.models import Area, Notice, Scope
from tilisilta.services.notices.audience import open_notices, reader_of
from tilisilta.services.webhooks.messages import what_is_told, with_what_is_told

router = Router(tags=["Notices"])


class AskedNotices(Paged):
    """Which notices are asked for."""

    kind: NoticeKind | None = None


@router.get(
    "/notices",
    auth=Bearer(Scope.READ, Area.JOURNAL_EXPORTS),
    response=answers(Notices),
    summary=_("List notices that still stand, newest first"),
)
def list_notices(request: ApiRequest, asked: Query[AskedNotices]) -> dict[str, Any]:
    """Return a page of what the user may be told: authorisations need the right to their page."""
    reader = reader_of(request.user)
    before = number_in(asked.cursor) if asked.cursor else None
    known = [
        one.pk
        for one in reversed(open_notices())
        if asked.kind in {None, one.kind} and (before is None or one.pk < before)
        if reader.may_know(one)
    ]
    listed = known[: asked.limit]
    rows = with_what_is_told(Notice.objects.filter(pk__in=listed)).order_by("-pk")
    return {
        "notices": [_shown(one) for one in rows],
        "next": cursor_at(listed[-1]) if len(known) > len(listed) else None,
    }


def _shown(notice: Notice) -> dict[str, Any]:
    return {
        "id": notice.pk,
        "kind": notice.kind,
        "raised_at": notice.raised_at,
        **what_is_told(notice),
    }
