"""Links: one company, one administration, and a trail that stays."""

import pytest
from tests.bureau import (
    Clock,
    a_company,
    a_journal,
    a_linked_company,
    an_account,
    link_to,
    on_post,
    send,
)

from procountor_sandbox.app import Sandbox
from procountor_sandbox.faults import FaultKind
from tilisilta.models import AccountMapping, AuditEntry, Link, ProcountorAccount
from tilisilta.services.connections import (
    OtherCompanyChosen,
    authorise_with_api_key,
    create_account,
    remove_authorisation,
)
from tilisilta.services.exports import send_journal
from tilisilta.services.links import (
    AccountNotAuthorised,
    AccountTaken,
    CompanyLinked,
    LinkInUse,
    change_link,
    remove_link,
)

pytestmark = pytest.mark.django_db


class TestCreateLink:
    def test_makes_waiting_journals_ready(self, procountor: Sandbox) -> None:
        company = a_company()
        journal = a_journal(company)

        link_to(company, an_account())

        journal.refresh_from_db()
        assert journal.state == "ready"

    def test_refuses_a_second_link_of_the_company(self, procountor: Sandbox) -> None:
        company = a_linked_company()

        with pytest.raises(CompanyLinked):
            link_to(company, an_account(1002))

    def test_refuses_an_account_that_serves_another_company(self, procountor: Sandbox) -> None:
        account = a_linked_company().link.procountor_account

        with pytest.raises(AccountTaken):
            link_to(a_company(1002), account)

    def test_refuses_an_account_that_is_not_authorised(self) -> None:
        with pytest.raises(AccountNotAuthorised):
            link_to(a_company(), create_account("tili", user=None))

    def test_refuses_an_account_that_was_removed_meanwhile(self, procountor: Sandbox) -> None:
        shown = an_account()
        remove_authorisation(ProcountorAccount.objects.get(), user=None)

        with pytest.raises(AccountNotAuthorised):
            link_to(a_company(), shown)

        assert not Link.objects.exists()


class TestChangeLink:
    def test_draws_what_is_not_sent_yet_anew(self, procountor: Sandbox) -> None:
        company = a_linked_company()
        journal = a_journal(company)

        change_link(company.link, user=None, receipt_title="Palkat")

        assert journal.exports.get().name.startswith("Palkat")

    def test_leaves_what_was_sent_as_it_was_sent(self, procountor: Sandbox) -> None:
        company = a_linked_company()
        sent = send(a_journal(company))
        payload = sent.exports.get().payload

        change_link(company.link, user=None, receipt_title="Palkat")

        assert sent.exports.get().payload == payload

    def test_replaces_all_mappings_that_change_something(self, procountor: Sandbox) -> None:
        link = a_linked_company().link
        change_link(link, user=None, account_mappings={"5010": "5020"})

        change_link(link, user=None, account_mappings={"5030": "5040", "5050": "5050"})

        mappings = AccountMapping.objects.values_list("journal_account", "procountor_account_code")
        assert list(mappings) == [("5030", "5040")]

    def test_notes_nothing_when_nothing_changed(self, procountor: Sandbox) -> None:
        link = a_linked_company().link

        change_link(link, user=None, receipt_title=link.receipt_title)

        assert not AuditEntry.objects.filter(action="link_changed").exists()


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


class TestALinkedAccount:
    def test_comes_back_only_as_the_company_it_is_linked_to(self, procountor: Sandbox) -> None:
        account = a_linked_company().link.procountor_account

        with pytest.raises(OtherCompanyChosen):
            authorise_with_api_key(account, "SANDBOX-KEY-1002", user=None)

        assert ProcountorAccount.objects.get().company_name == account.company_name

    def test_linked_behind_a_form_that_was_open_is_protected_too(self, procountor: Sandbox) -> None:
        shown = an_account()
        link_to(a_company(), ProcountorAccount.objects.get())

        with pytest.raises(OtherCompanyChosen):
            authorise_with_api_key(shown, "SANDBOX-KEY-1002", user=None)
