"""The commands that lead back from the books to the payroll run."""

import pytest
from tests.bureau import a_journal, a_linked_company, send
from tests.management.conftest import Give

from procountor_sandbox.app import Sandbox
from tilisilta.models import Journal

pytestmark = pytest.mark.django_db


@pytest.fixture
def sent(procountor: Sandbox) -> Journal:
    """Return a journal that was sent as two ledger receipts."""
    return send(a_journal(a_linked_company(), 5, 6))


class TestFind:
    def test_leads_from_a_token_to_journal_and_run(self, give: Give, sent: Journal) -> None:
        export = sent.exports.all()[1]

        answered = give("find", export.token.lower())

        assert answered.status == 0
        row = answered.text.splitlines()[2]
        assert all(text in row for text in (export.token, "1001-2026-6-1", "6/2026", "2026-06-28"))

    def test_takes_the_words_of_a_receipts_name(self, give: Give, sent: Journal) -> None:
        export = sent.exports.all()[0]

        document = give("find", *export.name.split(), "--json").document

        assert [one["token"] for one in document["receipts"]] == [export.token]
        assert document["receipts"][0]["fits"] == ["token"]
        assert document["receipts"][0]["journal"] == "1001-2026-6-1"
        assert document["receipts"][0]["run"]["number"] == "6"
        assert document["receipts"][0]["debit"] == "1005.00"

    def test_leads_to_journals_and_companies(self, give: Give, sent: Journal) -> None:
        assert give("find", "1001-2026-6-1").text.startswith("1001-2026-6-1  1001 Koivulammi")
        assert give("find", "konepaja").text == "1001 Koivulammi Konepaja Oy\n"

    def test_ends_with_status_one_when_nothing_fits(self, give: Give, sent: Journal) -> None:
        answered = give("find", "99999999")

        assert answered.status == 1
        assert "Nothing here fits “99999999”." in answered.text
        assert give("find", "99999999", "--json").document["receipts"] == []
