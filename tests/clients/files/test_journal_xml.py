"""Nmbrs journal XML."""

from datetime import date
from pathlib import Path

import pytest
from tests.clients.files.samples import codes, journal_xml, line, read, refusal, xml_line

EXAMPLES = Path(__file__).parents[2] / "data"


class TestReadJournalXml:
    def test_reads_accounts_amounts_and_dimensions(self) -> None:
        content = journal_xml(
            xml_line("5000", "4200.00", "debit", "Gross", "<dim2>100</dim2><dim3>P1</dim3>"),
            xml_line("2921", "4200.00", "credit", "Withholding"),
        )

        journal = read(content, name="june.xml")

        assert journal.kind == "journal-xml"
        assert journal.lines == (
            line(1, "5000", "Gross", "4200.00", "100", "P1"),
            line(2, "2921", "Withholding", "-4200.00"),
        )

    def test_dates_each_transaction_by_its_own_header(self) -> None:
        january = journal_xml(xml_line(), header="<date>20260131</date><period>2026/01</period>")
        june = journal_xml(xml_line()).partition("<transactions>")[2]
        content = january.replace("</transactions>", june)

        journal = read(content, name="june.xml")

        assert [read_line.booking_date for read_line in journal.lines] == [
            date(2026, 1, 31),
            date(2026, 6, 30),
        ]

    def test_dates_by_the_last_day_of_the_period_when_the_header_has_no_date(self) -> None:
        content = journal_xml(xml_line(), header="<period>2026/02</period>")

        journal = read(content, name="february.xml")

        assert journal.lines[0].booking_date == date(2026, 2, 28)

    def test_takes_a_negative_value_as_it_is(self) -> None:
        content = journal_xml(xml_line(value="-12.50"), xml_line(value="-2.5", direction="credit"))

        journal = read(content, name="june.xml")

        assert [str(read_line.amount) for read_line in journal.lines] == ["-12.50", "2.5"]

    def test_takes_the_currency_of_the_header(self) -> None:
        content = journal_xml(xml_line(), header="<date>20260630</date><currency>eur</currency>")

        journal = read(content, name="june.xml")

        assert journal.currency == "EUR"

    def test_leaves_open_what_the_file_does_not_say(self) -> None:
        journal = read(journal_xml(xml_line()), name="june.xml")

        assert journal.run_year is None
        assert journal.run_number == ""
        assert journal.company_number is None
        assert journal.currency == ""

    def test_ignores_elements_and_comments_between_those_it_knows(self) -> None:
        content = journal_xml(
            "<!-- one --><line><dim1>50<!-- two -->10</dim1><vatcode>VN</vatcode>"
            "<value>1.00</value><debitcredit>debit</debitcredit></line>"
        )

        journal = read(content, name="june.xml")

        assert journal.lines == (line(1, "5010", "", "1.00"),)

    def test_reads_elements_in_a_namespace(self) -> None:
        content = journal_xml(xml_line())
        prefixed = (
            content.replace("</", "</n:").replace("<", "<n:").replace("<n:/n:", "</n:")
        ).replace("<n:?xml", "<?xml")
        prefixed = prefixed.replace("<n:transactions>", '<n:transactions xmlns:n="urn:x">')

        journal = read(prefixed, name="june.xml")

        assert journal.lines == (line(1, "5010", "Palkat", "10.00"),)

    @pytest.mark.parametrize(
        ("declared", "encoding"),
        [
            ("utf-8", "utf-8"),
            ("utf-8", "utf-8-sig"),
            ("utf-16", "utf-8"),
            ("utf-16", "utf-16"),
            ("utf-16", "utf-16-le"),
            ("utf-16", "utf-16-be"),
            ("iso-8859-1", "iso-8859-1"),
            ("ISO-8859-15", "iso-8859-15"),
            ("Windows-1252", "cp1252"),
        ],
    )
    def test_reads_every_encoding_that_bytes_or_declaration_show(
        self, declared: str, encoding: str
    ) -> None:
        content = journal_xml(xml_line(description="Työ")).replace("utf-8", declared)

        journal = read(content.encode(encoding), name="june.xml")

        assert journal.lines[0].description == "Työ"

    def test_reads_the_worked_example_of_june(self) -> None:
        content = (EXAMPLES / "june-with-corrections.xml").read_bytes()

        journal = read(content, name="june-with-corrections.xml")

        assert len(journal.lines) == 57
        assert sum(read_line.amount for read_line in journal.lines) == 0
        assert journal.lines[3].description == "Ylityö, Győrin nosturi"


