from typing import Any

import httpx2
import pytest
from tests.nmbrs_sandbox.calling import (
    DEBTOR,
    JANUARY,
    JUNE,
    KONEPAJA,
    KULJETUS,
    call,
    fault,
    journal,
    texts,
)

from nmbrs_sandbox.app import Sandbox
from nmbrs_sandbox.faults import Fault, FaultKind

RUN = {"company_id": KONEPAJA, "run_id": JUNE}


class TestFaultOrders:
    def test_describe_a_fault_by_its_parts(self, client: httpx2.Client, sandbox: Sandbox) -> None:
        order = {
            "kind": "fault",
            "operation": "Run_GetList",
            "company_id": KONEPAJA,
            "times": 2,
            "skip": 1,
            "code": 1003,
            "text": "No",
        }

        answer = client.post("sandbox/faults", json=order)

        assert answer.status_code == 200
        assert sandbox.faults.pending == (
            Fault(
                kind=FaultKind.FAULT,
                operation="Run_GetList",
                company_id=KONEPAJA,
                times=2,
                skip=1,
                code="1003",
                text="No",
            ),
        )

    def test_may_be_for_ever_and_take_fractions_of_seconds(
        self, client: httpx2.Client, sandbox: Sandbox
    ) -> None:
        client.post("sandbox/faults", json={"kind": "slow", "times": None, "seconds": 0.25})

        pending = sandbox.faults.pending[0]
        assert (pending.times, pending.seconds) == (None, 0.25)

    @pytest.mark.parametrize(
        "order",
        [
            {},
            {"kind": "unknown"},
            {"kind": ["down"]},
            {"kind": "down", "times": "2"},
            {"kind": "down", "times": 0},
            {"kind": "down", "skip": True},
            {"kind": "slow", "seconds": -1},
            {"kind": "slow", "seconds": "soon"},
            {"kind": "down", "status": 200},
            {"kind": "down", "tmies": 1},
            [],
        ],
    )
    def test_are_refused_when_something_is_wrong(
        self, client: httpx2.Client, sandbox: Sandbox, order: Any
    ) -> None:
        answer = client.post("sandbox/faults", json=order)

        assert answer.status_code == 400
        assert answer.json()["error"]
        assert sandbox.faults.pending == ()

    def test_can_be_listed_and_dropped(self, client: httpx2.Client) -> None:
        client.post("sandbox/faults", json={"kind": "down"})

        listed = client.get("sandbox/faults").json()["faults"]
        client.delete("sandbox/faults")

        assert [one["kind"] for one in listed] == ["down"]
        assert client.get("sandbox/faults").json() == {"faults": []}

    def test_hold_and_release(self, client: httpx2.Client) -> None:
        held = client.get("sandbox/held").json()
        released = client.post("sandbox/release").json()

        assert (held, released) == ({"held": 0}, {"released": 0})


