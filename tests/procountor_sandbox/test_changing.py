import re
from typing import Any

import httpx2
import pytest
from tests.procountor_sandbox.calling import (
    client_of,
    dimension_value,
    messages,
    receipt,
    row,
    signed_in,
)
from tests.sandbox_parts.clock import SetClock

from procountor_sandbox.app import DEFAULT_REDIRECT_URIS, Sandbox, create_app
from procountor_sandbox.drafts import Strictness
from procountor_sandbox.refusals import CLOSED_PERIOD, NO_RIGHTS, UNKNOWN_DIMENSION
from procountor_sandbox.sample import API_CLIENT
from procountor_sandbox.world import Access


@pytest.fixture
def booked(caller: httpx2.Client) -> dict[str, Any]:
    answer: dict[str, Any] = caller.post("ledgerreceipts", json=receipt()).json()
    return answer


def close_june(sandbox: Sandbox) -> None:
    """Close the month of every receipt in this module."""
    order = {"company_id": 50101, "date": "2026-06-30", "status": "CLOSED"}
    client_of(sandbox).post("http://sandbox/sandbox/periods", json=order)


def reader_of(sandbox: Sandbox) -> httpx2.Client:
    """Return a client of a person who may only read."""
    client = client_of(sandbox, "http://sandbox/")
    query = {
        "response_type": "code",
        "client_id": API_CLIENT.client_id,
        "redirect_uri": DEFAULT_REDIRECT_URIS[0],
    }
    page = client.post("login", data=query | {"username": "lukija", "password": "sandbox"}).text
    ticket = re.findall(r'name="ticket" value="([^"]+)"', page)[0]
    chosen = client.post("login/company", data=query | {"ticket": ticket, "company": "50101"})
    form = {
        "grant_type": "authorization_code",
        "client_id": API_CLIENT.client_id,
        "client_secret": API_CLIENT.client_secret,
        "redirect_uri": DEFAULT_REDIRECT_URIS[0],
        "code": chosen.headers["Location"].partition("code=")[2],
    }
    token = client.post("api/oauth/token", data=form).json()["access_token"]
    reader = client_of(sandbox)
    reader.headers["Authorization"] = f"Bearer {token}"
    return reader


class TestReplacing:
    def test_needs_the_latest_version(self, caller: httpx2.Client, booked: dict[str, Any]) -> None:
        address = f"ledgerreceipts/{booked['id']}"

        first = caller.put(address, json=booked | {"name": "Renamed"})
        stale = caller.put(address, json=booked | {"name": "Renamed again"})
        unversioned = caller.put(address, json=receipt())

        assert first.status_code == 200
        assert first.json()["version"] > booked["version"]
        assert messages(stale) == [("version", "SANDBOX_STALE_VERSION")]
        assert messages(unversioned) == [("version", "SANDBOX_STALE_VERSION")]
        assert caller.get(address).json()["name"] == "Renamed"

    def test_puts_the_whole_receipt_in_place_and_makes_its_rows_anew(
        self, caller: httpx2.Client
    ) -> None:
        old = caller.post("ledgerreceipts", json=receipt(accountantsNotes="Old")).json()
        new = receipt(row(value=5.0), row("2961", -5.0), version=old["version"])

        changed = caller.put(f"ledgerreceipts/{old['id']}", json=new).json()

        assert "accountantsNotes" not in changed
        assert [one["accountingValue"] for one in changed["transactions"]] == [5, -5]
        assert changed["id"] == old["id"]
        assert not {one["id"] for one in changed["transactions"]} & {
            one["id"] for one in old["transactions"]
        }

    def test_follows_the_rules_of_booking(
        self, caller: httpx2.Client, booked: dict[str, Any]
    ) -> None:
        wrong = booked | {"receiptDate": "2025-12-31"}

        answer = caller.put(f"ledgerreceipts/{booked['id']}", json=wrong)

        assert messages(answer) == [("receiptDate", CLOSED_PERIOD)]

    def test_cannot_move_a_receipt_out_of_a_closed_period(
        self, caller: httpx2.Client, sandbox: Sandbox, booked: dict[str, Any]
    ) -> None:
        close_june(sandbox)

        answer = caller.put(
            f"ledgerreceipts/{booked['id']}", json=booked | {"receiptDate": "2026-07-31"}
        )

        assert messages(answer) == [("receiptDate", CLOSED_PERIOD)]

    def test_is_refused_for_another_id_or_an_invalidated_receipt(
        self, caller: httpx2.Client, booked: dict[str, Any]
    ) -> None:
        address = f"ledgerreceipts/{booked['id']}"

        other = caller.put(address, json=booked | {"id": 1})
        listed = caller.put(address, json=booked | {"id": [1]})
        caller.put(f"{address}/invalidate")
        latest = caller.get(address).json()
        invalidated = caller.put(address, json=latest)
        unknown = caller.put("ledgerreceipts/1", json=booked)

        assert [one.status_code for one in (other, listed)] == [400, 400]
        assert [one.status_code for one in (invalidated, unknown)] == [400, 404]

    def test_leaves_official_bookkeeping_in_balance(self) -> None:
        caller = signed_in(create_app(strictness=Strictness(accept_unbalanced=True)))
        address = "ledgerreceipts/700001"
        caller.post("ledgerreceipts", json=receipt())
        caller.put(f"{address}/approve")
        latest = caller.get(address).json()

        answer = caller.put(address, json=latest | {"transactions": [row()]})

        assert messages(answer) == [("transactions", "SANDBOX_UNBALANCED")]


