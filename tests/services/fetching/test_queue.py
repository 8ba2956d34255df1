import threading
from collections.abc import Sequence
from datetime import timedelta
from typing import TYPE_CHECKING

import pytest
from django.db import connection as database
from django.db import transaction
from django.utils import timezone
from tests.bureau import NOW, WORKER, Clock, a_connection, fetch_everything, fetch_waiting

from nmbrs_sandbox.faults import Fault, FaultKind
from tilisilta.models import (
    Company,
    Journal,
    NmbrsCompany,
    NmbrsConnection,
    Synchronisation,
    Worker,
)
from tilisilta.services.fetching.client import mark_refused
from tilisilta.services.fetching.connections import change_connection, remove_connection
from tilisilta.services.fetching.queue import (
    LONG_PAUSE,
    MOST_TRIES,
    MOST_TRIES_WHILE_DOWN,
    PAUSE,
    SILENT,
    claim_companies,
    fetch_claimed,
)
from tilisilta.services.fetching.synchronisations import (
    ask_for_company,
    ask_for_everything,
    finish_abandoned,
    read_lists,
)

if TYPE_CHECKING:
    from nmbrs_sandbox.app import Sandbox

pytestmark = pytest.mark.django_db

KONEPAJA = 48101


@pytest.fixture
def clock() -> Clock:
    """A clock ahead of the real one: pauses count from the later of the two."""
    return Clock(now=NOW + timedelta(days=1))


@pytest.fixture
def waiting(nmbrs: "Sandbox", clock: Clock) -> "Sandbox":
    """Ten companies wait to be fetched for the first time, and two workers are there."""
    for executor_id in (WORKER, "another"):
        Worker.objects.create(executor_id=executor_id, started_at=clock.now, heard_at=clock.now)
    a_connection()
    read_lists(ask_for_everything(user=None, now=clock.now), now=clock.now)
    return nmbrs


def numbers(found: Sequence[NmbrsCompany]) -> list[int]:
    return [one.company.number for one in found]


class TestClaimCompanies:
    def test_gives_each_company_to_one_worker(self, waiting: "Sandbox", clock: Clock) -> None:
        mine = claim_companies(WORKER, 6, now=clock.now)
        others = claim_companies("another", 6, now=clock.now)

        assert numbers(mine) == [1001, 1002, 1003, 1004, 1005, 1006]
        assert numbers(others) == [1007, 1008, 1009, 1010]
        assert claim_companies(WORKER, 6, now=clock.now) == ()

    def test_gives_what_a_dead_worker_had_to_another(
        self, waiting: "Sandbox", clock: Clock
    ) -> None:
        claim_companies("another", 10, now=clock.now)
        # As the heartbeat of another worker does.
        Worker.objects.filter(executor_id="another").delete()

        assert len(claim_companies(WORKER, 10, now=clock.now)) == 10

    def test_gives_nothing_to_a_worker_that_was_taken_for_dead(
        self, waiting: "Sandbox", clock: Clock
    ) -> None:
        Worker.objects.filter(executor_id=WORKER).delete()

        assert claim_companies(WORKER, 6, now=clock.now) == ()

    def test_gives_first_what_a_person_asked_for(self, waiting: "Sandbox", clock: Clock) -> None:
        fetch_waiting(clock)
        read_lists(ask_for_everything(user=None, now=clock.now), now=clock.now)
        clock.forward(10)

        ask_for_company(Company.objects.get(number=1007), user=None, now=clock.now)

        assert numbers(claim_companies(WORKER, 1, now=clock.now)) == [1007]

    def test_gives_nothing_of_a_connection_that_was_removed(
        self, waiting: "Sandbox", clock: Clock
    ) -> None:
        remove_connection(NmbrsConnection.objects.get(), user=None)

        assert claim_companies(WORKER, 10, now=clock.now) == ()
        assert Synchronisation.objects.get().finished_at is not None


