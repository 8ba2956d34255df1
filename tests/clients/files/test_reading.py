"""The content shows what a file is, and nothing of a journal changes when it is read."""

import csv
import hashlib
import io
from collections.abc import Sequence
from dataclasses import replace
from datetime import date
from decimal import Decimal
from typing import Literal

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.clients.files.samples import (
    codes,
    journal_xml,
    outcome_of,
    read,
    refusal,
    report,
    report_item,
    workbook,
    xml_line,
)

from tilisilta.clients.files.reading import FileRefused, read_journal_xml
from tilisilta.clients.files.sum_words import mark_of
from tilisilta.domain.journals import JournalLine

CSV = "Account;Amount;Period\n5010;1;2026-06\n"
HEADERS = ("Account", "Description", "Amount", "Cost center", "Cost unit", "Date")
DIRECTIONS = {False: "debit", True: "credit"}

blankless = st.text(
    st.characters(codec="cp1252", exclude_categories=("Cc", "Zs"), exclude_characters="<>&\"'="),
    min_size=1,
    max_size=12,
).filter(lambda text: mark_of(text) is None)
amounts = st.integers(min_value=-(10**12), max_value=10**12).map(
    lambda cents: Decimal(cents).scaleb(-2)
)
days = st.dates(min_value=date(2020, 1, 1), max_value=date(2035, 12, 31))


@st.composite
def journal_lines(draw: st.DrawFn) -> tuple[JournalLine, ...]:
    """The lines of a journal; at least one amount has cents, as any real journal's."""
    count = draw(st.integers(min_value=1, max_value=8))
    return tuple(
        JournalLine(
            position=position,
            ledger_account=draw(st.from_regex("[1-9][0-9]{3,5}", fullmatch=True)),
            description=draw(st.one_of(st.just(""), blankless)),
            amount=draw(amounts),
            cost_center=draw(st.one_of(st.just(""), blankless)),
            cost_unit=draw(st.one_of(st.just(""), blankless)),
            booking_date=draw(days),
        )
        for position in range(1, count + 1)
    )


def written_rows(lines: Sequence[JournalLine], sign: str) -> list[list[str]]:
    return [
        [
            read_line.ledger_account,
            read_line.description,
            f"{read_line.amount:.2f}".replace(".", sign),
            read_line.cost_center,
            read_line.cost_unit,
            read_line.booking_date.isoformat(),
        ]
        for read_line in lines
    ]


class TestReadJournalXml:
    def test_accepts_from_nmbrs_what_would_be_suspicious_in_a_file(self) -> None:
        wages = [xml_line(description=text) for text in ("Palkat", "Yhteensä")]
        debts = [xml_line("2961", "20.00", "credit"), xml_line("2961", "0.00", "credit")]

        lines, _ = read_journal_xml(journal_xml(*(wages + debts) * 2))

        assert len(lines) == 8

    def test_books_no_sum_in_place_of_an_account(self) -> None:
        with pytest.raises(FileRefused):
            read_journal_xml(journal_xml(xml_line("Total")))


class TestReadJournalFile:
    @pytest.mark.parametrize("name", ["june.csv", "june.TXT", "june.tsv", "june", "june.dat"])
    def test_recognises_csv_by_its_content(self, name: str) -> None:
        assert read(CSV, name=name).kind == "csv"

    @pytest.mark.parametrize("name", ["june.xml", "june.txt", "journal(1)"])
    def test_recognises_xml_by_its_content(self, name: str) -> None:
        assert read("\n" + journal_xml(xml_line())[39:], name=name).kind == "journal-xml"

    @pytest.mark.parametrize("name", ["june.xlsx", "june.XLSM", "june"])
    def test_recognises_a_workbook_by_its_content(self, name: str) -> None:
        content = workbook([("Account", "Amount", "Period"), (5010, 1, "2026-06")])

        assert read(content, name=name).kind == "xlsx"

    def test_has_the_digest_of_the_unchanged_file(self) -> None:
        journal = read(CSV, name="june.csv")

        assert journal.sha256 == hashlib.sha256(CSV.encode()).hexdigest()

    @given(
        lines=journal_lines(),
        delimiter=st.sampled_from(";,\t|"),
        encoding=st.sampled_from(["utf-8", "utf-8-sig", "utf-16", "utf-16-le", "utf-16-be"]),
        sign=st.sampled_from(",."),
        ending=st.sampled_from(["\n", "\r\n"]),
        quoting=st.sampled_from([csv.QUOTE_MINIMAL, csv.QUOTE_ALL]),
    )
    def test_reads_back_any_journal_written_as_csv(  # all that may vary
        self,
        lines: tuple[JournalLine, ...],
        delimiter: str,
        encoding: str,
        sign: str,
        ending: str,
        quoting: Literal[0, 1],
    ) -> None:
        file = io.StringIO()
        writer = csv.writer(file, delimiter=delimiter, lineterminator=ending, quoting=quoting)
        writer.writerows([HEADERS, *written_rows(lines, sign)])

        journal = read(file.getvalue().encode(encoding), name="any.csv")

        assert journal.lines == lines

    @given(
        lines=journal_lines(),
        word=st.text("aoåäöÅÄÖéÜ", min_size=1, max_size=12),
        sign=st.sampled_from(",."),
    )
    def test_reads_back_any_journal_in_windows_1252(
        self, lines: tuple[JournalLine, ...], word: str, sign: str
    ) -> None:
        worded = tuple(
            replace(read_line, description=f"ä {word}", cost_center="", cost_unit="")
            for read_line in lines
        )
        file = io.StringIO()
        csv.writer(file, delimiter=";").writerows([HEADERS, *written_rows(worded, sign)])

        journal = read(file.getvalue().encode("cp1252"), name="any.csv")

        assert journal.lines == worded

    @given(lines=journal_lines())
    def test_reads_back_any_journal_written_as_xml(self, lines: tuple[JournalLine, ...]) -> None:
        transactions = [
            journal_xml(
                f"<line><dim1>{read_line.ledger_account}</dim1>"
                f"<dim2>{read_line.cost_center}</dim2><dim3>{read_line.cost_unit}</dim3>"
                f"<value>{abs(read_line.amount):.2f}</value>"
                f"<debitcredit>{DIRECTIONS[read_line.amount < 0]}</debitcredit>"
                f"<description>{read_line.description}</description></line>",
                header=f"<date>{read_line.booking_date:%Y%m%d}</date>",
            )
            .partition("<transactions>")[2]
            .removesuffix("</transactions>")
            for read_line in lines
        ]

        journal = read(f"<transactions>{''.join(transactions)}</transactions>", name="any.xml")

        assert journal.lines == lines

    @given(lines=journal_lines())
    def test_reads_back_any_journal_written_as_workbook(
        self, lines: tuple[JournalLine, ...]
    ) -> None:
        rows = [
            (
                read_line.ledger_account,
                read_line.description,
                float(read_line.amount),
                read_line.cost_center,
                read_line.cost_unit,
                read_line.booking_date,
            )
            for read_line in lines
        ]

        journal = read(workbook([HEADERS, *rows]), name="any.xlsx")

        assert journal.lines == lines


