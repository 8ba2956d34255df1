"""Files as programs beside Nmbrs write them: read to the cent, or refused with their true cause."""

import json

import pytest
from tests.clients.files.samples import read, refusal

from tilisilta.clients.files.sheets import _unescaped

HEADERS = "Pvm;Tili;Selite;Summa"


def two(debit: str, credit: str) -> str:
    return f"{HEADERS}\n31.7.2026;5010;Palkat;{debit}\n31.7.2026;2961;Velka;{credit}\n"


def amounts(content: str | bytes, *, name: str = "july.csv") -> list[str]:
    return [f"{line.amount:.2f}" for line in read(content, name=name).lines]


class TestSigns:
    @pytest.mark.parametrize(
        ("debit", "credit"),
        [
            *(("100,00", "100,00-"), ("100,00", "100,00 -"), ("100,00", "\u2212100,00")),
            *(("100,00 €", "100,00- €"), ("+100,00", "(100,00)"), ("100,00 DR", "100,00 CR")),
            *(("€100,00", "-€100,00"), ("EUR 100,00", "EUR -100,00")),
        ],
    )
    def test_are_read_where_they_stand(self, debit: str, credit: str) -> None:
        assert amounts(two(debit, credit)) == ["100.00", "-100.00"]

    @pytest.mark.parametrize(
        ("debit", "credit"),
        [
            *(("S", "H"), ("DR", "CR"), ("Dr.", "Cr."), ("Deb.", "Kred."), ("Soll", "Haben")),
            *(("debetti", "kreditti"), ("D", "C"), ("DEBET", "KREDIT")),
        ],
    )
    def test_are_those_of_a_side_beside_the_amount(self, debit: str, credit: str) -> None:
        rows = f"31.7.2026;5010;x;{debit};1,00\n31.7.2026;2961;x;{credit};1,00\n"

        assert amounts(f"Pvm;Tili;Selite;D/K;Summa\n{rows}") == ["1.00", "-1.00"]

    @pytest.mark.parametrize(("debit", "credit"), [("+", "-"), ("40", "50"), ("Per", "An")])
    def test_are_not_guessed_from_other_words(self, debit: str, credit: str) -> None:
        rows = f"31.7.2026;5010;x;{debit};1,00\n31.7.2026;2961;x;{credit};1,00\n"

        problems = refusal(f"Pvm;Tili;Selite;D/K;Summa\n{rows}", name="july.csv")

        assert [one.code for one in problems] == ["F10", "F10"]

    @pytest.mark.parametrize("cell", ["--100,00", "-100,00-", "(-100,00)", "100,00 - -"])
    def test_that_are_doubled_are_refused(self, cell: str) -> None:
        assert [one.code for one in refusal(two("100,00", cell), name="july.csv")] == ["F08"]

    def test_of_german_columns_are_known(self) -> None:
        rows = "Buchungsdatum;Konto;Buchungstext;Soll;Haben\n"
        rows += "31.07.2026;5010;Lohn;1,00;\n31.07.2026;2961;Lohn;;1,00\n"

        assert amounts(rows) == ["1.00", "-1.00"]


class TestDecimals:
    @pytest.mark.parametrize("credit", ["-1,234.56", "-1234.56"])
    def test_of_two_kinds_in_one_file_are_refused(self, credit: str) -> None:
        problems = refusal(two("1.234,56", credit), name="july.csv")

        assert [(one.code, one.facts["reason"]) for one in problems] == [("F08", "mixed")]

    @pytest.mark.parametrize("blank", ["\u00a0", "\u202f", " ", "'"])
    def test_are_read_between_blanks_of_thousands(self, blank: str) -> None:
        content = two(f"4{blank}200,05", f"-4{blank}200,05")

        assert amounts(content) == ["4200.05", "-4200.05"]


class TestDates:
    @pytest.mark.parametrize(
        ("day", "reason"),
        [
            *(("31.7.", "no-year"), ("31.7", "no-year"), ("31.7.26", "no-year")),
            *(("260731", "no-year"), ("46234", "serial"), ("31072026", "unreadable")),
            *(("2026-07-30T21:00:00Z", "unreadable"), ("31-jul-2026", "unreadable")),
        ],
    )
    def test_that_need_a_guess_are_refused_with_their_cause(self, day: str, reason: str) -> None:
        problems = refusal(f"{HEADERS}\n{day};5010;x;1,00\n", name="july.csv")

        assert [(one.code, one.facts["reason"]) for one in problems] == [("F11", reason)]

    @pytest.mark.parametrize(
        "day", ["2026-07-31T00:00:00Z", "2026-07-31T00:00:00+03:00", "2026-07-31T00:00:00.000Z"]
    )
    def test_at_midnight_of_any_zone_are_that_day(self, day: str) -> None:
        journal = read(f"{HEADERS}\n{day};5010;x;1,00\n", name="july.csv")

        assert journal.lines[0].booking_date.isoformat() == "2026-07-31"


class TestInvisibleCharacters:
    @pytest.mark.parametrize("mark", ["\ufeff", "\u200b", "\u200e", "\u2060"])
    def test_are_in_no_account(self, mark: str) -> None:
        content = f"{mark}{HEADERS}\n{mark}31.7.2026;50{mark}10;x;{mark}1,00\n"
        in_json = json.dumps([{"date": "2026-07-31", "account": f"50{mark}10", "amount": 1}])

        accounts = [
            read(content, name="july.csv").lines[0].ledger_account,
            read(in_json, name="july.json").lines[0].ledger_account,
            _unescaped(f"50{mark}10"),
        ]

        assert accounts == ["5010"] * 3

    def test_of_a_joined_file_do_not_hide_its_headers(self) -> None:
        content = two("1,00", "-1,00") + "\ufeff" + two("2,00", "-2,00")

        assert [one.code for one in refusal(content, name="july.csv")] == ["F28"]


