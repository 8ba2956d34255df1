"""The REST API against the vendor's own description of it, which a public package brings along."""

from collections.abc import Iterator, Mapping
from functools import cache
from importlib.resources import files
from typing import Any

import httpx2
import pytest
import yaml
from openapi_schema_validator import OAS30Validator, oas30_format_checker
from referencing import Registry
from referencing.jsonschema import DRAFT4
from tests.nmbrs_sandbox.calling import JUNE, KONEPAJA
from tests.nmbrs_sandbox.rest_calling import Caller, caller_of, company_path, debtor_path, run_path

from nmbrs_sandbox.app import Sandbox
from nmbrs_sandbox.faults import REFUSAL_CODES, Fault, FaultKind
from nmbrs_sandbox.rest.answers import PAGE
from nmbrs_sandbox.rest.routes import ROUTES, Route, find_route
from nmbrs_sandbox.traps import Trap

ADDRESS = "urn:description"
# Where each call is asked for. The one for documents needs a task.
PATHS = {
    "user": "/api/user/info",
    "debtors": "/api/debtors",
    "companies": "/api/companies",
    "debtor_companies": f"{debtor_path(7101)}/companies",
    "period": f"{company_path(KONEPAJA)}/period",
    "runs": f"{company_path(KONEPAJA)}/runs?year=2026",
    "cost_centers": f"{company_path(KONEPAJA)}/costCenters",
    "cost_units": f"{company_path(KONEPAJA)}/costUnits",
    **{
        one: f"{run_path(JUNE)}/{one}?year=2026"
        for one in (
            "journals",
            "journalscostcenter",
            "journalscostcenterunit",
            "journalsdepartment",
            "journalsemployee",
            "sepa",
        )
    },
}


@cache
def description() -> Mapping[str, Any]:
    # Read where the package has it: it is not ours to have a copy of.
    text = files("nmbrs_rest").joinpath("_spec", "nmbrs-openapi.yaml").read_text(encoding="utf-8")
    found: Mapping[str, Any] = yaml.load(text, Loader=yaml.CSafeLoader)  # is safe
    return found


def operation(route: Route) -> Mapping[str, Any]:
    found: Mapping[str, Any] = description()["paths"][route.path]["get"]
    return found


def pointer(*names: str) -> str:
    return "/".join(one.replace("~", "~0").replace("/", "~1") for one in names)


def mistakes(instance: object, *place: str) -> list[str]:
    """Return what is wrong with a value by the schema at that place of the description."""
    registry: Registry[Any] = Registry().with_resource(
        ADDRESS, DRAFT4.create_resource(description())
    )
    validator = OAS30Validator(
        {"$ref": f"{ADDRESS}#/{pointer(*place)}"},
        registry=registry,
        format_checker=oas30_format_checker,
    )
    return [f"{one.json_path}: {one.message}" for one in validator.iter_errors(instance)]


def check(route: Route, response: httpx2.Response) -> None:
    """Fail unless the description has the status, the type and the form of an answer."""
    status = str(response.status_code)
    place: tuple[str, ...] = ("paths", route.path, "get", "responses", status)
    answer = operation(route)["responses"].get(status)
    assert answer is not None, f"{route.path} has no {status}"
    if "$ref" in answer:
        place = tuple(answer["$ref"].removeprefix("#/").split("/"))
        answer = description()["components"]["responses"][place[-1]]
    media_type = response.headers["Content-Type"].partition(";")[0]
    if "content" not in answer:
        return
    assert media_type in answer["content"]
    if media_type == "application/json":
        assert mistakes(response.json(), *place, "content", media_type, "schema") == []


@pytest.fixture
def caller(sandbox: Sandbox) -> Caller:
    return caller_of(sandbox, debtor_ids=(7101,))


def answers(caller: Caller) -> Iterator[tuple[Route, httpx2.Response]]:
    """Yield an answer to each call, and both answers about a document."""
    routes = {one.name: one for one in ROUTES}
    for name, path in PATHS.items():
        yield routes[name], caller.ask(path)
    task_id = caller.start(JUNE)
    for _ in range(2):
        yield routes["document"], caller.ask(f"/api/documents/{task_id}")


