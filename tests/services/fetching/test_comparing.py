"""Both APIs are compared: what is equal, what differs, and what cannot be read."""

from decimal import Decimal

import pytest
from tests.bureau import (
    WORKER,
    a_connection,
    a_rest_connection,
    an_account,
    compare,
    compare_due,
    fetch_everything,
    link_to,
    send,
    timezone_now,
)
from tests.services.fetching.moving import (
    KONEPAJA,
    State,
    after_the_end,
    compared,
    first_debtor_id,
    is_finished,
    later,
    reason_of,
    state_of,
    switch,
)

from nmbrs_sandbox.app import Sandbox
from nmbrs_sandbox.faults import Fault, FaultKind
from nmbrs_sandbox.traps import Trap
from procountor_sandbox.app import Sandbox as Procountor
from tilisilta.domain.both_ways import BooksAs, Finding, Way
from tilisilta.models import (
    ApiComparison,
    AuditEntry,
    Company,
    ComparedCompany,
    Debtor,
    Journal,
    NmbrsCompany,
    NmbrsConnection,
    NmbrsGrant,
    Run,
    Worker,
)
from tilisilta.services.fetching.moving.comparisons import (
    ask_for_comparison,
    end_what_cannot_go_on,
)
from tilisilta.services.fetching.moving.errors import CannotCompare, CannotSwitch
from tilisilta.services.fetching.moving.standing import moving_standing_of
from tilisilta.services.fetching.moving.turns import (
    NEVER_READY,
    claim_compared,
    claim_comparison,
    release_compared,
)

pytestmark = pytest.mark.django_db(transaction=True)


