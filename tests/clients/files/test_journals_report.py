"""The journals report of Nmbrs, in both its variants."""

from datetime import date

import pytest
from tests.clients.files.samples import (
    codes,
    line,
    read,
    refusal,
    report,
    report_item,
    service_report,
)


class TestReadJournalsReport:
    def test_reads_utf8_that_declares_itself_utf16(self) -> None:
        content = report(report_item(debit="1234,50"), report_item("2961", "", "1234,50"))

        journal = read(content, name="report.xml")

        assert journal.kind == "journals-report"
        assert journal.lines == (
            line(1, "5010", "Kuukausipalkka", "1234.50", "210"),
            line(2, "2961", "Kuukausipalkka", "-1234.50", "210"),
        )

    def test_reads_the_variant_of_the_report_service(self) -> None:
        item = report_item(element="JournalReportItem", company="1001")

        journal = read(service_report(item), name="report.xml")

        assert journal.kind == "journals-report"
        assert journal.company_number == 1001
        assert journal.lines == (line(1, "5010", "Kuukausipalkka", "10.00", "210"),)

    def test_reads_decimal_points_as_well(self) -> None:
        content = report(report_item(debit="10.05"), report_item(debit="", credit="3"))

        journal = read(content, name="report.xml")

        assert [str(read_line.amount) for read_line in journal.lines] == ["10.05", "-3"]

    def test_reads_a_zero_on_the_other_side_as_empty(self) -> None:
        content = report(report_item(credit="0,00"), report_item(debit="0,00", credit="4,00"))

        journal = read(content, name="report.xml")

        assert [f"{read_line.amount:.2f}" for read_line in journal.lines] == ["10.00", "-4.00"]

    def test_books_each_item_in_its_own_period(self) -> None:
        content = report(report_item(), report_item(period="12", year="2025"))

        journal = read(content, name="report.xml")

        assert [read_line.booking_date for read_line in journal.lines] == [
            date(2026, 6, 30),
            date(2025, 12, 31),
        ]

    def test_names_the_run_but_leaves_its_year_open(self) -> None:
        journal = read(report(report_item(run="7")), name="report.xml")

        assert (journal.run_number, journal.run_year) == ("7", None)

    def test_stores_no_name_of_an_employee(self) -> None:
        journal = read(report(report_item()), name="report.xml")

        assert "Keksitty" not in repr(journal)


class TestRefuseJournalsReport:
    @pytest.mark.parametrize(
        ("item", "code"),
        [
            (report_item(credit="5,00"), "F10"),
            (report_item(debit=""), "F10"),
            (report_item(debit="1,005"), "F08"),
            (report_item(debit="0,005"), "F09"),
            (report_item(debit="x"), "F08"),
            (report_item(account=""), "F12"),
            (report_item(period="13"), "F25"),
            (report_item(year="26"), "F24"),
            (report_item(period=""), "F07"),
        ],
    )
    def test_reports_code_and_line(self, item: str, code: str) -> None:
        findings = refusal(report(item), name="report.xml")

        assert codes(findings) == [(code, 3)]

    def test_refuses_several_runs_and_names_them(self) -> None:
        findings = refusal(report(report_item(), report_item(run="7")), name="report.xml")

        assert codes(findings) == [("F16", 4)]
        assert findings[0].facts == {"run": "6, 7", "reason": "run", "count": "2"}

    def test_refuses_the_report_of_another_company(self) -> None:
        item = report_item(element="JournalReportItem", company="1002")

        findings = refusal(service_report(item), name="report.xml")

        assert codes(findings) == [("F17", 4)]
        assert findings[0].facts == {"company": "1002", "expected": "1001"}

    def test_names_no_employee_in_the_place_of_an_amount(self) -> None:
        findings = refusal(report(report_item(debit="Aino Keksitty")), name="report.xml")

        assert "Keksitty" not in repr(findings)

    def test_masks_a_personal_identity_code(self) -> None:
        findings = refusal(report(report_item(debit="131052-308T")), name="report.xml")

        assert findings[0].facts["value"] == "***"