class TestStatus:
    def test_goes_from_unfinished_to_approved_and_back_and_to_invalidated(
        self, caller: httpx2.Client, booked: dict[str, Any]
    ) -> None:
        address = f"ledgerreceipts/{booked['id']}"
        seen = []

        for action in ("approve", "unfinished", "invalidate", "unfinished"):
            answer = caller.put(f"{address}/{action}")
            assert set(answer.json()) == {"message"}
            seen.append(caller.get(address).json()["status"])

        assert seen == ["APPROVED", "UNFINISHED", "INVALIDATED", "UNFINISHED"]

    @pytest.mark.parametrize(
        ("before", "action"),
        [
            (["approve"], "approve"),
            (["approve"], "invalidate"),
            (["invalidate"], "approve"),
            (["invalidate"], "invalidate"),
            ([], "unfinished"),
        ],
    )
    def test_goes_no_other_way(
        self,
        caller: httpx2.Client,
        booked: dict[str, Any],
        before: list[str],
        action: str,
    ) -> None:
        address = f"ledgerreceipts/{booked['id']}"
        for one in before:
            caller.put(f"{address}/{one}")

        answer = caller.put(f"{address}/{action}")

        assert answer.status_code == 403

    @pytest.mark.parametrize("action", ["approve", "unfinished", "invalidate"])
    def test_stays_in_a_closed_period(
        self, caller: httpx2.Client, sandbox: Sandbox, booked: dict[str, Any], action: str
    ) -> None:
        address = f"ledgerreceipts/{booked['id']}"
        if action == "unfinished":
            caller.put(f"{address}/approve")
        close_june(sandbox)

        answer = caller.put(f"{address}/{action}")

        assert answer.status_code == 403
        assert messages(answer) == [("receiptDate", CLOSED_PERIOD)]

    @pytest.mark.parametrize("action", ["approve", "unfinished", "invalidate"])
    def test_changes_only_on_a_receipt_that_exists(
        self, caller: httpx2.Client, action: str
    ) -> None:
        answer = caller.put(f"ledgerreceipts/1/{action}")

        assert answer.status_code == 404

    def test_is_changed_without_a_body_of_any_kind(
        self, caller: httpx2.Client, booked: dict[str, Any]
    ) -> None:
        answer = caller.put(
            f"ledgerreceipts/{booked['id']}/approve",
            headers={"Content-Type": "application/x-www-form-urlencoded"},
        )

        assert answer.status_code == 200

    def test_changes_the_version_even_within_a_moment(
        self, caller: httpx2.Client, booked: dict[str, Any], clock: SetClock
    ) -> None:
        address = f"ledgerreceipts/{booked['id']}"
        before = clock.now
        caller.put(f"{address}/approve")
        caller.put(f"{address}/unfinished")

        latest = caller.get(address).json()

        assert clock.now == before
        assert latest["version"] > booked["version"]


class TestRowDimensions:
    def test_can_be_replaced_and_removed(
        self, caller: httpx2.Client, booked: dict[str, Any]
    ) -> None:
        row_id = booked["transactions"][0]["id"]
        address = f"ledgerreceipts/{booked['id']}/transactions/{row_id}/dimensions"

        tagged = caller.put(address, json={"dimensionItemValues": [dimension_value()]}).json()
        bare = caller.put(address, json={"dimensionItemValues": []}).json()

        assert tagged["transactions"][0]["dimensionItemValues"] == [dimension_value()]
        assert bare["transactions"][0]["dimensionItemValues"] == []

    def test_follow_the_rules_of_booking(
        self, caller: httpx2.Client, booked: dict[str, Any]
    ) -> None:
        row_id = booked["transactions"][0]["id"]
        address = f"ledgerreceipts/{booked['id']}/transactions/{row_id}/dimensions"

        unknown = caller.put(address, json={"dimensionItemValues": [dimension_value(item_id=1)]})
        short = caller.put(address, json={"dimensionItemValues": [dimension_value(1.0)]})
        elsewhere = caller.put(address.replace(str(row_id), "1"), json={})

        assert messages(unknown) == [("dimensionItemValues", UNKNOWN_DIMENSION)]
        assert messages(short) == [("dimensionItemValues", "SANDBOX_DIMENSION_SUM_MISMATCH")]
        assert elsewhere.status_code == 404

    @pytest.mark.parametrize("body", [{}, {"dimensionItemValues": None}])
    def test_are_only_removed_by_an_empty_list(
        self, caller: httpx2.Client, booked: dict[str, Any], body: dict[str, Any]
    ) -> None:
        row_id = booked["transactions"][0]["id"]

        answer = caller.put(
            f"ledgerreceipts/{booked['id']}/transactions/{row_id}/dimensions", json=body
        )

        assert messages(answer) == [
            ("dimensionItemValues", "Value of the 'dimensionItemValues' cannot be blank.")
        ]

    def test_stay_on_an_invalidated_receipt(
        self, caller: httpx2.Client, booked: dict[str, Any]
    ) -> None:
        row_id = booked["transactions"][0]["id"]
        caller.put(f"ledgerreceipts/{booked['id']}/invalidate")

        answer = caller.put(
            f"ledgerreceipts/{booked['id']}/transactions/{row_id}/dimensions",
            json={"dimensionItemValues": []},
        )

        assert messages(answer) == [("status", "SANDBOX_INVALIDATED")]

    def test_stay_in_a_closed_period(
        self, caller: httpx2.Client, sandbox: Sandbox, booked: dict[str, Any]
    ) -> None:
        row_id = booked["transactions"][0]["id"]
        close_june(sandbox)

        answer = caller.put(
            f"ledgerreceipts/{booked['id']}/transactions/{row_id}/dimensions",
            json={"dimensionItemValues": [dimension_value()]},
        )

        assert messages(answer) == [("receiptDate", CLOSED_PERIOD)]


