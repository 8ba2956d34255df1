import threading
from collections.abc import Callable, Iterator
from datetime import timedelta
from typing import TYPE_CHECKING, Any

import pytest
from django.db import OperationalError, connection, connections
from django.db.backends.signals import connection_created
from django.utils import timezone
from tests.bureau import NOW, WORKER, a_connection

from tilisilta.fetcher import Fetcher
from tilisilta.models import NmbrsCompany, Synchronisation, Worker
from tilisilta.services.fetching.queue import PAUSE, claim_companies
from tilisilta.services.fetching.synchronisations import ask_for_everything, claim_lists, read_lists

if TYPE_CHECKING:
    from nmbrs_sandbox.app import Sandbox

pytestmark = pytest.mark.django_db(transaction=True)

GIVES_UP_SECONDS = 20.0
TABLE = 'UPDATE "tilisilta_nmbrscompany"'
CLAIM = f'{TABLE} SET "claimed_by_id"'
SETTLE = f'{TABLE} SET "tried_at"'
LISTED = 'UPDATE "tilisilta_synchronisation" SET "listed_at"'

Execute = Callable[[str, Any, bool, dict[str, Any]], Any]


class Broken:
    """A database that refuses each statement with ``beginning``, until it is repaired."""

    def __init__(self, beginning: str) -> None:
        self._beginning = beginning
        self.refused_count = 0
        self.is_repaired = False

    def __call__(
        self, execute: Execute, sql: str, params: Any, many: bool, context: dict[str, Any]
    ) -> Any:
        if sql.startswith(self._beginning) and not self.is_repaired:
            self.refused_count += 1
            raise OperationalError("The database is away.")
        return execute(sql, params, many, context)


@pytest.fixture
def fetcher(monkeypatch: pytest.MonkeyPatch) -> Iterator[Fetcher]:
    # Its threads end before the process does, so they may not keep connections to the database.
    monkeypatch.setitem(connections.settings["default"], "CONN_MAX_AGE", 0)
    stopping = threading.Event()
    # Should it look for ever, its test is to fail within the hour.
    timer = threading.Timer(GIVES_UP_SECONDS, stopping.set)
    timer.start()
    made = Fetcher(WORKER, stopping)
    yield made
    timer.cancel()
    made.stop()


@pytest.fixture
def alive() -> Worker:
    return Worker.objects.create(executor_id=WORKER, started_at=NOW, heard_at=NOW)


@pytest.fixture
def asked(nmbrs: "Sandbox") -> Synchronisation:
    a_connection()
    return ask_for_everything(user=None, now=NOW)


@pytest.fixture
def waiting(asked: Synchronisation) -> Synchronisation:
    read_lists(asked, now=NOW)
    return asked


def fetched_count() -> int:
    return NmbrsCompany.objects.filter(fetched_at__isnull=False).count()


class TestTakeUpDue:
    def test_goes_on_after_it_failed_to_claim(
        self, fetcher: Fetcher, waiting: Synchronisation, alive: Worker
    ) -> None:
        with connection.execute_wrapper(Broken(CLAIM)), pytest.raises(OperationalError):
            fetcher.take_up_due(timezone.now())

        fetcher.take_up_due(timezone.now())

        fetcher.stop()
        assert fetched_count() == 10

    def test_takes_nothing_up_while_it_is_taken_for_dead(
        self, fetcher: Fetcher, waiting: Synchronisation
    ) -> None:
        fetcher.take_up_due(timezone.now())
        claimed = NmbrsCompany.objects.filter(claimed_by__isnull=False).count()
        Worker.objects.create(executor_id=WORKER, started_at=NOW, heard_at=NOW)
        fetcher.take_up_due(timezone.now())

        fetcher.stop()
        assert claimed == 0
        assert fetched_count() == 10

    def test_lets_go_of_what_it_claimed_and_is_not_at(
        self, fetcher: Fetcher, waiting: Synchronisation, alive: Worker
    ) -> None:
        Worker.objects.create(executor_id="another", started_at=NOW, heard_at=NOW)
        (others,) = claim_companies("another", 1, now=NOW)
        claim_companies(WORKER, 9, now=NOW)
        before = timezone.now()

        fetcher.take_up_due(timezone.now())

        mine = NmbrsCompany.objects.exclude(pk=others.pk)
        others.refresh_from_db()
        assert not mine.filter(claimed_by__isnull=False).exists()
        assert mine.filter(due_at__gte=before + PAUSE, wanted_by=waiting).count() == 9
        assert others.claimed_by_id == "another"


class TestFetching:
    def test_that_cannot_be_noted_is_logged_and_tried_again(
        self,
        fetcher: Fetcher,
        waiting: Synchronisation,
        alive: Worker,
        caplog: pytest.LogCaptureFixture,
    ) -> None:
        NmbrsCompany.objects.exclude(company__number=1001).update(wanted_at=None, wanted_by=None)
        broken = Broken(SETTLE)

        def install(connection: Any, **_more: object) -> None:
            connection.execute_wrappers.append(broken)

        # Those that fetch open connections of their own.
        connection_created.connect(install)
        try:
            fetcher.take_up_due(timezone.now())
            fetcher.stop()
        finally:
            connection_created.disconnect(install)

        found = NmbrsCompany.objects.get(company__number=1001)
        assert broken.refused_count == 1
        assert "1001" in caplog.text
        assert (found.claimed_by, found.wanted_by) == (None, waiting)
        assert found.due_at is not None
        assert found.due_at > NOW + PAUSE


class TestReadingLists:
    def test_that_broke_off_is_done_again_after_a_pause(
        self,
        fetcher: Fetcher,
        asked: Synchronisation,
        alive: Worker,
        caplog: pytest.LogCaptureFixture,
    ) -> None:
        broken = Broken(LISTED)
        with connection.execute_wrapper(broken):
            fetcher.take_up_due(timezone.now())
            fetcher.take_up_due(timezone.now())
        asked.refresh_from_db()
        is_claimed, refused_count = asked.claimed_by is not None, broken.refused_count

        fetcher.take_up_due(timezone.now() + PAUSE + timedelta(seconds=1))

        fetcher.stop()
        asked.refresh_from_db()
        assert (is_claimed, refused_count) == (False, 1)
        assert "Reading the lists failed" in caplog.text
        assert asked.listed_at is not None
        assert fetched_count() == 10

    def test_is_taken_up_again_where_its_claim_was_left(
        self, fetcher: Fetcher, asked: Synchronisation, alive: Worker
    ) -> None:
        claim_lists(WORKER)

        fetcher.take_up_due(timezone.now())

        fetcher.stop()
        asked.refresh_from_db()
        assert asked.listed_at is not None
