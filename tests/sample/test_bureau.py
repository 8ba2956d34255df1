"""The invented bureau's journals must be readable, balanced, and the same every time."""

from collections import defaultdict
from datetime import date
from decimal import Decimal

import pytest

from tilisilta.clients.files.reading import read_journal_file
from tilisilta.sample.bureau import DEBTORS, KONEPAJA, KULJETUS, july_file, sample_files
from tilisilta.sample.files import SampleFile

COMPANIES = [company for debtor in DEBTORS for company in debtor.companies]
FILES = [file for company in COMPANIES for file in sample_files(company)] + [july_file()]


def read_sums(file: SampleFile) -> dict[date, Decimal]:
    journal = read_journal_file(
        file.content, file_name=file.name, columns=None, company_number=file.company_number
    )
    sums: dict[date, Decimal] = defaultdict(Decimal)
    for line in journal.lines:
        sums[line.booking_date] += line.amount
    return sums


class TestSampleFiles:
    @pytest.mark.parametrize("file", FILES, ids=lambda file: file.name)
    def test_balance_in_every_period(self, file: SampleFile) -> None:
        sums = read_sums(file)

        assert set(sums.values()) == {Decimal("0.00")}

    def test_are_the_same_every_time(self) -> None:
        again = [file for company in COMPANIES for file in sample_files(company)]

        assert again == FILES[:-1]

    def test_all_differ(self) -> None:
        contents = {file.content for file in FILES}

        assert len(contents) == len(FILES)

    def test_have_the_june_run_that_corrects_five_months(self) -> None:
        june = sample_files(KONEPAJA)[-1]

        assert len(read_sums(june)) == 6

    def test_have_a_correction_for_a_closed_month(self) -> None:
        (june,) = sample_files(KULJETUS)

        assert set(read_sums(june)) == {date(2026, 6, 30), date(2026, 3, 31)}

    def test_name_no_company_twice(self) -> None:
        numbers = [company.number for company in COMPANIES]

        assert sorted(numbers) == list(range(1001, 1011))
