"""Addresses are told nothing before their users have confirmed them."""

import importlib
import pkgutil
import re
import time
from datetime import UTC, datetime, timedelta

import pytest
from django.apps import apps
from django.core import signing
from django.db import connection
from django.test import Client
from django.urls import reverse
from pytest_django import Settings
from tests.mail_server import MailServer
from tests.services.notices.conftest import AReader
from tests.services.notices.test_mails import companies, told_at, trouble

from tilisilta import migrations
from tilisilta.domain.notices import Cadence, NoticeKind
from tilisilta.models import AuditEntry, NoticeChoice, NoticeMail, User
from tilisilta.services.notices.choosing import choose_notices
from tilisilta.services.notices.confirming import (
    DAY,
    LASTS,
    MOST_A_DAY,
    REST,
    ask_all,
    ask_to_confirm,
    confirm_address,
    fits,
    token_for,
)
from tilisilta.services.notices.delivery import forget_refusals, send_due_mails
from tilisilta.services.notices.making import GATHERED_FOR

pytestmark = [pytest.mark.django_db, pytest.mark.once]

NOW = datetime(2026, 7, 2, 6, tzinfo=UTC)
LATER = NOW + GATHERED_FOR
CADENCES = {NoticeKind.NEEDS_PERSON: Cadence.AT_ONCE}


@pytest.fixture
def aino(a_reader: AReader) -> User:
    user = a_reader("aino", language="fi")
    NoticeChoice.objects.all().delete()
    return user


def chosen(user: User, address: str = "aino@bureau.example", at: datetime = NOW) -> NoticeChoice:
    return choose_notices(user, address=address, cadences=CADENCES, now=at)


def path_in(text: str) -> str:
    (path,) = re.findall(r"http://127.0.0.1:8000(/profile/notices/confirm/\S+)", text)
    return str(path)


def test_a_new_address_gets_a_link_and_then_what_stands(
    box: MailServer, aino: User, client: Client
) -> None:
    (company,) = companies()
    trouble(company)
    chosen(aino)
    first = told_at(LATER)
    (text,) = box.texts
    path = path_in(text)

    anonymous = client.get(path)
    client.force_login(aino)
    opened = client.get(path)
    told_before = NoticeChoice.objects.get().confirmed_at
    posted = [client.post(path, follow=True).status_code for _time in range(2)]
    again = client.get(path)
    second = told_at(LATER)

    assert (first, second) == (1, 1)
    assert company.name not in text
    assert aino.username not in text.replace("aino@bureau.example", "")
    assert anonymous["Location"].startswith(reverse("account_login"))
    assert "aino@bureau.example" in opened.text
    assert told_before is None
    assert posted == [200, 200]
    assert again.status_code == 200
    assert company.name in box.texts[1]
    (entry,) = AuditEntry.objects.filter(changes__0__field="confirmed_mail_address")
    assert (entry.user, entry.changes[0]["after"]) == (aino, "aino@bureau.example")


def test_a_link_is_for_one_user_and_address_and_nothing_else(
    box: MailServer, aino: User, a_reader: AReader, client: Client
) -> None:
    choice = chosen(aino)
    other = a_reader("eino")
    NoticeChoice.objects.filter(user=other).update(address=choice.address, confirmed_at=None)
    token = token_for(choice)
    foreign = token_for(NoticeChoice.objects.get(user=other))
    plain = signing.TimestampSigner().sign(f"{aino.pk}:{choice.address}").split(":", 2)[2]
    client.force_login(aino)

    answers = [
        client.post(reverse("confirm_mail_address", args=[one]))
        for one in (foreign, plain, token[:-1], f"{token}x", "x", ":", "::::", "0", "ä")
    ]
    chosen(aino, "aino@other.example")
    answers.append(client.post(reverse("confirm_mail_address", args=[token])))

    assert {answer.status_code for answer in answers} == {404}
    assert not NoticeChoice.objects.exclude(confirmed_at=None).exists()
    # What is said does not tell why, or of whom: an address is not found out by it.
    assert "eino" not in "".join(answer.text for answer in answers)


def test_a_link_ends_after_three_days(aino: User, monkeypatch: pytest.MonkeyPatch) -> None:
    choice = chosen(aino)
    token, made = token_for(choice), time.time()

    def at(moment: timedelta) -> bool:
        monkeypatch.setattr(time, "time", lambda: made + moment.total_seconds())
        return fits(token, choice)

    assert [at(LASTS - timedelta(minutes=1)), at(LASTS + timedelta(minutes=1))] == [True, False]


