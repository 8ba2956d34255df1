"""Messages to a real receiver: signed, sent again, given up, and never lost by a crash."""

import json
from datetime import timedelta

import pytest
from pytest_django import Settings
from tests.bureau import NOW, Clock, a_company
from tests.receivers import Receiver
from tests.services.webhooks.told import a_webhook, raise_notices

from tilisilta.clients.webhooks.signing import signature
from tilisilta.domain.notices import NoticeKind
from tilisilta.models import AuditEntry, Company, Debtor, Delivery, Notice, NoticeRound, Webhook
from tilisilta.services.webhooks import delivering
from tilisilta.services.webhooks.delivering import claim_webhook, send_due, send_test
from tilisilta.services.webhooks.gathering import gather
from tilisilta.services.webhooks.managing import end_webhook, renew_secret

pytestmark = pytest.mark.django_db

State = Delivery.State


@pytest.fixture
def clock() -> Clock:
    return Clock()


def work(clock: Clock) -> bool:
    """Do what a worker does; return whether there was anything to send."""
    gather(clock.now)
    clock.forward(0.1)
    webhook = claim_webhook(clock.now)
    if webhook is not None:
        send_due(webhook, clock=lambda: clock.now)
    return webhook is not None


def test_tells_a_program_of_a_notice_and_signs_it(receiver: Receiver, clock: Clock) -> None:
    made = a_webhook(receiver.url())
    company = a_company()
    [notice] = raise_notices(company, at=clock.now)

    assert work(clock)

    [came] = receiver.received
    document = json.loads(came.body)
    assert document["id"] == came.headers["webhook-id"]
    assert document["type"] == "notice.ready"
    data = document["data"]
    assert data["company"] == {"number": 1001, "name": "Koivulammi Konepaja Oy"}
    assert data["debtor"] == {"number": 101, "name": "Koivulammi-yhtiöt"}
    assert data["month"] == f"{notice.month:%Y-%m}"
    assert data["counts"] == {"standing": 1}
    assert data["url"].startswith("http://127.0.0.1:8000/")
    timestamp = int(came.headers["webhook-timestamp"])
    signed = signature(made.secret, document["id"], timestamp, came.body)
    assert came.headers["webhook-signature"] == signed
    assert not work(clock)


def test_signs_with_both_secrets_for_a_day(receiver: Receiver, clock: Clock) -> None:
    made = a_webhook(receiver.url())
    first, second = a_company(), a_company(1002, "Saaristo Siivous Oy")
    renew_secret(made.webhook, user=None, now=clock.now)

    raise_notices(first, at=clock.now)
    work(clock)
    clock.forward(24 * 3600)
    raise_notices(second, at=clock.now)
    work(clock)

    both, one = (came.headers["webhook-signature"].split(" ") for came in receiver.received)
    assert (len(both), len(one)) == (2, 1)


def test_sends_the_same_again_until_it_is_taken(receiver: Receiver, clock: Clock) -> None:
    a_webhook(receiver.url())
    raise_notices(a_company(), at=clock.now)
    receiver.statuses = [503, 429, 200]

    work(clock)
    assert not work(clock)
    clock.forward(60)
    work(clock)
    clock.forward(600)
    work(clock)

    assert len(receiver.received) == 3
    assert len({came.headers["webhook-id"] for came in receiver.received}) == 1
    assert len({came.body for came in receiver.received}) == 1
    delivery = Delivery.objects.get()
    assert (delivery.state, delivery.status, delivery.try_count) == (State.DELIVERED, 200, 3)


def test_waits_as_long_as_the_receiver_asks(receiver: Receiver, clock: Clock) -> None:
    a_webhook(receiver.url())
    raise_notices(a_company(), at=clock.now)
    receiver.statuses, receiver.headers = [503], {"Retry-After": "3600"}

    work(clock)
    clock.forward(3500)
    assert not work(clock)
    clock.forward(150)
    assert work(clock)


def test_asks_a_receiver_that_is_down_with_one_message_and_gives_up_after_a_day(
    receiver: Receiver, clock: Clock
) -> None:
    a_webhook(receiver.url())
    raise_notices(*(a_company(2000 + one) for one in range(30)), at=clock.now)
    receiver.statuses = [500] * 10_000

    for _quarter in range(4 * 24 + 2):
        work(clock)
        clock.forward(15 * 60)

    # Not 30 messages for each of its tries.
    assert len(receiver.received) < 120
    assert not Delivery.objects.exclude(state=State.GIVEN_UP).exists()
    assert not work(clock)


def test_one_message_that_is_refused_holds_up_no_other(receiver: Receiver, clock: Clock) -> None:
    a_webhook(receiver.url())
    raise_notices(a_company(), a_company(1002, "Saaristo Siivous Oy"), at=clock.now)
    receiver.statuses = [400, 200, 400, 400]

    for _try in range(6):
        work(clock)
        clock.forward(3600)

    states = sorted(Delivery.objects.values_list("state", "try_count"))
    assert states == [(State.DELIVERED, 1), (State.REFUSED, 3)]


def test_a_receiver_that_is_gone_ends_its_webhook(receiver: Receiver, clock: Clock) -> None:
    a_webhook(receiver.url())
    raise_notices(a_company(), a_company(1002, "Saaristo Siivous Oy"), at=clock.now)
    receiver.statuses = [410]

    work(clock)
    clock.forward(3600)

    assert not work(clock)
    webhook = Webhook.objects.get()
    assert (webhook.end, webhook.address, webhook.secret) == (Webhook.End.GONE, "", "")
    states = set(Delivery.objects.values_list("state", flat=True))
    assert states == {State.REFUSED, State.DROPPED}
    assert AuditEntry.objects.filter(action=AuditEntry.Action.WEBHOOK_GONE).count() == 1


