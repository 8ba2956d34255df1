"""A journal replaces no other run by itself, and an older version stays an older version."""

from datetime import date

import pytest
from django.core.exceptions import ValidationError
from tests.bureau import (
    NOW,
    a_company,
    a_linked_company,
    csv_file,
    monthly_lines,
    problem_codes,
    send,
    send_all_ready,
)

from procountor_sandbox.app import Sandbox
from tilisilta.domain.journals import Run
from tilisilta.domain.standing import JournalState
from tilisilta.models import AuditEntry, Company, Journal, JournalLine
from tilisilta.services.journals.answers import (
    CannotDiscard,
    CannotRenumber,
    RunTaken,
    discard,
    say_surely_another,
    tell_run,
)
from tilisilta.services.journals.importing import (
    Imported,
    ImportedAsOtherRun,
    RunAnswer,
    WasDiscarded,
    WhichRun,
    import_journal,
)
from tilisilta.services.journals.previews import preview_journal
from tilisilta.services.sending.asking import CannotBeSent, send_journal

pytestmark = pytest.mark.django_db

HEADS = "Pvm;Tili;Selite;Debet;Kredit"
WAGES = "\n".join(
    (HEADS, "31.8.2026;5010;Kuukausipalkat;4200,00;", "31.8.2026;2961;Maksettavat palkat;;4200,00")
)
HOLIDAY_PAY = "\n".join(
    (HEADS, "31.8.2026;5110;Lomarahat;2100,00;", "31.8.2026;2961;Maksettavat lomarahat;;2100,00")
)
WAGES_OF_SEPTEMBER = WAGES.replace("31.8.", "30.9.")
RECALCULATED = WAGES.replace("4200,00", "4350,00")


def take_in(
    company: Company, text: str, *, run: str | None = None, name: str = "j.csv", **answer: object
) -> Imported:
    """Import ``text`` with a person's answer about its run."""
    named = Run(year=2026, number=run) if run else None
    return import_journal(
        text.encode(),
        file_name=name,
        company=company,
        user=None,
        now=NOW,
        answer=RunAnswer(run=named, **answer),  # type: ignore[arg-type]  # each by its name
    )


def naming_run(text: str, number: str) -> str:
    heads, *rows = text.split("\n")
    return "\n".join([f"{heads};Run", *(f"{row};{number}" for row in rows)])


def split_over(cost_center: str) -> str:
    heads, *rows = WAGES.split("\n")
    return "\n".join([f"{heads};Kustannuspaikka", *(f"{row};{cost_center}" for row in rows)])


LONG = WAGES + "".join(
    f"\n31.8.2026;60{n};Lisät {n};{n},00;\n31.8.2026;29{n};Velka {n};;{n},00" for n in range(10, 18)
)


def numbers(company: Company) -> list[str]:
    """The journals of a company by their references, without the company."""
    return [
        one.reference.partition("-")[2]
        for one in Journal.objects.filter(company=company).order_by("pk")
    ]


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


class TestTheNewestVersion:
    def test_in_another_order_is_what_is_there(self) -> None:
        company = a_company()
        first = take_in(company, WAGES, run="8").journal
        heads, wages, net_pay = WAGES.split("\n")

        again = take_in(company, "\n".join((heads, net_pay, wages)), run="8")

        assert not again.is_new
        assert again.journal == first

    def test_with_other_texts_is_news(self) -> None:
        company = a_company()
        take_in(company, WAGES, run="8")

        again = take_in(company, WAGES.replace("Kuukausipalkat", "Tuntipalkat"), run="8")

        assert again.is_revision


class TestAnOlderVersion:
    def test_is_recognised_and_never_becomes_the_newest(self, procountor: Sandbox) -> None:
        company = a_linked_company()
        older = take_in(company, WAGES, run="8").journal
        newer = take_in(company, RECALCULATED, run="8").journal

        for _night in range(3):
            for text in (WAGES, RECALCULATED):
                assert not take_in(company, text, run="8").is_new

        older.refresh_from_db()
        newer.refresh_from_db()
        assert [older.state, newer.state] == ["replaced", "ready"]
        assert Journal.objects.count() == 2

    @pytest.mark.parametrize("run", [None, "8"])
    def test_is_recognised_in_another_order_and_with_other_texts(self, run: str | None) -> None:
        company = a_company()
        older = take_in(company, WAGES, run="8").journal
        take_in(company, RECALCULATED, run="8")
        head, *lines = WAGES.split("\n")

        again = take_in(company, "\n".join((head, *reversed(lines))), run=run)

        assert not again.is_new
        assert again.journal == older

    def test_comes_back_when_a_person_says_that_it_is_the_newer_one(self) -> None:
        company = a_company()
        take_in(company, WAGES, run="8")
        newer = take_in(company, RECALCULATED, run="8").journal

        back = take_in(company, WAGES, revision_of=newer)

        assert back.journal.revision == 3


