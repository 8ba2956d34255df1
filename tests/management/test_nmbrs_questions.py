"""Questions about companies are answered by command: all that are sure, or by a file."""

import csv
from pathlib import Path

import pytest
from tests.management.conftest import Give
from tests.services.fetching.test_many_questions import move_to_a_new_domain

from nmbrs_sandbox.app import Sandbox
from tilisilta.models import Company
from tilisilta.services.fetching.many_questions import open_questions

pytestmark = pytest.mark.django_db


class TestNmbrsAnswer:
    def test_answers_all_that_are_sure(self, give: Give, nmbrs: Sandbox) -> None:
        move_to_a_new_domain()
        Company.objects.filter(number=1001).update(name="Aivan Muu Oy")

        dry = give("nmbrs", "answer", "--all-sure", "--dry-run", "--json")
        assert (dry.status, len(dry.document["answers"]), len(open_questions(None))) == (0, 9, 10)
        bare = give("nmbrs", "answer", "--json")
        assert (bare.document["is_stored"], len(open_questions(None))) == (False, 10)
        first = give("nmbrs", "answer", "--all-sure", "--json")
        again = give("nmbrs", "answer", "--all-sure", "--json")

        assert (first.document["same"], again.document["same"]) == (9, 0)
        assert len(open_questions(None)) == 1

    def test_answers_by_a_file(self, give: Give, nmbrs: Sandbox, tmp_path: Path) -> None:
        move_to_a_new_domain()
        file = tmp_path / "questions.csv"
        assert give("nmbrs", "answer", "--export", str(file)).status == 0
        with file.open(encoding="utf-8-sig", newline="") as opened:
            rows = list(csv.DictReader(opened))
        rows[0]["answer"], rows[1]["answer"] = "another", ""
        with file.open("w", encoding="utf-8", newline="") as opened:
            writer = csv.DictWriter(opened, rows[0].keys())
            writer.writeheader()
            writer.writerows(rows)

        first = give("nmbrs", "answer", "--file", str(file), "--json").document
        again = give("nmbrs", "answer", "--file", str(file), "--json").document

        assert (first["same"], first["another"], first["already"]) == (8, 1, 0)
        assert (again["same"], again["another"], again["already"]) == (0, 0, 9)
        assert len(open_questions(None)) == 1

    def test_refuses_a_file_as_a_whole(self, give: Give, nmbrs: Sandbox, tmp_path: Path) -> None:
        move_to_a_new_domain()
        key = open_questions(None)[0].key
        file = tmp_path / "questions.csv"
        file.write_text(f"question,answer\n{key},same\n{key},another\n", encoding="utf-8")

        refused = give("nmbrs", "answer", "--file", str(file))

        assert refused.status != 0
        assert len(open_questions(None)) == 10
