"""Every trap: what it changes about an answer, and that it is off until switched on."""

from collections.abc import Callable
from pathlib import Path

import httpx2
import pytest
from tests.nmbrs_sandbox.calling import JUNE, KONEPAJA, parsed
from tests.nmbrs_sandbox.rest_calling import (
    Caller,
    code_of,
    company_path,
    debtor_path,
    run_path,
)

from nmbrs_sandbox.app import Sandbox
from nmbrs_sandbox.faults import Fault, FaultKind
from nmbrs_sandbox.rest.routes import ROUTES
from nmbrs_sandbox.traps import EXPLAINED, Trap

RUNS = f"{company_path(KONEPAJA)}/runs"
COMPANIES = f"{debtor_path(7102)}/companies"


def june(caller: Caller) -> dict[str, object]:
    return caller.rows(RUNS)[5]


def next_page(caller: Caller, page_size: int = 20) -> object:
    return caller.ask(COMPANIES, pageSize=page_size).json()["pagination"]["nextPage"]


def numbers(caller: Caller) -> list[str]:
    pages = (caller.rows(COMPANIES, pageSize=2, pageNumber=number) for number in (1, 2, 3))
    return [one["number"] for rows in pages for one in rows]


def content(caller: Caller) -> bytes:
    return caller.document(JUNE).content


def questions(caller: Caller) -> int:
    """Return at which question a document is there."""
    task_id = caller.start(JUNE)
    statuses = (caller.ask(f"/api/documents/{task_id}").status_code for _ in range(9))
    return next((n for n, one in enumerate(statuses, start=1) if one == 200), 0)


def first_answer(caller: Caller) -> httpx2.Response:
    return caller.ask(f"/api/documents/{caller.start(JUNE)}")


# How each trap is seen, and what is seen without and with it.
SEEN: dict[Trap, tuple[Callable[[Caller], object], object, object]] = {
    Trap.ENVIRONMENT_DISABLED: (lambda one: one.ask("/api/debtors").status_code, 200, 403),
    Trap.NEXT_PAGE_EMPTY: (next_page, None, ""),
    Trap.NEXT_PAGE_BARE: (
        lambda one: next_page(one, 2),
        f"http://sandbox{COMPANIES}?pageSize=2&pageNumber=2",
        f"http://sandbox{COMPANIES}?pageNumber=2",
    ),
    Trap.NEXT_PAGE_ELSEWHERE: (
        lambda one: next_page(one, 2),
        f"http://sandbox{COMPANIES}?pageSize=2&pageNumber=2",
        f"https://elsewhere.invalid{COMPANIES}?pageSize=2&pageNumber=2",
    ),
    Trap.ROW_TWICE: (
        numbers,
        ["1003", "1004", "1005", "1006", "1010"],
        ["1003", "1004", "1004", "1005", "1006", "1010"],
    ),
    Trap.ROW_MISSED: (
        numbers,
        ["1003", "1004", "1005", "1006", "1010"],
        ["1003", "1004", "1006", "1010"],
    ),
    Trap.PADDED_NUMBERS: (lambda one: one.rows(COMPANIES)[0]["number"], "1003", "001003"),
    Trap.EXTRA_FIELDS: (lambda one: "sandboxExtra" in june(one), False, True),
    Trap.PERIOD_AS_TEXT: (lambda one: june(one)["periodEnd"], 6, "6"),
    Trap.PERIOD_AS_TIME: (lambda one: june(one)["periodStart"], 6, "2026-06-01T00:00:00"),
    Trap.CREATED_IN_CET: (lambda one: str(june(one)["createdAt"]).endswith("Z"), True, False),
    Trap.UNKNOWN_RUN_TYPE: (lambda one: june(one)["type"], "normal_twk", "sandbox_special"),
    Trap.COMPANY_VANISHES: (lambda one: one.ask(RUNS).status_code, 200, 404),
    Trap.READY_AT_ONCE: (questions, 2, 1),
    Trap.SLOW_TASK: (questions, 2, 5),
    Trap.NEVER_READY: (questions, 2, 0),
    Trap.TASK_FORGOTTEN: (lambda one: first_answer(one).status_code, 202, 404),
    Trap.TASK_FAILED: (lambda one: first_answer(one).status_code, 202, 500),
    Trap.EMPTY_FILE: (lambda one: content(one) == b"", False, True),
    Trap.NO_CONTENT: (lambda one: one.document(JUNE).status_code, 200, 204),
    Trap.NO_LINES: (lambda one: len(list(parsed(content(one)))) > 0, True, False),
    Trap.WITH_BOM: (lambda one: content(one).startswith(b"\xef\xbb\xbf<?xml"), False, True),
    Trap.IN_UTF_16: (lambda one: b"Kuukausipalkat" in content(one), True, False),
    Trap.SERVED_AS_XML: (
        lambda one: one.document(JUNE).headers["Content-Type"],
        "application/octet-stream",
        "text/xml",
    ),
    Trap.OTHER_JOURNAL: (
        lambda one: parsed(content(one)).findtext(".//line/value"),
        "21480.00",
        "21480.01",
    ),
    Trap.RETRY_AFTER: (lambda one: first_answer(one).headers.get("Retry-After"), None, "1"),
}