class TestDescription:
    def test_has_every_call_with_its_parameters_and_scopes(self) -> None:
        for route in ROUTES:
            described = operation(route)
            both = (description()["paths"][route.path], described)
            parameters = [_resolved(one) for part in both for one in part.get("parameters", [])]
            query = {one["name"] for one in parameters if one["in"] == "query"}
            (security,) = described["security"]
            # A client in use sends the parameters of pages to a call that has none, too.
            extra = {*PAGE} if route.name == "period" else set()
            assert query | extra == set(route.parameters), route.path
            # For one of the calls it has the scope for writing alone.
            assert set(security["Bearer"]) <= set(route.scopes), route.path

    def test_fits_every_answer(self, caller: Caller) -> None:
        statuses = []
        for route, response in answers(caller):
            check(route, response)
            statuses.append(response.status_code)

        assert len(statuses) == len(ROUTES) + 1
        assert statuses.count(200) == len(ROUTES)

    @pytest.mark.parametrize("code", REFUSAL_CODES)
    def test_fits_every_refusal(self, sandbox: Sandbox, caller: Caller, code: str) -> None:
        for route in ROUTES:
            sandbox.faults.add(
                Fault(kind=FaultKind.REFUSAL, operation=f"rest/{route.name}", code=code)
            )
            response = caller.ask(PATHS.get(route.name, f"/api/documents/{KONEPAJA}"))
            # Known: for one call it has no 429.
            if route.name == "debtor_companies" and code.startswith("429"):
                assert str(response.status_code) not in operation(route)["responses"]
                continue
            check(route, response)
            examples = _example_codes(route, response.status_code)
            # That of 40305 and 40306 is known from clients in use.
            assert int(code) in examples | {40305, 40306} or not examples

    @pytest.mark.parametrize(
        "path",
        [
            "/api/debtors?pageSize=101",
            "/api/companies?pageNumber=0",
            f"{company_path(KONEPAJA)}/runs?year=1",
            f"{run_path(JUNE)}/journals",
            "/api/companies/48101/costCenters",
            f"{company_path(48103)}/costUnits",
            "/api/debtors/00000000-0000-4000-8000-000000000000/companies",
        ],
    )
    def test_fits_what_is_refused_by_itself(self, caller: Caller, path: str) -> None:
        response = caller.ask(path)
        found = find_route(path.partition("?")[0])

        assert response.status_code in {400, 403, 404}
        assert found is not None
        check(found[0], response)

    def test_does_not_know_the_gateway(self, caller: Caller) -> None:
        other = Caller(
            client=caller.client, access_token=caller.access_token, subscription_key="wrong"
        )

        body = other.ask("/api/debtors").json()

        # Its body is known from clients in use.
        assert len(mistakes(body, *_refusals("401-error"))) == 3

    @pytest.mark.parametrize("page", ["pageNumber=2&pageSize=2", "pageSize=2", "pageNumber=99"])
    def test_fits_every_page(self, caller: Caller, page: str) -> None:
        route = next(one for one in ROUTES if one.name == "debtor_companies")

        check(route, caller.ask(f"{debtor_path(7101)}/companies?{page}"))

    def test_contradicts_itself_about_periods(self, sandbox: Sandbox, caller: Caller) -> None:
        place = ("components", "schemas", "PayrollRun", "properties", "periodStart")
        schema = description()["components"]["schemas"]["PayrollRun"]["properties"]["periodStart"]

        # An integer in the format of a time: nothing is both. The type is what validators look at.
        assert (schema["type"], schema["format"]) == ("integer", "date-time")
        assert mistakes(6, *place) == []
        assert mistakes("2026-06-01T00:00:00Z", *place) != []
        assert mistakes("6", *place) != []
        runs = next(one for one in ROUTES if one.name == "runs")
        for trap in (Trap.PERIOD_AS_TEXT, Trap.PERIOD_AS_TIME, Trap.UNKNOWN_RUN_TYPE):
            sandbox.traps.on(trap)
            with pytest.raises(AssertionError):
                check(runs, caller.ask(PATHS["runs"]))
            sandbox.traps.off(trap)
        check(runs, caller.ask(PATHS["runs"]))

    @pytest.mark.parametrize(
        "trap",
        [Trap.EXTRA_FIELDS, Trap.PADDED_NUMBERS, Trap.NEXT_PAGE_BARE, Trap.NEXT_PAGE_ELSEWHERE],
    )
    def test_fits_the_traps_that_it_does_not_rule_out(
        self, sandbox: Sandbox, caller: Caller, trap: Trap
    ) -> None:
        sandbox.traps.on(trap)

        for route, response in answers(caller):
            check(route, response)


def _resolved(parameter: Mapping[str, Any]) -> Mapping[str, Any]:
    if "$ref" not in parameter:
        return parameter
    found: Mapping[str, Any] = description()["components"]["parameters"][
        parameter["$ref"].rpartition("/")[2]
    ]
    return found


def _refusals(name: str) -> tuple[str, ...]:
    return ("components", "responses", name, "content", "application/json", "schema")


def _example_codes(route: Route, status: int) -> set[int]:
    content = description()["components"]["responses"][f"{status}-error"]["content"]
    examples = content["application/json"].get("examples", {})
    return {one["value"]["code"] for one in examples.values()}
