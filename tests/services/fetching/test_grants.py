"""Tokens of a consent: renewed by one at a time, never twice, and never lost unnoticed."""

import threading
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

import httpx2
import pytest
from django.db import OperationalError, connection, connections
from django.utils import timezone
from pytest_django import Settings
from tests.bureau import a_connection, a_rest_connection

from nmbrs_sandbox.app import Sandbox
from nmbrs_sandbox.faults import Fault, FaultKind
from nmbrs_sandbox.payroll import sample
from tilisilta.clients.nmbrs.errors import NmbrsUnavailable
from tilisilta.clients.nmbrs.rest.identity_errors import (
    ConsentEnded,
    ConsentLost,
    IdentityUnavailable,
    RegistrationRefused,
)
from tilisilta.models import AuditEntry, NmbrsConnection, NmbrsGrant
from tilisilta.services.fetching import grants
from tilisilta.services.fetching.connection_problems import problems_of
from tilisilta.services.fetching.connections import check_connection, remove_connection
from tilisilta.services.fetching.grants import GrantTokens, keep_alive, note_lost_renewals, prove
from tilisilta.services.fetching.revoking import disconnect

LOST = Fault(kind=FaultKind.CONNECTION_LOST, operation="identity/token")


def _expired(made: NmbrsConnection) -> NmbrsGrant:
    NmbrsGrant.objects.update(access_token_expires_at=timezone.now())
    return NmbrsGrant.objects.select_related("connection").get(connection=made)


def _codes(made: NmbrsConnection) -> list[str]:
    made = NmbrsConnection.objects.get(pk=made.pk)
    return [one.code.value for one in problems_of(made, now=timezone.now())]


class DyingTransport(httpx2.BaseTransport):
    """Carries a request, and ends the process before its answer is read."""

    def __init__(self, sandbox: Sandbox) -> None:
        self._inner = httpx2.WSGITransport(app=sandbox)

    def handle_request(self, request: httpx2.Request) -> httpx2.Response:
        """Let the request arrive, then die as a process does: by nothing that is caught."""
        self._inner.handle_request(request).read()
        raise SystemExit(137)


