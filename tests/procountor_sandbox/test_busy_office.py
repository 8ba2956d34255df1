"""An office whose people change receipts while programs are at work."""

from typing import Any

import httpx2
import pytest
from tests.procountor_sandbox.calling import client_of, receipt, signed_in

from procountor_sandbox.app import Sandbox, create_app
from procountor_sandbox.busy_office import Busyness
from procountor_sandbox.faults import Fault, FaultKind
from procountor_sandbox.people import Act


@pytest.fixture
def control(sandbox: Sandbox) -> httpx2.Client:
    """Return a client for orders to the sandbox itself. It needs no token."""
    return client_of(sandbox, "http://sandbox/sandbox/")


def what_is_booked(sandbox: Sandbox) -> list[dict[str, Any]]:
    return [
        {name: value for name, value in one.stored().items() if name not in {"version", "created"}}
        for one in sandbox.ledger.receipts()
    ]


class TestABusyOffice:
    def test_does_something_after_every_so_many_posts(
        self, sandbox: Sandbox, caller: httpx2.Client
    ) -> None:
        sandbox.busy.start(Busyness(every=2))

        for number in range(7):
            caller.post("ledgerreceipts", json=receipt(name=f"Receipt {number}"))
            caller.get("ledgerreceipts")

        assert sandbox.busy.act_count == 3
        changed = [one for one in sandbox.ledger.receipts() if one.version != one.created]
        assert 1 <= len(changed) <= 3

    def test_may_act_between_any_two_requests(
        self, sandbox: Sandbox, caller: httpx2.Client
    ) -> None:
        caller.post("ledgerreceipts", json=receipt())
        sandbox.busy.start(Busyness(only_posts=False, acts=(Act.RENAME,)))

        caller.get("ledgerreceipts")
        caller.get("coa")

        assert sandbox.busy.act_count == 2

    def test_does_the_same_for_the_same_requests(self) -> None:
        outcomes = []
        for _ in range(2):
            sandbox = create_app()
            caller = signed_in(sandbox)
            sandbox.busy.start(Busyness(seed=7, acts=tuple(Act)))
            for number in range(20):
                caller.post("ledgerreceipts", json=receipt(name=f"Receipt {number}"))
            outcomes.append(what_is_booked(sandbox))

        assert outcomes[0] == outcomes[1]
        assert outcomes[0] != [receipt(name=f"Receipt {number}") for number in range(20)]

    def test_acts_before_an_answer_is_lost(self, sandbox: Sandbox, caller: httpx2.Client) -> None:
        sandbox.busy.start(Busyness(acts=(Act.RENAME,)))
        sandbox.faults.add(Fault(kind=FaultKind.ANSWER_LOST, method="POST"))

        with pytest.raises(httpx2.RemoteProtocolError):
            caller.post("ledgerreceipts", json=receipt(name="Mine"))

        assert sandbox.ledger.receipts()[0].name != "Mine"

    def test_leaves_other_companies_alone(self, sandbox: Sandbox, caller: httpx2.Client) -> None:
        sandbox.busy.start(Busyness(company_id=50102))

        caller.post("ledgerreceipts", json=receipt())

        assert sandbox.busy.act_count == 0

    def test_is_opened_shown_and_closed_by_orders(
        self, control: httpx2.Client, caller: httpx2.Client
    ) -> None:
        order = {"every": 1, "seed": 3, "acts": ["rename"], "company_id": 50101}
        opened = control.post("busy-office", json=order).json()
        caller.post("ledgerreceipts", json=receipt())
        shown = control.get("busy-office").json()
        closed = control.delete("busy-office").json()

        assert opened == {**order, "open": True, "only_posts": True, "act_count": 0}
        assert shown["act_count"] == 1
        assert closed == {"open": False, "act_count": 1}

    def test_goes_home_when_all_is_reset(self, sandbox: Sandbox, control: httpx2.Client) -> None:
        control.post("busy-office", json={})

        control.post("reset")

        assert sandbox.busy.open is None

    @pytest.mark.parametrize(
        "order",
        [
            {"every": 0},
            {"every": "2"},
            {"acts": []},
            {"acts": ["dance"]},
            {"acts": "rename"},
            {"only_posts": "yes"},
            {"seed": -1},
            {"evry": 1},
        ],
    )
    def test_is_refused_when_something_is_wrong(
        self, sandbox: Sandbox, control: httpx2.Client, order: dict[str, Any]
    ) -> None:
        answer = control.post("busy-office", json=order)

        assert answer.status_code == 400
        assert sandbox.busy.open is None
