"""A run changes in Nmbrs while its journal is sent: one of the two is booked, never both."""

import pytest
from tests.bureau import (
    NOW,
    Clock,
    a_linked_company,
    csv_file,
    deliver,
    monthly_lines,
    on_post,
    send,
    states,
)

from procountor_sandbox.app import Sandbox
from procountor_sandbox.faults import FaultKind
from tilisilta.domain.journals import Run
from tilisilta.models import Company, Export, Journal
from tilisilta.services.journals.importing import import_journal
from tilisilta.services.links import change_link
from tilisilta.services.sending.asking import CannotBeSent, send_journal

pytestmark = pytest.mark.django_db


class TestARevisionImportedWhileTheRunIsBeingSent:
    def test_is_held_back_by_the_one_that_is_booked(self, procountor: Sandbox) -> None:
        company = a_linked_company()
        first = _import(company, 6)
        clock = Clock()
        sending = send_journal(first, user=None, now=clock.now)
        second = _import(company, 5, 6)

        deliver(sending, clock)
        with pytest.raises(CannotBeSent):
            send_journal(second, user=None, now=clock.now)

        assert procountor.ledger.count() == 1
        assert [_state_of(first), _state_of(second)] == ["sent", "changed"]

    def test_takes_the_place_of_one_that_was_refused(self, procountor: Sandbox) -> None:
        company = a_linked_company()
        first = _import(company, 6)
        clock = Clock()
        sending = send_journal(first, user=None, now=clock.now)
        second = _import(company, 5, 6)
        procountor.faults.add(on_post(FaultKind.REJECT))

        deliver(sending, clock)
        assert [_state_of(first), _state_of(second)] == ["replaced", "ready"]
        sent = send(second, clock)

        assert sent.state == "sent"
        assert procountor.ledger.count() == 2

    def test_waits_as_long_as_it_is_uncertain(self, procountor: Sandbox) -> None:
        company = a_linked_company()
        first = _import(company, 6)
        clock = Clock()
        send_journal(first, user=None, now=clock.now)
        Export.objects.update(state="uncertain")

        second = _import(company, 5, 6)

        assert _state_of(second) == "changed"


class TestARefusedReceiptThatIsNotWantedAnyMore:
    def test_stops_its_journal_no_more(self, procountor: Sandbox) -> None:
        company = a_linked_company()
        lines = [
            ("5010", "100.00", "2026-05-28"),
            ("5010", "-100.00", "2026-05-28"),
            *monthly_lines(6),
        ]
        journal = _import_lines(company, lines)
        procountor.faults.add(on_post(FaultKind.REJECT))
        assert states(send(journal)) == ["rejected", "ready"]

        change_link(company.link, user=None, sums_equal_lines=True)
        sent = send(journal)

        assert states(sent) == ["withdrawn", "posted"]
        assert sent.state == "sent"


def _import(company: Company, *months: int) -> Journal:
    return _import_lines(company, monthly_lines(*months))


def _import_lines(company: Company, lines: list[tuple[str, str, str]]) -> Journal:
    return import_journal(
        csv_file(lines),
        file_name="journal.csv",
        company=company,
        user=None,
        now=NOW,
        run=Run(year=2026, number="6"),
    ).journal


def _state_of(journal: Journal) -> str:
    journal.refresh_from_db()
    return str(journal.state)
