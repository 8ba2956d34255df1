"""Authorising several accounts in turn: which one is next, until none is left."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from tilisilta.models import Link, ProcountorAccount
from tilisilta.services.reasons.planning import Plan
from tilisilta.web.rights import UserRequest

IN_SESSION = "authorising"


@dataclass(frozen=True, kw_only=True)
class Turn:
    """The account that is next, and how many are left with it; the month they are needed for."""

    account: ProcountorAccount | None
    left: int
    month: date


def begin_turns(request: UserRequest, planned: Plan) -> None:
    """Remember the accounts of ``planned``, so that each leads to the next."""
    request.session[IN_SESSION] = {
        "month": planned.month.isoformat(),
        "accounts": [one.link.procountor_account_id for one in planned.rows if one.link],
    }


def next_for_key(request: UserRequest, account: ProcountorAccount) -> ProcountorAccount | None:
    """Return the account that waits for a key after ``account``, if that one had its turn."""
    begun = request.session.get(IN_SESSION)
    if begun is None or account.pk not in begun["accounts"]:
        return None
    waiting = _waiting(request, begun["accounts"])
    return waiting[0] if waiting else None


def next_turn(request: UserRequest) -> Turn | None:
    """Return what comes next; ``None`` where no turns were begun. At the end they are forgotten."""
    begun = request.session.get(IN_SESSION)
    if begun is None:
        return None
    left = _waiting(request, begun["accounts"])
    if not left:
        del request.session[IN_SESSION]
    return Turn(
        account=left[0] if left else None,
        left=len(left),
        month=date.fromisoformat(begun["month"]),
    )


def _waiting(request: UserRequest, accounts: Sequence[int]) -> list[ProcountorAccount]:
    links = (
        Link.objects.open()
        .visible_to(request.user)
        .filter(procountor_account__in=accounts)
        .exclude(procountor_account__state=ProcountorAccount.State.AUTHORISED)
        .select_related("procountor_account")
        .order_by("company__number")
    )
    return [link.procountor_account for link in links]
