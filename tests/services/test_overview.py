"""What needs a person now, over all companies."""

from datetime import date
from decimal import Decimal
from typing import Any

import pytest
from tests.bureau import FIRST_MONTH, NOW, a_company

from tilisilta.domain.problems import Problem, ProblemCode, facts
from tilisilta.models import (
    Company,
    Debtor,
    Export,
    ExportState,
    Journal,
    JournalState,
    Link,
    ProcountorAccount,
    Sending,
    User,
)
from tilisilta.services.overview import (
    COMPANIES_PER_PAGE,
    MOST_NEEDS,
    overview_for,
    sendings_under_way,
)

pytestmark = pytest.mark.django_db

TODAY = date(2026, 7, 2)
JUNE = date(2026, 6, 1)


@pytest.fixture
def user() -> User:
    return User.objects.create(username="aino")


def a_stored_journal(company: Company, state: str, *, month: int = 6, **columns: Any) -> Journal:
    """Store a journal in some state, whatever would lead to it."""
    period = date(2026, month, 1)
    return Journal.objects.create(
        company=company,
        **{
            "run_year": 2026,
            "run_number": str(month),
            "revision": Journal.objects.count() + 1,
            "period": period,
            "first_period": period,
            "currency": "EUR",
            "source": "csv",
            "line_count": 2,
            "debit_total": Decimal("100.00"),
            "came_at": NOW,
            "state": state,
            **columns,
        },
    )


def an_export(journal: Journal, state: str, **columns: Any) -> Export:
    """Store a receipt of a journal in some state."""
    account, _ = ProcountorAccount.objects.get_or_create(name=f"tili-{journal.company.number}")
    link, _ = Link.objects.get_or_create(
        company=journal.company,
        procountor_account=account,
        defaults={"start_month": FIRST_MONTH},
    )
    number = Export.objects.count() + 1
    return Export.objects.create(
        journal=journal,
        link=link,
        booking_date=date(2026, 6, number),
        receipt_date=date(2026, 6, number),
        token=str(number),
        name=f"Payroll {number}",
        payload="{}",
        row_count=2,
        debit_total=Decimal("100.00"),
        state=state,
        **columns,
    )


class TestCounts:
    def test_tell_what_waits_and_what_is_done_of_the_month(self, user: User) -> None:
        company = a_company()
        for state in (JournalState.PROBLEM, JournalState.UNCERTAIN, JournalState.READY):
            a_stored_journal(company, state, month=6)
            a_stored_journal(company, state, month=5)
        for state in (JournalState.SENT, JournalState.APPROVED, JournalState.OFF):
            a_stored_journal(company, state, month=6)

        overview = overview_for(user, today=TODAY)

        counts = overview.counts
        assert (counts.problems, counts.uncertain, counts.unsent) == (1, 1, 1)
        assert (counts.waiting, counts.sent, counts.due) == (3, 2, 5)
        assert {need.journal.period for need in overview.needs} == {JUNE}
        assert [(one.month, one.count) for one in overview.elsewhere] == [(date(2026, 5, 1), 3)]

    def test_are_nothing_without_companies(self, user: User) -> None:
        overview = overview_for(user, today=TODAY)

        assert overview.needs == ()
        assert overview.years == ()
        assert overview.month == date(2026, 7, 1)


