from typing import Any

import httpx2
import pytest
from tests.procountor_sandbox.calling import client_of, receipt, signed_in

from procountor_sandbox.app import Sandbox
from procountor_sandbox.faults import Fault, FaultKind


@pytest.fixture
def control(sandbox: Sandbox) -> httpx2.Client:
    """Return a client for orders to the sandbox itself. It needs no token."""
    return client_of(sandbox, "http://sandbox/sandbox/")


class TestFaultOrders:
    def test_describe_a_fault_by_its_parts(self, control: httpx2.Client, sandbox: Sandbox) -> None:
        order = {
            "kind": "reject",
            "method": "POST",
            "path": "/ledgerreceipts",
            "times": 2,
            "skip": 1,
            "status": 409,
            "code": "NO",
            "field": "name",
        }

        answer = control.post("faults", json=order)

        assert answer.status_code == 200
        assert sandbox.faults.pending == (
            Fault(
                kind=FaultKind.REJECT,
                method="POST",
                path="/ledgerreceipts",
                times=2,
                skip=1,
                status=409,
                code="NO",
                field="name",
            ),
        )

    def test_may_be_for_ever_and_take_fractions_of_seconds(
        self, control: httpx2.Client, sandbox: Sandbox
    ) -> None:
        control.post("faults", json={"kind": "slow", "times": None, "seconds": 0.25})

        fault = sandbox.faults.pending[0]
        assert (fault.times, fault.seconds) == (None, 0.25)

    @pytest.mark.parametrize(
        "order",
        [
            {},
            {"kind": "unknown"},
            {"kind": "busy", "times": "2"},
            {"kind": "busy", "times": -1},
            {"kind": "busy", "method": "LOOK"},
            {"kind": "slow", "seconds": -1},
            {"kind": "slow", "seconds": 601},
            {"kind": "reject", "status": 200},
            {"kind": "busy", "tmies": 1},
            [],
        ],
    )
    def test_are_refused_when_something_is_wrong(
        self, control: httpx2.Client, sandbox: Sandbox, order: Any
    ) -> None:
        answer = control.post("faults", json=order)

        assert answer.status_code == 400
        assert sandbox.faults.pending == ()

    def test_can_be_listed_and_dropped(self, control: httpx2.Client) -> None:
        control.post("faults", json={"kind": "busy"})

        listed = control.get("faults").json()["faults"]
        control.delete("faults")

        assert [one["kind"] for one in listed] == ["busy"]
        assert control.get("faults").json() == {"faults": []}

    def test_hold_and_release(self, control: httpx2.Client) -> None:
        held = control.get("held").json()
        released = control.post("release").json()

        assert (held, released) == ({"held": 0}, {"released": 0})


class TestOtherSites:
    @pytest.mark.parametrize("origin", ["http://evil.example", "null", "http://sandbox:81"])
    def test_give_no_orders(
        self, control: httpx2.Client, caller: httpx2.Client, sandbox: Sandbox, origin: str
    ) -> None:
        caller.post("ledgerreceipts", json=receipt())
        control.post("faults", json={"kind": "slow"})

        answers = [
            control.request(method, path, headers={"Origin": origin})
            for method, path in (
                ("POST", "reset"),
                ("POST", "faults"),
                ("DELETE", "faults"),
                ("POST", "revoke"),
            )
        ]

        assert [one.status_code for one in answers] == [403] * 4
        assert "own pages only" in answers[0].json()["errors"][0]["message"]
        assert sandbox.ledger.count() == 1
        assert len(sandbox.faults.pending) == 1

    def test_change_no_receipt_by_its_form(
        self, control: httpx2.Client, caller: httpx2.Client, sandbox: Sandbox
    ) -> None:
        booked = caller.post("ledgerreceipts", json=receipt()).json()
        path = f"companies/50101/receipts/{booked['id']}/change"
        form = {"act": "rename", "name": "Changed"}

        foreign, own = (
            control.post(path, data=form, headers={"Origin": origin})
            for origin in ("http://evil.example", "http://sandbox")
        )

        assert foreign.status_code == 403
        assert own.status_code == 303

    def test_may_be_the_sandbox_itself(self, control: httpx2.Client, sandbox: Sandbox) -> None:
        answer = control.post("reset", headers={"Origin": "http://sandbox"})

        assert answer.status_code == 200


