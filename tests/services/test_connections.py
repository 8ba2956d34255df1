"""Procountor accounts: authorised for a company, checked, and removed."""

from datetime import timedelta

import pytest
from django.utils import timezone
from pytest_django import Settings
from tests.bureau import NOW, a_journal, a_linked_company, an_account

from procountor_sandbox.app import Sandbox
from procountor_sandbox.faults import Fault, FaultKind
from tilisilta.clients.procountor.errors import GrantEnded
from tilisilta.models import AuditEntry, ProcountorAccount
from tilisilta.services.connections import (
    AccountNameTaken,
    NotConfigured,
    authorise_with_api_key,
    check_account,
    check_unheard_accounts,
    create_account,
    remove_authorisation,
    start_authorisation,
)

pytestmark = pytest.mark.django_db


class TestCreateAccount:
    def test_refuses_a_name_that_is_taken(self) -> None:
        create_account("tili", user=None)

        with pytest.raises(AccountNameTaken):
            create_account(" tili ", user=None)

        assert ProcountorAccount.objects.count() == 1


class TestStartAuthorisation:
    def test_gives_each_a_state_of_its_own_that_stands_in_the_address(self) -> None:
        first, second = start_authorisation(), start_authorisation()

        assert first.state != second.state
        assert first.state in first.url

    def test_needs_the_bureau_to_be_registered(self, settings: Settings) -> None:
        settings.PROCOUNTOR_CLIENT_SECRET = ""

        with pytest.raises(NotConfigured):
            start_authorisation()


class TestAuthoriseWithApiKey:
    def test_reads_the_company_it_is_for(self, procountor: Sandbox) -> None:
        account = an_account()

        assert account.is_authorised
        assert account.procountor_company_id
        assert account.company_name
        assert account.administration is not None

    def test_stores_nothing_of_a_key_that_is_refused(self, procountor: Sandbox) -> None:
        account = create_account("tili", user=None)

        with pytest.raises(GrantEnded):
            authorise_with_api_key(account, "no such key", user=None)

        kept = ProcountorAccount.objects.get()
        assert (kept.state, kept.grant) == ("new", "")

    def test_makes_the_journals_that_waited_for_it_ready(self, procountor: Sandbox) -> None:
        company = a_linked_company()
        account = company.link.procountor_account
        remove_authorisation(account, user=None)
        journal = a_journal(company)
        assert journal.state == "problem"

        authorise_with_api_key(account, "SANDBOX-KEY-1001", user=None)

        journal.refresh_from_db()
        assert journal.state == "ready"


class TestRemoveAuthorisation:
    def test_forgets_every_secret_and_stops_what_is_not_sent(self, procountor: Sandbox) -> None:
        company = a_linked_company()
        journal = a_journal(company)

        remove_authorisation(company.link.procountor_account, user=None)

        removed = ProcountorAccount.objects.get()
        journal.refresh_from_db()
        assert (removed.state, removed.grant, removed.access_token) == ("new", "", "")
        assert journal.state == "problem"


class TestCheckAccount:
    def test_notes_that_it_works(self, procountor: Sandbox) -> None:
        account = an_account()
        before = account.checked_at

        checked = check_account(account)

        assert checked.is_authorised
        assert checked.checked_at != before

    def test_turns_an_account_red_whose_grant_has_ended(self, procountor: Sandbox) -> None:
        account = an_account()
        procountor.revoke(company_id=50101)

        checked = check_account(account)

        assert checked.state == "ended"
        assert AuditEntry.objects.filter(action="account_ended").count() == 1

    def test_changes_nothing_while_procountor_is_away(self, procountor: Sandbox) -> None:
        account = an_account()
        procountor.faults.add(Fault(kind=FaultKind.ERROR_BEFORE, times=None))

        checked = check_account(account)

        assert checked.is_authorised
        assert checked.check_failed_at is not None


class TestCheckUnheardAccounts:
    def test_finds_a_grant_that_ended_unnoticed(self, procountor: Sandbox) -> None:
        account = an_account()
        ProcountorAccount.objects.update(checked_at=NOW - timedelta(hours=13))
        procountor.revoke(company_id=50101)

        count = check_unheard_accounts(NOW)

        account.refresh_from_db()
        assert count == 1
        assert account.state == "ended"

    def test_leaves_an_account_alone_that_answered_lately(self, procountor: Sandbox) -> None:
        an_account()
        ProcountorAccount.objects.update(checked_at=NOW - timedelta(hours=11))

        assert check_unheard_accounts(NOW) == 0

    def test_does_not_insist_while_procountor_is_away(self, procountor: Sandbox) -> None:
        account = an_account()
        ProcountorAccount.objects.update(checked_at=None)
        procountor.faults.add(Fault(kind=FaultKind.ERROR_BEFORE, path="/sessioninfo", times=None))
        check_unheard_accounts(timezone.now())

        at_once = check_unheard_accounts(timezone.now())
        later = check_unheard_accounts(timezone.now() + timedelta(minutes=16))

        account.refresh_from_db()
        assert (at_once, later) == (0, 1)
        assert account.state == "authorised"
