"""Importing a journal by command."""

from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from tests.bureau import JUNE_WITH_CORRECTIONS, a_company, a_linked_company, csv_file
from tests.management.conftest import DIMENSIONS, Give

from tilisilta.models import Journal

if TYPE_CHECKING:
    from procountor_sandbox.app import Sandbox


pytestmark = pytest.mark.django_db


class TestImport:
    def test_says_what_came_in(self, give: Give, procountor: "Sandbox") -> None:
        a_linked_company(**DIMENSIONS)

        imported = give("import", str(JUNE_WITH_CORRECTIONS), "--company", "1001", "--json")

        document = imported.document
        assert imported.status == 0
        assert document["is_new"] is True
        assert document["reference"] == "1001-2026-6-1"
        assert document["state"] == "ready"
        assert document["debit_total"] == "62019.81"
        assert {problem["code"] for problem in document["problems"]} == {"N14", "N15"}

    def test_knows_a_file_again(self, give: Give, june_file: str) -> None:
        a_company()
        give("import", june_file, "--company", "1001")

        again = give("import", june_file, "--company", "1001")

        assert again.status == 0
        assert "is there already" in again.text

    def test_says_all_that_is_wrong_with_a_file(self, give: Give, tmp_path: Path) -> None:
        a_company()
        path = tmp_path / "broken.csv"
        path.write_bytes(csv_file([("5010", "1.2345", "2026-06-30"), ("", "x", "2026-06-30")]))

        refused = give("import", str(path), "--company", "1001", "--json")

        problems = refused.document["error"]["problems"]
        assert refused.status == 1
        assert {problem["code"] for problem in problems} == {"F08", "F09", "F12"}
        assert all(problem["remedy"] for problem in problems)

    def test_says_problems_to_a_person_too(self, give: Give, tmp_path: Path) -> None:
        a_company()
        path = tmp_path / "broken.csv"
        path.write_bytes(csv_file([("5010", "1.2345", "2026-06-30")]))

        refused = give("import", str(path), "--company", "1001")

        assert "Error F09 · line 2:" in refused.complaint

    def test_asks_for_columns_it_does_not_know(self, give: Give, tmp_path: Path) -> None:
        a_company()
        path = tmp_path / "house.csv"
        path.write_text("Where;How much;When\n5010;10.00;2026-06-30\n2961;-10.00;2026-06-30\n")

        asked = give("import", str(path), "--company", "1001")
        named = give(
            *("import", str(path), "--company", "1001", "--json"),
            *("--columns", "account=Where", "amount=How much", "date=When"),
        )

        assert asked.status == 1
        assert "Where, How much, When" in asked.complaint
        assert named.document["line_count"] == 2

    def test_asks_for_headers_and_dates_by_codes_of_their_own(
        self, give: Give, tmp_path: Path
    ) -> None:
        a_company()
        path = tmp_path / "plain.csv"
        path.write_text("Tili;Summa\n5010;10,00\n2961;-10,00\n")
        headless = tmp_path / "headless.csv"
        headless.write_text("31.7.2026;5010;10,00\n31.7.2026;2961;-10,00\n")

        asked = give("import", str(path), "--company", "1001")
        places = give("import", str(headless), "--company", "1001", "--json")
        dated = give("import", str(path), "--company", "1001", "--date", "2026-07-31", "--json")

        assert ("F39" in asked.complaint, "--date 2026-01-31" in asked.complaint) == (True, True)
        assert places.document["error"]["code"] == "F38"
        assert (dated.status, dated.document["period"]) == (0, "2026-07")

    def test_says_which_companies_of_a_file_were_left_out(self, give: Give, tmp_path: Path) -> None:
        a_company(1001)
        second = a_company(1002)
        wages = tmp_path / "june.csv"
        wages.write_bytes(
            csv_file([("5010", "9.00", "2026-06-30"), ("2961", "-9.00", "2026-06-30")])
        )
        give("import", str(wages), "--company", "1002")
        bureau = tmp_path / "all.csv"
        rows = (
            f"{n};30.6.2026;{a};{s}5,00"
            for n in (1001, 1002)
            for a, s in (("5010", ""), ("2961", "-"))
        )
        bureau.write_text("\n".join(("Yritysnumero;Pvm;Tili;Summa", *rows)))

        told = give("import", str(bureau))
        document = give("import", str(bureau), "--json").document

        assert (told.status, "F36" in told.text, "--only" in told.text) == (1, True, True)
        assert [one["company"] for one in document["left"]] == [second.number]
        assert [one["company"] for one in document["journals"]] == [1001]

    def test_turns_amounts_round_when_debits_are_negative(self, give: Give, tmp_path: Path) -> None:
        a_company()
        path = tmp_path / "reversed.csv"
        path.write_text("Account;Amount;Period\n5010;-10.00;2026-06\n2961;10.00;2026-06\n")

        give("import", str(path), "--company", "1001", "--debit-negative")

        amounts = Journal.objects.get().lines.values_list("amount", flat=True)
        assert [str(amount) for amount in amounts] == ["10.00", "-10.00"]

    def test_takes_the_run_from_the_command(self, give: Give, june_file: str) -> None:
        a_company()

        imported = give(
            *("import", june_file, "--company", "1001", "--run", "6b", "--year", "2026", "--json")
        )

        assert imported.document["reference"] == "1001-2026-6b-1"

    @pytest.mark.parametrize(
        "words", [("--run", "6"), ("--columns", "salary=Palkka")], ids=["run", "columns"]
    )
    def test_tells_wrong_use_from_a_refusal(
        self, give: Give, june_file: str, words: tuple[str, ...]
    ) -> None:
        a_company()

        wrong = give("import", june_file, "--company", "1001", *words)

        assert wrong.status == 2
        assert not Journal.objects.exists()

    def test_refuses_a_file_that_is_not_there(self, give: Give) -> None:
        a_company()

        refused = give("import", "nowhere.xml", "--company", "1001")

        assert refused.status == 1
        assert "nowhere.xml cannot be read" in refused.complaint
