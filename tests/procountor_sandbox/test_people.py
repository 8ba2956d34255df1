"""What people do with receipts in the pages, by order and by hand."""

from typing import Any

import httpx2
import pytest
from tests.procountor_sandbox.calling import (
    client_of,
    dimension_value,
    receipt,
    row,
    signed_in,
)
from tests.sandbox_parts.clock import SetClock

from procountor_sandbox.app import Sandbox, create_app
from procountor_sandbox.drafts import Strictness
from procountor_sandbox.people import Act

PAGE = "sandbox/companies/50101/receipts/700001"


@pytest.fixture
def browser(sandbox: Sandbox) -> httpx2.Client:
    return client_of(sandbox, "http://sandbox/")


@pytest.fixture
def booked(caller: httpx2.Client) -> dict[str, Any]:
    sent = receipt(
        row(dimensionItemValues=[dimension_value()]),
        row("2961", -100.00),
        accountantsNotes="Tilisilta AB12CD34",
    )
    answer: dict[str, Any] = caller.post("ledgerreceipts", json=sent).json()
    return answer


def order(browser: httpx2.Client, act: str, **more: Any) -> httpx2.Response:
    """Let a person act on the one receipt there is."""
    body = {"company_id": 50101, "receipt_id": 700001, "act": act, **more}
    return browser.post("sandbox/people", json=body)


def now_booked(caller: httpx2.Client) -> dict[str, Any]:
    answer: dict[str, Any] = caller.get("ledgerreceipts/700001").json()
    return answer


@pytest.mark.usefixtures("booked")
class TestAPerson:
    @pytest.mark.parametrize(
        ("act", "details", "field", "value"),
        [
            ("rename", {"name": "Palkat kesäkuu 2026"}, "name", "Palkat kesäkuu 2026"),
            ("redate", {"date": "2026-07-15"}, "receiptDate", "2026-07-15"),
            ("notes", {"notes": "Tarkastettu"}, "accountantsNotes", "Tarkastettu"),
            ("notes", {}, "accountantsNotes", None),
            ("approve", {}, "status", "APPROVED"),
            ("invalidate", {}, "status", "INVALIDATED"),
        ],
    )
    def test_changes_one_thing_of_a_receipt(
        self,
        browser: httpx2.Client,
        caller: httpx2.Client,
        act: str,
        details: dict[str, Any],
        field: str,
        value: str | None,
    ) -> None:
        before = now_booked(caller)

        answer = order(browser, act, **details)

        after = now_booked(caller)
        assert answer.status_code == 200
        assert after.get(field) == value
        same = before.keys() - {field, "version"}
        assert {name: after.get(name) for name in same} == {name: before[name] for name in same}

    @pytest.mark.parametrize(
        ("act", "details"),
        [
            ("rename", {"name": "Palkat"}),
            ("redate", {"date": "2026-06-29"}),
            ("notes", {"notes": "x"}),
            ("amount", {"row": 1, "to_row": 2, "amount": 10.00}),
            ("account", {"row": 1, "account": "5020"}),
            ("description", {"row": 1, "description": "Palkat"}),
            ("dimensions", {"row": 1, "dimensionItemValues": []}),
            ("approve", {}),
            ("invalidate", {}),
        ],
    )
    def test_gives_the_receipt_another_version_and_leaves_its_time_of_booking(
        self, browser: httpx2.Client, caller: httpx2.Client, act: str, details: dict[str, Any]
    ) -> None:
        before = caller.get("ledgerreceipts").json()["results"][0]

        order(browser, act, **details)

        after = caller.get("ledgerreceipts").json()["results"][0]
        assert after["version"] > before["version"]
        assert after["created"] == before["created"]

    def test_moves_an_amount_so_that_the_receipt_stays_balanced(
        self, browser: httpx2.Client, caller: httpx2.Client
    ) -> None:
        order(browser, "amount", row=1, to_row=2, amount=10.00)

        rows = now_booked(caller)["transactions"]
        assert [one["accountingValue"] for one in rows] == [90.0, -90.0]
        assert rows[0]["dimensionItemValues"] == []

    def test_edits_what_is_approved_but_nothing_that_is_invalidated(
        self, browser: httpx2.Client
    ) -> None:
        order(browser, "approve")
        approved = order(browser, "rename", name="Palkat")
        order(browser, "unfinished")
        order(browser, "invalidate")
        invalidated = order(browser, "rename", name="Palkat 2")

        assert (approved.status_code, invalidated.status_code) == (200, 400)

    @pytest.mark.parametrize(
        ("act", "details", "status"),
        [
            ("dance", {}, 400),
            ("rename", {}, 400),
            ("rename", {"name": "x" * 81}, 400),
            ("rename", {"name": "Palkat", "date": "2026-06-30"}, 400),
            ("redate", {"date": "2025-06-30"}, 400),
            ("amount", {"row": 1, "to_row": 1, "amount": 1.00}, 400),
            ("amount", {"row": 1, "to_row": 2, "amount": 0.001}, 400),
            ("amount", {"row": 1, "to_row": 3, "amount": 1.00}, 404),
            ("account", {"row": 1, "account": "0000"}, 400),
            ("dimensions", {"row": 1, "dimensionItemValues": [dimension_value(1.00)]}, 400),
            ("unfinished", {}, 403),
        ],
    )
    def test_is_refused_what_the_pages_would_refuse(
        self,
        browser: httpx2.Client,
        caller: httpx2.Client,
        act: str,
        details: dict[str, Any],
        status: int,
    ) -> None:
        before = now_booked(caller)

        answer = order(browser, act, **details)

        assert answer.status_code == status
        assert now_booked(caller) == before

    def test_changes_nothing_in_a_closed_period(
        self, browser: httpx2.Client, caller: httpx2.Client
    ) -> None:
        closing = {"company_id": 50101, "date": "2026-06-15", "status": "CLOSED"}
        browser.post("sandbox/periods", json=closing)

        answers = [
            order(browser, "rename", name="Palkat"),
            order(browser, "redate", date="2026-07-15"),
            order(browser, "invalidate"),
        ]

        assert {one.status_code for one in answers} == {400}

    @pytest.mark.parametrize("missing", ["company_id", "receipt_id"])
    def test_needs_a_named_receipt(self, browser: httpx2.Client, missing: str) -> None:
        body = {"company_id": 50101, "receipt_id": 700001, "act": "approve"}
        del body[missing]

        assert browser.post("sandbox/people", json=body).status_code == 400

    def test_cannot_change_a_receipt_that_does_not_exist(self, browser: httpx2.Client) -> None:
        body = {"company_id": 50101, "receipt_id": 1, "act": "approve"}

        assert browser.post("sandbox/people", json=body).status_code == 404


