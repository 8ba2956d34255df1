"""Making a link and profiles by the API, with the words and the checks of the commands."""

import pytest
from tests.api.conftest import PASSWORD, Program, program_of
from tests.bureau import a_company, a_journal, a_linked_company, an_account
from tests.management.conftest import Give, give

from procountor_sandbox.app import Sandbox
from tilisilta.models import AuditEntry, Debtor, Link, Profile, Scope, User
from tilisilta.services.profiles import Rules, make_profile
from tilisilta.services.users import create_user

__all__ = ["give"]
pytestmark = [pytest.mark.django_db, pytest.mark.once]


class TestMaking:
    def test_links_by_the_default_profile_and_what_is_said(
        self, program: Program, procountor: Sandbox, administrator: User
    ) -> None:
        a_company()
        an_account()
        shared = {"closed_period_policy": "next-open", "receipt_title": "Palkka"}
        rules = Rules(name="standard", is_default=True, choices=shared, mappings={"5035": "5030"})
        make_profile(rules, user=None)
        wanted = {"account": "tili-1001", "choices": {"start": "2026-05", "title": "Palkat"}}

        reading = program_of(administrator, [Scope.READ]).post("/companies/1001/link", wanted)
        made = program.post("/companies/1001/link", wanted, Idempotency_Key="k")
        again = program.post("/companies/1001/link", wanted, Idempotency_Key="k")
        second = program.post("/companies/1001/link", wanted)

        assert reading.status_code == 403
        assert made.status_code == 201
        assert made.json()["booked_already"] == []
        assert again.content == made.content
        assert second.status_code == 409
        link = program.get("/companies/1001/link").json()
        assert link == {name: made.json()[name] for name in link}
        assert (link["profile"], link["own"]) == ("standard", ["title"])
        assert (link["start"], link["closed_period"]) == ("2026-05", "next-open")
        assert link["map"] == {"5035": "5030"}
        assert program.get("/links").json()["links"] == [link]
        entry = AuditEntry.objects.get(action="link_created")
        assert (entry.user, entry.facts["api_token"]) == (administrator, "robot 0")

    def test_asks_what_was_meant_and_stores_nothing(
        self, program: Program, procountor: Sandbox
    ) -> None:
        a_journal(a_company(), 5)
        an_account()
        wanted = {"account": "tili-1001", "choices": {"cost_centers": "Kustannuspaika"}}

        refused = program.post("/companies/1001/link", wanted)
        none = Link.objects.count()
        unchecked = program.post("/companies/1001/link", {**wanted, "unchecked_names": True})

        assert refused.status_code == 422
        assert "Kustannuspaikka" in refused.json()["problems"][0]["remedy"]
        assert "unchecked_names" in refused.json()["remedy"]
        assert none == 0
        assert unchecked.status_code == 201
        # Without a start it begins with the newest run.
        assert unchecked.json()["start"] == "2026-05"

    @pytest.mark.parametrize(
        ("body", "status", "said"),
        [
            ({"account": "tili-9"}, 422, "account"),
            ({"account": "tili-1001"}, 422, "choices.start"),
            ({"account": "tili-1001", "choices": {"start": "0206-06"}}, 422, "choices.start"),
            ({"account": "tili-1001", "choices": {"titel": "x"}}, 422, "choices.titel"),
            ({"account": "tili-1001", "choices": {"profile": "no"}}, 422, "choices.profile"),
            ({"account": "tili-1002", "choices": {"start": "2026-06"}}, 409, "E40"),
        ],
    )
    def test_names_what_is_wrong(
        self,
        program: Program,
        procountor: Sandbox,
        body: dict[str, object],
        status: int,
        said: str,
    ) -> None:
        a_company()
        an_account(1001)
        an_account(1002)

        refused = program.post("/companies/1001/link", body)

        assert refused.status_code == status
        assert said in {refused.json()["code"], *refused.json().get("faults", ())}


