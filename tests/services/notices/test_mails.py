"""Mails of notices: who gets which, when, and what becomes of them whatever the server does."""

from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta
from email import utils
from zoneinfo import ZoneInfo

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from pytest_django import Settings
from tests.mail_server import MailServer
from tests.services.notices.conftest import AReader

from tilisilta.domain.notices import Cadence, Matter, NoticeKind
from tilisilta.models import (
    Company,
    Debtor,
    Notice,
    NoticeChoice,
    NoticeMail,
    NoticeRound,
    Right,
    User,
    UserTemplate,
)
from tilisilta.services.notices import making
from tilisilta.services.notices.delivery import LEASE, PAUSES, send_due_mails
from tilisilta.services.notices.mail_server import mail_standing
from tilisilta.services.notices.making import GATHERED_FOR, REST, make_mails

pytestmark = pytest.mark.django_db

JUNE = date(2026, 6, 1)
NOW = datetime(2026, 7, 2, 6, tzinfo=UTC)
"""Nine in the morning in Helsinki."""
SOON = timedelta(seconds=1)
GATHERED = NOW + GATHERED_FOR


def companies(count: int = 1, debtor_number: int = 101) -> list[Company]:
    debtor, _made = Debtor.objects.get_or_create(
        number=debtor_number, defaults={"name": f"Yhtiöt {debtor_number}"}
    )
    first = Company.objects.count() + 1
    return Company.objects.bulk_create(
        Company(number=number, name=f"Yritys {number} Oy", debtor=debtor)
        for number in range(first, first + count)
    )


def trouble(
    *about: Company, kind: NoticeKind = NoticeKind.NEEDS_PERSON, at: datetime = NOW
) -> None:
    matters = [
        Matter(kind=kind, code="N07", month=JUNE, company_id=one.pk, debtor_id=one.debtor_id)
        for one in about
    ]
    Notice.objects.bulk_create(Notice.about(matter, raised_at=at) for matter in matters)


def told_at(now: datetime) -> int:
    """Make and send what is due, and return how many mails went."""
    make_mails(now)
    return send_due_mails(clock=lambda: now)


class TestAtOnce:
    @pytest.mark.once
    def test_many_companies_are_one_mail(self, box: MailServer, a_reader: AReader) -> None:
        a_reader("aino")
        trouble(*companies(2000))

        too_soon, in_time, again = told_at(NOW + SOON), told_at(GATHERED), told_at(GATHERED + SOON)

        assert (too_soon, in_time, again) == (0, 1, 0)
        (mail,) = box.mails
        assert mail["To"] == "aino@bureau.example"
        assert mail["Subject"].endswith("(2000)")
        assert "  - and 1990 more" in box.texts[0]
        assert len(box.texts[0].splitlines()) < 30

    def test_what_comes_later_waits_a_while(self, box: MailServer, a_reader: AReader) -> None:
        a_reader("aino")
        first, second = companies(2)
        trouble(first)
        told_at(GATHERED)
        trouble(second, at=GATHERED)

        soon = told_at(GATHERED + GATHERED_FOR)
        rested = told_at(GATHERED + REST)

        assert (soon, rested) == (0, 1)
        assert second.name in box.texts[1]
        assert first.name not in box.texts[1]

    def test_what_passes_and_comes_back_is_told_once(
        self, box: MailServer, a_reader: AReader
    ) -> None:
        a_reader("aino")
        trouble(*companies())
        told_at(GATHERED)
        for turn in range(1, 20):
            Notice.objects.update(passed_at=None if turn % 2 else NOW)
            told_at(GATHERED + turn * REST)

        assert len(box.mails) == 1


@pytest.mark.once
class TestDigest:
    @pytest.mark.parametrize(
        "day", [date(2026, 3, 29), date(2026, 10, 25)], ids=["spring", "autumn"]
    )
    def test_comes_once_a_day_also_where_the_clock_is_changed(
        self, box: MailServer, a_reader: AReader, settings: Settings, day: date
    ) -> None:
        settings.MAIL_DIGEST_TIME = datetime(2026, 1, 1, 3, 30).time()  # noqa: DTZ001
        a_reader("aino", Cadence.DAILY)
        helsinki = ZoneInfo("Europe/Helsinki")
        first = datetime(day.year, day.month, day.day - 1, tzinfo=helsinki).astimezone(UTC)
        sent = []
        for hour in range(72):
            now = first + timedelta(hours=hour)
            trouble(*companies(), at=now)
            sent.append(told_at(now))

        assert [sum(one) for one in (sent[:24], sent[24:46], sent[46:70])] == [1, 1, 1]

    def test_without_anything_new_is_no_mail(self, box: MailServer, a_reader: AReader) -> None:
        a_reader("aino", Cadence.DAILY)
        (company,) = companies()
        trouble(company)
        first, next_day = told_at(NOW), told_at(NOW + timedelta(days=1))

        assert (first, next_day) == (1, 0)

    def test_of_many_users_takes_few_queries_each(
        self, box: MailServer, a_reader: AReader, settings: Settings
    ) -> None:
        template = a_reader("pattern").template
        users = User.objects.bulk_create(
            User(username=f"user-{number}", template=template) for number in range(200)
        )
        NoticeChoice.objects.bulk_create(
            NoticeChoice(
                user=user,
                address=f"{user.username}@bureau.example",
                cadences={"needs_person": "daily"},
                chosen_at=NOW,
                confirmed_at=NOW,
            )
            for user in users
        )
        trouble(*companies(100))

        with CaptureQueriesContext(connection) as queries:
            make_mails(NOW)

        assert NoticeMail.objects.count() == 200
        assert len(queries) < 6 * 200


