"""A journal that Nmbrs writes in another way is the same, and a recalculated one is not."""

from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import TYPE_CHECKING
from uuid import uuid4

import pytest
from tests.bureau import Clock, a_connection, an_account, fetch_everything, link_to, send

from tilisilta.domain.journals import JournalLine
from tilisilta.domain.payroll import JournalSplit, SourceJournal
from tilisilta.models import Company, Journal, Run
from tilisilta.services.journals.importing import Imported, keep_fetched

if TYPE_CHECKING:
    from nmbrs_sandbox.app import Sandbox as Nmbrs
    from procountor_sandbox.app import Sandbox as Procountor

pytestmark = pytest.mark.django_db

Lines = tuple[JournalLine, ...]


@pytest.fixture
def june(nmbrs: "Nmbrs", procountor: "Procountor") -> Journal:
    """The June journal of a linked company, as it was fetched."""
    for number in range(1002, 1011):
        nmbrs.hide_company(company_id=48101 + number - 1001)
    a_connection()
    fetch_everything()
    link_to(Company.objects.get(number=1001), an_account())
    return Journal.objects.get(company__number=1001, run_number="6")


def written(lines: Lines) -> Lines:
    """Return the lines with positions from 1."""
    return tuple(replace(line, position=at) for at, line in enumerate(lines, start=1))


def in_another_order(lines: Lines) -> Lines:
    return written(lines[::-1])


def with_other_texts(lines: Lines) -> Lines:
    return written(tuple(replace(line, description=f"{line.description} *") for line in lines))


def with_other_blanks(lines: Lines) -> Lines:
    return written(tuple(replace(line, description=f" {line.description} ") for line in lines))


def with_a_line_of_nothing(lines: Lines) -> Lines:
    return written((*lines, replace(lines[0], amount=Decimal("0.00"))))


def with_a_line_in_two(lines: Lines) -> Lines:
    first, *rest = lines
    part = replace(first, amount=first.amount - Decimal("1.00"))
    return written((part, replace(first, amount=Decimal("1.00")), *rest))


def with_other_amounts(lines: Lines) -> Lines:
    first, second, *rest = lines
    cent = Decimal("0.01")
    return written(
        (
            replace(first, amount=first.amount + cent),
            replace(second, amount=second.amount - cent),
            *rest,
        )
    )


def on_another_account(lines: Lines) -> Lines:
    first, *rest = lines
    return written((replace(first, ledger_account="5999"), *rest))


def without_dimensions(lines: Lines) -> Lines:
    return written(tuple(replace(line, cost_center="", cost_unit="") for line in lines))


def fetched_again(
    journal: Journal,
    change: Callable[[Lines], Lines],
    split: str = "",
    *,
    run: Run | None = None,
    currency: str = "EUR",
) -> Imported:
    """Keep the journal as if Nmbrs had given it once more, changed, of its run or of another."""
    run = run or journal.run
    assert run is not None
    read = SourceJournal(
        kind="nmbrs",
        run_year=run.year,
        run_number=run.number,
        currency=currency,
        lines=change(journal.content().lines),
        sha256="another",
    )
    return keep_fetched(
        read,
        run=run,
        split=JournalSplit(split or journal.split),
        is_linked=True,
        now=datetime.now(tz=UTC) + timedelta(days=1),
    )


def unchanged(lines: Lines) -> Lines:
    return lines


def newest(journal: Journal) -> Journal:
    revisions = Journal.objects.filter(company=journal.company, run_number=journal.run_number)
    return revisions.order_by("-revision")[0]


def made_anew(journal: Journal) -> Run:
    """Return the run of a journal with other ids, as if it had been deleted and made anew."""
    former = journal.run
    assert former is not None
    Run.objects.filter(pk=former.pk).update(gone_at=datetime.now(tz=UTC))
    return Run.objects.create(
        company=journal.company,
        nmbrs_guid=uuid4(),
        year=former.year,
        number=former.number,
        period_start=former.period_start,
        period_end=former.period_end,
    )


def sent(journal: Journal) -> Journal:
    return send(journal, Clock(now=datetime.now(tz=UTC) + timedelta(minutes=1)))


class TestWhatIsNotSent:
    @pytest.mark.parametrize(
        "change", [in_another_order, with_other_blanks, with_a_line_of_nothing]
    )
    def test_is_the_same_in_another_order(
        self, june: Journal, change: Callable[[Lines], Lines]
    ) -> None:
        assert not fetched_again(june, change).is_new

    @pytest.mark.parametrize(
        "change", [with_other_texts, with_a_line_in_two, with_other_amounts, on_another_account]
    )
    def test_is_another_version_with_other_texts_or_amounts(
        self, june: Journal, change: Callable[[Lines], Lines]
    ) -> None:
        assert fetched_again(june, change).is_revision


class TestWhatIsSent:
    @pytest.mark.parametrize(
        "change",
        [
            in_another_order,
            with_other_texts,
            with_other_blanks,
            with_a_line_of_nothing,
            with_a_line_in_two,
        ],
    )
    def test_is_the_same_when_it_books_the_same(
        self, june: Journal, change: Callable[[Lines], Lines]
    ) -> None:
        again = fetched_again(sent(june), change)

        assert not again.is_new
        assert again.journal == june

    def test_is_the_same_when_it_is_told_apart_in_another_way(self, june: Journal) -> None:
        again = fetched_again(sent(june), without_dimensions, JournalSplit.COMPANY.value)

        assert not again.is_new

    def test_is_another_one_when_it_lost_its_dimensions(self, june: Journal) -> None:
        assert fetched_again(sent(june), without_dimensions).is_revision

    @pytest.mark.parametrize("change", [with_other_amounts, on_another_account])
    def test_is_another_version_when_it_books_something_else(
        self, june: Journal, change: Callable[[Lines], Lines]
    ) -> None:
        assert fetched_again(sent(june), change).is_revision

    def test_stays_the_same_when_its_run_was_made_anew_and_is_told_apart_more_finely(
        self, june: Journal
    ) -> None:
        fetched_again(june, without_dimensions, JournalSplit.COMPANY.value)
        coarse = sent(newest(june))
        assert coarse.split == JournalSplit.COMPANY.value
        anew = made_anew(coarse)

        first = fetched_again(june, unchanged, JournalSplit.COST_UNIT.value, run=anew)
        second = fetched_again(june, unchanged, JournalSplit.COST_UNIT.value, run=anew)

        assert not first.is_new
        assert not second.is_new
        assert newest(june) == coarse

    def test_is_still_compared_by_account_when_its_run_was_made_anew(self, june: Journal) -> None:
        fetched_again(june, without_dimensions, JournalSplit.COMPANY.value)
        anew = made_anew(sent(newest(june)))
        fetched_again(june, unchanged, JournalSplit.COST_UNIT.value, run=anew)

        again = fetched_again(june, on_another_account, JournalSplit.COST_UNIT.value, run=anew)

        assert again.is_revision


class TestCurrency:
    @pytest.mark.parametrize("is_sent", [False, True])
    def test_makes_another_version(self, june: Journal, is_sent: bool) -> None:
        journal = sent(june) if is_sent else june

        assert fetched_again(journal, unchanged, currency="SEK").is_revision

    def test_makes_none_where_one_of_both_says_nothing(self, june: Journal) -> None:
        assert not fetched_again(june, unchanged, currency="").is_new
