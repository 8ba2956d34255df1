"""Orders as a test gives them: methods of the sandbox."""

from datetime import datetime
from decimal import Decimal

import httpx2
import pytest
from tests.nmbrs_sandbox.calling import (
    DEBTOR,
    JANUARY,
    JUNE,
    KONEPAJA,
    call,
    texts,
)
from tests.sandbox_parts.clock import SetClock

from nmbrs_sandbox.app import Sandbox
from nmbrs_sandbox.payroll.orders import CHANGES
from nmbrs_sandbox.payroll.world import JournalLine, Run
from sandbox_parts.orders import OrderRefused


def run_of(sandbox: Sandbox, run_id: int, company_id: int = KONEPAJA) -> Run:
    """Return a run as it is now."""
    company = sandbox.bureau.company(company_id)
    assert company is not None
    run = company.run(run_id)
    assert run is not None
    return run


def lines_of(run: Run) -> tuple[JournalLine, ...]:
    assert run.journal is not None
    return run.journal.lines()


class TestEveryOrder:
    def test_is_a_method(self) -> None:
        assert set(CHANGES) <= set(vars(Sandbox))


class TestRecalculation:
    @pytest.mark.parametrize("euros", ["10.00", "-3.21", "0.01"])
    def test_changes_one_cost_and_one_debt_by_as_much(self, sandbox: Sandbox, euros: str) -> None:
        before = lines_of(run_of(sandbox, JUNE))

        sandbox.recalculate_run(company_id=KONEPAJA, run_id=JUNE, euros=Decimal(euros))

        after = lines_of(run_of(sandbox, JUNE))
        changes = {
            (new.ledger_account, new.booking_date.month): new.amount - old.amount
            for old, new in zip(before, after, strict=True)
            if old != new
        }
        assert changes == {("5010", 6): Decimal(euros), ("2961", 6): -Decimal(euros)}

    def test_adds_up_when_done_again(self, sandbox: Sandbox) -> None:
        first = lines_of(run_of(sandbox, JUNE))[0].amount

        for _ in range(3):
            sandbox.recalculate_run(company_id=KONEPAJA, run_id=JUNE)

        assert lines_of(run_of(sandbox, JUNE))[0].amount == first + 30

    def test_leaves_the_time_of_the_run_unless_asked(
        self, sandbox: Sandbox, clock: SetClock
    ) -> None:
        before = run_of(sandbox, JUNE).run_at

        sandbox.recalculate_run(company_id=KONEPAJA, run_id=JUNE)
        silently = run_of(sandbox, JUNE).run_at
        sandbox.recalculate_run(company_id=KONEPAJA, run_id=JUNE, touch_run_at=True)

        assert silently == before
        assert run_of(sandbox, JUNE).run_at == clock.now.replace(tzinfo=None)

    def test_is_refused_where_there_is_no_journal(self, sandbox: Sandbox) -> None:
        run = sandbox.add_run(company_id=KONEPAJA, has_journal=False)

        with pytest.raises(OrderRefused, match="no cost and debt"):
            sandbox.recalculate_run(company_id=KONEPAJA, run_id=run.run_id)


class TestAddedRun:
    def test_is_the_one_of_the_next_month(self, sandbox: Sandbox, client: httpx2.Client) -> None:
        run = sandbox.add_run(company_id=KONEPAJA)

        listed = call(client, "Run_GetList", CompanyId=KONEPAJA, Year=2026)
        assert (run.number, run.year, run.period_end) == (7, 2026, 7)
        assert run.description == "Heinäkuu 2026"
        assert not run.is_locked
        assert texts(listed, "ID")[-1] == str(run.run_id)
        assert sum(one.amount for one in lines_of(run)) == 0

    def test_goes_on_in_the_next_year(self, sandbox: Sandbox) -> None:
        runs = [sandbox.add_run(company_id=KONEPAJA) for _ in range(7)]

        assert [(one.year, one.number) for one in runs[-2:]] == [(2026, 12), (2027, 1)]
        assert len({one.run_id for one in runs}) == 7

    def test_can_be_a_second_one_of_a_month(self, sandbox: Sandbox) -> None:
        at = datetime(2026, 6, 30, 8, 15)  # noqa: DTZ001  # the service writes no zone
        run = sandbox.add_run(company_id=KONEPAJA, year=2026, period=6, description="Bonus", at=at)

        assert (run.number, run.period_start, run.description) == (7, 6, "Bonus")
        assert run.run_at == at

    @pytest.mark.parametrize(("year", "period"), [(2026, None), (None, 7), (2026, 13), (1999, 1)])
    def test_needs_a_month(self, sandbox: Sandbox, year: int | None, period: int | None) -> None:
        with pytest.raises(OrderRefused):
            sandbox.add_run(company_id=KONEPAJA, year=year, period=period)


class TestJournalOrder:
    def test_is_refused_where_there_is_one(self, sandbox: Sandbox) -> None:
        with pytest.raises(OrderRefused, match="has a journal already"):
            sandbox.make_journal(company_id=KONEPAJA, run_id=JANUARY)


