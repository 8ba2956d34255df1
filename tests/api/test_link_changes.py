"""Changing and ending links by the API: all or none, and with the words of the command."""

import pytest
from tests.api.conftest import Program, program_of
from tests.bureau import a_company, a_linked_company
from tests.management.conftest import Give, give

from procountor_sandbox.app import Sandbox
from tilisilta.models import AuditEntry, Debtor, Link, Scope, User

__all__ = ["give"]
pytestmark = [pytest.mark.django_db, pytest.mark.once]


class TestChanging:
    def test_says_first_and_then_does_what_the_command_does(
        self, program: Program, procountor: Sandbox, give: Give
    ) -> None:
        for number in (1001, 1002):
            a_linked_company(number)
        wanted = {
            "where": ["debtor=101"],
            "choices": {"closed_period": "next-open", "create_items": True},
            "map": {"5035": "5030"},
        }
        words = ("--closed-period", "next-open", "--create-items", "yes", "--map", "5035=5030")
        told = give("link", "change", "--where", "debtor=101", *words, "--dry-run", "--json")

        shown = program.post("/links/changes", {**wanted, "dry_run": True})
        before = Link.objects.filter(closed_period_policy="next-open").count()
        done = program.post("/links/changes", wanted, Idempotency_Key="k").json()

        assert shown.json() == told.document
        assert (before, done["is_stored"], len(done["changed"])) == (0, True, 2)
        link = program.get("/companies/1002/link").json()
        assert (link["closed_period"], link["create_items"]) == ("next-open", True)
        assert link["map"] == {"5035": "5030"}
        entries = AuditEntry.objects.filter(action="link_changed", facts__api_token="robot 0")
        assert entries.count() == 2
        # Who sees other debtors since is not told of these by the answer that is kept.
        User.objects.get().debtors.add(Debtor.objects.create(number=102, name="Saaristo"))
        limited = program.post("/links/changes", wanted, Idempotency_Key="k")
        assert (limited.status_code, limited.json()["code"]) == (422, "E64")
        assert "1002" not in limited.text

    def test_stores_nothing_where_one_is_refused(
        self, program: Program, procountor: Sandbox
    ) -> None:
        a_linked_company()

        refused = program.post(
            "/links/changes", {"companies": [1001], "choices": {"cost_centers": "Kustannuspaika"}}
        ).json()

        assert refused["is_stored"] is False
        assert "Kustannuspaikka" in str(refused["refused"][0]["reasons"])
        assert not Link.objects.get().uses_cost_centers

    @pytest.mark.parametrize(
        ("body", "fault"),
        [
            ({"choices": {"title": "Palkat"}}, "companies"),
            ({"companies": [1001]}, "choices"),
            ({"companies": [1001, 9], "choices": {"title": "Palkat"}}, "companies"),
            ({"companies": [1001], "choices": {"titel": "Palkat"}}, "choices.titel"),
            ({"companies": [1001], "choices": {"closed_period": "never"}}, "choices.closed_period"),
            ({"where": ["debtor:1"], "choices": {"title": "Palkat"}}, "where"),
        ],
    )
    def test_names_what_is_wrong(
        self, program: Program, procountor: Sandbox, body: dict[str, object], fault: str
    ) -> None:
        a_linked_company()

        assert set(program.post("/links/changes", body).json()["faults"]) == {fault}


class TestEnding:
    def test_ends_the_link_in_force(
        self, program: Program, procountor: Sandbox, administrator: User
    ) -> None:
        a_linked_company()
        a_company(1002)
        wanted = {"ends_on": "2026-07-01", "reason": "moved to another administration"}

        unsaid = program.post("/companies/1001/link/end", {**wanted, "reason": " "})
        ended = program.post("/companies/1001/link/end", wanted)
        again = program.post("/companies/1001/link/end", wanted)
        reading = program_of(administrator, [Scope.READ]).post("/companies/1001/link/end", wanted)

        assert unsaid.status_code == 422
        assert (ended.json()["ends_on"], ended.json()["end_reason"]) == tuple(wanted.values())
        assert (again.status_code, reading.status_code) == (404, 403)
        assert program.get("/links?in_force=false").json()["links"] == [ended.json()]