class TestTheSamePayroll:
    @pytest.mark.parametrize(
        "shape",
        [
            WAGES.replace("Kuukausipalkat", "Palkat elokuu"),
            WAGES.replace("31.8.2026", "2026-08-31"),
            WAGES + "\n31.8.2026;9999;Tyhja;0,00;",
            WAGES.replace(
                "31.8.2026;5010;Kuukausipalkat;4200,00;",
                "31.8.2026;5010;Kuukausipalkat;4000,00;\n31.8.2026;5010;Lisat;200,00;",
            ),
            "\n".join((WAGES.split("\n")[0], WAGES.split("\n")[2], WAGES.split("\n")[1])),
            "\ufeff" + WAGES,
        ],
    )
    def test_is_held_under_another_number_in_whatever_shape(
        self, procountor: Sandbox, shape: str
    ) -> None:
        company = a_linked_company()
        take_in(company, WAGES, run="8")

        try:
            again = take_in(company, shape, run="81").journal
        except ImportedAsOtherRun:
            return

        assert "N35" in problem_codes(again)
        with pytest.raises(CannotBeSent):
            send_journal(again, user=None, now=NOW)
        assert say_surely_another(again, user=None, now=NOW).state == "ready"

    def test_is_another_one_when_a_cent_is(self, procountor: Sandbox) -> None:
        company = a_linked_company()
        take_in(company, WAGES, run="8")

        other = take_in(company, WAGES.replace("4200,00", "4200,01"), run="81").journal

        assert other.state == "ready"

    @pytest.mark.parametrize("is_gone", [True, False])
    def test_is_held_beside_a_run_of_its_month_that_is_gone(
        self, procountor: Sandbox, is_gone: bool
    ) -> None:
        """Deleted and made anew, and corrected by the way: no amount need be the same."""
        company = a_linked_company()
        first = take_in(company, WAGES, run="8").journal
        Journal.objects.filter(pk=first.pk).update(is_deleted_at_source=is_gone)

        anew = take_in(company, WAGES.replace("4200,00", "4300,00"), run="81").journal

        assert ("N35" in problem_codes(anew)) is is_gone

    @pytest.mark.parametrize("uses", [False, True])
    def test_is_told_apart_by_dimensions_where_the_link_books_them(
        self, procountor: Sandbox, uses: bool
    ) -> None:
        company = a_linked_company(uses_cost_centers=uses, cost_center_dimension="Kustannuspaikka")
        heads = "Pvm;Tili;Selite;Kustannuspaikka;Summa"
        texts = [
            f"{heads}\n31.8.2026;5010;Palkat;{item};100,00\n31.8.2026;2961;Velka;;-100,00"
            for item in ("100", "210")
        ]
        take_in(company, texts[0], run="8")

        second = take_in(company, texts[1], run="81").journal

        assert ("N35" in problem_codes(second)) is not uses

    @pytest.mark.parametrize(
        ("day", "is_held"), [("30.8.", True), ("1.9.", True), ("17.8.", False)]
    )
    def test_dated_otherwise_is_held(self, procountor: Sandbox, day: str, is_held: bool) -> None:
        """Less than a week apart it cannot be another pay period."""
        company = a_linked_company()
        take_in(company, WAGES, run="8")

        second = take_in(company, WAGES.replace("31.8.", day), run="81").journal

        assert ("N35" in problem_codes(second)) is is_held

    def test_of_another_company_is_held(self, procountor: Sandbox) -> None:
        take_in(a_linked_company(1003), WAGES, run="8")

        strange = take_in(a_linked_company(1002), "\ufeff" + WAGES, run="8").journal

        assert problem_codes(strange) == ["N37"]
        assert say_surely_another(strange, user=None, now=NOW).state == "ready"

    def test_of_another_company_is_held_whatever_dimensions_no_link_books(
        self, procountor: Sandbox
    ) -> None:
        heads = "Pvm;Tili;Selite;Kustannuspaikka;Summa"
        split = f"{heads}\n31.8.2026;5010;P;100;100,00\n31.8.2026;2961;V;;-100,00"
        take_in(a_linked_company(1003), split, run="8")

        strange = take_in(a_linked_company(1002), split.replace(";100;1", ";;1"), run="8").journal

        assert problem_codes(strange) == ["N37"]

    def test_of_another_company_is_held_no_longer_than_that_one_is_there(
        self, procountor: Sandbox
    ) -> None:
        first = take_in(a_linked_company(1003), WAGES, run="8").journal
        strange = take_in(a_linked_company(1002), "\ufeff" + WAGES, run="8").journal

        discard(first, reason="another company's", user=None, now=NOW)

        strange.refresh_from_db()
        assert strange.state == "ready"

    def test_of_another_company_that_was_corrected_is_let_go(self, procountor: Sandbox) -> None:
        other = a_linked_company(1003)
        take_in(other, WAGES, run="8")
        strange = take_in(a_linked_company(1002), "\ufeff" + WAGES, run="8").journal

        take_in(other, RECALCULATED, run="8")

        strange.refresh_from_db()
        assert strange.state == "ready"


