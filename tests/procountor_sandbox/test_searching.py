from dataclasses import replace

import httpx2
import pytest
from tests.procountor_sandbox.calling import messages, receipt, signed_in
from tests.sandbox_parts.clock import SetClock

from procountor_sandbox.app import create_app
from procountor_sandbox.sample import world_of
from procountor_sandbox.world import Access

DAYS = ("2026-04-30", "2026-06-30", "2026-05-31", "2026-06-30")


@pytest.fixture
def ids(caller: httpx2.Client, clock: SetClock) -> list[int]:
    """Four receipts, booked a minute apart; the second is approved later on."""
    booked = []
    for day in DAYS:
        answer = caller.post("ledgerreceipts", json=receipt(receiptDate=day)).json()
        booked.append(answer["id"])
        clock.advance(minutes=1)
    caller.put(f"ledgerreceipts/{booked[1]}/approve")
    return booked


def found(caller: httpx2.Client, **query: str | int) -> list[int]:
    """Return the ids a search finds, in its order."""
    answer = caller.get("ledgerreceipts", params=query)
    return [one["id"] for one in answer.json()["results"]]


class TestSearch:
    def test_lists_what_tells_receipts_apart_and_nothing_more(
        self, caller: httpx2.Client, ids: list[int]
    ) -> None:
        first = caller.get("ledgerreceipts").json()["results"][-1]

        assert first["id"] == ids[0]
        assert set(first) == {
            "id",
            "type",
            "status",
            "name",
            "receiptDate",
            "receiptNumber",
            "invoiceNumber",
            "created",
            "version",
        }

    def test_filters_on_days_with_both_ends(self, caller: httpx2.Client, ids: list[int]) -> None:
        days = {"startDate": "2026-05-31", "endDate": "2026-06-30", "orderById": "ASC"}

        assert found(caller, **days) == ids[1:]
        assert found(caller, startDate="2026-06-30", endDate="2026-06-30") == [ids[3], ids[1]]

    def test_filters_on_status_and_types(self, caller: httpx2.Client, ids: list[int]) -> None:
        assert found(caller, status="APPROVED") == [ids[1]]
        assert found(caller, status="INVALIDATED") == []
        assert len(found(caller, types="JOURNAL,SALARY")) == len(ids)
        assert found(caller, types="SALARY") == []

    def test_filters_on_when_receipts_were_made_and_changed(
        self, caller: httpx2.Client, ids: list[int]
    ) -> None:
        rows = caller.get("ledgerreceipts", params={"orderById": "ASC"}).json()["results"]
        second, third = rows[1]["created"], rows[2]["created"]

        made = found(caller, createdStartDate=second, createdEndDate=third, orderById="ASC")
        changed = found(caller, versionStartDate=rows[1]["version"])

        assert made == ids[1:3]
        assert changed == [ids[1]]

    @pytest.mark.parametrize(
        ("order", "places"),
        [
            ({}, [3, 2, 1, 0]),
            ({"orderById": "ASC"}, [0, 1, 2, 3]),
            ({"orderByDate": "ASC"}, [0, 2, 1, 3]),
            ({"orderByDate": "DESC"}, [3, 1, 2, 0]),
            ({"orderByCreated": "ASC"}, [0, 1, 2, 3]),
            ({"orderByVersion": "DESC"}, [1, 3, 2, 0]),
        ],
    )
    def test_orders_as_asked_newest_first_by_default(
        self, caller: httpx2.Client, ids: list[int], order: dict[str, str], places: list[int]
    ) -> None:
        assert found(caller, **order) == [ids[place] for place in places]

    def test_comes_in_pages(self, caller: httpx2.Client, ids: list[int]) -> None:
        answer = caller.get("ledgerreceipts", params={"size": 3, "page": 1}).json()

        assert [one["id"] for one in answer["results"]] == [ids[0]]
        assert answer["meta"] == {
            "pageNumber": 1,
            "pageSize": 3,
            "resultCount": 1,
            "totalCount": 4,
        }

    def test_goes_on_after_an_id(self, caller: httpx2.Client, ids: list[int]) -> None:
        assert found(caller, previousId=ids[2]) == [ids[1], ids[0]]
        assert found(caller, previousId=ids[2], orderById="ASC") == [ids[3]]
        assert found(caller, previousId=ids[2], size=1) == [ids[1]]

    @pytest.mark.parametrize(
        ("name", "value"),
        [
            ("size", "201"),
            ("size", "0"),
            ("size", "many"),
            ("page", "-1"),
            ("startDate", "1.6.2026"),
            ("createdStartDate", "2026-06-30"),
            ("createdEndDate", "2026-06-30T12:00:00Z"),
            ("types", "JOURNAL,NOTHING"),
            ("types", "VAT_SUMMARY"),
            ("status", "DONE"),
            ("status", "UNFINISHED,APPROVED"),
            ("orderById", "UP"),
            ("orderById", "ASC,DESC"),
            ("previousId", "1"),
            ("size", "9" * 5000),
            ("startDate", "2026-W26-2"),
            ("createdStartDate", "20260630T120000"),
            ("createdStartDate", "2026-06-30T25:00:00"),
        ],
    )
    def test_refuses_parameters_it_cannot_understand(
        self, caller: httpx2.Client, name: str, value: str
    ) -> None:
        answer = caller.get("ledgerreceipts", params={name: value})

        assert answer.status_code == 400
        assert messages(answer) == [(name, f"Value of the '{name}' field is invalid")]

    def test_refuses_every_wrong_order_not_just_the_first(
        self, caller: httpx2.Client, ids: list[int]
    ) -> None:
        answer = caller.get("ledgerreceipts", params={"orderById": "ASC", "orderByDate": "UP"})

        assert messages(answer) == [("orderByDate", "Value of the 'orderByDate' field is invalid")]

    @pytest.mark.parametrize("path", ["ledgerreceipts", "journals"])
    def test_finds_nothing_by_a_filter_there_is_not(self, caller: httpx2.Client, path: str) -> None:
        answer = caller.get(path, params={"name": "Payroll"})

        assert answer.status_code == 400
        assert messages(answer) == [("name", "SANDBOX_UNKNOWN_PARAMETER")]