def test_another_address_has_to_be_confirmed_too(box: MailServer, aino: User) -> None:
    choice = chosen(aino)
    confirm_address(choice, user=aino, now=NOW)
    same = chosen(aino)
    trouble(*companies())

    changed = chosen(aino, "stranger@other.example", at=LATER)
    # What was read before the change confirms nothing of what is there now.
    late = confirm_address(choice, user=aino, now=LATER)
    told_at(LATER)

    assert (same.is_unconfirmed, changed.is_unconfirmed, late) == (False, True, False)
    assert box.recipients[-1] == "stranger@other.example"
    assert "Yritys" not in "".join(box.texts)


def test_few_mails_go_to_strangers_whatever_a_user_does(box: MailServer, aino: User) -> None:
    for turn in range(20):
        chosen(aino, f"stranger-{turn}@other.example", at=NOW + turn * REST)
        send_due_mails(clock=lambda turn=turn: NOW + turn * REST)  # type: ignore[misc]

    assert len(box.mails) == MOST_A_DAY
    # The last address is asked once it may be, without anybody doing anything.
    assert [ask_all(NOW + DAY - REST), ask_all(NOW + DAY), ask_all(NOW + DAY)] == [0, 1, 0]


def test_asking_again_rests_and_makes_one_mail_while_the_server_is_down(
    box: MailServer, aino: User, settings: Settings
) -> None:
    choice = chosen(aino)
    soon, rested = (ask_to_confirm(choice, now=NOW + part) for part in (REST / 2, REST))

    assert (soon, rested) == (False, True)
    assert NoticeMail.objects.count() == 1
    settings.MAIL_PORT = 1
    send_due_mails(clock=lambda: LATER)
    corrected = chosen(aino, "corrected@bureau.example", at=LATER)
    settings.MAIL_PORT = box.port
    send_due_mails(clock=lambda: LATER + REST)

    assert box.recipients == ["corrected@bureau.example"]
    assert fits(path_in(box.texts[0]).rpartition("/")[2], corrected)


def test_what_the_server_refused_is_asked_anew(box: MailServer, aino: User) -> None:
    chosen(aino)
    box.refused["aino@bureau.example"] = "550 5.1.1 no such user"
    send_due_mails(clock=lambda: NOW)
    refused = NoticeChoice.objects.get().refused_at
    box.refused.clear()

    forget_refusals()
    ask_all(NOW + REST)
    send_due_mails(clock=lambda: NOW + REST)

    assert refused == NOW
    assert box.recipients == ["aino@bureau.example"]


@pytest.mark.parametrize("loss", ["disabled", "confirmed", "no address"])
def test_a_link_that_nobody_needs_any_more_is_not_sent(
    box: MailServer, aino: User, loss: str
) -> None:
    choice = chosen(aino)
    if loss == "disabled":
        User.objects.update(is_active=False)
    elif loss == "confirmed":
        confirm_address(choice, user=None, now=NOW)
    else:
        chosen(aino, "")

    assert send_due_mails(clock=lambda: LATER) == 0
    assert NoticeMail.objects.get().state == NoticeMail.State.DROPPED


def test_users_from_before_are_told_for_a_while_and_asked(box: MailServer, aino: User) -> None:
    (name,) = (
        one.name
        for one in pkgutil.iter_modules(migrations.__path__)
        if one.name.endswith("_confirmed_mail_addresses")
    )
    migration = importlib.import_module(f"{migrations.__name__}.{name}")
    NoticeChoice.objects.create(
        user=aino, address="aino@bureau.example", cadences=CADENCES, chosen_at=NOW
    )
    migration.tell_for_a_while(apps, connection.schema_editor())
    now = datetime.now(tz=UTC)
    first, second = companies(2)
    trouble(first, at=now)

    asked = (ask_all(now), ask_all(now + REST))
    told_at(now + GATHERED_FOR)
    after = now + migration.DAYS + timedelta(minutes=1)
    trouble(second, at=after)
    late = told_at(after + GATHERED_FOR)

    assert asked == (1, 0)
    link, notice = box.texts
    path_in(link)
    assert first.name in notice
    assert "Tätä sähköpostiosoitetta ei ole vahvistettu" in notice
    assert late == 0
    confirm_address(NoticeChoice.objects.get(), user=aino, now=after)
    assert told_at(after + GATHERED_FOR) == 1
    assert "ei ole vahvistettu" not in box.texts[2]
