"""Commands propose and take back, and stop what is not begun; they release nothing."""

import pytest
from django.test import Client
from django.urls import reverse
from tests.api.conftest import PASSWORD, program_of
from tests.bureau import a_journal, a_linked_company, states
from tests.management.conftest import Give

from procountor_sandbox.app import Sandbox
from tilisilta.models import JointSending, Proposal
from tilisilta.services.users import create_first_administrator

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


@pytest.mark.parametrize("is_withdrawn_proposal", [False, True])
def test_page_command_and_api_say_the_same_state_of_a_journal(
    procountor: Sandbox, give: Give, *, is_withdrawn_proposal: bool
) -> None:
    journal = a_journal(a_linked_company(needs_release=True))
    administrator = create_first_administrator("aino", PASSWORD)
    program, browser = program_of(administrator), Client()
    browser.force_login(administrator)
    give("send", journal.reference)
    if is_withdrawn_proposal:
        give("proposal", "take-back", journal.reference)
    state, word = ("ready", "Ready") if is_withdrawn_proposal else ("proposed", "Proposed")

    reference = journal.reference
    page = browser.get(reverse("journal", args=[journal.pk]))
    [row] = browser.get(reverse("exports")).context["rows"]
    documents = [
        give("preview", reference, "--json").document,
        *give("status", "--company", "1001", "--json").document["journals"],
        *give("find", reference, "--json").document["journals"],
        program.get(f"/journals/{reference}").json(),
        program.get(f"/journals/{reference}/preview").json(),
        *program.get("/journals").json()["journals"],
        *program.get("/find", {"q": reference}).json()["journals"],
    ]

    assert {one["state"] for one in documents} == {state}
    assert len(documents) == 7
    assert (page.context["page"].counted_state, row.counted_state) == (state, state)
    assert f"<span>{word}</span>" in page.text
    listed = {
        one: len(program.get("/journals", {"state": one}).json()["journals"])
        for one in ("ready", "proposed")
    }
    assert listed == {"ready": 0, "proposed": 0} | {state: 1}


def test_a_sending_is_stopped_by_its_number(procountor: Sandbox, give: Give) -> None:
    journal = a_journal(a_linked_company())
    asked = give("send", "--all", "--period", "2026-06", "--json").document
    assert asked["together"] == str(JointSending.objects.get().pk)

    stopped = give("send", "--stop", asked["together"], "--json")

    assert stopped.document == {"stopped": 1, "going_on": 0}
    assert states(journal) == ["ready"]
    assert give("send", "--stop", "no-such-thing").status == 1
    assert give("send", "--stop", asked["together"], "--all").status == 2
