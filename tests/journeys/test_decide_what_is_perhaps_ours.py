"""A receipt that may be ours stops what it may be, and a person decides; none is booked twice."""

from typing import Any

import pytest
from tests.bureau import (
    Clock,
    a_journal,
    a_linked_company,
    book_by_hand,
    deliver,
    forget_the_sending,
    problem_codes,
    receipts_with,
    send,
    states,
    tidy,
)
from tests.journeys.tidied import WITHOUT_TOKEN, a_forgotten_export, an_uncertain_export, untidy

from procountor_sandbox.app import Sandbox
from tilisilta.models import AuditEntry, Journal
from tilisilta.services.journals.importing import check_journal
from tilisilta.services.sending.asking import look_again
from tilisilta.services.sending.perhaps_ours import NotInDoubt, say_another, take_over

pytestmark = pytest.mark.django_db


class TestPerhapsOurs:
    def test_stops_an_uncertain_receipt_once_its_own_is_surely_absent(
        self, procountor: Sandbox
    ) -> None:
        export, sending, clock = an_uncertain_export(procountor)
        untidy(procountor)

        stopped = deliver(sending, clock)

        assert states(stopped) == ["uncertain"]
        assert problem_codes(stopped) == ["S09"]
        assert procountor.ledger.count() == 1
        facts = dict(export.journal.exports.get().problems[0].facts)
        assert (facts["numbers"], facts["date"]) == ("1", "2026-06-28")
        assert (facts["name"], facts["same"]) == (WITHOUT_TOKEN, "all")

    def test_is_named_without_a_personal_identity_code(self, procountor: Sandbox) -> None:
        export = a_forgotten_export(procountor)
        untidy(procountor)
        tidy(procountor, "rename", name="Palkka 131052-308T")

        stopped = send(check_journal(export.journal, now=Clock().now))

        assert dict(stopped.exports.get().problems[0].facts)["name"] == "Palkka ***"

    def test_waits_for_a_list_that_lags_behind(self, procountor: Sandbox) -> None:
        export, sending, clock = an_uncertain_export(procountor)
        booked = procountor.ledger.receipts()[0]
        by_hand = export.payload.replace(export.name, "Palkat käsin").replace(export.token, "")
        book_by_hand(export.link.procountor_account, by_hand)
        procountor.ledger.hide(booked.company_id, booked.receipt_id, searches=3)

        sent = deliver(sending, clock)

        assert states(sent) == ["posted"]
        assert sent.exports.get().ledger_receipt_id == booked.receipt_id

    def test_stops_a_forgotten_one_before_it_is_posted(self, procountor: Sandbox) -> None:
        export = a_forgotten_export(procountor)
        untidy(procountor)

        stopped = send(check_journal(export.journal, now=Clock().now))

        assert states(stopped) == ["ready"]
        assert problem_codes(stopped) == ["S09"]
        assert procountor.ledger.count() == 1

    def test_is_what_the_bureau_has_booked_by_hand(self, procountor: Sandbox) -> None:
        export = a_journal(a_linked_company(), 6).exports.get()
        by_hand = export.payload.replace(export.name, "Palkat käsin").replace(export.token, "")
        book_by_hand(export.link.procountor_account, by_hand)

        stopped = send(export.journal)

        assert problem_codes(stopped) == ["S09"]

    def test_is_also_what_differs_in_its_dimensions_only(self, procountor: Sandbox) -> None:
        export = a_forgotten_export(procountor)
        untidy(procountor)
        item = {"dimensionId": 3101, "itemId": 71003, "value": 1006}
        tidy(procountor, "dimensions", row=1, dimensionItemValues=[item])

        stopped = send(check_journal(export.journal, now=Clock().now))

        assert problem_codes(stopped) == ["S09"]
        assert dict(stopped.exports.get().problems[0].facts)["same"] == "sums"

    @pytest.mark.parametrize(
        ("act", "details"),
        [
            ("amount", {"row": 1, "to_row": 2, "amount": 1}),
            ("account", {"row": 1, "account": "5020"}),
            ("redate", {"date": "2026-06-27"}),
            ("invalidate", {}),
        ],
    )
    def test_is_nothing_that_books_something_else(
        self, procountor: Sandbox, act: str, details: dict[str, Any]
    ) -> None:
        export = a_forgotten_export(procountor)
        untidy(procountor)
        tidy(procountor, act, **details)

        sent = send(check_journal(export.journal, now=Clock().now))

        assert states(sent) == ["posted"]
        assert procountor.ledger.count() == 2

    def test_is_no_receipt_of_another_run_with_the_same_amounts(self, procountor: Sandbox) -> None:
        company = a_linked_company()
        send(a_journal(company, 6))

        sent = send(a_journal(company, 6, run_number="7"))

        assert states(sent) == ["posted"]
        assert procountor.ledger.count() == 2

    def test_is_no_forgotten_receipt_of_another_run_either(self, procountor: Sandbox) -> None:
        company = a_linked_company()
        first = a_journal(company, 6)
        send(first)
        tidy(procountor, "rename", name=WITHOUT_TOKEN)
        forget_the_sending()

        sent = send(a_journal(company, 6, run_number="7"))

        assert states(sent) == ["posted"]
        assert procountor.ledger.count() == 2

    @pytest.mark.parametrize("is_uncertain", [True, False])
    def test_is_taken_over_when_a_person_says_so(
        self, procountor: Sandbox, is_uncertain: bool
    ) -> None:
        clock = Clock()
        stopped = _stopped(procountor, clock, is_uncertain=is_uncertain)
        receipt_id = procountor.ledger.receipts()[0].receipt_id

        for _ in range(2):
            take_over(stopped.exports.get(), receipt_id, user=None, now=clock.now)

        stopped.refresh_from_db()
        assert stopped.state == "sent"
        assert stopped.exports.get().ledger_receipt_id == receipt_id
        assert AuditEntry.objects.filter(action="receipt_taken_over").count() == 1
        assert procountor.ledger.count() == 1

    @pytest.mark.parametrize("is_uncertain", [True, False])
    def test_is_another_when_a_person_says_so_and_never_asked_about_again(
        self, procountor: Sandbox, is_uncertain: bool
    ) -> None:
        clock = Clock()
        stopped = _stopped(procountor, clock, is_uncertain=is_uncertain)
        receipt_id = procountor.ledger.receipts()[0].receipt_id

        for _ in range(2):
            say_another(stopped.exports.get(), receipt_id, user=None, now=clock.now)
        sent = _go_on(stopped, clock)

        assert states(sent) == ["posted"]
        assert procountor.ledger.count() == 2
        assert AuditEntry.objects.filter(action="receipt_is_another").count() == 1
        export = sent.exports.get()
        assert len(receipts_with(procountor, export.token)) == 1
        assert export.ledger_receipt_id != receipt_id

    def test_is_no_longer_asked_about_once_the_export_is_booked(self, procountor: Sandbox) -> None:
        clock = Clock()
        stopped = _stopped(procountor, clock, is_uncertain=False)
        first, second = stopped.exports.get(), procountor.ledger.receipts()[0].receipt_id
        say_another(first, second, user=None, now=clock.now)
        send(stopped, clock)

        with pytest.raises(NotInDoubt):
            take_over(stopped.exports.get(), second, user=None, now=clock.now)

    def test_of_several_each_is_a_doubt(self, procountor: Sandbox) -> None:
        export = a_journal(a_linked_company(), 6).exports.get()
        for name in ("Palkat käsin", "Palkat kopio"):
            by_hand = export.payload.replace(export.name, name).replace(export.token, "")
            book_by_hand(export.link.procountor_account, by_hand)
        clock = Clock()
        stopped = send(export.journal, clock)
        assert problem_codes(stopped) == ["S09", "S09"]

        first, second = procountor.ledger.receipts()
        say_another(stopped.exports.get(), first.receipt_id, user=None, now=clock.now)
        assert problem_codes(stopped) == ["S09"]
        take_over(stopped.exports.get(), second.receipt_id, user=None, now=clock.now)

        assert states(stopped) == ["posted"]