class TestOrders:
    def test_recalculate_a_run(self, client: httpx2.Client) -> None:
        order = RUN | {"euros": "12.34", "touch_run_at": True}

        answer = client.post("sandbox/recalculate_run", json=order).json()

        found = journal(call(client, "Journals_GetByRunCompany", CompanyId=KONEPAJA, RunId=JUNE))
        assert found.findtext("transaction/lines/line/value") == "44307.84"
        assert answer["run_at"] == "2026-07-01T09:00:00"

    def test_delete_a_run_and_put_it_back(self, client: httpx2.Client) -> None:
        deleted = client.post("sandbox/delete_run", json=RUN).json()
        back = client.post("sandbox/put_back_run", json=RUN).json()

        assert (deleted["is_deleted"], back["is_deleted"]) == (True, False)

    def test_add_a_company_and_a_run(self, client: httpx2.Client) -> None:
        order = {"debtor_id": 7103, "number": 2001, "name": "Uusi Oy"}

        company = client.post("sandbox/add_company", json=order).json()
        run = client.post(
            "sandbox/add_run", json={"company_id": company["company_id"], "has_journal": False}
        ).json()

        assert (company["number"], len(company["runs"])) == (2001, 1)
        assert (run["year"], run["number"], run["has_journal"]) == (2026, 2, False)

    @pytest.mark.parametrize(
        ("name", "order"),
        [
            ("hide_company", {"company_id": KULJETUS}),
            ("deny_company", {"company_id": KULJETUS, "code": 2004}),
            ("rename_company", {"company_id": KULJETUS, "name": "Uusi"}),
            ("move_company", {"company_id": KULJETUS, "debtor_id": 7101}),
            ("set_active_year", {"company_id": KULJETUS, "year": 2025}),
            ("hide_debtor", {"debtor_id": 7101}),
            ("rename_debtor", {"debtor_id": 7101, "name": "Uusi"}),
            ("add_debtor", {"number": "9", "name": "Uusi"}),
            ("forbid_call", {"operation": "List_GetAll"}),
            ("add_cost_center", {"company_id": KULJETUS, "code": "9"}),
            ("rename_cost_center", {"company_id": KULJETUS, "code": "100", "new_code": "9"}),
            ("remove_cost_center", {"company_id": KULJETUS, "code": "100"}),
            ("add_cost_unit", {"company_id": KULJETUS, "code": "9"}),
        ],
    )
    def test_change_the_world(
        self, client: httpx2.Client, name: str, order: dict[str, Any]
    ) -> None:
        before = client.get("sandbox/world.json").json()

        answer = client.post(f"sandbox/{name}", json=order)

        assert answer.status_code == 200
        assert client.get("sandbox/world.json").json() != before

    def test_change_the_token_without_repeating_it(self, client: httpx2.Client) -> None:
        answer = client.post("sandbox/change_token", json={"token": "very-new"})

        assert answer.status_code == 200
        assert "very-new" not in answer.text
        assert fault(call(client, "List_GetAll")) == "1001"

    @pytest.mark.parametrize(
        ("name", "order", "status"),
        [
            ("delete_run", {"company_id": KONEPAJA}, 400),
            ("delete_run", RUN | {"why": "x"}, 400),
            ("delete_run", RUN | {"run_id": "6"}, 400),
            ("delete_run", RUN | {"run_id": 2**31}, 400),
            ("delete_run", RUN | {"run_id": 1}, 404),
            ("delete_run", {"company_id": 1, "run_id": 1}, 404),
            ("recalculate_run", RUN | {"euros": "ten"}, 400),
            ("recalculate_run", RUN | {"euros": "NaN"}, 400),
            ("recalculate_run", RUN | {"euros": "1e20"}, 400),
            ("recalculate_run", RUN | {"euros": True}, 400),
            ("recalculate_run", RUN | {"touch_run_at": "yes"}, 400),
            ("add_run", {"company_id": KONEPAJA, "at": "yesterday"}, 400),
            ("add_company", {"debtor_id": 7101, "number": 1, "name": "X", "runs": 1000}, 400),
            ("change_token", {"token": ""}, 400),
            ("add_cost_center", {"company_id": KONEPAJA, "code": " "}, 400),
            ("move_company", [], 400),
        ],
    )
    def test_are_refused_when_something_is_wrong(
        self, client: httpx2.Client, sandbox: Sandbox, name: str, order: Any, status: int
    ) -> None:
        before = sandbox.world

        answer = client.post(f"sandbox/{name}", json=order)

        assert answer.status_code == status
        assert answer.json()["error"]
        assert sandbox.world == before

    def test_need_a_name_there_is(self, client: httpx2.Client) -> None:
        for name in ("give_order", "remember", "put_run", "world", "nothing"):
            assert (
                client.post(f"sandbox/{name}", json={})
                .headers["Content-Type"]
                .startswith("text/html")
            )

    def test_are_not_taken_from_other_sites(self, client: httpx2.Client, sandbox: Sandbox) -> None:
        before = sandbox.world
        answers = [
            client.post("sandbox/delete_run", json=RUN, headers={"Origin": origin})
            for origin in ("http://evil.example", "null", "http://sandbox:81")
        ]

        answers += [
            client.request(method, f"sandbox/{name}", headers={"Origin": "http://evil.example"})
            for method, name in (("POST", "reset"), ("POST", "faults"), ("DELETE", "faults"))
        ]

        assert [one.status_code for one in answers] == [403] * 6
        assert sandbox.world == before
        own = client.post("sandbox/delete_run", json=RUN, headers={"Origin": "http://sandbox"})
        assert own.status_code == 200

    def test_go_back_to_the_start(self, client: httpx2.Client, sandbox: Sandbox) -> None:
        before = client.get("sandbox/world.json").json()
        client.post("sandbox/delete_run", json=RUN)
        client.post("sandbox/faults", json={"kind": "down", "times": None})

        client.post("sandbox/reset")

        assert client.get("sandbox/world.json").json() == before
        assert sandbox.faults.pending == ()


