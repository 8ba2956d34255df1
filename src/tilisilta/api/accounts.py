"""Accounts in Procountor and connections to Nmbrs: where they stand, without any secret."""

from typing import Any

from django.db.models import Prefetch
from django.utils.translation import gettext_noop as _
from ninja import Query, Router

from tilisilta.api.access import ApiRequest, Bearer
from tilisilta.api.answers import answers
from tilisilta.api.asked import Paged
from tilisilta.api.paging import page_of
from tilisilta.api.schemas_of_set_up import Accounts, Connections
from tilisilta.management.accounts import account_document
from tilisilta.management.nmbrs_connections import connection_document
from tilisilta.models import Area, Link, NmbrsConnection, ProcountorAccount, Scope, User

router = Router(tags=["Accounts"])


class AskedAccounts(Paged):
    """Which accounts are asked for."""

    state: ProcountorAccount.State | None = None


@router.get(
    "/accounts",
    auth=Bearer(Scope.READ, Area.PROCOUNTOR),
    response=answers(Accounts),
    summary=_("List Procountor accounts and their states"),
)
def list_accounts(request: ApiRequest, asked: Query[AskedAccounts]) -> dict[str, Any]:
    """Return a page of accounts, with the company that each serves."""
    links = Link.objects.open().select_related("company__debtor")
    rows = (
        ProcountorAccount.objects.visible_to(request.user)
        .select_related("debtor")
        .prefetch_related(Prefetch("links", links))
        .defer("administration")
    )
    if asked.state is not None:
        rows = rows.filter(state=asked.state)
    page = page_of(rows, by="pk", cursor=asked.cursor, limit=asked.limit, newest_first=False)
    return {"accounts": [account_document(one) for one in page.rows], "next": page.next}


@router.get(
    "/nmbrs-connections",
    auth=Bearer(Scope.READ, Area.NMBRS),
    response=answers(Connections),
    summary=_("List connections to Nmbrs and their states"),
)
def list_connections(request: ApiRequest, asked: Query[Paged]) -> dict[str, Any]:
    """Return a page of connections as Nmbrs last described them, also removed ones."""
    rows = NmbrsConnection.objects.defer("token").select_related("grant")
    page = page_of(rows, by="pk", cursor=asked.cursor, limit=asked.limit, newest_first=False)
    return {
        "connections": [_shown(one, request.user) for one in page.rows],
        "next": page.next,
    }


def _shown(connection: NmbrsConnection, user: User) -> dict[str, Any]:
    """Return a connection; it serves all debtors, so that a limited user learns no names by it."""
    document = connection_document(connection)
    if not user.is_limited:
        return document
    rest = {**document["rest"], "consent": None}
    return {**document, "questions": [], "rest": rest}
