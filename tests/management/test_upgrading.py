"""A database from before Nmbrs was fetched from keeps what a person had set there."""

import datetime
from collections.abc import Iterator
from typing import Any

import pytest
from django.db import connection
from django.db.migrations.executor import MigrationExecutor

pytestmark = pytest.mark.django_db(transaction=True)

FILES_ONLY = "0002_items_lease"


def migrate_to(name: str) -> Any:
    """Bring the database to this migration, and return the models as they were there."""
    executor = MigrationExecutor(connection)
    executor.migrate([("tilisilta", name)])
    return executor.loader.project_state([("tilisilta", name)]).apps


def latest() -> str:
    leaves = MigrationExecutor(connection).loader.graph.leaf_nodes("tilisilta")
    return str(leaves[0][1])


@pytest.fixture
def before() -> Iterator[Any]:
    """Yield the models as they were when journals came from files only."""
    yield migrate_to(FILES_ONLY)
    migrate_to(latest())


def test_the_start_of_a_link_becomes_the_start_of_its_company(before: Any) -> None:
    debtor = before.get_model("tilisilta", "Debtor").objects.create(number=1, name="Debtor")
    companies = before.get_model("tilisilta", "Company").objects
    accounts = before.get_model("tilisilta", "ProcountorAccount").objects
    start = datetime.date(2026, 4, 1)
    for number, start_date in ((1001, start), (1002, None)):
        before.get_model("tilisilta", "Link").objects.create(
            company=companies.create(number=number, name=f"Company {number}", debtor=debtor),
            procountor_account=accounts.create(name=f"Account {number}"),
            start_date=start_date,
        )
    companies.create(number=1003, name="Company without a link", debtor=debtor)

    after = migrate_to(latest())

    started = after.get_model("tilisilta", "Company").objects.order_by("number")
    assert list(started.values_list("number", "start_date")) == [
        (1001, start),
        (1002, None),
        (1003, None),
    ]


def test_administrators_may_work_with_nmbrs_and_others_are_not_given_it(before: Any) -> None:
    templates = before.get_model("tilisilta", "UserTemplate").objects
    templates.all().delete()
    templates.create(name="Everything", is_administrator=True, companies="write")
    templates.create(name="Companies only", companies="write")

    after = migrate_to(latest())

    given = after.get_model("tilisilta", "UserTemplate").objects.order_by("name")
    assert list(given.values_list("name", "nmbrs")) == [
        ("Companies only", "none"),
        ("Everything", "write"),
    ]
