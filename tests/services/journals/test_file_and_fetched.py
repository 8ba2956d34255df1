"""A file for what is fetched from Nmbrs as well is one payroll, whatever its form.

It may be dated on the payday, name no dimensions, and set corrections off. Then it waits for a
person (N35), whichever of the two came first.
"""

from datetime import date
from decimal import Decimal

import pytest
from tests.bureau import NOW, a_linked_company, csv_file, problem_codes

from procountor_sandbox.app import Sandbox
from tilisilta.domain.journals import JournalLine
from tilisilta.domain.payroll import JournalSplit, SourceJournal
from tilisilta.models import Company, Journal, Run
from tilisilta.services.journals.importing import import_journal, keep_fetched

pytestmark = pytest.mark.django_db

CORRECTED = (
    ("5010", "4200.00", "400"),
    ("5010", "-200.00", "410"),
    ("2961", "-4000.00", ""),
)


def fetch_june(company: Company) -> Journal:
    run = Run.objects.create(
        company=company, nmbrs_run_id=6, year=2026, number="6", period_start=6, period_end=6
    )
    lines = tuple(
        JournalLine(
            position=position,
            ledger_account=account,
            description="Palkat",
            amount=Decimal(amount),
            cost_center=cost_center,
            booking_date=date(2026, 6, 30),
        )
        for position, (account, amount, cost_center) in enumerate(CORRECTED, 1)
    )
    read = SourceJournal(kind="nmbrs", run_year=2026, run_number="6", lines=lines, sha256="0" * 64)
    split = JournalSplit.COST_CENTER
    return keep_fetched(read, run=run, split=split, is_linked=True, now=NOW).journal


def take_in_file(company: Company, day: str, *, net: str = "4000.00") -> Journal:
    lines = [("5010", net, day), ("2961", f"-{net}", day)]
    return import_journal(
        csv_file(lines), file_name="palkat.csv", company=company, user=None, now=NOW
    ).journal


@pytest.mark.parametrize("is_file_first", [True, False])
@pytest.mark.parametrize(
    ("day", "net", "is_held"),
    [
        ("2026-07-05", "4000.00", True),
        ("2026-07-15", "4000.00", True),
        ("2026-07-31", "4000.00", False),
        ("2026-07-15", "4000.01", False),
    ],
)
def test_waits_for_a_person_where_both_leave_the_same(
    procountor: Sandbox, is_file_first: bool, day: str, net: str, is_held: bool
) -> None:
    company = a_linked_company()
    if is_file_first:
        take_in_file(company, day, net=net)
        second = fetch_june(company)
    else:
        fetch_june(company)
        second = take_in_file(company, day, net=net)

    assert ("N35" in problem_codes(second)) is is_held