class TestRefuseFile:
    @pytest.mark.parametrize("content", [b"", b" \r\n\t", b"\xef\xbb\xbf", b"\xff\xfe", bytes(50)])
    def test_refuses_an_empty_file(self, content: bytes) -> None:
        assert codes(refusal(content, name="june.csv")) == [("F01", None)]

    def test_refuses_a_file_above_the_limit(self) -> None:
        findings = refusal(b"x" * (20 * 1024 * 1024 + 1), name="june.csv")

        assert codes(findings) == [("F02", None)]
        assert findings[0].facts == {"limit": "20"}

    @pytest.mark.parametrize(
        ("content", "kind"),
        [
            (b"%PDF-1.7\n", "pdf"),
            (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(600), "xls"),
            (b"\x89PNG\r\n\x1a\n\x00\x00\x00\rIHDR", "binary"),
            (b"<!DOCTYPE html>\n<html></html>", "html"),
            (b"  <html lang='fi'></html>", "html"),
        ],
    )
    def test_refuses_what_is_no_journal_and_says_what_it_is(
        self, content: bytes, kind: str
    ) -> None:
        findings = refusal(content, name="june")

        assert [(finding.code, finding.facts) for finding in findings] == [("F03", {"kind": kind})]

    @pytest.mark.parametrize(
        ("content", "name", "kind"),
        [
            (CSV, "june.xml", "csv"),
            (CSV, "june.xlsx", "csv"),
            (CSV, "june.xls", "csv"),
            (journal_xml(xml_line()), "june.csv", "xml"),
            (report(report_item()), "june.xlsx", "xml"),
            (workbook([["Account"]]), "june.csv", "xlsx"),
            (workbook([["Account"]]), "june.xls", "xlsx"),
        ],
    )
    def test_refuses_a_file_that_is_not_what_it_is_named(
        self, content: bytes | str, name: str, kind: str
    ) -> None:
        findings = refusal(content, name=name)

        ending = name.removeprefix("june")
        assert codes(findings) == [("F04", None)]
        assert findings[0].facts == {"kind": kind, "ending": ending}

    def test_refuses_a_workbook_with_a_password(self) -> None:
        content = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(600)

        findings = refusal(content, name="june.xlsx")

        assert [(finding.code, finding.facts) for finding in findings] == [
            ("F23", {"reason": "protected"})
        ]

    def test_shows_codes_but_nothing_of_the_content_in_its_message(self) -> None:
        with pytest.raises(FileRefused) as refused:
            read(journal_xml(xml_line(value="12345.678")), name="june.xml")

        assert str(refused.value) == "The file cannot be read as a journal: F09."

    @pytest.mark.parametrize(
        "content",
        [
            *(bytes([byte]) * count for byte in range(0x80) for count in (1, 3)),
            *(bytes([byte]) for byte in range(0x80, 0x100)),
            b"\xef\xbb\xbf",
            b"\xef\xbb\xbf\x1c\x1d",
            b"\xff\xfe",
            " \u2003\u3000\ufeff".encode(),
            " \t\u2028".encode("utf-16"),
            " \r\n".encode("utf-16-le") * 200,
        ],
    )
    def test_refuses_a_file_of_one_sign_or_of_blanks_alone(self, content: bytes) -> None:
        assert outcome_of(content, "a.csv") in {"refused", "asked"}

    def test_reads_utf_16_behind_many_blank_lines(self) -> None:
        blanks = "\r\n" * 5000

        assert outcome_of((blanks + CSV).encode("utf-16"), "a.csv") == outcome_of(
            (blanks + CSV).encode(), "a.csv"
        )

    @given(content=st.binary(max_size=300), name=st.sampled_from(["a.csv", "a.xml", "a.xlsx", "a"]))
    def test_refuses_any_other_bytes_without_breaking(self, content: bytes, name: str) -> None:
        outcome = outcome_of(content, name)

        assert outcome in {"refused", "asked", "read"}
