"""Users and user templates: who may do what."""

from typing import Any

from django.utils.translation import gettext_noop as _
from ninja import Query, Router

from tilisilta.api.access import ApiRequest, Bearer
from tilisilta.api.answers import answers
from tilisilta.api.asked import Paged
from tilisilta.api.paging import page_of
from tilisilta.api.schemas_of_trails import Templates, Users
from tilisilta.management.users import user_document
from tilisilta.models import Area, Scope, User, UserTemplate

router = Router(tags=["Users"])
_MAY_READ = Bearer(Scope.READ, Area.USERS)


@router.get("/users", auth=_MAY_READ, response=answers(Users), summary=_("List users"))
def list_users(request: ApiRequest, asked: Query[Paged]) -> dict[str, Any]:
    """Return a page of users with their templates and the debtors that they are limited to."""
    rows = User.objects.select_related("template").prefetch_related("debtors")
    page = page_of(rows, by="pk", cursor=asked.cursor, limit=asked.limit, newest_first=False)
    return {"users": [_shown(one, request.user) for one in page.rows], "next": page.next}


@router.get(
    "/user-templates",
    auth=_MAY_READ,
    response=answers(Templates),
    summary=_("List user templates with their rights"),
)
def list_templates(request: ApiRequest, asked: Query[Paged]) -> dict[str, Any]:
    """Return a page of user templates."""
    rows = UserTemplate.objects.all()
    page = page_of(rows, by="pk", cursor=asked.cursor, limit=asked.limit, newest_first=False)
    return {"templates": [_template(one) for one in page.rows], "next": page.next}


def _shown(person: User, reader: User) -> dict[str, Any]:
    """Return a user; of the debtors only those that the reader may see."""
    document = user_document(person)
    if not reader.is_limited:
        return document
    chosen = person.debtors.all()
    seen = [one.number for one in chosen if one.pk in reader.chosen_debtor_ids]
    return {**document, "debtors": seen}


def _template(template: UserTemplate) -> dict[str, Any]:
    return {
        "name": template.name,
        "is_administrator": template.is_administrator,
        "rights": {area.value: template.right_to(area).value for area in Area},
        "demands_second_step": template.demands_second_step,
        "sender_cannot_sign": template.sender_cannot_sign,
    }
