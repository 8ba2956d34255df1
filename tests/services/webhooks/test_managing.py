"""Webhooks made, changed and ended; addresses and secrets that stay secrets."""

from ipaddress import ip_network

import pytest
from django.core.exceptions import ValidationError
from django.db import connection
from pytest_django import Settings
from tests.bureau import NOW, a_company
from tests.services.webhooks.told import a_webhook

from tilisilta.models import AuditEntry, Debtor, User, Webhook
from tilisilta.services.keys import ENCRYPTED_COLUMNS
from tilisilta.services.webhooks.addresses import WebhookAddressRefused, address_faults
from tilisilta.services.webhooks.managing import (
    Wanted,
    WebhookNameTaken,
    change_webhook,
    end_webhook,
    renew_secret,
)

pytestmark = pytest.mark.django_db

ADDRESS = "https://hooks.example/services/T0ken"


def entries() -> list[AuditEntry]:
    return list(AuditEntry.objects.order_by("pk"))


def test_stores_address_and_secret_encrypted_and_tells_neither() -> None:
    made = a_webhook(ADDRESS)
    again = renew_secret(made.webhook, user=None, now=NOW)

    with connection.cursor() as cursor:
        cursor.execute("SELECT address, secret, former_secret FROM tilisilta_webhook")
        stored = str(cursor.fetchone())
    written = str(list(AuditEntry.objects.values()))
    for secret in ("T0ken", made.secret, again.secret):
        assert secret not in stored
        assert secret not in written
    assert again.webhook.shown_address == "https://hooks.example/…"
    assert {("address", "secret", "former_secret")} <= {
        tuple(column for model, column, _ in ENCRYPTED_COLUMNS if model is Webhook)
    }


def test_writes_down_what_was_done_and_by_whom_but_no_address() -> None:
    webhook = a_webhook(ADDRESS).webhook
    wanted = Wanted(name="robot", format=Webhook.Format.OWN, address="https://other.example/S3cret")

    change_webhook(webhook, wanted, user=None, now=NOW)
    end_webhook(webhook, user=None, now=NOW)
    end_webhook(webhook, user=None, now=NOW)

    created, changed, ended = entries()
    assert [one.action for one in (created, changed, ended)] == [
        "webhook_created",
        "webhook_changed",
        "webhook_ended",
    ]
    assert changed.facts == {"name": "robot", "fields": "name, receiver"}
    assert "S3cret" not in str(changed.changes)


def test_what_stays_empty_stays_as_it_is() -> None:
    made = a_webhook(ADDRESS)

    changed = change_webhook(
        made.webhook,
        Wanted(name="payroll robot", format=Webhook.Format.OWN, language="fi"),
        user=None,
        now=NOW,
    )

    assert changed.secret == ""
    webhook = Webhook.objects.get()
    assert (webhook.address, webhook.secret, webhook.language) == (ADDRESS, made.secret, "fi")


def test_a_name_is_free_again_once_its_webhook_has_ended() -> None:
    first = a_webhook(ADDRESS).webhook
    with pytest.raises(WebhookNameTaken):
        a_webhook(ADDRESS)
    end_webhook(first, user=None, now=NOW)

    a_webhook(ADDRESS)
    with pytest.raises(ValidationError):
        renew_secret(first, user=None, now=NOW)


@pytest.mark.parametrize(
    ("address", "reason"),
    [
        ("hooks.example/T0ken", "not_an_address"),
        ("https://anna:T0ken@hooks.example/", "has_log_in"),
        ("http://hooks.example/T0ken", "not_https"),
        ("https://127.0.0.1/T0ken", "not_allowed"),
        ("https://localhost/T0ken", "not_allowed"),
        ("https://169.254.169.254/T0ken", "not_allowed"),
        ("https://10.1.2.3/T0ken", "not_allowed"),
    ],
)
def test_refuses_an_address_without_repeating_it(
    settings: Settings, address: str, reason: str
) -> None:
    settings.WEBHOOK_NETWORKS = ()

    with pytest.raises(WebhookAddressRefused) as refused:
        a_webhook(address)

    assert refused.value.facts == {"reason": reason}
    assert "T0ken" not in str(refused.value)


def test_takes_one_in_a_network_that_the_settings_name(settings: Settings) -> None:
    settings.WEBHOOK_NETWORKS = (ip_network("10.1.0.0/16"),)

    assert a_webhook("http://10.1.2.3:8080/hook").webhook.shown_address == "http://10.1.2.3:8080/…"


@pytest.mark.parametrize(
    ("address", "reason"),
    [
        ("http://93.184.216.34/T0ken", "not_https"),
        ("http://10.2.0.1/T0ken", "not_allowed"),
        ("http://hooks.invalid/T0ken", "not_found"),
    ],
)
def test_refuses_plain_http_out_of_the_networks_that_are_named(
    settings: Settings, address: str, reason: str
) -> None:
    settings.WEBHOOK_NETWORKS = (ip_network("10.1.0.0/16"),)

    with pytest.raises(WebhookAddressRefused) as refused:
        a_webhook(address)

    assert refused.value.facts == {"reason": reason}


def test_finds_addresses_that_nothing_is_sent_to(settings: Settings) -> None:
    settings.WEBHOOK_NETWORKS = (ip_network("10.1.0.0/16"),)
    own = a_webhook("http://10.1.2.3/hook", name="own").webhook
    ended = a_webhook("http://10.1.2.3/hook", name="ended").webhook
    end_webhook(ended, user=None, now=NOW)
    unknown = a_webhook("http://10.1.2.3/hook", name="unknown").webhook
    unknown.address = "http://hooks.invalid/hook"
    webhooks = [own, a_webhook(ADDRESS).webhook, unknown, Webhook.objects.get(pk=ended.pk)]

    assert address_faults(webhooks) == {}
    settings.WEBHOOK_NETWORKS = ()
    assert address_faults(webhooks) == {own.pk: "not_https", unknown.pk: "not_https"}


def test_slack_and_teams_have_no_secret() -> None:
    made = a_webhook(ADDRESS, form=Webhook.Format.SLACK)
    assert (made.secret, made.webhook.secret) == ("", "")

    signed = change_webhook(
        made.webhook, Wanted(name="robot", format=Webhook.Format.OWN), user=None, now=NOW
    )
    assert signed.secret.startswith("whsec_")


def test_is_seen_by_those_who_may_see_all_its_debtors(django_user_model: type[User]) -> None:
    own, other = a_company().debtor, Debtor.objects.create(number=102, name="Kaari")
    a_webhook(ADDRESS, name="all")
    a_webhook(ADDRESS, name="own", sees_all_debtors=False, debtors=[own])
    a_webhook(ADDRESS, name="both", sees_all_debtors=False, debtors=[own, other])
    limited = django_user_model.objects.create(username="sari", sees_all_debtors=False)
    limited.debtors.set([own])

    seen = Webhook.objects.visible_to(limited)

    assert [webhook.name for webhook in seen] == ["own"]
    anna = django_user_model.objects.create(username="anna")
    assert Webhook.objects.visible_to(anna).count() == 3


def test_takes_no_address_that_cannot_be_sent_to() -> None:
    with pytest.raises(WebhookAddressRefused):
        a_webhook("https://0177.0.0.1/T0ken")
