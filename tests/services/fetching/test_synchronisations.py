from collections import Counter
from datetime import datetime, time, timedelta
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

import pytest
from django.db import connection as database
from django.test.utils import CaptureQueriesContext
from tests.bureau import (
    WORKER,
    Clock,
    a_company,
    a_connection,
    fetch_everything,
    fetch_waiting,
)

from nmbrs_sandbox.faults import Fault, FaultKind
from tilisilta.models import (
    AuditEntry,
    Company,
    Debtor,
    Journal,
    NmbrsCompany,
    NmbrsConnection,
    Synchronisation,
    Worker,
)
from tilisilta.services.fetching.client import mark_refused
from tilisilta.services.fetching.connections import remove_connection
from tilisilta.services.fetching.progress import fetch_progress_of
from tilisilta.services.fetching.queue import claim_companies, fetch_claimed
from tilisilta.services.fetching.synchronisations import (
    NothingConnected,
    NotInNmbrs,
    ask_for_company,
    ask_for_everything,
    begin_by_itself,
    claim_lists,
    finish_abandoned,
    latest_synchronisation,
    read_lists,
)

if TYPE_CHECKING:
    from pytest_django import Settings

    from nmbrs_sandbox.app import Sandbox

pytestmark = pytest.mark.django_db

HELSINKI = ZoneInfo("Europe/Helsinki")


def helsinki(day: int, hour: int, minute: int = 0) -> datetime:
    return datetime(2026, 7, day, hour, minute, tzinfo=HELSINKI)


class TestUnchangedNight:
    @pytest.mark.parametrize(
        "day",
        # A recent run and none.
        [datetime(2026, 10, 10, 4, tzinfo=HELSINKI), datetime(2026, 7, 10, 4, tzinfo=HELSINKI)],
    )
    def test_costs_the_calls_that_the_documents_state(
        self, fetched: "Sandbox", day: datetime
    ) -> None:
        clock = Clock(now=day)
        fetch_everything(clock)
        nights = []

        for _ in range(3):
            clock.forward(timedelta(days=1).total_seconds())
            fetched.requests.clear()
            fetch_everything(clock)
            nights.append(len(fetched.requests.all()))

        # The two lists, and four calls for each of ten companies.
        assert nights == [2 + 10 * 4] * 3

    def test_asks_each_debtor_for_its_companies_once_in_fourteen_days(
        self, fetched: "Sandbox"
    ) -> None:
        clock = Clock()

        for _ in range(15):
            clock.forward(timedelta(days=1).total_seconds())
            fetch_everything(clock)

        asked = Counter(call.operation for call in fetched.requests.all())
        assert asked["List_GetByDebtor"] == Debtor.objects.count()


class TestAskForEverything:
    def test_is_one_when_clicked_twice(self, nmbrs: "Sandbox") -> None:
        a_connection()
        clock = Clock()

        first = ask_for_everything(user=None, now=clock.now)
        clock.forward(1)
        second = ask_for_everything(user=None, now=clock.now)

        assert first == second
        assert AuditEntry.objects.filter(action="sync_asked").count() == 1

    def test_can_be_done_again_once_it_is_finished(self, nmbrs: "Sandbox") -> None:
        a_connection()
        fetch_everything()

        fetch_everything()

        assert Synchronisation.objects.filter(finished_at__isnull=False).count() == 2

    def test_needs_a_connection_that_works(self, nmbrs: "Sandbox") -> None:
        made = a_connection()
        remove_connection(made, user=None)

        with pytest.raises(NothingConnected):
            ask_for_everything(user=None, now=Clock().now)


class TestAskForCompany:
    def test_refuses_what_did_not_come_from_nmbrs(self, nmbrs: "Sandbox") -> None:
        with pytest.raises(NotInNmbrs):
            ask_for_company(a_company(), user=None, now=Clock().now)

    def test_is_written_down_once_however_often_it_is_clicked(self, nmbrs: "Sandbox") -> None:
        a_connection()
        fetch_everything()
        company = Company.objects.get(number=1001)

        ask_for_company(company, user=None, now=Clock().now)
        ask_for_company(company, user=None, now=Clock().now)

        assert AuditEntry.objects.filter(action="company_fetch_asked").count() == 1


