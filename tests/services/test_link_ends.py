"""Links that end: what frees them, what keeps them from it, and the books that follow."""

from datetime import date, timedelta
from typing import Any

import pytest
from django.core.exceptions import ValidationError
from tests.bureau import (
    FIRST_MONTH,
    NOW,
    Clock,
    a_company,
    a_journal,
    a_linked_company,
    an_account,
    deliver,
    link_to,
    problem_codes,
    send,
    states,
)
from werkzeug.test import Client as SandboxClient

from procountor_sandbox.app import Sandbox
from tilisilta.domain.problems import ProblemCode
from tilisilta.models import AuditEntry, Company, Export, Journal, Link
from tilisilta.services.connections import remove_authorisation
from tilisilta.services.journals.checks import check_journal
from tilisilta.services.link_proposals import proposed_start
from tilisilta.services.links import LinkBusy, MonthsCovered, change_link, end_link
from tilisilta.services.sending.asking import AlreadySent, CannotBeSent, send_journal

pytestmark = pytest.mark.django_db

JUNE, JULY = date(2026, 6, 1), date(2026, 7, 1)


def link_booking(journal: Journal) -> Link | None:
    return Link.objects.booking(journal.booking_period, company_id=journal.company_id)


def booked(sandbox: Sandbox, company_id: int) -> list[Any]:
    """The receipts in the books of one company, the oldest first."""
    address = f"/sandbox/receipts.json?company_id={company_id}"
    found: list[Any] = SandboxClient(sandbox).get(address).json["receipts"]  # type: ignore[index]  # it answers
    return sorted(found, key=lambda one: one["receiptDate"])


def close(sandbox: Sandbox, company_id: int, *, month: int) -> None:
    order = {"company_id": company_id, "date": f"2026-{month:02}-01", "status": "CLOSED"}
    assert SandboxClient(sandbox).post("/sandbox/periods", json=order).status_code == 200


class TestEndLink:
    def test_frees_the_company_and_the_account(self, procountor: Sandbox) -> None:
        company = a_linked_company()
        account = company.link.procountor_account

        end_link(company.link, ends_on=JULY, reason="moved", user=None)
        again = link_to(company, account, start_month=JULY)

        assert company.links.count() == 2
        assert company.open_link() == again

    def test_is_refused_while_receipts_are_on_their_way(self, procountor: Sandbox) -> None:
        company = a_linked_company()
        send_journal(a_journal(company), user=None, now=Clock().now)

        with pytest.raises(LinkBusy):
            end_link(company.link, ends_on=JULY, reason="moved", user=None)

        assert company.open_link() is not None

    def test_does_not_wait_for_an_account_that_is_gone(self, procountor: Sandbox) -> None:
        """What waits for its authorisation may wait for ever."""
        company = a_linked_company()
        journal = a_journal(company)
        sending = send_journal(journal, user=None, now=Clock().now)
        remove_authorisation(company.link.procountor_account, user=None)
        deliver(sending, Clock())
        assert states(journal) == ["queued"]

        end_link(company.link, ends_on=JUNE, reason="moved", user=None)

        journal.refresh_from_db()
        assert problem_codes(journal) == ["N36"]
        assert not Export.objects.exists()
        link_to(company, an_account(1002), start_month=JUNE)
        assert send(journal).state == "sent"
        assert len(booked(procountor, 50102)) == 1

    def test_takes_back_what_a_test_company_left_with_an_account_that_is_gone(
        self, procountor: Sandbox
    ) -> None:
        company = a_linked_company()
        journal = a_journal(company)
        sending = send_journal(journal, user=None, now=Clock().now)
        remove_authorisation(company.link.procountor_account, user=None)
        Company.objects.update(is_test=True)

        deliver(sending, Clock())

        journal.refresh_from_db()
        assert "queued" not in [journal.state, *states(journal)]

    def test_stops_a_journal_that_was_ready(self, procountor: Sandbox) -> None:
        company = a_linked_company()
        journal = a_journal(company)

        end_link(company.link, ends_on=JUNE, reason="moved", user=None)

        journal.refresh_from_db()
        assert journal.state == "problem"
        assert problem_codes(journal) == ["N36"]
        with pytest.raises(CannotBeSent):
            send_journal(journal, user=None, now=Clock().now)

    def test_leaves_what_was_sent_as_it_was(self, procountor: Sandbox) -> None:
        company = a_linked_company()
        journal = send(a_journal(company))
        receipt = journal.exports.get().ledger_receipt_id

        end_link(company.link, ends_on=JULY, reason="moved", user=None)

        journal.refresh_from_db()
        assert journal.state == "sent"
        assert journal.exports.get().ledger_receipt_id == receipt

    def test_twice_ends_it_once(self, procountor: Sandbox) -> None:
        link = a_linked_company().link

        end_link(link, ends_on=JULY, reason="moved", user=None)
        end_link(link, ends_on=JUNE, reason="another", user=None)

        link.refresh_from_db()
        assert (link.ends_on, link.end_reason) == (JULY, "moved")
        assert AuditEntry.objects.filter(action="link_ended").count() == 1

    def test_cannot_be_changed_any_more(self, procountor: Sandbox) -> None:
        link = a_linked_company().link
        end_link(link, ends_on=JULY, reason="moved", user=None)

        with pytest.raises(ValidationError, match="It stays as it was"):
            change_link(link, user=None, receipt_title="Palkanlaskenta")

    def test_no_month_goes_through_two(self, procountor: Sandbox) -> None:
        company = a_linked_company()
        account = company.link.procountor_account
        end_link(company.link, ends_on=JULY, reason="moved", user=None)

        with pytest.raises(MonthsCovered):
            link_to(company, account, start_month=JUNE)

        link = link_to(company, account, start_month=JULY)
        with pytest.raises(MonthsCovered):
            change_link(link, user=None, start_month=JUNE)

    def test_ended_within_a_month_leaves_that_month_to_the_next(self, procountor: Sandbox) -> None:
        company = a_linked_company()
        account = company.link.procountor_account
        end_link(company.link, ends_on=date(2026, 6, 15), reason="moved", user=None)

        link_to(company, account, start_month=JUNE)

        assert link_booking(a_journal(company, 5, run_number="5")) == company.links.get(
            start_month=FIRST_MONTH
        )
        assert link_booking(a_journal(company, 6)) == company.open_link()


