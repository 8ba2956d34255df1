"""Each night every company is compared once, by one worker."""

from datetime import UTC, date, datetime, time, timedelta
from threading import Event

import pytest
from pytest_django import Settings
from tests.bureau import a_company, a_journal, a_linked_company, send

from procountor_sandbox.app import Sandbox
from procountor_sandbox.faults import Fault, FaultKind
from tilisilta.models import ProcountorAccount, ReconciledMonth, VerifiedCompany
from tilisilta.services.verifying.night import (
    LEASE,
    PAUSE,
    ask_for_comparison,
    ask_to_compare_now,
    claim_company,
    verify_claimed,
)
from tilisilta.verifier import Verifier

pytestmark = pytest.mark.django_db

NOW = datetime(2026, 7, 2, 4, tzinfo=UTC)


def compare_all(now: datetime = NOW) -> int:
    count = 0
    while (company := claim_company(now)) is not None:
        verify_claimed(company, now=now)
        count += 1
    return count


class TestNight:
    def test_compares_every_linked_company_once(self, procountor: Sandbox) -> None:
        for number in (1001, 1002):
            send(a_journal(a_linked_company(number), run_number=str(number)))

        assert compare_all() == 2
        assert compare_all(NOW + timedelta(hours=2)) == 0
        assert compare_all(NOW + timedelta(days=1)) == 2
        assert set(ReconciledMonth.objects.filter(month="2026-06-01").values_list("outcome")) == {
            ("equal",)
        }

    def test_begins_at_its_time(self, procountor: Sandbox, settings: Settings) -> None:
        a_linked_company()
        settings.VERIFY_TIME = time(8, 0)

        assert claim_company(NOW) is None
        assert claim_company(NOW + timedelta(hours=1)) is not None

    def test_may_be_switched_off(self, procountor: Sandbox, settings: Settings) -> None:
        a_linked_company()
        settings.VERIFY_TIME = None

        assert claim_company(NOW) is None

    def test_leaves_dead_accounts(self, procountor: Sandbox) -> None:
        a_linked_company()
        ProcountorAccount.objects.update(state=ProcountorAccount.State.ENDED)

        assert claim_company(NOW) is None

    def test_gives_a_company_to_one_worker_until_its_lease_is_over(
        self, procountor: Sandbox
    ) -> None:
        a_linked_company()

        assert claim_company(NOW) is not None
        assert claim_company(NOW) is None
        assert claim_company(NOW + LEASE + timedelta(seconds=1)) is not None

    def test_tries_again_later_what_failed(self, procountor: Sandbox) -> None:
        send(a_journal(a_linked_company()))
        procountor.faults.add(Fault(kind=FaultKind.ERROR_BEFORE, path="/ledgerreceipts"))

        assert compare_all() == 1
        assert VerifiedCompany.objects.get().trouble
        assert compare_all(NOW + PAUSE / 2) == 0
        assert compare_all(NOW + PAUSE + timedelta(seconds=1)) == 1
        assert not VerifiedCompany.objects.get().trouble


class TestAskForComparison:
    def test_compares_a_month_by_day_too_and_once(
        self, procountor: Sandbox, settings: Settings
    ) -> None:
        settings.VERIFY_TIME = None
        first, second = a_linked_company(1001), a_linked_company(1002)
        unlinked = a_company(1003)
        march = date(2026, 3, 1)

        ids = [first.pk, second.pk, unlinked.pk]
        assert ask_for_comparison(ids, march) == 2
        assert ask_for_comparison([first.pk], march) == 1

        assert compare_all() == 2
        assert ReconciledMonth.objects.filter(month=march).count() == 2

    def test_goes_before_the_night(self, procountor: Sandbox) -> None:
        a_linked_company(1001)
        asked = a_linked_company(1002)
        ask_for_comparison([asked.pk], date(2026, 6, 1))

        assert claim_company(NOW) == asked

    def test_is_not_repeated_where_it_fails(self, procountor: Sandbox, settings: Settings) -> None:
        settings.VERIFY_TIME = None
        company = a_linked_company()
        send(a_journal(company))
        procountor.faults.add(Fault(kind=FaultKind.ERROR_BEFORE, path="/ledgerreceipts"))
        ask_for_comparison([company.pk], date(2026, 6, 1))

        assert compare_all() == 1
        assert VerifiedCompany.objects.get().wanted_month is None
        assert VerifiedCompany.objects.get().trouble


class TestAskToCompareNow:
    def test_goes_before_all_others_and_alone(
        self, procountor: Sandbox, settings: Settings
    ) -> None:
        settings.VERIFY_TIME = None
        first, awaited = a_linked_company(1001), a_linked_company(1002)
        ask_for_comparison([first.pk, awaited.pk], date(2026, 3, 1))
        ask_to_compare_now(awaited, date(2026, 2, 1))

        claimed = claim_company(NOW)
        assert claimed == awaited
        verify_claimed(awaited, now=NOW)

        assert [one.month for one in awaited.reconciled_months.all()] == [date(2026, 2, 1)]
        assert compare_all() == 2
        assert awaited.reconciled_months.filter(month=date(2026, 3, 1)).exists()

    def test_reads_what_other_receipts_book(self, procountor: Sandbox, settings: Settings) -> None:
        settings.VERIFY_TIME = None
        company = a_linked_company()
        send(a_journal(company))
        ask_to_compare_now(company, date(2026, 6, 1))

        compare_all()

        assert company.reconciled_months.get().document["reports_read_at"]

    def test_survives_a_worker_that_dies(self, procountor: Sandbox, settings: Settings) -> None:
        settings.VERIFY_TIME = None
        company = a_linked_company()
        ask_to_compare_now(company, date(2026, 6, 1))
        # It takes up the company, and nothing is heard of it any more.
        claim_company(NOW)

        assert claim_company(NOW + LEASE / 2) is None
        assert compare_all(NOW + LEASE + timedelta(seconds=1)) == 1
        assert company.reconciled_months.filter(month=date(2026, 6, 1)).exists()
        assert VerifiedCompany.objects.get().awaited_month is None

    def test_leaves_a_month_that_was_asked_for_meanwhile(
        self, procountor: Sandbox, settings: Settings
    ) -> None:
        settings.VERIFY_TIME = None
        company = a_linked_company()
        ask_for_comparison([company.pk], date(2026, 3, 1))
        ask_to_compare_now(company, date(2026, 6, 1), with_recent=True)

        assert VerifiedCompany.objects.get().wanted_month == date(2026, 3, 1)

    def test_is_not_repeated_where_it_fails(self, procountor: Sandbox, settings: Settings) -> None:
        settings.VERIFY_TIME = None
        company = a_linked_company()
        send(a_journal(company))
        procountor.faults.add(Fault(kind=FaultKind.ERROR_BEFORE, path="/ledgerreceipts"))
        ask_to_compare_now(company, date(2026, 6, 1))

        assert compare_all() == 1
        assert VerifiedCompany.objects.get().awaited_month is None
        assert VerifiedCompany.objects.get().trouble


@pytest.mark.django_db(transaction=True)
def test_a_worker_compares_what_is_due(procountor: Sandbox, settings: Settings) -> None:
    settings.VERIFY_TIME = time(0, 0)
    send(a_journal(a_linked_company()))

    Verifier(Event()).take_up_due(NOW)

    assert VerifiedCompany.objects.get().compared_at is not None
