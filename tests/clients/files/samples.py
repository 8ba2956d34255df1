"""Small journal files of an invented company, and short helpers that read them."""

import io
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

import openpyxl
import pytest

from tilisilta.clients.files.columns import ColumnMapping
from tilisilta.clients.files.reading import (
    ColumnsNeeded,
    FileRefused,
    read_journal_file,
)
from tilisilta.domain.journals import JournalLine
from tilisilta.domain.payroll import SourceJournal

COMPANY_NUMBER = 1001
HEADERS = "Account;Description;Debit;Credit;Cost center;Cost unit;Date"


@dataclass(frozen=True, kw_only=True)
class Finding:
    """A problem in the form the tests compare."""

    code: str
    line: int | None
    facts: dict[str, str]


def csv(*rows: str, headers: str = HEADERS) -> str:
    return "\n".join((headers, *rows)) + "\n"


def read(
    content: bytes | str,
    *,
    name: str,
    columns: ColumnMapping | None = None,
    period_type: str = "",
    debit_negative: bool = False,
) -> SourceJournal:
    """Read ``content`` for the invented company."""
    encoded = content.encode() if isinstance(content, str) else content
    return read_journal_file(
        encoded,
        file_name=name,
        columns=columns,
        company_number=COMPANY_NUMBER,
        period_type=period_type,
        debit_negative=debit_negative,
    )


def refusal(
    content: bytes | str,
    *,
    name: str,
    columns: ColumnMapping | None = None,
    period_type: str = "",
    debit_negative: bool = False,
) -> list[Finding]:
    """Return all problems of ``content``."""
    with pytest.raises(FileRefused) as refused:
        read(
            content,
            name=name,
            columns=columns,
            period_type=period_type,
            debit_negative=debit_negative,
        )
    return [
        Finding(code=problem.code.value, line=problem.line, facts=dict(problem.facts))
        for problem in refused.value.problems
    ]


def noted(journal: SourceJournal) -> list[str]:
    return [note.code.value for note in journal.notes]


def question(content: bytes | str, *, name: str) -> ColumnsNeeded:
    """Return the question about the columns of ``content``."""
    with pytest.raises(ColumnsNeeded) as needed:
        read(content, name=name)
    return needed.value


def codes(findings: Sequence[Finding]) -> list[tuple[str, int | None]]:
    return [(finding.code, finding.line) for finding in findings]


def line(  # a line as it is read aloud
    position: int,
    ledger_account: str,
    description: str,
    amount: str,
    cost_center: str = "",
    cost_unit: str = "",
    booking_date: date = date(2026, 6, 30),
) -> JournalLine:
    """A journal line of the end of June."""
    return JournalLine(
        position=position,
        ledger_account=ledger_account,
        description=description,
        amount=Decimal(amount),
        cost_center=cost_center,
        cost_unit=cost_unit,
        booking_date=booking_date,
    )


def xml_line(
    account: str = "5010",
    value: str = "10.00",
    direction: str = "debit",
    description: str = "Palkat",
    more: str = "",
) -> str:
    """One line element of a journal XML."""
    return (
        f"<line><dim1>{account}</dim1>{more}<value>{value}</value>"
        f"<debitcredit>{direction}</debitcredit><description>{description}</description></line>"
    )


def journal_xml(*lines: str, header: str = "<date>20260630</date>") -> str:
    """A journal XML with one transaction whose lines begin on the fifth line of the file."""
    return "\n".join(
        (
            '<?xml version="1.0" encoding="utf-8"?>',
            "<transactions>",
            f"<transaction><header>{header}</header>",
            "<lines>",
            *lines,
            "</lines></transaction>",
            "</transactions>",
        )
    )


def report_item(  # noqa: PLR0917  # the elements in their order
    account: str = "5010",
    debit: str = "10,00",
    credit: str = "",
    period: str = "6",
    year: str = "2026",
    run: str = "6",
    element: str = "Item",
    company: str = "",
) -> str:
    """One item of a journals report, with the name of an employee in it."""
    number = f"<CompanyNr>{company}</CompanyNr>" if company else ""
    return (
        f"<{element}>{number}<EmployeeName>Aino Keksitty</EmployeeName><Period>{period}</Period>"
        f"<Year>{year}</Year><Run>{run}</Run><Department>Tuotanto</Department>"
        "<CostCenter>210</CostCenter><CostUnit></CostUnit><Percentage>100</Percentage>"
        f"<GeneralLedgerAccount>{account}</GeneralLedgerAccount>"
        f"<ComponentName>Kuukausipalkka</ComponentName><Debit>{debit}</Debit>"
        f"<Credit>{credit}</Credit></{element}>"
    )


def report(*items: str) -> str:
    """Return a journals report whose items begin on the third line of the file."""
    return "\n".join(('<?xml version="1.0" encoding="utf-16"?>', "<Items>", *items, "</Items>"))


def service_report(*items: str) -> str:
    """A journals report as the report service gives it; items begin on the fourth line."""
    return "\n".join(
        (
            '<?xml version="1.0" encoding="utf-16"?>',
            "<CompanyJournalReport>",
            "<JournalReportItems>",
            *items,
            "</JournalReportItems>",
            "</CompanyJournalReport>",
        )
    )


Sheet = Sequence[Sequence[object]]


def workbook(*sheets: Sheet) -> bytes:
    """A workbook with the given rows on its sheets."""
    book = openpyxl.Workbook()
    book.remove(book.worksheets[0])
    for rows in sheets:
        sheet = book.create_sheet()
        for row in rows:
            sheet.append(list(row))
    return saved(book)


def saved(book: openpyxl.Workbook) -> bytes:
    """The bytes of ``book``."""
    file = io.BytesIO()
    book.save(file)
    return file.getvalue()


def outcome_of(content: bytes, name: str) -> str:
    """Return whether ``content`` is read, refused or asked about; any other outcome is a bug."""
    try:
        read(content, name=name)
    except FileRefused:
        return "refused"
    except ColumnsNeeded:
        return "asked"
    return "read"
