"""The mail server at the command line and on the administrator's page."""

from datetime import UTC, datetime

import pytest
from django.test import Client
from django.urls import reverse
from pytest_django import Settings
from tests.mail_server import PASSWORD, MailServer
from tests.management.conftest import Give

from tilisilta.models import AuditEntry, NoticeChoice, NoticeMail, NoticeRound, User
from tilisilta.services.users import create_first_administrator

pytestmark = [pytest.mark.django_db, pytest.mark.once]


@pytest.fixture
def administrator(db: None) -> User:
    return create_first_administrator("aino", "a bridge over the river")


def test_is_tested_by_a_command(give: Give, box: MailServer) -> None:
    took = give("mail", "test", "aino@bureau.example")
    box.refused["gone@bureau.example"] = "550 5.1.1 no such user"
    refused = give("mail", "test", "gone@bureau.example", "--json")
    wrong = give("mail", "test", "aino")

    assert (took.status, refused.status, wrong.status) == (0, 1, 1)
    assert refused.document["failure"] == "recipient_refused"
    assert refused.document["reply"] == 550
    (mail,) = box.mails
    assert mail["To"] == "aino@bureau.example"


def test_that_is_not_set_up_is_said_and_nothing_fails(
    give: Give, administrator: User, client: Client
) -> None:
    client.force_login(administrator)

    tested, status = give("mail", "test", "aino@bureau.example"), give("status", "--json")
    pages = [client.get(reverse(name)).text for name in ("mail", "notice_choices")]
    posted = client.post(reverse("test_mail"), {"address": "a@b.example"}, follow=True).text

    assert tested.status == 1
    assert "TILISILTA_MAIL_HOST" in tested.complaint
    assert status.document["mail"]["is_configured"] is False
    for page in (*pages, posted):
        assert "No mail server is set up" in page


def test_that_fails_is_told_by_status_and_page_without_its_password(
    give: Give, box: MailServer, administrator: User, client: Client, settings: Settings
) -> None:
    settings.MAIL_PASSWORD = "other"
    since = datetime(2026, 7, 2, 6, tzinfo=UTC)
    NoticeRound.objects.create(mail_failing_since=since, mail_failure="login_refused")
    NoticeMail.objects.create(
        user=administrator,
        address="gone@bureau.example",
        state="failed",
        failure="recipient_refused",
        reply=550,
        message_id="<1@bureau.example>",
        made_at=datetime.now(tz=UTC),
        next_try_at=since,
    )
    NoticeChoice.objects.create(
        user=administrator, address="gone@bureau.example", chosen_at=since, refused_at=since
    )
    client.force_login(administrator)

    status, shown = give("status"), give("mail", "show")
    page = client.get(reverse("mail")).text
    client.post(reverse("retry_refused_mail"))
    tested = client.post(reverse("test_mail"), {"address": "a@b.example"}, follow=True).text

    assert "The mail server refused user name or password" in status.text
    for text in (shown.text, page):
        assert "gone@bureau.example" in text
        assert "The mail server refused the address" in text
    assert "refused user name or password (answer 535)" in tested
    assert PASSWORD not in page + shown.text
    assert not NoticeChoice.objects.exclude(refused_at=None).exists()


def test_works_again_for_what_waits_once_a_test_went(give: Give, box: MailServer) -> None:
    NoticeRound.objects.create(
        mail_failing_since=datetime(2026, 7, 2, tzinfo=UTC), mail_next_try_at="2100-01-01T00:00Z"
    )

    give("mail", "test", "aino@bureau.example")

    row = NoticeRound.objects.get()
    assert (row.mail_failing_since, row.mail_next_try_at) == (None, None)


def test_an_address_is_confirmed_by_a_command(give: Give, administrator: User) -> None:
    without = give("mail", "confirm", "aino")
    NoticeChoice.objects.create(
        user=administrator, address="aino@bureau.example", chosen_at=datetime.now(tz=UTC)
    )
    shown = give("mail", "show", "--json").document
    confirmed = [give("mail", "confirm", "AINO", "--json").document for _time in range(2)]
    after, unknown = give("mail", "show", "--json").document, give("mail", "confirm", "nobody")

    assert (without.status, unknown.status) == (1, 1)
    assert shown["unconfirmed"] == [
        {"user": "aino", "address": "aino@bureau.example", "told_until": None}
    ]
    assert confirmed == [{"user": "aino", "address": "aino@bureau.example"}] * 2
    assert (after["unconfirmed"], after["unconfirmed_count"]) == ([], 0)
    assert AuditEntry.objects.filter(action="user_changed").count() == 1
