"""A link that is verify only compares, and writes nothing to Procountor."""

from datetime import UTC, datetime

import pytest
from tests.bureau import (
    NOW,
    Clock,
    a_journal,
    a_linked_company,
    book_by_hand,
    deliver,
    problem_codes,
    send,
)

from procountor_sandbox.app import Sandbox
from tilisilta.domain.journals import BookingPeriod
from tilisilta.errors import TilisiltaError
from tilisilta.models import Journal, JournalState, Link, ProcountorAccount
from tilisilta.services.connections import check_account
from tilisilta.services.journals.checks import check_journal
from tilisilta.services.links import change_link
from tilisilta.services.sending.asking import send_journal
from tilisilta.services.verifying.companies import verify

pytestmark = pytest.mark.django_db

JUNE = BookingPeriod(year=2026, month=6)
JULY = datetime(2026, 7, 2, tzinfo=UTC)


def writes(sandbox: Sandbox) -> int:
    """Count the requests that could change anything, without those for a token."""
    return sum(
        one.method != "GET" and not one.path.endswith("/oauth/token")
        for one in sandbox.requests.all()
    )


class TestVerifyOnly:
    def test_never_sends(self, procountor: Sandbox) -> None:
        journal = a_journal(a_linked_company(is_verify_only=True))

        assert journal.state == JournalState.OFF
        assert problem_codes(journal) == ["N47"]
        with pytest.raises(TilisiltaError):
            send(journal)
        assert writes(procountor) == 0

    def test_takes_back_what_was_queued_before(self, procountor: Sandbox) -> None:
        journal = a_journal(a_linked_company())
        sending = send_journal(journal, user=None, now=NOW)

        change_link(Link.objects.get(), user=None, is_verify_only=True)
        journal = deliver(sending, Clock())

        assert journal.state == JournalState.OFF
        assert writes(procountor) == 0

    def test_compares_what_was_booked_another_way(self, procountor: Sandbox) -> None:
        company = a_linked_company()
        export = a_journal(company).exports.get()
        by_hand = export.payload.replace(export.name, "Palkat").replace(export.token, "NMBRS")
        book_by_hand(export.link.procountor_account, by_hand)
        change_link(Link.objects.get(), user=None, is_verify_only=True)
        assert not Journal.objects.get().exports.exists()

        (month,) = verify(company, [JUNE], now=JULY).months

        assert month.document["parts"][0]["findings"] == ["booked_another_way"]
        assert month.outcome == "equal"

    def test_finds_what_is_missing(self, procountor: Sandbox) -> None:
        company = a_linked_company(is_verify_only=True)
        a_journal(company)

        (month,) = verify(company, [JUNE], now=JULY).months

        assert month.document["parts"][0]["findings"] == ["missing"]

    def test_sends_again_when_the_tick_is_taken_away(self, procountor: Sandbox) -> None:
        journal = a_journal(a_linked_company(is_verify_only=True))

        change_link(Link.objects.get(), user=None, is_verify_only=False)

        assert check_journal(journal, now=NOW).state == JournalState.READY


class TestRightsOfTheAccount:
    def test_are_read_where_few_are_needed(self, procountor: Sandbox) -> None:
        a_linked_company(is_verify_only=True)

        assert check_account(ProcountorAccount.objects.get()).may_write

    def test_are_not_asked_for_where_all_are_needed(self, procountor: Sandbox) -> None:
        a_linked_company()
        before = len(procountor.requests.all())

        account = check_account(ProcountorAccount.objects.get())

        assert account.journal_rights == ""
        assert len(procountor.requests.all()) == before + 1