class TestAWrongLinkPutRight:
    def test_books_the_run_in_the_right_books_once_and_names_the_wrong_receipt(
        self, procountor: Sandbox
    ) -> None:
        company = a_company()
        wrong = link_to(company, an_account(1002), start_month=JUNE)
        journal = send(a_journal(company))
        mistaken = journal.exports.get()

        end_link(wrong, ends_on=wrong.start_month, reason="the wrong books", user=None)
        link_to(company, an_account(1001), start_month=JUNE)
        journal.refresh_from_db()
        assert journal.state == "ready"
        assert problem_codes(journal) == ["N38"]
        send(journal)
        with pytest.raises(AlreadySent):
            send_journal(journal, user=None, now=Clock().now)

        right = journal.exports.get()
        assert (len(booked(procountor, 50101)), len(booked(procountor, 50102))) == (1, 1)
        assert right.token != mistaken.token
        assert Export.with_trail.get(pk=mistaken.pk).ledger_receipt_id == mistaken.ledger_receipt_id
        problem = Journal.objects.get().problems[0]
        assert dict(problem.facts) == {
            "administration": "Koivulammi Huolto Oy",
            "numbers": str(mistaken.receipt_number),
        }

    def test_leaves_the_first_proposal_at_the_first_month_of_the_wrong_one(
        self, procountor: Sandbox
    ) -> None:
        company = a_company()
        wrong = link_to(company, an_account(1002), start_month=JUNE)
        send(a_journal(company))

        end_link(wrong, ends_on=wrong.start_month, reason="the wrong books", user=None)

        assert proposed_start(company, today=date(2026, 9, 1)).month == JUNE

    def test_is_found_again_by_the_old_token_after_a_backup(self, procountor: Sandbox) -> None:
        """What became a trail is not sent again when its books come back as the company's own."""
        company = a_company()
        first = an_account(1001)
        link = link_to(company, first, start_month=JUNE)
        journal = send(a_journal(company))
        end_link(link, ends_on=JUNE, reason="a mistake", user=None)

        link_to(company, first, start_month=JUNE)

        journal.refresh_from_db()
        assert journal.state == "sent"
        assert len(booked(procountor, 50101)) == 1


class TestACompanyThatMoves:
    @pytest.fixture
    def company(self, procountor: Sandbox) -> Company:
        """A company that went to one administration until June, and to another from July on."""
        company = a_company()
        before = link_to(company, an_account(1001), start_month=date(2026, 1, 1))
        end_link(before, ends_on=JULY, reason="moved", user=None)
        link_to(company, an_account(1002), start_month=JULY)
        return company

    def test_books_june_in_the_old_and_july_in_the_new_books(
        self, procountor: Sandbox, company: Company
    ) -> None:
        send(a_journal(company, 6))
        send(a_journal(company, 7, run_number="7"))

        assert [one["receiptDate"] for one in booked(procountor, 50101)] == ["2026-06-28"]
        assert [one["receiptDate"] for one in booked(procountor, 50102)] == ["2026-07-28"]

    def test_books_corrections_of_june_with_their_july_run_in_the_new_books(
        self, procountor: Sandbox, company: Company
    ) -> None:
        """The run decides: a journal is never torn between two ledgers."""
        send(a_journal(company, 6, 7, run_number="7"))

        assert booked(procountor, 50101) == []
        assert [one["receiptDate"] for one in booked(procountor, 50102)] == [
            "2026-06-28",
            "2026-07-28",
        ]

    def test_stops_corrections_of_a_month_that_is_closed_in_the_new_books(
        self, procountor: Sandbox, company: Company
    ) -> None:
        close(procountor, 50102, month=6)

        journal = check_journal(
            a_journal(company, 6, 7, run_number="7"), now=NOW, age_limit=timedelta(0)
        )

        assert journal.state == "problem"
        assert problem_codes(journal) == [ProblemCode.PERIOD_CLOSED]
