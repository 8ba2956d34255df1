"""What payroll calls a run, beside the month that is shown anyway."""

from datetime import date

import pytest

from tilisilta.web.run_texts import beyond_month

JUNE = date(2026, 6, 1)


class TestBeyondMonth:
    @pytest.mark.parametrize(
        "description",
        [
            "Kesäkuu 2026",
            "Juni 2026",
            "June 2026",
            "kesäkuu  2026",
            "JUNI",
            "6/2026",
            "2026-06",
            "",
        ],
    )
    def test_leaves_out_the_month_in_whichever_language_payroll_has(self, description: str) -> None:
        assert beyond_month(description, JUNE) == ""

    @pytest.mark.parametrize(
        "description",
        ["Heinäkuu 2026", "Kesäkuu 2025", "Kesäkuu 2026, lomarahat", "Extra lön", "6", "June II"],
    )
    def test_keeps_what_says_more(self, description: str) -> None:
        assert beyond_month(description, JUNE) == description
