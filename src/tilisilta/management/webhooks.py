"""Webhooks at the command line."""

from argparse import Namespace
from collections.abc import Sequence
from typing import Any

from django.utils import timezone, translation
from django.utils.translation import gettext as _

from tilisilta.domain.notices import NoticeKind
from tilisilta.domain.receivers import Fault
from tilisilta.languages import language_of
from tilisilta.management.companies import find_debtor
from tilisilta.management.output import (
    Answer,
    Refused,
    Status,
    WrongUse,
    explanation_text,
    shown_moment,
    table,
)
from tilisilta.management.secret_input import read_secret
from tilisilta.models import Delivery, Webhook
from tilisilta.services.webhooks import managing
from tilisilta.services.webhooks.addresses import address_faults
from tilisilta.services.webhooks.delivering import send_test
from tilisilta.services.webhooks.managing import USUAL_KINDS, MadeWebhook, Wanted
from tilisilta.services.webhooks.outcomes import (
    ListedWebhook,
    answer_words,
    explained_fault,
    last_deliveries,
    listed_webhooks,
)

SHOWN = 20
ADDRESS_VARIABLE = "TILISILTA_WEBHOOK_ADDRESS"


def list_webhooks(options: Namespace) -> Answer:
    """List the webhooks, or the last messages of one."""
    if options.name:
        return _messages_of(find_webhook(options.name))
    listed = listed_webhooks(None, timezone.now())
    rows = [
        (
            one.webhook.name,
            one.webhook.format,
            one.webhook.shown_address,
            ", ".join(one.webhook.kinds),
            _debtors(one.webhook),
            _state(one),
            shown_moment(one.last.tried_at) if one.last else "",
            answer_words(one.last) if one.last else _("none yet"),
        )
        for one in listed
    ]
    faults = [
        f"{one.webhook.name}: {explanation_text(explained)}"
        for one in listed
        if (explained := one.explained_fault) is not None
    ]
    headers = (
        *(_("Name"), _("Form"), _("Goes to"), _("Tells of"), _("Debtors"), _("State")),
        *(_("Last message"), _("Answer")),
    )
    return Answer(
        document={"webhooks": [webhook_document(one.webhook, one.fault) for one in listed]},
        text="\n".join([table(headers, rows) if rows else _("There is no webhook."), *faults]),
    )


def add_webhook(options: Namespace) -> Answer:
    """Make a webhook, and print its secret this once."""
    address = read_secret(options.address, variable=ADDRESS_VARIABLE, prompt=_("Address: "))
    if not address:
        raise Refused(
            _("There is no address"),
            remedy=_(
                "Give --address - and the address on standard input, or set "
                "TILISILTA_WEBHOOK_ADDRESS."
            ),
        )
    debtors = tuple(find_debtor(number) for number in options.debtor or ())
    wanted = Wanted(
        name=options.name,
        format=Webhook.Format(options.format),
        address=address,
        kinds=_kinds(options) or USUAL_KINDS,
        language=options.language or language_of(translation.get_language()).code,
        sees_all_debtors=not debtors,
        debtors=debtors,
    )
    made = managing.create_webhook(wanted, user=None, now=timezone.now())
    return _with_secret(made, _("Made webhook %(name)s. Try it: %(command)s"))


def change_webhook(options: Namespace) -> Answer:
    """Change what is said, and leave the rest as it is."""
    found = find_webhook(options.name)
    _must_change_something(options)
    if options.new_secret and not found.is_signed:
        raise Refused(
            _("%(name)s has no secret") % {"name": found.name},
            cause=_("Slack and Teams know what is sent by the address alone."),
            remedy=_("Make a new address there, and give it with --address -."),
        )
    made = managing.change_webhook(found, _changed(found, options), user=None, now=timezone.now())
    if options.new_secret:
        made = managing.renew_secret(made.webhook, user=None, now=timezone.now())
    return _with_secret(made, _("Changed webhook %(name)s. Try it: %(command)s"))


def check_webhook(options: Namespace) -> Answer:
    """Send a test now; refused unless it arrived."""
    found = find_webhook(options.name)
    sent = send_test(found, now=timezone.now())
    arrived = sent.state == Delivery.State.DELIVERED
    text = (
        _("The test arrived at %(name)s: %(answer)s.")
        if arrived
        else _("The test did not arrive at %(name)s: %(answer)s.")
    )
    return Answer(
        document={"webhook": found.name, **delivery_document(sent)},
        text=text % {"name": found.name, "answer": answer_words(sent)},
        status=Status.DONE if arrived else Status.REFUSED,
    )


def end_webhook(options: Namespace) -> Answer:
    """End a webhook for good."""
    ended = managing.end_webhook(find_webhook(options.name), user=None, now=timezone.now())
    text = _("Webhook %(name)s has ended. Nothing more is sent there.")
    return Answer(document=webhook_document(ended), text=text % {"name": ended.name})


def find_webhook(name: str) -> Webhook:
    """Return the webhook of that name that has not ended."""
    found = Webhook.objects.not_ended().filter(name=name).first()
    if found is None:
        raise Refused(
            _("There is no webhook named %(name)s") % {"name": name},
            cause=_("None has that name, or it has ended."),
            remedy=_("See %(command)s.") % {"command": "tilisilta webhook list"},
        )
    return found