class TestProfiles:
    def test_say_first_what_they_touch_and_then_change_it(
        self, program: Program, procountor: Sandbox, give: Give
    ) -> None:
        made = program.post("/profiles", {"name": "standard", "choices": {"title": "Palkat"}})
        profile = Profile.objects.get()
        for number, month in ((1001, 6), (1002, 7)):
            company = a_linked_company(number, profile=profile, receipt_title="Palkat")
            a_journal(company, month)
        own = {"companies": [1002], "choices": {"title": "Own"}}
        assert program.post("/links/changes", own).json()["is_stored"]
        wanted = {"profile": "STANDARD", "choices": {"title": "Palkka"}, "map": {"5035": "5030"}}
        words = ("standard", "--title", "Palkka", "--map", "5035=5030", "--dry-run", "--json")

        told = give("profile", "change", *words).document
        shown = program.post("/profiles/changes", {**wanted, "dry_run": True})
        before = program.get("/profiles").json()["profiles"]
        done = program.post("/profiles/changes", wanted, Idempotency_Key="k")
        again = program.post("/profiles/changes", wanted, Idempotency_Key="k")

        assert (made.status_code, made.json()["rules"]["receipt_title"]) == (
            201,
            "Palkat",
        )
        assert shown.json() == told
        assert before == [{**made.json(), "links": 2}]
        assert (done.json()["is_stored"], done.json()["journals"]) == (True, 2)
        assert again.content == done.content
        links = {one["company"]: one for one in program.get("/links").json()["links"]}
        assert [links[number]["title"] for number in (1001, 1002)] == ["Palkka", "Own"]
        assert [links[number]["own"] for number in (1001, 1002)] == [[], ["title"]]

    def test_are_removed_where_no_link_follows_them(
        self, program: Program, procountor: Sandbox
    ) -> None:
        made = program.post("/profiles", {"name": "standard"}).json()
        profile = Profile.objects.get()
        link = a_linked_company(profile=profile).links.get()
        followed = program.post("/profiles/removal", {"profile": "standard"})
        link.profile = None
        link.save(update_fields=["profile"])

        removed = program.post("/profiles/removal", {"profile": "STANDARD"}, Idempotency_Key="k")
        again = program.post("/profiles/removal", {"profile": "STANDARD"}, Idempotency_Key="k")
        gone = program.post("/profiles/removal", {"profile": "standard"})

        assert followed.status_code == 422
        assert "Links follow this profile" in followed.text
        assert (removed.status_code, removed.json()) == (200, made)
        assert again.content == removed.content
        assert (gone.status_code, list(gone.json()["faults"])) == (422, ["profile"])
        assert not Profile.objects.exists()

    def test_store_nothing_where_a_link_is_refused(
        self, program: Program, procountor: Sandbox
    ) -> None:
        profile = make_profile(
            Rules(name="standard", is_default=False, choices={}, mappings={}), user=None
        )
        a_linked_company(profile=profile)
        wanted = {"profile": "standard", "choices": {"cost_centers": "Kustannuspaika"}}

        refused = program.post("/profiles/changes", wanted).json()

        assert refused["is_stored"] is False
        assert "Kustannuspaikka" in str(refused["refused"][0]["reasons"])
        profile.refresh_from_db()
        assert profile.choices == {}

    @pytest.mark.parametrize(
        ("path", "body", "fault"),
        [
            ("", {"name": "standard"}, "name"),
            ("", {"name": " "}, "name"),
            ("", {"name": "x", "choices": {"start": "2026-06"}}, "choices.start"),
            ("/changes", {"profile": "other"}, "profile"),
            ("/changes", {"profile": "standard", "name": ""}, "name"),
            ("/changes", {"profile": "standard", "choices": {"attach": "x"}}, "choices.attach"),
        ],
    )
    def test_name_what_is_wrong(
        self, program: Program, path: str, body: dict[str, object], fault: str
    ) -> None:
        make_profile(Rules(name="standard", is_default=False, choices={}, mappings={}), user=None)

        refused = program.post(f"/profiles{path}", body)

        assert (refused.status_code, set(refused.json()["faults"])) == (422, {fault})

    def test_are_for_users_who_see_all_debtors(self, administrator: User) -> None:
        debtor = Debtor.objects.create(number=102, name="Saaristo")
        template = administrator.template
        limited = create_user(
            "eeva", PASSWORD, template=template, user=administrator, debtors=[debtor]
        )
        program = program_of(limited)

        made = program.post("/profiles", {"name": "own"})
        changed = program.post("/profiles/changes", {"profile": "own", "dry_run": True})

        assert [made.status_code, changed.status_code] == [403, 403]
        assert not Profile.objects.exists()


def test_rules_say_what_holds_a_journal(
    program: Program, procountor: Sandbox, give: Give, administrator: User
) -> None:
    company = a_linked_company(sends_by_rule=True, rule_hours=12)
    journal, manual = a_journal(company), a_journal(a_linked_company(1002), 7)
    other = Debtor.objects.create(number=102, name="Saaristo")
    template = administrator.template
    eeva = create_user("eeva", PASSWORD, template=template, user=administrator, debtors=[other])

    shown = program.get("/rules", {"company": 1001}).json()
    one = program.get(f"/journals/{journal.reference}/rule").json()
    none = program.get(f"/journals/{manual.reference}/rule").json()
    limited = program_of(eeva)

    assert shown == give("rules", "check", "--json").document
    [held] = shown["held"]
    assert one["held_by"] == held["held_by"]
    assert "from-a-file" in {each["rule"] for each in one["held_by"]}
    assert all(each["message"] and each["remedy"] for each in one["held_by"])
    assert (one["is_held"], one["sends_at"]) == (True, None)
    assert (none["is_held"], none["held_by"]) == (False, [])
    assert limited.get("/rules").json()["held"] == []
    assert limited.get("/rules", {"company": 1001}).status_code == 404
    assert limited.get(f"/journals/{journal.reference}/rule").status_code == 404
