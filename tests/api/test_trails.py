"""Ways back by the API: the documents of find, receipts and user list."""

import pytest
from tests.api.conftest import Program, program_of
from tests.bureau import a_journal, a_linked_company, send
from tests.management.conftest import Give, give

from procountor_sandbox.app import Sandbox
from tilisilta.models import Debtor, User
from tilisilta.services.users import create_user

__all__ = ["give"]
pytestmark = [pytest.mark.django_db, pytest.mark.once]


def test_documents_are_those_of_the_commands(
    program: Program, procountor: Sandbox, give: Give
) -> None:
    send(a_journal(a_linked_company()))

    found = program.get("/find", {"q": "1001"}).json()
    receipts = program.get("/companies/1001/receipts").json()
    lines = program.get("/journals/1001-2026-6-1/lines", {"limit": 1}).json()

    assert found == give("find", "1001", "--json").document
    told = give("receipts", "1001", "--json").document
    assert receipts == {**told, "next": None}
    assert len(receipts["receipts"]) == 1
    assert [one["amount"] for one in lines["lines"]] == ["1006.00"]
    assert lines["next"] is not None
    assert program.get("/users").json()["users"] == give("user", "list", "--json").document["users"]
    assert program.get("/find").status_code == 422
    status, told = program.get("/status").json(), give("status", "--json").document
    assert status == {name: told[name] for name in status}


def test_users_show_no_debtors_that_the_reader_does_not_see(administrator: User) -> None:
    ours, theirs = (
        Debtor.objects.create(number=number, name=f"Konserni {number}") for number in (101, 102)
    )
    for name, debtors in (("eeva", [ours]), ("otto", [ours, theirs])):
        create_user(
            name,
            "a bridge over the river",
            template=administrator.template,
            user=administrator,
            debtors=debtors,
        )

    users = program_of(User.objects.get(username="eeva")).get("/users").json()["users"]
    templates = program_of(administrator).get("/user-templates").json()["templates"]

    assert {one["name"]: one["debtors"] for one in users} == {
        "aino": [],
        "eeva": [101],
        "otto": [101],
    }
    assert templates[0]["rights"]["journal_exports"] in {"none", "read", "write"}