class TestReadingRights:
    def test_let_a_person_read(self, sandbox: Sandbox) -> None:
        reader = reader_of(sandbox)

        rights = reader.get("users/rights").json()["rights"]["accounting"]

        assert rights["journalReceipts"] == Access.VIEWING.value
        assert reader.get("ledgerreceipts").status_code == 200
        assert reader.get("coa").status_code == 200

    @pytest.mark.parametrize(
        ("method", "path"),
        [
            ("POST", "ledgerreceipts"),
            ("PUT", "ledgerreceipts/700001"),
            ("PUT", "ledgerreceipts/700001/approve"),
            ("PUT", "ledgerreceipts/700001/transactions/3000001/dimensions"),
            ("POST", "dimensions/3101/items"),
            ("PUT", "dimensions/3101"),
            ("POST", "attachments"),
        ],
    )
    def test_do_not_let_a_person_write(
        self, sandbox: Sandbox, booked: dict[str, Any], method: str, path: str
    ) -> None:
        answer = reader_of(sandbox).request(method, path, json=receipt())

        assert booked["id"] == 700001
        assert answer.status_code == 403
        assert answer.json() == {"errors": [{"status": 403, "message": NO_RIGHTS}]}

    def test_of_the_default_sandbox_let_the_api_user_write(self) -> None:
        world = create_app().world

        robot = world.person("api-robotti")

        assert robot is not None
        assert robot.access is Access.ALL
        assert robot.password is None


class TestAFinalReceipt:
    def test_has_a_serial_number_once_its_year_is_closed_and_can_never_be_undone(
        self, sandbox: Sandbox
    ) -> None:
        company = next(one for one in sandbox.world.companies if one.country == "SWEDEN")
        caller = signed_in(sandbox, company.company_id - 50101 + 1001)
        first = caller.post("ledgerreceipts", json=receipt()).json()
        draft = caller.post("ledgerreceipts", json=receipt()).json()
        caller.put(f"ledgerreceipts/{first['id']}/approve")

        closed = close_year(sandbox, company.company_id, is_open=False)

        assert closed["numbered"] == 1
        read = caller.get(f"ledgerreceipts/{first['id']}").json()
        assert read["serialNumber"] == {"series": "A", "number": 1}
        assert "serialNumber" not in caller.get(f"ledgerreceipts/{draft['id']}").json()
        refused = caller.put(f"ledgerreceipts/{first['id']}/unfinished")
        assert refused.status_code == 403
        assert messages(refused) == [("receiptDate", CLOSED_PERIOD)]
        close_year(sandbox, company.company_id, is_open=True)
        refused = caller.put(f"ledgerreceipts/{first['id']}/unfinished")
        assert refused.status_code == 403
        assert messages(refused) == [("serialNumber", "SANDBOX_HAS_SERIAL_NUMBER")]

    def test_is_none_in_finland(
        self, caller: httpx2.Client, booked: dict[str, Any], sandbox: Sandbox
    ) -> None:
        caller.put(f"ledgerreceipts/{booked['id']}/approve")

        assert close_year(sandbox, 50101, is_open=False)["numbered"] == 0
        close_year(sandbox, 50101, is_open=True)

        assert caller.put(f"ledgerreceipts/{booked['id']}/unfinished").status_code == 200


def close_year(sandbox: Sandbox, company_id: int, *, is_open: bool) -> dict[str, Any]:
    """Close or open the fiscal year of every receipt in this module."""
    order = {"company_id": company_id, "date": "2026-06-30", "is_open": is_open}
    answer = client_of(sandbox).post("http://sandbox/sandbox/years", json=order)
    assert answer.status_code == 200, answer.text
    closed: dict[str, Any] = answer.json()
    return closed
