"""Which run a journal is of, asked and answered at the command line."""

from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from tests.bureau import a_company, a_linked_company, problem_codes, send
from tests.management.conftest import Answered, Give
from tests.services.journals.august import (
    HOLIDAY_PAY,
    RECALCULATED,
    WAGES,
    WAGES_OF_SEPTEMBER,
    numbers,
    take_in,
)

from tilisilta.models import AuditEntry, Journal

if TYPE_CHECKING:
    from procountor_sandbox.app import Sandbox

pytestmark = pytest.mark.django_db


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """Return a folder with files as a payroll clerk fills it."""
    files = {"first": WAGES, "second": HOLIDAY_PAY, "third": RECALCULATED}
    for name, text in files.items():
        (tmp_path / f"{name}.csv").write_text(text)
    return tmp_path


def import_from(give: Give, folder: Path, name: str, *words: str) -> Answered:
    return give("import", str(folder / f"{name}.csv"), "--company", "1001", *words, "--json")


class TestTheQuestion:
    def test_has_what_a_script_decides_by(self, give: Give, folder: Path) -> None:
        a_company()
        import_from(give, folder, "first")

        asked = import_from(give, folder, "second")

        error = asked.document["error"]
        assert asked.status == 1
        assert [error["kind"], error["code"]] == ["WhichRun", "E44"]
        assert error["facts"] == {
            "journal": "1001-2026-8-1",
            "run": "8/2026",
            "period": "2026-08",
            "free": "8b/2026",
            "reason": "guessed",
        }
        assert error["comparison"]["equal_lines"] == 0
        assert error["comparison"]["file"]["debit_total"] == "2100.00"
        assert error["comparison"]["known"]["debit_total"] == "4200.00"
        assert error["cause"]
        assert error["remedy"]

    def test_is_put_to_a_person_with_the_figures(self, give: Give, folder: Path) -> None:
        a_company()
        import_from(give, folder, "first")

        asked = give("import", str(folder / "second.csv"), "--company", "1001")

        assert (
            "E44 The file names no run, and run 8/2026 is journal 1001-2026-8-1 already"
            in asked.complaint
        )
        assert "--another-run" in asked.complaint
        assert "-2 100.00" in asked.complaint

    @pytest.mark.parametrize(
        ("words", "references"),
        [
            (("--another-run",), ["2026-8-1", "2026-8b-1"]),
            (("--run", "81", "--year", "2026"), ["2026-8-1", "2026-81-1"]),
            (("--revision-of", "1001-2026-8"), ["2026-8-1", "2026-8-2"]),
        ],
    )
    def test_is_answered(
        self, give: Give, folder: Path, words: tuple[str, ...], references: list[str]
    ) -> None:
        company = a_company()
        import_from(give, folder, "first")

        first, again = (import_from(give, folder, "second", *words) for _time in range(2))

        assert [first.status, again.status] == [0, 0]
        assert [first.document["is_new"], again.document["is_new"]] == [True, False]
        assert numbers(company) == references

    @pytest.mark.parametrize(
        "words",
        [
            ("--run", "81"),
            ("--year", "2026"),
            ("--run", " ", "--year", "2026"),
            ("--run", "8" * 21, "--year", "2026"),
        ],
    )
    def test_takes_no_half_an_answer(
        self, give: Give, folder: Path, words: tuple[str, ...]
    ) -> None:
        a_company()

        assert import_from(give, folder, "first", *words).status == 2
        assert not Journal.objects.exists()

    def test_takes_no_journal_of_another_company(self, give: Give, folder: Path) -> None:
        a_company()
        take_in(a_company(1002, "Muu Oy"), WAGES_OF_SEPTEMBER)

        refused = import_from(give, folder, "first", "--revision-of", "1002-2026-9-1")

        assert refused.status == 1
        assert refused.document["error"]["code"] == "E49"
        assert Journal.objects.count() == 1


class TestAFolderEveryNight:
    def test_changes_nothing_the_second_time(
        self, give: Give, folder: Path, procountor: "Sandbox"
    ) -> None:
        company = a_linked_company()
        # The clerk has answered once; the loop of every night says nothing more.
        import_from(give, folder, "first")
        import_from(give, folder, "second", "--another-run")
        import_from(give, folder, "third", "--revision-of", "1001-2026-8-1")
        before = [(one.reference, one.state) for one in Journal.objects.all()]

        for _night in range(3):
            answers = [import_from(give, folder, name) for name in ("first", "second", "third")]
            assert [one.status for one in answers] == [0, 0, 0]
            assert not any(one.document["is_new"] for one in answers)

        assert [(one.reference, one.state) for one in Journal.objects.all()] == before
        assert numbers(company) == ["2026-8-1", "2026-8b-1", "2026-8-2"]

    def test_finds_what_was_given_another_number(self, give: Give, folder: Path) -> None:
        company = a_company()
        import_from(give, folder, "first")
        give("journal", "run", "1001-2026-8-1", "--run", "81", "--year", "2026")

        again = import_from(give, folder, "first")

        assert again.status == 0
        assert again.document["reference"] == "1001-2026-81-1"
        assert numbers(company) == ["2026-81-1"]

    def test_leaves_what_was_discarded(self, give: Give, folder: Path) -> None:
        company = a_company()
        import_from(give, folder, "first")
        give("journal", "run", "1001-2026-8-1", "--run", "81", "--year", "2026")
        give("journal", "discard", "1001-2026-81-1", "--reason", "of another company")

        for words in ((), ("--run", "8", "--year", "2026")):
            refused = import_from(give, folder, "first", *words)
            assert refused.status == 1
            assert refused.document["error"]["code"] == "E45"
        again = import_from(give, folder, "first", "--again")

        assert again.document["is_new"] is True
        assert import_from(give, folder, "first").document["is_new"] is False
        assert numbers(company) == ["2026-81-1", "2026-8-1"]


