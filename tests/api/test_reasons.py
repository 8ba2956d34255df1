"""What stops a month by reason, and putting it right, by the API as by the command."""

import pytest
from tests.api.conftest import Program, program_of
from tests.management.conftest import Give, give
from tests.management.test_fixing import bureau

from tilisilta.models import AccountMapping, AuditEntry, Debtor, Link, Scope, User, UserTemplate
from tilisilta.services.links import change_link
from tilisilta.services.users import create_user

__all__ = ["bureau", "give"]
pytestmark = [pytest.mark.django_db, pytest.mark.once]
REASONS = "/months/2026-06/reasons"


class TestReading:
    def test_gives_the_documents_of_the_command(self, program: Program, give: Give) -> None:
        told = give("fix", "--json").document
        planned = give("fix", "N07-5035", "--json").document["plans"]

        answer = program.get(REASONS).json()
        pages = [program.get(REASONS, {"limit": 1}).json()]
        pages.append(program.get(REASONS, {"limit": 1, "cursor": pages[0]["next"]}).json())

        assert answer == {**told, "next": None}
        assert [one["reasons"][0] for one in pages] == told["reasons"]
        assert pages[1]["next"] is None
        assert [program.get(f"{REASONS}/N07-5035").json()] == planned
        assert program.get(f"{REASONS}/N07-9999").status_code == 404

    def test_lets_readers_see_reasons_but_no_plan(self, reader: User) -> None:
        program = program_of(reader)

        assert program.get(REASONS).status_code == 200
        assert program.get(f"{REASONS}/N07-5035").status_code == 403

    def test_needs_the_right_to_read_journals_as_well(self, administrator: User) -> None:
        template = UserTemplate.objects.create(name="Links", procountor="write")
        user = create_user("eeva", "a bridge over the river", template=template, user=administrator)

        refused = program_of(user).post(f"{REASONS}/N07-5035", {"as_stored": True})

        assert refused.json()["facts"]["area"] == "journal_exports"

    def test_are_not_there_for_users_of_other_debtors(self, administrator: User) -> None:
        other = Debtor.objects.create(number=102, name="Saaristo")
        user = create_user(
            "eeva",
            "a bridge over the river",
            template=administrator.template,
            user=administrator,
            debtors=[other],
        )
        program = program_of(user)

        assert program.get(REASONS).json()["reasons"] == []
        assert program.get(f"{REASONS}/N07-5035").status_code == 404
        assert program.post(f"{REASONS}/N07-5035", {"as_stored": True}).status_code == 404
        assert not AccountMapping.objects.exists()


class TestFixing:
    def test_changes_what_was_seen_and_nothing_else(self, program: Program) -> None:
        plan = program.get(f"{REASONS}/N07-5035").json()
        seen = [{"company": one["company"], "seen": one["seen"]} for one in plan["changes"]]
        other = Link.objects.get(company__number=1002)
        change_link(other, user=None, account_mappings={"5035": "5031"})

        fixed = program.post(
            f"{REASONS}/N07-5035", {"to": "5030", "companies": seen}, Idempotency_Key="k"
        )
        again = program.post(
            f"{REASONS}/N07-5035", {"to": "5030", "companies": seen}, Idempotency_Key="k"
        )

        assert fixed.status_code == 200
        assert fixed.content == again.content
        answer = fixed.json()
        became = {one["company"]: one["became"] for one in answer["results"]}
        assert became[1001] == "done"
        assert became.get(1002) in {None, "failed"}
        assert answer["not_reached"] == []
        mapped = AccountMapping.objects.values_list("link__company__number", flat=True)
        assert dict.fromkeys(mapped, 0) == {1001: 0, 1002: 0}
        codes = AccountMapping.objects.filter(link__company__number=1002)
        assert [one.procountor_account_code for one in codes] == ["5031"]
        entry = AuditEntry.objects.filter(action="link_changed", facts__api_token="robot 0")
        assert entry.count() == 1

    def test_demands_that_it_is_said_which_companies_and_how(
        self, program: Program, administrator: User
    ) -> None:
        asked: tuple[tuple[str, dict[str, object]], ...] = (
            ("N07-5035", {}),
            ("N07-5035", {"as_stored": True, "companies": []}),
            ("N04", {"as_stored": True}),
        )

        faults = [
            program.post(f"{REASONS}/{reason}", body).json()["faults"] for reason, body in asked
        ]
        sender = program_of(administrator, [Scope.READ, Scope.SEND])

        assert [set(one) for one in faults] == [{"companies"}, {"companies"}, {"reason"}]
        assert sender.post(f"{REASONS}/N04", {}).json()["facts"]["scope"] == "set_up"
        assert not AccountMapping.objects.exists()

    def test_leaves_what_it_does_not_reach_to_the_next_request(
        self, program: Program, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr("tilisilta.api.reasons.SECONDS_PER_REQUEST", 0.0)

        first = program.post(f"{REASONS}/N07-5035", {"as_stored": True}).json()
        second = program.post(f"{REASONS}/N07-5035", {"as_stored": True}).json()

        assert (len(first["results"]), first["not_reached"]) == (1, [1002])
        assert [one["company"] for one in second["results"]] == [1002]