class TestMonth:
    def test_is_the_latest_that_has_journals(self, user: User) -> None:
        a_stored_journal(a_company(), JournalState.SENT, month=6)

        overview = overview_for(user, today=TODAY)

        assert overview.month == JUNE
        assert overview.next_month == date(2026, 7, 1)
        assert overview.previous_month == date(2026, 5, 1)

    def test_stays_when_one_company_has_an_early_run(self, user: User) -> None:
        companies = [a_company(number) for number in (1001, 1002, 1003)]
        for company in companies:
            a_stored_journal(company, JournalState.SENT, month=6)
        a_stored_journal(companies[0], JournalState.READY, month=7)

        overview = overview_for(user, today=TODAY)

        assert overview.month == JUNE
        assert [(one.month.month, one.count) for one in overview.elsewhere] == [(7, 1)]

    def test_is_never_in_the_future(self, user: User) -> None:
        company = a_company()
        a_stored_journal(company, JournalState.SENT, month=6)
        a_stored_journal(company, JournalState.READY, month=9)

        overview = overview_for(user, today=TODAY)

        assert overview.month == JUNE

    def test_ends_a_timetable_of_twelve(self, user: User) -> None:
        overview = overview_for(user, today=TODAY, month=date(2026, 1, 1))

        assert overview.months[0] == date(2025, 2, 1)
        assert overview.months[-1] == date(2026, 1, 1)
        assert len(overview.months) == 12


class TestNeeds:
    def test_are_the_most_urgent_first(self, user: User) -> None:
        company = a_company()
        states = [
            JournalState.READY,
            JournalState.PROBLEM,
            JournalState.UNCERTAIN,
            JournalState.SENT,
            JournalState.REJECTED,
        ]
        for state in states:
            a_stored_journal(company, state)

        needs = overview_for(user, today=TODAY).needs

        assert [need.journal.state for need in needs] == [
            JournalState.UNCERTAIN,
            JournalState.REJECTED,
            JournalState.PROBLEM,
            JournalState.READY,
        ]

    def test_say_what_happened_and_how_much_more(self, user: User) -> None:
        problems = [
            Problem(
                code=ProblemCode.NOT_BALANCED,
                facts=facts(difference="-0.01", dates="2026-05-31 -0.01"),
            ),
            Problem(code=ProblemCode.NOT_LINKED),
        ]
        a_stored_journal(a_company(), JournalState.PROBLEM, problems=problems)

        (need,) = overview_for(user, today=TODAY).needs

        assert need.explanation is not None
        assert need.explanation.message == "The journal does not balance: −0.01"
        assert need.more_count == 1

    def test_say_first_what_stopped_a_receipt_on_its_way(self, user: User) -> None:
        journal = a_stored_journal(
            a_company(),
            JournalState.REJECTED,
            problems=[Problem(code=ProblemCode.ZERO_LINES)],
        )
        answer_facts = facts(answer="Account 5035 is unknown.", status="400")
        rejected = [Problem(code=ProblemCode.REJECTED, facts=answer_facts)]
        an_export(journal, ExportState.REJECTED, problems=rejected)

        (need,) = overview_for(user, today=TODAY).needs

        assert need.explanation is not None
        assert (
            need.explanation.message == "Procountor rejected the receipt: Account 5035 is unknown."
        )

    def test_are_one_for_the_journals_of_a_company_with_the_same_problem(self, user: User) -> None:
        company, other = a_company(), a_company(1002)
        unlinked = [Problem(code=ProblemCode.NOT_LINKED, facts=facts(company="Koivulammi"))]
        for one in (company, company, company, other):
            a_stored_journal(one, JournalState.PROBLEM, problems=unlinked)

        needs = overview_for(user, today=TODAY).needs

        assert [(need.journal.company, len(need.alike)) for need in needs] == [
            (company, 2),
            (other, 0),
        ]

    def test_are_several_for_different_problems_of_one_company(self, user: User) -> None:
        company = a_company()
        for account in ("5035", "5036"):
            unknown = Problem(code=ProblemCode.LEDGER_ACCOUNT_UNKNOWN, facts=facts(account=account))
            a_stored_journal(company, JournalState.PROBLEM, problems=[unknown])

        needs = overview_for(user, today=TODAY).needs

        assert [len(need.alike) for need in needs] == [0, 0]

    def test_are_few_however_many_there_are(self, user: User) -> None:
        company = a_company()
        for _ in range(MOST_NEEDS + 3):
            a_stored_journal(company, JournalState.READY)

        overview = overview_for(user, today=TODAY)

        assert len(overview.needs) == MOST_NEEDS
        assert overview.needs_count == MOST_NEEDS + 3

    def test_leave_out_other_debtors(self, user: User) -> None:
        a_stored_journal(a_company(), JournalState.PROBLEM)
        user.debtors.add(Debtor.objects.create(number=200, name="Oma"))

        overview = overview_for(user, today=TODAY)

        assert overview.needs == ()
        assert overview.counts.problems == 0
        assert overview.companies.paginator.count == 0


