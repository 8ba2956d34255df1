"""Reading what stops a month by reason, with rows as checks and sendings leave them."""

from datetime import date
from decimal import Decimal

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from tests.bureau import FIRST_MONTH, NOW, a_company

from tilisilta.domain.problems import Problem, ProblemCode, Severity, facts
from tilisilta.models import (
    AccountMapping,
    Company,
    Debtor,
    Export,
    Journal,
    Link,
    ProcountorAccount,
    User,
)
from tilisilta.services.closing.months import month_end
from tilisilta.services.reasons.groups import ByReason, reasons_of

pytestmark = [pytest.mark.django_db, pytest.mark.once]

JUNE, TODAY = date(2026, 6, 1), date(2026, 7, 2)
UNKNOWN = Problem(
    code=ProblemCode.LEDGER_ACCOUNT_UNKNOWN, facts=facts(account="5035", near="5030, 5040")
)
NOTE = Problem(code=ProblemCode.ZERO_LINES, severity=Severity.WARNING, facts=facts(reason="zero"))


def a_stored_journal(company: Company, state: str, *problems: Problem, **more: object) -> Journal:
    return Journal.objects.create(
        **{
            "company": company,
            "run_year": 2026,
            "run_number": "6",
            "revision": 1,
            "period": JUNE,
            "first_period": JUNE,
            "currency": "EUR",
            "source": "csv",
            "line_count": 2,
            "debit_total": Decimal("100.00"),
            "came_at": NOW,
            "state": state,
            "problems": problems,
            **more,
        }
    )


def a_stored_link(company: Company) -> Link:
    account = ProcountorAccount.objects.create(name=f"tili-{company.number}")
    return Link.objects.create(company=company, procountor_account=account, start_month=FIRST_MONTH)


def read(user: User | None = None) -> ByReason:
    return reasons_of(month_end(JUNE, today=TODAY, user=user), user=user)


class TestReasonsOf:
    def test_are_one_row_for_forty_companies_and_take_two_queries(self) -> None:
        for number in range(1001, 1041):
            a_stored_journal(a_company(number), "problem", NOTE, UNKNOWN)
        shown = month_end(JUNE, today=TODAY)

        with CaptureQueriesContext(connection) as queries:
            (one,) = reasons_of(shown, user=None).reasons

        assert (one.company_count, one.journal_count, one.proposed) == (40, 40, "5030")
        assert one.sums == {"EUR": Decimal("4000.00")}
        assert len(queries) == 2

    def test_have_what_procountor_refused_of_each_receipt(self) -> None:
        company = a_company()
        journal = a_stored_journal(company, "partly_sent", NOTE)
        link = a_stored_link(company)
        for number, state in enumerate(("ready", "rejected", "rejected"), 1):
            Export.objects.create(
                journal=journal,
                link=link,
                booking_date=date(2026, 6, number),
                receipt_date=date(2026, 6, number),
                token=str(number),
                name=f"Payroll {number}",
                payload="{}",
                row_count=2,
                debit_total=Decimal(50),
                state=state,
                problems=[Problem(code=ProblemCode.REJECTED)],
            )

        (one,) = read().reasons

        assert (one.reason.id, one.journal_count) == ("S01", 1)
        assert one.words == "Procountor rejected the receipt"
        assert len(one.group.problems_of(company.pk)) == 2

    def test_name_journals_that_stop_without_a_problem(self) -> None:
        a_stored_journal(a_company(1001), "sent", is_deleted_at_source=True)
        a_stored_journal(a_company(1002), "partly_sent")
        # Booked, and nothing to fix.
        a_stored_journal(a_company(1003), "sent")

        assert {one.words for one in read().reasons} == {"Run deleted in Nmbrs", "Partly sent"}

    def test_propose_what_links_map_to_already_as_far_as_they_are_seen(self) -> None:
        a_stored_journal(a_company(1001), "problem", UNKNOWN)
        hidden = Company.objects.create(
            number=1002, name="Muu Oy", debtor=Debtor.objects.create(number=102, name="Muut")
        )
        AccountMapping.objects.create(
            link=a_stored_link(hidden), journal_account="5035", procountor_account_code="5900"
        )
        limited = User.objects.create(username="sari", sees_all_debtors=False)
        limited.debtors.add(Debtor.objects.get(number=101))

        assert [one.proposed for one in read().reasons] == ["5900"]
        assert [one.proposed for one in read(limited).reasons] == ["5030"]
