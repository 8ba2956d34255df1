"""The difference of a run that changed after sending is booked once, beside what is booked."""

from decimal import Decimal
from typing import Any

import pytest
from tests.bureau import (
    NOW,
    Clock,
    a_journal,
    a_linked_company,
    book_by_hand,
    csv_file,
    deliver,
    make_moves,
    monthly_lines,
    on_post,
    problem_codes,
    receipts_with,
    send,
    send_all_ready,
    set_period,
    states,
    tidy,
)
from tests.services.sending.withdrawing import net_amounts, on_put, withdraw

from procountor_sandbox.app import Sandbox
from procountor_sandbox.faults import FaultKind
from tilisilta.clients.procountor.wire import encode_receipt
from tilisilta.domain.journals import BookingPeriod, Run
from tilisilta.domain.reconciliation import Outcome
from tilisilta.models import AuditEntry, Company, Difference, Journal, Sending, Settlement
from tilisilta.services.journals.importing import import_journal
from tilisilta.services.masking import mask_in_run
from tilisilta.services.sending.asking import AlreadySent, CannotBeSent, send_journal
from tilisilta.services.sending.differences import (
    DifferenceChanged,
    NoDifference,
    book_difference,
    plan_difference_of,
)
from tilisilta.services.sending.settlements import (
    NotSettled,
    mark_as_sent,
    settle_by_hand,
    undo_settlement,
)
from tilisilta.services.sending.withdrawals import (
    CannotWithdraw,
    let_be_sent_again,
    plan_withdrawal,
)
from tilisilta.services.verifying.companies import verify

pytestmark = [pytest.mark.django_db, pytest.mark.once]
REASON = "Overtime came in late"
MONTHS = (BookingPeriod(year=2026, month=6),)


def a_revision(
    company: Company, *lines: tuple[str, str, str], months: tuple[int, ...] = (5, 6)
) -> Journal:
    """Import run 6 once more, with further ``lines``."""
    return import_journal(
        csv_file([*monthly_lines(*months), *lines]),
        file_name="journal.csv",
        company=company,
        user=None,
        now=NOW,
        run=Run(year=2026, number="6"),
    ).journal


def more(amount: str, month: int = 6) -> tuple[tuple[str, str, str], ...]:
    day = f"2026-{month:02}-28"
    return ("5030", amount, day), ("2961", f"-{amount}", day)


def book(journal: Journal, clock: Clock | None = None, **choices: Any) -> Journal:
    """Book the difference of ``journal`` and make all moves, as a worker would."""
    clock = clock or Clock()
    sending = book_difference(journal, reason=REASON, user=None, now=clock.now, **choices)
    assert sending is not None
    return deliver(sending, clock)


def outcome_of(company: Company) -> str:
    (month,) = verify(company, MONTHS, now=NOW).months
    return month.outcome


def refusal(journal: Journal) -> str:
    with pytest.raises(NoDifference) as refused:
        plan_difference_of(journal, now=NOW)
    return refused.value.facts["reason"]