@pytest.mark.usefixtures("booked")
class TestByHand:
    def test_the_page_of_a_receipt_has_forms_for_it(self, browser: httpx2.Client) -> None:
        page = browser.get(PAGE).text

        for word in ("Approve", "Invalidate", "Accountant&#x27;s notes", "Move", "from row"):
            assert word in page

    @pytest.mark.parametrize(
        ("form", "shown"),
        [
            ({"act": "rename", "name": "Palkat kesäkuu"}, "Palkat kesäkuu"),
            ({"act": "redate", "date": "2026-06-29"}, "2026-06-29"),
            ({"act": "amount", "row": "1", "to_row": "2", "amount": "0.01"}, "99.99"),
            ({"act": "account", "row": "1", "account": "5020"}, "<b>5020</b>"),
            ({"act": "description", "row": "1", "description": "Loma"}, '"text">Loma'),
            ({"act": "invalidate"}, "Invalidated"),
        ],
    )
    def test_a_form_changes_it_and_shows_it(
        self, browser: httpx2.Client, form: dict[str, str], shown: str
    ) -> None:
        answer = browser.post(f"{PAGE}/change", data=form, follow_redirects=True)

        assert answer.status_code == 200
        assert answer.request.method == "GET"
        assert shown in answer.text

    def test_has_a_form_for_each_dimension_that_leaves_the_others_alone(
        self, browser: httpx2.Client, caller: httpx2.Client
    ) -> None:
        dimensions = caller.get("dimensions").json()
        before = now_booked(caller)["transactions"][0]["dimensionItemValues"]
        other = next(one for one in dimensions if one["id"] != before[0]["dimensionId"])
        form = {"act": "dimensions", "row": "1", "dimension": str(other["id"])}

        browser.post(f"{PAGE}/change", data={**form, "item": str(other["items"][0]["id"])})
        added = now_booked(caller)["transactions"][0]["dimensionItemValues"]
        browser.post(f"{PAGE}/change", data={**form, "item": ""})

        assert {one["dimensionId"] for one in added} == {before[0]["dimensionId"], other["id"]}
        assert now_booked(caller)["transactions"][0]["dimensionItemValues"] == before

    def test_has_a_form_for_everything_that_can_be_ordered(self, browser: httpx2.Client) -> None:
        page = browser.get(PAGE).text
        order(browser, "approve")
        pages = page + browser.get(PAGE).text

        assert [act for act in Act if f'value="{act.value}"' not in pages] == []

    def test_says_why_it_is_refused(self, browser: httpx2.Client) -> None:
        wrong = browser.post(f"{PAGE}/change", data={"act": "amount", "row": "x"})

        assert wrong.status_code == 400
        assert "Refused" in wrong.text

    def test_takes_an_invalidated_one_back_and_nothing_else(self, browser: httpx2.Client) -> None:
        order(browser, "invalidate")

        page = browser.get(PAGE).text

        assert "Make unfinished" in page
        assert "Approve" not in page
        assert 'name="notes"' not in page


class TestWholeSeconds:
    def test_give_two_changes_within_a_second_one_version(self, clock: SetClock) -> None:
        sandbox = create_app(clock=clock, strictness=Strictness(whole_seconds=True))
        caller, browser = signed_in(sandbox), client_of(sandbox, "http://sandbox/")
        first = caller.post("ledgerreceipts", json=receipt()).json()["version"]
        clock.advance(seconds=0.4)
        second = order(browser, "rename", name="Palkat").json()["version"]
        clock.advance(seconds=0.7)
        third = order(browser, "approve").json()["version"]

        assert first == second
        assert third > second
