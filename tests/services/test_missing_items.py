"""What Nmbrs has and Procountor lacks: listed with one query, and created once."""

import math
import time
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

import pytest
from django.db import connection
from pytest_django import DjangoAssertNumQueries
from tests.bureau import NOW, a_company, a_linked_company

from procountor_sandbox.app import Sandbox
from procountor_sandbox.faults import Fault, FaultKind
from tilisilta.domain.administrations import Dimension
from tilisilta.domain.dimensions import DimensionKind
from tilisilta.domain.journals import Run
from tilisilta.models import AuditEntry, Company, CostObject, Link, User
from tilisilta.services.cost_objects import compare_with_dimension
from tilisilta.services.journals.importing import import_journal
from tilisilta.services.links import change_link
from tilisilta.services.missing_items import create_missing_items, find_missing_items
from tilisilta.services.procountor.administrations import read_administration
from tilisilta.services.procountor.client import procountor as procountor_of
from tilisilta.services.procountor.item_creation import MadeItems
from tilisilta.services.users import create_first_administrator

pytestmark = pytest.mark.django_db

ITEMS = "/dimensions/*/items"
CENTER, UNIT = DimensionKind.COST_CENTER, DimensionKind.COST_UNIT
EMPTY = Dimension(dimension_id=1, name="Osasto", items=())


def in_nmbrs(
    company: Company, *pairs: tuple[str, str], kind: DimensionKind = CENTER, **fields: object
) -> None:
    for code, description in pairs:
        CostObject.objects.create(
            company=company,
            kind=kind,
            nmbrs_id=CostObject.objects.count() + 1,
            code=code,
            description=description,
            **fields,
        )


def a_link() -> Link:
    """A link with both dimensions; Nmbrs has a cost center that Procountor has, and two more."""
    company = a_linked_company(
        uses_cost_centers=True,
        cost_center_dimension="Kustannuspaikka",
        uses_cost_units=True,
        cost_unit_dimension="Projekti",
    )
    in_nmbrs(company, ("100", "Hallinto"), ("450", "Varikko"), ("460", "Pesula"))
    return company.link


def create(link: Link, *codes: str, user: User | None = None, until: float = math.inf) -> MadeItems:
    return create_missing_items(link, CENTER, user=user, codes=codes, now=NOW, until=until)


def items(link: Link, name: str = "Kustannuspaikka") -> list[tuple[str, str]]:
    administration = read_administration(link.procountor_account, now=NOW, age_limit=timedelta(0))
    (dimension,) = (one for one in administration.dimensions if one.name == name)
    return [(item.code, item.description) for item in dimension.items]


class TestCompareWithDimension:
    def test_takes_one_query(self, django_assert_num_queries: DjangoAssertNumQueries) -> None:
        company = a_company()
        in_nmbrs(company, ("450", "Varikko"), ("460", "Pesula"))

        with django_assert_num_queries(1):
            comparison = compare_with_dimension(company, CENTER, EMPTY)

        assert comparison is not None
        assert [one.code for one in comparison.missing] == ["450", "460"]

    def test_names_them_as_people_count(self) -> None:
        company = a_company()
        in_nmbrs(company, *((code, "") for code in ("1000", "P-100", "600", "P-99", "Piste")))

        comparison = compare_with_dimension(company, CENTER, EMPTY)

        assert comparison is not None
        assert [one.code for one in comparison.missing] == ["600", "1000", "P-99", "P-100", "Piste"]

    def test_tells_the_kinds_apart(self) -> None:
        company = a_company()
        in_nmbrs(company, ("450", "Varikko"))
        in_nmbrs(company, ("P-1", "Nosturi"), kind=UNIT)

        comparison = compare_with_dimension(company, UNIT, EMPTY)

        assert comparison is not None
        assert [one.code for one in comparison.missing] == ["P-1"]

    def test_passes_over_what_nmbrs_no_longer_lists(self) -> None:
        company = a_company()
        in_nmbrs(company, ("450", "Varikko"), gone_at=NOW)
        in_nmbrs(company, ("460", "Pesula"))

        comparison = compare_with_dimension(company, CENTER, EMPTY)

        assert comparison is not None
        assert [one.code for one in comparison.missing] == ["460"]

    def test_says_nothing_of_a_company_whose_journals_come_from_files(self) -> None:
        company = a_company()
        in_nmbrs(company, ("450", "Varikko"), gone_at=NOW)

        assert compare_with_dimension(company, CENTER, EMPTY) is None


class TestFindMissingItems:
    def test_asks_procountor_anew(self, procountor: Sandbox) -> None:
        link = a_link()
        items(link)
        with procountor_of(link.procountor_account) as client:
            client.create_dimension_item(3101, "450", "Varikko")

        found = find_missing_items(link, CENTER, now=NOW)

        assert found is not None
        assert found.dimension.name == "Kustannuspaikka"
        assert [one.code for one in found.comparison.missing] == ["460"]

    def test_finds_nothing_for_a_box_that_is_not_ticked(self, procountor: Sandbox) -> None:
        link = a_link()
        change_link(link, user=None, uses_cost_centers=False)

        assert find_missing_items(link, CENTER, now=NOW) is None


