"""Missing dimension items are created once, whatever is lost and however many ask at once."""

import math
import time
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime, timedelta
from threading import Barrier
from typing import TypeVar

import pytest
from django.db import connection
from django.utils import timezone
from tests.bureau import NOW, a_linked_company

from procountor_sandbox.app import Sandbox
from procountor_sandbox.faults import Fault, FaultKind
from tilisilta.clients.procountor.errors import (
    GrantEnded,
    ProcountorBusy,
    ProcountorRejected,
    ProcountorUnavailable,
)
from tilisilta.domain.dimensions import DimensionKind
from tilisilta.errors import OutcomeUnknown
from tilisilta.models import AuditEntry, CostObject, Link, ProcountorAccount
from tilisilta.services.procountor.administrations import read_administration
from tilisilta.services.procountor.client import procountor as client_of
from tilisilta.services.procountor.item_creation import (
    MadeItems,
    WantedItem,
    make_items,
)

T = TypeVar("T")

ITEMS = "/dimensions/*/items"
DIMENSION = "Kustannuspaikka"


@pytest.mark.django_db
class TestCreateItems:
    def test_creates_each_item_once_although_it_is_named_twice(self, procountor: Sandbox) -> None:
        link = _link()
        names = (DIMENSION, DIMENSION.upper(), f" {DIMENSION} ")

        create_items(link, [_wanted("K7", name=name) for name in names], now=NOW)

        assert _codes(link).count("K7") == 1
        assert AuditEntry.objects.filter(action="items_created").count() == 1

    def test_calls_an_item_as_nmbrs_does(self, procountor: Sandbox) -> None:
        link = _link()
        _in_nmbrs(link, ("K7", "Łódź"), kind=DimensionKind.COST_CENTER)
        _in_nmbrs(link, ("K7", "Telakka"), ("K8", "Telakka"), kind=DimensionKind.COST_UNIT)

        create_items(link, [_wanted("K7"), _wanted("K8")], now=NOW)

        assert _items(link)["K7"] == "Lódz"
        assert _items(link)["K8"] == "K8"

    def test_leaves_one_that_a_line_would_find_by_now(self, procountor: Sandbox) -> None:
        link = _link()

        create_items(link, [_wanted("HALLINTO"), _wanted("p-099", name="Projekti")], now=NOW)

        assert not _asked_for(procountor)

    def test_finds_what_a_lost_answer_created(self, procountor: Sandbox) -> None:
        link = _link()
        procountor.faults.add(Fault(kind=FaultKind.ANSWER_LOST, method="POST", path=ITEMS))

        create_items(link, [_wanted("K7"), _wanted("K8")], now=NOW)

        assert _asked_for(procountor) == 2
        assert {"K7", "K8"} <= set(_codes(link))
        created = AuditEntry.objects.filter(action="items_created").order_by("pk")
        assert [entry.facts["items"] for entry in created] == ["K7", "K8"]

    def test_says_that_it_does_not_know_and_reads_before_it_tries_again(
        self, procountor: Sandbox
    ) -> None:
        link = _link()
        procountor.faults.add(Fault(kind=FaultKind.ANSWER_LOST, method="POST", path=ITEMS))
        procountor.faults.add(_away_after(reads=5))

        with pytest.raises(OutcomeUnknown):
            create_items(link, [_wanted("K7")], now=NOW)
        assert ProcountorAccount.objects.get().administration_read_at is None
        procountor.faults.clear()
        create_items(link, [_wanted("K7")], now=NOW)

        assert _asked_for(procountor) == 1
        assert _codes(link).count("K7") == 1

    def test_lets_the_next_one_in_after_a_failure(self, procountor: Sandbox) -> None:
        link = _link()
        procountor.faults.add(Fault(kind=FaultKind.ERROR_BEFORE, method="POST", path=ITEMS))

        with pytest.raises(OutcomeUnknown):
            create_items(link, [_wanted("K7")], now=NOW)

        assert ProcountorAccount.objects.get().items_leased_until is None

    def test_waits_for_no_lease_of_a_clock_that_ran_ahead(self, procountor: Sandbox) -> None:
        link = _link()
        ProcountorAccount.objects.update(items_leased_until=timezone.now() + timedelta(days=300))

        create_items(link, [_wanted("K7")], now=NOW)

        assert _codes(link).count("K7") == 1

    def test_raises_a_refusal_after_the_others_are_created(self, procountor: Sandbox) -> None:
        link = _link()
        procountor.faults.add(Fault(kind=FaultKind.REJECT, method="POST", path=ITEMS))

        with pytest.raises(ProcountorRejected):
            create_items(link, [_wanted("K7"), _wanted("K8")], now=NOW)

        assert "K8" in _codes(link)


