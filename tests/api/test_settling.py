"""What a person decides about a journal, by the API: the documents and rules of the commands."""

import pytest
from tests.api.conftest import Program
from tests.bureau import Clock, a_company, a_journal, deliver
from tests.management.conftest import Give, give
from tests.management.test_differences import CHANGED, changed
from tests.management.test_settling import REFERENCE, stopped

from procountor_sandbox.app import Sandbox
from tilisilta.models import AuditEntry, Journal, Sending

__all__ = ["changed", "give", "stopped"]
pytestmark = [pytest.mark.django_db, pytest.mark.once]


class TestAReceiptInQuestion:
    def test_is_listed_and_taken_over(self, program: Program, stopped: Journal) -> None:
        path = f"/journals/{REFERENCE}/receipts-in-question"
        [doubt] = program.get(path).json()["in_question"]
        said = {"ledger_receipt_id": doubt["ledger_receipt_id"], "is_ours": True}

        other = program.post(path, {**said, "ledger_receipt_id": 7})
        settled = program.post(path, said)
        again = program.post(path, said)

        assert (doubt["number"], doubt["can_be_ours"]) == ("1", True)
        assert settled.json()["state"] == "sent"
        assert settled.json()["in_question"] == []
        assert [other.status_code, again.status_code] == [404, 404]
        assert AuditEntry.objects.get(action="receipt_taken_over").facts["api_token"] == "robot 0"

    def test_may_be_another(self, program: Program, stopped: Journal) -> None:
        path = f"/journals/{REFERENCE}/receipts-in-question"

        settled = program.post(path, {"ledger_receipt_id": 700001, "is_ours": False})

        assert settled.json()["receipt"]["state"] == "ready"
        assert settled.json()["settled"]["number"] == "1"


class TestADifference:
    def test_is_shown_and_booked_as_it_was_seen(
        self, program: Program, changed: Journal, procountor: Sandbox, give: Give
    ) -> None:
        path = f"/journals/{CHANGED}/difference"
        planned = program.get(path).json()
        command = give("send", CHANGED, "--difference", "--plan", "--json").document

        other = program.post(path, {"reason": "overtime", "digest": "0"})
        asked = program.post(path, {"reason": "overtime", "digest": planned["digest"]})
        deliver(Sending.objects.get(finished_at=None), Clock())
        none = program.get(path)

        assert planned == command
        assert (other.status_code, asked.status_code, asked.json()["state"]) == (409, 202, "queued")
        assert procountor.ledger.count() == 2
        assert (none.status_code, none.json()["code"]) == (409, "E83")


class TestASettlement:
    def test_is_said_listed_and_taken_back(self, program: Program, changed: Journal) -> None:
        path = f"/journals/{CHANGED}/settlements"
        by_hand = {"settled_as": "by_hand", "reason": "booked by Aino", "receipt_number": "91"}

        unsaid = program.post(path, {**by_hand, "reason": " "})
        wrong = program.post(path, {**by_hand, "settled_as": "nothing"})
        settled = program.post(path, by_hand).json()
        undone = program.post(f"/journals/{CHANGED}/unsettle", {"reason": "it was not"}).json()

        assert (unsaid.status_code, wrong.status_code) == (422, 422)
        assert (settled["state"], settled["settlement"]["receipt_number"]) == ("settled", "91")
        assert undone["settlement"]["undo_reason"] == "it was not"
        assert program.get(path).json()["settlements"] == [undone["settlement"]]

    def test_marks_what_was_booked_another_way(self, program: Program) -> None:
        journal = a_journal(a_company())

        marked = program.post(
            f"/journals/{journal.reference}/settlements",
            {"settled_as": "sent", "reason": "by hand"},
        )

        assert marked.json()["state"] == "marked_sent"


def test_a_look_and_a_withdrawal_are_followed(program: Program, changed: Journal) -> None:
    looked = program.post(f"/journals/{CHANGED}/look")
    first = program.get("/journals/1001-2026-6-1/withdrawal/progress").json()

    assert looked.status_code == 200
    assert [one["way"] for one in first["receipts"]] == [None]
