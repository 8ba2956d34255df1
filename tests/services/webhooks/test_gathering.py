"""Which notices a webhook tells, once each, and what Slack and Teams get of many."""

import json
from datetime import timedelta

import pytest
from tests.bureau import NOW, a_company
from tests.services.webhooks.told import a_webhook, raise_notices

from tilisilta.domain.notices import Matter, NoticeKind
from tilisilta.models import Company, Debtor, Delivery, Notice, Webhook
from tilisilta.services.webhooks.gathering import gather
from tilisilta.services.webhooks.managing import Wanted, change_webhook

pytestmark = pytest.mark.django_db

SLACK = "https://hooks.slack.com/services/T0/B0/x"


@pytest.fixture
def other() -> Company:
    debtor = Debtor.objects.create(number=102, name="Kaari")
    return Company.objects.create(number=1002, name="Kaari Oy", debtor=debtor)


def told() -> list[str]:
    """Return the companies that programs are told of."""
    bodies = Delivery.objects.order_by("made_at").values_list("body", flat=True)
    return [json.loads(body)["data"]["company"]["name"] for body in bodies]


def test_tells_each_notice_once_however_often_workers_ask() -> None:
    a_webhook("https://hooks.example/a")
    raise_notices(a_company(), at=NOW)

    assert [gather(NOW), gather(NOW), gather(NOW + timedelta(minutes=1))] == [1, 0, 0]


def test_leaves_out_what_was_before_it_and_what_is_over() -> None:
    raise_notices(a_company(1, "Before Oy"), at=NOW - timedelta(minutes=1))
    a_webhook("https://hooks.example/a")
    [over] = raise_notices(a_company(2, "Over Oy"), at=NOW)
    Notice.objects.filter(pk=over.pk).update(passed_at=NOW)
    raise_notices(a_company(3, "Now Oy"), at=NOW)

    gather(NOW)

    assert told() == ["Now Oy"]


def test_tells_of_the_chosen_debtors_alone(other: Company) -> None:
    own = a_company()
    a_webhook("https://hooks.example/a", sees_all_debtors=False, debtors=[own.debtor])
    raise_notices(own, other, at=NOW)
    # What it is told of has gone to another debtor since: who that is decides.
    moved = a_company(1003, "Moved Oy")
    raise_notices(moved, at=NOW)
    Company.objects.filter(pk=moved.pk).update(debtor=other.debtor)

    gather(NOW)

    assert told() == ["Koivulammi Konepaja Oy"]


def test_a_month_that_is_complete_is_told_as_a_whole_or_by_debtor(other: Company) -> None:
    month = NOW.date().replace(day=1)
    a_webhook("https://hooks.example/a")
    a_webhook(
        "https://hooks.example/b", name="other", sees_all_debtors=False, debtors=[other.debtor]
    )
    matters = [
        Matter(kind=NoticeKind.COMPLETE, month=month),
        Matter(kind=NoticeKind.COMPLETE, month=month, debtor_id=other.debtor_id),
    ]
    Notice.objects.bulk_create(Notice.about(one, raised_at=NOW) for one in matters)

    gather(NOW)

    debtors = {
        one.webhook.name: json.loads(one.body)["data"]["debtor"]
        for one in Delivery.objects.select_related("webhook")
    }
    assert debtors == {"payroll robot": None, "other": {"number": 102, "name": "Kaari"}}


@pytest.mark.parametrize("form", [Webhook.Format.SLACK, Webhook.Format.TEAMS])
def test_a_channel_gets_2_000_notices_as_one_message(form: Webhook.Format) -> None:
    a_webhook(SLACK, form=form, language="fi")
    debtor = Debtor.objects.create(number=1, name="Bureau")
    companies = Company.objects.bulk_create(
        Company(number=number, name="<!channel> & [x](http://bad.example)\nOy", debtor=debtor)
        for number in range(1, 2001)
    )
    raise_notices(*companies, at=NOW)

    assert gather(NOW) == 1

    delivery = Delivery.objects.get()
    assert delivery.notice_count == 2000
    assert len(delivery.body) < 5000
    assert "1 990" in delivery.body
    assert "2 000" in delivery.body
    assert delivery.body.count("bad.example") == (20 if form == Webhook.Format.SLACK else 10)
    # While this one waits, what comes is gathered for the next.
    raise_notices(*companies[:3], at=NOW, kind=NoticeKind.CHANGED)
    assert gather(NOW + timedelta(minutes=1)) == 0
    Delivery.objects.update(state=Delivery.State.DELIVERED)
    assert gather(NOW + timedelta(minutes=2)) == 1


def test_a_message_names_ten_companies_in_all() -> None:
    a_webhook(SLACK, form=Webhook.Format.SLACK)
    companies = [a_company(number, f"Firma {number} Oy") for number in range(1, 9)]
    raise_notices(*companies, at=NOW, kind=NoticeKind.CHANGED)
    raise_notices(*companies, at=NOW)
    raise_notices(*companies, at=NOW, kind=NoticeKind.MISSING_RUN)

    gather(NOW)

    told = json.loads(Delivery.objects.get().body)["text"].splitlines()
    assert sum("Firma" in line for line in told) == 10
    assert told[12:14] == ["• 2 Firma 2 Oy", "• and 6 more"]
    assert told[14].endswith("(8)")


def test_one_that_is_not_active_misses_what_is_raised_meanwhile() -> None:
    webhook = a_webhook("https://hooks.example/a", is_active=False).webhook
    raise_notices(a_company(), at=NOW)

    assert gather(NOW) == 0
    assert not webhook.deliveries.exists()


@pytest.mark.parametrize("form", [Webhook.Format.OWN, Webhook.Format.SLACK])
def test_what_waits_is_made_anew_for_other_debtors(form: Webhook.Format, other: Company) -> None:
    own = a_company()
    webhook = a_webhook(SLACK, form=form).webhook
    raise_notices(own, other, at=NOW)
    gather(NOW)
    narrowed = Wanted(
        name="customer",
        format=Webhook.Format.OWN,
        address="https://customer.example/a",
        sees_all_debtors=False,
        debtors=[own.debtor],
    )

    change_webhook(webhook, narrowed, user=None, now=NOW)
    gather(NOW)

    [waiting] = Delivery.objects.filter(state="waiting")
    assert json.loads(waiting.body)["data"]["company"]["name"] == own.name
    assert other.name not in "".join(Delivery.objects.values_list("body", flat=True))