class TestReadLists:
    def test_of_one_connection_that_fails_stop_no_other(self, nmbrs: "Sandbox") -> None:
        a_connection("Ensimmäinen")
        a_connection("Toinen")
        nmbrs.faults.add(Fault(kind=FaultKind.DOWN, times=3))

        done = fetch_everything()

        troubles = NmbrsConnection.objects.order_by("name").values_list("trouble", flat=True)
        assert [[problem.code for problem in one] for one in troubles] == [["P01"], []]
        assert (done.company_count, done.journal_count) == (10, 60)
        assert done.finished_at is not None

    def test_end_a_synchronisation_with_nothing_to_fetch(self, nmbrs: "Sandbox") -> None:
        a_connection()
        nmbrs.faults.add(Fault(kind=FaultKind.DOWN, times=None))

        done = fetch_everything()

        assert done.finished_at is not None
        assert done.company_count == 0

    def test_keep_fetching_what_is_known_while_they_cannot_be_read(self, nmbrs: "Sandbox") -> None:
        a_connection()
        fetch_everything()
        nmbrs.faults.add(Fault(kind=FaultKind.DOWN, operation="List_GetAll", times=None))

        done = fetch_everything()

        assert (done.company_count, done.failed_count) == (10, 0)


class TestFinishAbandoned:
    def test_ends_what_a_dead_worker_left_without_an_end(self, nmbrs: "Sandbox") -> None:
        a_connection()
        done = fetch_everything()
        Synchronisation.objects.update(finished_at=None)

        finish_abandoned(Clock().now)

        done.refresh_from_db()
        assert done.finished_at is not None

    def test_ends_nothing_that_companies_wait_for(self, nmbrs: "Sandbox") -> None:
        a_connection()
        asked = ask_for_everything(user=None, now=Clock().now)
        finish_abandoned(Clock().now)
        read_lists(asked, now=Clock().now)

        finish_abandoned(Clock().now)

        asked.refresh_from_db()
        assert asked.finished_at is None

    def test_waits_for_nothing_of_a_connection_that_turned_red(self, nmbrs: "Sandbox") -> None:
        made = a_connection()
        asked = ask_for_everything(user=None, now=Clock().now)
        read_lists(asked, now=Clock().now)
        mark_refused(made)

        finish_abandoned(Clock().now)

        asked.refresh_from_db()
        assert asked.finished_at is not None
        assert asked.failed_count == 10
        assert fetch_progress_of(asked).waiting_count == 0


class TestClaimLists:
    def test_gives_them_to_one_worker(self, nmbrs: "Sandbox") -> None:
        a_connection()
        ask_for_everything(user=None, now=Clock().now)
        fetch_waiting()

        assert claim_lists("a-worker") is not None
        assert claim_lists("a-worker") is None

    def test_gives_none_to_a_worker_that_was_taken_for_dead(self, nmbrs: "Sandbox") -> None:
        a_connection()
        ask_for_everything(user=None, now=Clock().now)

        assert claim_lists("a-worker") is None


class TestFetchProgressOf:
    def test_counts_what_is_done_and_names_what_is_at_work(self, nmbrs: "Sandbox") -> None:
        a_connection()
        clock = Clock()
        asked = ask_for_everything(user=None, now=clock.now)
        before = fetch_progress_of(asked)
        counts = [(before.done_count, before.company_count)]
        read_lists(asked, now=clock.now)
        begun = fetch_progress_of(Synchronisation.objects.get())
        counts.append((begun.done_count, begun.company_count))
        fetch_waiting(clock)
        ended = fetch_progress_of(Synchronisation.objects.get())
        counts.append((ended.done_count, ended.company_count))

        assert counts == [(0, 0), (0, 10), (10, 10)]
        assert ended.current == ()

    def test_is_that_of_the_latest_synchronisation(self, nmbrs: "Sandbox") -> None:
        a_connection()
        done = fetch_everything()

        assert latest_synchronisation() == done


