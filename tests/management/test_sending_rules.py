"""Sending by rule at the command line."""

from typing import TYPE_CHECKING

import pytest
from tests.bureau import a_journal, a_linked_company
from tests.management.conftest import Give

from tilisilta.models import AuditEntry, Link
from tilisilta.services.audit_sentences import sentence_of

if TYPE_CHECKING:
    from procountor_sandbox.app import Sandbox

pytestmark = [pytest.mark.django_db, pytest.mark.once, pytest.mark.usefixtures("procountor")]


def test_is_switched_on_looked_at_and_stopped(give: Give, procountor: "Sandbox") -> None:
    journal = a_journal(a_linked_company(1001))
    none = give("rules", "list")
    switched = ("--send-by-rule", "yes", "--rule-hours", "12")
    on = give("link", "change", "--company", "1001", *switched)
    wrong = give("link", "change", "--company", "1001", "--rule-hours", "0")
    listed = give("rules", "list", "--json")
    checked = give("rules", "check", "--json")
    told = give("rules", "check", "--company", "1001")
    stopped = give("rules", "stop", "--reason", "month end", "--json")
    after = give("rules", "check")
    give("rules", "keep", journal.reference)
    kept = give("rules", "check", "--json")
    resumed = give("rules", "resume", "--reason", "all is well")

    both = give("link", "change", "--company", "1001", "--two-persons", "yes", "--dry-run")
    as_json = give("link", "change", "--company", "1001", "--two-persons", "yes", "--json")
    listed_again = give("rules", "list")
    alone = give("link", "change", "--company", "1001", "--two-persons", "no")
    choices = ("--send-by-rule", "yes", "--two-persons", "yes")
    profile = give("profile", "add", "Careful", *choices)

    only_proposes = "so the rule only proposes: a person looks at each journal and releases it."
    assert "The rule sends with no person looking, once a person has sent the first" in on.text
    assert f"1001: Two persons are demanded, {only_proposes}" in both.text
    (changed,) = as_json.document["changed"]
    assert only_proposes in changed["note"]
    assert only_proposes in profile.text
    assert "so the rule sends with no person looking." in alone.text
    assert "only proposes" in listed_again.text
    assert "No link sends by rule." in none.text
    assert wrong.status == 2
    assert "from 1 to 744" in wrong.complaint
    (link,) = listed.document["links"]
    assert (link["company"], link["hours"], link["percent"]) == (1001, 12, 10)
    (held,) = checked.document["held"]
    assert {"from-a-file", "came-before", "first"} <= {one["rule"] for one in held["held_by"]}
    assert "It comes from a file" in told.text
    assert stopped.document["brake"]["is_stopped"] is True
    assert "All sending by rule is stopped since" in after.text
    assert "left" in {one["rule"] for one in kept.document["held"][0]["held_by"]}
    assert resumed.status == 0
    actions = {"rule_on", "rules_stopped", "rules_resumed", "journal_left"}
    entries = AuditEntry.objects.filter(action__in=actions)
    assert {one.action for one in entries if one.system_user} == actions
    exported = give("link", "export").text
    assert "send_by_rule;rule_hours;rule_percent" in exported
    assert ";yes;12;10" in exported
    assert Link.objects.get().sends_by_rule
    give("link", "change", "--company", "1001", "--two-persons", "yes", "--rule-hours", "20")
    assert "are proposed by rule, for a person to release" in sentence_of(
        AuditEntry.objects.filter(action="rule_on").latest("pk")
    )
