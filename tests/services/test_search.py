"""From a number or a token to the receipt, its journal and its run."""

from datetime import date

import pytest
from pytest_django import DjangoAssertNumQueries
from tests.bureau import a_company, a_journal, a_linked_company, an_account, link_to, send

from procountor_sandbox.app import Sandbox
from tilisilta.models import Debtor, Export, Journal, User
from tilisilta.services import search as searching
from tilisilta.services.links import end_link
from tilisilta.services.search import search

pytestmark = pytest.mark.django_db


@pytest.fixture
def sent(procountor: Sandbox) -> Journal:
    """Return a journal that was sent as two ledger receipts."""
    return send(a_journal(a_linked_company(), 5, 6))


def last_receipt(journal: Journal) -> Export:
    export = journal.exports.last()
    assert export is not None
    return export


class TestSearch:
    @pytest.mark.parametrize(
        "field", ["receipt_number", "ledger_receipt_id", "invoice_number", "token", "name"]
    )
    def test_leads_to_the_receipt(self, sent: Journal, field: str) -> None:
        export = last_receipt(sent)
        Export.objects.filter(pk=export.pk).update(invoice_number=77123)
        export.refresh_from_db()

        hits = search(str(getattr(export, field)), user=None)

        assert [hit.export for hit in hits.receipts] == [export]
        assert hits.receipts[0].fields == ("token" if field == "name" else field,)
        assert hits.receipts[0].export.journal == sent

    def test_tells_apart_what_a_number_is_of(self, sent: Journal) -> None:
        first, last = sent.exports.all()
        Export.objects.filter(pk=first.pk).update(ledger_receipt_id=last.receipt_number)

        hits = search(str(last.receipt_number), user=None)

        fields = {hit.export: hit.fields for hit in hits.receipts}
        assert fields == {first: ("ledger_receipt_id",), last: ("receipt_number",)}

    def test_leads_to_a_journal_by_its_reference(self, sent: Journal) -> None:
        for reference in ("1001-2026-6-1", "1001-2026-6"):
            assert search(reference, user=None).journal == sent

    @pytest.mark.parametrize("typed", ["1001", "konepaja", "Koivulammi  Konepaja"])
    def test_leads_to_a_company(self, sent: Journal, typed: str) -> None:
        assert search(typed, user=None).companies == (sent.company,)
        assert search(typed, user=None, with_companies=False).companies == ()

    def test_still_knows_what_went_through_a_link_that_has_ended(self, sent: Journal) -> None:
        export = last_receipt(sent)
        link = export.link
        end_link(link, ends_on=date(2020, 1, 1), reason="wrong books", user=None)
        link_to(sent.company, an_account(1002))

        hits = search(export.token, user=None)

        assert [hit.export.pk for hit in hits.receipts] == [export.pk]
        assert hits.receipts[0].export.is_trail

    @pytest.mark.parametrize(
        "typed", ["", "   ", "k", "0", "999999", "9" * 5000, "9" * 50 + "-2026-6-1", "\x00", "%"]
    )
    def test_leads_nowhere_for_what_nobody_has(self, sent: Journal, typed: str) -> None:
        assert search(typed, user=None).count == 0

    def test_shows_a_limited_user_nothing_of_other_debtors(self, sent: Journal) -> None:
        limited = User.objects.create(username="sari")
        limited.debtors.add(Debtor.objects.create(number=999, name="Oma"))
        export = last_receipt(sent)

        for typed in (export.token, str(export.receipt_number), sent.reference, "1001", "Koivu"):
            assert search(typed, user=limited).count == 0

    def test_shows_the_first_of_very_many_and_counts_the_rest(
        self, sent: Journal, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        for number in (2001, 2002, 2003):
            a_company(number, f"Koivulammi {number} Oy")
        Export.objects.update(receipt_number=1)
        monkeypatch.setattr(searching, "MOST_RECEIPTS", 1)
        monkeypatch.setattr(searching, "MOST_COMPANIES", 1)

        by_number, by_name = search("1", user=None), search("Koivulammi", user=None)

        assert (len(by_number.receipts), by_number.more_receipts) == (1, 1)
        assert (len(by_name.companies), by_name.more_companies) == (1, 3)
        assert by_name.count == 4

    def test_asks_the_database_the_same_however_much_fits(
        self, sent: Journal, django_assert_max_num_queries: DjangoAssertNumQueries
    ) -> None:
        Export.objects.update(receipt_number=1)

        with django_assert_max_num_queries(6):
            hits = search("1", user=None)
            names = {hit.export.link.procountor_account.company_name for hit in hits.receipts}

        assert len(names) == 1
