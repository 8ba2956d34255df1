"""Webhooks: where notices are sent, what came of it, and making, trying and ending one."""

from collections.abc import Sequence
from typing import Any

from django.http import Http404, HttpResponse
from django.utils import timezone
from django.utils.translation import get_language
from django.utils.translation import gettext_noop as _
from ninja import Query, Router
from pydantic import Field

from tilisilta.api.access import ApiRequest, Bearer
from tilisilta.api.answers import answer_with, answers
from tilisilta.api.asked import Asked, Paged
from tilisilta.api.paging import MOST_ROWS, USUAL_ROWS, page_of
from tilisilta.api.problems import ValuesNotPossible
from tilisilta.api.schemas_of_telling import (
    Deliveries,
    DeliveryDocument,
    MadeWebhook,
    WebhookDocument,
    Webhooks,
    WebhookToChange,
    WebhookToMake,
)
from tilisilta.domain.notices import NoticeKind
from tilisilta.languages import LANGUAGES, language_of
from tilisilta.management.webhooks import delivery_document, made_document, webhook_document
from tilisilta.models import Area, Debtor, Right, Scope, User, Webhook
from tilisilta.services.webhooks import managing
from tilisilta.services.webhooks.addresses import address_faults
from tilisilta.services.webhooks.delivering import send_test
from tilisilta.services.webhooks.managing import USUAL_KINDS, Wanted
from tilisilta.services.webhooks.outcomes import last_deliveries

router = Router(tags=["Webhooks"])
_MAY_READ = Bearer(Scope.READ, Area.USERS)
_MAY_CHANGE = Bearer(Scope.SET_UP, Area.USERS, Right.WRITE)


class AskedDeliveries(Asked):
    """How many of the last messages are asked for."""

    limit: int = Field(USUAL_ROWS, ge=1, le=MOST_ROWS)


@router.get(
    "/webhooks",
    auth=_MAY_READ,
    response=answers(Webhooks),
    summary=_("List webhooks, also those that have ended"),
)
def list_webhooks(request: ApiRequest, asked: Query[Paged]) -> dict[str, Any]:
    """Return a page of webhooks that tell of nothing but debtors that the user may see."""
    rows = Webhook.objects.visible_to(request.user).prefetch_related("debtors")
    page = page_of(rows, by="pk", cursor=asked.cursor, limit=asked.limit, newest_first=False)
    faults = address_faults(page.rows)
    return {
        "webhooks": [webhook_document(one, faults.get(one.pk)) for one in page.rows],
        "next": page.next,
    }


@router.get(
    "/webhooks/{int:webhook}/messages",
    auth=_MAY_READ,
    response=answers(Deliveries),
    summary=_("List the last messages of a webhook"),
)
def list_messages(
    request: ApiRequest, webhook: int, asked: Query[AskedDeliveries]
) -> dict[str, Any]:
    """Return what came of them. What was delivered is kept for 30 days."""
    sent = last_deliveries(_visible(request.user, webhook), at_most=asked.limit)
    return {"messages": [delivery_document(one) for one in sent]}


@router.post(
    "/webhooks",
    auth=_MAY_CHANGE,
    response=answers(MadeWebhook, status=201, does=True),
    summary=_("Make a webhook"),
)
def make_webhook(request: ApiRequest, wanted: WebhookToMake) -> HttpResponse:
    """Make a webhook and return it with its secret, which is shown this once.

    It takes no idempotency key, as the answer is kept nowhere: a name is taken once.
    """
    debtors = _debtors(request.user, wanted.debtors)
    made = managing.create_webhook(
        Wanted(
            name=wanted.name,
            format=wanted.format,
            address=wanted.address,
            kinds=wanted.kinds or USUAL_KINDS,
            language=_language(wanted.language),
            sees_all_debtors=debtors is None,
            debtors=debtors or (),
        ),
        user=request.user,
        now=timezone.now(),
    )
    return answer_with(MadeWebhook, made_document(made), status=201)


@router.post(
    "/webhooks/{int:webhook}/changes",
    auth=_MAY_CHANGE,
    response=answers(MadeWebhook, does=True),
    summary=_("Change a webhook"),
)
def alter_webhook(request: ApiRequest, webhook: int, wanted: WebhookToChange) -> HttpResponse:
    """Change what is named. It has a new secret only where it begins to be signed by that."""
    shown = _going_on(request.user, webhook)
    changed = managing.change_webhook(
        shown, _changed(shown, wanted, request.user), user=request.user, now=timezone.now()
    )
    return _answer_with_secret(changed)