class TestRights:
    def test_nobody_is_told_what_their_pages_do_not_show(
        self, box: MailServer, a_reader: AReader
    ) -> None:
        mine, other = companies()[0], companies(debtor_number=102)[0]
        a_reader("limited", debtors=(mine.debtor,))
        a_reader("rightless", journal_exports=Right.NONE)
        a_reader("everyone")
        off = a_reader("off")
        User.objects.filter(pk=off.pk).update(is_active=False)
        trouble(mine, other)

        told_at(GATHERED)

        texts = dict(zip(box.recipients, box.texts, strict=True))
        assert set(texts) == {"limited@bureau.example", "everyone@bureau.example"}
        assert other.name not in texts["limited@bureau.example"]
        assert other.name in texts["everyone@bureau.example"]

    @pytest.mark.parametrize(
        "loss", ["disabled", "right", "debtor", "choice", "address", "confirmation"]
    )
    def test_what_is_lost_before_it_goes_is_not_told(
        self, box: MailServer, a_reader: AReader, loss: str
    ) -> None:
        mine, other = companies()[0], companies(debtor_number=102)[0]
        user = a_reader("aino", debtors=(mine.debtor,))
        trouble(mine)
        make_mails(GATHERED)
        if loss == "disabled":
            User.objects.update(is_active=False)
        elif loss == "right":
            UserTemplate.objects.update(journal_exports=Right.NONE)
        elif loss == "debtor":
            user.debtors.set([other.debtor])
        elif loss == "choice":
            NoticeChoice.objects.update(cadences={})
        elif loss == "address":
            NoticeChoice.objects.update(address="")
        else:
            NoticeChoice.objects.update(address="stranger@other.example", confirmed_at=None)

        send_due_mails(clock=lambda: GATHERED)

        assert not box.mails
        assert NoticeMail.objects.get().state == NoticeMail.State.DROPPED

    def test_what_is_not_told_after_all_while_more_is_made_may_come_back(
        self, box: MailServer, a_reader: AReader, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        a_reader("aino")
        first, second = companies(2)
        trouble(first)
        make_mails(GATHERED)
        Notice.objects.update(passed_at=GATHERED)
        trouble(second, at=GATHERED)

        def sends_meanwhile(choice: NoticeChoice, now: datetime) -> bool:
            send_due_mails(clock=lambda: now)
            return False

        with monkeypatch.context() as patched:
            patched.setattr(making, "is_digest_due", sends_meanwhile)
            make_mails(GATHERED + REST)
        Notice.objects.update(passed_at=None)
        told_at(GATHERED + REST + SOON)

        assert [first.name in text and second.name in text for text in box.texts] == [True]

    def test_of_a_whole_month_each_is_told_of_their_own(
        self, box: MailServer, a_reader: AReader
    ) -> None:
        (mine,) = companies()
        a_reader("limited", debtors=(mine.debtor,))
        a_reader("everyone")
        for debtor_id in (None, mine.debtor_id):
            matter = Matter(kind=NoticeKind.COMPLETE, month=JUNE, debtor_id=debtor_id)
            Notice.about(matter, raised_at=NOW).save()

        told_at(GATHERED)

        texts = dict(zip(box.recipients, box.texts, strict=True))
        assert mine.debtor.name in texts["limited@bureau.example"]
        assert mine.debtor.name not in texts["everyone@bureau.example"]


class TestServer:
    def test_that_is_down_for_a_day_loses_nothing_and_repeats_nothing(
        self, box: MailServer, a_reader: AReader, settings: Settings
    ) -> None:
        a_reader("aino")
        a_reader("eino", Cadence.DAILY)
        lasting, passing, late = companies(3)
        trouble(lasting, passing)
        settings.MAIL_PORT = 1
        for minutes in range(0, 24 * 60, 30):
            if minutes == 600:
                trouble(late, at=GATHERED + timedelta(hours=10))
            told_at(GATHERED + timedelta(minutes=minutes))
        day = GATHERED + timedelta(days=1)
        backlog, standing = NoticeMail.objects.count(), mail_standing(day)
        Notice.objects.filter(company=passing).update(passed_at=day)

        settings.MAIL_PORT = box.port
        told_at(day + timedelta(hours=1))

        assert backlog == 2
        assert standing.failing_since == GATHERED
        assert (standing.failure, standing.waiting_count) == ("unreachable", 2)
        assert sorted(box.recipients) == ["aino@bureau.example", "eino@bureau.example"]
        for text in box.texts:
            assert lasting.name in text
            assert late.name in text
            assert passing.name not in text
        assert mail_standing(day).failing_since is None

    def test_that_loses_its_answer_gets_a_mail_twice_at_most(
        self, box: MailServer, a_reader: AReader
    ) -> None:
        a_reader("aino")
        trouble(*companies())
        box.data_answers += [None, None, None]

        for turn in range(9):
            told_at(GATHERED + turn * PAUSES[-1])

        assert len(box.mails) == 2
        assert len({mail["Message-ID"] for mail in box.mails}) == 1
        mail = NoticeMail.objects.get()
        assert (mail.state, mail.failure) == ("failed", "no_answer")

    def test_a_worker_that_dies_while_sending_sends_twice_at_most(
        self, box: MailServer, a_reader: AReader
    ) -> None:
        a_reader("aino")
        trouble(*companies())

        for turn in range(4):
            told_at(GATHERED + turn * (LEASE + SOON))
            # As it stands where the worker died before it could note that the mail went.
            held = GATHERED + turn * (LEASE + SOON) + LEASE
            NoticeMail.objects.filter(state="sent").update(state="sending", claimed_until=held)
            # Nobody else takes it up while it may still be under way.
            assert told_at(held - SOON) == 0

        assert len(box.mails) == 2
        assert len({mail["Message-ID"] for mail in box.mails}) == 1

    def test_that_refuses_an_address_gets_no_more_for_it(
        self, box: MailServer, a_reader: AReader
    ) -> None:
        user = a_reader("aino")
        a_reader("eino")
        first, second = companies(2)
        trouble(first)
        box.refused["aino@bureau.example"] = "550 5.1.1 no such user"
        told_at(GATHERED)
        trouble(second, at=GATHERED)
        told_at(GATHERED + REST)
        failed = NoticeMail.objects.get(state="failed")
        standing = mail_standing(GATHERED)

        box.refused.clear()
        NoticeChoice.objects.filter(user=user).update(refused_at=None)
        told_at(GATHERED + 2 * REST)

        assert (failed.user, failed.failure, failed.reply) == (user, "recipient_refused", 550)
        assert (standing.failed_count, standing.failing_since) == (1, None)
        assert box.recipients == [*["eino@bureau.example"] * 2, "aino@bureau.example"]
        # What still held was told once the address was right.
        assert first.name in box.texts[2]
        assert second.name in box.texts[2]

    def test_that_is_not_there_makes_no_mails(self, a_reader: AReader) -> None:
        a_reader("aino")
        trouble(*companies())

        assert told_at(GATHERED) == 0
        assert not NoticeMail.objects.exists()

    def test_a_clock_that_ran_ahead_holds_no_mail_up(
        self, box: MailServer, a_reader: AReader
    ) -> None:
        a_reader("aino")
        trouble(*companies())
        make_mails(GATHERED)
        ahead = NOW + timedelta(days=30)
        NoticeMail.objects.update(next_try_at=ahead)
        NoticeRound.objects.create(mail_next_try_at=ahead)

        assert send_due_mails(clock=lambda: GATHERED) == 1


@pytest.mark.once
class TestText:
    @pytest.fixture
    def mailed(self, box: MailServer, a_reader: AReader) -> Callable[[str], str]:
        def mail(language: str) -> str:
            a_reader("aino", language=language, debtors=(Debtor.objects.get(),))
            told_at(GATHERED)
            return box.texts[0]

        return mail

    def test_of_a_hostile_name_stays_one_line(
        self, mailed: Callable[[str], str], box: MailServer
    ) -> None:
        (company,) = companies()
        name = "Paha\r\nBcc: x@evil.example\r\n\r\n-- \n\u202eOy\u2028" + "a" * 300
        Company.objects.filter(pk=company.pk).update(name=name[:200])
        trouble(company)

        text = mailed("en")

        (line,) = [line for line in text.splitlines() if "Paha" in line]
        assert line.startswith("  - 1 Paha Bcc: x@evil.example -- Oy aaa")
        assert len(line) <= 90
        assert box.mails[0]["Bcc"] is None
        assert box.mails[0].is_multipart() is False

    @pytest.mark.parametrize(
        ("language", "words"),
        [("fi", "Kesäkuu 2026"), ("sv", "Juni 2026"), ("en", "June 2026")],
    )
    def test_is_in_the_language_of_the_user_with_a_link(
        self, mailed: Callable[[str], str], box: MailServer, language: str, words: str
    ) -> None:
        trouble(*companies())

        text = mailed(language)

        assert words in text
        assert "http://127.0.0.1:8000/month-end?month=2026-06" in text
        (mail,) = box.mails
        assert mail["Auto-Submitted"] == "auto-generated"
        assert mail["Content-Language"] == language
        assert mail["List-Id"].endswith("<notices.bureau.example>")
        assert utils.parsedate_to_datetime(mail["Date"]) == GATHERED