class TestJournalRun:
    @pytest.mark.parametrize("number", ["81", "081", " 81 "])
    def test_gives_a_number(self, give: Give, number: str) -> None:
        take_in(a_company(), WAGES)
        words = ("--run", number, "--year", "2026", "--json")

        first = give("journal", "run", "1001-2026-8", *words)
        again = give("journal", "run", "1001-2026-81", *words)

        assert [first.status, again.status] == [0, 0]
        assert first.document["before"] == "1001-2026-8-1"
        assert first.document["reference"] == again.document["reference"] == "1001-2026-81-1"
        assert AuditEntry.objects.filter(action="journal_renumbered").count() == 1

    def test_makes_a_revision_and_a_run_of_its_own_again(self, give: Give) -> None:
        company = a_company()
        take_in(company, WAGES)
        take_in(company, RECALCULATED, another_run=True)

        give("journal", "run", "1001-2026-8b-1", "--revision-of", "1001-2026-8-1")
        assert numbers(company) == ["2026-8-1", "2026-8-2"]
        parted = give("journal", "run", "1001-2026-8-2", "--another-run")

        assert "Journal 1001-2026-8-2 is 1001-2026-8b-1 now." in parted.text
        assert numbers(company) == ["2026-8-1", "2026-8b-1"]

    def test_refuses_a_number_that_is_taken(self, give: Give) -> None:
        company = a_company()
        take_in(company, WAGES)
        take_in(company, HOLIDAY_PAY, run="81")

        refused = give(
            *("journal", "run", "1001-2026-81-1", "--run", "8", "--year", "2026", "--json")
        )

        assert refused.status == 1
        assert refused.document["error"]["code"] == "E46"

    def test_refuses_once_anything_was_sent(self, give: Give, procountor: "Sandbox") -> None:
        send(take_in(a_linked_company(), WAGES).journal)

        refused = give("journal", "run", "1001-2026-8-1", "--another-run", "--json")
        not_discarded = give("journal", "discard", "1001-2026-8-1", "--reason", "no", "--json")

        assert [refused.status, not_discarded.status] == [1, 1]
        assert refused.document["error"]["code"] == "E48"
        assert not_discarded.document["error"]["code"] == "E47"

    def test_says_when_no_answer_is_given(self, give: Give) -> None:
        take_in(a_company(), WAGES)

        assert give("journal", "run", "1001-2026-8-1").status == 2


class TestJournalDiscard:
    def test_names_the_journal_and_the_reason(self, give: Give) -> None:
        take_in(a_company(), WAGES)

        gone, again = (
            give("journal", "discard", "1001-2026-8-1", "--reason", "a slip", "--json")
            for _time in range(2)
        )

        assert [gone.status, again.status] == [0, 0]
        assert gone.document["state"] == "discarded"
        assert gone.document["reason"] == "a slip"
        assert AuditEntry.objects.filter(action="journal_discarded").count() == 1

    def test_leaves_nothing_to_preview_or_send(self, give: Give) -> None:
        take_in(a_company(), WAGES)
        give("journal", "discard", "1001-2026-8-1", "--reason", "a slip")

        shown = give("preview", "1001-2026-8-1")
        sent = give("send", "1001-2026-8-1")

        assert "a slip" in shown.text
        assert "Debit" not in shown.text
        assert sent.status == 1

    def test_needs_a_reason(self, give: Give) -> None:
        take_in(a_company(), WAGES)

        assert give("journal", "discard", "1001-2026-8-1", "--reason", " ").status == 1
        assert Journal.objects.get().discarded_at is None

    def test_hides_behind_the_version_that_is_left(self, give: Give) -> None:
        company = a_company()
        first = take_in(company, WAGES).journal
        take_in(company, RECALCULATED, revision_of=first)
        give("journal", "discard", "1001-2026-8", "--reason", "old")

        left = give("preview", "1001-2026-8", "--json")

        assert left.document["reference"] == "1001-2026-8-1"


class TestAnotherPayroll:
    def test_answers_both_questions(self, give: Give, procountor: "Sandbox") -> None:
        company = a_linked_company(1003)
        take_in(company, WAGES, run="8")
        twin = take_in(company, "\ufeff" + WAGES, run="81").journal
        strange = take_in(a_linked_company(1002), WAGES.replace(";", "\t"), run="8").journal
        assert [problem_codes(twin), problem_codes(strange)] == [["N35"], ["N37"]]

        answers = [
            give("journal", "another-payroll", one.reference, "--json") for one in (twin, strange)
        ]

        assert [one.document["state"] for one in answers] == ["ready", "ready"]
