"""A person's own choice of notices."""

import pytest
from django.test import Client
from django.urls import reverse
from pytest_django import Settings

from tilisilta.models import AuditEntry, NoticeChoice, NoticeMail, Right, User, UserTemplate

pytestmark = [pytest.mark.django_db, pytest.mark.once]

CHOSEN = {
    "address": "aino@bureau.example",
    "needs_person": "daily",
    "ready": "never",
    "authorisation": "at_once",
    "missing_run": "daily",
    "complete": "daily",
    "changed": "at_once",
}


def test_is_stored_shown_and_in_the_audit_log(browser_of_administrator: Client) -> None:
    address = reverse("notice_choices")
    proposed = browser_of_administrator.get(address).text
    stored = browser_of_administrator.post(address, CHOSEN, follow=True).text

    choice = NoticeChoice.objects.get()
    assert "Without an address you get no mail" in proposed
    assert 'value="aino@bureau.example"' in stored
    assert choice.cadences == {name: value for name, value in CHOSEN.items() if name != "address"}
    entry = AuditEntry.objects.filter(action="user_changed").latest("pk")
    assert {change["field"] for change in entry.changes} == {"mail_address", "notices"}
    assert "is not confirmed yet" in stored


@pytest.mark.parametrize(
    "address",
    [
        "aino",
        "a@b.example\nBcc: c@d.example",
        "äiti@bureau.example",
        # They have the form of an address, and no mail can be addressed to them.
        "=?utf-8?q?aino?=@bureau.example",
        '"\x01"@bureau.example',
        '"a@other.example, b"@bureau.example,c@d.example',
    ],
)
def test_refuses_what_is_no_address(browser_of_administrator: Client, address: str) -> None:
    response = browser_of_administrator.post(
        reverse("notice_choices"), {**CHOSEN, "address": address}
    )

    assert response.status_code == 422
    assert not NoticeChoice.objects.exists()


def test_a_test_mail_goes_to_no_such_address(
    browser_of_administrator: Client, settings: Settings
) -> None:
    settings.MAIL_HOST, settings.MAIL_FROM = "mail.example", "tilisilta@bureau.example"
    for address in ("=?utf-8?q?aino?=@bureau.example", "aino@yritys-ä.example"):
        response = browser_of_administrator.post(reverse("test_mail"), {"address": address})

        assert response.status_code == 422


def test_saving_an_address_anew_lets_mails_go_there_again(
    browser_of_administrator: Client,
) -> None:
    address = reverse("notice_choices")
    browser_of_administrator.post(address, CHOSEN)
    NoticeChoice.objects.update(refused_at="2026-07-02T00:00Z", told=[1, 2])
    shown = browser_of_administrator.get(address).text

    browser_of_administrator.post(address, CHOSEN)

    choice = NoticeChoice.objects.get()
    assert "refused aino@bureau.example for good" in shown
    assert (choice.refused_at, choice.told) == (None, [1, 2])


def test_offers_only_what_the_rights_allow(client: Client) -> None:
    template = UserTemplate.objects.create(name="Nmbrs only", nmbrs=Right.READ)
    client.force_login(User.objects.create(username="sari", template=template))

    page = client.get(reverse("notice_choices")).text

    assert 'name="authorisation"' in page
    assert 'name="needs_person"' not in page


def test_the_link_is_sent_again_but_not_too_often(
    browser_of_administrator: Client, settings: Settings
) -> None:
    settings.MAIL_HOST, settings.MAIL_FROM = "mail.example", "tilisilta@bureau.example"
    again = reverse("send_mail_confirmation")
    nothing = browser_of_administrator.post(again, follow=True).text
    browser_of_administrator.post(reverse("notice_choices"), CHOSEN)

    soon = browser_of_administrator.post(again, follow=True).text
    NoticeMail.objects.update(made_at="2026-07-02T00:00Z", state="sent")
    later = browser_of_administrator.post(again, follow=True).text
    profile = browser_of_administrator.get(reverse("profile")).text

    assert "is on its way" not in nothing
    assert "Such a mail was made just now" in soon
    assert "A mail to confirm it is on its way to aino@bureau.example" in later
    assert NoticeMail.objects.count() == 2
    assert "is not confirmed yet" in profile
