"""Saying at the command line whether a receipt in Procountor is the one of a journal."""

import pytest
from tests.bureau import a_journal, a_linked_company, book_by_hand, send
from tests.management.conftest import Give

from procountor_sandbox.app import Sandbox
from tilisilta.models import AuditEntry, Export, Journal

pytestmark = pytest.mark.django_db

REFERENCE = "1001-2026-6-1"


@pytest.fixture
def stopped(procountor: Sandbox) -> Journal:
    """Return a journal that is booked by hand already, as receipt 1."""
    export = a_journal(a_linked_company(), 6).exports.get()
    by_hand = export.payload.replace(export.name, "Palkat käsin").replace(export.token, "")
    book_by_hand(export.link.procountor_account, by_hand)
    return send(export.journal)


@pytest.mark.usefixtures("stopped")
class TestSettle:
    @pytest.mark.parametrize("number", ["1", "700001"])
    def test_takes_the_receipt_over(self, give: Give, number: str) -> None:
        settled = give("settle", REFERENCE, "--receipt", number, "--ours", "--json")

        assert settled.status == 0
        assert settled.document["state"] == "sent"
        assert settled.document["receipt"]["ledger_receipt_id"] == 700001
        assert settled.document["in_question"] == []
        assert AuditEntry.objects.get(action="receipt_taken_over").user is None

    def test_lets_the_journal_be_sent(self, give: Give) -> None:
        settled = give("settle", REFERENCE, "--receipt", "1", "--another")

        assert settled.status == 0
        assert settled.text.splitlines() == [
            "Receipt 1 is another than the one of 1001-2026-6-1.",
            "Send it with tilisilta send 1001-2026-6-1.",
        ]
        assert send(Journal.objects.get()).state == "sent"

    def test_refuses_a_receipt_that_is_not_in_question(self, give: Give) -> None:
        refused = give("settle", REFERENCE, "--receipt", "7", "--ours")

        assert refused.status == 1
        assert "Receipt 7 is not in question" in refused.complaint
        assert "In question of this journal: 1." in refused.complaint
        assert Export.objects.get().state == "ready"

    def test_refuses_when_nothing_is_in_question_any_more(self, give: Give) -> None:
        give("settle", REFERENCE, "--receipt", "1", "--ours")

        refused = give("settle", REFERENCE, "--receipt", "1", "--another")

        assert refused.status == 1
        assert "No receipt is in question of this journal." in refused.complaint

    @pytest.mark.parametrize("words", [(), ("--ours", "--another")])
    def test_needs_an_answer(self, give: Give, words: tuple[str, ...]) -> None:
        with pytest.raises(SystemExit) as ended:
            give("settle", REFERENCE, "--receipt", "1", *words)

        assert ended.value.code == 2

    def test_is_what_the_preview_asks_for(self, give: Give) -> None:
        shown = give("preview", REFERENCE)

        assert "S09: Receipt 1 of 28 Jun 2026 may be this one already: Palkat käsin" in shown.text