@pytest.mark.django_db
class TestRenewing:
    def test_uses_a_token_until_it_expires(self, nmbrs: Sandbox) -> None:
        grant = a_rest_connection(nmbrs).grant
        before = nmbrs.requests.count("token")

        assert GrantTokens(grant).current() == grant.access_token
        assert nmbrs.requests.count("token") == before

    def test_stores_the_new_token_before_it_is_used(self, nmbrs: Sandbox) -> None:
        grant = _expired(a_rest_connection(nmbrs))

        token = GrantTokens(grant).current()

        stored = NmbrsGrant.objects.get()
        assert stored.access_token == token != grant.access_token
        assert stored.refresh_token != grant.refresh_token
        assert stored.renewal_began_at is None

    def test_commits_that_it_begins_before_it_asks(
        self, nmbrs: Sandbox, settings: Settings
    ) -> None:
        grant = _expired(a_rest_connection(nmbrs))
        marks: list[object] = []

        def look(request: httpx2.Request) -> httpx2.Response:
            marks.append(NmbrsGrant.objects.get().renewal_began_at)
            return httpx2.Response(503)

        settings.NMBRS_TRANSPORT = httpx2.MockTransport(look)

        with pytest.raises(ConsentLost):
            GrantTokens(grant).current()

        assert len(marks) == 1
        assert marks[0] is not None

    def test_renews_no_token_that_another_has_renewed(self, nmbrs: Sandbox) -> None:
        grant = a_rest_connection(nmbrs).grant
        before = nmbrs.requests.count("token")

        assert GrantTokens(grant).renew("an older one") == grant.access_token
        assert nmbrs.requests.count("token") == before

    def test_asks_a_busy_database_again_to_store_what_exists_nowhere_else(
        self, nmbrs: Sandbox, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        grant = _expired(a_rest_connection(nmbrs))
        stored = grants._store_renewed
        failures = iter([OperationalError("database is locked")])

        def busy_once(*given: object, **named: object) -> None:
            for failure in failures:
                raise failure
            stored(*given, **named)  # type: ignore[arg-type]

        monkeypatch.setattr(grants, "_store_renewed", busy_once)

        token = GrantTokens(grant).current()

        assert NmbrsGrant.objects.get().access_token == token


@pytest.mark.django_db
class TestLostAnswer:
    def test_is_told_at_once_and_asked_for_no_second_time(self, nmbrs: Sandbox) -> None:
        made = a_rest_connection(nmbrs)
        grant = _expired(made)
        nmbrs.faults.add(LOST)
        before = nmbrs.requests.count("token")

        with pytest.raises(ConsentLost):
            GrantTokens(grant).current()
        with pytest.raises(ConsentLost):
            GrantTokens(grant).current()

        assert nmbrs.requests.count("token") == before + 1
        made.refresh_from_db()
        assert made.state == "refused"
        assert _codes(made) == ["P31"]
        assert AuditEntry.objects.filter(action="rest_lost").count() == 1

    @pytest.mark.parametrize("status", [500, 502, 503])
    def test_may_be_an_error_of_the_server(self, nmbrs: Sandbox, status: int) -> None:
        grant = _expired(a_rest_connection(nmbrs))
        nmbrs.faults.add(Fault(kind=FaultKind.DOWN, operation="identity/token", status=status))

        with pytest.raises(ConsentLost):
            GrantTokens(grant).current()

    @pytest.mark.parametrize("body", [b"", b"<html>", b"{}", b'{"access_token": null}'])
    def test_may_be_one_that_cannot_be_read(
        self, nmbrs: Sandbox, settings: Settings, body: bytes
    ) -> None:
        grant = _expired(a_rest_connection(nmbrs))
        settings.NMBRS_TRANSPORT = httpx2.MockTransport(
            lambda _: httpx2.Response(200, content=body)
        )

        with pytest.raises(ConsentLost):
            GrantTokens(grant).current()

    def test_is_found_after_a_process_was_killed_between_asking_and_storing(
        self, nmbrs: Sandbox, settings: Settings
    ) -> None:
        made = a_rest_connection(nmbrs)
        grant = _expired(made)
        working, settings.NMBRS_TRANSPORT = settings.NMBRS_TRANSPORT, DyingTransport(nmbrs)
        with pytest.raises(SystemExit):
            GrantTokens(grant).current()
        settings.NMBRS_TRANSPORT = working
        before = nmbrs.requests.count("token")

        note_lost_renewals(timezone.now() + timedelta(minutes=3))

        assert nmbrs.requests.count("token") == before
        assert _codes(made) == ["P31"]
        assert not nmbrs.grants.all()[0].is_ended

    def test_is_shown_before_any_worker_has_noted_it(self, nmbrs: Sandbox) -> None:
        made = a_rest_connection(nmbrs)
        NmbrsGrant.objects.update(renewal_began_at=timezone.now() - timedelta(minutes=3))

        assert _codes(made) == ["P31"]

    def test_heals_when_it_arrives_after_all(self, nmbrs: Sandbox, settings: Settings) -> None:
        made = a_rest_connection(nmbrs)
        grant = _expired(made)
        carrying = httpx2.WSGITransport(app=nmbrs)

        def slowly(request: httpx2.Request) -> httpx2.Response:
            note_lost_renewals(timezone.now() + timedelta(minutes=3))
            assert _codes(made) == ["P31"]
            return carrying.handle_request(request)

        settings.NMBRS_TRANSPORT = httpx2.MockTransport(slowly)

        token = GrantTokens(grant).current()

        made.refresh_from_db()
        assert (made.state, _codes(made)) == ("working", [])
        assert NmbrsGrant.objects.get().access_token == token

    def test_leaves_a_connection_that_fetches_by_soap_working(self, nmbrs: Sandbox) -> None:
        made = a_rest_connection(nmbrs, connection=a_connection())
        grant = _expired(made)
        nmbrs.faults.add(LOST)

        with pytest.raises(ConsentLost):
            GrantTokens(grant).current()

        made.refresh_from_db()
        assert (made.state, _codes(made)) == ("working", ["P31"])

    def test_is_over_once_somebody_consents_again(self, nmbrs: Sandbox) -> None:
        made = a_rest_connection(nmbrs)
        grant = _expired(made)
        nmbrs.faults.add(LOST)
        with pytest.raises(ConsentLost):
            GrantTokens(grant).current()

        a_rest_connection(nmbrs, connection=made)

        made.refresh_from_db()
        assert (made.state, _codes(made)) == ("working", [])


@pytest.mark.django_db
class TestRefusedRenewal:
    def test_says_that_the_consent_was_withdrawn(self, nmbrs: Sandbox) -> None:
        made = a_rest_connection(nmbrs)
        grant = _expired(made)
        nmbrs.withdraw_consent(sample.LOGIN_OF_ALL)

        with pytest.raises(ConsentEnded):
            GrantTokens(grant).current()

        made.refresh_from_db()
        assert (made.state, _codes(made)) == ("refused", ["P30"])

    def test_finds_the_spent_token_of_an_old_backup(self, nmbrs: Sandbox) -> None:
        made = a_rest_connection(nmbrs)
        backup = NmbrsGrant.objects.get()
        prove(_expired(made))
        # Restored: the row is as it was, while Nmbrs has moved on.
        backup.save()

        check_connection(_expired(made).connection)

        assert _codes(made) == ["P30"]

    @pytest.mark.parametrize("status", [400, 401, 403, 404, 302])
    def test_keeps_a_token_that_was_not_looked_at(
        self, nmbrs: Sandbox, settings: Settings, status: int
    ) -> None:
        grant = _expired(a_rest_connection(nmbrs))
        working = settings.NMBRS_TRANSPORT
        settings.NMBRS_TRANSPORT = httpx2.MockTransport(
            lambda _: httpx2.Response(status, json={"error": "invalid_client"})
        )
        with pytest.raises(RegistrationRefused):
            GrantTokens(grant).current()
        settings.NMBRS_TRANSPORT = working

        assert GrantTokens(grant).current()

    def test_keeps_a_token_that_was_never_sent(self, nmbrs: Sandbox, settings: Settings) -> None:
        grant = _expired(a_rest_connection(nmbrs))
        working = settings.NMBRS_TRANSPORT

        def unreachable(request: httpx2.Request) -> httpx2.Response:
            raise httpx2.ConnectError("refused", request=request)

        settings.NMBRS_TRANSPORT = httpx2.MockTransport(unreachable)
        with pytest.raises(IdentityUnavailable):
            GrantTokens(grant).current()
        settings.NMBRS_TRANSPORT = working

        assert GrantTokens(grant).current()

    def test_is_another_matter_than_a_wrong_subscription_key(
        self, nmbrs: Sandbox, settings: Settings
    ) -> None:
        made = a_rest_connection(nmbrs)
        settings.NMBRS_SUBSCRIPTION_KEY = "another"

        check_connection(made)

        assert _codes(made) == ["P38"]
        assert NmbrsGrant.objects.get().state == "given"


@pytest.mark.django_db
class TestKeepAlive:
    def test_renews_what_was_not_used_for_almost_a_week(self, nmbrs: Sandbox) -> None:
        a_rest_connection(nmbrs)
        now = timezone.now()

        assert keep_alive(now) == 0
        assert keep_alive(now + timedelta(days=6, hours=1)) == 1
        assert NmbrsGrant.objects.get().renewed_at >= now

    def test_leaves_what_was_removed(self, nmbrs: Sandbox) -> None:
        remove_connection(a_rest_connection(nmbrs), user=None)

        assert keep_alive(timezone.now() + timedelta(days=7)) == 0


@pytest.mark.django_db
class TestDisconnect:
    def test_gives_the_consent_back_and_forgets_its_tokens(self, nmbrs: Sandbox) -> None:
        made = a_rest_connection(nmbrs)

        assert disconnect(made, user=None)

        grant = NmbrsGrant.objects.get()
        assert (grant.access_token, grant.refresh_token) == ("", "")
        assert nmbrs.grants.all()[0].is_ended
        with pytest.raises(ConsentEnded):
            GrantTokens(grant).current()

    def test_forgets_them_although_nmbrs_gives_no_answer(self, nmbrs: Sandbox) -> None:
        made = a_rest_connection(nmbrs)
        nmbrs.faults.add(Fault(kind=FaultKind.DOWN, operation="identity/revocation"))

        assert not disconnect(made, user=None)

        assert NmbrsGrant.objects.get().refresh_token == ""

    def test_wins_over_a_renewal_under_way(self, nmbrs: Sandbox, settings: Settings) -> None:
        made = a_rest_connection(nmbrs)
        grant = _expired(made)
        carrying = httpx2.WSGITransport(app=nmbrs)

        def meanwhile(request: httpx2.Request) -> httpx2.Response:
            settings.NMBRS_TRANSPORT = carrying
            answer = carrying.handle_request(request)
            disconnect(made, user=None)
            return answer

        settings.NMBRS_TRANSPORT = httpx2.MockTransport(meanwhile)

        with pytest.raises(NmbrsUnavailable):
            GrantTokens(grant).current()

        assert NmbrsGrant.objects.get().refresh_token == ""

    def test_goes_along_with_removing_the_connection(self, nmbrs: Sandbox) -> None:
        remove_connection(a_rest_connection(nmbrs), user=None)

        assert nmbrs.grants.all()[0].is_ended


@pytest.fixture
def threads() -> Iterator[ThreadPoolExecutor]:
    with ThreadPoolExecutor(8) as pool:
        yield pool


@pytest.mark.django_db(transaction=True)
class TestSeveralAtOnce:
    def test_renew_once(self, nmbrs: Sandbox, threads: ThreadPoolExecutor) -> None:
        grant = _expired(a_rest_connection(nmbrs))
        nmbrs.faults.add(Fault(kind=FaultKind.SLOW, operation="identity/token", seconds=0.3))
        before = nmbrs.requests.count("token")
        together = threading.Barrier(8)

        def ask(_number: int) -> str:
            together.wait()
            try:
                return GrantTokens(grant).current()
            finally:
                connections.close_all()

        tokens = set(threads.map(ask, range(8)))

        assert len(tokens) == 1
        assert nmbrs.requests.count("token") == before + 1
        assert not nmbrs.grants.all()[0].is_ended

    def test_renew_once_when_all_were_refused_the_same_token(
        self, nmbrs: Sandbox, threads: ThreadPoolExecutor
    ) -> None:
        grant = a_rest_connection(nmbrs).grant
        before = nmbrs.requests.count("token")

        def renew(_number: int) -> str:
            try:
                return GrantTokens(grant).renew(grant.access_token)
            finally:
                connections.close_all()

        tokens = set(threads.map(renew, range(8)))

        assert len(tokens) == 1
        assert nmbrs.requests.count("token") == before + 1
        connection.close()