class TestDeadAccounts:
    def test_are_those_that_serve_a_company(self, user: User) -> None:
        ended = ProcountorAccount.objects.create(name="ended", state=ProcountorAccount.State.ENDED)
        Link.objects.create(
            company=a_company(1001), procountor_account=ended, start_month=FIRST_MONTH
        )
        ProcountorAccount.objects.create(name="unused")
        works = ProcountorAccount.objects.create(
            name="works", state=ProcountorAccount.State.AUTHORISED
        )
        Link.objects.create(
            company=a_company(1002), procountor_account=works, start_month=FIRST_MONTH
        )

        overview = overview_for(user, today=TODAY)

        assert [link.procountor_account for link in overview.dead_links] == [ended]


class TestProgress:
    def test_counts_the_receipts_of_what_is_under_way(self, user: User) -> None:
        journal = a_stored_journal(a_company(), JournalState.SENDING)
        an_export(journal, ExportState.POSTED, ledger_receipt_id=1)
        an_export(journal, ExportState.QUEUED)
        Sending.objects.create(journal=journal, requested_at=NOW, due_at=NOW)

        progress = overview_for(user, today=TODAY).progress

        assert progress is not None
        assert (progress.booked, progress.asked, progress.left) == (1, 2, 1)
        assert progress == sendings_under_way(user)

    def test_counts_what_was_refused_and_what_is_uncertain_apart(self, user: User) -> None:
        journal = a_stored_journal(a_company(), JournalState.SENDING)
        an_export(journal, ExportState.POSTED, ledger_receipt_id=1)
        for state in (ExportState.REJECTED, ExportState.UNCERTAIN, ExportState.QUEUED):
            an_export(journal, state)
        Sending.objects.create(journal=journal, requested_at=NOW, due_at=NOW)

        progress = sendings_under_way(user)

        assert progress is not None
        assert (progress.booked, progress.refused, progress.uncertain, progress.left) == (
            (1, 1, 1, 1)
        )

    def test_is_none_when_nothing_is_under_way(self, user: User) -> None:
        a_stored_journal(a_company(), JournalState.SENT)

        assert overview_for(user, today=TODAY).progress is None
        assert sendings_under_way(user) is None


class TestYears:
    def test_show_the_most_telling_journal_of_each_month(self, user: User) -> None:
        company = a_company()
        a_stored_journal(company, JournalState.REPLACED)
        a_stored_journal(company, JournalState.SENT)
        stopped = a_stored_journal(company, JournalState.PROBLEM)

        (row,) = overview_for(user, today=TODAY).years

        assert row.cells[-1].journal_id == stopped.pk
        assert row.cells[-1].state == JournalState.PROBLEM
        assert row.cells[-2].state is None

    def test_come_page_by_page(self, user: User) -> None:
        for number in range(1, COMPANIES_PER_PAGE + 3):
            a_company(number)

        overview = overview_for(user, today=TODAY, page=2)

        assert [row.company.number for row in overview.years] == [
            COMPANIES_PER_PAGE + 1,
            COMPANIES_PER_PAGE + 2,
        ]

    def test_are_found_by_name(self, user: User) -> None:
        a_company(1001, "Koivulammi Konepaja Oy")
        a_company(1002, "Aurinkosalmi Matkat Oy")

        overview = overview_for(user, today=TODAY, search="matkat")

        assert [row.company.number for row in overview.years] == [1002]
