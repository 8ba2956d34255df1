"""All ledger receipts of a company over a year."""

import io
from datetime import date
from decimal import Decimal
from typing import cast

import pytest
from django.utils import translation
from openpyxl import load_workbook
from openpyxl.worksheet.worksheet import Worksheet
from tests.bureau import (
    Clock,
    a_company,
    a_journal,
    a_linked_company,
    an_account,
    deliver,
    link_to,
    make_moves,
    on_post,
    send,
)

from procountor_sandbox.app import Sandbox
from procountor_sandbox.faults import FaultKind
from tilisilta.models import AuditEntry, Company, Export
from tilisilta.services import audit
from tilisilta.services.links import end_link
from tilisilta.services.receipts_of_year import (
    columns,
    receipts_of_year,
    save_receipts,
    sums_of,
    with_sendings,
    years_of_receipts,
)
from tilisilta.services.sending.asking import send_journal

pytestmark = pytest.mark.django_db


@pytest.fixture
def company(procountor: Sandbox) -> Company:
    return a_linked_company()


class TestReceiptsOfYear:
    def test_are_those_in_the_books_by_date(self, company: Company) -> None:
        send(a_journal(company, 5, 6))
        a_journal(company, 7, run_number="7")
        Export.objects.filter(booking_date="2026-05-28").update(receipt_date="2025-12-31")

        of_2026, of_2025 = receipts_of_year(company, 2026), receipts_of_year(company, 2025)

        assert [str(one.receipt_date) for one in of_2026] == ["2026-06-28"]
        assert [str(one.receipt_date) for one in of_2025] == ["2025-12-31"]
        assert years_of_receipts(company) == (2026, 2025)
        assert sums_of(of_2026) == {"EUR": Decimal("1006.00")}

    def test_include_what_may_be_booked_and_sum_only_what_is(
        self, company: Company, procountor: Sandbox
    ) -> None:
        procountor.faults.add(on_post(FaultKind.ANSWER_LOST))
        clock = Clock()
        sending = send_journal(a_journal(company), user=None, now=clock.now)
        make_moves(sending, clock, 1)

        receipts = receipts_of_year(company, 2026)

        assert [one.state for one in receipts] == ["uncertain"]
        assert sums_of(receipts) == {}

    def test_include_what_went_through_a_link_that_has_ended(self, company: Company) -> None:
        send(a_journal(company))
        end_link(company.link, ends_on=date(2020, 1, 1), reason="wrong books", user=None)
        link_to(Company.objects.get(pk=company.pk), an_account(1002))

        (receipt,) = receipts_of_year(company, 2026)

        assert receipt.is_trail

    def test_leave_out_those_of_other_companies(self, company: Company) -> None:
        send(a_journal(company))

        assert not receipts_of_year(a_company(1002, "Toinen Oy"), 2026).exists()

    def test_say_who_had_them_sent(self, company: Company) -> None:
        with audit.command_run_by("anna"):
            sending = send_journal(a_journal(company), user=None, now=Clock().now)
        deliver(sending, Clock())

        (row,) = with_sendings(receipts_of_year(company, 2026))

        assert row.sent_by == "anna"


class TestSavedReceipts:
    def test_are_exact_in_a_workbook(self, company: Company) -> None:
        journal = send(a_journal(company, 5, 6))

        saved = save_receipts(company, 2026, file_format="xlsx", user=None)

        sheet = cast(Worksheet, load_workbook(io.BytesIO(saved.content)).active)
        headers, first, second = sheet.iter_rows(values_only=True)
        assert headers == tuple(header for header, _width in columns())
        export = journal.exports.all()[0]
        row = dict(zip(headers, first, strict=True))
        assert row["Receipt no."] == export.receipt_number
        assert row["Ledger receipt id"] == export.ledger_receipt_id
        assert row["Date"].date() == date(2026, 5, 28)  # type: ignore[union-attr]
        assert row["Debit"] == 1005
        assert row["Journal"] == "1001-2026-6-1"
        assert row["Token"] == export.token
        assert row["Payload, SHA-256"] == export.payload_sha256
        assert second[headers.index("Debit")] == 1006

    @pytest.mark.parametrize(
        ("has_decimal_comma", "written"), [(True, ";1006,00;EUR;"), (False, ",1006.00,EUR,")]
    )
    def test_are_written_as_the_readers_spreadsheet_reads_them(
        self, company: Company, has_decimal_comma: bool, written: str
    ) -> None:
        send(a_journal(company))

        saved = save_receipts(
            company, 2026, file_format="csv", user=None, has_decimal_comma=has_decimal_comma
        )

        assert saved.name == "receipts-1001-2026.csv"
        assert written in saved.content.decode("utf-8-sig")

    def test_have_headers_in_the_readers_language(self, company: Company) -> None:
        with translation.override("fi"):
            saved = save_receipts(company, 2026, file_format="csv", user=None)

        assert saved.content.decode("utf-8-sig").startswith("Tositenro,")

    def test_run_nothing_in_a_spreadsheet(self, company: Company) -> None:
        send(a_journal(company))
        Company.objects.filter(pk=company.pk).update(name="=HYPERLINK(1)")

        saved = save_receipts(company, 2026, file_format="csv", user=None)

        assert ",'=HYPERLINK(1)," in saved.content.decode("utf-8-sig")

    def test_are_in_the_audit_log(self, company: Company) -> None:
        save_receipts(company, 2026, file_format="csv", user=None)

        entry = AuditEntry.objects.latest("pk")
        assert entry.action == AuditEntry.Action.RECEIPTS_DOWNLOADED
        assert entry.facts["year"] == "2026"
