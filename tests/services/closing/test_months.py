"""Where every company stands in a month."""

from datetime import UTC, date, datetime, timedelta
from decimal import Decimal

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from tests.bureau import NOW, a_company, a_journal, a_linked_company, send, tidy

from procountor_sandbox.app import Sandbox
from tilisilta.domain.journals import BookingPeriod
from tilisilta.models import Company, Debtor, Journal, NmbrsCompany, NmbrsConnection, User
from tilisilta.services.closing.months import MonthEnd, month_end
from tilisilta.services.closing.rows import rows_of
from tilisilta.services.verifying.companies import verify

pytestmark = pytest.mark.django_db

JUNE, TODAY = date(2026, 6, 1), date(2026, 7, 2)
PERIOD = BookingPeriod(year=2026, month=6)


def shown(month: date = JUNE, **more: object) -> MonthEnd:
    return month_end(month, today=TODAY, **more)  # type: ignore[arg-type]


def state(month: date = JUNE) -> str:
    (one,) = shown(month).companies
    return one.state.value


def compare(company: Company) -> None:
    assert verify(company, [PERIOD], now=datetime.now(tz=UTC), pace=lambda: None).error is None


def listed_in_nmbrs(company: Company, period_type: str) -> None:
    connection = NmbrsConnection.objects.create(name="Kirnu", first_year=2026)
    NmbrsCompany.objects.create(
        company=company,
        connection=connection,
        nmbrs_company_id=1,
        nmbrs_number=1,
        period_type=period_type,
    )


class TestState:
    def test_without_runs_is_not_expected(self) -> None:
        a_company()

        assert state() == "not_expected"

    def test_after_a_run_in_the_month_before_is_expected(self, procountor: Sandbox) -> None:
        a_journal(a_linked_company())

        assert state(date(2026, 7, 1)) == "expected"
        (row,) = rows_of(shown(date(2026, 7, 1)).companies, date(2026, 7, 1), {})
        assert (row.way, row.reason) == ("company", "it had one in the month before")

    def test_by_its_pay_period_is_expected(self) -> None:
        listed_in_nmbrs(a_company(), "Month")

        assert state() == "expected"

    @pytest.mark.parametrize("mark", ["test", "blocked", "gone"])
    def test_of_a_company_that_is_off_is_not_expected(self, mark: str) -> None:
        company = a_company()
        listed_in_nmbrs(company, "Month")
        Company.objects.update(is_test=mark == "test")
        Debtor.objects.update(is_blocked=mark == "blocked")
        if mark == "gone":
            NmbrsCompany.objects.update(gone_at=NOW)

        assert state() == "not_expected"

    def test_before_the_first_link_is_not_expected(self, procountor: Sandbox) -> None:
        company = a_linked_company(start_month=date(2026, 7, 1))
        listed_in_nmbrs(company, "Month")

        assert state() == "not_expected"

    def test_without_a_link_is_to_fix(self) -> None:
        a_journal(a_company())

        assert state() == "to_fix"
        (row,) = rows_of(shown().companies, JUNE, {})
        assert (row.way, row.runs) == ("journal", "6")
        assert "No administration is linked" in row.reason

    def test_follows_the_sending_and_the_comparison(self, procountor: Sandbox) -> None:
        company = a_linked_company()
        journal = a_journal(company)
        assert state() == "ready"

        send(journal)
        assert state() == "booked"

        compare(company)
        assert state() == "equal"

        tidy(procountor, "amount", row=1, to_row=2, amount=36)
        compare(company)
        assert state() == "different"
        (row,) = rows_of(shown().companies, JUNE, {})
        assert row.way == "month"
        assert row.one.compared is not None
        assert row.one.compared.difference == Decimal("36.00")

    def test_does_not_trust_a_comparison_older_than_a_journal(self, procountor: Sandbox) -> None:
        company = a_linked_company()
        send(a_journal(company))
        compare(company)

        Journal.objects.update(came_at=datetime.now(tz=UTC) + timedelta(seconds=1))

        assert state() == "booked"
        (row,) = rows_of(shown().companies, JUNE, {})
        assert row.reason == "not compared since"

    def test_of_verify_only_waits_for_the_comparison(self, procountor: Sandbox) -> None:
        company = a_linked_company(is_verify_only=True)
        a_journal(company)

        assert state() == "ready"
        (row,) = rows_of(shown().companies, JUNE, {})
        assert (row.way, row.reason) == ("month", "verify only: to be compared")

        compare(company)

        assert state() == "different"

    def test_when_a_sent_run_is_gone_is_to_fix(self, procountor: Sandbox) -> None:
        send(a_journal(a_linked_company()))
        Journal.objects.update(is_deleted_at_source=True)

        assert state() == "to_fix"
        (row,) = rows_of(shown().companies, JUNE, {})
        assert row.reason == "Run deleted in Nmbrs"


class TestLine:
    def test_adds_up_to_the_companies_that_are_seen(self, procountor: Sandbox) -> None:
        a_journal(a_linked_company())
        a_journal(a_company(1002), run_number="7")
        a_company(1003)
        other = Debtor.objects.create(number=102, name="Muut")
        Company.objects.create(number=1004, name="Muu Oy", debtor=other)
        limited = User.objects.create(username="sari", sees_all_debtors=False)
        limited.debtors.add(other)

        everything, little = shown(), shown(user=limited)

        assert sum(cell.count for cell in everything.line) == len(everything.companies) == 4
        assert {cell.state.value: cell.count for cell in everything.line if cell.count} == {
            "not_expected": 2,
            "to_fix": 1,
            "ready": 1,
        }
        assert everything.sums == {"EUR": Decimal("2012.07")}
        assert [one.number for one in little.companies] == [1004]
        assert sum(cell.count for cell in little.line) == 1

    def test_is_narrowed_by_debtor_person_and_words(self) -> None:
        anna = User.objects.create(username="anna")
        bertta = User.objects.create(username="bertta")
        a_company()
        Company.objects.update(responsible=anna, stand_in=bertta)
        a_company(1002, "Muu Oy")

        for narrowed in ({"person": anna.pk}, {"person": bertta.pk}, {"search": "konepaja"}):
            assert [one.number for one in shown(**narrowed).companies] == [1001]
        assert len(shown(debtor=101).companies) == 2
        assert not shown(debtor=102).companies

    def test_takes_as_many_queries_for_many_as_for_one(self, procountor: Sandbox) -> None:
        send(a_journal(a_linked_company()))
        counts = []
        for number in (1002, 1003):
            a_journal(a_company(number), run_number=str(number))
            with CaptureQueriesContext(connection) as queries:
                rows_of(shown().companies, JUNE, {})
            counts.append(len(queries))

        assert counts[0] == counts[1] <= 7
