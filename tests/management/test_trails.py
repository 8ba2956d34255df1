"""The commands that lead back from the books to the payroll run."""

import os
import pwd
from pathlib import Path

import pytest
from tests.bureau import a_journal, a_linked_company, send
from tests.management.conftest import Give

from procountor_sandbox.app import Sandbox
from tilisilta.models import AuditEntry, Journal

pytestmark = pytest.mark.django_db


@pytest.fixture
def sent(procountor: Sandbox) -> Journal:
    """Return a journal that was sent as two ledger receipts."""
    return send(a_journal(a_linked_company(), 5, 6))


class TestFind:
    def test_leads_from_a_token_to_journal_and_run(self, give: Give, sent: Journal) -> None:
        export = sent.exports.all()[1]

        answered = give("find", export.token.lower())

        assert answered.status == 0
        row = answered.text.splitlines()[2]
        assert all(text in row for text in (export.token, "1001-2026-6-1", "6/2026", "2026-06-28"))

    def test_takes_the_words_of_a_receipts_name(self, give: Give, sent: Journal) -> None:
        export = sent.exports.all()[0]

        document = give("find", *export.name.split(), "--json").document

        assert [one["token"] for one in document["receipts"]] == [export.token]
        assert document["receipts"][0]["fits"] == ["token"]
        assert document["receipts"][0]["journal"] == "1001-2026-6-1"
        assert document["receipts"][0]["run"]["number"] == "6"
        assert document["receipts"][0]["debit"] == "1005.00"

    def test_leads_to_journals_and_companies(self, give: Give, sent: Journal) -> None:
        assert give("find", "1001-2026-6-1").text.startswith("1001-2026-6-1  1001 Koivulammi")
        assert give("find", "konepaja").text == "1001 Koivulammi Konepaja Oy\n"

    def test_ends_with_status_one_when_nothing_fits(self, give: Give, sent: Journal) -> None:
        answered = give("find", "99999999")

        assert answered.status == 1
        assert "Nothing here fits “99999999”." in answered.text
        assert give("find", "99999999", "--json").document["receipts"] == []


class TestReceipts:
    def test_are_shown_with_their_sum(self, give: Give, sent: Journal) -> None:
        answered = give("receipts", "1001")
        document = give("receipts", "1001", "--year", "2026", "--json").document

        assert "1001 Koivulammi Konepaja Oy, receipts of 2026" in answered.text
        assert "Booked: 2 011.00 EUR" in answered.text
        assert [one["debit"] for one in document["receipts"]] == ["1005.00", "1006.00"]
        assert document["booked"] == {"EUR": "2011.00"}

    @pytest.mark.parametrize("ending", ["csv", "XLSX"])
    def test_are_saved_for_nobody_else_to_read(
        self, give: Give, sent: Journal, tmp_path: Path, ending: str
    ) -> None:
        path = tmp_path / f"receipts.{ending}"

        answered = give("receipts", "1001", "--year", "2026", "--save", str(path), "--json")

        assert answered.document == {"company": 1001, "year": 2026, "saved": str(path)}
        assert path.stat().st_size > 100
        assert path.stat().st_mode & 0o777 == 0o600

    def test_are_not_saved_where_or_as_what_cannot_be(
        self, give: Give, sent: Journal, tmp_path: Path
    ) -> None:
        as_pdf = give("receipts", "1001", "--save", str(tmp_path / "receipts.pdf"))
        nowhere = give("receipts", "1001", "--save", str(tmp_path / "no" / "receipts.csv"))

        assert (as_pdf.status, nowhere.status) == (2, 1)
        assert "End its name with .csv or .xlsx." in as_pdf.complaint
        assert "cannot be written" in nowhere.complaint


class TestTheSystemUser:
    def test_stands_in_the_audit_log(self, give: Give, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setenv("SUDO_USER", "anna")

        give("debtor", "add", "300", "Kolmas")

        account = pwd.getpwuid(os.getuid()).pw_name
        entry = AuditEntry.objects.latest("pk")
        assert (entry.user, entry.system_user) == (None, f"anna (sudo: {account})")

    def test_is_that_of_the_process_whatever_the_environment_says(
        self, give: Give, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.delenv("SUDO_USER", raising=False)
        for name in ("USER", "LOGNAME", "USERNAME"):
            monkeypatch.setenv(name, "somebody-else")

        give("debtor", "add", "300", "Kolmas")

        assert AuditEntry.objects.latest("pk").system_user == pwd.getpwuid(os.getuid()).pw_name
