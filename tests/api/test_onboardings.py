"""Setting up companies from a list by the API: looked into first, linked when asked for."""

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from tests.api.conftest import Program, program_of
from tests.bureau import a_company
from tests.management.conftest import Give, give
from tests.web.test_set_up import work

from tilisilta.models import AuditEntry, Debtor, Link, Onboarding, OnboardingRow, User
from tilisilta.services.users import create_user

__all__ = ["give"]
pytestmark = [pytest.mark.django_db, pytest.mark.once, pytest.mark.usefixtures("procountor")]
LIST = b"company;dimensions;start\n1001;Kustannuspaikka;2026-06\n1003;;2026-06\n4711;;\n"
KEYS = b"company;key\n1001;SANDBOX-KEY-1001\n1003;SANDBOX-KEY-1003\n"


@pytest.fixture(autouse=True)
def companies(db: None) -> None:
    """Make one company whose name is that of its administration, and one with another."""
    a_company(1001)
    a_company(1003, "Saaristo Palvelut Oy")


def upload(program: Program, content: bytes = LIST) -> str:
    files = {
        "file": SimpleUploadedFile("companies.csv", content),
        "key_file": SimpleUploadedFile("keys.csv", KEYS),
    }
    answer = program.upload("/onboardings", files)
    assert answer.status_code == 201, answer.text
    return f"/onboardings/{answer.json()['id']}"


def test_a_list_is_looked_into_and_linked_when_asked_for(program: Program) -> None:
    address = upload(program)
    waiting = program.get(address).json()
    work()
    looked = program.get(address).json()
    rows = program.get(f"{address}/companies").json()["companies"]

    neither = program.post(f"{address}/links", {})
    asked = program.post(f"{address}/links", {"as_stored": True})
    differs = next(one for one in rows if one["standing"] == "names")
    stale = program.post(f"{address}/links", {"rows": [{"row": differs["row"], "mark": "0"}]})
    seen = {"rows": [{"row": differs["row"], "mark": differs["mark"]}]}
    confirmed = program.post(f"{address}/links", seen)
    assert not Link.objects.exists()
    work()

    assert (waiting["company_count"], waiting["waiting_count"]) == (3, 3)
    assert {name: n for name, n in looked["counts"].items() if n} == {
        "match": 1,
        "names": 1,
        "line": 1,
    }
    assert [one["line"] for one in rows] == [2, 3, 4]
    assert rows[0]["dimensions"] == [{"name": "Kustannuspaikka", "missing": 0}]
    assert rows[2]["cause"]
    counts = [one.json()["company_count"] for one in (asked, stale, confirmed)]
    assert (neither.status_code, counts) == (422, [1, 0, 1])
    assert Link.objects.count() == 2
    assert program.get(address).json()["counts"]["linked"] == 2
    linked = AuditEntry.objects.filter(action="link_created")
    assert {one.user.username for one in linked if one.user} == {"aino"}


def test_rows_are_those_of_the_command(
    program: Program, give: Give, tmp_path_factory: pytest.TempPathFactory
) -> None:
    folder = tmp_path_factory.mktemp("lists")
    (folder / "list.csv").write_bytes(LIST)
    (folder / "keys.csv").write_bytes(KEYS)
    address = upload(program)
    work()

    rows = program.get(f"{address}/companies").json()["companies"]
    told = give("onboard", str(folder / "list.csv"), "--keys", str(folder / "keys.csv"), "--json")

    assert [
        {**row, **one} for row, one in zip(rows, told.document["companies"], strict=True)
    ] == rows


def test_keys_are_never_shown_and_go_with_the_list(program: Program) -> None:
    address = upload(program, b"company;key\n1001;SANDBOX-KEY-1001\n")
    work()

    shown = [program.get(one).text for one in (address, f"{address}/companies", "/onboardings")]
    removed = program.post(f"{address}/remove")

    assert "SANDBOX-KEY" not in "".join(shown) + removed.text
    assert "SANDBOX-KEY" not in str(list(AuditEntry.objects.values()))
    assert not OnboardingRow.objects.exists()
    assert program.get(address).status_code == 404


def test_what_cannot_be_read_is_refused(program: Program) -> None:
    refused = program.upload("/onboardings", {"file": SimpleUploadedFile("a.csv", b"name\nx\n")})

    assert (refused.status_code, set(refused.json()["faults"])) == (422, {"file"})
    assert not Onboarding.objects.exists()


def test_users_limited_to_debtors_see_their_own_lists(
    program: Program, administrator: User
) -> None:
    address = upload(program)
    other = Debtor.objects.create(number=102, name="Saaristo")
    limited = program_of(
        create_user(
            "eeva",
            "a bridge over the river",
            template=administrator.template,
            user=administrator,
            debtors=[other],
        )
    )

    statuses = [limited.get(address).status_code, limited.post(f"{address}/look").status_code]

    assert statuses == [404, 404]
    assert limited.get("/onboardings").json()["onboardings"] == []
    own = upload(limited)
    work()
    assert limited.get(own).json()["counts"]["line"] == 3