class TestComparing:
    def test_finds_every_company_equal(self, nmbrs: Sandbox, both: NmbrsConnection) -> None:
        made = compare(both)

        assert made.finished_at is not None
        assert {one.state for one in made.companies.all()} == {State.EQUAL}
        assert made.companies.count() == NmbrsCompany.objects.count()
        runs = compared().runs
        assert [(one.finding, one.run) for one in runs] == [(Finding.EQUAL, "6/2026")]
        assert runs[0].equal_count > 0
        entry = AuditEntry.objects.get(action="apis_compared")
        assert entry.facts["equal"] == str(made.companies.count())

    def test_reads_the_sent_run_beside_the_newest(
        self, nmbrs: Sandbox, procountor: Procountor
    ) -> None:
        connection = a_connection()
        fetch_everything()
        link_to(Company.objects.get(number=1001), an_account())
        may = Journal.objects.filter(company__number=1001, run_number="5").latest("revision")
        send(may, later(hours=1))
        compare(a_rest_connection(nmbrs, connection=connection))

        told = [(one.run, one.is_sent, one.finding) for one in compared().runs]

        assert told == [("6/2026", False, Finding.EQUAL), ("5/2026", True, Finding.EQUAL)]

    def test_changes_nothing_that_was_fetched(self, nmbrs: Sandbox, both: NmbrsConnection) -> None:
        def rows() -> list[object]:
            return [
                sorted(model._default_manager.values_list())
                for model in (Debtor, NmbrsCompany, Run, Journal)
            ]

        before = rows()

        compare(both)

        assert rows() == before

    @pytest.mark.parametrize("trap", [Trap.PADDED_NUMBERS, Trap.PERIOD_AS_TIME, Trap.WITH_BOM])
    def test_takes_other_spellings_for_equal(
        self, nmbrs: Sandbox, both: NmbrsConnection, trap: Trap
    ) -> None:
        for rows in (Debtor, NmbrsCompany, Run):
            rows._default_manager.update(nmbrs_guid=None)
        nmbrs.traps.on(trap)

        compare(both)

        assert not ComparedCompany.objects.exclude(state=State.EQUAL).exists()

    def test_takes_a_limited_number_of_calls(self, nmbrs: Sandbox, both: NmbrsConnection) -> None:
        nmbrs.traps.on(Trap.READY_AT_ONCE)
        nmbrs.requests.clear()

        count = compare(both).companies.count()

        # Of each company: runs by both, and one run's journal by SOAP and, in two calls, by REST.
        debtors = Debtor.objects.count()
        lists = 1 + 1 + debtors
        assert len(nmbrs.requests.all()) <= lists + count * 5

    def test_shows_the_lines_that_differ(self, nmbrs: Sandbox, both: NmbrsConnection) -> None:
        nmbrs.traps.on(Trap.OTHER_JOURNAL, company_id=KONEPAJA)

        compare(both)

        assert state_of() == State.UNEQUAL
        run = compared().runs[0]
        assert (run.finding, run.books_as) == (Finding.LINES, BooksAs.OTHER_SUMS)
        assert run.equal_count > 0
        assert {abs(line.difference) for line in run.lines} == {Decimal("0.01")}
        assert state_of(1002) == State.EQUAL

    def test_reads_again_what_was_recalculated_between_the_two(
        self, nmbrs: Sandbox, both: NmbrsConnection, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        from tilisilta.services.fetching.moving import reading  # noqa: PLC0415

        real = reading._Reading._journal
        recalculated: list[bool] = []

        def journal(self, mark, way):  # type: ignore[no-untyped-def]
            read = real(self, mark, way)
            if way is Way.SOAP and self._company.number == 1001 and not recalculated:
                recalculated.append(True)
                nmbrs.recalculate_run(company_id=KONEPAJA, run_id=48101006)
            return read

        monkeypatch.setattr(reading._Reading, "_journal", journal)
        compare(both)

        assert recalculated
        assert state_of() == State.EQUAL

    def test_tells_a_journal_that_only_one_gives(
        self, nmbrs: Sandbox, both: NmbrsConnection
    ) -> None:
        nmbrs.traps.on(Trap.EMPTY_FILE, company_id=KONEPAJA)

        compare(both)

        run = compared().runs[0]
        assert (run.finding, run.way) == (Finding.ONE_JOURNAL, Way.SOAP)
        assert state_of() == State.UNEQUAL

    def test_tells_companies_that_only_soap_lists(self, nmbrs: Sandbox) -> None:
        made = a_connection()
        fetch_everything()
        first = Debtor.objects.order_by("number")[0]
        a_rest_connection(nmbrs, connection=made, debtor_ids=[first.nmbrs_debtor_id])

        compare(made)

        states = dict(ComparedCompany.objects.values_list("company__number", "state"))
        theirs = set(first.companies.values_list("number", flat=True))
        assert {number for number, state in states.items() if state == State.EQUAL} == theirs
        assert set(states.values()) == {State.EQUAL, State.ONLY_SOAP}
        with pytest.raises(CannotSwitch) as refused:
            switch(made)
        assert reason_of(refused) == "open"

    def test_tells_companies_that_are_not_known_here_and_lets_them_be(
        self, nmbrs: Sandbox, both: NmbrsConnection
    ) -> None:
        nmbrs.add_company(debtor_id=first_debtor_id(), number=1777, name="Uusi Oy")

        made = compare(both)

        told = {(one["name"], one["way"]) for one in made.lone_companies}
        assert told == {("Uusi Oy", "soap"), ("Uusi Oy", "rest")}
        assert moving_standing_of(both, now=timezone_now()).can_be_switched

    def test_tells_runs_that_only_one_lists(
        self, nmbrs: Sandbox, both: NmbrsConnection, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        from tilisilta.clients.nmbrs.rest.client import NmbrsRest  # noqa: PLC0415

        real = NmbrsRest.runs

        def runs(self, company, year):  # type: ignore[no-untyped-def]
            return real(self, company, year)[:-1]

        monkeypatch.setattr(NmbrsRest, "runs", runs)
        compare(both)

        lone = [one for one in compared().runs if one.finding is Finding.ONE_RUN]
        assert [one.way for one in lone] == [Way.SOAP]
        assert state_of() == State.UNEQUAL


class TestTrouble:
    def test_puts_off_a_journal_that_is_not_ready(
        self, nmbrs: Sandbox, both: NmbrsConnection
    ) -> None:
        nmbrs.traps.on(Trap.NEVER_READY, company_id=KONEPAJA)

        made = compare(both)

        assert not is_finished(made)
        assert state_of() == State.WAITING
        nmbrs.traps.clear()
        compare_due(later(minutes=2))
        assert is_finished(made)
        assert state_of() == State.EQUAL

    def test_gives_up_what_is_never_ready(self, nmbrs: Sandbox, both: NmbrsConnection) -> None:
        nmbrs.traps.on(Trap.NEVER_READY, company_id=KONEPAJA)
        compare(both)

        compare_due(later(minutes=2))
        compare_due(later(minutes=4))

        assert state_of() == State.UNREAD
        assert compared().trouble[0].code == "P14"
        assert compared().trouble_way == "rest"

    def test_ends_where_nmbrs_makes_no_journal_at_all(
        self, nmbrs: Sandbox, both: NmbrsConnection
    ) -> None:
        nmbrs.traps.on(Trap.NEVER_READY)
        made = compare(both)
        was_finished = is_finished(made)
        ApiComparison.objects.filter(pk=made.pk).update(silent_count=NEVER_READY - 1)

        compare_due(later(minutes=2))

        assert not was_finished
        assert is_finished(made)
        assert set(made.companies.values_list("state", flat=True)) == {State.UNREAD}
        assert {one.trouble[0].code for one in made.companies.all()} == {"P14"}

    def test_waits_while_one_side_is_down(self, nmbrs: Sandbox, both: NmbrsConnection) -> None:
        nmbrs.faults.add(Fault(kind=FaultKind.DOWN, operation="rest/journals*", times=None))

        made = compare(both)

        assert not is_finished(made)
        waiting = ApiComparison.objects.get()
        assert (waiting.trouble[0].code, waiting.trouble_way) == ("P01", "rest")
        assert not claim_compared(WORKER, 1, now=later(minutes=4).now)
        nmbrs.faults.clear()
        compare_due(later(minutes=10))
        assert is_finished(made)
        assert ApiComparison.objects.get().trouble == ()
        assert not ComparedCompany.objects.exclude(state=State.EQUAL).exists()

    def test_ends_at_once_when_the_quota_is_used_up(
        self, nmbrs: Sandbox, both: NmbrsConnection
    ) -> None:
        nmbrs.faults.add(
            Fault(kind=FaultKind.REFUSAL, operation="rest/runs", code="42909", times=None)
        )

        made = compare(both)

        assert made.finished_at is not None
        assert made.trouble[0].code == "P13"
        assert made.trouble_way == "rest"
        assert {one.state for one in made.companies.all()} == {State.UNREAD}
        # The connection fetches by SOAP, and goes on.
        assert NmbrsConnection.objects.get().state == "working"

    def test_does_not_compare_what_was_equal_again(
        self, nmbrs: Sandbox, both: NmbrsConnection
    ) -> None:
        nmbrs.traps.on(Trap.OTHER_JOURNAL, company_id=KONEPAJA)
        compare(both)
        at = compared(1002).compared_at
        nmbrs.traps.clear()

        compare(both, later(hours=1), is_of_all=False)

        assert state_of() == State.EQUAL
        assert compared(1002).compared_at == at

    def test_goes_on_after_a_worker_has_died(self, nmbrs: Sandbox, both: NmbrsConnection) -> None:
        clock = later(hours=0)
        Worker.objects.create(executor_id="dead", started_at=clock.now, heard_at=clock.now)
        ask_for_comparison(both, user=None, now=clock.now)
        assert claim_comparison("dead", now=clock.now) is not None
        Worker.objects.filter(pk="dead").delete()

        compare_due(clock)

        assert ApiComparison.objects.get().finished_at is not None

    def test_releases_what_it_claimed_and_does_not_read(
        self, nmbrs: Sandbox, both: NmbrsConnection
    ) -> None:
        clock = later(hours=0)
        nmbrs.traps.on(Trap.NEVER_READY)
        compare(both, clock)
        later_clock = later(minutes=3)
        assert claim_compared(WORKER, 2, now=later_clock.now)

        release_compared(WORKER, lists_under_way=(), companies_under_way=(), now=later_clock.now)

        assert not ComparedCompany.objects.filter(claimed_by__isnull=False).exists()

    def test_is_asked_for_once(self, nmbrs: Sandbox, both: NmbrsConnection) -> None:
        first = ask_for_comparison(both, user=None, now=timezone_now())
        second = ask_for_comparison(both, user=None, now=timezone_now())

        assert first.pk == second.pk
        assert second.asked_at == first.asked_at

    def test_ends_with_the_consent(self, nmbrs: Sandbox, both: NmbrsConnection) -> None:
        nmbrs.traps.on(Trap.NEVER_READY)
        made = compare(both)
        NmbrsGrant.objects.update(state=NmbrsGrant.State.ENDED)

        end_what_cannot_go_on(now=timezone_now())

        made.refresh_from_db()
        assert made.finished_at is not None
        assert made.trouble[0].code == "E78"
        assert {one.state for one in made.companies.all()} <= {State.UNREAD, State.EQUAL}

    def test_is_refused_without_both(self, nmbrs: Sandbox) -> None:
        made = a_connection()
        for act, reason in (
            (lambda: None, "no_consent"),
            (lambda: a_rest_connection(nmbrs, connection=made), "nothing"),
            (lambda: NmbrsGrant.objects.update(state="lost"), "consent"),
            (lambda: NmbrsConnection.objects.update(state="removed"), "removed"),
        ):
            act()
            with pytest.raises(CannotCompare) as refused:
                ask_for_comparison(
                    NmbrsConnection.objects.get(pk=made.pk), user=None, now=timezone_now()
                )
            assert reason_of(refused) == reason

    def test_is_refused_once_soap_has_ended(self, nmbrs: Sandbox, both: NmbrsConnection) -> None:
        with pytest.raises(CannotCompare) as refused:
            ask_for_comparison(both, user=None, now=after_the_end())

        assert reason_of(refused) == "soap_ended"