def failing_lines(names: Sequence[str]) -> Sequence[str]:
    """Return what ``status`` says of webhooks whose messages do not arrive."""
    if not names:
        return ()
    text = _("Messages to these webhooks do not arrive: %(names)s. See %(command)s.")
    return (text % {"names": ", ".join(names), "command": "tilisilta webhook list"},)


def webhook_document(webhook: Webhook, fault: Fault | None = None) -> dict[str, Any]:
    """Return a webhook for the JSON document, without its secret and with a masked address.

    ``fault`` is what is wrong with the address, where that was looked for.
    """
    return {
        "id": webhook.pk,
        "name": webhook.name,
        "format": webhook.format,
        "address": webhook.shown_address or None,
        "address_fault": fault.value if fault else None,
        "kinds": webhook.kinds,
        "language": webhook.language,
        "debtors": None if webhook.sees_all_debtors else sorted(_numbers(webhook)),
        "is_active": webhook.is_active,
        "failures_in_a_row": webhook.failure_count,
        "created_at": webhook.created_at,
        "ended_at": webhook.ended_at,
        "end": webhook.end or None,
    }


def made_document(made: MadeWebhook) -> dict[str, Any]:
    """Return a webhook for the JSON document with a secret that was just made."""
    fault = address_faults([made.webhook]).get(made.webhook.pk)
    return {**webhook_document(made.webhook, fault), "secret": made.secret or None}


def delivery_document(delivery: Delivery) -> dict[str, Any]:
    """Return a message for the JSON document, without what it tells."""
    return {
        "id": delivery.message_id,
        "is_test": delivery.is_test,
        "notices": delivery.notice_count,
        "state": delivery.state,
        "made_at": delivery.made_at,
        "tries": delivery.try_count,
        "tried_at": delivery.tried_at,
        "next_try_at": delivery.next_try_at if delivery.is_waiting else None,
        "status": delivery.status,
        "trouble": delivery.trouble or None,
    }


def _messages_of(webhook: Webhook) -> Answer:
    sent = list(last_deliveries(webhook, at_most=SHOWN))
    fault = explained_fault(webhook)
    faults = [explanation_text(fault)] if fault else []
    rows = [
        (
            shown_moment(one.made_at),
            _("Test notice") if one.is_test else str(one.notice_count),
            one.get_state_display(),
            answer_words(one),
            str(one.try_count),
            shown_moment(one.next_try_at) if one.is_waiting else "",
            one.message_id,
        )
        for one in sent
    ]
    headers = (
        *(_("Made"), _("Notices"), _("State"), _("Answer"), _("Tries"), _("Next try")),
        _("Identifier"),
    )
    return Answer(
        document={
            **webhook_document(webhook, address_faults([webhook]).get(webhook.pk)),
            "messages": [delivery_document(one) for one in sent],
        },
        text="\n".join([*faults, table(headers, rows) if rows else _("Nothing was sent yet.")]),
    )


def _with_secret(made: MadeWebhook, text: str) -> Answer:
    command = f'tilisilta webhook test "{made.webhook.name}"'
    lines = [made.secret] if made.secret else []
    lines += [text % {"name": made.webhook.name, "command": command}]
    if made.secret:
        lines.append(_("The secret is shown only now."))
    return Answer(document=made_document(made), text="\n".join(lines))


def _changed(webhook: Webhook, options: Namespace) -> Wanted:
    address = read_secret(options.address, variable="", prompt=_("Address: "))
    debtors = tuple(find_debtor(number) for number in options.debtor or ())
    sees_all = options.all_debtors or (webhook.sees_all_debtors and not debtors)
    return Wanted(
        name=options.rename or webhook.name,
        format=Webhook.Format(webhook.format),
        address=address,
        kinds=_kinds(options) or [NoticeKind(kind) for kind in webhook.kinds],
        language=options.language or webhook.language,
        sees_all_debtors=sees_all,
        debtors=debtors or tuple(webhook.debtors.all()),
        is_active=options.on or (webhook.is_active and not options.off),
    )


def _must_change_something(options: Namespace) -> None:
    said = (
        *(options.rename, options.address, options.kind, options.language, options.debtor),
        *(options.all_debtors, options.new_secret, options.on, options.off),
    )
    if not any(said):
        raise WrongUse(_("Say what to change"), remedy=_("See tilisilta webhook change --help."))


def _kinds(options: Namespace) -> list[NoticeKind]:
    return [NoticeKind(kind) for kind in options.kind or ()]


def _numbers(webhook: Webhook) -> list[int]:
    return [debtor.number for debtor in webhook.debtors.all()]


def _debtors(webhook: Webhook) -> str:
    if webhook.sees_all_debtors:
        return _("all")
    return ", ".join(str(number) for number in sorted(_numbers(webhook)))


def _state(one: ListedWebhook) -> str:
    if one.webhook.ended_at is not None:
        return one.webhook.get_end_display()
    if not one.webhook.is_active:
        return _("Not in use")
    if one.fault is not None:
        return _("Nothing is sent to its address")
    return _("The receiver fails; it is tried again") if one.is_failing else _("In use")
