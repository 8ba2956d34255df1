"""The REST API: who is let in, what each call needs, and what it refuses."""

import httpx2
import pytest
from tests.nmbrs_sandbox.calling import JUNE, KONEPAJA, client_of
from tests.nmbrs_sandbox.rest_calling import (
    FORMS,
    UNKNOWN,
    Caller,
    caller_of,
    code_of,
    company_path,
    debtor_path,
    headers_of,
    refusal,
    run_path,
)
from tests.sandbox_parts.clock import SetClock

from nmbrs_sandbox.app import Sandbox, create_app
from nmbrs_sandbox.faults import Fault, FaultKind
from nmbrs_sandbox.payroll.sample import LOGIN_OF_ALL
from nmbrs_sandbox.rest.partners import DEVELOPMENT, PRODUCTION, USUAL_SCOPES

OF_A_COMPANY = ("period", "runs", "costCenters", "costUnits")


class TestEntrance:
    @pytest.mark.parametrize("key", ["", "unknown", PRODUCTION.subscription_key.upper()])
    def test_is_kept_by_a_gateway_with_words_of_its_own(
        self, caller: Caller, client: httpx2.Client, key: str
    ) -> None:
        other = Caller(client=client, access_token=caller.access_token, subscription_key=key)

        response = other.ask("/api/debtors")

        assert response.status_code == 401
        assert set(response.json()) == {"statusCode", "message"}

    def test_opens_with_either_key(self, caller: Caller, client: httpx2.Client) -> None:
        other = Caller(
            client=client,
            access_token=caller.access_token,
            subscription_key=PRODUCTION.subscription_key,
        )

        assert other.ask("/api/debtors").status_code == 200

    def test_tells_a_missing_token_from_a_wrong_one(self, client: httpx2.Client) -> None:
        key = {"X-Subscription-Key": DEVELOPMENT.subscription_key}
        missing = client.get("/api/debtors", headers=key)
        wrong = client.get("/api/debtors", headers={**key, "Authorization": "Bearer x"})

        assert refusal(missing) == (401, 40101, "Missing_Token")
        assert refusal(wrong) == (401, 40102, "Invalid_Token")

    @pytest.mark.parametrize("method", ["HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"])
    def test_is_for_get_alone(self, caller: Caller, method: str) -> None:
        response = caller.ask("/api/debtors", method)

        assert (response.status_code, response.headers["Allow"]) == (405, "GET")

    @pytest.mark.parametrize("path", ["/api/", "/api/debtor", "/api/debtors/", "/api/wagemodels"])
    def test_leads_nowhere_from_an_unknown_address(self, caller: Caller, path: str) -> None:
        assert refusal(caller.ask(path)) == (404, 40401, "Not_Found")

    def test_ignores_the_case_of_letters(self, caller: Caller) -> None:
        path = f"{company_path(KONEPAJA)}/costCenters"

        assert caller.rows(path.upper()) == caller.rows(path.lower()) == caller.rows(path)

    def test_refuses_parameters_that_are_not_published(self, caller: Caller) -> None:
        unknown = caller.ask("/api/debtors", page=1)
        twice = caller.client.get(
            "/api/debtors?pageNumber=1&pageNumber=2",
            headers={
                "Authorization": f"Bearer {caller.access_token}",
                "X-Subscription-Key": caller.subscription_key,
            },
        )

        assert refusal(unknown) == (400, 0, "SANDBOX_UNKNOWN_PARAMETER")
        assert code_of(twice) == 40033

    def test_notes_every_call_without_its_secrets(self, sandbox: Sandbox, caller: Caller) -> None:
        caller.ask(f"{company_path(KONEPAJA)}/runs", year=2026)
        caller.ask("/api/companies")

        runs, companies = sandbox.requests.all()
        assert (runs.service, runs.operation, runs.company_id) == ("rest", "runs", KONEPAJA)
        assert (companies.operation, companies.status) == ("companies", 403)
        assert companies.fault_code == "40306"
        assert sandbox.requests.count("runs", KONEPAJA) == 1


class TestScopes:
    @pytest.mark.parametrize(
        ("path", "wanted"),
        [
            ("/api/user/info", "user.info.read"),
            ("/api/debtors", "company.info.read"),
            (f"{debtor_path(7101)}/companies", "company.info.read"),
            (f"{company_path(KONEPAJA)}/period", "company.info.read"),
            (f"{company_path(KONEPAJA)}/runs", "company.payrollsettings.read"),
            (f"{company_path(KONEPAJA)}/costCenters", "company.payrollsettings.read"),
            (f"{company_path(KONEPAJA)}/costUnits", "company.payrollsettings.read"),
            *((f"{run_path(JUNE)}/{form}?year=2026", "company.document.read") for form in FORMS),
            (f"/api/documents/{UNKNOWN}", "document.read"),
        ],
    )
    def test_guard_every_call(self, sandbox: Sandbox, path: str, wanted: str) -> None:
        others = tuple(one for one in USUAL_SCOPES if one != wanted)

        refused = caller_of(sandbox, scopes=others).client.get(
            path, headers=headers_of(caller_of(sandbox, scopes=others))
        )
        let_in = caller_of(sandbox).client.get(
            path, headers=headers_of(caller_of(sandbox, scopes=(wanted,)))
        )

        assert refusal(refused)[:2] == (403, 40305)
        assert let_in.status_code in {200, 404}

    def test_may_be_the_one_for_writing(self, sandbox: Sandbox) -> None:
        caller = caller_of(sandbox, scopes=("company.info",))

        assert caller.ask("/api/debtors").status_code == 200


