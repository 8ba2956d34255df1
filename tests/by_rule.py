"""A bureau whose runs are as every month, in 2026, for what is sent by rule."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, date, datetime
from decimal import Decimal
from typing import TYPE_CHECKING

from tests.bureau import (
    Clock,
    a_connection,
    an_account,
    deliver,
    fetch_everything,
    link_to,
)

from nmbrs_sandbox.payroll import world
from tilisilta.models import Company, Journal, Link
from tilisilta.services.link_drift import check_link
from tilisilta.services.links import change_link
from tilisilta.services.sending.asking import send_journal

if TYPE_CHECKING:
    from nmbrs_sandbox.app import Sandbox as Nmbrs

FIRST_ID = 48101
JUNE_25 = datetime(2026, 6, 25, 8, 0, tzinfo=UTC)
DAY = 24 * 3600


def a_run(month: int, euros: int, *, company: int, is_locked: bool = True) -> world.Run:
    """Return a run as every month: 5010 against 2961, each month a euro more."""
    day = date(2026, month, 28)
    amount = Decimal(euros + month)
    return world.Run(
        run_id=company * 1000 + month,
        number=month,
        year=2026,
        period_start=month,
        period_end=month,
        description="Palkat",
        run_at=datetime(2026, month, 25),  # noqa: DTZ001  # the service writes no zone
        is_locked=is_locked,
        journal=world.WrittenJournal(
            rows=(
                world.JournalLine(
                    booking_date=day, ledger_account="5010", description="Palkat", amount=amount
                ),
                world.JournalLine(
                    booking_date=day, ledger_account="2961", description="Palkat", amount=-amount
                ),
            )
        ),
    )


def run_in_nmbrs(nmbrs: "Nmbrs", number: int, *runs: world.Run) -> None:
    """Let the company of ``number`` have these runs alone."""
    bureau = nmbrs.bureau
    bureau.put_company(replace(bureau.known_company(FIRST_ID + number - 1001), runs=runs))


def three_months(nmbrs: "Nmbrs", numbers: Sequence[int], clock: Clock) -> None:
    """Fetch March to May, link, and let a person send them; then switch the rule on."""
    for number in range(1001, 1011):
        if number not in numbers:
            nmbrs.hide_company(company_id=FIRST_ID + number - 1001)
    for number in numbers:
        spring = (a_run(month, 900 + number, company=number) for month in (3, 4, 5))
        run_in_nmbrs(nmbrs, number, *spring)
    a_connection()
    fetch_everything(clock)
    for number in numbers:
        link_to(Company.objects.get(number=number), an_account(number))
    for journal in Journal.objects.order_by("pk"):
        deliver(send_journal(journal, user=None, now=clock.now), clock)
    for link in Link.objects.all():
        change_link(link, user=None, sends_by_rule=True, rule_hours=24, rule_percent=10)
    # The services note the real time, and the calendar of this test is another.
    Link.objects.update(rule_since=clock.now)


def june_comes(nmbrs: "Nmbrs", clock: Clock, **euros: int) -> None:
    """Add the June run to each company, locked, as every month unless ``euros`` says more."""
    for link in Link.objects.select_related("company"):
        number = link.company.number
        of_june = a_run(6, 900 + number + euros.get(f"of_{number}", 0), company=number)
        spring = (a_run(month, 900 + number, company=number) for month in (3, 4, 5))
        run_in_nmbrs(nmbrs, number, *spring, of_june)
    clock.now = JUNE_25
    fetch_everything(clock)
    for link in Link.objects.select_related("procountor_account", "company"):
        check_link(link, now=clock.now, pace=lambda: None)
