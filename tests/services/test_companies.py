"""Debtors and companies: added, marked and found."""

from typing import TYPE_CHECKING

import pytest
from django.core.exceptions import ValidationError
from tests.bureau import a_company, a_journal, a_linked_company, the_june_journal

from tilisilta.models import AuditEntry, JournalState, User
from tilisilta.services.companies import (
    CompanyNumberTaken,
    DebtorNumberTaken,
    add_company,
    add_debtor,
    blocked_by,
    change_company,
    company_details,
    find_companies,
    find_debtors,
    set_blocked,
    set_test,
)

if TYPE_CHECKING:
    from procountor_sandbox.app import Sandbox

pytestmark = pytest.mark.django_db


@pytest.fixture
def user() -> User:
    return User.objects.create(username="aino")


def actions() -> list[str]:
    return list(AuditEntry.objects.order_by("pk").values_list("action", flat=True))


class TestAddDebtor:
    def test_records_the_user_who_added_it(self, user: User) -> None:
        debtor = add_debtor(101, " Koivulammi-yhtiöt ", user=user)

        entry = AuditEntry.objects.get()
        assert debtor.name == "Koivulammi-yhtiöt"
        assert (entry.action, entry.user) == (AuditEntry.Action.DEBTOR_ADDED, user)

    def test_refuses_a_number_that_is_taken(self, user: User) -> None:
        add_debtor(101, "Koivulammi", user=user)

        with pytest.raises(DebtorNumberTaken):
            add_debtor(101, "Toinen", user=user)

    def test_refuses_an_empty_name(self, user: User) -> None:
        with pytest.raises(ValidationError):
            add_debtor(101, "  ", user=user)


class TestAddCompany:
    def test_belongs_to_its_debtor_and_is_written_down(self, user: User) -> None:
        debtor = add_debtor(101, "Koivulammi", user=user)

        company = add_company(1001, "Koivulammi Konepaja Oy", debtor, user=user)

        entry = AuditEntry.objects.latest("pk")
        assert company.debtor == debtor
        assert (entry.action, entry.company) == (AuditEntry.Action.COMPANY_ADDED, company)

    def test_refuses_a_number_that_is_taken(self, user: User) -> None:
        company = a_company(1001)

        with pytest.raises(CompanyNumberTaken):
            add_company(1001, "Toinen Oy", company.debtor, user=user)


class TestSetTest:
    def test_turns_what_was_ready_off(self, procountor: "Sandbox", user: User) -> None:
        company = a_linked_company()
        journal = a_journal(company)

        set_test(company, True, user=user)

        journal.refresh_from_db()
        assert journal.state == JournalState.OFF
        assert AuditEntry.Action.COMPANY_MARKED_TEST in actions()

    def test_lets_it_be_ready_again(self, procountor: "Sandbox", user: User) -> None:
        company = a_linked_company()
        journal = a_journal(company)
        set_test(company, True, user=user)

        set_test(company, False, user=user)

        journal.refresh_from_db()
        assert journal.state == JournalState.READY

    def test_writes_nothing_down_when_nothing_changes(self, user: User) -> None:
        company = a_company()

        set_test(company, False, user=user)

        assert actions() == []


class TestSetBlocked:
    def test_turns_all_its_companies_off(self, procountor: "Sandbox", user: User) -> None:
        company = a_linked_company()
        journal = a_journal(company)

        set_blocked(company.debtor, True, user=user)

        journal.refresh_from_db()
        assert journal.state == JournalState.OFF

    def test_names_the_user_who_blocked_it_last(self, user: User) -> None:
        debtor = add_debtor(101, "Koivulammi", user=user)
        for is_blocked in (True, False, True):
            set_blocked(debtor, is_blocked, user=user)

        entries = blocked_by([debtor])

        assert entries[101] == AuditEntry.objects.latest("pk")
        assert entries[101].user_name == "aino"

    def test_tells_nothing_of_a_debtor_that_is_open(self, user: User) -> None:
        debtor = add_debtor(101, "Koivulammi", user=user)

        assert blocked_by([debtor]) == {}


class TestChangeCompany:
    def test_renames_it_and_says_what_was_changed(self, user: User) -> None:
        company = a_company()

        change_company(company, name="Uusi Oy", debtor=company.debtor, user=user)

        company.refresh_from_db()
        assert company.name == "Uusi Oy"
        assert AuditEntry.objects.latest("pk").facts["fields"] == "name"

    def test_checks_again_under_a_blocked_debtor(self, procountor: "Sandbox", user: User) -> None:
        company = a_linked_company()
        journal = a_journal(company)
        blocked = set_blocked(add_debtor(200, "Estetty", user=user), True, user=user)

        change_company(company, name=company.name, debtor=blocked, user=user)

        journal.refresh_from_db()
        assert journal.state == JournalState.OFF

    def test_writes_nothing_down_when_nothing_changes(self, user: User) -> None:
        company = a_company()

        change_company(company, name=company.name, debtor=company.debtor, user=user)

        assert actions() == []


class TestFindCompanies:
    @pytest.mark.parametrize(
        ("search", "found"), [("", 2), ("konepaja", 1), ("10", 2), ("1002", 1)]
    )
    def test_finds_by_name_and_number(self, user: User, search: str, found: int) -> None:
        a_company(1001, "Koivulammi Konepaja Oy")
        a_company(1002, "Aurinkosalmi Matkat Oy")

        companies = find_companies(user, search)

        assert companies.count() == found

    def test_tells_the_state_of_the_latest_journal(self, user: User) -> None:
        company = a_company()
        a_journal(company, 5, run_number="5")
        latest = the_june_journal(company)

        found = find_companies(user).get()

        assert found.latest_period == latest.period  # type: ignore[attr-defined]  # annotated
        assert found.latest_state == JournalState.PROBLEM  # type: ignore[attr-defined]  # annotated


class TestFindDebtors:
    def test_counts_their_companies(self, user: User) -> None:
        a_company(1001)
        a_company(1002)

        debtor = find_debtors(user).get()

        assert debtor.company_count == 2  # type: ignore[attr-defined]  # annotated


class TestCompanyDetails:
    def test_shows_the_latest_year_that_has_runs(self) -> None:
        company = a_company()
        journal = a_journal(company, 6)

        standing = company_details(company)

        assert (standing.year, standing.years) == (2026, (2026,))
        assert standing.journals == (journal,)
        assert standing.link is None

    def test_falls_back_from_a_year_without_runs(self) -> None:
        company = a_company()
        a_journal(company, 6)

        standing = company_details(company, year=1999)

        assert standing.year == 2026

    def test_is_empty_before_the_first_journal(self) -> None:
        standing = company_details(a_company())

        assert (standing.year, standing.journals) == (None, ())
