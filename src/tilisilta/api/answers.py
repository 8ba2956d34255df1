"""What endpoints share: what they may answer, rows a user may see, and answers given once."""

from collections.abc import Callable
from typing import Annotated, Any

from django.core.exceptions import ValidationError
from django.http import Http404, HttpResponse
from django.utils import timezone
from ninja import Header, Schema

from tilisilta.api.access import ApiRequest
from tilisilta.api.asked import Text
from tilisilta.api.problems import CONTENT_TYPE, refusal
from tilisilta.api.schemas import ProblemDetails
from tilisilta.errors import TilisiltaError
from tilisilta.management.output import json_text
from tilisilta.models import Company, Journal, User
from tilisilta.services.journals.references import journal_by_reference
from tilisilta.services.keyed_requests import MOST_KEY_CHARACTERS, KeptAnswer, answer_once

READING = frozenset({401, 403, 404, 422, 429})
DOING = READING | {409, 502, 503}
Key = Annotated[
    Text | None,
    Header(
        None,
        alias="Idempotency-Key",
        max_length=MOST_KEY_CHARACTERS,
        description="A text of your own for this request: repeated, it is answered the same.",
    ),
]


def answers(document: type[Schema], *, status: int = 200, does: bool = False) -> dict[Any, Any]:
    """Return the answers of an operation: its document, or problem details."""
    return {status: document, DOING if does else READING: ProblemDetails}


def visible_company(user: User, number: int) -> Company:
    """Return the company; raise ``Http404`` for none that ``user`` may see."""
    company = Company.objects.visible_to(user).select_related("debtor").filter(number=number)
    found = company.first()
    if found is None:
        raise Http404
    return found


def visible_journal(user: User, reference: str) -> Journal:
    """Return the journal; raise ``Http404`` for none that ``user`` may see."""
    journal = journal_by_reference(reference, Journal.objects.visible_to(user))
    if journal is None:
        raise Http404
    return journal


def answer_with(document: type[Schema], content: dict[str, Any], *, status: int) -> HttpResponse:
    """Return ``content`` as the document that the description promises."""
    body = json_text(document.model_validate(content).model_dump())
    return HttpResponse(body, content_type="application/json; charset=utf-8", status=status)


def once(
    request: ApiRequest, key: str | None, asked: Schema, act: Callable[[], HttpResponse]
) -> HttpResponse:
    """Return the answer of ``act``; with an idempotency key the first one, each time.

    A user who has got other debtors meanwhile is not given what was answered before.
    """
    if not key:
        return act()

    def acted() -> KeptAnswer:
        try:
            response = act()
        except (TilisiltaError, ValidationError, Http404) as error:
            response = refusal(error, request)
        return KeptAnswer(status=response.status_code, body=response.text)

    user = request.user
    limits = ("limited", *map(str, sorted(user.chosen_debtor_ids))) if user.is_limited else ()
    parts = (str(request.method), request.path, asked.model_dump_json(), *limits)
    kept = answer_once(key, *parts, user=user, now=timezone.now(), act=acted)
    kind = CONTENT_TYPE if kept.status >= 400 else "application/json; charset=utf-8"
    return HttpResponse(kept.body, content_type=kind, status=kept.status)
