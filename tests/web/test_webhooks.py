"""The pages of webhooks: made, tried and ended, by those who may, with a real receiver."""

import re
from collections.abc import Iterator
from ipaddress import ip_network

import pytest
from django.test import Client
from django.urls import reverse
from pytest_django import Settings
from tests.bureau import NOW, a_company
from tests.receivers import Receiver, listening
from tests.web.conftest import PASSWORD

from tilisilta.models import Debtor, User, UserTemplate, Webhook
from tilisilta.services.users import create_user
from tilisilta.services.webhooks.managing import Wanted, create_webhook

pytestmark = [pytest.mark.django_db, pytest.mark.once]

FORM = {
    "name": "payroll robot",
    "format": "json",
    "kinds": ["needs_person", "changed"],
    "language": "fi",
    "sees": "all",
}
SECRET = re.compile(r'id="secret" value="(whsec_[\w+/=]{44})"')


@pytest.fixture
def receiver(settings: Settings) -> Iterator[Receiver]:
    settings.WEBHOOK_NETWORKS = (ip_network("127.0.0.1"),)
    with listening() as there:
        yield there


def test_a_webhook_is_made_tried_changed_and_ended(
    browser_of_administrator: Client, receiver: Receiver
) -> None:
    browser = browser_of_administrator
    made = browser.post(reverse("new_webhook"), {**FORM, "address": receiver.url("/T0ken")})
    pk = Webhook.objects.get().pk
    receiver.statuses = [200, 503]
    tried = browser.post(reverse("check_webhook", args=[pk]), follow=True).text
    failed = browser.post(reverse("check_webhook", args=[pk]), follow=True).text
    changed = browser.post(
        reverse("webhook", args=[pk]), {**FORM, "name": "robot", "is_active": "on"}, follow=True
    ).text
    renewed = browser.post(reverse("renew_webhook_secret", args=[pk])).text
    page = browser.get(reverse("webhook", args=[pk])).text
    listed = browser.get(reverse("webhooks")).text
    ended = browser.post(reverse("end_webhook", args=[pk]), follow=True).text

    first, second = SECRET.search(made.text), SECRET.search(renewed)
    assert first is not None
    assert second is not None
    assert first[1] != second[1]
    assert "no-store" in made["Cache-Control"]
    assert "The test arrived at payroll robot: 200 OK." in tried
    assert "The test did not arrive at payroll robot: 503 Service Unavailable." in failed
    assert "Webhook robot was changed." in changed
    assert "Webhook robot has ended." in ended
    for text in (tried, failed, changed, page, listed, ended):
        assert "T0ken" not in text
        assert "whsec_" not in text
    assert f"http://127.0.0.1:{receiver.port}/…" in listed
    assert len(receiver.received) == 2


@pytest.mark.parametrize(
    ("changed", "said"),
    [
        ({"address": "http://hooks.example/T0ken"}, "It is not encrypted"),
        ({"address": "https://127.0.0.1/T0ken"}, "TILISILTA_WEBHOOK_NETWORKS"),
        ({"kinds": []}, "Choose at least one kind of notice."),
        ({"name": "taken"}, "There is already a webhook named taken"),
        ({"sees": "chosen"}, "Choose at least one debtor"),
    ],
)
def test_what_cannot_be_is_said_in_the_form(
    browser_of_administrator: Client, changed: dict[str, object], said: str
) -> None:
    _a_webhook("taken")
    given = {**FORM, "address": "https://hooks.example/T0ken", **changed}

    refused = browser_of_administrator.post(reverse("new_webhook"), given)

    assert refused.status_code == 422
    assert said in refused.text.replace("&#x27;", "'")
    assert Webhook.objects.count() == 1


def test_is_for_those_who_may_change_users(browser_of_reader: Client) -> None:
    pk = _a_webhook("channel").pk

    for page in ("webhooks", "new_webhook"):
        assert browser_of_reader.get(reverse(page)).status_code == 403
    assert browser_of_reader.post(reverse("check_webhook", args=[pk])).status_code == 403


def test_of_a_limited_user_tells_of_no_other_debtor(administrator: User) -> None:
    own, other = a_company().debtor, Debtor.objects.create(number=102, name="Kaari")
    template = UserTemplate.objects.get(is_administrator=True)
    limited = create_user("sari", PASSWORD, template=template, user=None, debtors=[own])
    browser = Client()
    browser.force_login(limited)
    given = {**FORM, "address": "https://hooks.example/a"}

    tried = [
        browser.post(reverse("new_webhook"), given),
        browser.post(reverse("new_webhook"), {**given, "debtors": [other.pk]}),
        browser.post(reverse("new_webhook"), {**given, "debtors": [own.pk, other.pk]}),
    ]
    made = browser.post(reverse("new_webhook"), {**given, "debtors": [own.pk]})

    assert [one.status_code for one in tried] == [422, 422, 422]
    assert made.status_code == 200
    webhook = Webhook.objects.get()
    assert (webhook.sees_all_debtors, list(webhook.debtors.all())) == (False, [own])
    assert "Kaari" not in browser.get(reverse("new_webhook")).text


def _a_webhook(name: str) -> Webhook:
    wanted = Wanted(name=name, format=Webhook.Format.SLACK, address="https://hooks.example/T0ken")
    return create_webhook(wanted, user=None, now=NOW).webhook


def test_shows_where_nothing_is_sent_to_an_address(browser_of_administrator: Client) -> None:
    pk = _a_webhook("channel").pk
    Webhook.objects.filter(pk=pk).update(address="http://hooks.example/T0ken")

    for page in (reverse("webhooks"), reverse("webhook", args=[pk])):
        shown = browser_of_administrator.get(page).text
        assert "Nothing is sent to its address" in shown
        assert "It is not encrypted: it begins with http and not with https." in shown
        assert "TILISILTA_WEBHOOK_NETWORKS" in shown
        assert "T0ken" not in shown