@pytest.mark.skipif(database.vendor == "sqlite", reason="SQLite has one writer at a time.")
@pytest.mark.django_db(transaction=True)
class TestTwoClaimersAtOnce:
    def test_both_get_companies(self, waiting: "Sandbox", clock: Clock) -> None:
        locked, claimed = threading.Event(), threading.Event()

        def claim_slowly() -> None:
            with transaction.atomic():
                claim_companies("another", 6, now=clock.now)
                locked.set()
                claimed.wait(20)
            database.close()

        other = threading.Thread(target=claim_slowly)
        other.start()
        locked.wait(20)

        mine = claim_companies(WORKER, 6, now=clock.now)

        claimed.set()
        other.join()
        assert numbers(mine) == [1007, 1008, 1009, 1010]


class TestFetchClaimed:
    def test_leaves_a_company_wanted_that_was_asked_for_meanwhile(
        self, waiting: "Sandbox", clock: Clock
    ) -> None:
        (found,) = claim_companies(WORKER, 1, now=clock.now)
        clock.forward(1)
        ask_for_company(found.company, user=None, now=clock.now)

        fetch_claimed(found, now=clock.now)

        found.refresh_from_db()
        assert found.wanted_at is not None
        assert numbers(claim_companies(WORKER, 1, now=clock.now)) == [1001]

    def test_done_twice_stores_once(self, waiting: "Sandbox", clock: Clock) -> None:
        (found,) = claim_companies(WORKER, 1, now=clock.now)

        fetch_claimed(found, now=clock.now)
        fetch_claimed(found, now=clock.now)

        assert Journal.objects.filter(company=found.company).count() == 6

    def test_goes_on_where_it_broke_off(self, waiting: "Sandbox", clock: Clock) -> None:
        waiting.faults.add(Fault(kind=FaultKind.DOWN, operation="Journals_*", skip=3, times=3))
        (found,) = claim_companies(WORKER, 1, now=clock.now)
        fetch_claimed(found, now=clock.now)
        came = Journal.objects.filter(company=found.company).count()

        clock.forward(PAUSE.total_seconds())
        fetch_waiting(clock)

        assert came == 3
        assert Journal.objects.filter(company=found.company).count() == 6

    def test_survives_a_fault_of_our_own(
        self, waiting: "Sandbox", clock: Clock, caplog: pytest.LogCaptureFixture
    ) -> None:
        found = claim_companies(WORKER, 1, now=clock.now)[0]
        found.connection.first_year = "a word"

        fetch_claimed(found, now=clock.now)

        found.refresh_from_db()
        assert [problem.code for problem in found.trouble] == ["P10"]
        assert (found.wanted_at, found.claimed_by) == (None, None)
        assert "1001" in caplog.text