class TestRights:
    @pytest.mark.parametrize("path", OF_A_COMPANY)
    def test_end_at_the_debtors_of_the_consent(self, sandbox: Sandbox, path: str) -> None:
        caller = caller_of(sandbox, debtor_ids=(7102,))

        refused = caller.ask(f"{company_path(KONEPAJA)}/{path}")

        assert refusal(refused)[:2] == (403, 40303)
        assert code_of(caller.ask(f"{debtor_path(7101)}/companies")) == 40303

    @pytest.mark.parametrize("path", OF_A_COMPANY)
    def test_end_with_the_login(self, sandbox: Sandbox, caller: Caller, path: str) -> None:
        sandbox.remove_login(email=LOGIN_OF_ALL, debtor_id=7101)

        assert code_of(caller.ask(f"{company_path(KONEPAJA)}/{path}")) == 40303
        assert len(caller.rows("/api/debtors")) == 2

    @pytest.mark.parametrize("path", OF_A_COMPANY)
    def test_do_not_reach_what_does_not_exist(self, caller: Caller, path: str) -> None:
        assert code_of(caller.ask(f"/api/companies/{UNKNOWN}/{path}")) == 40404
        assert code_of(caller.ask(f"/api/companies/48101/{path}")) == 40033
        assert code_of(caller.ask(f"/api/debtors/{UNKNOWN}/companies")) == 40401

    def test_are_those_of_the_template(self, sandbox: Sandbox, caller: Caller) -> None:
        path = f"{company_path(KONEPAJA)}/period"
        sandbox.deny_company(company_id=KONEPAJA)
        assert code_of(caller.ask(path)) == 40303
        sandbox.deny_company(company_id=KONEPAJA, code=2004)
        assert code_of(caller.ask(path)) == 40305
        sandbox.allow_company(company_id=KONEPAJA)
        sandbox.forbid_call(operation="rest/period")
        assert code_of(caller.ask(path)) == 40305
        sandbox.allow_call(operation="rest/period")
        assert caller.ask(path).status_code == 200


class TestLimits:
    def test_refuse_calls_beyond_those_of_a_second(self, clock: SetClock) -> None:
        sandbox = create_app(clock=clock, rest_calls_per_second=2)
        caller = caller_of(sandbox)

        answers = [caller.ask("/api/debtors") for _ in range(3)]

        assert [one.status_code for one in answers] == [200, 200, 429]
        assert refusal(answers[2]) == (429, 42908, "Too_Many_Calls")
        assert "Retry-After" not in answers[2].headers
        clock.advance(seconds=1)
        assert caller.ask("/api/debtors").status_code == 200

    def test_refuse_calls_beyond_the_quota_of_a_key(self, clock: SetClock) -> None:
        sandbox = create_app(clock=clock, rest_calls_per_day=2)
        caller = caller_of(sandbox)
        caller.ask("/api/debtors")
        caller.ask("/api/debtors")

        refused = caller.ask("/api/debtors")

        assert refusal(refused) == (429, 42909, "Quota_Exceeded")
        other = Caller(
            client=client_of(sandbox),
            access_token=caller.access_token,
            subscription_key=PRODUCTION.subscription_key,
        )
        assert other.ask("/api/debtors").status_code == 200
        clock.advance(days=1)
        assert code_of(caller.ask("/api/debtors")) == 40102


class TestFaults:
    @pytest.mark.parametrize("seconds", [None, 7])
    def test_refuse_with_a_published_code(
        self, sandbox: Sandbox, caller: Caller, seconds: int | None
    ) -> None:
        sandbox.faults.add(
            Fault(kind=FaultKind.REFUSAL, operation="rest/runs", code="42908", seconds=seconds)
        )

        response = caller.ask(f"{company_path(KONEPAJA)}/runs")

        assert refusal(response)[:2] == (429, 42908)
        assert response.headers.get("Retry-After") == (seconds and str(seconds))
        assert caller.ask(f"{company_path(KONEPAJA)}/runs").status_code == 200

    def test_know_the_company_of_a_document(self, sandbox: Sandbox, caller: Caller) -> None:
        task_id = caller.start(JUNE)
        sandbox.faults.add(
            Fault(kind=FaultKind.DOWN, operation="document", company_id=KONEPAJA, status=502)
        )

        response = caller.ask(f"/api/documents/{task_id}")

        assert response.status_code == 502
        assert response.headers["Content-Type"].startswith("text/html")

    def test_cut_a_body_and_lose_an_answer(self, sandbox: Sandbox, caller: Caller) -> None:
        sandbox.faults.add(Fault(kind=FaultKind.BROKEN_BODY, operation="rest/debtors"))
        sandbox.faults.add(Fault(kind=FaultKind.CONNECTION_LOST, operation="rest/debtors"))

        with pytest.raises(ValueError, match=r"Expecting|Unterminated"):
            caller.ask("/api/debtors").json()
        with pytest.raises(httpx2.RemoteProtocolError):
            caller.ask("/api/debtors")

    def test_of_soap_do_not_touch_rest(self, sandbox: Sandbox, caller: Caller) -> None:
        sandbox.faults.add(Fault(kind=FaultKind.FAULT))

        assert caller.ask("/api/debtors").status_code == 200
        assert len(sandbox.faults.pending) == 1

    def test_have_no_other_codes(self) -> None:
        with pytest.raises(ValueError, match="code is one of"):
            Fault(kind=FaultKind.REFUSAL, code="40999")
