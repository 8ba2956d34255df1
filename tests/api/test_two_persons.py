"""Proposing and releasing by the API, and at the command line, which proposes alone."""

import pytest
from tests.api.conftest import PASSWORD, Program, program_of
from tests.bureau import NOW, a_journal, a_linked_company, states

from procountor_sandbox.app import Sandbox
from tilisilta.models import JointSending, Journal, KeyedRequest, Proposal, Scope, Sending, User
from tilisilta.services.keyed_requests import ABANDONED_AFTER
from tilisilta.services.sending.asking import Wanted
from tilisilta.services.sending.together import send_together
from tilisilta.services.users import create_user

pytestmark = [pytest.mark.django_db, pytest.mark.once]


@pytest.fixture
def journal(procountor: Sandbox) -> Journal:
    return a_journal(a_linked_company(needs_release=True))


@pytest.fixture
def other(administrator: User) -> Program:
    user = create_user("onni", PASSWORD, template=administrator.template, user=administrator)
    return program_of(user)


def test_what_a_token_proposes_the_token_of_another_user_releases(
    program: Program, other: Program, journal: Journal
) -> None:
    body = {"journals": [{"reference": journal.reference}]}
    asked = program.post("/sendings", body)
    assert asked.status_code == 202
    assert [one["proposed_by"] for one in asked.json()["proposed"]] == ["aino"]
    counts = other.get("/status?period=2026-06").json()
    assert (counts["journals"]["ready"], counts["journals"]["proposed"]) == (0, 1)
    assert (counts["waiting_count"], counts["waiting_in_other_months"]) == (0, {})
    for state, count in (("ready", 0), ("proposed", 1)):
        assert len(other.get(f"/journals?state={state}").json()["journals"]) == count
    listed = other.get("/proposals").json()["proposals"]
    wanted = {"journals": [{"reference": journal.reference, "digest": listed[0]["digest"]}]}

    own = program.post("/proposals/releases", wanted)
    changed = {"journals": [{"reference": journal.reference, "digest": "0" * 64}]}
    unseen = other.post("/proposals/releases", changed)
    assert (own.status_code, own.json()["code"]) == (409, "S31")
    assert unseen.status_code == 409
    assert not Sending.objects.filter(is_refused=False).exists()
    released = other.post("/proposals/releases", wanted)

    assert released.status_code == 202
    assert [one["state"] for one in released.json()["journals"]] == ["queued"]
    assert other.get("/proposals").json() == {"proposals": []}


def test_a_release_that_was_cut_off_is_answered_as_what_it_did(
    program: Program, other: Program, journal: Journal
) -> None:
    program.post("/sendings", {"journals": [{"reference": journal.reference}]})
    [proposal] = other.get("/proposals").json()["proposals"]
    wanted = {"journals": [{"reference": journal.reference, "digest": proposal["digest"]}]}
    first = other.post("/proposals/releases", wanted, Idempotency_Key="k")
    # The process was killed after it had committed, before it could keep its answer.
    long_ago = KeyedRequest.objects.get().begun_at - 2 * ABANDONED_AFTER
    KeyedRequest.objects.update(status=None, answer="", begun_at=long_ago)

    again = other.post("/proposals/releases", wanted, Idempotency_Key="k")
    anew = other.post("/proposals/releases", wanted, Idempotency_Key="other")

    assert (again.status_code, again.json()) == (202, first.json())
    assert anew.status_code == 409
    assert Sending.objects.filter(is_refused=False).count() == 1


def test_a_proposal_is_sent_back_or_taken_back(
    program: Program, other: Program, journal: Journal, administrator: User
) -> None:
    body = {"journals": [{"reference": journal.reference}]}
    path = f"/proposals/{journal.reference}"
    for ending, act, values in (
        (other, "send-back", {"reason": "Tarkista."}),
        (program, "take-back", None),
    ):
        program.post("/sendings", body)
        assert ending.post(f"{path}/{act}", values).status_code == 200
        assert ending.post(f"{path}/{act}", values).json()["code"] == "S31"
    assert list(Proposal.objects.order_by("pk").values_list("outcome", flat=True)) == [
        "returned",
        "taken_back",
    ]
    reading = program_of(administrator, [Scope.READ])
    assert reading.post("/proposals/releases", body).status_code == 403


def test_a_sending_is_stopped(program: Program, procountor: Sandbox) -> None:
    journal = a_journal(a_linked_company())
    send_together([Wanted(journal=journal)], user=None, now=NOW)
    joint = JointSending.objects.get()

    answered = program.post(f"/sendings/{joint.pk}/stop")

    assert answered.json() == {"stopped": 1, "going_on": 0}
    assert states(journal) == ["ready"]
    unknown = "00000000-0000-4000-8000-000000000000"
    assert program.post(f"/sendings/{unknown}/stop").status_code == 404