class TestSilence:
    def test_of_one_company_is_borne_a_few_times(self, waiting: "Sandbox", clock: Clock) -> None:
        waiting.faults.add(Fault(kind=FaultKind.DOWN, company_id=KONEPAJA, times=None))

        for _turn in range(MOST_TRIES):
            fetch_waiting(clock)
            clock.forward(PAUSE.total_seconds())

        found = NmbrsCompany.objects.get(nmbrs_company_id=KONEPAJA)
        assert found.wanted_at is None
        assert [problem.code for problem in found.trouble] == ["P01"]
        assert Journal.objects.count() == 54
        assert NmbrsCompany.objects.filter(wanted_at__isnull=False).count() == 0

    def test_of_nmbrs_itself_makes_all_wait_and_none_fail(
        self, waiting: "Sandbox", clock: Clock
    ) -> None:
        waiting.faults.add(Fault(kind=FaultKind.DOWN, times=None))

        for _turn in range(20):
            fetch_waiting(clock)
            clock.forward(LONG_PAUSE.total_seconds())

        assert NmbrsCompany.objects.filter(wanted_at__isnull=False).count() == 10
        trouble = NmbrsConnection.objects.get().trouble
        assert [problem.code for problem in trouble] == ["P01"]

    def test_of_a_few_companies_alone_ends_too(self, waiting: "Sandbox", clock: Clock) -> None:
        faulty = NmbrsCompany.objects.order_by("pk")[:SILENT]
        for found in faulty:
            waiting.faults.add(
                Fault(kind=FaultKind.DOWN, company_id=found.nmbrs_company_id, times=None)
            )

        for _turn in range(MOST_TRIES_WHILE_DOWN + 1):
            fetch_waiting(clock)
            clock.forward(LONG_PAUSE.total_seconds())

        done = Synchronisation.objects.get()
        assert done.failed_count == SILENT
        assert done.finished_at is not None
        assert not NmbrsCompany.objects.filter(wanted_at__isnull=False).exists()

    def test_is_followed_by_a_whole_pause_however_long_it_took(self, waiting: "Sandbox") -> None:
        waiting.faults.add(Fault(kind=FaultKind.DOWN, company_id=KONEPAJA, times=None))
        begun_at = timezone.now() - timedelta(minutes=3)
        NmbrsCompany.objects.update(due_at=begun_at)
        (found,) = claim_companies(WORKER, 1, now=begun_at)

        fetch_claimed(found, now=begun_at)

        found.refresh_from_db()
        assert found.due_at is not None
        assert found.due_at > begun_at + timedelta(minutes=3) + PAUSE

    def test_hangs_nothing_when_the_token_is_refused_meanwhile(
        self, waiting: "Sandbox", clock: Clock
    ) -> None:
        NmbrsCompany.objects.exclude(nmbrs_company_id=KONEPAJA).update(
            wanted_at=None, wanted_by=None
        )
        waiting.faults.add(Fault(kind=FaultKind.DOWN, company_id=KONEPAJA, times=None))
        (found,) = claim_companies(WORKER, 1, now=clock.now)
        mark_refused(found.connection)
        finish_abandoned(clock.now)
        is_awaited = Synchronisation.objects.filter(finished_at__isnull=True).exists()

        fetch_claimed(found, now=clock.now)

        done = Synchronisation.objects.get()
        assert is_awaited
        assert (done.failed_count, done.finished_at) == (1, clock.now)

    def test_of_nmbrs_itself_is_not_asked_about_all_the_time(
        self, waiting: "Sandbox", clock: Clock
    ) -> None:
        waiting.faults.add(Fault(kind=FaultKind.DOWN, times=None))
        fetch_waiting(clock)
        waiting.requests.clear()

        clock.forward(PAUSE.total_seconds())
        fetch_waiting(clock)

        assert len(waiting.requests.all()) == 0

    def test_ends_by_itself(self, waiting: "Sandbox", clock: Clock) -> None:
        waiting.faults.add(Fault(kind=FaultKind.DOWN, times=None))
        for _turn in range(3):
            fetch_waiting(clock)
            clock.forward(LONG_PAUSE.total_seconds())
        waiting.faults.clear()

        fetch_waiting(clock)

        assert Journal.objects.count() == 60
        assert NmbrsConnection.objects.get().silent_count == 0
        assert NmbrsConnection.objects.get().trouble == ()
        assert not NmbrsCompany.objects.exclude(trouble=[]).exists()

    def test_is_over_at_once_when_a_person_asks_again(
        self, waiting: "Sandbox", clock: Clock
    ) -> None:
        waiting.faults.add(Fault(kind=FaultKind.DOWN, times=None))
        fetch_waiting(clock)
        waiting.faults.clear()
        clock.forward(1)

        ask_for_everything(user=None, now=clock.now)
        fetch_waiting(clock)

        assert Journal.objects.count() == 60


class TestRefusedToken:
    def test_stops_the_connection_and_is_over_with_another(
        self, waiting: "Sandbox", clock: Clock
    ) -> None:
        waiting.change_token(token="newer-token")

        fetch_waiting(clock)
        connection = NmbrsConnection.objects.get()
        state = connection.state
        change_connection(
            connection,
            user=None,
            user_name=connection.user_name,
            first_year=2026,
            token="newer-token",
        )
        fetch_everything()

        assert state == NmbrsConnection.State.REFUSED
        assert Journal.objects.count() == 60

    def test_asks_no_more_than_once_for_each_at_work(
        self, waiting: "Sandbox", clock: Clock
    ) -> None:
        waiting.change_token(token="newer-token")
        waiting.requests.clear()

        claimed = claim_companies(WORKER, 2, now=clock.now)
        for found in claimed:
            fetch_claimed(found, now=clock.now)

        assert claim_companies(WORKER, 10, now=clock.now) == ()
        assert len(waiting.requests.all()) == 2
        done = Synchronisation.objects.get()
        assert (done.failed_count, done.finished_at) == (10, clock.now)
