"""A proposal is void once anything has changed since it was made."""

from collections.abc import Callable

import pytest
from tests.bureau import NOW, Clock, a_revision, deliver
from tests.services.sending.proposing import ended, link_of, propose

from procountor_sandbox.app import Sandbox
from tilisilta.models import AuditEntry, Journal, Sending, User
from tilisilta.services.links import change_link, end_link
from tilisilta.services.sending.asking import send_journal
from tilisilta.services.sending.releasing import open_proposals, release, void_outdated
from tilisilta.services.sending.settlements import mark_as_sent
from tilisilta.services.sending.two_persons import NeedsRelease

# The locks of a release are tried on both databases in test_stopping.
pytestmark = [pytest.mark.django_db, pytest.mark.once]


class TestWhatHasChanged:
    @pytest.mark.parametrize(
        ("change", "reason"),
        [
            (lambda journal: a_revision(journal.company), "revision"),
            (lambda journal: change_link(link_of(journal), user=None, receipt_title="X"), "link"),
            (
                lambda journal: end_link(
                    link_of(journal), ends_on=journal.period, reason="Vaihto", user=None
                ),
                "link",
            ),
            (
                lambda journal: mark_as_sent(journal, reason="Käsin", user=None, now=NOW),
                "stopped",
            ),
            (lambda journal: journal.exports.update(payload_sha256="0" * 64), "receipts"),
            (
                lambda journal: Journal.objects.filter(pk=journal.pk).update(
                    is_deleted_at_source=True
                ),
                "stopped",
            ),
            (
                lambda _journal: User.objects.filter(username="aino").update(is_active=False),
                "proposer",
            ),
        ],
    )
    def test_voids_it_with_the_reason_and_sends_nothing(
        self,
        journal: Journal,
        aino: User,
        onni: User,
        change: Callable[[Journal], object],
        reason: str,
    ) -> None:
        proposal = propose(journal, aino)
        change(journal)

        assert [one.change for one in open_proposals(onni)] == [reason]
        released = release([proposal], user=onni, now=NOW)

        assert ended(proposal) == ("void", reason)
        assert released.joint is None
        assert [problem.fact("reason") for _journal, problem in released.refused] == [reason]
        assert not Sending.objects.exists()

    def test_is_voided_by_the_worker_too(self, journal: Journal, aino: User) -> None:
        proposal = propose(journal, aino)
        assert void_outdated(now=NOW) == {}
        a_revision(journal.company)

        assert list(void_outdated(now=NOW)) == [proposal.pk]

        assert AuditEntry.objects.filter(action="proposal_void").count() == 1

    def test_after_the_release_is_found_by_the_worker(
        self, journal: Journal, procountor: Sandbox, aino: User, onni: User
    ) -> None:
        released = release([propose(journal, aino)], user=onni, now=NOW)
        change_link(link_of(journal), user=None, receipt_title="Muu")
        assert released.joint is not None

        deliver(released.joint.sendings.get(), Clock())

        assert procountor.ledger.count() == 0
        with pytest.raises(NeedsRelease):
            send_journal(journal, user=onni, now=NOW)
