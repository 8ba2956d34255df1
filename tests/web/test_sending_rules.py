"""Sending by rule on the pages: what holds a journal, who switched it on, and the brake."""

import pytest
from django.test import Client
from django.urls import reverse
from tests.bureau import NOW, a_journal, a_linked_company
from tests.web.reading import squeezed

from procountor_sandbox.app import Sandbox
from tilisilta.management.joint_sendings import joint_document
from tilisilta.management.proposals import proposal_document
from tilisilta.models import (
    AuditEntry,
    JointSending,
    Journal,
    Link,
    Proposal,
    RuleBrake,
    RuledJournal,
    User,
)
from tilisilta.services import audit
from tilisilta.services.archiving.proof_sections import _senders
from tilisilta.services.audit import ANY_COMMAND
from tilisilta.services.audit_sentences import sentence_of
from tilisilta.services.links import change_link
from tilisilta.services.receipts_of_year import with_sendings
from tilisilta.services.sending.asking import Wanted
from tilisilta.services.sending.ending_proposals import send_back
from tilisilta.services.sending.stopping import stop_joint
from tilisilta.services.sending.together import send_together
from tilisilta.services.sending_rules.sweeping import sweep
from tilisilta.services.sending_rules.switching import stop_all
from tilisilta.services.users import create_user

pytestmark = [pytest.mark.django_db, pytest.mark.once]


@pytest.fixture
def june(procountor: Sandbox) -> Journal:
    """A journal of a file, through a link that sends by rule: never sent so."""
    journal = a_journal(a_linked_company(1001))
    change_link(Link.objects.get(), user=None, sends_by_rule=True)
    sweep(NOW)
    return journal


def test_a_journal_says_what_holds_it_and_can_be_kept(
    june: Journal, browser_of_administrator: Client, browser_of_reader: Client
) -> None:
    address = reverse("journal", args=[june.pk])
    page = squeezed(browser_of_administrator.get(address).text)
    overview = squeezed(browser_of_administrator.get(reverse("sending_rules")).text)
    listed = squeezed(browser_of_administrator.get(reverse("exports")).text)
    of_reader = squeezed(browser_of_reader.get(address).text)
    keep = reverse("keep_from_rule", args=[june.pk])
    refused = browser_of_reader.post(keep)
    kept = squeezed(browser_of_administrator.post(keep, follow=True).text)

    assert "Not sent by rule" in page
    for text in (page, overview):
        assert "It comes from a file, which does not say that its run is locked." in text
        assert "It is the first through this link, or the first since the link was changed." in text
    assert "held by its rule" in listed
    assert "Do not send it by rule" not in of_reader
    assert refused.status_code == 403
    assert "A person has kept it from being sent by rule." in kept
    assert RuledJournal.objects.get().left_at is not None


def test_the_page_of_rules_says_where_one_only_proposes(
    june: Journal, browser_of_administrator: Client
) -> None:
    rules = reverse("sending_rules")
    before = browser_of_administrator.get(rules).text
    change_link(Link.objects.get(), user=None, needs_release=True)
    page = squeezed(browser_of_administrator.get(rules).text)
    browser_of_administrator.post(reverse("stop_rules"), {"reason": "audit"})
    stopped = squeezed(browser_of_administrator.get(rules).text)

    assert "a person releases it" not in before
    assert "The rule proposes it, and a person releases it." in page
    assert "1 link sends what is as in the last months" in squeezed(before)
    assert "1 link sends" not in page
    assert "1 link demands two persons, and its rule only proposes." in page
    assert "Look at the preview and propose it." in page
    assert "Look at the preview and send it yourself." not in page
    assert "its rule only proposes." not in stopped


