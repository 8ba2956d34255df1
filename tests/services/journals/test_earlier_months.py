from decimal import Decimal

import pytest
from pytest_django import DjangoAssertNumQueries
from tests.bureau import NOW, a_company, csv_file, monthly_lines

from tilisilta.domain.journals import Run
from tilisilta.models import (
    Company,
    Journal,
    JournalLine,
    JournalState,
    NmbrsCompany,
    NmbrsConnection,
)
from tilisilta.models import Run as NmbrsRun
from tilisilta.services.journals.earlier_months import earlier_months, earlier_months_of
from tilisilta.services.journals.importing import import_journal

pytestmark = pytest.mark.django_db


def imported(company: Company, run: str, *months: int, cents: int = 0) -> Journal:
    return import_journal(
        csv_file(monthly_lines(*months, cents=cents)),
        file_name="journal.csv",
        company=company,
        user=None,
        now=NOW,
        run=Run(year=2026, number=run),
    ).journal


class TestEarlierMonths:
    def test_finds_last_month_and_keeps_corrections_apart(self) -> None:
        company = a_company()
        imported(company, "4", 4)
        may = imported(company, "5", 5)
        june = imported(company, "6", 3, 6)

        found = earlier_months_of(june)

        assert found is not None
        assert [one.steps_back for one in found.earlier] == [1, 2]
        assert found.last_month is not None
        assert found.last_month.journal.key == may.pk
        assert found.last_month.journal.sums.accounts == {
            "2961": Decimal("-1005.00"),
            "5010": Decimal("1005.00"),
        }
        assert found.this.sums.accounts["5010"] == Decimal("1006.00")
        assert found.this.sums.corrections["5010"] == Decimal("1003.00")
        assert found.this.sums.debit == Decimal("2009.00")

    def test_takes_the_revision_in_force_and_skips_an_absent_month(self) -> None:
        company = a_company()
        booked = imported(company, "4", 4)
        april = imported(company, "4", 4, cents=7)
        # Both are booked: the newer one as a difference.
        Journal.objects.filter(pk__in=[booked.pk, april.pk]).update(state=JournalState.SENT)
        gone = imported(company, "5", 5)
        Journal.objects.filter(pk=gone.pk).update(state=JournalState.WITHDRAWN)
        june = imported(company, "6", 6)

        found = earlier_months_of(june)

        assert found is not None
        assert found.last_month is None
        assert found.latest is not None
        assert found.latest.journal.key == april.pk
        assert found.latest.journal.sums.accounts["5010"] == Decimal("1004.07")

    def test_leaves_out_a_journal_whose_lines_are_gone(self) -> None:
        company = a_company()
        JournalLine.objects.filter(journal=imported(company, "5", 5)).delete()
        june = imported(company, "6", 6)

        found = earlier_months_of(june)

        assert found is not None
        assert found.earlier == ()

    def test_takes_three_queries_for_many(
        self, django_assert_num_queries: DjangoAssertNumQueries
    ) -> None:
        companies = [a_company(number) for number in (1001, 1002, 1003)]
        journals = [
            imported(company, str(month), month, cents=cents)
            for cents, company in enumerate(companies)
            for month in (5, 6)
        ]

        with django_assert_num_queries(3):
            found = earlier_months([one.pk for one in journals])

        assert len(found) == 6
        assert sum(one.last_month is not None for one in found.values()) == 3

    def test_goes_by_the_runs_pay_period_where_pay_is_weekly(self) -> None:
        company = a_company()
        connection = NmbrsConnection.objects.create(name="Kirnu", first_year=2026)
        NmbrsCompany.objects.create(
            company=company,
            connection=connection,
            nmbrs_company_id=1,
            nmbrs_number=1001,
            period_type="Week",
        )
        journals = []
        for week in (22, 23, 24):
            one = imported(company, str(week), 6, cents=week)
            run = NmbrsRun.objects.create(
                company=company, year=2026, number=str(week), period_start=week, period_end=week
            )
            Journal.objects.filter(pk=one.pk).update(run=run)
            journals.append(one.pk)

        found = earlier_months(journals)

        assert [[one.journal.key for one in found[pk].earlier] for pk in journals] == [
            [],
            [journals[0]],
            [journals[1], journals[0]],
        ]
