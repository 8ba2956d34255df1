"""Journals come in once, whatever number or layout their files have."""

import pytest
from tests.bureau import NOW, a_company, a_linked_company, csv_file, monthly_lines, send

from procountor_sandbox.app import Sandbox
from tilisilta.clients.files.outcomes import FileRefused
from tilisilta.domain.journals import Run
from tilisilta.models import Company, Journal
from tilisilta.services.journals.importing import (
    Imported,
    ImportedAsOtherRun,
    JournalElsewhere,
    compare_with_previous,
    import_journal,
)

pytestmark = pytest.mark.django_db

MAY = csv_file(monthly_lines(5))
JUNE = csv_file(monthly_lines(6))


def take_in(company: Company, content: bytes, *, run: str | None = "6") -> Imported:
    """Import a file as run ``run`` of 2026, or as the run that the file names."""
    return import_journal(
        content,
        file_name="journal.csv",
        company=company,
        user=None,
        now=NOW,
        run=Run(year=2026, number=run) if run else None,
    )


class TestImportJournal:
    def test_makes_no_second_journal_of_the_same_file(self) -> None:
        company = a_company()

        first, second = take_in(company, JUNE), take_in(company, JUNE)

        assert first.is_new
        assert not second.is_new
        assert second.journal == first.journal
        assert Journal.objects.count() == 1

    def test_makes_no_second_journal_of_the_same_lines_in_another_layout(self) -> None:
        company = a_company()
        first = take_in(company, JUNE)

        second = take_in(company, JUNE.replace(b";", b"\t"))

        assert not second.is_new
        assert second.journal == first.journal

    def test_makes_a_revision_of_changed_lines(self) -> None:
        company = a_company()
        take_in(company, JUNE)

        changed = take_in(company, csv_file(monthly_lines(5, 6)))

        assert changed.is_revision
        assert changed.journal.revision == 2

    def test_knows_a_run_number_with_zeros_before_it(self) -> None:
        company = a_company()
        first = take_in(company, JUNE, run="6")

        second = take_in(company, JUNE, run="06")

        assert second.journal == first.journal

    def test_takes_the_run_from_the_latest_month_when_nothing_names_it(self) -> None:
        imported = take_in(a_company(), csv_file(monthly_lines(4, 6)), run=None)

        assert imported.journal.reference == "1001-2026-6-1"

    def test_refuses_a_file_that_is_another_run_already(self, procountor: Sandbox) -> None:
        company = a_linked_company()
        send(take_in(company, JUNE, run="6").journal)

        with pytest.raises(ImportedAsOtherRun) as refused:
            take_in(company, JUNE, run="7")

        assert refused.value.journal.reference == "1001-2026-6-1"
        assert Journal.objects.count() == 1
        assert procountor.ledger.count() == 1

    def test_refuses_a_file_of_another_company(self) -> None:
        take_in(a_company(1001), JUNE)

        with pytest.raises(JournalElsewhere):
            take_in(a_company(1002, "Koivulammi Huolto Oy"), JUNE)

        assert Journal.objects.count() == 1

    def test_stores_nothing_of_a_file_it_refuses(self) -> None:
        broken = JUNE.replace(b"1006.00", b"1006.001")

        with pytest.raises(FileRefused) as refused:
            take_in(a_company(), broken)

        assert {problem.code for problem in refused.value.problems} == {"F09"}
        assert Journal.objects.count() == 0

    def test_leaves_an_unlinked_company_s_journal_with_the_problem_that_it_is(self) -> None:
        imported = take_in(a_company(), JUNE)

        assert imported.journal.state == "problem"
        assert [problem.code for problem in imported.journal.problems] == ["N04"]


class TestCompareWithPrevious:
    def test_has_nothing_to_compare_a_first_revision_with(self) -> None:
        journal = take_in(a_company(), JUNE).journal

        assert compare_with_previous(journal) is None

    def test_names_what_a_revision_adds(self) -> None:
        company = a_company()
        take_in(company, JUNE)

        comparison = compare_with_previous(take_in(company, csv_file(monthly_lines(5, 6))).journal)

        assert comparison is not None
        assert [change.booking_date.month for change in comparison.changes] == [5, 5]
