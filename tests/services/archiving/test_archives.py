"""The archive of a month: what it holds, and that it is the same until something happens."""

import io
import json
import re
import zipfile
from datetime import UTC, date, datetime, timedelta
from hashlib import sha256

import pytest
from tests.bureau import (
    Clock,
    a_company,
    a_journal,
    a_linked_company,
    deliver,
    make_moves,
    on_post,
    send,
    tidy,
)

from procountor_sandbox.app import Sandbox
from procountor_sandbox.faults import FaultKind
from tilisilta.domain.journals import BookingPeriod
from tilisilta.models import (
    AuditEntry,
    AuditSeal,
    Company,
    Export,
    LinkSettings,
    Proposal,
    Sending,
)
from tilisilta.services.archiving.archives import make_archive
from tilisilta.services.archiving.months import NothingToArchive, read_month
from tilisilta.services.archiving.proof_sections import people_section
from tilisilta.services.closing.signing import sign_month
from tilisilta.services.sending.asking import look_again, send_or_propose
from tilisilta.services.sending.releasing import release
from tilisilta.services.sending.withdrawals import ask_to_withdraw
from tilisilta.services.users import create_first_administrator, create_user
from tilisilta.services.verifying.companies import verify

pytestmark = pytest.mark.django_db

JUNE = date(2026, 6, 1)
PASSWORD = "a bridge over the river"


def now() -> datetime:
    return datetime.now(tz=UTC)


def compare(company: Company) -> None:
    month = BookingPeriod(year=2026, month=6)
    assert verify(company, [month], now=now(), pace=lambda: None).error is None


def archive(company: Company, language: str = "en") -> bytes:
    return make_archive(company, JUNE, language=language, now=now(), user=None).content


def files_in(content: bytes) -> dict[str, bytes]:
    with zipfile.ZipFile(io.BytesIO(content)) as held:
        return {name: held.read(name) for name in held.namelist()}


@pytest.fixture
def company(procountor: Sandbox) -> Company:
    """Return a company whose June is sent, edited in Procountor, compared and signed."""
    company = a_linked_company()
    send(a_journal(company, 5, 6))
    tidy(procountor, "amount", row=1, to_row=2, amount=36)
    compare(company)
    sign_month(company, JUNE, user=None, now=now(), reason="36.00 is booked in July")
    return company


class TestMakeArchive:
    def test_holds_what_was_sent_byte_for_byte_and_what_was_booked(self, company: Company) -> None:
        held = files_in(archive(company))

        for export in Export.objects.all():
            name = f"{export.receipt_date}-{export.shown_number}-{export.token}"
            assert held[f"receipts/{name}-sent.json"] == export.payload.encode()
            booked = json.loads(held[f"receipts/{name}-booked.json"])
            assert (booked["from"], booked["receipt"]["id"]) == (
                "comparison",
                export.ledger_receipt_id,
            )
        edited = json.loads(held[f"receipts/{name}-booked.json"])["receipt"]["transactions"]
        sent = json.loads(export.payload)["transactions"]
        assert float(edited[0]["accountingValue"]) == sent[0]["accountingValue"] - 36
        assert [row["account"] for row in edited] == [row["account"] for row in sent]

    def test_tells_the_digest_of_every_file_and_a_head_of_the_chain(self, company: Company) -> None:
        held = files_in(archive(company))
        manifest = json.loads(held.pop("manifest.json"))

        assert {one["name"]: one["sha256"] for one in manifest["files"]} == {
            name: sha256(content).hexdigest() for name, content in held.items()
        }
        assert manifest["otherFiles"]["sha256"] == sha256(held["SHA256SUMS"]).hexdigest()
        head = manifest["auditChain"]
        assert AuditSeal.objects.get(position=head["position"]).digest == head["digest"]
        assert "month_signed_different" in held["audit.csv"].decode("utf-8-sig")
        (settings,) = json.loads(held["link-settings.json"])
        assert settings["choices"] == LinkSettings.objects.get().choices
        assert held["reconciliation-2026-06.pdf"].startswith(b"%PDF-1.7")

    def test_is_the_same_until_something_happens_to_the_month(self, company: Company) -> None:
        first = archive(company)
        # What happens elsewhere, and the entry of the archive itself, leave it alone.
        a_journal(a_company(1002), run_number="7")
        second = archive(company)
        compare(company)

        assert first == second != archive(company)
        assert AuditEntry.objects.filter(action="month_archived").count() == 3

    def test_notices_what_happens_while_it_is_made(self, company: Company) -> None:
        read = read_month(company, JUNE, now=now())
        assert read.is_still_so()

        compare(company)
        compared = read_month(company, JUNE, now=now())
        a_journal(company, run_number="7")

        assert not read.is_still_so()
        assert not compared.is_still_so()

    def test_speaks_the_language_asked_for(self, company: Company) -> None:
        held = files_in(archive(company, "fi"))

        assert json.loads(held["manifest.json"])["language"] == "fi"
        assert b";" in held["audit.csv"].splitlines()[0]

    def test_of_a_month_without_a_run_is_refused(self) -> None:
        with pytest.raises(NothingToArchive):
            archive(a_company())


