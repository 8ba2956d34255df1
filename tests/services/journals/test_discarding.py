"""A journal is discarded: its content goes, and its digest stays."""

import pytest
from django.core.exceptions import ValidationError
from tests.bureau import NOW, a_company, a_linked_company, send
from tests.services.journals.august import RECALCULATED, WAGES, take_in

from procountor_sandbox.app import Sandbox
from tilisilta.models import AuditEntry, JournalLine
from tilisilta.services.journals.answers import CannotDiscard, discard
from tilisilta.services.journals.importing import WasDiscarded
from tilisilta.services.journals.previews import preview_journal
from tilisilta.services.sending.asking import CannotBeSent, send_journal

pytestmark = pytest.mark.django_db


class TestDiscard:
    def test_takes_the_content_and_keeps_the_digest(self, procountor: Sandbox) -> None:
        company = a_linked_company()
        journal = take_in(company, WAGES).journal

        discarded = discard(journal, reason="wrong company", user=None, now=NOW)

        assert discarded.state == "discarded"
        assert JournalLine.objects.count() == 0
        assert journal.exports.count() == 0
        assert discarded.content_sha256
        assert AuditEntry.objects.get(action="journal_discarded").facts["reason"] == "wrong company"
        assert preview_journal(discarded).receipts == ()
        with pytest.raises(CannotBeSent):
            send_journal(discarded, user=None, now=NOW)

    def test_asks_before_the_same_file_comes_in_again(self, procountor: Sandbox) -> None:
        company = a_linked_company()
        discard(take_in(company, WAGES).journal, reason="by mistake", user=None, now=NOW)

        with pytest.raises(WasDiscarded):
            take_in(company, WAGES)
        again = take_in(company, WAGES, again=True)

        assert again.is_new
        assert again.journal.reference == "1001-2026-8-2"
        assert again.journal.state == "ready"
        assert not take_in(company, WAGES).is_new

    def test_lets_the_revision_before_stand_again(self, procountor: Sandbox) -> None:
        company = a_linked_company()
        first = take_in(company, WAGES, run="8").journal
        second = take_in(company, RECALCULATED, run="8").journal

        discard(second, reason="an old file", user=None, now=NOW)

        first.refresh_from_db()
        assert first.state == "ready"

    def test_frees_a_journal_that_was_held_as_its_twin(self, procountor: Sandbox) -> None:
        company = a_linked_company()
        first = take_in(company, WAGES, run="8").journal
        twin = take_in(company, "\ufeff" + WAGES, run="81").journal
        assert twin.state == "problem"

        discard(first, reason="it is run 81", user=None, now=NOW)

        twin.refresh_from_db()
        assert twin.state == "ready"

    def test_lets_a_file_go_to_the_right_company(self, procountor: Sandbox) -> None:
        wrong, right = a_linked_company(1002), a_linked_company(1003)
        discard(take_in(wrong, WAGES).journal, reason="of 1003", user=None, now=NOW)

        assert take_in(right, WAGES).journal.state == "ready"

    def test_needs_a_reason(self) -> None:
        journal = take_in(a_company(), WAGES).journal

        with pytest.raises(ValidationError):
            discard(journal, reason="  ", user=None, now=NOW)

    def test_refuses_what_was_sent(self, procountor: Sandbox) -> None:
        journal = send(take_in(a_linked_company(), WAGES).journal)

        with pytest.raises(CannotDiscard):
            discard(journal, reason="no", user=None, now=NOW)
