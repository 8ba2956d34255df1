"""Sending many journals by the API in one moment: the counts add up, and nothing is sent twice."""

from datetime import timedelta
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from tests.api.conftest import Program, program_of
from tests.api.test_sending import wanted
from tests.bureau import Clock, a_company, a_journal, a_linked_company, deliver

from procountor_sandbox.app import Sandbox
from tilisilta.models import (
    Company,
    Debtor,
    JointSending,
    Journal,
    KeyedRequest,
    Link,
    RuledJournal,
    Sending,
    User,
    UserTemplate,
)
from tilisilta.services.journals.references import journals_by_references
from tilisilta.services.keyed_requests import ABANDONED_AFTER
from tilisilta.services.users import create_user

pytestmark = pytest.mark.django_db


def counts_of(answer: Any) -> dict[str, int]:
    """Return the counts that are not 0, after a look whether they add up."""
    counts = answer.json()["counts"]
    assert counts["asked"] == sum(counts.values()) - counts["asked"]
    return {name: count for name, count in counts.items() if count}


class TestAJointSending:
    def test_lets_go_at_once_and_is_read_at_its_own_address(
        self, program: Program, procountor: Sandbox
    ) -> None:
        company = a_linked_company()
        ready = a_journal(company)
        stopped = a_journal(a_company(1002, "Toinen Oy"), run_number="7")
        asked_before = len(procountor.requests.all())

        asked = program.post("/sendings", wanted(ready, stopped, ready), Idempotency_Key="june")

        assert asked.status_code == 202
        assert len(procountor.requests.all()) == asked_before
        assert counts_of(asked) == {"asked": 2, "waiting": 1, "left": 1}
        address = f"/sendings/{asked.json()['id']}"
        deliver(Sending.objects.get(finished_at=None), Clock())
        again = program.post("/sendings", wanted(ready, stopped, ready), Idempotency_Key="june")
        other = program.post("/sendings", wanted(ready), Idempotency_Key="june")
        shown = program.get(address)
        assert (again.content, other.status_code) == (asked.content, 422)
        assert JointSending.objects.count() == len(procountor.ledger.receipts(50101)) == 1
        assert counts_of(shown) == {"asked": 2, "booked": 1, "left": 1}
        assert shown.json()["is_finished"]
        [left] = shown.json()["to_look_at"]
        assert (left["reference"], left["problem"]["code"]) == (stopped.reference, "N04")
        booked = program.get(f"{address}/journals", {"stage": "booked"}).json()["journals"]
        assert [one["reference"] for one in booked] == [ready.reference]

    def test_is_found_again_by_a_request_that_was_cut_off(
        self, program: Program, procountor: Sandbox
    ) -> None:
        a_journal(a_linked_company())
        path, body = "/months/2026-06/sending", {"as_stored": True}

        first = program.post(path, body, Idempotency_Key="june")
        KeyedRequest.objects.update(status=None, answer="")
        begun = KeyedRequest.objects.get().begun_at
        KeyedRequest.objects.update(begun_at=begun - ABANDONED_AFTER - timedelta(seconds=1))
        second = program.post(path, body, Idempotency_Key="june")

        assert first.json()["id"] == second.json()["id"]
        assert counts_of(second) == {"asked": 1, "waiting": 1}

    def test_of_a_changed_preview_or_an_unknown_journal_sends_nothing(
        self, program: Program, procountor: Sandbox
    ) -> None:
        journal = a_journal(a_linked_company())
        changed = wanted(journal)
        changed["journals"][0]["digest"] = "0" * 64

        unknown = program.post(
            "/sendings", {"journals": [*wanted(journal)["journals"], {"reference": "9-2026-1-1"}]}
        )
        refused = program.post("/sendings", changed)

        assert unknown.status_code == 422
        assert unknown.json()["faults"] == {"journals.1.reference": "There is no such journal."}
        assert counts_of(refused) == {"asked": 1, "left": 1}
        assert refused.json()["to_look_at"][0]["problem"]["code"] == "S06"
        assert not Sending.objects.filter(finished_at=None).exists()

    def test_is_not_there_for_others_and_only_in_part_for_some(
        self, program: Program, procountor: Sandbox, administrator: User
    ) -> None:
        ours, theirs = a_journal(a_linked_company()), a_journal(a_company(1002), run_number="7")
        Company.objects.filter(number=1002).update(
            debtor=Debtor.objects.create(number=102, name="Saaristo")
        )
        template = UserTemplate.objects.get(name="Payroll clerk")
        clerk = create_user(
            "eeva",
            "a bridge over the river",
            template=template,
            user=administrator,
            sees_all_debtors=False,
        )
        address = f"/sendings/{program.post('/sendings', wanted(ours, theirs)).json()['id']}"

        other = program_of(clerk).get(address)
        clerk.debtors.add(Debtor.objects.get(number=102))
        part = program_of(clerk).get(address)

        assert other.status_code == 404
        assert counts_of(part) == {"asked": 1, "left": 1}
        assert theirs.reference in part.text
        assert ours.reference not in part.text


class TestAMonth:
    def test_is_sent_as_it_was_seen_but_for_what_is_left_out(
        self, program: Program, procountor: Sandbox
    ) -> None:
        company = a_linked_company()
        first, second = a_journal(company), a_journal(company, run_number="61")
        a_journal(company, 5, run_number="5")
        path = "/months/2026-06/sending"
        ready = program.get("/months/2026-06/ready", {"limit": 1}).json()
        body = {"digest": ready["digest"], "left_out": [second.reference]}

        neither = program.post(path, {})
        mistyped = program.post(path, {**body, "left_out": ["1001-2026-66-1"]})
        third = a_journal(company, run_number="62")
        stale = program.post(path, body)
        body["digest"] = program.get("/months/2026-06/ready").json()["digest"]
        Link.objects.update(sends_by_rule=True)
        asked = program.post(path, body)

        # No rule sends what a program has left out, as with what a person unticks.
        assert RuledJournal.objects.get(left_at__isnull=False).journal == second
        assert (ready["journal_count"], len(ready["journals"])) == (2, 1)
        assert ready["journals"][0]["administrations"][0]["name"] == "Koivulammi Konepaja Oy"
        assert ready["next"] is not None
        assert [one.status_code for one in (neither, mistyped, stale)] == [422, 422, 409]
        assert stale.json()["facts"] == {"reason": "list"}
        assert (asked.status_code, asked.json()["left_out"]) == (202, 1)
        sent = Sending.objects.filter(finished_at=None).values_list("journal", flat=True)
        assert set(sent) == {first.pk, third.pk}


def test_references_are_read_together_as_they_are_singly(program: Program) -> None:
    company = a_company()
    journal = a_journal(company)
    Journal.objects.update(run_number="6-b")
    journal.refresh_from_db()
    references = [
        *("1001-2026-6-b-1", "1001-2026-6-b", "1001-2026-6-b-2", "1001-2026-6"),
        *("x-2026-6-b-1", "1001-2026", ""),
    ]

    with CaptureQueriesContext(connection) as queries:
        found = journals_by_references(references, Journal.objects.all())

    assert found == dict.fromkeys(references[:2], journal)
    assert len(queries) == 1
