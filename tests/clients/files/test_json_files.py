"""JSON files: lists of lines, whatever stands around them."""

import json
from typing import Any

import pytest
from tests.clients.files.samples import line, question, read, refusal

LINES: list[dict[str, Any]] = [
    {"account": "5010", "debit": 4200.1, "credit": 0, "date": "2026-06-30", "text": "Palkat"},
    {"account": 2961, "debit": None, "credit": 4200.1, "date": "2026-06-30", "text": "Netto"},
]


def journal_json(value: Any) -> str:
    return json.dumps(value, ensure_ascii=False)


class TestReadJson:
    def test_reads_a_list_of_lines(self) -> None:
        journal = read(journal_json(LINES), name="june.json")

        assert journal.kind == "json"
        assert journal.lines == (
            line(1, "5010", "Palkat", "4200.10"),
            line(2, "2961", "Netto", "-4200.10"),
        )

    def test_gives_what_stands_around_the_lines_to_each_of_them(self) -> None:
        inner = [
            {"ledgerAccount": {"number": "5010"}, "amount": 5, "costCenter": {"code": "210"}},
            {"ledgerAccount": {"number": "2961"}, "amount": -5, "costCenter": None},
        ]
        journals = [{"head": {"date": "2026-06-30", "lines": inner}}]
        value = {"currency": "EUR", "journals": journals}

        journal = read(journal_json(value), name="june.txt")

        assert journal.lines == (line(1, "5010", "", "5", "210"), line(2, "2961", "", "-5"))
        assert journal.currency == "EUR"

    def test_asks_about_a_name_that_is_not_known(self) -> None:
        asked = question(journal_json([{**one, "zone": "A"} for one in LINES]), name="june.json")

        assert asked.headers[-1] == "zone"

    def test_reads_a_number_by_its_own_digits(self) -> None:
        text = journal_json(LINES).replace("4200.1", "4200.125")

        assert {one.code for one in refusal(text, name="june.json")} == {"F09"}

    @pytest.mark.parametrize("number", ["1e999999999", "9" * 5000, "-1E-999999999", "NaN"])
    def test_refuses_numbers_that_are_no_amounts(self, number: str) -> None:
        text = journal_json(LINES).replace("4200.1", number)

        assert {one.code for one in refusal(text, name="june.json")} <= {"F08", "F09"}

    @pytest.mark.parametrize(
        ("text", "code"),
        [
            ('[{"account": "5010"', "F32"),
            ('{"a": [{"x": 1}], "b": [{"y": 2}]}', "F32"),
            ("[[1, 2], [3]]", "F32"),
            ("[" * 100_000, "F32"),
            ('[{"account": 1, "account": 2}]', "F14"),
            ("[]", "F15"),
            ("{}", "F15"),
            ('{"lines": []}', "F15"),
        ],
    )
    def test_refuses_what_is_no_list_of_lines(self, text: str, code: str) -> None:
        assert [one.code for one in refusal(text, name="june.json")] == [code]

    def test_names_the_file_where_its_ending_contradicts_it(self) -> None:
        problems = refusal(journal_json(LINES), name="june.csv")

        assert (problems[0].code, problems[0].facts) == ("F04", {"kind": "json", "ending": ".csv"})
