"""What the REST API may answer one day: the client takes it, or refuses it with the reason."""

import pytest
from tests.clients.nmbrs.rest_bench import (
    Bench,
    a_debtor,
    answering,
    journal_of,
    june_of,
    konepaja,
    page_of,
    said,
)

from nmbrs_sandbox.app import Sandbox
from nmbrs_sandbox.traps import Trap
from tilisilta.clients.nmbrs.errors import (
    JournalNotReady,
    NmbrsAccessDenied,
    NmbrsAnswerUnknown,
    NmbrsEnvironmentClosed,
)
from tilisilta.domain.payroll import JournalSplit


class TestTraps:
    @pytest.mark.parametrize(
        "trap",
        [
            Trap.NEXT_PAGE_EMPTY,
            Trap.NEXT_PAGE_BARE,
            Trap.EXTRA_FIELDS,
            Trap.PADDED_NUMBERS,
            Trap.PERIOD_AS_TEXT,
            Trap.PERIOD_AS_TIME,
            Trap.CREATED_IN_CET,
            Trap.READY_AT_ONCE,
            Trap.SLOW_TASK,
            Trap.WITH_BOM,
            Trap.IN_UTF_16,
            Trap.SERVED_AS_XML,
            Trap.RETRY_AFTER,
        ],
    )
    def test_change_nothing_of_what_is_read(
        self, nmbrs_sandbox: Sandbox, bench: Bench, trap: Trap
    ) -> None:
        before = sorted(map(said, journal_of(bench).lines))
        nmbrs_sandbox.traps.on(trap)

        june = june_of(bench)
        journal = journal_of(bench)

        assert sorted(map(said, journal.lines)) == before
        assert (june.period_start, june.period_end) == (6, 6)

    def test_keep_an_unknown_type_of_run_as_text(
        self, nmbrs_sandbox: Sandbox, bench: Bench
    ) -> None:
        nmbrs_sandbox.traps.on(Trap.UNKNOWN_RUN_TYPE)

        assert june_of(bench).run_type == "sandbox_special"

    def test_read_numbers_of_debtors_as_they_are(
        self, nmbrs_sandbox: Sandbox, bench: Bench
    ) -> None:
        nmbrs_sandbox.traps.on(Trap.PADDED_NUMBERS)

        assert bench.client.debtors()[0].number == "00101"
        assert bench.client.companies()[0].number == 1001

    @pytest.mark.parametrize("trap", [Trap.EMPTY_FILE, Trap.NO_CONTENT, Trap.NO_LINES])
    def test_take_an_empty_document_for_no_journal(
        self, nmbrs_sandbox: Sandbox, bench: Bench, trap: Trap
    ) -> None:
        nmbrs_sandbox.traps.on(trap)

        assert journal_of(bench) is None

    def test_begin_a_forgotten_task_anew_once(self, nmbrs_sandbox: Sandbox, bench: Bench) -> None:
        company, june = konepaja(bench), june_of(bench)
        nmbrs_sandbox.traps.on(Trap.TASK_FORGOTTEN)
        bench.counted.clear()

        assert bench.client.journal(company, june, JournalSplit.COMPANY) is None
        assert bench.counted == ["journals"] * 4

    def test_wait_two_minutes_and_no_longer(self, nmbrs_sandbox: Sandbox, bench: Bench) -> None:
        company, june = konepaja(bench), june_of(bench)
        nmbrs_sandbox.traps.on(Trap.NEVER_READY)

        with pytest.raises(JournalNotReady) as raised:
            bench.client.journal(company, june, JournalSplit.COMPANY)

        assert raised.value.facts == {"run": "6/2026"}
        assert bench.clock.slept[:6] == [0.5, 1.0, 2.0, 4.0, 8.0, 8.0]
        assert 110 <= bench.clock.now() <= 120

    def test_ask_later_for_a_task_that_failed(self, nmbrs_sandbox: Sandbox, bench: Bench) -> None:
        company, june = konepaja(bench), june_of(bench)
        nmbrs_sandbox.traps.on(Trap.TASK_FAILED)

        with pytest.raises(JournalNotReady):
            bench.client.journal(company, june, JournalSplit.COMPANY)

    def test_are_refused_where_the_next_page_is_elsewhere(self) -> None:
        bench = answering(
            lambda _: page_of([a_debtor()], total=2, following="https://nmbrs.example/api/debtors")
        )

        with pytest.raises(NmbrsAnswerUnknown) as raised:
            bench.client.debtors()

        assert "same host" in str(raised.value)
        assert bench.rate.waits == 1

    def test_are_refused_where_the_environment_is_disabled(
        self, nmbrs_sandbox: Sandbox, bench: Bench
    ) -> None:
        nmbrs_sandbox.traps.on(Trap.ENVIRONMENT_DISABLED)

        with pytest.raises(NmbrsEnvironmentClosed):
            bench.client.debtors()

    def test_tell_a_company_that_vanished(self, nmbrs_sandbox: Sandbox, bench: Bench) -> None:
        company, june = konepaja(bench), june_of(bench)
        nmbrs_sandbox.traps.on(Trap.COMPANY_VANISHES)

        with pytest.raises(NmbrsAccessDenied):
            bench.client.runs(company, 2026)
        with pytest.raises(NmbrsAccessDenied):
            bench.client.journal(company, june, JournalSplit.COMPANY)
