"""The tokens of an account stay as the people who authorised or removed it left them."""

from datetime import timedelta

import httpx2
import pytest
from django.utils import timezone
from pytest_django import Settings
from tests.bureau import an_account

from procountor_sandbox.app import Sandbox
from tilisilta.clients.procountor.errors import GrantEnded, ProcountorUnavailable
from tilisilta.models import AuditEntry, ProcountorAccount
from tilisilta.services.connections import authorise_with_api_key, remove_authorisation
from tilisilta.services.procountor.client import AccountTokens
from tilisilta.services.procountor.client import procountor as open_procountor

pytestmark = pytest.mark.django_db


class MeanwhileTransport(httpx2.BaseTransport):
    """Lets a person act while the first request for a token is on its way."""

    def __init__(self, sandbox: Sandbox, act: str) -> None:
        self._inner = httpx2.WSGITransport(app=sandbox)
        self._act = act

    def handle_request(self, request: httpx2.Request) -> httpx2.Response:
        """Act once, and pass the request on."""
        act, self._act = self._act, ""
        response = self._inner.handle_request(request)
        response.read()
        if act == "remove":
            remove_authorisation(ProcountorAccount.objects.get(), user=None)
        return response


class TestAccountTokens:
    def test_store_nothing_of_an_account_removed_while_they_were_renewed(
        self, sandbox: Sandbox, procountor: Sandbox, settings: Settings
    ) -> None:
        account = an_account()
        settings.PROCOUNTOR_TRANSPORT = MeanwhileTransport(sandbox, "remove")

        with pytest.raises(ProcountorUnavailable):
            AccountTokens(account).renewed(instead_of=account.access_token)

        removed = ProcountorAccount.objects.get()
        assert (removed.state, removed.grant, removed.access_token) == ("new", "", "")

    def test_are_free_to_be_renewed_after_a_failure(
        self, sandbox: Sandbox, procountor: Sandbox, settings: Settings
    ) -> None:
        account = an_account()
        working = settings.PROCOUNTOR_TRANSPORT
        settings.PROCOUNTOR_TRANSPORT = MeanwhileTransport(sandbox, "remove")
        with pytest.raises(ProcountorUnavailable):
            AccountTokens(account).renewed(instead_of=account.access_token)
        settings.PROCOUNTOR_TRANSPORT = working
        authorise_with_api_key(account, "SANDBOX-KEY-1001", user=None)

        token = AccountTokens(account).renewed(instead_of="")

        assert token == ProcountorAccount.objects.get().access_token

    def test_are_renewed_although_a_clock_that_ran_ahead_left_a_lease(
        self, procountor: Sandbox
    ) -> None:
        account = an_account()
        ProcountorAccount.objects.update(renewal_leased_until=timezone.now() + timedelta(days=300))

        token = AccountTokens(account).renewed(instead_of=account.access_token)

        assert token == ProcountorAccount.objects.get().access_token


class TestProcountor:
    def test_leaves_a_removed_account_removed(self, procountor: Sandbox) -> None:
        account = an_account()
        remove_authorisation(account, user=None)

        with pytest.raises(GrantEnded):
            _ask_for_the_company(ProcountorAccount.objects.get())

        assert ProcountorAccount.objects.get().state == "new"
        assert not AuditEntry.objects.filter(action="account_ended").exists()


def _ask_for_the_company(account: ProcountorAccount) -> None:
    with open_procountor(account) as client:
        client.get_session()
