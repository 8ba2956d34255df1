"""A withdrawal takes all booked receipts of a journal back, each step exactly once."""

from datetime import timedelta
from decimal import Decimal

import pytest
from tests.bureau import (
    NOW,
    Clock,
    a_journal,
    a_linked_company,
    csv_file,
    deliver,
    monthly_lines,
    problem_codes,
    send,
    set_period,
    states,
    tidy,
)
from tests.procountor_sandbox.test_changing import close_year
from tests.services.sending.withdrawing import (
    REASON,
    attempts,
    net_amounts,
    on_put,
    statuses,
    under_way,
    withdraw,
)

from procountor_sandbox.app import Sandbox
from procountor_sandbox.faults import Fault, FaultKind
from procountor_sandbox.receipts import Status
from tilisilta.domain.journals import Run
from tilisilta.models import AuditEntry, Company, Journal, Withdrawal
from tilisilta.services.journals.importing import import_journal
from tilisilta.services.receipts_of_year import receipts_of_year, sums_of
from tilisilta.services.sending.going_on import continue_waiting
from tilisilta.services.sending.withdrawals import ask_to_withdraw, plan_withdrawal

pytestmark = pytest.mark.django_db


def actions(journal: Journal) -> list[str]:
    entries = AuditEntry.objects.filter(about_kind="journal", about_id=journal.pk).order_by("pk")
    return [one.action for one in entries if "withdr" in one.action or "receipt_" in one.action]


class TestAWithdrawal:
    def test_invalidates_receipts_of_open_periods(self, procountor: Sandbox) -> None:
        journal = send(a_journal(a_linked_company(), 5, 6))

        withdrawn = withdraw(journal)

        assert statuses(procountor) == ["INVALIDATED", "INVALIDATED"]
        assert states(withdrawn) == ["withdrawn", "withdrawn"]
        assert withdrawn.state == "withdrawn"
        assert attempts() == [("invalidate", "done"), ("invalidate", "done")]
        assert actions(journal)[2:] == [
            "withdrawal_asked",
            "receipt_invalidated",
            "receipt_invalidated",
            "journal_withdrawn",
        ]

    def test_makes_approved_receipts_unfinished_first(self, procountor: Sandbox) -> None:
        journal = send(a_journal(a_linked_company(approves_receipts=True), 6))

        withdrawn = withdraw(journal)

        assert statuses(procountor) == ["INVALIDATED"]
        assert withdrawn.state == "withdrawn"
        assert attempts() == [("unfinish", "done"), ("invalidate", "done")]

    def test_reverses_receipts_of_closed_periods_on_the_first_open_day(
        self, procountor: Sandbox
    ) -> None:
        journal = send(a_journal(a_linked_company(), 5, 6))
        set_period(procountor, "CLOSED", month=5)

        withdrawn = withdraw(journal)

        may, june, reversal = procountor.ledger.receipts()
        assert (may.status, june.status) == (Status.UNFINISHED, Status.INVALIDATED)
        assert str(reversal.receipt_date) == "2026-06-01"
        assert net_amounts(procountor) == {}
        assert withdrawn.state == "withdrawn"
        export = withdrawn.exports.get(booking_date__month=5)
        assert export.reversal.ledger_receipt_id == reversal.receipt_id
        assert str(may.receipt_number) in reversal.name
        assert REASON in reversal.others["accountantsNotes"]
        assert "receipt_reversed" in actions(journal)

    def test_leaves_nothing_of_both_receipts_in_the_sums_of_the_year(
        self, procountor: Sandbox
    ) -> None:
        journal = send(a_journal(a_linked_company(), 5))
        set_period(procountor, "CLOSED", month=5)
        assert sums_of(receipts_of_year(journal.company, 2026)) == {"EUR": Decimal("1005.00")}

        withdraw(journal)

        receipts = receipts_of_year(journal.company, 2026)
        assert [one.state for one in receipts] == ["withdrawn", "posted"]
        assert sums_of(receipts) == {}

    def test_approves_the_reversal_where_the_link_approves(self, procountor: Sandbox) -> None:
        journal = send(a_journal(a_linked_company(approves_receipts=True), 5))
        set_period(procountor, "CLOSED", month=5)

        withdraw(journal)

        assert statuses(procountor) == ["APPROVED", "APPROVED"]
        assert net_amounts(procountor) == {}

    def test_takes_back_what_people_have_edited_as_it_is_now(self, procountor: Sandbox) -> None:
        journal = send(a_journal(a_linked_company(), 5))
        tidy(procountor, "amount", row=1, to_row=2, amount=Decimal("5.00"))
        set_period(procountor, "CLOSED", month=5)

        withdraw(journal)

        assert procountor.ledger.count() == 2
        assert net_amounts(procountor) == {}

    def test_leaves_a_receipt_that_a_person_has_invalidated(self, procountor: Sandbox) -> None:
        journal = send(a_journal(a_linked_company(), 6))
        tidy(procountor, "invalidate")

        withdrawn = withdraw(journal)

        assert withdrawn.state == "withdrawn"
        assert attempts() == []
        assert "receipt_seen_invalidated" in actions(journal)

    def test_is_asked_for_once_however_often_it_is_clicked(self, procountor: Sandbox) -> None:
        journal = send(a_journal(a_linked_company(), 6))
        now = Clock().now

        first = ask_to_withdraw(journal, reason=REASON, user=None, now=now)
        second = ask_to_withdraw(journal, reason=REASON, user=None, now=now)

        assert first == second
        assert Withdrawal.objects.count() == 1

    def test_takes_the_unsent_rest_of_a_journal_with_it(self, procountor: Sandbox) -> None:
        journal = a_journal(a_linked_company(), 5, 6)
        procountor.faults.add(
            Fault(kind=FaultKind.REJECT, method="POST", path="/ledgerreceipts", skip=1)
        )
        sent = send(journal)
        assert states(sent) == ["posted", "rejected"]

        withdrawn = withdraw(sent)

        assert withdrawn.state == "withdrawn"
        assert states(withdrawn) == ["withdrawn", "withdrawn"]
        assert withdrawn.standing().to_send == 0


