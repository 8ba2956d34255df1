"""Files a person saves: complete, exact, and harmless to a spreadsheet."""

import io
import json
from decimal import Decimal
from typing import cast

import pytest
from openpyxl import load_workbook
from openpyxl.cell import Cell
from openpyxl.worksheet.worksheet import Worksheet
from tests.bureau import NOW, a_company, a_journal, a_linked_company, csv_file, monthly_lines

from procountor_sandbox.app import Sandbox
from tilisilta.clients.files.reading import read_journal_file
from tilisilta.models import AuditEntry, Journal
from tilisilta.services.journals.downloads import (
    journal_as_csv,
    journal_as_xlsx,
    payload_of,
    payloads_of,
)
from tilisilta.services.journals.importing import import_journal
from tilisilta.services.journals.previews import preview_journal
from tilisilta.services.spreadsheets import Download, harmless

pytestmark = pytest.mark.django_db


def _journal_with(description: str) -> Journal:
    rows = f'5010;"{description}";-1234567.89;2026-06-28\n2961;x;1234567.89;2026-06-28'
    content = f"Account;Description;Amount;Date\n{rows}".encode()
    return import_journal(
        content, file_name="j.csv", company=a_company(), user=None, now=NOW
    ).journal


def _first_line(saved: Download) -> list[Cell]:
    sheet = cast(Worksheet, load_workbook(io.BytesIO(saved.content)).active)
    return [cast(Cell, sheet.cell(row=2, column=column)) for column in range(1, 7)]


class TestJournalAsCsv:
    @pytest.mark.parametrize("has_decimal_comma", [False, True])
    def test_reads_back_as_the_same_journal(self, has_decimal_comma: bool) -> None:
        journal = _journal_with("Palkat ja lisät")

        saved = journal_as_csv(journal, user=None, has_decimal_comma=has_decimal_comma)

        read = read_journal_file(
            saved.content, file_name=saved.name, columns=None, company_number=1001
        )
        assert read.lines == journal.content().lines

    def test_stops_a_spreadsheet_from_running_a_text(self) -> None:
        saved = journal_as_csv(_journal_with("=HYPERLINK(1)"), user=None)

        assert b",'=HYPERLINK(1)," in saved.content

    def test_is_written_down(self) -> None:
        journal = a_journal(a_company())

        journal_as_csv(journal, user=None)

        entry = AuditEntry.objects.get(action=AuditEntry.Action.JOURNAL_DOWNLOADED)
        assert entry.facts == {"reference": journal.reference, "format": "CSV"}


class TestJournalAsXlsx:
    def test_holds_exact_amounts_real_dates_and_no_formula(self) -> None:
        journal = _journal_with("=1+1")

        saved = journal_as_xlsx(journal, user=None)

        cells = _first_line(saved)
        assert cells[1].data_type == "s"
        assert cells[1].value == "=1+1"
        assert Decimal(str(cells[2].value)) == Decimal("-1234567.89")
        assert str(cells[5].value) == "2026-06-28 00:00:00"

    def test_reads_back_as_the_same_journal(self) -> None:
        lines = monthly_lines(5, 6)
        journal = import_journal(
            csv_file(lines), file_name="j.csv", company=a_company(), user=None, now=NOW
        ).journal

        saved = journal_as_xlsx(journal, user=None)

        read = read_journal_file(
            saved.content, file_name=saved.name, columns=None, company_number=1001
        )
        assert read.lines == journal.content().lines

    def test_leaves_out_signs_no_workbook_can_hold(self) -> None:
        journal = _journal_with("a\x0bb")

        saved = journal_as_xlsx(journal, user=None)

        assert _first_line(saved)[1].value == "a b"


class TestPayloads:
    def test_are_saved_byte_for_byte_as_they_are_sent(self, procountor: Sandbox) -> None:
        journal = a_journal(a_linked_company())
        receipt = preview_journal(journal).receipts[0]

        saved = payload_of(journal, receipt, user=None)

        assert saved.content == journal.exports.get().payload.encode()
        assert saved.name == "payload-1001-2026-6-1-2026-06-28.json"

    def test_are_one_list_for_the_whole_journal(self, procountor: Sandbox) -> None:
        journal = a_journal(a_linked_company(), 5, 6)

        saved = payloads_of(journal, user=None)

        dates = [payload["receiptDate"] for payload in json.loads(saved.content)]
        assert dates == ["2026-05-28", "2026-06-28"]


class TestHarmless:
    @pytest.mark.parametrize("text", ["=1", "+1", "-1", "@x", "\tx", " =1", "\r=1"])
    def test_puts_an_apostrophe_before_a_formula(self, text: str) -> None:
        assert harmless(text) == f"'{text}"

    @pytest.mark.parametrize("text", ["", "Palkat", "5010", "a=b", "'=1"])
    def test_leaves_other_texts_alone(self, text: str) -> None:
        assert harmless(text) == text
