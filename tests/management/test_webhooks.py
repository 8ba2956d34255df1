"""Webhooks at the command line, with a real receiver."""

import io
from ipaddress import ip_network

import pytest
from pytest_django import Settings
from tests.bureau import a_company
from tests.management.conftest import Give
from tests.receivers import listening

from tilisilta.models import Webhook

pytestmark = [pytest.mark.django_db, pytest.mark.once]


def test_make_try_change_and_end_a_webhook(
    give: Give, settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    settings.WEBHOOK_NETWORKS = (ip_network("127.0.0.1"),)
    a_company()
    with listening() as receiver:
        monkeypatch.setattr("sys.stdin", io.StringIO(receiver.url("/T0ken") + "\n"))
        made = give("webhook", "add", "robot", "--format", "json", "--address", "-")
        secret = made.text.splitlines()[0]
        taken = give("webhook", "add", "robot", "--format", "slack", "--address", receiver.url())
        tried = give("webhook", "test", "robot")
        receiver.statuses = [404]
        failed = give("webhook", "test", "robot", "--json")
        changed = give(
            *("webhook", "change", "robot", "--kind", "changed", "--debtor", "101", "--json")
        ).document
        renewed = give("webhook", "change", "robot", "--new-secret", "--off").text.splitlines()[0]
        listed, one = give("webhook", "list"), give("webhook", "list", "robot")
        document = give("webhook", "list", "robot", "--json").document
        ended = give("webhook", "end", "robot")
        gone = give("webhook", "test", "robot")

    assert secret.startswith("whsec_")
    assert renewed.startswith("whsec_")
    assert secret != renewed
    assert (taken.status, taken.complaint[:14]) == (1, "tilisilta: E57")
    assert (tried.status, tried.text) == (0, "The test arrived at robot: 204 No Content.\n")
    assert (failed.status, failed.document["status"]) == (1, 404)
    assert (changed["kinds"], changed["debtors"]) == (["changed"], [101])
    assert changed["secret"] is None
    assert document["is_active"] is False
    assert [sent["status"] for sent in document["messages"]] == [404, 204]
    assert (ended.status, gone.status) == (0, 1)
    for text in (listed.text, one.text, str(document)):
        assert "T0ken" not in text
        assert "whsec_" not in text


def test_status_names_those_whose_messages_do_not_arrive(give: Give) -> None:
    slack = ("--format", "slack", "--address", "https://hooks.slack.com/services/x")
    give("webhook", "add", "channel", *slack)
    Webhook.objects.update(failure_count=3)

    assert give("status", "--json").document["failing_webhooks"] == ["channel"]
    assert "do not arrive: channel." in give("status").text


def test_refuse_what_makes_no_sense(give: Give, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("TILISILTA_WEBHOOK_ADDRESS", raising=False)
    slack = ("--format", "slack", "--address", "https://hooks.slack.com/services/x")
    give("webhook", "add", "channel", *slack)

    refused = [
        give("webhook", "add", "robot", "--format", "json"),
        give("webhook", "add", "robot", "--format", "json", "--address", "http://hooks.example/S"),
        give("webhook", "change", "channel", "--new-secret"),
        give("webhook", "change", "channel"),
    ]

    assert [one.status for one in refused] == [1, 1, 1, 2]
    assert "E58" in refused[1].complaint
    assert "hooks.example/S" not in refused[1].complaint
    assert Webhook.objects.count() == 1