class TestPeriodOrders:
    def test_close_and_open_the_period_of_a_day(
        self, control: httpx2.Client, caller: httpx2.Client
    ) -> None:
        order = {"company_id": 50101, "date": "2026-06-15"}
        statuses = []

        for status in ("CLOSED", "OPEN"):
            control.post("periods", json=order | {"status": status})
            statuses.append(caller.post("ledgerreceipts", json=receipt()).status_code)

        assert statuses == [400, 200]

    @pytest.mark.parametrize(
        ("changes", "status"),
        [
            ({"company_id": 1}, 404),
            ({"date": "2030-01-01"}, 404),
            ({"date": "June"}, 400),
            ({"status": "SHUT"}, 400),
        ],
    )
    def test_are_refused_when_something_is_wrong(
        self, control: httpx2.Client, changes: dict[str, object], status: int
    ) -> None:
        order = {"company_id": 50101, "date": "2026-06-15", "status": "CLOSED"}

        answer = control.post("periods", json=order | changes)

        assert answer.status_code == status


class TestOtherOrders:
    def test_rename_a_dimension(self, control: httpx2.Client, caller: httpx2.Client) -> None:
        order = {"company_id": 50101, "name": "Kustannuspaikka", "new_name": "Osasto"}

        renamed = control.post("dimensions", json=order)
        again = control.post("dimensions", json=order)

        assert renamed.status_code == 200
        assert caller.get("dimensions").json()[0]["name"] == "Osasto"
        assert again.status_code == 404

    def test_revoke_the_grants_of_a_company(
        self, control: httpx2.Client, caller: httpx2.Client, sandbox: Sandbox
    ) -> None:
        answer = control.post("revoke", json={"company_id": 50101})

        assert answer.json() == {"ended": 1}
        assert caller.get("company").status_code == 401
        assert signed_in(sandbox, 1002).get("company").status_code == 200

    def test_list_what_is_booked(self, control: httpx2.Client, caller: httpx2.Client) -> None:
        caller.post("ledgerreceipts", json=receipt())

        everything = control.get("receipts.json").json()
        nothing = control.get("receipts.json", params={"company_id": 50102}).json()
        wrong = control.get("receipts.json", params={"company_id": "x"})

        assert everything["count"] == 1
        assert everything["receipts"][0]["companyId"] == 50101
        assert nothing["count"] == 0
        assert wrong.status_code == 400

    def test_list_what_was_asked(self, control: httpx2.Client, caller: httpx2.Client) -> None:
        caller.get("coa")

        listed = control.get("requests.json").json()["requests"]

        assert listed[-1]["path"] == "/coa"
        assert listed[-1]["method"] == "GET"

    def test_go_back_to_the_start(
        self, control: httpx2.Client, caller: httpx2.Client, sandbox: Sandbox
    ) -> None:
        caller.post("ledgerreceipts", json=receipt())
        caller.put("dimensions/3101", json={"name": "Osasto"})
        control.post("faults", json={"kind": "busy", "times": None})
        sandbox.revoke()

        control.post("reset")

        fresh = signed_in(sandbox)
        assert sandbox.ledger.count() == 0
        assert fresh.get("dimensions").json()[0]["name"] == "Kustannuspaikka"
        assert fresh.post("ledgerreceipts", json=receipt()).json()["receiptNumber"] == 1


class TestYearOrders:
    @pytest.mark.parametrize(
        "order",
        [
            {"company_id": 50101, "date": "2026-06-30"},
            {"company_id": 50101, "date": "2026-06-30", "is_open": "no"},
            {"company_id": 50101, "date": "1999-06-30", "is_open": False},
            {"company_id": 1, "date": "2026-06-30", "is_open": False},
            {"company_id": 50101, "date": "2026-06-30", "is_open": False, "more": 1},
        ],
    )
    def test_are_refused_when_they_make_no_sense(
        self, control: httpx2.Client, order: dict[str, Any]
    ) -> None:
        assert control.post("years", json=order).status_code in {400, 404}