class TestBeginByItself:
    @pytest.fixture(autouse=True)
    def _connected(self, nmbrs: "Sandbox") -> None:
        a_connection()
        # Fetched once already, the evening before.
        NmbrsConnection.objects.update(created_at=helsinki(1, 20))
        Synchronisation.objects.create(
            requested_at=helsinki(1, 20), listed_at=helsinki(1, 20), finished_at=helsinki(1, 21)
        )

    def test_waits_for_its_time(self) -> None:
        assert begin_by_itself(helsinki(2, 3, 59)) is None
        assert begin_by_itself(helsinki(2, 4)) is not None

    def test_begins_once_a_night(self) -> None:
        begun = begin_by_itself(helsinki(2, 4))
        assert begun is not None
        Synchronisation.objects.update(finished_at=helsinki(2, 4, 5))

        again = begin_by_itself(helsinki(2, 5))
        next_night = begin_by_itself(helsinki(3, 4))

        assert again is None
        assert next_night is not None

    def test_is_made_up_for_in_the_morning(self) -> None:
        begun = begin_by_itself(helsinki(2, 9))

        assert begun is not None
        assert begun.requested_by is None

    def test_is_not_needed_after_a_person_did_it(self) -> None:
        ask_for_everything(user=None, now=helsinki(2, 8))
        Synchronisation.objects.update(finished_at=helsinki(2, 8, 5))

        assert begin_by_itself(helsinki(2, 9)) is None

    def test_does_not_disturb_one_under_way(self) -> None:
        ask_for_everything(user=None, now=helsinki(2, 3))

        assert begin_by_itself(helsinki(2, 4)) is None
        assert Synchronisation.objects.count() == 2

    def test_does_not_try_while_one_is_under_way(self) -> None:
        ask_for_everything(user=None, now=helsinki(2, 3))

        with CaptureQueriesContext(database) as looked:
            begin_by_itself(helsinki(2, 4))

        statements = [query["sql"].split()[0] for query in looked.captured_queries]
        assert set(statements) == {"SELECT"}

    def test_leaves_no_night_out_for_one_that_does_not_end(self) -> None:
        first = begin_by_itself(helsinki(2, 4))
        assert first is not None
        read_lists(first, now=helsinki(2, 4))

        too_early = begin_by_itself(helsinki(3, 3, 59))
        second = begin_by_itself(helsinki(3, 4))

        first.refresh_from_db()
        assert too_early is None
        assert second is not None
        assert (first.finished_at, first.failed_count) == (helsinki(3, 4), 10)
        assert not NmbrsCompany.objects.filter(wanted_by=first).exists()

    def test_counts_once_what_failed_after_its_synchronisation_was_ended(
        self, nmbrs: "Sandbox"
    ) -> None:
        first = begin_by_itself(helsinki(2, 4))
        assert first is not None
        read_lists(first, now=helsinki(2, 4))
        Worker.objects.create(
            executor_id=WORKER, started_at=helsinki(2, 4), heard_at=helsinki(2, 4)
        )
        (found,) = claim_companies(WORKER, 1, now=helsinki(2, 4))
        begin_by_itself(helsinki(3, 4))
        nmbrs.change_token(token="newer-token")

        fetch_claimed(found, now=helsinki(3, 4))

        first.refresh_from_db()
        assert first.failed_count == 10

    def test_lets_one_that_was_ended_want_nothing_more(self) -> None:
        first = begin_by_itself(helsinki(2, 4))
        assert first is not None
        begin_by_itself(helsinki(3, 4))

        read_lists(first, now=helsinki(3, 4))

        assert not NmbrsCompany.objects.filter(wanted_at__isnull=False).exists()

    def test_can_be_switched_off(self, settings: "Settings") -> None:
        settings.NMBRS_SYNC_TIME = None

        assert begin_by_itself(helsinki(2, 12)) is None

    def test_has_its_time_from_the_settings(self, settings: "Settings") -> None:
        settings.NMBRS_SYNC_TIME = time(22, 30)

        assert begin_by_itself(helsinki(2, 22)) is None
        assert begin_by_itself(helsinki(2, 22, 30)) is not None

    def test_is_done_for_a_connection_that_came_too_late_for_the_last_one(self) -> None:
        NmbrsConnection.objects.update(created_at=helsinki(1, 20, 30))

        begun = begin_by_itself(helsinki(1, 22))
        assert begun is not None
        Synchronisation.objects.update(finished_at=helsinki(1, 23))

        assert begun.night is None
        assert begin_by_itself(helsinki(1, 23)) is None

    def test_needs_a_connection(self) -> None:
        remove_connection(NmbrsConnection.objects.get(), user=None)

        assert begin_by_itself(helsinki(2, 4)) is None

    def test_is_fetched_like_any_other(self) -> None:
        begun = begin_by_itself(helsinki(2, 4))
        assert begun is not None

        read_lists(begun, now=helsinki(2, 4))
        fetch_waiting(Clock(now=helsinki(2, 4) + timedelta(seconds=1)))

        assert Journal.objects.count() == 60