@pytest.mark.django_db
class TestMakeItems:
    def test_begins_nothing_more_when_the_time_is_up(self, procountor: Sandbox) -> None:
        link = _link()
        wanted = [_wanted(f"K{number}") for number in range(3)]

        made = make_items(link, wanted, user=None, now=NOW, until=time.monotonic())

        assert (made.created, made.left) == (("K0",), ("K1", "K2"))

    def test_goes_on_after_a_refusal_and_names_it(self, procountor: Sandbox) -> None:
        link = _link()
        procountor.faults.add(Fault(kind=FaultKind.REJECT, method="POST", path=ITEMS, skip=1))

        made = _make(link, "K0", "K1", "K2")

        assert made.created == ("K0", "K2")
        assert [code for code, _ in made.refused] == ["K1"]
        assert made.trouble is None

    def test_stops_at_anything_else_and_names_what_is_left(self, procountor: Sandbox) -> None:
        link = _link()
        procountor.faults.add(Fault(kind=FaultKind.BUSY, method="POST", path=ITEMS, skip=1))

        made = _make(link, "K0", "K1", "K2")

        assert (made.created, made.left) == (("K0",), ("K1", "K2"))
        assert isinstance(made.trouble, ProcountorBusy)

    def test_leaves_everything_when_procountor_cannot_be_read(self, procountor: Sandbox) -> None:
        link = _link()
        procountor.faults.add(_away_after(reads=0))

        made = _make(link, "K0", "K0", "K1")

        assert made.left == ("K0", "K1")
        assert isinstance(made.trouble, ProcountorUnavailable)

    def test_turns_the_account_red_when_its_grant_has_ended(self, procountor: Sandbox) -> None:
        link = _link()
        procountor.revoke(company_id=50101)

        made = _make(link, "K0")

        assert isinstance(made.trouble, GrantEnded)
        assert made.left == ("K0",)
        assert not ProcountorAccount.objects.get().is_authorised

    def test_names_what_has_no_dimension_to_go_to(self, procountor: Sandbox) -> None:
        link = _link()
        wanted = [_wanted("K0", name="Osasto"), _wanted("K1")]

        made = make_items(link, wanted, user=None, now=NOW, until=math.inf)

        assert (made.without_dimension, made.created) == (("K0",), ("K1",))


@pytest.mark.django_db(transaction=True)
class TestAtTheSameMoment:
    def test_several_people_create_one_item(self, procountor: Sandbox) -> None:
        link = _link()

        _at_once(3, lambda: create_items(Link.objects.get(), [_wanted("K7")], now=NOW))

        assert _codes(link).count("K7") == 1
        assert _asked_for(procountor) == 1

    def test_a_person_in_procountor_creates_the_item_first(self, procountor: Sandbox) -> None:
        link = _link()
        procountor.faults.add(Fault(kind=FaultKind.HOLD_BEFORE, method="POST", path=ITEMS))

        with ThreadPoolExecutor(1) as thread:
            made = thread.submit(_closing(lambda: _make(Link.objects.get(), "K7", "K8")))
            assert procountor.faults.wait_until_held()
            with client_of(link.procountor_account) as client:
                client.create_dimension_item(3101, "K7", "Toinen")
            procountor.faults.release()

        assert made.result() == MadeItems(created=("K8",))
        assert _items(link)["K7"] == "Toinen"


def create_items(link: Link, wanted: Sequence[WantedItem], *, now: datetime) -> None:
    """Create all items, and raise the first error."""
    made = make_items(link, wanted, user=None, now=now, until=math.inf)
    for error in (made.trouble, *(refusal for _code, refusal in made.refused)):
        if error is not None:
            raise error


def _link() -> Link:
    return a_linked_company(creates_missing_items=True).link


def _in_nmbrs(link: Link, *pairs: tuple[str, str], kind: DimensionKind) -> None:
    for number, (code, description) in enumerate(pairs):
        CostObject.objects.create(
            company=link.company, kind=kind, nmbrs_id=number, code=code, description=description
        )


def _wanted(code: str, *, name: str = DIMENSION) -> WantedItem:
    return WantedItem(kind=DimensionKind.COST_CENTER, dimension_name=name, code=code)


def _make(link: Link, *codes: str) -> MadeItems:
    return make_items(link, [_wanted(code) for code in codes], user=None, now=NOW, until=math.inf)


def _away_after(*, reads: int) -> Fault:
    """Let Procountor answer so many reads of the company and no more."""
    return Fault(kind=FaultKind.ERROR_BEFORE, method="GET", skip=reads, times=None)


def _asked_for(sandbox: Sandbox) -> int:
    """How many items were asked for, whether they were created or not."""
    return sum(
        one.method == "POST" and one.path.endswith("/items") for one in sandbox.requests.all()
    )


def _items(link: Link) -> dict[str, str]:
    administration = read_administration(link.procountor_account, now=NOW, age_limit=timedelta(0))
    return {
        item.code: item.description
        for dimension in administration.dimensions
        for item in dimension.items
    }


def _codes(link: Link) -> list[str]:
    administration = read_administration(link.procountor_account, now=NOW, age_limit=timedelta(0))
    return [item.code for dimension in administration.dimensions for item in dimension.items]


def _closing(act: Callable[[], T]) -> Callable[[], T]:
    """``act`` for a thread, which must leave no connection to the database open."""

    def acted() -> T:
        try:
            return act()
        finally:
            connection.close()

    return acted


def _at_once(count: int, act: Callable[[], object]) -> None:
    barrier = Barrier(count)

    def begin(_: int) -> None:
        barrier.wait(timeout=60)
        _closing(act)()

    with ThreadPoolExecutor(count) as threads:
        list(threads.map(begin, range(count)))