class TestSeveralAtOnce:
    def test_come_as_a_list_by_id_without_doubles_and_unknown_ones(
        self, caller: httpx2.Client, ids: list[int]
    ) -> None:
        asked = f"{ids[2]},{ids[0]},{ids[2]},1"

        answer = caller.get(f"ledgerreceipts/{asked}").json()

        assert [one["id"] for one in answer] == [ids[0], ids[2]]
        assert answer[0]["transactions"]

    def test_are_a_list_even_when_only_one_is_found(
        self, caller: httpx2.Client, ids: list[int]
    ) -> None:
        answer = caller.get(f"ledgerreceipts/{ids[0]},1").json()

        assert [one["id"] for one in answer] == [ids[0]]

    def test_are_two_hundred_at_most(self, caller: httpx2.Client) -> None:
        most = caller.get("ledgerreceipts/" + ",".join(["1"] * 200))
        more = caller.get("ledgerreceipts/" + ",".join(["1"] * 201))

        assert (most.status_code, most.json()) == (200, [])
        assert more.status_code == 400

    @pytest.mark.parametrize(
        ("asked", "status"), [("1", 404), ("x", 400), ("1,", 400), ("9" * 5000, 400)]
    )
    def test_have_to_be_ids(self, caller: httpx2.Client, asked: str, status: int) -> None:
        answer = caller.get(f"ledgerreceipts/{asked}")

        assert answer.status_code == status


class TestJournals:
    def test_are_the_invoice_side_of_receipts(self, caller: httpx2.Client, ids: list[int]) -> None:
        journals = caller.get("journals", params={"statuses": "APPROVED,INVALIDATED"}).json()

        full = caller.get(f"ledgerreceipts/{ids[1]}").json()
        assert [one["ledgerReceiptId"] for one in journals] == [ids[1]]
        assert journals[0]["id"] == full["invoiceId"]

    @pytest.mark.parametrize("statuses", ["DONE", "PAID", "APPROVED,DONE"])
    def test_refuse_statuses_no_journal_has(self, caller: httpx2.Client, statuses: str) -> None:
        answer = caller.get("journals", params={"statuses": statuses})

        assert answer.status_code == 400

    def test_can_be_narrowed_by_days(self, caller: httpx2.Client, ids: list[int]) -> None:
        journals = caller.get("journals", params={"endDate": "2026-04-30"}).json()

        assert [one["ledgerReceiptId"] for one in journals] == [ids[0]]


class TestWithoutRights:
    @pytest.mark.parametrize("path", ["ledgerreceipts", "coa", "fiscalyears", "dimensions"])
    def test_nothing_is_shown(self, path: str) -> None:
        caller = signed_in_without_rights()

        assert caller.get("sessioninfo").status_code == 200
        assert caller.get(path).status_code == 403


def signed_in_without_rights() -> httpx2.Client:
    """Return a client of somebody who may not see any bookkeeping."""
    world = world_of()
    people = tuple(replace(one, access=Access.NONE) for one in world.people)
    return signed_in(create_app(replace(world, people=people)))
