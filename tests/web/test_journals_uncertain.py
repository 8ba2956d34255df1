"""What the page of a journal says while nobody knows whether a receipt is booked."""

import re

import pytest
from django.test import Client
from django.urls import reverse
from tests.bureau import Clock, a_journal, a_linked_company, make_moves, on_post
from tests.web.reading import squeezed

from procountor_sandbox.app import Sandbox
from procountor_sandbox.faults import FaultKind
from tilisilta.domain.standing import ExportState
from tilisilta.models import Attempt, Export, Journal, Sending
from tilisilta.services.sending.asking import send_journal

pytestmark = pytest.mark.django_db

PROGRAMMERS_WORDS = re.compile(r"\w+(?:Error|Timeout|Exception)\b")


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def sending(procountor: Sandbox, clock: Clock) -> Sending:
    """Two receipts; the answer for the second one was lost before anything was booked."""
    journal = a_journal(a_linked_company(), 5, 6)
    procountor.faults.add(on_post(FaultKind.ERROR_BEFORE, skip=1))
    sending = send_journal(journal, user=None, now=clock.now)
    make_moves(sending, clock, 2)
    return sending


def page(browser: Client, journal: Journal) -> str:
    return squeezed(browser.get(reverse("journal", args=[journal.pk])).text)


class TestPageOfAnUncertainJournal:
    def test_says_what_happened_what_is_done_and_what_not_to_do(
        self, sending: Sending, browser_of_administrator: Client
    ) -> None:
        text = page(browser_of_administrator, sending.journal)

        assert "1 receipt is uncertain" in text
        assert "It may be booked in Procountor, or it may not." in text
        assert "That happens when it is busy or the line breaks" in text
        assert "Do not book it by hand meanwhile" in text
        assert ">Look now</button>" in text
        token = sending.journal.exports.get(state=ExportState.UNCERTAIN).token
        assert f"#{token}</span>" in text
        assert f'href="{reverse("common_errors")}#S02"' in text

    def test_claims_neither_that_all_is_well_nor_that_it_will_be_sent(
        self, sending: Sending, browser_of_administrator: Client
    ) -> None:
        text = page(browser_of_administrator, sending.journal)

        assert "No problems" not in text
        assert "0 problems" not in text
        assert "What will be sent" not in text
        assert "What was sent" in text

    def test_lists_each_look_and_the_next_one(
        self, sending: Sending, clock: Clock, browser_of_administrator: Client
    ) -> None:
        make_moves(sending, clock, 1)

        text = page(browser_of_administrator, sending.journal)

        export = sending.journal.exports.get(state=ExportState.UNCERTAIN)
        assert [look.read_count for look in export.empty_looks] == [1]
        assert "1 receipt read, not among them" in text
        assert "Next look" in text
        assert "planned" in text

    def test_says_which_look_is_the_last_one(
        self, sending: Sending, clock: Clock, browser_of_administrator: Client
    ) -> None:
        make_moves(sending, clock, 1)
        assert "Absent then too" not in page(browser_of_administrator, sending.journal)
        export = sending.journal.exports.get(state=ExportState.UNCERTAIN)
        assert export.look_at is not None
        clock.forward((export.look_at - clock.now).total_seconds())

        make_moves(sending, clock, 1)

        assert "Absent then too" in page(browser_of_administrator, sending.journal)

    def test_uses_no_words_of_programmers(
        self, sending: Sending, browser_of_administrator: Client
    ) -> None:
        # As it was stored by versions that wrote down the kind of the exception.
        Attempt.objects.filter(outcome="unknown").update(
            detail="Procountor gave no answer (ReadTimeout)."
        )

        text = page(browser_of_administrator, sending.journal)

        assert "no known outcome" in text
        assert not PROGRAMMERS_WORDS.search(text)

    def test_begins_its_list_of_looks_anew_with_another_attempt(
        self, sending: Sending, clock: Clock, procountor: Sandbox
    ) -> None:
        procountor.faults.add(on_post(FaultKind.ERROR_BEFORE))
        export = sending.journal.exports.get(state=ExportState.UNCERTAIN)

        while Attempt.objects.filter(export=export).count() < 2:
            clock.forward(60)
            make_moves(sending, clock, 1)

        export.refresh_from_db()
        assert export.state == ExportState.UNCERTAIN
        assert export.empty_looks == ()

    def test_offers_to_look_when_nothing_looks_by_itself(
        self, sending: Sending, clock: Clock, browser_of_administrator: Client
    ) -> None:
        Sending.objects.update(finished_at=clock.now)

        text = page(browser_of_administrator, sending.journal)

        assert "Click Look now." in text
        assert "Next look" not in text


class TestPartThatMoves:
    def test_counts_what_is_booked_uncertain_and_left(
        self, sending: Sending, browser_of_administrator: Client
    ) -> None:
        text = page(browser_of_administrator, sending.journal)

        assert "1 of 2 receipts booked · 1 uncertain · 0 left" in re.sub(r"<[^>]*>", "", text)

    def test_loads_the_whole_page_once_a_receipt_becomes_uncertain(
        self, sending: Sending, browser_of_administrator: Client
    ) -> None:
        address = reverse("journal_progress", args=[sending.journal.pk])
        before = Export.objects.filter(state="uncertain")
        shown = "0-0 1 7 posting None"

        answer = browser_of_administrator.get(address, {"shown": shown})

        assert before.exists()
        assert answer["HX-Refresh"] == "true"
