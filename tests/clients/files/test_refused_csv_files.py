"""CSV files that are refused, each with the line and the reason."""

import pytest
from tests.clients.files.samples import codes, csv, refusal

from tilisilta.clients.files.columns import ColumnMapping
from tilisilta.clients.files.raw import MOST_LINES


class TestRefuseCsv:
    @pytest.mark.parametrize(
        ("row", "code"),
        [
            (";Palkat;1,00;;;;30.6.2026", "F12"),
            ("5010;Palkat;1,00;1,00;;;30.6.2026", "F10"),
            ("5010;Palkat;;;;;30.6.2026", "F10"),
            ("5010;Palkat;1,005;;;;30.6.2026", "F09"),
            ("5010;Palkat;euro;;;;30.6.2026", "F08"),
            ("5010;Palkat;1.00;;;;30.6.2026", "F08"),
            ("5010;Palkat;1234567890123,00;;;;30.6.2026", "F08"),
            ("5010;Palkat;1,00;;;;31.6.2026", "F11"),
            ("5010;Palkat;1,00;;;;", "F11"),
            ("5010;Palkat;1,00;;;;30.6.26", "F11"),
            ("5010;Palkat;1,00;;;;30.6.1926", "F11"),
            (f"{'5' * 21};Palkat;1,00;;;;30.6.2026", "F22"),
            (f"5010;{'x' * 1001};1,00;;;;30.6.2026", "F22"),
            (f"5010;Palkat;1,00;;{'x' * 101};;30.6.2026", "F22"),
            (f"5010;Palkat;1,00;;;{'x' * 101};30.6.2026", "F22"),
            ("5010;Palkat;1,00;;;;30.6.2026;more", "F13"),
            ('5010;"Palkat;1,00;;;;30.6.2026', "F13"),
            ('5010;"Palkat"x;1,00;;;;30.6.2026', "F13"),
        ],
    )
    def test_reports_code_and_line(self, row: str, code: str) -> None:
        content = csv(*["5010;Palkat;12,34;;;;30.6.2026"] * 2, row)

        findings = refusal(content, name="june.csv")

        assert codes(findings) == [(code, 4)]

    def test_names_the_column_by_its_header(self) -> None:
        content = csv("5010;x1;2026-06", headers="Tili;Belopp ;Period")

        findings = refusal(content, name="june.csv")

        assert findings[0].facts == {"column": "Belopp", "value": "x1", "reason": "unreadable"}

    def test_counts_lines_of_the_file_through_quoted_new_lines(self) -> None:
        content = csv('5010;"a\nb\nc";1,00;;;;30.6.2026', "5010;Palkat;x;;;;30.6.2026")

        findings = refusal(content, name="june.csv")

        assert codes(findings) == [("F08", 5)]

    def test_lists_fifty_of_a_kind_and_counts_the_rest(self) -> None:
        content = csv(*["5010;Palkat;x;;;;30.6.2026"] * 70)

        findings = refusal(content, name="june.csv")

        assert len(findings) == 50
        assert findings[-1].line == 51
        assert findings[-1].facts["lines"] == "21"

    @pytest.mark.parametrize("amounts", [("1,234", "5"), ("1.234", "5")])
    def test_does_not_guess_whether_a_sign_separates_thousands(
        self, amounts: tuple[str, str]
    ) -> None:
        content = csv(*(f"5010;{amount};2026-06" for amount in amounts), headers="Tili;Summa;Kausi")

        findings = refusal(content, name="june.csv")

        assert [(finding.code, finding.facts["reason"]) for finding in findings] == [
            ("F08", "ambiguous")
        ]

    def test_refuses_amounts_written_in_two_ways(self) -> None:
        content = csv(
            "5010;1,00;2026-06",
            "5010;2,00;2026-06",
            "5010;3.00;2026-06",
            headers="Tili;Summa;Kausi",
        )

        findings = refusal(content, name="june.csv")

        assert codes(findings) == [("F08", 4)]
        assert findings[0].facts["reason"] == "mixed"

    def test_does_not_guess_whether_day_or_month_comes_first(self) -> None:
        content = csv("5010;1;5/6/2026", headers="Account;Amount;Date")

        findings = refusal(content, name="june.csv")

        assert codes(findings) == [("F11", 2)]
        assert findings[0].facts["reason"] == "ambiguous"

    def test_refuses_a_repeated_header(self) -> None:
        content = csv("5010;1;2;2026-06", headers="Account;Amount;AMOUNT;Period")

        findings = refusal(content, name="june.csv")

        assert codes(findings) == [("F14", 1)]
        assert findings[0].facts == {"column": "Amount"}

    def test_never_takes_a_journal_line_for_the_headers(self) -> None:
        content = csv("5020;2,50;30.6.2026", headers="5010;1,50;30.6.2026")
        columns = ColumnMapping(account="5010", amount="1,50", date="30.6.2026")

        findings = refusal(content, name="june.csv", columns=columns)

        assert {(finding.code, finding.facts["reason"]) for finding in findings} == {
            ("F13", "no-headers")
        }

    def test_reports_which_named_columns_the_file_does_not_have(self) -> None:
        content = csv("5010;1;2026-06", headers="Account;Amount;Period")
        columns = ColumnMapping(account="Account", amount="Sum", period="Month")

        findings = refusal(content, name="june.csv", columns=columns)

        assert [(finding.code, finding.facts["column"]) for finding in findings] == [
            ("F13", "Sum"),
            ("F13", "Month"),
        ]

    def test_reports_which_columns_a_person_must_name_as_well(self) -> None:
        content = csv("5010;1;2026-06", headers="Account;Amount;Period")

        findings = refusal(content, name="june.csv", columns=ColumnMapping(account="Account"))

        assert [finding.facts["column"] for finding in findings] == ["amount", "date"]

    def test_refuses_headers_without_lines(self) -> None:
        findings = refusal(csv(), name="june.csv")

        assert codes(findings) == [("F15", None)]

    def test_refuses_several_runs(self) -> None:
        content = csv("5010;1;2026-05;5", "5010;1;2026-06;6", headers="Account;Amount;Period;Run")

        findings = refusal(content, name="june.csv")

        assert codes(findings) == [("F16", 3)]

    @pytest.mark.parametrize("number", ["1002", "1001 Oy", "-1001"])
    def test_refuses_the_lines_of_another_company(self, number: str) -> None:
        content = csv(f"5010;1;2026-06;{number}", headers="Account;Amount;Period;Company number")

        findings = refusal(content, name="june.csv")

        assert codes(findings) == [("F17", 2)]

    def test_refuses_more_lines_than_a_journal_can_have(self) -> None:
        content = csv(*["5010;1;2026-06"] * (MOST_LINES + 1), headers="Account;Amount;Period")

        findings = refusal(content, name="june.csv")

        assert codes(findings) == [("F21", None)]
        assert findings[0].facts == {"limit": "200000"}

    @pytest.mark.parametrize(
        "letters",
        [
            "Työpäivä".encode("cp850"),
            "Työpäivä".encode("mac-roman"),
            "Työ".encode() + b"\xe4",
            b"\x81",
        ],
    )
    def test_refuses_letters_in_an_encoding_it_cannot_be_sure_of(self, letters: bytes) -> None:
        content = csv("5010;TEXT;1,00;;;;30.6.2026").encode().replace(b"TEXT", letters)

        findings = refusal(content, name="june.csv")

        assert codes(findings) == [("F20", 2)]

    def test_refuses_control_characters_anywhere(self) -> None:
        content = csv(*["5010;Palkat;1,00;;;;30.6.2026"] * 300, "5010;a\x00b;1,00;;;;30.6.2026")

        findings = refusal(content, name="june.csv")

        assert codes(findings) == [("F20", 302)]

    def test_refuses_half_a_character_at_the_end(self) -> None:
        content = csv("5010;Palkat;1,00;;;;30.6.2026").encode("utf-16")[:-1]

        findings = refusal(content, name="june.csv")

        assert [finding.code for finding in findings] == ["F20"]

    def test_names_no_person_whose_name_is_in_the_wrong_column(self) -> None:
        content = csv("Aino Keksitty;1;2026-06", headers="Amount;Account;Period")

        findings = refusal(content, name="june.csv")

        assert "Keksitty" not in repr(findings)