class TestCompanyOrders:
    def test_add_a_company_with_runs(self, sandbox: Sandbox, client: httpx2.Client) -> None:
        added = sandbox.add_company(debtor_id=7103, number=2001, name="Uusi Oy", runs=3)

        listed = call(client, "Run_GetList", CompanyId=added.company_id, Year=2026)
        assert "Uusi Oy" in texts(call(client, "List_GetByDebtor", DebtorId=7103), "Name")
        assert texts(listed, "Number") == ["1", "2", "3"]
        assert texts(call(client, "CostCenter_GetList", CompanyId=added.company_id), "Code") == [
            "100",
            "210",
        ]
        assert sum(one.amount for one in lines_of(added.runs[0])) == 0

    def test_add_a_company_with_the_number_of_another_debtor_s(self, sandbox: Sandbox) -> None:
        added = sandbox.add_company(debtor_id=7103, number=1001, name="Toinen Oy")

        with pytest.raises(OrderRefused, match="already"):
            sandbox.add_company(debtor_id=7103, number=1001, name="Kolmas Oy")
        assert [one.number for one in sandbox.bureau.companies()].count(1001) == 2
        assert added.company_id == 48111

    def test_add_and_rename_a_debtor(self, sandbox: Sandbox, client: httpx2.Client) -> None:
        added = sandbox.add_debtor(number="200", name="Uusi")
        sandbox.rename_debtor(debtor_id=added.debtor_id, name="Uudempi")

        assert texts(call(client, "List_GetAll", DEBTOR), "Name")[-1] == "Uudempi"
        assert texts(call(client, "List_GetByDebtor", DebtorId=added.debtor_id), "Name") == []

    def test_rename_and_move_a_company(self, sandbox: Sandbox, client: httpx2.Client) -> None:
        sandbox.rename_company(company_id=KONEPAJA, name="Koivulammi Terästyö Oy")
        sandbox.move_company(company_id=KONEPAJA, debtor_id=7103)

        names = texts(call(client, "List_GetByDebtor", DebtorId=7103), "Name")
        assert names == ["Koivulammi Terästyö Oy", "Pajulahti Sahat Oy"]
        assert "1001" not in texts(call(client, "List_GetByDebtor", DebtorId=7101), "Number")

    def test_deny_a_company_with_a_known_code_only(self, sandbox: Sandbox) -> None:
        with pytest.raises(OrderRefused, match="1003 or 2004"):
            sandbox.deny_company(company_id=KONEPAJA, code=9999)


class TestCostOrders:
    def test_add_rename_and_remove_a_cost_center(
        self, sandbox: Sandbox, client: httpx2.Client
    ) -> None:
        def centers() -> list[tuple[str, str]]:
            answer = call(client, "CostCenter_GetList", CompanyId=KONEPAJA)
            codes, names = texts(answer, "Code"), texts(answer, "Description")
            return list(zip(codes, names, strict=True))[4:]

        before = centers()
        sandbox.add_cost_center(company_id=KONEPAJA, code="460", description="Uusi")
        added = centers()
        sandbox.rename_cost_center(company_id=KONEPAJA, code="460", new_code="461")
        sandbox.rename_cost_center(company_id=KONEPAJA, code="450", description="Talli")
        renamed = centers()
        sandbox.remove_cost_center(company_id=KONEPAJA, code="461")

        assert before == [("450", "Varikko")]
        assert added == [("450", "Varikko"), ("460", "Uusi")]
        assert renamed == [("450", "Talli"), ("461", "Uusi")]
        assert centers() == [("450", "Talli")]

    def test_add_rename_and_remove_a_cost_unit(
        self, sandbox: Sandbox, client: httpx2.Client
    ) -> None:
        sandbox.add_cost_unit(company_id=KONEPAJA, code="P-150", description="Silta")
        sandbox.rename_cost_unit(company_id=KONEPAJA, code="P-150", description="Ratasilta")
        sandbox.remove_cost_unit(company_id=KONEPAJA, code="P-108")

        answer = call(client, "CostUnit_GetList", CompanyId=KONEPAJA)
        assert texts(answer, "Code") == ["P-114", "P-140", "P-099", "P-150"]
        assert texts(answer, "Description")[-1] == "Ratasilta"

    def test_refuse_codes_that_are_taken_or_unknown(self, sandbox: Sandbox) -> None:
        with pytest.raises(OrderRefused, match="taken"):
            sandbox.add_cost_center(company_id=KONEPAJA, code="450")
        with pytest.raises(OrderRefused, match="taken"):
            sandbox.rename_cost_unit(company_id=KONEPAJA, code="P-108", new_code="P-114")
        with pytest.raises(OrderRefused, match="no code"):
            sandbox.remove_cost_unit(company_id=KONEPAJA, code="450")


class TestOrder:
    def test_needs_ids_that_exist(self, sandbox: Sandbox) -> None:
        with pytest.raises(OrderRefused, match="no company 1"):
            sandbox.rename_company(company_id=1, name="X")
        with pytest.raises(OrderRefused, match="no debtor 1"):
            sandbox.move_company(company_id=KONEPAJA, debtor_id=1)
        with pytest.raises(OrderRefused, match="no run 1"):
            sandbox.delete_run(company_id=KONEPAJA, run_id=1)

    @pytest.mark.parametrize("name", ["two\nlines", "x" * 201, "\x07", "\ud800"])
    def test_takes_no_text_that_could_not_be_sent(self, sandbox: Sandbox, name: str) -> None:
        before = sandbox.world

        with pytest.raises(OrderRefused, match="name"):
            sandbox.rename_company(company_id=KONEPAJA, name=name)

        assert sandbox.world == before

    def test_takes_no_fractions_of_cents(self, sandbox: Sandbox) -> None:
        with pytest.raises(OrderRefused, match="two decimals"):
            sandbox.recalculate_run(company_id=KONEPAJA, run_id=JUNE, euros=Decimal("0.001"))

    def test_is_undone_by_a_reset(self, sandbox: Sandbox, client: httpx2.Client) -> None:
        before = sandbox.world
        sandbox.delete_run(company_id=KONEPAJA, run_id=JUNE)
        sandbox.change_token(token="new")
        sandbox.forbid_call(operation="List_GetAll")
        call(client, "List_GetAll")

        sandbox.reset()

        assert sandbox.world == before
        assert sandbox.requests.all() == ()
