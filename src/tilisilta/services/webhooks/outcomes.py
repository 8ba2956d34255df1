"""What came of a message and how a webhook stands, in words for pages and commands."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from http import HTTPStatus

from django.db.models import OuterRef, QuerySet, Subquery
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from tilisilta.domain.receivers import Fault
from tilisilta.models import NOTICE_KINDS, Delivery, User, Webhook
from tilisilta.services.explanations import Explanation, explain_error
from tilisilta.services.webhooks.addresses import WebhookAddressRefused, address_faults

SHOWN_ENDED = timedelta(days=90)
_TROUBLES: Mapping[str, Promise] = {
    "not_an_address": gettext_lazy("The address is not whole"),
    "not_found": gettext_lazy("The name in the address is unknown"),
    "not_allowed": gettext_lazy("The address leads into a network that is not allowed"),
    "not_https": gettext_lazy("The address is not encrypted"),
    "keys_do_not_fit": gettext_lazy("No encryption key opens the address"),
    "ConnectError": gettext_lazy("The receiver cannot be connected to"),
    "ConnectTimeout": gettext_lazy("The receiver cannot be connected to"),
    "ReadTimeout": gettext_lazy("No answer in time"),
    "WriteTimeout": gettext_lazy("No answer in time"),
}


@dataclass(frozen=True, kw_only=True)
class ListedWebhook:
    """A webhook of the list, with its last message that was tried and the fault of its address."""

    webhook: Webhook
    last: Delivery | None
    fault: Fault | None = None

    @property
    def is_failing(self) -> bool:
        return self.webhook.is_active and self.webhook.failure_count > 0

    @property
    def explained_fault(self) -> Explanation | None:
        return explain_error(WebhookAddressRefused(self.fault)) if self.fault else None


def listed_webhooks(user: User | None, now: datetime) -> Sequence[ListedWebhook]:
    """Return the webhooks that ``user`` may see, those in use first; ``None`` sees all.

    What ended long ago is left out.
    """
    tried = Delivery.objects.filter(webhook=OuterRef("pk"), tried_at__isnull=False)
    webhooks = Webhook.objects.exclude(ended_at__lt=now - SHOWN_ENDED)
    if user is not None:
        webhooks = webhooks.visible_to(user)
    found = list(
        webhooks.prefetch_related("debtors")
        .annotate(last_pk=Subquery(tried.order_by("-tried_at").values("pk")[:1]))
        .order_by("-is_active", "name", "pk")
    )
    last = Delivery.objects.in_bulk([one.last_pk for one in found if one.last_pk])  # type: ignore[attr-defined]  # annotated
    faults = address_faults(found)
    return [
        ListedWebhook(webhook=one, last=last.get(one.last_pk), fault=faults.get(one.pk))  # type: ignore[attr-defined]  # as above
        for one in found
    ]


def failing_webhooks() -> Sequence[str]:
    """Return the names of the webhooks in use whose last message did not arrive."""
    failing = Webhook.objects.in_use().filter(failure_count__gt=0)
    return list(failing.values_list("name", flat=True))


def explained_fault(webhook: Webhook) -> Explanation | None:
    """Return what is wrong with a stored address and what to do; ``None`` if it is well."""
    fault = address_faults([webhook]).get(webhook.pk)
    return explain_error(WebhookAddressRefused(fault)) if fault else None


def faulty_webhooks() -> Mapping[str, Explanation]:
    """Return what is wrong with the addresses of webhooks in use, by name."""
    in_use = {one.pk: one for one in Webhook.objects.in_use()}
    faults = address_faults(in_use.values())
    return {
        in_use[pk].name: explain_error(WebhookAddressRefused(fault)) for pk, fault in faults.items()
    }


def last_deliveries(webhook: Webhook, *, at_most: int) -> QuerySet[Delivery]:
    return webhook.deliveries.order_by("-made_at", "-pk")[:at_most]


def answer_words(delivery: Delivery) -> str:
    """Return what the receiver answered at last, or why it did not; empty before the first try."""
    if delivery.status is not None:
        return _status_words(delivery.status)
    if delivery.trouble:
        words = _TROUBLES.get(delivery.trouble)
        return str(words) if words is not None else _("The connection was lost")
    return ""


def kind_words(webhook: Webhook) -> tuple[str, ...]:
    """Return the kinds of notices that a webhook tells of."""
    return tuple(str(label) for kind, label in NOTICE_KINDS if kind in webhook.kinds)


def _status_words(status: int) -> str:
    try:
        # The words of the standard, which are English in every language.
        return f"{status} {HTTPStatus(status).phrase}"
    except ValueError:
        return str(status)