class TestLists:
    def test_tell_every_run_with_its_rows(self, client: httpx2.Client) -> None:
        client.post("sandbox/delete_run", json={"company_id": KONEPAJA, "run_id": JANUARY})

        runs = client.get("sandbox/journals.json", params={"company_id": KONEPAJA}).json()["runs"]

        assert [one["run_id"] for one in runs] == list(range(JANUARY, JUNE + 1))
        assert [one["is_deleted"] for one in runs] == [True] + [False] * 5
        assert runs[0]["company_number"] == 1001
        assert len(runs[5]["lines"]) == 57
        assert runs[5]["lines"][3] == {
            "date": "2026-06-30",
            "account": "5030",
            "description": "Ylityö, Győrin nosturi",
            "cost_center": "210",
            "cost_unit": "P-108",
            "amount": "1842.36",
        }
        assert runs[5]["lines"][19]["amount"] == "-32243.39"

    def test_tell_the_journals_of_all_companies(self, client: httpx2.Client) -> None:
        runs = client.get("sandbox/journals.json").json()["runs"]

        assert len(runs) == 60
        assert len({one["company_id"] for one in runs}) == 10

    @pytest.mark.parametrize(("company_id", "status"), [("x", 400), ("1", 404)])
    def test_tell_what_is_wrong(self, client: httpx2.Client, company_id: str, status: int) -> None:
        answer = client.get("sandbox/journals.json", params={"company_id": company_id})

        assert answer.status_code == status

    def test_tell_what_was_asked_without_secrets(self, client: httpx2.Client) -> None:
        call(client, "Run_GetList", CompanyId=1, Year=2026)
        call(client, "List_GetAll", DEBTOR)

        answer = client.get("sandbox/requests.json")

        listed = answer.json()["requests"]
        assert [(one["operation"], one["company_id"], one["status"]) for one in listed] == [
            ("Run_GetList", 1, 500),
            ("List_GetAll", None, 200),
        ]
        assert listed[0]["fault_code"] == "1003"
        assert "palkat@" not in answer.text
        assert "sandbox-nmbrs-token" not in answer.text

    def test_tell_the_world_as_it_is(self, client: httpx2.Client) -> None:
        client.post("sandbox/forbid_call", json={"operation": "Run_GetList"})

        world = client.get("sandbox/world.json").json()

        assert [one["number"] for one in world["debtors"]] == ["101", "102", "103"]
        assert world["companies"][0]["cost_units"][0]["code"] == "P-108"
        assert world["forbidden_calls"] == ["Run_GetList"]
        assert "sandbox-nmbrs-token" not in str(world)

    def test_ids_do_not_depend_on_numbers(self, client: httpx2.Client) -> None:
        listed = call(client, "List_GetAll")

        assert not set(texts(listed, "ID")) & set(texts(listed, "Number"))
