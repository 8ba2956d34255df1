"""The doctor finds that people and programs are not told of what needs them."""

from datetime import UTC, datetime, timedelta

import pytest
from django.utils import timezone
from tests.mail_server import MailServer
from tests.management.conftest import Give

from procountor_sandbox.app import Sandbox
from tilisilta.models import NoticeRound, Webhook, Worker

pytestmark = [pytest.mark.django_db, pytest.mark.once]


def test_finds_that_nobody_is_told(give: Give, procountor: Sandbox, box: MailServer) -> None:
    since, now = datetime(2026, 7, 2, 6, tzinfo=UTC), timezone.now()
    NoticeRound.objects.create(
        compared_at=since, mail_failing_since=since, mail_failure="login_refused", mail_reply=535
    )
    Worker.objects.create(executor_id="w", started_at=now - timedelta(hours=2), heard_at=now)
    address = "https://hooks.slack.com/services/T0/B0/S3cret"
    Webhook.objects.create(
        name="Kanava",
        format="slack",
        address=address,
        created_at=since,
        starts_at=since,
        failure_count=3,
    )

    examined = give("doctor")

    assert examined.status == 1
    for part in (
        "!!  mail: No mail goes since ",
        "refused user name or password",
        "TILISILTA_MAIL_PASSWORD",
        "??  webhooks: Messages to these webhooks do not arrive: Kanava.",
        "!!  notices: what needs a person was last looked for at ",
    ):
        assert part in examined.text
    assert "S3cret" not in examined.text


def test_finds_a_webhook_that_nothing_is_sent_to(give: Give, procountor: Sandbox) -> None:
    since = datetime(2026, 7, 2, 6, tzinfo=UTC)
    Webhook.objects.create(
        name="robot",
        format="json",
        address="http://hooks.example/S3cret",
        created_at=since,
        starts_at=since,
        failure_count=3,
    )

    examined, listed = give("doctor"), give("webhook", "list")
    one, documents = give("webhook", "list", "robot"), give("webhook", "list", "--json").document

    for text in (examined.text, listed.text, one.text):
        assert "It is not encrypted: it begins with http and not with https." in text
        assert "name the network in TILISILTA_WEBHOOK_NETWORKS." in text
        assert "S3cret" not in text
    assert "!!  webhooks: robot: " in examined.text
    assert "do not arrive" not in examined.text
    assert documents["webhooks"][0]["address_fault"] == "not_https"


def test_says_that_mails_go(give: Give, procountor: Sandbox, box: MailServer) -> None:
    now = timezone.now()
    NoticeRound.objects.create(compared_at=now - timedelta(days=3))
    Worker.objects.create(executor_id="w", started_at=now - timedelta(minutes=1), heard_at=now)

    text = give("doctor").text

    assert "ok  mail: Mails go." in text
    assert "looked for" not in text
