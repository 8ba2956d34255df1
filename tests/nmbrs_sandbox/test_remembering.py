import sqlite3
from decimal import Decimal
from pathlib import Path

import pytest
from tests.nmbrs_sandbox.calling import JUNE, KONEPAJA, call, client_of, texts
from tests.sandbox_parts.clock import SetClock

from nmbrs_sandbox.app import Sandbox, create_app
from nmbrs_sandbox.payroll.sample import world_of
from sandbox_parts.orders import OrderRefused


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "made on demand" / "nmbrs.sqlite3"


def again(sandbox: Sandbox, path: Path) -> Sandbox:
    """End a sandbox and start another one on its file."""
    sandbox.close()
    return create_app(state_path=path)


class TestStateFile:
    def test_stores_everything_that_was_ordered(self, path: Path, clock: SetClock) -> None:
        first = create_app(state_path=path, clock=clock)
        added = first.add_company(debtor_id=7103, number=2001, name="Ünïkö Oy", runs=2)
        first.recalculate_run(
            company_id=KONEPAJA, run_id=JUNE, euros=Decimal("7.50"), touch_run_at=True
        )
        first.delete_run(company_id=KONEPAJA, run_id=JUNE)
        first.add_run(company_id=added.company_id, has_journal=False)
        first.rename_cost_center(company_id=KONEPAJA, code="450", description="")
        first.hide_debtor(debtor_id=7101)
        first.deny_company(company_id=added.company_id, code=2004)
        first.forbid_call(operation="List_GetAll")
        first.allow_call(operation="List_GetAll")
        first.change_token(token="new")
        clock.advance(days=30)

        second = again(first, path)

        assert second.world == first.world
        assert second.world != create_app().world

    def test_stores_what_was_inserted_over_soap(self, path: Path) -> None:
        first = create_app(state_path=path)
        item = {"Code": "900", "Description": "Uusi", "Id": 0}
        inserted = call(
            client_of(first), "CostCenter_Insert", CompanyId=KONEPAJA, kostenplaats=item
        )

        second = again(first, path)

        listed = call(client_of(second), "CostCenter_GetList", CompanyId=KONEPAJA)
        assert texts(listed, "Id")[-1] == texts(inserted, "CostCenter_InsertResult")[0]

    def test_goes_on_numbering_where_it_stopped(self, path: Path) -> None:
        first = create_app(state_path=path)
        old = first.add_run(company_id=KONEPAJA)

        second = again(first, path)
        new = second.add_run(company_id=KONEPAJA)
        third = again(second, path)

        assert new.run_id == old.run_id + 1
        assert third.world == second.world

    def test_forgets_refused_orders(self, path: Path) -> None:
        first = create_app(state_path=path)
        with pytest.raises(OrderRefused):
            first.delete_run(company_id=KONEPAJA, run_id=1)

        second = again(first, path)

        assert second.world == create_app().world

    def test_forgets_on_request(self, path: Path) -> None:
        first = create_app(state_path=path)
        first.delete_run(company_id=KONEPAJA, run_id=JUNE)
        first.reset()
        first.rename_company(company_id=KONEPAJA, name="Uusi Oy")

        second = again(first, path)

        company = second.bureau.company(KONEPAJA)
        assert company is not None
        assert (company.name, company.runs[5].is_deleted) == ("Uusi Oy", False)

    def test_holds_no_more_than_what_was_ordered(self, path: Path) -> None:
        first = create_app(world_of(companies=2000), state_path=path)
        first.rename_company(company_id=48200, name="Uusi Oy")
        first.close()

        with sqlite3.connect(path) as database:
            count = database.execute("SELECT COUNT(*) FROM entry").fetchone()
        database.close()

        assert count == (1,)

    def test_of_another_world_is_refused(self, path: Path) -> None:
        first = create_app(world_of(companies=20), state_path=path)
        first.rename_company(company_id=48120, name="Uusi Oy")
        first.close()

        with pytest.raises(OrderRefused, match="no company 48120"):
            create_app(state_path=path)

    def test_with_an_order_that_is_unknown_is_refused(self, path: Path) -> None:
        create_app(state_path=path).close()
        with sqlite3.connect(path) as database:
            order = '{"order": "sell_company", "fields": {}}'
            database.execute("INSERT INTO entry VALUES ('order', '000000001', ?)", (order,))
        database.close()

        with pytest.raises(OrderRefused, match="sell_company, which is unknown here"):
            create_app(state_path=path)