class TestTellRun:
    def test_parts_two_payrolls_that_were_taken_for_one(self, procountor: Sandbox) -> None:
        company = a_linked_company()
        first = take_in(company, WAGES).journal
        second = take_in(company, HOLIDAY_PAY, revision_of=first).journal

        renumbered = tell_run(second, user=None)

        first.refresh_from_db()
        assert [first.state, renumbered.state] == ["ready", "ready"]
        assert numbers(company) == ["2026-8-1", "2026-8b-1"]
        assert AuditEntry.objects.filter(action="journal_renumbered").count() == 1

    def test_gives_a_number_of_its_own(self, procountor: Sandbox) -> None:
        journal = take_in(a_linked_company(), WAGES).journal

        renumbered = tell_run(journal, user=None, run=Run(year=2026, number="081"))

        assert renumbered.reference == "1001-2026-81-1"
        assert not renumbered.is_run_guessed
        assert "ajo 81" in renumbered.exports.get().name

    def test_joins_two_that_are_one_run(self, procountor: Sandbox) -> None:
        company = a_linked_company()
        first = take_in(company, WAGES).journal
        second = take_in(company, RECALCULATED, another_run=True).journal

        renumbered = tell_run(second, user=None, revision_of=first)

        first.refresh_from_db()
        assert renumbered.reference == "1001-2026-8-2"
        assert [first.state, renumbered.state] == ["replaced", "ready"]

    def test_takes_no_other_journal_s_run(self) -> None:
        company = a_company()
        take_in(company, WAGES, run="8")
        second = take_in(company, HOLIDAY_PAY, run="81").journal

        with pytest.raises(RunTaken):
            tell_run(second, user=None, run=Run(year=2026, number="8"))

    def test_refuses_once_anything_was_sent(self, procountor: Sandbox) -> None:
        journal = send(take_in(a_linked_company(), WAGES).journal)

        with pytest.raises(CannotRenumber):
            tell_run(journal, user=None, run=Run(year=2026, number="81"))


class TestDiscard:
    def test_takes_the_content_and_keeps_the_digest(self, procountor: Sandbox) -> None:
        company = a_linked_company()
        journal = take_in(company, WAGES).journal

        discarded = discard(journal, reason="wrong company", user=None, now=NOW)

        assert discarded.state == "discarded"
        assert JournalLine.objects.count() == 0
        assert journal.exports.count() == 0
        assert discarded.content_sha256
        assert AuditEntry.objects.get(action="journal_discarded").facts["reason"] == "wrong company"
        assert preview_journal(discarded).receipts == ()
        with pytest.raises(CannotBeSent):
            send_journal(discarded, user=None, now=NOW)

    def test_asks_before_the_same_file_comes_in_again(self, procountor: Sandbox) -> None:
        company = a_linked_company()
        discard(take_in(company, WAGES).journal, reason="by mistake", user=None, now=NOW)

        with pytest.raises(WasDiscarded):
            take_in(company, WAGES)
        again = take_in(company, WAGES, again=True)

        assert again.is_new
        assert again.journal.reference == "1001-2026-8-2"
        assert again.journal.state == "ready"
        assert not take_in(company, WAGES).is_new

    def test_lets_the_revision_before_stand_again(self, procountor: Sandbox) -> None:
        company = a_linked_company()
        first = take_in(company, WAGES, run="8").journal
        second = take_in(company, RECALCULATED, run="8").journal

        discard(second, reason="an old file", user=None, now=NOW)

        first.refresh_from_db()
        assert first.state == "ready"

    def test_frees_a_journal_that_was_held_as_its_twin(self, procountor: Sandbox) -> None:
        company = a_linked_company()
        first = take_in(company, WAGES, run="8").journal
        twin = take_in(company, "\ufeff" + WAGES, run="81").journal
        assert twin.state == "problem"

        discard(first, reason="it is run 81", user=None, now=NOW)

        twin.refresh_from_db()
        assert twin.state == "ready"

    def test_lets_a_file_go_to_the_right_company(self, procountor: Sandbox) -> None:
        wrong, right = a_linked_company(1002), a_linked_company(1003)
        discard(take_in(wrong, WAGES).journal, reason="of 1003", user=None, now=NOW)

        assert take_in(right, WAGES).journal.state == "ready"

    def test_needs_a_reason(self) -> None:
        journal = take_in(a_company(), WAGES).journal

        with pytest.raises(ValidationError):
            discard(journal, reason="  ", user=None, now=NOW)

    def test_refuses_what_was_sent(self, procountor: Sandbox) -> None:
        journal = send(take_in(a_linked_company(), WAGES).journal)

        with pytest.raises(CannotDiscard):
            discard(journal, reason="no", user=None, now=NOW)


def test_a_month_is_the_month_of_the_last_booking_date() -> None:
    journal = import_journal(
        csv_file(monthly_lines(7, 8)), file_name="j.csv", company=a_company(), user=None, now=NOW
    ).journal

    assert journal.period == date(2026, 8, 1)