class TestADifference:
    def test_makes_the_books_those_of_the_newest_journal(self, procountor: Sandbox) -> None:
        company = a_linked_company()
        first = send(a_journal(company, 5, 6))
        second = a_revision(company, *more("200.00"))
        assert second.state == "changed"
        assert outcome_of(company) == Outcome.DIFFERENT

        planned = plan_difference_of(second, now=NOW)
        booked = book(second, seen=planned.digest)

        assert booked.state == "sent"
        assert problem_codes(booked) == []
        (export,) = booked.exports.all()
        assert [export.payload] == [planned_payload(planned)]
        assert export.name.endswith(f", versio 2, ero #{export.token}")
        assert len(receipts_with(procountor, export.token)) == 1
        assert net_amounts(procountor) == {"5010": "2011.00", "2961": "-2211.00", "5030": "200.00"}
        first.refresh_from_db()
        assert first.state == "sent"
        assert outcome_of(company) == Outcome.EQUAL
        said = AuditEntry.objects.get(action="difference_asked")
        assert said.facts["reason"] == REASON

    def test_of_a_third_revision_builds_on_the_first_difference(self, procountor: Sandbox) -> None:
        company = a_linked_company()
        send(a_journal(company, 5, 6))
        book(a_revision(company, *more("200.00")))

        third = a_revision(company, *more("150.00"), *more("30.00", 5))
        booked = book(third)

        assert third.state == "changed"
        assert [one.debit_total for one in booked.exports.all()] == [Decimal(30), Decimal(50)]
        assert net_amounts(procountor) == {"5010": "2011.00", "2961": "-2191.00", "5030": "180.00"}
        assert outcome_of(company) == Outcome.EQUAL

    def test_starts_from_what_people_made_of_the_receipt(self, procountor: Sandbox) -> None:
        company = a_linked_company()
        send(a_journal(company, 6))
        tidy(procountor, "amount", row=1, to_row=2, amount=100)
        second = a_revision(company, *more("200.00"), months=(6,))

        book(second)

        assert net_amounts(procountor) == {"5010": "1006.00", "2961": "-1206.00", "5030": "200.00"}
        assert outcome_of(company) in {Outcome.EQUAL, Outcome.NOTED}

    def test_counts_an_invalidated_receipt_as_nothing(self, procountor: Sandbox) -> None:
        company = a_linked_company()
        send(a_journal(company, 6))
        tidy(procountor, "invalidate")
        second = a_revision(company, *more("200.00"), months=(6,))

        book(second)

        assert net_amounts(procountor) == {"5010": "1006.00", "2961": "-1206.00", "5030": "200.00"}
        assert outcome_of(company) == Outcome.EQUAL

    def test_settles_the_journal_where_there_is_nothing_to_book(self, procountor: Sandbox) -> None:
        company = a_linked_company()
        send(a_journal(company, 6))
        tidy(procountor, "amount", row=1, to_row=2, amount=-1)
        second = a_revision(
            company, ("5010", "1.00", "2026-06-28"), ("2961", "-1.00", "2026-06-28"), months=(6,)
        )

        assert book_difference(second, reason=REASON, user=None, now=NOW) is None

        second.refresh_from_db()
        assert (second.state, second.settled_as) == ("settled", "nothing")
        assert outcome_of(company) in {Outcome.EQUAL, Outcome.NOTED}

    def test_is_asked_for_once_however_often_it_is_clicked(self, procountor: Sandbox) -> None:
        company = a_linked_company()
        send(a_journal(company, 6))
        second = a_revision(company, *more("200.00"), months=(6,))
        seen = plan_difference_of(second, now=NOW).digest
        asked = book_difference(second, reason=REASON, user=None, now=NOW, seen=seen)

        again = book_difference(second, reason=REASON, user=None, now=NOW, seen=seen)

        assert again == asked
        assert asked is not None
        deliver(asked, Clock())
        assert refusal(second) == "not_changed"
        assert Sending.objects.filter(journal=second).count() == 1

    def test_is_not_booked_if_a_receipt_was_edited_meanwhile(self, procountor: Sandbox) -> None:
        company = a_linked_company()
        send(a_journal(company, 6))
        second = a_revision(company, *more("200.00"), months=(6,))
        seen = plan_difference_of(second, now=NOW).digest
        asked = book_difference(second, reason=REASON, user=None, now=NOW, seen=seen)
        assert asked is not None
        clock = Clock()
        make_moves(asked, clock, 1)
        tidy(procountor, "amount", row=1, to_row=2, amount=-1)

        stopped = deliver(asked, clock)

        assert stopped.state == "changed"
        assert "S19" in problem_codes(stopped)
        assert states(stopped) == ["ready"]
        with pytest.raises(DifferenceChanged):
            book_difference(stopped, reason=REASON, user=None, now=NOW, seen=seen)
        assert book(stopped).state == "sent"
        assert net_amounts(procountor) == {"5010": "1006.00", "2961": "-1206.00", "5030": "200.00"}

    def test_moves_to_the_first_open_day_if_its_link_says_so(self, procountor: Sandbox) -> None:
        company = a_linked_company(closed_period_policy="next-open")
        send(a_journal(company, 5, 6))
        set_period(procountor, "CLOSED", month=5)

        booked = book(a_revision(company, *more("200.00", 5)))

        (export,) = booked.exports.all()
        assert (str(export.booking_date), str(export.receipt_date)) == ("2026-05-28", "2026-06-01")

    def test_stops_where_its_period_is_closed(self, procountor: Sandbox) -> None:
        company = a_linked_company()
        send(a_journal(company, 5, 6))
        set_period(procountor, "CLOSED", month=5)
        second = a_revision(company, *more("200.00", 5))

        with pytest.raises(NoDifference) as refused:
            book_difference(second, reason=REASON, user=None, now=NOW)

        assert [one.code for one in refused.value.problems if one.stops] == ["N10"]
        assert len(procountor.ledger.receipts()) == 2

    def test_is_tried_again_after_it_was_refused(self, procountor: Sandbox) -> None:
        company = a_linked_company()
        send(a_journal(company, 5, 6))
        second = a_revision(company, *more("200.00"), *more("10.00", 5))
        procountor.faults.add(on_post(FaultKind.REJECT, skip=1))

        partly = book(second)

        assert partly.state == "partly_sent"
        assert book(partly).state == "sent"
        assert net_amounts(procountor)["5030"] == "210.00"
        assert outcome_of(company) == Outcome.EQUAL

    def test_leaves_nothing_of_earlier_revisions_to_be_sent(self, procountor: Sandbox) -> None:
        company = a_linked_company()
        first = a_journal(company, 5, 6)
        procountor.faults.add(on_post(FaultKind.REJECT, skip=1))
        assert send(first).state == "partly_sent"

        booked = book(a_revision(company, *more("200.00")))

        first.refresh_from_db()
        assert (first.state, booked.state) == ("sent", "sent")
        assert net_amounts(procountor) == {"5010": "2011.00", "2961": "-2211.00", "5030": "200.00"}
        with pytest.raises(Exception, match="sent"):
            send_journal(first, user=None, now=NOW)