def test_sends_again_what_was_under_way_when_a_worker_died(
    receiver: Receiver, clock: Clock, monkeypatch: pytest.MonkeyPatch
) -> None:
    a_webhook(receiver.url())
    raise_notices(a_company(), at=clock.now)

    def die(*_: object, **__: object) -> bool:
        raise KeyboardInterrupt

    with monkeypatch.context() as dying:
        # Where the process is killed: the receiver has it, and nothing says so here.
        dying.setattr(delivering, "note", die)
        with pytest.raises(KeyboardInterrupt):
            work(clock)
    assert Delivery.objects.get().state == State.WAITING
    clock.forward(180)
    work(clock)

    first, second = receiver.received
    assert first.headers["webhook-id"] == second.headers["webhook-id"]
    assert first.body == second.body
    assert Delivery.objects.get().state == State.DELIVERED


def test_one_worker_alone_sends_to_a_webhook(receiver: Receiver, clock: Clock) -> None:
    a_webhook(receiver.url())
    raise_notices(a_company(), at=clock.now)
    gather(clock.now)
    clock.forward(1)

    assert claim_webhook(clock.now) is not None
    assert claim_webhook(clock.now) is None
    # The other one died: what it claimed is free after a while.
    clock.forward(180)
    assert claim_webhook(clock.now) is not None


def test_sends_nothing_once_a_webhook_has_ended(receiver: Receiver, clock: Clock) -> None:
    webhook = a_webhook(receiver.url()).webhook
    raise_notices(a_company(), at=clock.now)
    gather(clock.now)

    end_webhook(webhook, user=None, now=clock.now)
    clock.forward(60)

    assert not work(clock)
    assert not receiver.received


def test_sends_nothing_where_the_settings_do_not_allow_it_any_more(
    receiver: Receiver, clock: Clock, settings: Settings
) -> None:
    a_webhook(receiver.url())
    raise_notices(a_company(), at=clock.now)
    settings.WEBHOOKS_TO_THIS_MACHINE = False

    work(clock)

    assert not receiver.received
    delivery = Delivery.objects.get()
    assert (delivery.state, delivery.trouble) == (State.WAITING, "not_allowed")


def test_logs_and_stores_nothing_of_address_and_answer(
    receiver: Receiver, clock: Clock, caplog: pytest.LogCaptureFixture
) -> None:
    a_webhook(receiver.url("/services/T0ken"))
    raise_notices(a_company(), at=clock.now)
    receiver.statuses, receiver.body = [500, 400], b"the salary of Anna"
    caplog.set_level("DEBUG")

    work(clock)
    clock.forward(60)
    work(clock)

    assert len(receiver.received) == 2
    stored = str(list(Delivery.objects.values())) + str(list(AuditEntry.objects.values()))
    assert "T0ken" not in caplog.text + stored
    assert "salary" not in caplog.text + stored


def test_a_test_is_sent_once_and_says_what_was_answered(receiver: Receiver) -> None:
    webhook = a_webhook(receiver.url()).webhook
    receiver.statuses = [404, 200]

    refused, taken = send_test(webhook, now=NOW), send_test(webhook, now=NOW)

    assert (refused.state, refused.status) == (State.FAILED, 404)
    assert (taken.state, taken.status) == (State.DELIVERED, 200)
    assert json.loads(receiver.received[0].body)["type"] == "test"
    assert claim_webhook(NOW + timedelta(hours=1)) is None


def test_kinds_are_what_was_chosen(receiver: Receiver, clock: Clock) -> None:
    a_webhook(receiver.url(), kinds=(NoticeKind.CHANGED,))
    company = a_company()
    raise_notices(company, at=clock.now)
    raise_notices(company, at=clock.now, kind=NoticeKind.CHANGED)

    work(clock)

    assert [json.loads(one.body)["type"] for one in receiver.received] == ["notice.changed"]


@pytest.mark.parametrize("form", [Webhook.Format.OWN, Webhook.Format.SLACK])
def test_decides_what_to_tell_when_a_message_goes(
    receiver: Receiver, clock: Clock, form: Webhook.Format
) -> None:
    """Notices of one company that goes to another debtor, of one that is over, and of one left."""
    moved, left = a_company(), a_company(1002, "Saaristo Siivous Oy")
    over = a_company(1003, "Ohi Oy")
    a_webhook(receiver.url(), form=form, sees_all_debtors=False, debtors=[moved.debtor])
    *_others, passed = raise_notices(moved, left, over, at=clock.now)
    receiver.statuses = [503]
    work(clock)
    first = len(receiver.received)
    other = Debtor.objects.create(number=102, name="Kaari")
    Company.objects.filter(pk=moved.pk).update(debtor=other)
    Notice.objects.filter(pk=passed.pk).update(passed_at=clock.now)

    # Another worker has yet to find out what is over, as after all of them were down.
    found = NoticeRound.objects.create(compared_at=clock.now - timedelta(hours=2))
    clock.forward(60)
    idle = work(clock)
    NoticeRound.objects.filter(pk=found.pk).update(compared_at=clock.now)
    for _minute in range(3):
        clock.forward(60)
        work(clock)

    assert not idle
    came = b"".join(one.body for one in receiver.received[first:]).decode()
    assert left.name in came
    assert moved.name not in came
    assert over.name not in came
    assert not Delivery.objects.filter(state=State.WAITING).exists()
    # What was not told after all is told once it is for this receiver again.
    Company.objects.filter(pk=moved.pk).update(debtor=left.debtor)
    work(clock)
    assert moved.name in receiver.received[-1].body.decode()
