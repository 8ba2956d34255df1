"""Makes, changes and ends webhooks. The address and the secret are in no error and no entry."""

from collections.abc import Collection, Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from django.core.exceptions import ValidationError
from django.db import IntegrityError, transaction
from django.utils.translation import gettext as _

from tilisilta.clients.webhooks.signing import new_secret
from tilisilta.domain.notices import NoticeKind
from tilisilta.domain.personal_codes import find_personal_codes
from tilisilta.domain.problems import ProblemCode
from tilisilta.errors import NeedsAttention
from tilisilta.models import Debtor, Delivery, User, Webhook
from tilisilta.services import audit
from tilisilta.services.audit_changes import changes_of, made_with
from tilisilta.services.webhooks.addresses import checked_address

FORMER_SECRET_LASTS = timedelta(hours=24)
MOST_NAME_CHARACTERS = 80
USUAL_KINDS = tuple(kind for kind in NoticeKind if kind is not NoticeKind.READY)
"""What a new webhook tells of unless something else is said: what needs a person."""
_MADE_BY = frozenset({"format", "sees_all_debtors", "debtors"})
"""What decides on the text of a message."""
_NAMES = {"is_active": "in_use", "address": "receiver"}


class WebhookNameTaken(NeedsAttention):
    """Another webhook that has not ended has this name."""

    code = ProblemCode.WEBHOOK_NAME_TAKEN

    def __init__(self, name: str) -> None:
        super().__init__(f"There is already a webhook named {name}.")
        self.facts = {"name": name}


@dataclass(frozen=True, kw_only=True)
class Wanted:
    """What a webhook shall be. An ``address`` that is empty stays as it is."""

    name: str
    format: Webhook.Format
    address: str = ""
    kinds: Collection[NoticeKind] = tuple(NoticeKind)
    language: str = "en"
    sees_all_debtors: bool = True
    debtors: Iterable[Debtor] = ()
    is_active: bool = True


@dataclass(frozen=True, kw_only=True)
class MadeWebhook:
    """A webhook with its secret, which is shown now and never again; empty for Slack and Teams."""

    webhook: Webhook
    secret: str


def create_webhook(wanted: Wanted, *, user: User | None, now: datetime) -> MadeWebhook:
    """Make a webhook; ``user`` is who asked, ``None`` for the command line.

    Raises ``WebhookNameTaken``, ``WebhookAddressRefused`` or Django's ``ValidationError``.
    """
    fields = _fields(wanted)
    secret = new_secret() if wanted.format == Webhook.Format.OWN else ""
    webhook = Webhook(
        **fields,
        address=checked_address(wanted.address),
        secret=secret,
        created_at=now,
        starts_at=now,
    )
    debtors = _chosen(wanted)
    with _names_are_unique(webhook.name), transaction.atomic():
        webhook.save(force_insert=True)
        webhook.debtors.set(debtors)
        audit.record(
            audit.Action.WEBHOOK_CREATED,
            user=user,
            about=webhook,
            changes=made_with(_written(fields, debtors)),
            name=webhook.name,
        )
    return MadeWebhook(webhook=webhook, secret=secret)


def change_webhook(
    webhook: Webhook, wanted: Wanted, *, user: User | None, now: datetime
) -> MadeWebhook:
    """Change a webhook, which has a new secret when it begins to be signed.

    Raises as ``create_webhook`` does. What was raised while it was not active is never sent; what
    waits for another form or other debtors is made anew.
    """
    fields = _fields(wanted)
    address = checked_address(wanted.address) if wanted.address.strip() else ""
    debtors = _chosen(wanted)
    with _names_are_unique(fields["name"]), transaction.atomic():
        webhook = Webhook.objects.select_for_update().get(pk=webhook.pk)
        _must_go_on(webhook)
        before = {name: getattr(webhook, name) for name in fields}
        former = tuple(webhook.debtors.all())
        changed = [name for name, value in fields.items() if before[name] != value]
        changed += ["debtors"] if set(former) != set(debtors) else []
        changed += ["address"] if address and address != webhook.address else []
        if not before["is_active"] and wanted.is_active:
            webhook.starts_at = now
        for name, value in fields.items():
            setattr(webhook, name, value)
        secret = _secret_if_it_begins_to_be_signed(webhook)
        if address:
            webhook.address = address
            webhook.paused_until, webhook.failure_count = None, 0
        webhook.save()
        webhook.debtors.set(debtors)
        if not webhook.is_active:
            _drop_what_waits(webhook, now)
        elif not _MADE_BY.isdisjoint(changed):
            # Its text is made already, of debtors that the receiver may not know of any more, or in
            # a form that it does not take. What still stands is gathered anew.
            webhook.deliveries.filter(state=Delivery.State.WAITING).delete()
        if changed:
            audit.record(
                audit.Action.WEBHOOK_CHANGED,
                user=user,
                about=webhook,
                changes=changes_of(_written(before, former), _written(fields, debtors)),
                name=webhook.name,
                fields=", ".join(_NAMES.get(name, name) for name in changed),
            )
    return MadeWebhook(webhook=webhook, secret=secret)