def test_a_journal_says_which_rule_sent_it(june: Journal, browser_of_administrator: Client) -> None:
    send_together([Wanted(journal=june)], user=None, now=NOW, rule="standard")

    page = squeezed(browser_of_administrator.get(reverse("journal", args=[june.pk])).text)

    assert "The rule of standard asked for it, and no person looked at it." in page
    assert "with no person looking, by the rule of standard" in page
    assert JointSending.objects.get().rule == "standard"


def test_what_a_rule_sent_with_the_demand_off_says_so_everywhere(
    june: Journal, browser_of_administrator: Client
) -> None:
    for demand in (True, False):
        change_link(Link.objects.get(), user=None, needs_release=demand)
    with audit.command_run_by("rule standard"):
        joint = send_together([Wanted(journal=june)], user=None, now=NOW, rule="standard")
    # As the worker leaves it.
    june.exports.update(state="posted", ledger_receipt_id=1, posted_at=NOW)
    Journal.objects.update(state="sent")
    joint.sendings.update(finished_at=NOW)

    page = squeezed(browser_of_administrator.get(reverse("journal", args=[june.pk])).text)
    log = squeezed(browser_of_administrator.get(reverse("audit_log")).text)
    commands = browser_of_administrator.get(reverse("audit_log"), {"system_user": ANY_COMMAND})
    (archived,) = _senders([joint.sendings.select_related("joint").get()])
    (receipt,) = with_sendings(june.exports.all())

    assert "sent by rule, with no person looking: two persons were not demanded any more" in page
    for text in (page, log):
        assert f"sent journal {june.reference} by rule, with no person looking: two persons" in text
        assert "sent by one person" not in text
        assert f"{june.reference} alone" not in text
        assert "rule standard" not in text.replace('value="rule standard"', "")
    assert "by the rule of standard" not in squeezed(commands.text)
    assert archived[0] == receipt.sent_by == "the rule of standard"
    assert "; no person looked at it; two persons were not demanded any more since" in archived[1]
    assert joint_document(joint)["rule"] == "standard"


def test_lists_say_only_what_the_rule_does_now(
    june: Journal, browser_of_administrator: Client
) -> None:
    def listed() -> str:
        return squeezed(browser_of_administrator.get(reverse("exports")).text)

    ruled = RuledJournal.objects.filter(journal=june)
    ruled.update(holds=["waiting"])
    waits = listed()
    Link.objects.update(needs_release=True)
    proposes = listed()
    stop_all("wait", user=None, now=NOW)
    stopped = listed()
    # A rule asked for it, and a person has stopped that.
    ruled.update(holds=[], asked_at=NOW)
    asked_once = listed()
    Link.objects.update(sends_by_rule=False)

    assert "will be sent by rule" in waits
    assert "will be proposed by rule" in proposes
    for text in (stopped, asked_once):
        assert "held by its rule" in text
        assert "will be" not in text
    assert "by rule" not in listed().replace("Sending by rule", "")


def test_a_journal_says_what_became_of_what_its_rule_asked_for(
    june: Journal, administrator: User, browser_of_administrator: Client
) -> None:
    def page() -> str:
        return squeezed(browser_of_administrator.get(reverse("journal", args=[june.pk])).text)

    with audit.command_run_by("rule standard"):
        joint = send_together([Wanted(journal=june)], user=None, now=NOW, rule="standard")
    stop_joint(joint, user=None, now=NOW)
    stopped = page()
    Link.objects.update(needs_release=True)
    with audit.command_run_by("rule standard"):
        send_together([Wanted(journal=june)], user=None, now=NOW, rule="standard")
    proposed = page()
    proposal = Proposal.objects.get()
    named = proposal_document(proposal)["proposed_by"]
    send_back(proposal, reason="Tarkista.", user=administrator, now=NOW)

    assert "The rule of standard asked for it, and it was not sent." in stopped
    assert "no person looked at it" not in stopped + proposed
    assert "The rule of standard has proposed it, as the link demands two persons." in proposed
    assert "the rule of standard has proposed it," in proposed
    assert named == "the rule of standard"
    assert f"sent journal {june.reference} back to the rule of standard: Tarkista." in page()
    assert "Release and send" in proposed


