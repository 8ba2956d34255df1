"""Withdrawing a journal at the command line, and sending it again."""

import pytest
from tests.bureau import a_journal, a_linked_company, send, set_period
from tests.management.conftest import Give
from tests.services.sending.withdrawing import withdraw

from procountor_sandbox.app import Sandbox
from procountor_sandbox.faults import Fault, FaultKind
from tilisilta.models import AuditEntry, Journal, Sending, Withdrawal

pytestmark = pytest.mark.django_db

REFERENCE = "1001-2026-6-1"


@pytest.fixture
def sent(procountor: Sandbox) -> Journal:
    """Return a journal with receipts of May and June, of which May is closed since."""
    journal = send(a_journal(a_linked_company(), 5, 6))
    set_period(procountor, "CLOSED", month=5)
    return journal


@pytest.mark.usefixtures("sent")
class TestWithdraw:
    def test_says_what_would_become_of_each_receipt(self, give: Give, procountor: Sandbox) -> None:
        planned = give("withdraw", REFERENCE, "--plan")

        assert planned.status == 0
        may, june = planned.text.splitlines()
        assert "Is reversed by a receipt of 1 Jun 2026, with every row turned round." in may
        assert "Its period is closed in Procountor." in may
        assert "Is invalidated." in june
        assert procountor.ledger.count() == 2
        assert not Withdrawal.objects.exists()

    def test_gives_the_plan_as_a_document(self, give: Give) -> None:
        planned = give("withdraw", REFERENCE, "--plan", "--json").document

        assert planned["can_be_withdrawn"] is True
        assert [one["way"] for one in planned["receipts"]] == ["reverse", "invalidate"]
        assert [one["reverse_on"] for one in planned["receipts"]] == ["2026-06-01", None]

    def test_asks_for_it_with_its_reason(self, give: Give) -> None:
        asked = give("withdraw", REFERENCE, "--reason", "Wrong agreement", "--json")

        assert asked.status == 0
        assert asked.document["state"] == "withdrawing"
        assert Withdrawal.objects.get().reason == "Wrong agreement"
        assert Sending.objects.filter(finished_at=None).count() == 1
        entry = AuditEntry.objects.get(action="withdrawal_asked")
        assert (entry.user, entry.facts["count"]) == (None, "2")

    def test_shows_both_receipts_afterwards(self, give: Give, sent: Journal) -> None:
        withdraw(sent)

        found = give("find", "3", "--json").document["receipts"]

        assert [one["is_of_ended_link"] for one in found] == [False]

    @pytest.mark.parametrize("reason", ["", "131052-308T"])
    def test_refuses_such_a_reason(self, give: Give, reason: str) -> None:
        refused = give("withdraw", REFERENCE, "--reason", reason)

        assert refused.status == 1
        assert not Withdrawal.objects.exists()

    @pytest.mark.parametrize("words", [(), ("--plan", "--reason", "x")])
    def test_needs_a_reason_or_the_wish_for_a_plan(
        self, give: Give, words: tuple[str, ...]
    ) -> None:
        with pytest.raises(SystemExit) as ended:
            give("withdraw", REFERENCE, *words)

        assert ended.value.code == 2

    def test_names_what_was_refused(self, give: Give, sent: Journal, procountor: Sandbox) -> None:
        fault = Fault(kind=FaultKind.REJECT, method="PUT", path="/ledgerreceipts/*/invalidate")
        procountor.faults.add(fault)
        withdraw(sent)

        shown = give("preview", REFERENCE)

        assert "Procountor did not invalidate the receipt of" in shown.text


@pytest.mark.usefixtures("sent")
class TestSendAgain:
    def test_lets_a_withdrawn_journal_be_sent(self, give: Give, sent: Journal) -> None:
        withdraw(sent)
        assert give("send", REFERENCE).status == 1

        again = give("send", REFERENCE, "--again", "--reason", "It was right", "--json")

        # May is closed by now, so a person has to look first; the reason is kept all the same.
        assert AuditEntry.objects.get(action="journal_again").facts["reason"] == "It was right"
        assert again.document["refused"] or again.document["journals"]

    def test_refuses_a_journal_that_is_booked(self, give: Give) -> None:
        refused = give("send", REFERENCE, "--again", "--reason", "Once more")

        assert refused.status == 1
        assert "is not withdrawn" in refused.complaint

    @pytest.mark.parametrize(
        "words",
        [
            (REFERENCE, "--again"),
            ("--all-ready", "--again", "--reason", "x"),
            (REFERENCE, "--reason", "x"),
        ],
    )
    def test_needs_a_name_and_a_reason(self, give: Give, words: tuple[str, ...]) -> None:
        assert give("send", *words).status == 2
