"""Missing dimension items are created once, whatever is lost and whoever asks at the same time."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from threading import Barrier

import pytest
from django.db import connection
from django.utils import timezone
from tests.bureau import NOW, a_linked_company

from procountor_sandbox.app import Sandbox
from procountor_sandbox.faults import Fault, FaultKind
from tilisilta.domain.problems import Problem, ProblemCode, Severity, facts
from tilisilta.errors import OutcomeUnknown
from tilisilta.models import AuditEntry, Link, ProcountorAccount
from tilisilta.services.administrations import read_administration
from tilisilta.services.items import create_items, items_to_create

MISSING = Problem(
    code=ProblemCode.DIMENSION_ITEM_UNKNOWN, facts=facts(name="Osasto", item="K7", creates="yes")
)


class TestItemsToCreate:
    def test_are_named_when_they_are_all_that_stops_the_journal(self) -> None:
        warning = Problem(code=ProblemCode.ZERO_LINES, severity=Severity.WARNING)

        assert items_to_create([MISSING, warning]) == (("Osasto", "K7"),)

    def test_are_none_when_something_else_stops_it_too(self) -> None:
        other = Problem(code=ProblemCode.PERIOD_CLOSED)

        assert items_to_create([MISSING, other]) == ()

    def test_are_none_when_the_link_does_not_ask_for_them(self) -> None:
        unwanted = Problem(
            code=ProblemCode.DIMENSION_ITEM_UNKNOWN, facts=facts(name="Osasto", item="K7")
        )

        assert items_to_create([unwanted]) == ()


@pytest.mark.django_db
class TestCreateItems:
    def test_creates_each_item_once_although_it_is_named_twice(self, procountor: Sandbox) -> None:
        link = _link()
        name = _dimension_name(link)

        create_items(link, [(name, "K7"), (name.upper(), "K7"), (f" {name} ", "K7")], now=NOW)

        assert _codes(link).count("K7") == 1
        assert AuditEntry.objects.filter(action="items_created").count() == 1

    def test_creates_no_second_one_after_a_lost_answer(self, procountor: Sandbox) -> None:
        link = _link()
        name = _dimension_name(link)
        procountor.faults.add(
            Fault(kind=FaultKind.ANSWER_LOST, method="POST", path="/dimensions/*/items")
        )
        with pytest.raises(OutcomeUnknown):
            create_items(link, [(name, "K7")], now=NOW)

        create_items(link, [(name, "K7")], now=NOW)

        assert _codes(link).count("K7") == 1

    def test_lets_the_next_one_in_after_a_failure(self, procountor: Sandbox) -> None:
        link = _link()
        procountor.faults.add(
            Fault(kind=FaultKind.ERROR_BEFORE, method="POST", path="/dimensions/*/items")
        )

        with pytest.raises(OutcomeUnknown):
            create_items(link, [(_dimension_name(link), "K7")], now=NOW)

        assert ProcountorAccount.objects.get().items_leased_until is None

    def test_waits_for_no_lease_of_a_clock_that_ran_ahead(self, procountor: Sandbox) -> None:
        link = _link()
        ProcountorAccount.objects.update(items_leased_until=timezone.now() + timedelta(days=300))

        create_items(link, [(_dimension_name(link), "K7")], now=NOW)

        assert _codes(link).count("K7") == 1


@pytest.mark.django_db(transaction=True)
class TestAtTheSameMoment:
    def test_several_people_create_one_item(self, procountor: Sandbox) -> None:
        link = _link()
        name = _dimension_name(link)

        _at_once(3, lambda: create_items(Link.objects.get(), [(name, "K7")], now=NOW))

        assert _codes(link).count("K7") == 1


def _link() -> Link:
    return a_linked_company(creates_missing_items=True).link


def _dimension_name(link: Link) -> str:
    return read_administration(link.procountor_account, now=NOW).dimensions[0].name


def _codes(link: Link) -> list[str]:
    administration = read_administration(link.procountor_account, now=NOW, age_limit=timedelta(0))
    return [item.code for dimension in administration.dimensions for item in dimension.items]


def _at_once(count: int, act: Callable[[], object]) -> None:
    barrier = Barrier(count)

    def begin(_: int) -> None:
        barrier.wait(timeout=10)
        try:
            act()
        finally:
            connection.close()

    with ThreadPoolExecutor(count) as threads:
        list(threads.map(begin, range(count)))