def renew_secret(webhook: Webhook, *, user: User | None, now: datetime) -> MadeWebhook:
    """Make a new secret. For a day the former one signs as well, so that nothing is missed."""
    with transaction.atomic():
        webhook = Webhook.objects.select_for_update().get(pk=webhook.pk)
        _must_go_on(webhook)
        webhook.former_secret = webhook.secret
        webhook.former_secret_until = now + FORMER_SECRET_LASTS
        webhook.secret = new_secret()
        webhook.save(update_fields=["former_secret", "former_secret_until", "secret"])
        audit.record(
            audit.Action.WEBHOOK_SECRET_RENEWED, user=user, about=webhook, name=webhook.name
        )
    return MadeWebhook(webhook=webhook, secret=webhook.secret)


def end_webhook(
    webhook: Webhook,
    *,
    user: User | None,
    now: datetime,
    why: Webhook.End = Webhook.End.ENDED,
) -> Webhook:
    """End a webhook for good, and forget its address and secrets. What waits is not sent."""
    action = {
        Webhook.End.ENDED: audit.Action.WEBHOOK_ENDED,
        Webhook.End.GONE: audit.Action.WEBHOOK_GONE,
    }[why]
    with transaction.atomic():
        webhook = Webhook.objects.select_for_update().get(pk=webhook.pk)
        if webhook.ended_at is not None:
            return webhook
        webhook.ended_at, webhook.end, webhook.is_active = now, why, False
        webhook.address = webhook.secret = webhook.former_secret = ""
        webhook.save()
        _drop_what_waits(webhook, now)
        audit.record(action, user=user, about=webhook, name=webhook.name)
    return webhook


def _fields(wanted: Wanted) -> dict[str, Any]:
    name = " ".join(wanted.name.split())
    faults: dict[str, str] = {}
    if not name or len(name) > MOST_NAME_CHARACTERS or find_personal_codes(name):
        faults["name"] = _(
            "Give a name of at most 80 characters, without a personal identity code."
        )
    kinds = [kind.value for kind in NoticeKind if kind in wanted.kinds]
    if not kinds:
        faults["kinds"] = _("Choose at least one kind of notice.")
    if not wanted.sees_all_debtors and not tuple(wanted.debtors):
        faults["debtors"] = _("Choose at least one debtor, or all of them.")
    if faults:
        raise ValidationError(faults)
    return {
        "name": name,
        "format": wanted.format,
        "kinds": kinds,
        "language": wanted.language,
        "sees_all_debtors": wanted.sees_all_debtors,
        "is_active": wanted.is_active,
    }


def _written(fields: Mapping[str, object], debtors: Iterable[Debtor]) -> dict[str, object]:
    """Return the fields as the audit log has them, where a user's have other names."""
    return {_NAMES.get(name, name): value for name, value in fields.items()} | {"debtors": debtors}


def _drop_what_waits(webhook: Webhook, now: datetime) -> None:
    waiting = Delivery.objects.filter(webhook=webhook, state=Delivery.State.WAITING)
    waiting.update(state=Delivery.State.DROPPED, ended_at=now)


def _chosen(wanted: Wanted) -> tuple[Debtor, ...]:
    return () if wanted.sees_all_debtors else tuple(wanted.debtors)


def _secret_if_it_begins_to_be_signed(webhook: Webhook) -> str:
    if webhook.is_signed and not webhook.secret:
        webhook.secret = new_secret()
        return webhook.secret
    if not webhook.is_signed:
        webhook.secret = webhook.former_secret = ""
    return ""


def _must_go_on(webhook: Webhook) -> None:
    if webhook.ended_at is not None:
        raise ValidationError(_("The webhook has ended. Make a new one."))


@contextmanager
def _names_are_unique(name: str) -> Iterator[None]:
    try:
        yield
    except IntegrityError as error:
        raise WebhookNameTaken(name) from error
