"""A backup was restored and the payroll comes in corrected: it is not booked a second time."""

from datetime import date
from typing import Any

import pytest
from django.db.models import QuerySet
from tests.bureau import (
    NOW,
    Clock,
    a_journal,
    a_linked_company,
    csv_file,
    deliver,
    forget_the_sending,
    make_moves,
    monthly_lines,
    on_post,
    problem_codes,
    send,
    states,
    tidy,
)
from tests.flushing import past_the_triggers

from procountor_sandbox.app import Sandbox
from procountor_sandbox.faults import FaultKind
from tilisilta.domain.journals import Run
from tilisilta.domain.recognition import JournalReceipt
from tilisilta.models import Company, Export, Journal, JournalLine
from tilisilta.services.journals.importing import RunAnswer, check_journal, import_journal
from tilisilta.services.sending.asking import send_journal
from tilisilta.services.sending.other_revisions import tokens_of_other_revisions
from tilisilta.services.sending.perhaps_ours import say_another, take_over

pytestmark = pytest.mark.django_db


class TestACorrectedRevisionAfterARestoredBackup:
    def test_is_not_sent_beside_the_forgotten_one(self, procountor: Sandbox) -> None:
        company = a_linked_company()
        send(a_journal(company, 6))
        forget_the_sending()

        stopped = send(_corrected(company, monthly_lines(6, cents=50)))

        assert stopped.revision == 2
        assert problem_codes(stopped) == ["S09"]
        assert _same(stopped) == "revision"
        assert procountor.ledger.count() == 1

    @pytest.mark.parametrize(("act", "details"), [("rename", {"name": "Palkat"}), ("notes", {})])
    def test_is_stopped_wherever_the_token_is_left(
        self, procountor: Sandbox, act: str, details: dict[str, Any]
    ) -> None:
        company = a_linked_company()
        send(a_journal(company, 6))
        tidy(procountor, act, **details)
        forget_the_sending()

        assert problem_codes(send(_corrected(company, monthly_lines(6, cents=50)))) == ["S09"]

    def test_is_stopped_by_a_third_one_that_was_sent(self, procountor: Sandbox) -> None:
        company = a_linked_company()
        a_journal(company, 6)
        _corrected(company, monthly_lines(6, cents=50))
        send(_corrected(company, monthly_lines(6, cents=60)))
        forget_the_sending()
        kept = Journal.objects.get(revision=1)
        _forget_journals(Journal.objects.exclude(pk=kept.pk))

        stopped = send(check_journal(kept, now=NOW))

        assert problem_codes(stopped) == ["S09"]
        assert procountor.ledger.count() == 1

    @pytest.mark.parametrize("day", ["2026-06-01", "2026-06-15", "2026-06-30"])
    @pytest.mark.parametrize("is_all_forgotten", [True, False])
    def test_is_stopped_also_if_it_books_on_another_day(
        self, procountor: Sandbox, day: str, is_all_forgotten: bool
    ) -> None:
        company = a_linked_company()
        send(a_journal(company, 6))
        forget_the_sending()
        if is_all_forgotten:
            _forget_journals(Journal.objects.all())

        lines = [("5010", "1006.50", day), ("2961", "-1006.50", day)]
        stopped = send(_corrected(company, lines))

        assert problem_codes(stopped) == ["S09"]
        assert procountor.ledger.count() == 1

    def test_asks_about_each_receipt_of_the_run_once(self, procountor: Sandbox) -> None:
        company = a_linked_company()
        send(a_journal(company, 4, 5, 6))
        forget_the_sending()

        stopped = send(_corrected(company, monthly_lines(5, 6, cents=50)))

        asked = [
            dict(problem.facts)["receipts"]
            for export in stopped.exports.all()
            for problem in export.problems
        ]
        assert problem_codes(stopped) == ["S09"] * 3
        assert len(set(asked)) == 3
        assert procountor.ledger.count() == 3

    @pytest.mark.parametrize(("is_ours", "count"), [(True, 1), (False, 2)])
    def test_is_sent_or_taken_over_as_a_person_says(
        self, procountor: Sandbox, is_ours: bool, count: int
    ) -> None:
        company = a_linked_company()
        send(a_journal(company, 6))
        forget_the_sending()
        stopped = send(_corrected(company, monthly_lines(6, cents=50)))

        say = take_over if is_ours else say_another
        receipt_id = procountor.ledger.receipts()[0].receipt_id
        say(stopped.exports.get(), receipt_id, user=None, now=NOW)
        if not is_ours:
            stopped = send(stopped)

        assert states(stopped) == ["posted"]
        assert procountor.ledger.count() == count

    def test_goes_on_where_the_forgotten_one_was_invalidated(self, procountor: Sandbox) -> None:
        company = a_linked_company()
        send(a_journal(company, 6))
        forget_the_sending()
        tidy(procountor, "invalidate")

        assert states(send(_corrected(company, monthly_lines(6, cents=50)))) == ["posted"]

    def test_with_a_lost_request_is_stopped_once_it_is_surely_absent(
        self, procountor: Sandbox
    ) -> None:
        company = a_linked_company()
        send(a_journal(company, 6))
        forget_the_sending()
        tidy(procountor, "invalidate")
        procountor.faults.add(on_post(FaultKind.ERROR_BEFORE))
        clock = Clock()
        corrected = _corrected(company, monthly_lines(6, cents=50))
        sending = send_journal(corrected, user=None, now=clock.now)
        make_moves(sending, clock, 1)
        tidy(procountor, "unfinished")

        stopped = deliver(sending, clock)

        assert states(stopped) == ["uncertain"]
        assert problem_codes(stopped) == ["S09"]
        assert procountor.ledger.count() == 1


