"""Procountor answers 401 to tokens it has just given: the account is not given up at once."""

from datetime import timedelta

import pytest
from django.utils import timezone
from pytest_django import Settings
from tests.bureau import Clock, a_journal, a_linked_company, an_account, deliver, on_post, send

from procountor_sandbox.app import Sandbox
from procountor_sandbox.faults import Fault, FaultKind
from tilisilta.clients.procountor.errors import GrantEnded, TokenRefused
from tilisilta.domain.standing import JournalState
from tilisilta.models import AuditEntry, ProcountorAccount
from tilisilta.services.connections import authorise_with_api_key, check_account, create_account
from tilisilta.services.procountor.client import note_refused_token
from tilisilta.services.procountor.client import procountor as act_as
from tilisilta.services.sending.asking import send_journal

pytestmark = pytest.mark.django_db


def the_account() -> ProcountorAccount:
    return ProcountorAccount.objects.get()


class TestSending:
    @pytest.mark.parametrize("times", [2, 4])
    def test_goes_on_by_itself_after_a_pause(self, procountor: Sandbox, times: int) -> None:
        journal = a_journal(a_linked_company())
        procountor.faults.add(on_post(FaultKind.UNAUTHORIZED, times=times))
        clock = Clock()

        sent = send(journal, clock)

        assert sent.state == JournalState.SENT
        assert procountor.ledger.count() == 1
        assert the_account().is_authorised
        assert clock.now - Clock().now >= timedelta(seconds=5)

    @pytest.mark.parametrize("path", ["/sessioninfo", "/ledgerreceipts"])
    def test_survives_refused_looks_too(self, procountor: Sandbox, path: str) -> None:
        journal = a_journal(a_linked_company())
        procountor.faults.add(Fault(kind=FaultKind.UNAUTHORIZED, method="GET", path=path, times=2))

        assert send(journal).state == JournalState.SENT
        assert procountor.ledger.count() == 1

    def test_forgets_the_refusals_once_a_token_was_accepted_long_after(
        self, procountor: Sandbox
    ) -> None:
        account = a_linked_company().link.procountor_account
        ProcountorAccount.objects.update(
            token_refusal_count=1, token_refused_at=timezone.now() - timedelta(seconds=11)
        )

        with act_as(account) as client:
            client.get_session()

        assert the_account().token_refusal_count == 0

    def test_does_not_begin_anew_as_the_look_before_each_post_is_accepted(
        self, procountor: Sandbox, settings: Settings
    ) -> None:
        settings.PROCOUNTOR_REFUSAL_PAUSES = (5, 15)
        journal = a_journal(a_linked_company())
        procountor.faults.add(on_post(FaultKind.UNAUTHORIZED, times=2))

        send(journal)

        assert the_account().token_refusal_count == 1

    def test_ends_the_account_when_every_token_is_refused(
        self, procountor: Sandbox, settings: Settings
    ) -> None:
        settings.PROCOUNTOR_REFUSAL_PAUSES = (0, 0)
        journal = a_journal(a_linked_company())
        procountor.faults.add(on_post(FaultKind.UNAUTHORIZED, times=None))
        clock = Clock()

        left = deliver(send_journal(journal, user=None, now=clock.now), clock)

        assert left.state == JournalState.QUEUED
        assert the_account().state == ProcountorAccount.State.ENDED
        assert AuditEntry.objects.filter(action="account_ended").count() == 1
        assert procountor.requests.count("POST", "/ledgerreceipts") == 6

    def test_ends_the_account_at_once_when_no_token_is_given_any_more(
        self, procountor: Sandbox
    ) -> None:
        journal = a_journal(a_linked_company())
        procountor.revoke(company_id=50101)

        send(journal)

        assert the_account().state == ProcountorAccount.State.ENDED


class TestPauses:
    def test_grow_and_count_once_whoever_meets_the_refusal(self, procountor: Sandbox) -> None:
        account, now = an_account(), timezone.now()

        first = note_refused_token(account, now=now)
        at_once = note_refused_token(account, now=now + timedelta(seconds=2))
        second = note_refused_token(account, now=now + timedelta(seconds=6))
        third = note_refused_token(account, now=now + timedelta(seconds=22))

        assert (first, at_once, second, third) == (5, 3, 15, 60)
        assert the_account().token_refusal_count == 3

    def test_are_used_up_after_some_twenty_minutes(self, procountor: Sandbox) -> None:
        account, now, pauses = an_account(), timezone.now(), []

        while (pause := note_refused_token(account, now=now)) is not None:
            pauses.append(pause)
            now += timedelta(seconds=pause)

        assert pauses == [5, 15, 60, 300, 900]

    def test_begin_anew_when_the_last_refusal_was_long_ago(self, procountor: Sandbox) -> None:
        account, now = an_account(), timezone.now()
        for minutes in (0, 1, 2):
            note_refused_token(account, now=now + timedelta(minutes=minutes))

        assert note_refused_token(account, now=now + timedelta(hours=3)) == 5

    def test_say_when_to_try_again(self, procountor: Sandbox) -> None:
        account = an_account()
        procountor.faults.add(Fault(kind=FaultKind.UNAUTHORIZED, times=2))

        with pytest.raises(TokenRefused) as refusal, act_as(account) as client:
            client.get_session()

        assert refusal.value.retry_after_seconds == 5

    def test_hold_for_checks_of_the_account(self, procountor: Sandbox) -> None:
        account = an_account()
        procountor.faults.add(Fault(kind=FaultKind.UNAUTHORIZED, times=2))

        checked = check_account(account)

        assert checked.is_authorised
        assert checked.check_failed_at is not None


class TestAuthorising:
    @pytest.mark.parametrize("times", [1, 3])
    def test_tries_its_first_call_again(self, procountor: Sandbox, times: int) -> None:
        procountor.faults.add(Fault(kind=FaultKind.UNAUTHORIZED, times=times))

        assert an_account().is_authorised

    def test_stores_nothing_when_every_call_is_refused(self, procountor: Sandbox) -> None:
        account = create_account("tili", user=None)
        procountor.faults.add(Fault(kind=FaultKind.UNAUTHORIZED, times=None))

        with pytest.raises(TokenRefused):
            authorise_with_api_key(account, "SANDBOX-KEY-1001", user=None)

        assert the_account().state == ProcountorAccount.State.NEW

    def test_does_not_try_a_refused_key_again(self, procountor: Sandbox) -> None:
        account = create_account("tili", user=None)

        with pytest.raises(GrantEnded):
            authorise_with_api_key(account, "no such key", user=None)

        assert procountor.requests.count("POST", "/oauth/token") == 1
