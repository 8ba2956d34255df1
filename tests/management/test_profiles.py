"""Profiles: rules that links follow, at the command line."""

from typing import TYPE_CHECKING

import pytest
from tests.bureau import a_company, a_journal, an_account, link_to, send
from tests.management.conftest import Give

from tilisilta.models import AuditEntry, Link, Profile

if TYPE_CHECKING:
    from procountor_sandbox.app import Sandbox

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("procountor")]


def rules_of(number: int) -> tuple[str | None, str, dict[str, str]]:
    rules = Link.objects.get(company__number=number).rules()
    return rules.cost_center_dimension, rules.closed_period_policy, dict(rules.account_mappings)


@pytest.fixture
def three_links(give: Give, procountor: "Sandbox") -> None:
    """Links of a profile: one as it is, one with rules of its own, and one of no profile."""
    give("profile", "add", "standard", "--cost-centers", "Kustannuspaikka", "--map", "5035=5030")
    for number, name in (
        (1001, "Koivulammi Konepaja Oy"),
        (1002, "Koivulammi Huolto Oy"),
        (1003, "Saaristo Siivous Oy"),
    ):
        link_to(a_company(number, name), an_account(number))
    give("link", "change", "--where", "company=1001,1002", "--profile", "standard")
    give("link", "change", "--company", "1002", "--cost-centers", "", "--map", "5036=5030")


@pytest.mark.usefixtures("three_links")
class TestProfile:
    def test_links_follow_it_but_for_their_own(self, give: Give) -> None:
        sent = send(a_journal(Link.objects.get(company__number=1001).company))
        settings = sent.exports.get().link_settings_id
        a_journal(Link.objects.get(company__number=1002).company, run_number="7")
        words = (
            *("profile", "change", "standard", "--cost-centers", "Projekti"),
            *("--closed-period", "next-open", "--map", "5035=5040", "--json"),
        )

        preview = give(*words, "--dry-run")
        before = rules_of(1001)
        done = give(*words)
        own = give("link", "show", "--company", "1002", "--json")

        assert before == ("Kustannuspaikka", "stop", {"5035": "5030"})
        assert preview.document["changed"] == done.document["changed"]
        assert [one["journals"] for one in done.document["changed"]] == [0, 1]
        assert rules_of(1001) == ("Projekti", "next-open", {"5035": "5040"})
        assert rules_of(1002) == (None, "next-open", {"5035": "5040", "5036": "5030"})
        assert rules_of(1003) == (None, "stop", {})
        assert own.document["own"] == ["cost_centers", "map"]
        # What was sent keeps the settings it was sent with.
        assert sent.exports.get().link_settings_id == settings
        assert AuditEntry.objects.filter(action="profile_changed").count() == 1

    def test_is_changed_with_all_its_links_or_not_at_all(self, give: Give) -> None:
        refused = give("profile", "change", "standard", "--cost-centers", "Kustanuspaikka")

        assert refused.status == 1
        assert "Did you mean Kustannuspaikka?" in refused.text
        assert Profile.objects.get().choices["cost_center_dimension"] == "Kustannuspaikka"
        assert rules_of(1001)[0] == "Kustannuspaikka"

    def test_stays_while_links_follow_it(self, give: Give) -> None:
        kept = give("profile", "remove", "standard")
        give("link", "change", "--where", "profile=standard", "--profile", "")
        gone = give("profile", "remove", "standard")

        assert (kept.status, gone.status) == (1, 0)
        assert rules_of(1001)[0] == "Kustannuspaikka"


def test_new_links_have_the_default_profile(give: Give) -> None:
    a_company(1001)
    an_account(1001)
    give("profile", "add", "plain", "--default")
    give("profile", "add", "standard", "--cost-centers", "Kustannuspaikka", "--default")

    give("link", "add", "--company", "1001", "--account", "tili-1001", "--start", "2026-06")
    listed = give("profile", "list", "--json")

    assert Link.objects.get().profile == Profile.objects.get(name="standard")
    assert rules_of(1001)[0] == "Kustannuspaikka"
    assert [(one["name"], one["is_default"]) for one in listed.document["profiles"]] == [
        ("plain", False),
        ("standard", True),
    ]