class TestAWithdrawalOfADifference:
    def test_comes_before_that_of_what_it_builds_on(self, procountor: Sandbox) -> None:
        company = a_linked_company()
        first = send(a_journal(company, 6))
        second = book(a_revision(company, *more("200.00"), months=(6,)))
        with pytest.raises(CannotWithdraw) as refused:
            plan_withdrawal(first, now=NOW)
        assert refused.value.facts["reason"] == "difference"

        withdrawn = withdraw(second)

        assert withdrawn.state == "withdrawn"
        assert net_amounts(procountor) == {"5010": "1006.00", "2961": "-1006.00"}
        again = let_be_sent_again(withdrawn, reason=REASON, user=None, now=NOW)
        assert again.state == "changed"
        assert book(again).state == "sent"
        assert net_amounts(procountor)["5030"] == "200.00"

    def test_lets_the_whole_be_sent_under_other_tokens(self, procountor: Sandbox) -> None:
        company = a_linked_company()
        first = send(a_journal(company, 6))
        second = withdraw(book(a_revision(company, *more("200.00"), months=(6,))))
        withdraw(first)

        again = let_be_sent_again(second, reason=REASON, user=None, now=NOW)

        assert again.state == "ready"
        assert send(again).state == "sent"
        assert net_amounts(procountor) == {"5010": "1006.00", "2961": "-1206.00", "5030": "200.00"}


