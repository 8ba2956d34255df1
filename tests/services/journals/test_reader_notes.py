"""Warnings from reading a file stay with its journal, and a company's own pay periods count."""

import pytest
from tests.bureau import NOW, a_company, a_linked_company

from procountor_sandbox.app import Sandbox
from tilisilta.clients.files.outcomes import FileRefused
from tilisilta.models import Company, Journal, JournalState, NmbrsCompany, NmbrsConnection
from tilisilta.services.journals.checks import check_journal
from tilisilta.services.journals.importing import import_journal

pytestmark = pytest.mark.django_db

OTHER_MONTH = (
    b"Kausi;Pvm;Tili;Selite;Summa\n"
    b"2026-05;5.6.2026;5010;Palkat;21,00\n2026-05;5.6.2026;2961;Velka;-21,00\n"
)
REVERSED = b"Kausi;Tili;Summa\n2026-06;5010;-42,00\n2026-06;2961;42,00\n"


def take_in(company: Company, content: bytes, *, debit_negative: bool = False) -> Journal:
    return import_journal(
        content,
        file_name="journal.csv",
        company=company,
        user=None,
        now=NOW,
        debit_negative=debit_negative,
    ).journal


def codes(journal: Journal) -> list[str]:
    return [problem.code.value for problem in journal.problems]


class TestReaderNotes:
    def test_are_shown_with_every_check(self, procountor: Sandbox) -> None:
        journal = take_in(a_linked_company(), OTHER_MONTH)

        checked = check_journal(journal, now=NOW)

        assert codes(journal) == ["N41"]
        assert codes(checked) == ["N41"]
        assert checked.state == JournalState.READY

    def test_are_shown_before_there_is_a_link(self) -> None:
        assert "N41" in codes(take_in(a_company(), OTHER_MONTH))


class TestReversedSigns:
    def test_are_warned_of_before_sending(self, procountor: Sandbox) -> None:
        journal = take_in(a_linked_company(), REVERSED)

        assert codes(journal) == ["N40"]
        assert journal.state == JournalState.READY

    def test_are_put_right_as_a_new_revision_of_the_same_file(self, procountor: Sandbox) -> None:
        company = a_linked_company()
        take_in(company, REVERSED)

        turned = take_in(company, REVERSED, debit_negative=True)

        assert turned.revision == 2
        assert codes(turned) == []
        assert [str(line.amount) for line in turned.lines.all()] == ["42.00", "-42.00"]


class TestPayPeriods:
    def test_of_the_company_in_nmbrs_may_be_no_months(self) -> None:
        with pytest.raises(FileRefused) as refused:
            take_in(company_paid_by("Week4"), REVERSED)

        assert [problem.code.value for problem in refused.value.problems] == ["F25"]
        assert not Journal.objects.exists()

    @pytest.mark.parametrize("period_type", ["Month", ""])
    def test_of_the_company_are_months_unless_nmbrs_says_otherwise(self, period_type: str) -> None:
        assert take_in(company_paid_by(period_type), REVERSED).period.month == 6


def company_paid_by(period_type: str) -> Company:
    """A company that Nmbrs lists with those pay periods."""
    company = a_company()
    connection = NmbrsConnection.objects.create(
        name="Kirnu", user_name="palkat@example.invalid", domain="kirnu", first_year=2026
    )
    NmbrsCompany.objects.create(
        company=company,
        connection=connection,
        nmbrs_company_id=47001,
        nmbrs_number=company.number,
        period_type=period_type,
    )
    return company
