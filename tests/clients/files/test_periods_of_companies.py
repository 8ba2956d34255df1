"""Periods other than months, and periods beside the date of another month."""

from datetime import date

import pytest
from tests.clients.files.samples import (
    codes,
    journal_xml,
    noted,
    read,
    refusal,
    report,
    report_item,
    xml_line,
)


def dated(period: str, day: str, headers: str = "Kausi;Pvm;Tili;Summa") -> str:
    return f"{headers}\n{period};{day};5010;5,00\n{period};{day};2961;-5,00\n"


def undated(period: str) -> str:
    return f"Kausi;Tili;Summa\n{period};5010;5,00\n{period};2961;-5,00\n"


class TestPeriodsThatAreNoMonths:
    @pytest.mark.parametrize("period_type", ["Week4", "Week", "Month6", "Year", "Quarter"])
    @pytest.mark.parametrize("period", ["2026-05", "12/2026", "202613"])
    def test_are_refused_without_dates(self, period: str, period_type: str) -> None:
        findings = refusal(undated(period), name="a.csv", period_type=period_type)

        assert codes(findings) == [("F25", 2)]
        assert findings[0].facts == {
            "column": "Kausi",
            "value": period,
            "reason": "period-type",
            "lines": "2",
            "others": "3",
            "period_type": period_type,
        }

    def test_are_refused_in_a_report(self) -> None:
        content = report(report_item(period="12"), report_item(period="11"))

        findings = refusal(content, name="report.xml", period_type="Week4")

        assert codes(findings) == [("F25", 3), ("F25", 4)]

    def test_are_refused_in_a_journal_without_dates(self) -> None:
        content = journal_xml(xml_line(), header="<period>2026/12</period>")

        assert codes(refusal(content, name="a.xml", period_type="Week4")) == [("F25", 3)]

    def test_do_not_matter_where_there_are_dates(self) -> None:
        journal = read(dated("31/2026", "2.8.2026"), name="a.csv", period_type="Week")

        assert journal.lines[0].booking_date == date(2026, 8, 2)
        assert noted(journal) == []

    @pytest.mark.parametrize("period_type", ["", "Month"])
    def test_are_refused_by_their_number_alone(self, period_type: str) -> None:
        findings = refusal(undated("13/2026"), name="a.csv", period_type=period_type)

        assert codes(findings) == [("F25", 2)]
        assert findings[0].facts["reason"] == "number"

    @pytest.mark.parametrize("period_type", ["", "Month"])
    def test_are_distinguished_from_months(self, period_type: str) -> None:
        journal = read(undated("12/2026"), name="a.csv", period_type=period_type)

        assert journal.lines[0].booking_date == date(2026, 12, 31)

    def test_do_not_hide_other_faults_of_a_period(self) -> None:
        findings = refusal(undated("kesä"), name="a.csv", period_type="Week4")

        assert [finding.code for finding in findings] == ["F24", "F24"]


class TestPeriodAndDate:
    @pytest.mark.parametrize(
        "period",
        [
            "2026-07",
            "7/2026",
            "202607",
            "7",
            "07",
            "heinäkuu",
            "heinäkuu 2026",
            "July 2026",
            "juli",
            "Jul-2026",
            "2026 July",
            "Kausi 7/2026",
            "Palkkakausi 07",
            "1.7.2026 - 31.7.2026",
            "01.07.-31.07.2026",
            "2026-07-01 - 2026-07-31",
            "2025-08",
        ],
    )
    def test_are_a_warning_in_different_months(self, period: str) -> None:
        journal = read(dated(period, "5.8.2026"), name="a.csv")

        assert journal.lines[0].booking_date == date(2026, 8, 5)
        (note,) = journal.notes
        assert (note.code.value, note.stops, note.line) == ("N41", False, 1)
        assert (note.fact("date"), note.fact("lines")) == ("2026-08-05", "2")
        assert note.fact("period") == ("2025-08" if period == "2025-08" else "2026-07")

    @pytest.mark.parametrize(
        "period", ["2026-08", "8", "elokuu", "August", "", "ajo 8", "99", "1.8.-31.8.2026"]
    )
    def test_are_no_warning_in_the_same_month_or_where_no_month_is_named(self, period: str) -> None:
        assert noted(read(dated(period, "5.8.2026"), name="a.csv")) == []

    def test_may_name_the_month_before_in_the_year_before(self) -> None:
        (note,) = read(dated("12", "5.1.2026"), name="a.csv").notes

        assert note.fact("period") == "2025-12"

    def test_count_the_year_beside_the_period(self) -> None:
        content = "Kausi;Vuosi;Pvm;Tili;Summa\n8;2025;5.8.2026;5010;1\n8;2025;5.8.2026;2961;-1\n"

        (note,) = read(content, name="a.csv").notes

        assert note.fact("period") == "2025-08"

    def test_are_a_warning_in_a_journal_of_nmbrs(self) -> None:
        header = "<date>20260805</date><period>2026/07</period>"

        assert noted(read(journal_xml(xml_line(), header=header), name="a.xml")) == ["N41"]

    def test_are_one_warning_for_each_date(self) -> None:
        content = (
            "Kausi;Pvm;Tili;Summa\n7/2026;5.8.2026;5010;1\n7/2026;6.8.2026;2961;-1\n"
            "7/2026;31.7.2026;2961;0\n"
        )

        assert noted(read(content, name="a.csv")) == ["N41", "N41"]
