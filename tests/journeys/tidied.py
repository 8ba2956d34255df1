"""Receipts that people have changed, as the journeys through tidying up begin with them."""

from typing import Any

from tests.bureau import (
    Clock,
    a_journal,
    a_linked_company,
    forget_the_sending,
    make_moves,
    on_post,
    send,
    tidy,
)

from procountor_sandbox.app import Sandbox
from procountor_sandbox.faults import FaultKind
from tilisilta.models import Export, Sending
from tilisilta.services.sending.asking import send_journal

WITHOUT_TOKEN = "Palkat kesäkuu 2026"


def an_uncertain_export(procountor: Sandbox, **choices: Any) -> tuple[Export, Sending, Clock]:
    """An export that is booked, and whose answer was lost."""
    journal = a_journal(a_linked_company(**choices), 6)
    procountor.faults.add(on_post(FaultKind.ANSWER_LOST))
    clock = Clock()
    sending = send_journal(journal, user=None, now=clock.now)
    make_moves(sending, clock, 1)
    assert procountor.ledger.count() == 1
    return journal.exports.get(), sending, clock


def a_forgotten_export(procountor: Sandbox) -> Export:
    """An export that is booked, and that a restored backup does not know."""
    journal = a_journal(a_linked_company(), 6)
    send(journal)
    forget_the_sending()
    return journal.exports.get()


def untidy(procountor: Sandbox) -> None:
    """Remove the token from name and notes."""
    tidy(procountor, "rename", name=WITHOUT_TOKEN)
    tidy(procountor, "notes")
