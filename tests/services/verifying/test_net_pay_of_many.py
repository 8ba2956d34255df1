"""The net pay of many companies is gathered together, and is the same as that of each alone."""

from datetime import UTC, datetime
from decimal import Decimal

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from tests.bureau import a_company, a_linked_company, csv_file
from tests.clients.files.samples_of_payments import a_group, a_payment, a_payment_file

from procountor_sandbox.app import Sandbox
from tilisilta.domain.journals import BookingPeriod, Run
from tilisilta.domain.net_pay import NetPayState
from tilisilta.models import AuditEntry, Company, PaidByHand, ReconciledMonth, User
from tilisilta.services.journals.importing import import_journal
from tilisilta.services.net_pay_together import tick_together
from tilisilta.services.verifying.net_pay import net_pay_of, net_pay_of_each
from tilisilta.services.verifying.net_pay_changes import (
    CannotTick,
    add_payment_files,
    name_net_pay_accounts,
    tick_each_paid,
    tick_paid,
)

pytestmark = pytest.mark.django_db

JUNE = BookingPeriod(year=2026, month=6)
NOW = datetime(2026, 7, 2, 4, tzinfo=UTC)
PAID = Decimal("1006.00")


def some_companies(*numbers: int) -> list[Company]:
    companies = [a_linked_company(number) for number in numbers]
    for company in companies:
        imported(company, PAID, run_number="6")
    return companies


def imported(company: Company, amount: Decimal | str, *, run_number: str, month: int = 6) -> None:
    """Import a journal that no other company has."""
    day = f"2026-{month:02}-28"
    lines = [("5010", f"{amount}", day), ("2961", f"-{amount}", day)]
    import_journal(
        csv_file(lines, description=f"Palkat {company.number}"),
        file_name="palkat.csv",
        company=company,
        user=None,
        now=NOW,
        run=Run(year=2026, number=run_number),
    )


def in_all_states() -> list[Company]:
    """Return companies whose net pay is open, ticked off, in a file, on other accounts, nothing."""
    opened, ticked, with_file, named = some_companies(1001, 1002, 1003, 1004)
    tick_paid(ticked, JUNE, amount=PAID, user=None, now=NOW)
    content = a_payment_file(a_group(a_payment("1000.00"), a_payment("6.00"))).encode()
    add_payment_files(with_file, JUNE, [("palkat.xml", content)], user=None, now=NOW)
    name_net_pay_accounts(named.links.get(), ["5010"], user=None)
    # Another run of the year has the number that June has elsewhere, and a June of its own.
    without_link = a_company(1005)
    imported(without_link, "60.00", run_number="6", month=5)
    imported(without_link, "70.00", run_number="7")
    imported(opened, "80.00", run_number="8")
    return [opened, ticked, with_file, named, without_link, a_linked_company(1006)]


class TestNetPayOfEach:
    def test_is_what_it_is_alone(self, procountor: Sandbox) -> None:
        companies = in_all_states()

        together = net_pay_of_each(companies, JUNE)

        assert [together[one.pk] for one in companies] == [
            net_pay_of(one, JUNE) for one in companies
        ]
        assert [together[one.pk].comparison.state for one in companies] == [
            NetPayState.OPEN,
            NetPayState.BY_HAND,
            NetPayState.EQUAL,
            NetPayState.OPEN,
            NetPayState.OPEN,
            NetPayState.NOTHING,
        ]
        assert together[companies[4].pk].comparison.whole.payroll == Decimal("70.00")

    def test_asks_the_database_as_often_for_few_as_for_many(self, procountor: Sandbox) -> None:
        companies = some_companies(1001, 1002, 1003, 1004, 1005)

        with CaptureQueriesContext(connection) as few:
            net_pay_of_each(companies[:1], JUNE)
        with CaptureQueriesContext(connection) as many:
            net_pay_of_each(companies, JUNE)

        assert len(many) == len(few)


class TestTickingTogether:
    def test_stops_at_nothing_that_is_in_the_way_of_one(self, procountor: Sandbox) -> None:
        companies, user = in_all_states(), User.objects.create(username="aino")
        seen = dict.fromkeys((one.number for one in companies), PAID)

        ticked = tick_together(companies, JUNE.first_day, seen=seen, user=user, now=NOW)

        reasons = {company.number: error.facts["reason"] for company, error in ticked.refused}
        assert reasons == {
            1001: "changed",
            1003: "files",
            1004: "changed",
            1005: "changed",
            1006: "nothing",
        }
        assert ticked.count == 1
        assert PaidByHand.objects.get().ticked_by is None

    def test_stores_each_with_its_trail_and_how_the_month_stands(self, procountor: Sandbox) -> None:
        companies, user = some_companies(1001, 1002), User.objects.create(username="aino")
        ReconciledMonth.objects.create(
            company=companies[1],
            month=JUNE.first_day,
            outcome="equal",
            difference=0,
            compared_at=NOW,
            net_pay="open",
            document={},
        )
        amounts = dict.fromkeys((one.pk for one in companies), PAID)

        ticks = tick_each_paid(companies, JUNE, amounts=amounts, user=user, now=NOW)
        again = tick_each_paid(companies, JUNE, amounts=amounts, user=user, now=NOW)

        assert ticks == again
        entries = AuditEntry.objects.filter(action=AuditEntry.Action.NET_PAY_TICKED)
        assert sorted(entries.values_list("company__number", "user")) == [
            (1001, user.pk),
            (1002, user.pk),
        ]
        noted = ReconciledMonth.objects.get()
        assert noted.net_pay == NetPayState.BY_HAND
        assert noted.net_pay_digest

    def test_takes_the_place_of_a_tick_of_another_sum(self, procountor: Sandbox) -> None:
        (company,) = some_companies(1001)
        tick_paid(company, JUNE, amount=None, user=None, now=NOW)
        imported(company, "7.00", run_number="7")

        tick = tick_paid(company, JUNE, amount=None, user=None, now=NOW)

        assert PaidByHand.objects.get() == tick
        assert PaidByHand.objects.get().amount == net_pay_of(company, JUNE).comparison.whole.payroll
        assert net_pay_of(company, JUNE).comparison.state is NetPayState.BY_HAND

    def test_asks_the_database_as_often_for_few_as_for_many(self, procountor: Sandbox) -> None:
        companies = some_companies(1001, 1002, 1003, 1004, 1005)
        amounts = dict.fromkeys((one.pk for one in companies), PAID)

        with CaptureQueriesContext(connection) as few:
            tick_each_paid(companies[:1], JUNE, amounts=amounts, user=None, now=NOW)
        with CaptureQueriesContext(connection) as many:
            ticked = tick_each_paid(companies[1:], JUNE, amounts=amounts, user=None, now=NOW)

        assert len(many) == len(few)
        assert not any(isinstance(one, CannotTick) for one in ticked.values())
