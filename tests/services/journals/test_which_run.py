"""Which run a file is of: no journal replaces that of another run by itself."""

from datetime import date

import pytest
from tests.bureau import (
    NOW,
    a_company,
    a_linked_company,
    csv_file,
    monthly_lines,
    send,
    send_all_ready,
)
from tests.services.journals.august import (
    HOLIDAY_PAY,
    RECALCULATED,
    WAGES,
    WAGES_OF_SEPTEMBER,
    numbers,
    take_in,
)

from procountor_sandbox.app import Sandbox
from tilisilta.domain.standing import JournalState
from tilisilta.models import Journal
from tilisilta.services.journals.importing import WhichRun, import_journal

pytestmark = pytest.mark.django_db


def naming_run(text: str, number: str) -> str:
    heads, *rows = text.split("\n")
    return "\n".join([f"{heads};Run", *(f"{row};{number}" for row in rows)])


def split_over(cost_center: str) -> str:
    heads, *rows = WAGES.split("\n")
    return "\n".join([f"{heads};Kustannuspaikka", *(f"{row};{cost_center}" for row in rows)])


LONG = WAGES + "".join(
    f"\n31.8.2026;60{n};Lisät {n};{n},00;\n31.8.2026;29{n};Velka {n};;{n},00" for n in range(10, 18)
)


class TestAFileThatNamesNoRun:
    def test_is_the_run_of_its_month_when_there_is_none_yet(self) -> None:
        imported = take_in(a_company(), WAGES)

        assert imported.journal.reference == "1001-2026-8-1"
        assert imported.journal.is_run_guessed

    @pytest.mark.parametrize("second", [HOLIDAY_PAY, RECALCULATED])
    def test_takes_no_other_journal_s_place_unasked(self, procountor: Sandbox, second: str) -> None:
        company = a_linked_company()
        first = take_in(company, WAGES).journal

        with pytest.raises(WhichRun) as asked:
            take_in(company, second)

        first.refresh_from_db()
        assert first.state == "ready"
        assert Journal.objects.count() == 1
        assert asked.value.facts["journal"] == "1001-2026-8-1"
        assert asked.value.free.number == "8b"

    @pytest.mark.parametrize("run", ["81", "8b"])
    def test_finds_a_way_out_in_a_number_of_its_own(self, procountor: Sandbox, run: str) -> None:
        company = a_linked_company()
        take_in(company, WAGES)

        second = take_in(company, HOLIDAY_PAY, run=run)

        assert second.journal.reference == f"1001-2026-{run}-1"
        assert {one.state for one in Journal.objects.all()} == {"ready"}
        assert len(send_all_ready().sendings) == 2

    def test_is_another_run_when_a_person_says_so(self, procountor: Sandbox) -> None:
        company = a_linked_company()
        take_in(company, WAGES)

        take_in(company, HOLIDAY_PAY, another_run=True)

        assert numbers(company) == ["2026-8-1", "2026-8b-1"]
        assert {one.state for one in Journal.objects.all()} == {"ready"}

    def test_is_a_revision_when_a_person_says_so(self, procountor: Sandbox) -> None:
        company = a_linked_company()
        first = take_in(company, WAGES).journal

        second = take_in(company, RECALCULATED, revision_of=first)

        assert second.is_revision
        first.refresh_from_db()
        assert [first.state, second.journal.state] == ["replaced", "ready"]

    def test_is_the_journal_that_is_there_whatever_its_number(self) -> None:
        company = a_company()
        named = take_in(company, WAGES, run="81").journal

        again = take_in(company, WAGES.replace(";", "\t"), name="again.csv")

        assert not again.is_new
        assert again.journal == named


