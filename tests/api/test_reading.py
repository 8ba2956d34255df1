"""What the API lets programs read is what the commands print, in pages that hold still."""

from typing import Any

import pytest
from tests.api.conftest import Program
from tests.bureau import a_company, a_journal, a_linked_company, send
from tests.management.conftest import Give, give

from procountor_sandbox.app import Sandbox
from tilisilta.services.companies import set_test

__all__ = ["give"]
pytestmark = pytest.mark.django_db


def rows_of(program: Program, path: str, name: str, **values: Any) -> list[dict[str, Any]]:
    """Return the rows of all pages, going from one to the next."""
    rows: list[dict[str, Any]] = []
    cursor: str | None = ""
    while cursor is not None:
        asked = {**values, **({"cursor": cursor} if cursor else {})}
        answer = program.get(path, asked).json()
        rows += answer[name]
        cursor = answer["next"]
    return rows


class TestDocuments:
    def test_are_those_of_the_commands(
        self, program: Program, procountor: Sandbox, give: Give
    ) -> None:
        company = a_linked_company()
        send(a_journal(company))
        booked = program.get("/receipts").json()["receipts"][0]
        given = (
            (program.get("/companies"), give("company", "list", "--json"), "companies"),
            (
                program.get("/journals?company=1001"),
                give("status", "--company", "1001", "--json"),
                "journals",
            ),
            (program.get("/months/2026-06"), give("month", "2026-06", "--json"), "companies"),
            (program.get("/audit-log"), give("audit", "--json"), "entries"),
        )
        whole = (
            (
                program.get("/journals/1001-2026-6-1/preview"),
                give("preview", "1001-2026-6-1", "--json"),
            ),
            (
                program.post("/companies/1001/months/2026-06/comparison"),
                give("verify", "--company", "1001", "--period", "2026-06", "--json"),
            ),
            (
                program.get("/journals/1001-2026-6-1/withdrawal"),
                give("withdraw", "1001-2026-6-1", "--plan", "--json"),
            ),
        )

        for answered, command, name in given:
            assert answered.json()[name] == command.document[name]
        [preview, compared, withdrawal] = [(one.json(), other.document) for one, other in whole]
        assert preview[0] == preview[1]
        for moment in ("compared_at", "reports_read_at"):
            compared[0].pop(moment)
            compared[1]["months"][0].pop(moment)
        assert compared[0] == compared[1]["months"][0]
        assert program.get("/companies/1001/months/2026-06").json()["outcome"] == "equal"
        assert withdrawal[0] == withdrawal[1]
        found = give("find", str(booked["receipt_number"]), "--json").document["receipts"][0]
        assert booked == {name: value for name, value in found.items() if name != "fits"}

    def test_name_all_that_needs_a_person(self, program: Program, procountor: Sandbox) -> None:
        linked = a_linked_company()
        a_journal(linked)
        stopped = a_journal(a_company(1002, "Toinen Oy"), run_number="7")

        problems = rows_of(program, "/problems", "journals")

        assert [one["reference"] for one in problems] == [stopped.reference]
        assert problems[0]["problems"][0]["code"] == "N04"


class TestPages:
    def test_hold_still_while_rows_come_in(self, program: Program) -> None:
        company = a_company()
        before = {a_journal(company, run_number=str(run)).reference for run in range(1, 6)}
        first = program.get("/journals", {"limit": 2}).json()

        a_journal(company, run_number="7")
        rest = program.get("/journals", {"limit": 2, "cursor": first["next"]}).json()
        last = program.get("/journals", {"limit": 2, "cursor": rest["next"]}).json()

        seen = [one["reference"] for page in (first, rest, last) for one in page["journals"]]
        assert (set(seen), len(seen), last["next"]) == (before, 5, None)

    def test_narrow_to_what_is_asked_for(self, program: Program) -> None:
        company, other = a_company(), a_company(1002, "Toinen Oy")
        june, may = a_journal(company), a_journal(company, 5, run_number="5")
        a_journal(other, run_number="7")
        set_test(other, True, user=None)

        asked: list[dict[str, Any]] = [
            {"company": 1001, "period": "2026-06"},
            {"period": "2026-05"},
            {"state": "sent"},
            {"state": "off"},
        ]
        found = [rows_of(program, "/journals", "journals", **values) for values in asked]

        references = [[one["reference"] for one in rows] for rows in found]
        assert references == [[june.reference], [may.reference], [], ["1002-2026-7-1"]]
