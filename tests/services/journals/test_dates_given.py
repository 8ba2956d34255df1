"""Files without dates: a person gives the date or the period, and nothing is guessed."""

import json
from datetime import date

import pytest
from tests.bureau import NOW, a_company

from tilisilta.clients.files.columns import ColumnMapping, GivenDate
from tilisilta.clients.files.outcomes import ColumnsNeeded, FileRefused
from tilisilta.models import AuditEntry, ColumnChoice, Company, Journal
from tilisilta.services.journals.files import SaidOfImport, TakenIn, take_in_file

pytestmark = pytest.mark.django_db

UNDATED = "Tili;Selite;Summa\n5010;Palkat;10,00\n2961;Velka;-10,00\n"
JULY = GivenDate(day=date(2026, 7, 31))


def take_in(
    content: str, company: Company | None, given: GivenDate, *, name: str = "j.csv", **columns: str
) -> TakenIn:
    mapping = ColumnMapping.from_mapping(columns) if columns else None
    said = SaidOfImport(given=given, columns=mapping)
    return take_in_file(
        content.encode(), file_name=name, company=company, user=None, now=NOW, said=said
    )


def booked(journal: Journal) -> list[tuple[str, str]]:
    return [
        (line.ledger_account, f"{line.booking_date} {line.amount:.2f}")
        for line in journal.content().lines
    ]


class TestDateGiven:
    @pytest.mark.parametrize(
        ("content", "name"),
        [
            (UNDATED, "j.csv"),
            ("Tili;Selite;Summa;\n;;Debet;Kredit\n5010;x;10,00;\n2961;x;;10,00\n", "j.csv"),
            ("5010;Palkat;10,00\n2961;Velka;-10,00\n", "j.csv"),
            (
                json.dumps([{"account": "5010", "amount": 10}, {"account": "2961", "amount": -10}]),
                "j.json",
            ),
        ],
    )
    def test_is_that_of_every_line(self, content: str, name: str) -> None:
        is_headless = content[:1] == "5"
        columns = {"account": "1", "amount": "3"} if is_headless else {}

        taken = take_in(content, a_company(), JULY, name=name, **columns)

        assert booked(taken.imported[0].journal) == [
            ("5010", "2026-07-31 10.00"),
            ("2961", "2026-07-31 -10.00"),
        ]

    def test_is_the_last_day_of_a_period_that_was_given(self) -> None:
        taken = take_in(UNDATED, a_company(), GivenDate(period="2026-06"))

        assert booked(taken.imported[0].journal)[0] == ("5010", "2026-06-30 10.00")

    def test_counts_before_the_period_beside_it_with_a_warning(self) -> None:
        given = GivenDate(day=date(2026, 8, 5), period="2026-07")

        journal = take_in(UNDATED, a_company(), given).imported[0].journal

        codes = {problem.code.value for problem in journal.problems}
        assert (booked(journal)[0][1], codes >= {"F41", "N41"}) == ("2026-08-05 10.00", True)

    def test_is_shown_with_the_journal_and_in_the_audit_log(self) -> None:
        journal = take_in(UNDATED, a_company(), JULY).imported[0].journal

        shown = [dict(one.facts) for one in journal.problems if one.code.value == "F41"]
        entry = AuditEntry.objects.get(action=AuditEntry.Action.JOURNAL_IMPORTED)
        assert (shown, entry.facts["date"]) == ([{"date": "2026-07-31"}], "2026-07-31")

    def test_is_asked_for_where_it_was_not_given(self) -> None:
        with pytest.raises(ColumnsNeeded) as asked:
            take_in(UNDATED, a_company(), GivenDate())

        assert asked.value.what_is_missing == "F39"

    def test_is_asked_for_anew_with_columns_that_are_remembered(self) -> None:
        company = a_company()
        take_in(UNDATED, company, JULY, account="Tili", amount="Summa", description="Selite")
        assert ColumnChoice.objects.exists()

        with pytest.raises(ColumnsNeeded) as asked:
            take_in(UNDATED.replace("10,00", "12,00"), company, GivenDate())

        assert asked.value.what_is_missing == "F39"

    def test_is_missed_where_the_columns_were_chosen_without_any(self) -> None:
        with pytest.raises(FileRefused) as refused:
            take_in(UNDATED, a_company(), GivenDate(), account="Tili", amount="Summa")

        assert [one.code.value for one in refused.value.problems] == ["F39"]

    @pytest.mark.parametrize("header", ["Pvm", "Kausi"])
    def test_is_refused_for_a_file_with_its_own(self, header: str) -> None:
        value = "28.6.2026" if header == "Pvm" else "2026-06"
        content = f"{header};Tili;Summa\n{value};5010;10,00\n{value};2961;-10,00\n"

        with pytest.raises(FileRefused) as refused:
            take_in(content, a_company(), JULY)

        assert [one.code.value for one in refused.value.problems] == ["F40"]

    def test_fills_no_single_empty_date(self) -> None:
        content = "Pvm;Tili;Summa\n28.6.2026;5010;10,00\n;2961;-10,00\n"

        with pytest.raises(FileRefused):
            take_in(content, a_company(), JULY)

    def test_makes_the_same_file_of_another_month_another_journal(self) -> None:
        company = a_company()
        first = take_in(UNDATED, company, JULY).imported[0]

        second = take_in(UNDATED, company, GivenDate(day=date(2026, 8, 31))).imported[0]
        again = take_in(UNDATED, company, JULY).imported[0]

        assert (second.is_new, again.is_new) == (True, False)
        assert again.journal == first.journal

    def test_is_that_of_all_companies_of_a_file(self) -> None:
        a_company(1001)
        a_company(1002)
        rows = [f"{one};{line}" for one in (1001, 1002) for line in UNDATED.splitlines()[1:]]
        content = "\n".join(("Yritysnumero;Tili;Selite;Summa", *rows))

        taken = take_in(content, None, JULY)

        assert {booked(one.journal)[0][1] for one in taken.imported} == {"2026-07-31 10.00"}

    def test_loses_no_line_without_an_amount(self) -> None:
        content = "5010;Palkat;\n5010;Palkat;10,00\n2961;Velka;-10,00\n"

        with pytest.raises(FileRefused) as refused:
            take_in(content, a_company(), JULY, account="1", amount="3")

        assert [(one.code.value, one.line) for one in refused.value.problems] == [("F08", 1)]