class TestARefusal:
    def test_stops_for_a_person_and_the_others_go_on(self, procountor: Sandbox) -> None:
        journal = send(a_journal(a_linked_company(), 5, 6))
        procountor.faults.add(on_put(FaultKind.REJECT, "invalidate"))

        stopped = withdraw(journal)

        assert states(stopped) == ["not_withdrawn", "withdrawn"]
        assert stopped.state == "withdrawal_stopped"
        assert problem_codes(stopped) == ["S15"]
        assert not stopped.standing().can_be_sent
        assert "withdrawal_stopped" in actions(journal)

    def test_goes_on_with_what_is_left(self, procountor: Sandbox) -> None:
        journal = send(a_journal(a_linked_company(), 5, 6))
        clock = Clock()
        procountor.faults.add(on_put(FaultKind.REJECT, "invalidate"))
        stopped = withdraw(journal, clock)

        withdrawn = withdraw(stopped, clock)

        assert withdrawn.state == "withdrawn"
        assert statuses(procountor) == ["INVALIDATED", "INVALIDATED"]
        assert Withdrawal.objects.count() == 1

    def test_leads_to_a_reversal_once_the_period_was_closed(self, procountor: Sandbox) -> None:
        journal = send(a_journal(a_linked_company(), 5))
        clock = Clock()
        sending = ask_to_withdraw(journal, reason=REASON, user=None, now=clock.now)
        set_period(procountor, "CLOSED", month=5)
        stopped = deliver(sending, clock)
        assert problem_codes(stopped) == ["S15"]
        assert procountor.ledger.count() == 1

        withdrawn = withdraw(stopped, clock)

        assert withdrawn.state == "withdrawn"
        assert net_amounts(procountor) == {}

    def test_stops_a_reversal_of_what_was_edited_since(self, procountor: Sandbox) -> None:
        journal = send(a_journal(a_linked_company(), 5))
        clock = Clock()
        set_period(procountor, "CLOSED", month=5)
        sending = ask_to_withdraw(journal, reason=REASON, user=None, now=clock.now)
        set_period(procountor, "OPEN", month=5)
        tidy(procountor, "amount", row=1, to_row=2, amount=Decimal("5.00"))

        stopped = deliver(sending, clock)

        assert problem_codes(stopped) == ["S16"]
        assert procountor.ledger.count() == 1

    def test_of_the_reversal_is_tried_again_with_new_content(self, procountor: Sandbox) -> None:
        journal = send(a_journal(a_linked_company(), 5))
        clock = Clock()
        set_period(procountor, "CLOSED", month=5)
        procountor.faults.add(Fault(kind=FaultKind.REJECT, method="POST", path="/ledgerreceipts"))
        stopped = withdraw(journal, clock)
        assert stopped.state == "withdrawal_stopped"

        withdrawn = withdraw(stopped, clock)

        assert withdrawn.state == "withdrawn"
        assert procountor.ledger.count() == 2
        assert net_amounts(procountor) == {}