class TestARunThatIsNamed:
    def test_is_a_revision_when_its_lines_are_those_of_the_run(self) -> None:
        company = a_company()
        take_in(company, WAGES, run="8")

        assert take_in(company, RECALCULATED, run="8").is_revision

    @pytest.mark.parametrize(
        ("text", "reason"), [(WAGES_OF_SEPTEMBER, "month"), (HOLIDAY_PAY, "lines")]
    )
    def test_is_asked_about_when_what_is_in_it_contradicts(self, text: str, reason: str) -> None:
        company = a_company()
        take_in(company, WAGES, run="8")

        with pytest.raises(WhichRun) as asked:
            take_in(company, text, run="8")

        assert asked.value.facts["reason"] == reason
        assert Journal.objects.count() == 1

    def test_is_the_same_run_all_the_same_when_a_person_says_so(self) -> None:
        company = a_company()
        first = take_in(company, WAGES, run="8").journal

        second = take_in(company, HOLIDAY_PAY, run="8", revision_of=first)

        assert second.journal.reference == "1001-2026-8-2"

    def test_asks_when_the_file_says_one_number_and_a_person_another(self) -> None:
        company = a_company()
        first = take_in(company, naming_run(WAGES, "8")).journal

        with pytest.raises(WhichRun) as asked:
            take_in(company, naming_run(RECALCULATED, "8"), run="9")

        other = take_in(company, naming_run(RECALCULATED, "8"), run="9", another_run=True)
        first.refresh_from_db()
        assert asked.value.facts["reason"] == "number"
        assert asked.value.facts["free"] == "9/2026"
        assert [first.reference, other.journal.reference] == ["1001-2026-8-1", "1001-2026-9-1"]

    @pytest.mark.parametrize(
        ("first", "second"),
        [
            (WAGES, RECALCULATED.replace("31.8.", "14.8.")),
            (WAGES, WAGES.replace("31.8.", "14.8.")),
            (split_over("410"), split_over("420").replace("4200", "3100")),
            (split_over("410"), split_over("420")),
            (LONG, RECALCULATED),
        ],
    )
    def test_asks_about_another_week_or_cost_center_or_size(self, first: str, second: str) -> None:
        company = a_company()
        take_in(company, naming_run(first, "8"))

        with pytest.raises(WhichRun) as asked:
            take_in(company, naming_run(second.replace("4200", "4100"), "8"))

        assert asked.value.facts["reason"] == "lines"

    @pytest.mark.parametrize(
        "corrected",
        [
            WAGES.replace("5010", "5020"),
            WAGES.replace("4200", "4150"),
        ],
    )
    def test_is_the_same_run_when_one_thing_was_put_right(self, corrected: str) -> None:
        company = a_company()
        take_in(company, naming_run(WAGES, "8"))

        assert take_in(company, naming_run(corrected, "8")).is_revision

    def test_is_the_same_run_when_its_texts_count_otherwise(self) -> None:
        company = a_company()
        counted = WAGES.replace("Kuukausipalkat", "Kuukausipalkat 3 hlö")
        take_in(company, naming_run(counted, "8"))

        again = counted.replace("3 hlö", "4 hlö").replace("4200", "5600")

        assert take_in(company, naming_run(again, "8")).is_revision

    @pytest.mark.parametrize("text", [HOLIDAY_PAY, RECALCULATED, WAGES_OF_SEPTEMBER])
    def test_never_takes_the_place_of_a_guess_unasked(self, text: str) -> None:
        company = a_company()
        guessed = take_in(company, WAGES).journal
        before = guessed.state

        with pytest.raises(WhichRun) as asked:
            take_in(company, naming_run(text, "8"))
        with pytest.raises(WhichRun):
            take_in(company, text, run="8")

        guessed.refresh_from_db()
        assert asked.value.facts["reason"] == "known-guessed"
        assert asked.value.facts["free"] == "8/2026"
        assert [guessed.state, Journal.objects.count()] == [before, 1]

    def test_that_is_another_one_displaces_a_number_that_was_only_guessed(self) -> None:
        company = a_company()
        guessed = take_in(company, WAGES).journal

        real = take_in(company, naming_run(HOLIDAY_PAY, "8"), another_run=True)

        guessed.refresh_from_db()
        assert real.journal.reference == "1001-2026-8-1"
        assert guessed.reference == "1001-2026-8b-1"
        assert JournalState.REPLACED not in (guessed.state, real.journal.state)

    def test_leaves_a_guess_that_was_sent_where_it_is(self, procountor: Sandbox) -> None:
        company = a_linked_company()
        guessed = send(take_in(company, WAGES).journal)

        with pytest.raises(WhichRun) as asked:
            take_in(company, naming_run(HOLIDAY_PAY, "8"))
        real = take_in(company, naming_run(HOLIDAY_PAY, "8"), another_run=True)

        guessed.refresh_from_db()
        assert asked.value.facts["free"] == "8b/2026"
        assert [guessed.reference, real.journal.reference] == ["1001-2026-8-1", "1001-2026-8b-1"]

    def test_that_is_the_guessed_one_recalculated_is_named_from_then_on(self) -> None:
        company = a_company()
        guessed = take_in(company, WAGES).journal

        again = take_in(company, naming_run(RECALCULATED, "8"), revision_of=guessed).journal

        assert again.reference == "1001-2026-8-2"
        assert not again.is_run_guessed


def test_a_month_is_the_month_of_the_last_booking_date() -> None:
    journal = import_journal(
        csv_file(monthly_lines(7, 8)), file_name="j.csv", company=a_company(), user=None, now=NOW
    ).journal

    assert journal.period == date(2026, 8, 1)
