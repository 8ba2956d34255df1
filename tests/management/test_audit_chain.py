"""The chain of the audit log at the command line: verified, exported, examined by the doctor."""

import csv
import hashlib
import io
import json
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest
from django.db import connection
from django.utils import timezone
from tests.flushing import past_the_triggers
from tests.management.conftest import Give

from tilisilta.management.audit_chain import check_audit_log
from tilisilta.management.files import write_parts
from tilisilta.management.findings import Verdict
from tilisilta.management.running import bring_up_to_date
from tilisilta.models import AuditEntry, Debtor
from tilisilta.models.append_only import missing_triggers, take_away
from tilisilta.services.audit_chain import seal_entries
from tilisilta.services.companies import add_company, add_debtor, change_company

pytestmark = pytest.mark.django_db


@pytest.fixture
def _three_entries() -> None:
    for number in (201, 202, 203):
        add_debtor(number, "Toiset", user=None)


def change_an_entry() -> AuditEntry:
    """Seal all, and change the second entry as someone does who owns the database."""
    seal_entries(timezone.now())
    entry = AuditEntry.objects.order_by("pk")[1]
    with past_the_triggers():
        AuditEntry.objects.filter(pk=entry.pk).update(facts={"name": "another"})
    return entry


@pytest.mark.usefixtures("_three_entries")
class TestVerify:
    def test_finds_it_whole_and_prints_the_head(self, give: Give) -> None:
        verified = give("audit", "verify")
        document = give("audit", "verify", "--json").document

        assert verified.status == 0
        assert "whole: 3 entries" in verified.text
        assert "3 entries were not sealed yet and now are" in verified.text
        assert document["head"]["digest"] in verified.text
        assert (document["is_whole"], document["newly_sealed"]) == (True, 0)

    def test_names_the_first_broken_entry_and_what_it_means(self, give: Give) -> None:
        entry = change_an_entry()

        verified = give("audit", "verify")
        document = give("audit", "verify", "--json").document

        assert verified.status == 1
        assert f"broken at entry 2 (id {entry.pk} of " in verified.text
        assert "does not say what it said" in verified.text
        assert "whole" not in verified.text
        assert document["head"]["position"] == 3
        broken = document["first_break"]
        assert (document["is_whole"], broken["kind"], broken["position"], broken["entry"]) == (
            *(False, "changed", 2),
            entry.pk,
        )

    def test_looks_for_a_head_that_was_noted(self, give: Give) -> None:
        noted = give("audit", "verify", "--json").document["head"]["digest"]
        add_debtor(204, "Toiset", user=None)

        known, unknown = (give("audit", "verify", "--head", one) for one in (noted, "f" * 64))

        assert (known.status, unknown.status) == (0, 1)
        assert f"{'f' * 64} is not part of this chain" in unknown.text

    def test_says_that_the_triggers_are_gone_and_migrate_puts_them_back(self, give: Give) -> None:
        take_away(connection)

        missed = give("audit", "verify")
        bring_up_to_date()

        assert missed.status == 1
        assert "audit_entry_changed" in missed.text
        assert missing_triggers(connection) == ()
        assert give("audit", "verify").status == 0


@pytest.mark.usefixtures("_three_entries")
class TestExport:
    def test_has_what_is_needed_to_check_the_chain_without_this_program(
        self, give: Give, tmp_path: Path
    ) -> None:
        debtor = Debtor.objects.get(number=201)
        company = add_company(1001, "Ensi Oy", debtor=debtor, user=None)
        change_company(company, name='=A1 "Toinen"; Oy', debtor=debtor, user=None)
        path = tmp_path / "log.csv"

        saved = give("audit", "export", str(path))

        assert saved.status == 0
        rows = list(csv.DictReader(io.StringIO(path.read_text("utf-8-sig"))))
        assert len(rows) == 5
        assert rows[4]["Old and new values"] == 'name: Ensi Oy → =A1 "Toinen"; Oy'
        previous = "0" * 64
        for row in rows:
            form = json.loads(row["What is digested"])
            assert form["previous"] == row["Digest of the seal before"] == previous
            assert hashlib.sha256(row["What is digested"].encode()).hexdigest() == row["Digest"]
            for name, value in json.loads(row["Facts (JSON)"]).items():
                salt = hashlib.sha256(f"{row['Salt']}facts/{name}".encode()).hexdigest()
                digest = hashlib.sha256(f"{salt}{json.dumps(value)}".encode()).hexdigest()
                assert form["texts"][f"facts/{name}"] == digest
            previous = row["Digest"]

    def test_is_narrowed_and_recorded(self, give: Give, tmp_path: Path) -> None:
        path = tmp_path / "log.csv"

        give("audit", "export", str(path), "--until", "2020-01-01")

        assert len(path.read_text("utf-8-sig").splitlines()) == 1
        assert give("audit", "--json").document["entries"][0]["sentence"] == (
            "saved the audit log: 0 entries"
        )


def test_half_of_a_file_is_removed(tmp_path: Path) -> None:
    def parts() -> Iterator[bytes]:
        yield b"half"
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        write_parts(tmp_path / "log.csv", parts())

    assert list(tmp_path.iterdir()) == []


@pytest.mark.usefixtures("_three_entries")
class TestMask:
    def test_takes_a_name_out_for_good_and_leaves_the_chain_whole(self, give: Give) -> None:
        debtor = add_debtor(204, "Maija Meikäläinen", user=None)
        pk = AuditEntry.objects.latest("pk").pk
        words = ("audit", "mask", str(pk), "--text", "meikäläinen")

        masked = give(*words, "--reason", "erasure requested", "--json")
        again = give(*words, "--reason", "erasure requested")

        stored = AuditEntry.objects.get(pk=pk)
        assert masked.document == {"entry": pk, "masked": ["facts/name"]}
        assert (stored.facts["name"], stored.salt) == ("***", "")
        assert "Meikäläinen" not in give("audit", "--json").text
        assert "masked a text in entry" in give("audit").text
        assert give("audit", "verify").status == 0
        assert (again.status, "has no such text" in again.complaint) == (1, True)
        assert debtor.name == "Maija Meikäläinen"

    @pytest.mark.parametrize(
        ("text", "reason", "complaint"),
        [
            ("Toiset", "for Toiset", "The reason has the text"),
            ("Toiset", " ", "which text is masked, and why"),
            ("nothing of it", "erasure requested", "has no such text"),
        ],
    )
    def test_is_refused(self, give: Give, text: str, reason: str, complaint: str) -> None:
        pk = AuditEntry.objects.latest("pk").pk

        answered = give("audit", "mask", str(pk), "--text", text, "--reason", reason)

        assert answered.status == 1
        assert complaint in answered.complaint
        assert AuditEntry.objects.count() == 3


@pytest.mark.usefixtures("_three_entries")
class TestCheckAuditLog:
    def test_is_well_while_entries_are_sealed_soon(self) -> None:
        (finding,) = check_audit_log()

        assert finding.verdict is Verdict.WELL
        assert "3 not sealed yet" in finding.detail

    def test_warns_when_no_worker_seals(self) -> None:
        with past_the_triggers():
            AuditEntry.objects.update(at=timezone.now() - timedelta(minutes=11))

        (finding,) = check_audit_log()

        assert finding.verdict is Verdict.WARNING

    def test_fails_when_it_was_altered(self, give: Give) -> None:
        change_an_entry()

        (finding,) = check_audit_log()

        assert finding.verdict is Verdict.FAILED
        assert "broken at entry 2" in finding.detail