@router.post(
    "/webhooks/{int:webhook}/secret",
    auth=_MAY_CHANGE,
    response=answers(MadeWebhook, does=True),
    summary=_("Make a new secret for a webhook"),
)
def renew_webhook_secret(request: ApiRequest, webhook: int) -> HttpResponse:
    """Make a new secret; for 24 hours the former one signs as well."""
    shown = _going_on(request.user, webhook)
    if not shown.is_signed:
        raise ValuesNotPossible(format="Slack and Teams know what is sent by the address alone.")
    renewed = managing.renew_secret(shown, user=request.user, now=timezone.now())
    return _answer_with_secret(renewed)


@router.post(
    "/webhooks/{int:webhook}/test",
    auth=_MAY_CHANGE,
    response=answers(DeliveryDocument, does=True),
    summary=_("Send a test to a webhook now"),
)
def check_webhook(request: ApiRequest, webhook: int) -> dict[str, Any]:
    """Send a test once and return what came of it; it arrived where its state is delivered."""
    return delivery_document(send_test(_going_on(request.user, webhook), now=timezone.now()))


@router.post(
    "/webhooks/{int:webhook}/end",
    auth=_MAY_CHANGE,
    response=answers(WebhookDocument, does=True),
    summary=_("End a webhook"),
)
def end_webhook(request: ApiRequest, webhook: int) -> dict[str, Any]:
    """End it for good. Its address and secret are forgotten, and what waits is not sent."""
    shown = _visible(request.user, webhook)
    ended = managing.end_webhook(shown, user=request.user, now=timezone.now())
    return webhook_document(ended)


def _answer_with_secret(made: managing.MadeWebhook) -> HttpResponse:
    return answer_with(MadeWebhook, made_document(made), status=200)


def _changed(webhook: Webhook, wanted: WebhookToChange, user: User) -> Wanted:
    """Return what the webhook shall be: what is not named stays."""
    if wanted.all_debtors and wanted.debtors is not None:
        raise ValuesNotPossible(all_debtors="Name the debtors, or all of them.")
    if wanted.all_debtors and user.is_limited:
        raise ValuesNotPossible(all_debtors="Name the debtors that it tells of.")
    named = None if wanted.debtors is None else _debtors(user, wanted.debtors)
    return Wanted(
        name=webhook.name if wanted.name is None else wanted.name,
        format=wanted.format or Webhook.Format(webhook.format),
        address=wanted.address or "",
        kinds=wanted.kinds or [NoticeKind(kind) for kind in webhook.kinds],
        language=webhook.language if wanted.language is None else _language(wanted.language),
        sees_all_debtors=wanted.all_debtors or (webhook.sees_all_debtors and named is None),
        debtors=tuple(webhook.debtors.all()) if named is None else named,
        is_active=webhook.is_active if wanted.is_active is None else wanted.is_active,
    )


def _visible(user: User, webhook: int) -> Webhook:
    """Return the webhook; raise ``Http404`` if the user may not see all its debtors."""
    found = Webhook.objects.visible_to(user).filter(pk=webhook).first()
    if found is None:
        raise Http404
    return found


def _going_on(user: User, webhook: int) -> Webhook:
    found = _visible(user, webhook)
    if found.ended_at is not None:
        raise Http404
    return found


def _debtors(user: User, numbers: Sequence[int] | None) -> Sequence[Debtor] | None:
    """Return the debtors that are named; ``None`` for all, which a limited user may not name."""
    if numbers is None:
        if user.is_limited:
            raise ValuesNotPossible(debtors="Name the debtors that it tells of.")
        return None
    found = list(Debtor.objects.filter(user.rows_of_debtors("pk"), number__in=numbers))
    missing = set(numbers) - {one.number for one in found}
    if missing:
        names = ", ".join(map(str, sorted(missing)))
        raise ValuesNotPossible(debtors=f"There is no debtor {names}.")
    return found


def _language(asked: str | None) -> str:
    known = [one.code for one in LANGUAGES]
    if asked is None:
        return language_of(get_language()).code
    if asked not in known:
        raise ValuesNotPossible(language=f"Languages are: {', '.join(known)}.")
    return asked
