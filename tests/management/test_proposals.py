"""Commands propose and take back, and stop what is not begun; they release nothing."""

import pytest
from tests.bureau import a_journal, a_linked_company, states
from tests.management.conftest import Give

from procountor_sandbox.app import Sandbox
from tilisilta.models import JointSending, Proposal

pytestmark = [pytest.mark.django_db, pytest.mark.once]


def test_a_command_proposes_lists_and_takes_back(procountor: Sandbox, give: Give) -> None:
    journal = a_journal(a_linked_company(needs_release=True))

    named = give("send", journal.reference, "--json")
    assert named.status == 0
    assert [one["reference"] for one in named.document["proposed"]] == [journal.reference]
    waited = give("send", journal.reference, "--wait")
    assert waited.status == 1
    assert "another person has to release it" in waited.text
    ready = give("send", "--all", "--period", "2026-06", "--json").document
    assert (ready["journals"], ready["waiting_for_release"]) == ([], [journal.reference])
    status = give("status", "--period", "2026-06", "--json").document
    assert (status["proposed"], status["waiting_count"], status["waiting"]) == (1, 0, [])
    assert (status["journals"]["ready"], status["journals"]["proposed"]) == (0, 1)
    assert give("status", "--period", "2026-05", "--json").document["waiting_in_other_months"] == {}
    assert "Proposed" in give("status", "--company", "1001").text
    assert "Proposed" in give("find", journal.reference).text
    month = give("month", "2026-06", "--json").document
    assert (month["counts"]["ready"], month["counts"]["proposed"]) == (0, 1)
    assert [one["reason"] for one in month["companies"]] == ["another person has to release it"]
    assert journal.reference in give("proposal", "list").text

    taken = give("proposal", "take-back", journal.reference)

    assert taken.status == 0
    assert Proposal.objects.get().outcome == "taken_back"
    assert give("proposal", "take-back", journal.reference).status == 1
    assert states(journal) == ["ready"]
    asked = give("send", "--all", "--period", "2026-06", "--json").document
    assert [one["reference"] for one in asked["proposed"]] == [journal.reference]


def test_a_sending_is_stopped_by_its_number(procountor: Sandbox, give: Give) -> None:
    journal = a_journal(a_linked_company())
    asked = give("send", "--all", "--period", "2026-06", "--json").document
    assert asked["together"] == str(JointSending.objects.get().pk)

    stopped = give("send", "--stop", asked["together"], "--json")

    assert stopped.document == {"stopped": 1, "going_on": 0}
    assert states(journal) == ["ready"]
    assert give("send", "--stop", "no-such-thing").status == 1
    assert give("send", "--stop", asked["together"], "--all").status == 2
