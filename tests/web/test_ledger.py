"""How amounts, days and states look."""

from datetime import UTC, date, datetime
from decimal import Decimal

import pytest
from django.template import Context, Template
from django.utils import translation

from tilisilta.domain.journals import BookingPeriod
from tilisilta.models import ExportState, JournalState, ProcountorAccount
from tilisilta.web.templatetags.ledger import (
    amount,
    day,
    heading,
    moment,
    month,
    month_style,
    state_badge,
)

NO_BREAK_SPACE = "\N{NO-BREAK SPACE}"
JUNE = date(2026, 6, 1)


class TestAmount:
    @pytest.mark.parametrize(
        ("language", "written"),
        [
            ("en", "38,914.20"),
            ("fi", f"38{NO_BREAK_SPACE}914,20"),
            ("sv", f"38{NO_BREAK_SPACE}914,20"),
        ],
    )
    def test_is_written_as_the_reader_writes(self, language: str, written: str) -> None:
        with translation.override(language):
            shown = amount(Decimal("38914.2"))

        assert shown == f'<span class="pos">{written}</span>'

    def test_is_unmistakable_when_negative(self) -> None:
        with translation.override("en"):
            shown = amount(Decimal("-1204.16"))

        assert shown == '<span class="neg">\N{MINUS SIGN}1,204.16</span>'

    def test_is_blank_when_there_is_none(self) -> None:
        assert amount(None) == ""


class TestDays:
    @pytest.mark.parametrize(
        ("language", "written"),
        [("en", "2 Jul 2026"), ("fi", "2.7.2026"), ("sv", "2026-07-02")],
    )
    def test_are_written_as_the_reader_writes(self, language: str, written: str) -> None:
        with translation.override(language):
            shown = day(date(2026, 7, 2))

        assert f">{written}</time>" in shown
        assert 'datetime="2026-07-02"' in shown

    def test_have_the_time_of_day_in_helsinki(self) -> None:
        with translation.override("en"):
            shown = moment(datetime(2026, 7, 2, 11, 31, tzinfo=UTC))

        assert ">2 Jul 2026, 14:31</time>" in shown

    def test_are_a_month_and_its_year(self) -> None:
        with translation.override("en"):
            shown = month(JUNE)

        assert shown == "June 2026"

    @pytest.mark.parametrize(
        ("language", "written"),
        [("en", "May 2026"), ("fi", "toukokuu 2026"), ("sv", "maj 2026")],
    )
    def test_of_a_month_are_its_words_however_it_is_given(
        self, language: str, written: str
    ) -> None:
        with translation.override(language):
            given = (date(2026, 5, 1), BookingPeriod(year=2026, month=5), "2026-05")

            assert {month(one).lower() for one in given} == {written.lower()}
        assert month(None) == ""


class TestStateBadge:
    @pytest.mark.parametrize(
        "state", [*JournalState, *ExportState, *ProcountorAccount.State.values]
    )
    def test_has_a_mark_and_a_word_for_every_state(self, state: str) -> None:
        shown = state_badge(state)

        assert '<use href="#' in shown
        assert not shown.endswith("<span></span></span>")


class TestMonthStyle:
    def test_marks_the_month_the_page_is_about(self) -> None:
        assert month_style(JUNE, JUNE) == "now"

    def test_draws_a_line_where_a_year_begins(self) -> None:
        assert month_style(date(2026, 1, 1), JUNE) == "m y old"

    def test_keeps_the_latest_months_on_a_phone(self) -> None:
        assert month_style(date(2026, 3, 1), JUNE) == "m"
        assert month_style(date(2026, 2, 1), JUNE) == "m old"


class TestMarked:
    def test_puts_a_mark_of_its_colour_beside_the_words(self) -> None:
        template = Template("{% load ledger %}{% marked 'warn' %}\n  {{ words }}\n{% endmarked %}")

        shown = template.render(Context({"words": "Tax & fees"}))

        assert shown == (
            '<span class="s s-warn"><svg class="i" aria-hidden="true"><use href="#warn"/></svg>'
            "<span>Tax &amp; fees</span></span>"
        )

    def test_takes_another_colour(self) -> None:
        template = Template("{% load ledger %}{% marked 'info' 's-off' %}Test{% endmarked %}")

        assert '<span class="s s-off">' in template.render(Context())


class TestHeading:
    def test_has_the_roles_that_a_table_of_entries_would_lose(self) -> None:
        assert heading("Debit", "n") == '<th role="columnheader" scope="col" class="n">Debit</th>'
        assert heading("Tax & fees") == ('<th role="columnheader" scope="col">Tax &amp; fees</th>')


class TestCrumbs:
    def test_frame_the_way_back(self) -> None:
        template = Template("{% load ledger %}{% crumbs %}\n  <li>Users</li>\n{% endcrumbs %}")

        with translation.override("en"):
            shown = template.render(Context())

        assert shown == '<nav class="crumbs" aria-label="Breadcrumb"><ol><li>Users</li></ol></nav>'
