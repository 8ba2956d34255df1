"""SIE files of type 4I, as Swedish payroll programs write them."""

from datetime import date

import pytest
from tests.clients.files.samples import line, noted, read, refusal

HEAD = """#FLAGGA 0
#FORMAT PC8
#SIETYP 4
#PROGRAM "Lön" 2.1
#FNAMN "Åsa & Östen AB"
#ORGNR 559999-0017
#DIM 1 "Kostnadsställe"
#DIM 6 "Projekt"
"""
VOUCHER = """#VER "L" "7" 20260630 "Lön juni"
{
#TRANS 7010 {1 "420" 6 "P-1"} 4200.50 20260630 "Månadslön"
#TRANS 2731 {} -4200.50
}
"""


class TestReadSie:
    @pytest.mark.parametrize("encoding", ["cp437", "utf-8", "utf-8-sig", "cp1252"])
    def test_reads_vouchers_in_every_code_page_that_programs_use(self, encoding: str) -> None:
        journal = read((HEAD + VOUCHER).encode(encoding), name="june.si")

        assert journal.kind == "sie"
        assert journal.lines == (
            line(1, "7010", "Månadslön", "4200.50", "420", "P-1"),
            line(2, "2731", "Lön juni", "-4200.50"),
        )
        assert journal.company_names == ("Åsa & Östen AB",)
        assert journal.business_ids == ("559999-0017",)
        assert journal.run_description == "Lön juni"

    def test_dates_a_row_by_itself_before_its_voucher(self) -> None:
        rows = "#TRANS 7010 {} 5.00 20260531\n#TRANS 2731 {} -5.00\n"

        journal = read(HEAD + f"#VER L 1 20260630\n{{\n{rows}}}\n", name="june.se")

        assert [one.booking_date for one in journal.lines] == [
            date(2026, 5, 31),
            date(2026, 6, 30),
        ]

    def test_takes_several_vouchers_as_one_journal(self) -> None:
        earlier = "#VER L 8 20260531 Rättelse\n{\n#TRANS 7010 {} 1.00\n#TRANS 2731 {} -1.00\n}\n"

        journal = read(HEAD + VOUCHER + earlier, name="june.si")

        assert [str(one.amount) for one in journal.lines] == [
            "4200.50",
            "-4200.50",
            "1.00",
            "-1.00",
        ]

    def test_takes_the_cost_bearer_for_a_cost_unit_where_there_is_no_project(self) -> None:
        rows = '#TRANS 7010 {2 "B-2"} 5.00\n#TRANS 2731 {} -5.00\n'

        journal = read(HEAD + f"#VER L 1 20260630\n{{\n{rows}}}\n", name="june.si")

        assert journal.lines[0].cost_unit == "B-2"

    def test_takes_a_dimension_of_its_own_by_its_name(self) -> None:
        head = HEAD.replace("#DIM 1 ", "#DIM 20 ")
        rows = '#TRANS 7010 {"20" "420"} 5.00\n#TRANS 2731 {} -5.00\n'

        journal = read(head + f"#VER L 1 20260630\n{{\n{rows}}}\n", name="june.si")

        assert journal.lines[0].cost_center == "420"

    def test_warns_of_a_dimension_that_is_not_read_but_not_of_employees(self) -> None:
        rows = '#TRANS 7010 {7 "12" 22 "Syd"} 5.00\n#TRANS 2731 {} -5.00\n'

        journal = read(HEAD + f"#VER L 1 20260630\n{{\n{rows}}}\n", name="june.si")

        assert noted(journal) == ["F31"]
        assert dict(journal.notes[0].facts) == {"name": "22", "lines": "1"}

    def test_leaves_out_rows_that_were_struck_out_and_repeats_of_added_ones(self) -> None:
        rows = (
            "#BTRANS 7010 {} 9.00\n#RTRANS 7010 {} 5.00\n#TRANS 7010 {} 5.00\n"
            "#TRANS 2731 {} -5.00\n"
        )

        journal = read(HEAD + f"#VER L 1 20260630\n{{\n{rows}}}\n", name="june.si")

        assert [str(one.amount) for one in journal.lines] == ["5.00", "-5.00"]

    def test_reads_escaped_quotes_and_braces_beside_the_label(self) -> None:
        voucher = '#VER L 1 20260630 "Lön" {\n#TRANS 7010 {} 5.00 "" "Kalle \\"K\\" {x}"\n}\n'

        journal = read(HEAD + voucher, name="june.si")

        assert journal.lines[0].description == 'Kalle "K" {x}'

    def test_reads_the_currency_where_the_file_names_it(self) -> None:
        assert read(HEAD + "#VALUTA SEK\n" + VOUCHER, name="june.si").currency == "SEK"

    @pytest.mark.parametrize(
        ("text", "reason"),
        [
            ("#VER L 1 20260630\n{\n#TRANS 7010 {} 5.00\n", "unclosed"),
            ("#VER L 1 20260630\n{\n#TRANS 7010 {} 5.00\n#VER L 2 20260630\n{\n}\n", "unclosed"),
            ("#TRANS 7010 {} 5.00\n", "outside"),
            ("#VER L 1 20260630\n{\n#TRANS 7010 5.00\n}\n", "line"),
            ("#VER L 1 20260630\n{\n#TRANS 7010 {1} 5.00\n}\n", "line"),
            ('#VER L 1 20260630\n{\n#TRANS 7010 {1 "a" 1 "b"} 5.00\n}\n', "line"),
            ("#VER L 1 20260630\n{\n#TRANS 7010 {}\n}\n", "line"),
            ("#VER L 1 20260630\n{\n7010 5.00\n}\n", "line"),
            ('#VER L 1 20260630\n{\n#TRANS 7010 {} 5.00 "" "Lön\n}\n', "quotes"),
            ("#IB 0 1910 100.00\n" + VOUCHER, "ledger"),
        ],
    )
    def test_refuses_what_does_not_follow_the_standard(self, text: str, reason: str) -> None:
        problems = refusal(HEAD + text, name="june.si")

        assert [(one.code, one.facts["reason"]) for one in problems][:1] == [("F30", reason)]

    def test_refuses_a_file_without_vouchers(self) -> None:
        assert [one.code for one in refusal(HEAD, name="june.si")] == ["F15"]

    def test_refuses_an_amount_in_words_on_its_line(self) -> None:
        problems = refusal(HEAD + VOUCHER.replace("-4200.50", "4O.50"), name="june.si")

        assert [(one.code, one.line) for one in problems] == [("F08", 12)]

    def test_names_the_file_where_its_ending_contradicts_it(self) -> None:
        problems = refusal(HEAD + VOUCHER, name="june.xlsx")

        assert (problems[0].code, problems[0].facts) == ("F04", {"kind": "sie", "ending": ".xlsx"})

    def test_of_version_5_are_refused_by_that_name(self) -> None:
        problems = refusal('<SieEntry xmlns="http://www.sie.se/sie5"/>', name="june.sie")

        assert problems[0].facts == {"kind": "xml", "element": "sieentry"}
