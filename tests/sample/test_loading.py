"""The invented bureau shows each case it is there for."""

from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from tilisilta.models import AuditEntry, Export, Journal, Link, ProcountorAccount
from tilisilta.sample.loading import load_sample_bureau, write_sample_files
from tilisilta.services.checks import load_problems

if TYPE_CHECKING:
    from procountor_sandbox.app import Sandbox

pytestmark = pytest.mark.django_db


def state_of(company: int, month: int = 6) -> str:
    return Journal.objects.get(company__number=company, period__month=month).state


def errors_of(company: int) -> set[str]:
    journal = Journal.objects.get(company__number=company, period__month=6)
    return {problem.code.value for problem in load_problems(journal.problems) if problem.stops}


class TestLoadSampleBureau:
    def test_shows_each_case(self, procountor: "Sandbox") -> None:
        load_sample_bureau(user=None)

        assert {number: errors_of(number) for number in range(1001, 1011)} == {
            1001: {"N04"},
            1002: set(),
            1003: {"N07"},
            1004: {"N08"},
            1005: {"N10"},
            1006: set(),
            1007: {"N01"},
            1008: {"N02"},
            1009: set(),
            1010: {"N04"},
        }
        assert [state_of(number) for number in (1002, 1006, 1009)] == ["ready"] * 3
        assert [state_of(number) for number in (1007, 1008)] == ["off"] * 2

    def test_really_sends_two_journals(self, procountor: "Sandbox") -> None:
        load_sample_bureau(user=None)

        assert [state_of(1002, month) for month in (4, 5)] == ["sent"] * 2
        assert Export.objects.filter(ledger_receipt_id__isnull=False).count() == 2

    def test_leaves_the_first_company_to_be_set_up(self, procountor: "Sandbox") -> None:
        load_sample_bureau(user=None)

        assert not Link.objects.filter(company__number__in=[1001, 1010]).exists()
        assert ProcountorAccount.objects.count() == 9
        assert Journal.objects.filter(company__number=1001).count() == 6

    def test_takes_the_currency_of_the_administration(self, procountor: "Sandbox") -> None:
        load_sample_bureau(user=None)

        assert Journal.objects.get(company__number=1006).currency == "SEK"

    def test_changes_nothing_when_done_again(self, procountor: "Sandbox") -> None:
        load_sample_bureau(user=None)
        entries = AuditEntry.objects.count()

        load_sample_bureau(user=None)

        assert AuditEntry.objects.count() == entries


class TestWriteSampleFiles:
    def test_offers_a_journal_to_import(self, tmp_path: Path) -> None:
        written = write_sample_files(tmp_path / "files")

        assert len(written) == 7
        assert written[-1].read_bytes().startswith(b"\xef\xbb\xbfPvm;")