class TestAMask:
    def test_covers_what_a_difference_builds_on_and_what_was_said(
        self, procountor: Sandbox
    ) -> None:
        company = a_linked_company()
        send(a_journal(company, 6))
        booked = book(a_revision(company, *more("200.00"), months=(6,)))
        settled = a_revision(company, *more("250.00"), months=(6,))
        settle_by_hand(settled, reason="Palkat of June", user=None, now=NOW)

        mask_in_run(booked, text="Palkat", reason="A name", user=None, now=NOW)

        assert "Palkat" not in str(Difference.objects.values_list("basis", flat=True).get())
        assert "Palkat" not in Settlement.objects.get().reason
        assert outcome_of(company) == Outcome.NOTED


class TestAJournalMarkedAsSent:
    def test_is_never_sent_and_is_equal_if_a_receipt_shows_it(self, procountor: Sandbox) -> None:
        company = a_linked_company()
        journal = a_journal(company, 6)
        export = journal.exports.get()
        by_hand = export.payload.replace(export.name, "Palkat").replace(export.token, "NMBRS")
        book_by_hand(export.link.procountor_account, by_hand)

        marked = mark_as_sent(journal, reason=REASON, user=None, now=NOW)

        assert marked.state == "marked_sent"
        assert not send_all_ready().sendings
        with pytest.raises(AlreadySent):
            send_journal(marked, user=None, now=NOW)
        assert outcome_of(company) == Outcome.EQUAL

    def test_makes_a_later_revision_one_that_changed_after_sending(
        self, procountor: Sandbox
    ) -> None:
        company = a_linked_company()
        first = mark_as_sent(a_journal(company, 6), reason=REASON, user=None, now=NOW)

        second = a_revision(company, *more("200.00"), months=(6,))

        assert second.state == "changed"
        assert refusal(second) == "settled"
        assert not send_all_ready().sendings
        settle_by_hand(second, reason=REASON, user=None, now=NOW)
        with pytest.raises(NotSettled):
            undo_settlement(first, reason=REASON, user=None, now=NOW)
        assert outcome_of(company) == Outcome.NOTED


class TestRefusals:
    def test_of_what_is_settled_or_not_changed(self, procountor: Sandbox) -> None:
        company = a_linked_company()
        first = send(a_journal(company, 6))
        second = a_revision(company, *more("200.00"), months=(6,))
        assert refusal(first) == "not_changed"
        settle_by_hand(second, reason=REASON, user=None, now=NOW)

        third = a_revision(company, *more("250.00"), months=(6,))

        assert third.state == "changed"
        assert refusal(second) == "not_changed"
        assert refusal(third) == "settled"

    def test_while_an_earlier_withdrawal_is_stopped_which_can_be_settled(
        self, procountor: Sandbox
    ) -> None:
        company = a_linked_company()
        first = send(a_journal(company, 6))
        second = a_revision(company, *more("200.00"), months=(6,))
        procountor.faults.add(on_put(FaultKind.REJECT, "invalidate"))
        assert withdraw(first).state == "withdrawal_stopped"
        assert refusal(second) == "going_back"

        settled = [
            settle_by_hand(one, reason=REASON, user=None, now=NOW).state for one in (second, first)
        ]

        assert settled == ["settled", "settled"]
        undo_settlement(second, reason=REASON, user=None, now=NOW)
        undone = undo_settlement(first, reason=REASON, user=None, now=NOW)
        assert undone.state == "withdrawal_stopped"
        assert withdraw(undone).state == "withdrawn"

    def test_by_the_guards_of_sending(self, procountor: Sandbox) -> None:
        company = a_linked_company()
        send(a_journal(company, 6))
        second = a_revision(company, *more("200.00"), months=(6,))
        seen = plan_difference_of(second, now=NOW).digest
        company.links.update(is_verify_only=True)

        with pytest.raises((NoDifference, DifferenceChanged)):
            book_difference(second, reason=REASON, user=None, now=NOW, seen=seen)
        with pytest.raises(CannotBeSent):
            send_journal(second, user=None, now=NOW)

        assert len(procountor.ledger.receipts()) == 1


def planned_payload(planned: Any) -> str:
    (receipt,) = planned.plan.receipts
    return encode_receipt(receipt.body).decode()
