"""The archives of a month at the command line."""

from pathlib import Path

import pytest
from tests.bureau import a_company, a_journal, a_linked_company, send
from tests.management.conftest import Give

from procountor_sandbox.app import Sandbox
from tilisilta.models import AuditEntry

pytestmark = pytest.mark.django_db


class TestArchive:
    def test_saves_one_per_company_and_goes_on_where_it_was_interrupted(
        self, procountor: Sandbox, give: Give, tmp_path: Path
    ) -> None:
        send(a_journal(a_linked_company()))
        a_journal(a_company(1002), run_number="7")
        a_company(1003)
        words = ("archive", "--period", "2026-06", "--out", str(tmp_path / "new"))

        first = give(*words, "--json")
        (tmp_path / "new" / "archive-1002-2026-06.zip").write_bytes(b"half of it")
        again = give(*words)

        assert first.status == again.status == 0
        assert [one["company"] for one in first.document["archives"]] == [1001, 1002]
        assert sorted(one.name for one in (tmp_path / "new").iterdir()) == [
            "archive-1001-2026-06.zip",
            "archive-1002-2026-06.zip",
        ]
        assert "1 archive is saved" in again.text
        assert "1 archive was there already" in again.text
        entries = AuditEntry.objects.filter(action="month_archived").order_by("pk")
        assert [one.company.number for one in entries if one.company] == [1001, 1002, 1002]
        assert entries[0].facts["digest"] == first.document["archives"][0]["sha256"]

    def test_refuses_a_month_without_anything(self, give: Give, tmp_path: Path) -> None:
        a_company()
        words = ("archive", "--period", "2026-06", "--out", str(tmp_path))

        of_all, of_one = give(*words), give(*words, "--company", "1001", "--json")

        assert of_all.status == of_one.status == 1
        assert "There is nothing to archive of 2026-06" in of_all.complaint
        assert of_one.document["failed"][0]["error"]["code"] == "E97"

    def test_refuses_a_folder_that_is_a_file(self, give: Give, tmp_path: Path) -> None:
        a_journal(a_company())
        (tmp_path / "file").write_text("", encoding="utf-8")

        answered = give("archive", "--period", "2026-06", "--out", str(tmp_path / "file"))

        assert answered.status == 1
        assert "cannot be made" in answered.complaint