@pytest.mark.once
class TestReport:
    def test_is_a_pdf_a_with_its_fonts_and_of_the_month_s_last_moment(
        self, company: Company
    ) -> None:
        manifest, report = (
            files_in(archive(company, "sv"))[name]
            for name in ("manifest.json", "reconciliation-2026-06.pdf")
        )

        assert b"<pdfaid:part>2</pdfaid:part>" in report
        assert b"<pdfaid:conformance>A</pdfaid:conformance>" in report
        assert b"/GTS_PDFA1" in report
        descriptors = re.findall(rb"/Type/FontDescriptor.*?>>", report)
        assert len(descriptors) == 3
        assert all(b"/FontFile" in one for one in descriptors)
        as_of = datetime.fromisoformat(json.loads(manifest)["asOf"]).astimezone(UTC)
        assert f"/CreationDate(D:{as_of:%Y%m%d%H%M%S}Z)".encode() in report

    def test_has_a_mark_for_signs_that_no_font_has(self, company: Company) -> None:
        Company.objects.update(name="Ty\u006f\u0308 \N{GRINNING FACE} \u65e5 Oy")

        held = files_in(archive(Company.objects.get()))

        assert held["reconciliation-2026-06.pdf"].startswith(b"%PDF")


class TestPeople:
    def test_say_what_each_has_asked_for(self, procountor: Sandbox) -> None:
        """Looking for a receipt again, or withdrawing it, is no request to send it."""
        aino = create_first_administrator("aino", PASSWORD)
        onni, eeva = (
            create_user(one, PASSWORD, template=aino.template, user=None)
            for one in ("onni", "eeva")
        )
        company = a_linked_company(needs_release=True)
        journal = a_journal(company)
        procountor.faults.add(on_post(FaultKind.ANSWER_LOST))
        clock = Clock()
        proposal = send_or_propose(journal, user=aino, now=clock.now)
        assert isinstance(proposal, Proposal)
        release([proposal], user=onni, now=clock.now)
        sending = Sending.objects.get()
        make_moves(sending, clock, 1)
        Sending.objects.update(finished_at=clock.now)
        deliver(look_again(journal, user=eeva, now=clock.now + timedelta(minutes=1)), clock)
        later = clock.now + timedelta(minutes=2)
        ask_to_withdraw(journal, reason="wrong month", user=eeva, now=later)

        told = str(people_section(read_month(company, JUNE, now=later)))

        assert "released 1001-2026-6-1, which aino had proposed" in told
        assert told.count("had proposed") == 1
        assert "asked to look again for the receipts of 1001-2026-6-1" in told
        assert "asked to withdraw 1001-2026-6-1" in told
        assert "asked for the sending" not in told
