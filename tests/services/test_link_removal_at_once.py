"""A link is removed while its journals are sent or checked: one waits for the other."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from threading import Event

import httpx2
import pytest
from django.db import connection, transaction
from pytest_django import Settings
from tests.bureau import Clock, a_journal, a_linked_company, problem_codes

from procountor_sandbox.app import Sandbox
from tilisilta.models import AuditEntry, Export, Journal, Link, Sending
from tilisilta.services.journals.checks import check_journal
from tilisilta.services.link_removal import LinkInUse, remove_link
from tilisilta.services.sending.asking import CannotBeSent, send_journal

pytestmark = pytest.mark.django_db(transaction=True)

WAIT_SECONDS = 20


class Meanwhile(httpx2.BaseTransport):
    """A transport to the stand-in; something else happens before each of its answers."""

    def __init__(self, procountor: Sandbox, act: Callable[[], None]) -> None:
        self._way = httpx2.WSGITransport(app=procountor)
        self._act = act

    def handle_request(self, request: httpx2.Request) -> httpx2.Response:
        self._act()
        return self._way.handle_request(request)


def _remove(link: Link) -> str:
    """Remove the link; a wait for a lock that has no end fails loudly."""
    try:
        if connection.vendor == "postgresql":
            with connection.cursor() as cursor:
                cursor.execute(f"SET lock_timeout = '{WAIT_SECONDS}s'")
        remove_link(link, user=None)
    except LinkInUse:
        return "in use"
    finally:
        connection.close()
    return "removed"


def _wait_until_another_transaction_waits() -> None:
    """Return once some transaction waits for a lock that this one holds."""
    pause = Event()
    for _ in range(WAIT_SECONDS * 100):
        with connection.cursor() as cursor:
            cursor.execute("SELECT count(*) FROM pg_locks WHERE NOT granted")
            if cursor.fetchone() != (0,):
                return
        pause.wait(0.01)
    raise AssertionError("No transaction waits.")


class TestAtTheSameMoment:
    @pytest.mark.skipif("connection.vendor != 'postgresql'", reason="SQLite has no row locks.")
    def test_waits_for_a_sending_that_has_locked_the_link(self, procountor: Sandbox) -> None:
        company = a_linked_company()
        journal = a_journal(company, 5, 6)

        with ThreadPoolExecutor(1) as other:
            # The locks of a sending, in its order; the exports last.
            with transaction.atomic():
                Journal.objects.select_for_update().get(pk=journal.pk)
                list(Link.objects.select_for_update().filter(company=company))
                removing = other.submit(_remove, Link.objects.get(company=company))
                _wait_until_another_transaction_waits()
                exports = list(Export.objects.filter(journal=journal).select_for_update())
            outcome = removing.result(timeout=2 * WAIT_SECONDS)

        assert len(exports) == 2
        assert outcome == "removed"
        assert not Link.objects.exists()

    def test_is_sent_or_removed_and_never_both(self, procountor: Sandbox) -> None:
        company = a_linked_company()
        journal = a_journal(company, 3, 4, 5, 6)
        link = Link.objects.get(company=company)

        with ThreadPoolExecutor(1) as other:
            removing = other.submit(_remove, link)
            try:
                send_journal(journal, user=None, now=Clock().now)
            except CannotBeSent:
                sent = False
            else:
                sent = True
            outcome = removing.result(timeout=2 * WAIT_SECONDS)

        assert (sent, outcome) in {(True, "in use"), (False, "removed")}
        assert Sending.objects.exists() == sent
        assert Link.objects.exists() == sent

    def test_is_done_once_by_two_people(self, procountor: Sandbox) -> None:
        link = Link.objects.get(company=a_linked_company())
        a_journal(link.company)

        with ThreadPoolExecutor(2) as both:
            outcomes = list(both.map(_remove, [link, Link.objects.get(pk=link.pk)]))

        assert outcomes == ["removed", "removed"]
        assert AuditEntry.objects.filter(action="link_removed").count() == 1

    def test_leaves_nothing_of_a_check_that_began_before(
        self, procountor: Sandbox, settings: Settings
    ) -> None:
        company = a_linked_company()
        journal = a_journal(company, 5, 6)
        removed: list[str] = []

        def remove_once() -> None:
            if not removed:
                removed.append("under way")
                with ThreadPoolExecutor(1) as other:
                    removed[0] = other.submit(_remove, Link.objects.get(company=company)).result()

        settings.PROCOUNTOR_TRANSPORT = Meanwhile(procountor, remove_once)
        checked = check_journal(journal, now=Clock().now, age_limit=timedelta(0))

        assert removed == ["removed"]
        assert checked.exports.count() == 0
        assert problem_codes(checked) == ["N04"]