class TestTraps:
    @pytest.mark.parametrize("trap", SEEN)
    def test_change_what_they_say(self, sandbox: Sandbox, caller: Caller, trap: Trap) -> None:
        see, before, during = SEEN[trap]

        assert see(caller) == before
        sandbox.traps.on(trap)
        assert see(caller) == during
        sandbox.traps.off(trap)
        assert see(caller) == before

    def test_are_all_tried_here(self) -> None:
        # The one about consents is tried with them.
        assert set(SEEN) == set(Trap) - {Trap.NARROWER_SCOPE}
        assert set(EXPLAINED) == set(Trap)

    def test_can_be_for_one_company(self, sandbox: Sandbox, caller: Caller) -> None:
        sandbox.traps.on(Trap.PERIOD_AS_TEXT, company_id=48102)
        sandbox.traps.on(Trap.TASK_FAILED, company_id=48102)

        assert june(caller)["periodEnd"] == 6
        assert caller.rows(f"{company_path(48102)}/runs")[5]["periodEnd"] == "6"
        assert caller.document(JUNE).status_code == 200

    def test_keep_the_balance_of_another_journal(self, sandbox: Sandbox, caller: Caller) -> None:
        sandbox.traps.on(Trap.OTHER_JOURNAL)

        lines = parsed(content(caller)).iterfind(".//line")
        signs = {"debit": 1, "credit": -1}
        cents = [
            signs[one.findtext("debitcredit", "")] * round(float(one.findtext("value", "")) * 100)
            for one in lines
        ]

        assert any(cents)
        assert sum(cents) == 0

    def test_can_be_read_in_the_encoding_that_is_said(
        self, sandbox: Sandbox, caller: Caller
    ) -> None:
        sandbox.traps.on(Trap.IN_UTF_16)

        assert parsed(content(caller)).findtext(".//line/description") == "Kuukausipalkat"

    def test_list_a_company_that_has_vanished(self, sandbox: Sandbox, caller: Caller) -> None:
        sandbox.traps.on(Trap.COMPANY_VANISHES, company_id=KONEPAJA)

        listed = caller.rows(f"{debtor_path(7101)}/companies")

        assert next(one["number"] for one in listed) == "1001"
        assert code_of(caller.ask(RUNS)) == 40404
        assert code_of(caller.ask(f"{run_path(JUNE)}/journals", year=2026)) == 40404

    def test_say_when_to_try_again(self, sandbox: Sandbox, caller: Caller) -> None:
        sandbox.traps.on(Trap.RETRY_AFTER)
        sandbox.faults.add(Fault(kind=FaultKind.REFUSAL, code="42908", operation="rest/debtors"))

        refused = caller.ask("/api/debtors")

        assert code_of(refused) == 42908
        # A fault says by itself whether it has the time.
        assert "Retry-After" not in refused.headers


class TestControl:
    def test_switches_traps(self, sandbox: Sandbox, client: httpx2.Client) -> None:
        on = client.post("/sandbox/traps", json={"trap": "padded_numbers", "company_id": KONEPAJA})
        known = client.get("/sandbox/traps").json()["known"]

        assert on.json()["on"] == [{"trap": "padded_numbers", "company_id": KONEPAJA}]
        assert list(known) == list(Trap)
        off = client.post("/sandbox/traps", json={"trap": "padded_numbers", "is_on": False})
        assert off.json()["on"] == []
        client.post("/sandbox/traps", json={"trap": "with_bom"})
        assert client.delete("/sandbox/traps").json()["on"] == []
        assert client.post("/sandbox/traps", json={"trap": "gravity"}).status_code == 400

    def test_lists_and_withdraws_consents(self, sandbox: Sandbox, client: httpx2.Client) -> None:
        sandbox.sign_in()

        (grant,) = client.get("/sandbox/grants.json").json()["grants"]

        assert (grant["debtor_ids"], grant["is_ended"]) == ([7101, 7102, 7103], False)
        order = {"email": grant["email"]}
        assert client.post("/sandbox/withdraw_consent", json=order).json() == {"withdrawn": 1}
        assert client.get("/sandbox/grants.json").json()["grants"][0]["is_ended"]

    def test_has_a_page_with_buttons(self, sandbox: Sandbox, client: httpx2.Client) -> None:
        sandbox.sign_in()
        page = client.get("/sandbox/rest").text
        pressed = client.post("/sandbox/rest/traps/with_bom/on")

        assert "Koivulammi-yhtiöt, Saaristopalvelut, Pajulahti-konserni" in page
        assert all(trap in page for trap in Trap)
        assert (pressed.status_code, pressed.headers["Location"]) == (303, "/sandbox/rest#with_bom")
        assert sandbox.traps.is_on(Trap.WITH_BOM)
        assert "● On" in client.get("/sandbox/rest").text
        client.post("/sandbox/rest/traps/with_bom/off")
        assert not sandbox.traps.is_on(Trap.WITH_BOM)
        client.post("/sandbox/rest/withdraw", data={"email": "palkat@example.invalid"})
        assert "There is no consent yet." in client.get("/sandbox/rest").text

    def test_takes_no_orders_from_other_sites(
        self, sandbox: Sandbox, client: httpx2.Client
    ) -> None:
        elsewhere = {"Origin": "https://elsewhere.invalid"}

        for path in ("/sandbox/traps", "/sandbox/rest/traps/with_bom/on", "/sandbox/rest/withdraw"):
            assert client.post(path, headers=elsewhere).status_code == 403
        assert sandbox.traps.all == ()

    def test_forgets_traps_at_a_reset(self, sandbox: Sandbox) -> None:
        sandbox.traps.on(Trap.WITH_BOM)
        sandbox.reset()

        assert sandbox.traps.all == ()


class TestDocumentation:
    def test_names_every_trap_call_and_kind_of_fault(self) -> None:
        page = Path("docs/nmbrs-sandbox.md").read_text(encoding="utf-8")

        named = {*Trap, *FaultKind, *(one.name for one in ROUTES)}
        assert {one for one in named if f"`{one}`" not in page} == set()