class TestRows:
    @pytest.mark.parametrize(
        "content",
        [
            '"Pvm;Tili;Selite;Summa"\n"31.7.2026;5010;x;1,00"\n',
            '"Pvm,Tili,Selite,Summa"\n"31.7.2026,5010,x,""1.00"""\n',
        ],
    )
    def test_in_quotes_as_a_whole_are_refused_as_that(self, content: str) -> None:
        problems = refusal(content, name="july.csv")

        assert [(one.code, one.facts["reason"]) for one in problems] == [("F13", "quoted-rows")]

    def test_with_an_endless_cell_are_not_called_unclosed(self) -> None:
        content = f"{HEADERS}\n31.7.2026;5010;{'x' * 200_000};1,00\n"

        problems = refusal(content, name="july.csv")

        assert [(one.code, one.line) for one in problems] == [("F22", 2)]

    @pytest.mark.parametrize(
        "word", ["Ialt", "Totalbelopp", "Endbetrag", "Gesamtbetrag", "*", "**", "==="]
    )
    def test_of_sums_are_refused_in_the_words_of_neighbours(self, word: str) -> None:
        lines = [
            *("5010;Palkat;60,00", "5010;Lisät;40,00", f"5010;{word};100,00"),
            *("2961;Velka;-30,00", "2961;Vero;-70,00", f"2961;{word};-100,00"),
        ]
        content = "\n".join((HEADERS, *(f"31.7.2026;{line}" for line in lines)))

        problems = refusal(content, name="july.csv")

        assert {(one.code, one.line) for one in problems} == {("F12", 4), ("F12", 7)}

    def test_of_utf_16_with_a_hint_for_a_spreadsheet_are_read(self) -> None:
        content = "\ufeffsep=;\r\n" + two("1,00", "-1,00").replace("\n", "\r\n")

        assert amounts(content.encode("utf-16-le")) == ["1.00", "-1.00"]


class TestJson:
    def test_gives_a_sum_around_the_lines_to_none_of_them(self) -> None:
        lines = [{"account": "5010", "date": "2026-07-31"}]
        whole = [*lines, {"account": "2961", "date": "2026-07-31", "amount": -5}]

        problems = refusal(json.dumps({"amount": 5, "lines": whole}), name="july.json")

        assert [(one.code, one.line) for one in problems] == [("F08", 1)]

    @pytest.mark.parametrize(
        ("debit", "credit"),
        [(100.0, None), ("100.00", "0.00"), ("100,00", ""), ("100.00", None), (100, 0)],
    )
    def test_takes_nulls_and_texts_for_numbers(self, debit: object, credit: object) -> None:
        lines = [
            {"account": "5010", "date": "2026-07-31", "debit": debit, "credit": credit},
            {"account": "2961", "date": "2026-07-31", "debit": credit, "credit": debit},
        ]

        assert amounts(json.dumps(lines), name="july.json") == ["100.00", "-100.00"]


class TestSie:
    @pytest.mark.parametrize(
        ("dimensions", "objects", "expected"),
        [
            ("", '{6 "P1" 1 "420"}', ("420", "P1")),
            ('#DIM 1 "Projekt"\n#DIM 2 "Kostnadsställe"\n', '{1 "P1" 2 "420"}', ("420", "P1")),
            ('#DIM 1 "Avdelning"\n#DIM 6 "Kostnadsställe"\n', '{1 "A" 6 "420"}', ("420", "")),
            ('#DIM 1 "Resultatenhet"\n', '{1 "420"}', ("420", "")),
            ('#DIM 1 "Kostnadsställe"\n#DIM 20 "Kst"\n', '{20 "x" 1 "420"}', ("420", "")),
            ('#DIM 2 "Kostnadsbärare"\n', '{1 "420" 2 "B1" 7 "99"}', ("420", "B1")),
            ("", '{"" "" 1 ""}', ("", "")),
        ],
    )
    def test_dimensions_are_those_that_the_file_names(
        self, dimensions: str, objects: str, expected: tuple[str, str]
    ) -> None:
        voucher = f"#VER L 1 20260731\n{{\n#TRANS 7010 {objects} 1.00\n}}\n"

        line = read(f"#FLAGGA 0\n{dimensions}{voucher}", name="july.si").lines[0]

        assert (line.cost_center, line.cost_unit) == expected

    @pytest.mark.parametrize("character", ["\u2028", "\u0085"])
    def test_text_may_hold_what_is_an_end_of_line_elsewhere(self, character: str) -> None:
        voucher = f'#VER L 1 20260731\n{{\n#TRANS 7010 {{}} 1.00 "" "a{character}b"\n}}\n'

        lines = read(f"#FLAGGA 0\n{voucher}", name="july.si").lines

        assert len(lines) == 1

    def test_amounts_between_blanks_are_refused(self) -> None:
        voucher = "#VER L 1 20260731\n{\n#TRANS 7010 {} 1 100.00\n}\n"

        assert [one.code for one in refusal(f"#FLAGGA 0\n{voucher}", name="july.si")] == ["F11"]