class TestInvalidatedByAPerson:
    @pytest.mark.parametrize("is_uncertain", [True, False])
    def test_stops_and_is_not_booked_again(self, procountor: Sandbox, is_uncertain: bool) -> None:
        clock = Clock()

        stopped = _stopped(procountor, clock, is_uncertain=is_uncertain, act="invalidate")

        assert problem_codes(stopped) == ["S10"]
        assert procountor.ledger.count() == 1

    @pytest.mark.parametrize("is_uncertain", [True, False])
    def test_is_sent_again_when_a_person_says_so(
        self, procountor: Sandbox, is_uncertain: bool
    ) -> None:
        clock = Clock()
        stopped = _stopped(procountor, clock, is_uncertain=is_uncertain, act="invalidate")
        invalidated = procountor.ledger.receipts()[0]

        say_another(stopped.exports.get(), invalidated.receipt_id, user=None, now=clock.now)
        sent = _go_on(stopped, clock)

        assert states(sent) == ["posted"]
        assert len(receipts_with(procountor, sent.exports.get().token)) == 1

    def test_is_found_again_once_it_is_unfinished_again(self, procountor: Sandbox) -> None:
        clock = Clock()
        stopped = _stopped(procountor, clock, is_uncertain=True, act="invalidate")
        tidy(procountor, "unfinished")

        found = deliver(look_again(stopped, user=None, now=clock.now), clock)

        assert states(found) == ["posted"]
        assert procountor.ledger.count() == 1


def _stopped(procountor: Sandbox, clock: Clock, *, is_uncertain: bool, act: str = "") -> Journal:
    """A journal whose receipt is in Procountor without its token, or as ``act`` left it."""
    if is_uncertain:
        export, sending, _ = an_uncertain_export(procountor)
    else:
        export = a_forgotten_export(procountor)
    if act:
        tidy(procountor, act)
    else:
        untidy(procountor)
    if is_uncertain:
        return deliver(sending, clock)
    return send(check_journal(export.journal, now=clock.now), clock)


def _go_on(journal: Journal, clock: Clock) -> Journal:
    """Go on: an uncertain receipt is looked for by itself, a ready one is sent by a person."""
    journal.refresh_from_db()
    unfinished = journal.sendings.filter(finished_at__isnull=True).first()
    return deliver(unfinished, clock) if unfinished else send(journal, clock)