def test_all_is_stopped_and_let_go_on_with_a_reason(
    june: Journal, administrator: User, browser_of_administrator: Client
) -> None:
    browser = browser_of_administrator
    without = browser.post(reverse("stop_rules"), {"reason": " "})
    stopped = squeezed(browser.post(reverse("stop_rules"), {"reason": "audit"}, follow=True).text)
    again = squeezed(browser.post(reverse("resume_rules"), {"reason": "done"}, follow=True).text)

    assert without.status_code == 422
    assert "All sending by rule is stopped" in stopped
    assert "audit" in stopped
    assert "Rules are in force" in again
    assert not RuleBrake.objects.get().is_stopped
    actions = AuditEntry.objects.filter(user=administrator).values_list("action", flat=True)
    assert {"rules_stopped", "rules_resumed"} <= {*actions}
    # There is nothing to stop.
    Link.objects.update(sends_by_rule=False)
    assert "Rules are in force" not in browser.get(reverse("sending_rules")).text
    # The brake is that of all debtors.
    administrator.sees_all_debtors = False
    administrator.save()
    assert browser.post(reverse("stop_rules"), {"reason": "x"}).status_code == 403
    assert browser.get(reverse("sending_rules")).status_code == 200


def test_switching_it_on_takes_the_right_to_send(
    procountor: Sandbox, administrator: User, browser_of_administrator: Client
) -> None:
    a_linked_company(1001)
    link = Link.objects.get()
    template = administrator.template
    assert template is not None
    template.pk, template.name, template.journal_exports = None, "Links alone", "read"
    template.save()
    keeper = create_user("kaisa", "a bridge over water", template=template, user=None)
    browser = Client()
    browser.force_login(keeper)
    posted = {
        "start_month": f"{link.start_month:%Y-%m}",
        "closed_period_policy": "stop",
        "sends_by_rule": "on",
        "rule_hours": "48",
        "rule_percent": "5",
    }
    refused = browser.post(reverse("link", args=[link.pk]), posted)
    before = Link.objects.get().sends_by_rule
    browser_of_administrator.post(reverse("link", args=[link.pk]), posted)
    link.refresh_from_db()

    both = {**posted, "needs_release": "on"}
    checked = browser_of_administrator.post(
        reverse("link", args=[link.pk]), {**both, "check": "form"}
    )
    saved = browser_of_administrator.post(reverse("link", args=[link.pk]), both, follow=True)
    same = browser_of_administrator.post(reverse("link", args=[link.pk]), both, follow=True)
    since = Link.objects.get().rule_since
    # With the demand gone the rule would send what it only proposed.
    without = browser.post(reverse("link", args=[link.pk]), posted)
    still = Link.objects.get()
    alone = browser_of_administrator.post(reverse("link", args=[link.pk]), posted, follow=True)

    for answer in (refused, without):
        assert "you need the right to send them" in squeezed(answer.text)
    only_proposes = "so the rule only proposes: a person looks at each journal and releases it."
    assert only_proposes in squeezed(checked.text)
    assert only_proposes in squeezed(saved.text)
    assert only_proposes not in squeezed(same.text)
    assert "so the rule sends with no person looking." in squeezed(alone.text)
    assert (still.needs_release, still.rule_since) == (True, since)
    anew = Link.objects.get().rule_since
    assert anew is not None
    assert since is not None
    assert anew > since
    assert not before
    assert (link.sends_by_rule, link.rule_hours, link.rule_percent) == (True, 48, 5)
    assert link.rule_since is not None
    # Once more when the demand ended, as the rule sends since then.
    entry, _again = AuditEntry.objects.filter(action="rule_on").order_by("pk")
    assert "are sent by rule" in sentence_of(entry)
    assert (entry.user, entry.facts["hours"]) == (administrator, "48")
