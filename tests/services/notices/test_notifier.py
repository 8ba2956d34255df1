"""The part of a worker that tells people: from a journal that stops to the mail that says so."""

import threading
from datetime import UTC, datetime, timedelta

import pytest
from tests.bureau import a_company, a_journal
from tests.mail_server import MailServer
from tests.services.notices.conftest import AReader

from tilisilta.models import Notice, NoticeMail
from tilisilta.notifier import Notifier
from tilisilta.services.notices.rounds import claim_round, give_back_round

pytestmark = pytest.mark.django_db

NOW = datetime(2026, 7, 2, 6, tzinfo=UTC)


def test_tells_of_a_journal_that_stops_and_of_nothing_in_it(
    box: MailServer, a_reader: AReader
) -> None:
    a_reader("aino")
    journal = a_journal(a_company())
    notifier = Notifier(threading.Event())

    for minutes in (0, 1, 3, 6, 9):
        notifier.take_up_due(NOW + timedelta(minutes=minutes))

    (text,) = box.texts
    assert "June 2026: no administration is linked\n  - 1001 Koivulammi Konepaja Oy\n" in text
    lines = journal.lines.all()
    assert lines
    for line in lines:
        for told in (line.ledger_account, line.description, str(abs(line.amount))):
            assert told not in text.replace("1001 Koivulammi", "")


def test_goes_on_after_a_round_that_failed(box: MailServer, a_reader: AReader) -> None:
    a_reader("aino")
    a_journal(a_company())
    Notifier(threading.Event()).take_up_due(NOW)
    Notice.objects.update(kind="unheard of")

    Notifier(threading.Event()).take_up_due(NOW + timedelta(minutes=6))
    Notice.objects.update(kind="needs_person")
    held = len(box.mails)
    Notifier(threading.Event()).take_up_due(NOW + timedelta(minutes=20))

    # The claim of the round that failed has ended by then.
    assert (held, len(box.mails)) == (0, 1)


def test_tells_nothing_before_it_is_known_what_is_over(box: MailServer, a_reader: AReader) -> None:
    """As where all workers were down, and the first of them is still looking."""
    a_reader("aino")
    a_journal(a_company())
    notifier, waiting = Notifier(threading.Event()), NOW + timedelta(minutes=6)
    box.data_answers = ["451 later"]
    notifier.take_up_due(NOW)
    notifier.take_up_due(waiting)
    NoticeMail.objects.update(next_try_at=waiting)
    after = NOW + timedelta(days=2)
    claim_round(after)

    notifier.take_up_due(after)
    held = (NoticeMail.objects.get().state, NoticeMail.objects.get().try_count)
    give_back_round(after)
    notifier.take_up_due(after)

    assert held == ("waiting", 1)
    assert NoticeMail.objects.get().state == "sent"