class TestAnEndedAccount:
    def test_goes_on_once_it_is_authorised_again(self, procountor: Sandbox) -> None:
        journal = send(a_journal(a_linked_company(), 6))
        clock = Clock()
        sending = ask_to_withdraw(journal, reason=REASON, user=None, now=clock.now)
        account = journal.exports.get().link.procountor_account
        account.state = "ended"
        account.save(update_fields=["state"])
        assert deliver(sending, clock).state == "withdrawing"
        account.state = "authorised"
        account.save(update_fields=["state"])

        assert continue_waiting(clock.now) == 1
        withdrawn = deliver(under_way(journal), clock)

        assert withdrawn.state == "withdrawn"


class TestAFinalReceipt:
    def test_of_sweden_is_reversed_in_the_next_year(self, procountor: Sandbox) -> None:
        swedish = next(one for one in procountor.world.companies if one.country == "SWEDEN")
        number = swedish.company_id - 50101 + 1001
        journal = send(a_journal(a_linked_company(number, approves_receipts=True), 5))
        assert plan_withdrawal(journal, now=Clock().now).can_become_final
        close_year(procountor, swedish.company_id, is_open=False)

        withdrawn = withdraw(journal)

        first, reversal = procountor.ledger.receipts()
        assert first.is_final
        assert str(reversal.receipt_date) == "2027-01-01"
        assert net_amounts(procountor) == {}
        assert withdrawn.state == "withdrawn"

    def test_is_reversed_although_its_year_was_opened_again(self, procountor: Sandbox) -> None:
        swedish = next(one for one in procountor.world.companies if one.country == "SWEDEN")
        number = swedish.company_id - 50101 + 1001
        journal = send(a_journal(a_linked_company(number, approves_receipts=True), 5))
        close_year(procountor, swedish.company_id, is_open=False)
        close_year(procountor, swedish.company_id, is_open=True)

        withdraw(journal)

        assert [str(one.receipt_date) for one in procountor.ledger.receipts()] == [
            "2026-05-28",
            "2026-05-28",
        ]
        assert net_amounts(procountor) == {}


class TestALaterRevision:
    def test_is_ready_once_the_earlier_one_is_withdrawn(self, procountor: Sandbox) -> None:
        company = a_linked_company()
        first = send(a_journal(company, 6))
        second = Journal.objects.get(pk=revised(company).pk)
        assert second.state == "changed"

        withdraw(first)

        second.refresh_from_db()
        assert second.state == "ready"
        assert send(second).state == "sent"
        assert procountor.ledger.count() == 2


def revised(company: Company) -> Journal:
    return import_journal(
        csv_file(monthly_lines(6, cents=50)),
        file_name="again.csv",
        company=company,
        user=None,
        now=NOW + timedelta(seconds=1),
        run=Run(year=2026, number="6"),
    ).journal
