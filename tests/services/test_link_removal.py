"""A link through which nothing was sent is removed; any other stays as the trail it is."""

import pytest
from tests.bureau import Clock, a_journal, a_linked_company, on_post, send

from procountor_sandbox.app import Sandbox
from procountor_sandbox.faults import FaultKind
from tilisilta.services.link_removal import LinkInUse, remove_link
from tilisilta.services.sending.asking import send_journal

pytestmark = pytest.mark.django_db


class TestRemoveLink:
    def test_takes_what_was_ready_with_it(self, procountor: Sandbox) -> None:
        company = a_linked_company()
        journal = a_journal(company)

        remove_link(company.link, user=None)

        journal.refresh_from_db()
        assert journal.exports.count() == 0
        assert journal.state == "problem"

    def test_refuses_while_receipts_are_queued(self, procountor: Sandbox) -> None:
        company = a_linked_company()
        send_journal(a_journal(company), user=None, now=Clock().now)

        with pytest.raises(LinkInUse):
            remove_link(company.link, user=None)

    def test_refuses_when_a_receipt_was_tried(self, procountor: Sandbox) -> None:
        company = a_linked_company()
        procountor.faults.add(on_post(FaultKind.REJECT))
        send(a_journal(company))

        with pytest.raises(LinkInUse):
            remove_link(company.link, user=None)
