"""What is set up, as the API shows it: the documents of the commands, without any secret."""

import pytest
from tests.api.conftest import Program, program_of
from tests.bureau import NOW, a_company, a_connection, a_linked_company
from tests.management.conftest import Give, give

from nmbrs_sandbox.app import Sandbox as Nmbrs
from procountor_sandbox.app import Sandbox
from tilisilta.domain.problems import Problem, ProblemCode
from tilisilta.models import CheckedLink, Debtor, Link, Run, User
from tilisilta.services.profiles import Rules, make_profile
from tilisilta.services.users import create_user

__all__ = ["give"]
pytestmark = [pytest.mark.django_db, pytest.mark.once]


def test_documents_are_those_of_the_commands(
    program: Program, procountor: Sandbox, nmbrs: Nmbrs, give: Give
) -> None:
    rules = Rules(name="standard", is_default=True, choices={}, mappings={"5035": "5030"})
    profile = make_profile(rules, user=None)
    a_linked_company(profile=profile)
    a_connection()

    for address, command, name in (
        ("/links", ("link", "list"), "links"),
        ("/profiles", ("profile", "list"), "profiles"),
        ("/accounts", ("account", "list"), "accounts"),
        ("/nmbrs-connections", ("nmbrs", "list"), "connections"),
        ("/debtors", ("debtor", "list"), "debtors"),
    ):
        answer = program.get(address)
        assert answer.json()[name] == give(*command, "--json").document[name] != [], address
        assert "SANDBOX-KEY" not in answer.text
    shown = program.get("/companies/1001/link").json()
    assert shown == give("link", "show", "--company", "1001", "--json").document


def test_links_are_narrowed_and_drift_is_told(program: Program, procountor: Sandbox) -> None:
    a_linked_company()
    a_company(1002)
    link = Link.objects.get()
    lost = Problem(code=ProblemCode.ACCOUNT_NOT_AUTHORISED, facts=(("account_name", "x"),))
    CheckedLink.objects.create(link=link, is_well=False, checked_at=NOW, problems=[lost])

    found = [
        len(program.get(f"/links?{query}").json()["links"])
        for query in ("in_force=true", "in_force=false", "company=1002", "profile=standard")
    ]
    [drifted] = program.get("/links/drift").json()["links"]

    assert found == [1, 0, 0, 0]
    assert (drifted["company"], len(drifted["problems"])) == (1001, 1)
    assert program.get("/companies/1002/link").status_code == 404


def test_runs_are_listed_with_what_is_wrong(program: Program) -> None:
    company = a_company()
    for number in ("6", "7"):
        Run.objects.create(
            company=company,
            nmbrs_run_id=int(number),
            year=2026,
            number=number,
            period_start=6,
            period_end=6,
            trouble=[Problem(code=ProblemCode.JOURNAL_NOT_READY)] if number == "7" else [],
        )

    runs = program.get("/runs", {"company": 1001, "year": 2026}).json()["runs"]
    troubled = program.get("/runs", {"in_trouble": True}).json()["runs"]

    assert [one["number"] for one in runs] == ["7", "6"]
    assert [one["trouble"][0]["code"] for one in troubled] == ["P14"]


def test_users_limited_to_debtors_learn_nothing_of_the_bureau_as_a_whole(
    procountor: Sandbox, nmbrs: Nmbrs, administrator: User
) -> None:
    other = Debtor.objects.create(number=102, name="Saaristo")
    a_linked_company()
    connection = a_connection()
    connection.questions = [{"nmbrs_company_id": 1, "number": 1, "name": "X Oy", "here": "Y Oy"}]
    connection.save(update_fields=["questions"])
    limited = create_user(
        "eeva",
        "a bridge over the river",
        template=administrator.template,
        user=administrator,
        debtors=[other],
    )
    program = program_of(limited)

    assert program.get("/profiles").status_code == 403
    [shown] = program.get("/nmbrs-connections").json()["connections"]
    assert (shown["questions"], shown["rest"]["consent"]) == ([], None)
    assert program.get("/accounts").json()["accounts"] == []
    assert [one["number"] for one in program.get("/debtors").json()["debtors"]] == [102]