class TestCreateMissingItems:
    def test_creates_with_code_and_description_and_records_the_user(
        self, procountor: Sandbox
    ) -> None:
        link, aino = a_link(), create_first_administrator("aino", "a bridge over the river")

        made = create(link, "450", "460", user=aino)

        assert made == MadeItems(created=("450", "460"))
        assert items(link)[-2:] == [("450", "Varikko"), ("460", "Pesula")]
        entries = AuditEntry.objects.filter(action="items_created").order_by("pk")
        assert [(one.user, one.company, one.facts) for one in entries] == [
            (aino, link.company, {"items": code, "dimension": "Kustannuspaikka"})
            for code in ("450", "460")
        ]

    def test_creates_only_the_chosen_codes(self, procountor: Sandbox) -> None:
        link = a_link()

        create(link, "450", "999")

        assert [code for code, _ in items(link)][-2:] == ["520", "450"]

    def test_creates_nothing_the_second_time(self, procountor: Sandbox) -> None:
        link = a_link()
        create(link, "450")

        made = create(link, "450")

        assert made == MadeItems()
        assert [code for code, _ in items(link)].count("450") == 1
        assert AuditEntry.objects.filter(action="items_created").count() == 1

    @pytest.mark.parametrize("code", ["4" * 81, "Łódź", "150390-904F"])
    def test_never_sends_a_code_that_procountor_must_not_get(
        self, procountor: Sandbox, code: str
    ) -> None:
        link = a_link()
        in_nmbrs(link.company, (code, "Varikko"))

        made = create(link, code)

        assert made == MadeItems()
        assert not [one for one in procountor.requests.all() if one.path.endswith("/items")]

    def test_checks_the_journals_that_waited_for_it(self, procountor: Sandbox) -> None:
        link = a_link()
        rows = ("5010;Palkat;1.00;2026-06-30;450", "2961;Palkat;-1.00;2026-06-30;")
        file = "\n".join(("Account;Description;Amount;Date;Cost center", *rows)).encode()
        journal = import_journal(
            file,
            file_name="j.csv",
            company=link.company,
            user=None,
            now=NOW,
            run=Run(year=2026, number="6"),
        ).journal
        assert journal.state == "problem"

        create(link, "450")

        journal.refresh_from_db()
        assert journal.state == "ready"

    def test_goes_on_where_it_was_broken_off(self, procountor: Sandbox) -> None:
        link = a_link()
        in_nmbrs(link.company, *((f"K{number:03}", f"Piste {number}") for number in range(500)))
        codes = [f"K{number:03}" for number in range(500)]
        procountor.faults.add(
            Fault(kind=FaultKind.ERROR_BEFORE, method="POST", path=ITEMS, skip=120)
        )

        broken_off = create(link, *codes)
        rest = create(link, *broken_off.left)

        assert (len(broken_off.created), len(broken_off.left)) == (120, 380)
        assert broken_off.trouble is not None
        assert rest == MadeItems(created=tuple(codes[120:]))
        found = [code for code, _ in items(link)]
        assert [code for code in found if code.startswith("K")] == codes

    def test_stops_in_time_and_leaves_the_rest(self, procountor: Sandbox) -> None:
        link = a_link()

        made = create(link, "450", "460", until=time.monotonic())

        assert made == MadeItems(created=("450",), left=("460",))

    def test_says_that_the_account_is_not_authorised(self, procountor: Sandbox) -> None:
        link = a_link()
        link.procountor_account.mark_ended(NOW)

        made = create(link, "450")

        assert made.left == ("450",)
        assert type(made.trouble).__name__ == "GrantEnded"

    def test_says_that_the_dimension_is_not_there(self, procountor: Sandbox) -> None:
        link = a_link()
        Link.objects.update(cost_center_dimension="Osasto")
        link.refresh_from_db()

        made = create(link, "450")

        assert made == MadeItems(without_dimension=("450",))


@pytest.mark.django_db(transaction=True)
class TestTwoPeopleAtTheSameMoment:
    def test_create_each_item_once(self, procountor: Sandbox) -> None:
        link = a_link()

        def begin(_: int) -> MadeItems:
            try:
                return create(Link.objects.get(), "450", "460")
            finally:
                connection.close()

        with ThreadPoolExecutor(2) as threads:
            made = list(threads.map(begin, range(2)))

        assert sorted(made, key=lambda one: one.created) == [
            MadeItems(),
            MadeItems(created=("450", "460")),
        ]
        assert [code for code, _ in items(link)][-3:] == ["520", "450", "460"]