class TestRefuseJournalXml:
    def test_reports_everything_at_once_in_the_order_of_lines(self) -> None:
        content = journal_xml(
            xml_line(account=" "),
            xml_line(value="1.234"),
            xml_line(value="one"),
            xml_line(direction="plus"),
            xml_line(account="5" * 21, description="x" * 1001),
            xml_line(),
        )

        findings = refusal(content, name="june.xml")

        assert codes(findings) == [
            ("F12", 5),
            ("F09", 6),
            ("F08", 7),
            ("F10", 8),
            ("F22", 9),
            ("F22", 9),
        ]

    def test_names_the_element_the_value_and_the_row(self) -> None:
        content = journal_xml(xml_line(), xml_line(value="10,00"))

        findings = refusal(content, name="june.xml")

        assert [finding.facts for finding in findings] == [
            {"element": "value", "value": "10,00", "reason": "unreadable", "row": "2"}
        ]

    @pytest.mark.parametrize(
        ("missing", "element"),
        [("<value>10.00</value>", "value"), ("<debitcredit>debit</debitcredit>", "debitcredit")],
    )
    def test_reports_which_element_is_missing(self, missing: str, element: str) -> None:
        content = journal_xml(xml_line().replace(missing, ""))

        findings = refusal(content, name="june.xml")

        assert codes(findings) == [("F07", 5)]
        assert findings[0].facts["element"] == element

    def test_reports_a_header_without_date_once_for_all_its_lines(self) -> None:
        content = journal_xml(xml_line(), xml_line(), header="")

        findings = refusal(content, name="june.xml")

        assert codes(findings) == [("F07", 3)]
        assert findings[0].facts["element"] == "date"

    def test_does_not_date_a_transaction_by_the_header_before_it(self) -> None:
        second = journal_xml(xml_line()).partition("<transactions>")[2]
        headless = second.replace("<header><date>20260630</date></header>", "")
        content = journal_xml(xml_line()).replace("</transactions>", headless)

        findings = refusal(content, name="june.xml")

        assert [finding.code for finding in findings] == ["F07"]

    def test_refuses_an_impossible_date(self) -> None:
        content = journal_xml(xml_line(), header="<date>20260631</date>")

        findings = refusal(content, name="june.xml")

        assert codes(findings) == [("F11", 3)]
        assert findings[0].facts["value"] == "20260631"

    def test_refuses_a_period_other_than_a_month(self) -> None:
        content = journal_xml(xml_line(), header="<period>2026/13</period>")

        findings = refusal(content, name="june.xml")

        assert codes(findings) == [("F25", 3)]

    def test_refuses_a_repeated_element(self) -> None:
        content = journal_xml(xml_line(more="<dim1>5020</dim1>"))

        findings = refusal(content, name="june.xml")

        assert codes(findings) == [("F14", 5)]
        assert findings[0].facts == {"element": "dim1"}

    def test_refuses_a_journal_in_two_currencies(self) -> None:
        header = "<date>20260630</date><currency>EUR</currency>"
        second = journal_xml(xml_line(), header=header.replace("EUR", "SEK"))
        content = journal_xml(xml_line(), header=header).replace(
            "</transactions>", second.partition("<transactions>")[2]
        )

        findings = refusal(content, name="june.xml")

        assert [finding.code for finding in findings] == ["F16"]
        assert findings[0].facts["currency"] == "EUR, SEK"

    def test_refuses_a_journal_without_lines(self) -> None:
        findings = refusal(journal_xml(), name="june.xml")

        assert codes(findings) == [("F15", None)]

    def test_refuses_other_xml_by_the_name_of_its_root(self) -> None:
        findings = refusal("<Invoice><Item/></Invoice>", name="invoice.xml")

        assert codes(findings) == [("F03", None)]
        assert findings[0].facts == {"kind": "xml", "element": "invoice"}

    def test_refuses_malformed_xml_with_its_line(self) -> None:
        content = journal_xml(xml_line().replace("</value>", ""))

        findings = refusal(content, name="june.xml")

        assert codes(findings) == [("F05", 5)]

    def test_refuses_xml_that_breaks_off(self) -> None:
        content = journal_xml(xml_line())

        findings = refusal(content[:-40], name="june.xml")

        assert [finding.code for finding in findings] == ["F05"]

    @pytest.mark.parametrize(
        "definition",
        [
            "<!DOCTYPE transactions>",
            '<!DOCTYPE transactions SYSTEM "http://files.invalid/journal.dtd">',
            '<!DOCTYPE transactions [<!ENTITY file SYSTEM "file:///etc/hostname">]>',
            '<!DOCTYPE t [<!ENTITY a "aa"><!ENTITY b "&a;&a;"><!ENTITY c "&b;&b;">]>',
        ],
    )
    def test_refuses_definitions_and_so_every_entity(self, definition: str) -> None:
        content = journal_xml(xml_line(description="&c;")).replace(
            "<transactions>", f"{definition}\n<transactions>", 1
        )

        findings = refusal(content, name="june.xml")

        assert codes(findings) == [("F06", 2)]

    def test_refuses_an_undefined_entity(self) -> None:
        findings = refusal(journal_xml(xml_line(description="&file;")), name="june.xml")

        assert codes(findings) == [("F05", 5)]

    def test_refuses_bytes_that_are_not_in_the_encoding_declared(self) -> None:
        content = journal_xml(xml_line(description="Työ")).encode("cp1252")

        findings = refusal(content, name="june.xml")

        assert codes(findings) == [("F20", 5)]

    def test_refuses_an_encoding_it_does_not_know(self) -> None:
        content = journal_xml(xml_line()).replace("utf-8", "utf-7")

        findings = refusal(content, name="june.xml")

        assert codes(findings) == [("F20", 1)]
