"""The ways on after sending at the command line: its difference, settled, marked as sent."""

import pytest
from tests.bureau import a_journal, a_linked_company, send
from tests.management.conftest import Give
from tests.services.sending.test_differences import a_revision, more

from procountor_sandbox.app import Sandbox
from tilisilta.models import AuditEntry, Journal, Sending

pytestmark = pytest.mark.django_db

CHANGED = "1001-2026-6-2"
WHY = ("--reason", "Overtime came in late")


@pytest.fixture
def changed(procountor: Sandbox) -> Journal:
    """Return the second revision of a run whose first is booked as receipt 1."""
    company = a_linked_company()
    send(a_journal(company, 6))
    return a_revision(company, *more("200.00"), months=(6,))


@pytest.mark.usefixtures("changed")
class TestSendDifference:
    def test_shows_it_and_then_books_it(self, give: Give, procountor: Sandbox) -> None:
        shown = give("send", CHANGED, "--difference", "--plan")
        planned = give("send", CHANGED, "--difference", "--plan", "--json").document

        assert shown.status == 0
        assert [line.split() for line in shown.text.splitlines()[1:]] == [
            ["2961", "-200.00", "Palkat"],
            ["5030", "200.00", "Palkat"],
        ]
        assert procountor.ledger.count() == 1
        assert not Sending.objects.filter(finished_at=None).exists()

        asked = give("send", CHANGED, "--difference", *WHY, "--json")

        assert asked.status == 0
        assert asked.document["state"] == "queued"
        (receipt,) = asked.document["receipts"]
        assert receipt["name"] == planned["receipts"][0]["name"]
        assert AuditEntry.objects.get(action="difference_asked").user is None

    @pytest.mark.parametrize(
        "words",
        [
            (CHANGED, "--difference"),
            (CHANGED, "--difference", "--plan", *WHY),
            (CHANGED, CHANGED, "--difference", *WHY),
            (CHANGED, "--plan"),
            ("--all-ready", "--difference", *WHY),
        ],
    )
    def test_needs_one_journal_and_a_reason(self, give: Give, words: tuple[str, ...]) -> None:
        assert give("send", *words).status == 2

    def test_says_why_there_is_none(self, give: Give) -> None:
        refused = give("send", "1001-2026-6-1", "--difference", *WHY)

        assert refused.status == 1
        assert "Its run was not changed after sending" in refused.complaint


@pytest.mark.usefixtures("changed")
class TestSettleAJournal:
    def test_settles_it_and_takes_that_back(self, give: Give) -> None:
        settled = give("settle", CHANGED, "--by-hand", "--receipt", "91", *WHY, "--json")

        assert settled.status == 0
        assert settled.document["state"] == "settled"
        assert settled.document["settlement"]["receipt_number"] == "91"
        assert give("send", CHANGED).status == 1
        entry = AuditEntry.objects.get(action="journal_settled")
        assert entry.facts["reason"] == WHY[1]

        undone = give("settle", CHANGED, "--undo", "--reason", "It was not", "--json")

        assert undone.document["state"] == "changed"
        assert undone.document["settlement"]["undo_reason"] == "It was not"

    def test_marks_as_sent_what_was_booked_another_way(self, give: Give) -> None:
        company = Journal.objects.get(revision=1).company
        a_journal(company, 7, run_number="7")

        marked = give("settle", "1001-2026-7-1", "--as-sent", *WHY)

        assert marked.text.startswith("1001-2026-7-1  Marked as sent")
        assert give("send", "1001-2026-7-1").status == 1
        assert give("settle", CHANGED, "--as-sent", *WHY).status == 1

    @pytest.mark.parametrize(
        "words",
        [
            ("--by-hand",),
            ("--undo", "--receipt", "91", *WHY),
            ("--ours",),
            ("--ours", "--receipt", "1", *WHY),
        ],
    )
    def test_refuses_words_that_do_not_go_together(
        self, give: Give, words: tuple[str, ...]
    ) -> None:
        assert give("settle", CHANGED, *words).status == 2
