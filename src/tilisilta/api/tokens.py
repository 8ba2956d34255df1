"""Whose the token of a request is."""

from typing import Any

from django.utils.translation import gettext_noop as _
from ninja import Router

from tilisilta.api.access import ApiRequest, Bearer
from tilisilta.api.answers import answers
from tilisilta.api.schemas import Me
from tilisilta.models import Area, Right, Scope, User
from tilisilta.services.notices.choosing import choice_of, kinds_open_to

router = Router(tags=["Tokens"])


@router.get(
    "/me", auth=Bearer(Scope.READ), response=answers(Me), summary=_("Show whose the token is")
)
def show_me(request: ApiRequest) -> dict[str, Any]:
    """Return the user, their rights and debtors, and the scopes of the token."""
    user, token = request.user, request.auth
    debtors = user.debtors.order_by("number").values_list("number", flat=True)
    return {
        "user": user.username,
        "template": user.template.name if user.template else None,
        "sees_all_debtors": not user.is_limited,
        "debtors": list(debtors) if user.is_limited else [],
        "rights": {area.value: _right(user, area) for area in Area},
        "notices": _notices(user),
        "token": {
            "name": token.name,
            "scopes": token.scopes,
            "expires_at": token.expires_at,
        },
    }


def _notices(user: User) -> dict[str, str]:
    """Return what the user is told by mail, and how soon; nothing before they have chosen."""
    choice = choice_of(user)
    if choice is None:
        return {}
    return {kind.value: choice.cadence_of(kind).value for kind in kinds_open_to(user)}


def _right(user: Any, area: Area) -> str:
    rights = (Right.WRITE, Right.READ)
    return next((right.value for right in rights if user.can(right, area)), Right.NONE.value)
