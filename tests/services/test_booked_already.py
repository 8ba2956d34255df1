"""What was booked another way is found before a link can book it again."""

import time
from datetime import UTC, date, datetime

import pytest
from tests.bureau import (
    FIRST_MONTH,
    a_company,
    a_journal,
    an_account,
    book_by_hand,
    link_to,
    problem_codes,
    send,
    the_june_journal,
)

from procountor_sandbox.app import Sandbox
from tilisilta.models import Company, ProcountorAccount
from tilisilta.services.booked_already import find_booked_runs
from tilisilta.services.link_removal import remove_link

pytestmark = pytest.mark.django_db

TODAY = datetime(2026, 7, 10, tzinfo=UTC)


def booked_another_way(company: Company, account: ProcountorAccount, *months: int) -> None:
    """Book runs in another way: without our names and tokens."""
    link = link_to(company, account, start_month=FIRST_MONTH)
    for month in months:
        export = a_journal(company, month, run_number=str(month)).exports.get()
        by_hand = export.payload.replace(export.name, f"Palkat {month}").replace(
            export.token, "NMBRS"
        )
        book_by_hand(account, by_hand)
    remove_link(link, user=None)


class TestFindBookedRuns:
    def test_names_the_runs_and_offers_the_month_after_them(self, procountor: Sandbox) -> None:
        company, account = a_company(), an_account()
        booked_another_way(company, account, 3, 4, 5)
        a_journal(company, 6)

        found = find_booked_runs(company, account, now=TODAY)

        assert [run.journal.run_number for run in found.runs] == ["3", "4", "5"]
        assert [run.receipts[0].name for run in found.runs] == ["Palkat 3", "Palkat 4", "Palkat 5"]
        assert found.start_after == date(2026, 6, 1)
        assert found.is_complete

    def test_finds_nothing_where_nothing_is_the_same(self, procountor: Sandbox) -> None:
        company, account = a_company(), an_account()
        booked_another_way(company, account, 5)
        a_journal(company, 6)

        found = find_booked_runs(company, account, now=TODAY, mappings={"5010": "5030"})

        assert found.runs == ()
        assert found.start_after is None

    def test_does_not_count_what_we_have_sent(self, procountor: Sandbox) -> None:
        company, account = a_company(), an_account()
        link_to(company, account)
        send(a_journal(company, 6))

        assert find_booked_runs(company, account, now=TODAY).runs == ()

    def test_counts_a_copy_that_still_carries_the_token_of_what_we_have_sent(
        self, procountor: Sandbox
    ) -> None:
        company, account = a_company(), an_account()
        link_to(company, account)
        sent = send(a_journal(company, 6)).exports.get()
        july = a_journal(company, 7, run_number="7").exports.get()
        by_hand = july.payload.replace(july.name, sent.name).replace(july.token, sent.token)
        book_by_hand(account, by_hand)

        found = find_booked_runs(company, account, now=TODAY)

        assert [run.journal.run_number for run in found.runs] == ["7"]

    def test_does_not_count_a_run_as_whole_of_which_only_a_part_is_there(
        self, procountor: Sandbox
    ) -> None:
        company, account = a_company(), an_account()
        link = link_to(company, account)
        export = the_june_journal(company).exports.earliest("booking_date")
        book_by_hand(account, export.payload.replace(export.token, "NMBRS"))
        remove_link(link, user=None)

        found = find_booked_runs(company, account, now=TODAY)

        assert [run.is_whole for run in found.runs] == [False]
        assert found.start_after is None

    def test_looks_no_further_back_than_it_is_worth(self, procountor: Sandbox) -> None:
        company, account = a_company(), an_account()
        booked_another_way(company, account, 3)

        late = datetime(2027, 6, 10, tzinfo=UTC)

        assert find_booked_runs(company, account, now=late).runs == ()

    def test_stops_when_the_time_is_up_and_says_so(self, procountor: Sandbox) -> None:
        company, account = a_company(), an_account()
        booked_another_way(company, account, 3, 4, 5)

        found = find_booked_runs(company, account, now=TODAY, until=time.monotonic())

        assert not found.is_complete
        assert [run.journal.run_number for run in found.runs] == ["5"]

    def test_costs_two_requests_for_each_day_at_most(self, procountor: Sandbox) -> None:
        company, account = a_company(), an_account()
        booked_another_way(company, account, 1, 2, 3, 4, 5, 6)
        before = procountor.requests.count("GET", "/ledgerreceipts")

        find_booked_runs(company, account, now=TODAY)

        assert procountor.requests.count("GET", "/ledgerreceipts") - before <= 6


class TestBeforeSending:
    def test_a_run_that_was_booked_another_way_is_held(self, procountor: Sandbox) -> None:
        company, account = a_company(), an_account()
        booked_another_way(company, account, 6)
        link_to(company, account)

        held = send(company.journals.get())

        assert procountor.ledger.count() == 1
        assert held.state == "problem"
        assert problem_codes(held) == ["S09"]