class TestWhatIsRemembered:
    def test_asks_nothing_of_a_revision_of_what_was_never_sent(self, procountor: Sandbox) -> None:
        company = a_linked_company()
        send(a_journal(company, 5, run_number="5"))
        a_journal(company, 6)

        sent = send(_corrected(company, monthly_lines(6, cents=50)))

        assert states(sent) == ["posted"]
        assert procountor.ledger.count() == 2

    def test_asks_nothing_of_other_runs_of_the_month_known_or_forgotten(
        self, procountor: Sandbox
    ) -> None:
        company = a_linked_company()
        send(a_journal(company, 6, run_number="7"))
        forget_the_sending()
        a_journal(company, 6)

        assert states(send(_corrected(company, monthly_lines(6, cents=50)))) == ["posted"]

    def test_asks_nothing_of_the_other_receipts_of_the_same_journal(
        self, procountor: Sandbox
    ) -> None:
        company = a_linked_company()
        journal = send(a_journal(company, 4, 5, 6))
        forget_the_sending()

        assert states(send(check_journal(journal, now=NOW))) == ["posted"] * 3
        assert procountor.ledger.count() == 3

    def test_asks_nothing_of_a_receipt_that_is_known_to_be_that_of_another_revision(
        self, procountor: Sandbox
    ) -> None:
        company = a_linked_company()
        first = send(a_journal(company, 6))
        second = _corrected(company, monthly_lines(6, cents=50))
        token = first.exports.get().token
        known = _receipt(token, sent_as=token)
        export = _corrected_export(second)

        assert tokens_of_other_revisions([export], [known], 50101) == {}
        tokens = tokens_of_other_revisions([export], [_receipt(token)], 50101)
        assert token in tokens[export.booking_date]
        assert export.token not in tokens[export.booking_date]


def _receipt(token: str, *, sent_as: str = "") -> JournalReceipt:
    return JournalReceipt(
        ledger_receipt_id=1,
        receipt_number=1,
        name="",
        receipt_date=date(2026, 6, 28),
        status="UNFINISHED",
        version="",
        tokens=frozenset({token}),
        sent_as=sent_as,
    )


def _corrected(company: Company, lines: list[tuple[str, str, str]]) -> Journal:
    """Import the run 6/2026 again with changes, as the answer of a person says."""
    known = Journal.objects.filter(company=company, run_year=2026, run_number="6").last()
    run = Run(year=2026, number="6")
    return import_journal(
        csv_file(lines),
        file_name="corrected.csv",
        company=company,
        user=None,
        now=NOW,
        answer=RunAnswer(run=run, revision_of=known),
    ).journal


def _corrected_export(journal: Journal) -> Export:
    day = journal.lines.all()[0].booking_date
    return Export(journal=journal, booking_date=day, receipt_date=day, token="ZZZZZZZZ")


def _forget_journals(journals: QuerySet[Journal]) -> None:
    with past_the_triggers():
        Export.objects.filter(journal__in=journals).delete()
        JournalLine.objects.filter(journal__in=journals).delete()
    journals.delete()


def _same(journal: Journal) -> str:
    return str(dict(journal.exports.get().problems[0].facts)["same"])
