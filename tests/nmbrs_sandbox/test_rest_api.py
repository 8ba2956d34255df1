"""The REST API: who is let in, what each call tells, and what it refuses."""

from xml.etree import ElementTree as ET

import httpx2
import pytest
from tests.nmbrs_sandbox.calling import JUNE, KONEPAJA, client_of, parsed
from tests.nmbrs_sandbox.rest_calling import (
    Caller,
    caller_of,
    code_of,
    company_path,
    debtor_path,
    refusal,
    run_path,
)
from tests.sandbox_parts.clock import SetClock

from nmbrs_sandbox.app import Sandbox, create_app
from nmbrs_sandbox.faults import Fault, FaultKind
from nmbrs_sandbox.payroll.guids import Entity, guid
from nmbrs_sandbox.payroll.sample import LOGIN_OF_ALL, LOGIN_OF_ONE, world_of
from nmbrs_sandbox.rest.partners import DEVELOPMENT, PRODUCTION, USUAL_SCOPES
from nmbrs_sandbox.rest.tasks import LIFE

UNKNOWN = "00000000-0000-4000-8000-000000000000"
OF_A_COMPANY = ("period", "runs", "costCenters", "costUnits")
FORMS = (
    "journals",
    "journalscostcenter",
    "journalscostcenterunit",
    "journalsdepartment",
    "journalsemployee",
    "sepa",
)


@pytest.fixture
def caller(sandbox: Sandbox) -> Caller:
    return caller_of(sandbox)


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
            path, headers=_headers(caller_of(sandbox, scopes=others))
        )
        let_in = caller_of(sandbox).client.get(
            path, headers=_headers(caller_of(sandbox, scopes=(wanted,)))
        )

        assert refusal(refused)[:2] == (403, 40305)
        assert let_in.status_code in {200, 404}

    def test_may_be_the_one_for_writing(self, sandbox: Sandbox) -> None:
        caller = caller_of(sandbox, scopes=("company.info",))

        assert caller.ask("/api/debtors").status_code == 200


class TestLists:
    def test_tell_who_consented(self, sandbox: Sandbox) -> None:
        (row,) = caller_of(sandbox, email=LOGIN_OF_ONE).rows("/api/user/info")

        assert set(row) == {"name", "email", "language", "debtorId", "userId"}
        assert (row["name"], row["email"]) == ("Sari Luoto", LOGIN_OF_ONE)

    def test_tell_the_debtors_of_the_consent(self, sandbox: Sandbox) -> None:
        caller = caller_of(sandbox, debtor_ids=(7101, 7103))

        assert caller.rows("/api/debtors") == [
            {"debtorId": guid(Entity.DEBTOR, 7101), "number": "101", "name": "Koivulammi-yhtiöt"},
            {"debtorId": guid(Entity.DEBTOR, 7103), "number": "103", "name": "Pajulahti-konserni"},
        ]

    def test_tell_all_companies_of_one_debtor_alone(self, sandbox: Sandbox) -> None:
        of_one = caller_of(sandbox, debtor_ids=(7103,))
        of_two = caller_of(sandbox, debtor_ids=(7101, 7103))

        assert [one["number"] for one in of_one.rows("/api/companies")] == ["1008"]
        refused = of_two.ask("/api/companies")
        assert refusal(refused) == (403, 40306, "ForbiddenMultiDebtor.")
        assert of_two.rows(f"{debtor_path(7103)}/companies") == of_one.rows("/api/companies")

    def test_tell_the_current_period(self, sandbox: Sandbox, caller: Caller) -> None:
        response = caller.ask(f"{company_path(KONEPAJA)}/period")

        assert response.json()["data"] == [
            {
                "period": {"year": 2026, "period": 6},
                "periodType": "month",
                "displayPeriod": "2026-6-M",
            }
        ]

    def test_tell_the_runs_of_a_year(self, caller: Caller) -> None:
        runs = caller.rows(f"{company_path(KONEPAJA)}/runs", year=2026)

        assert len(runs) == 6
        assert runs[5] == {
            "payrollRunId": guid(Entity.RUN, JUNE),
            "number": 6,
            "description": "Kesäkuu 2026",
            "year": 2026,
            "periodStart": 6,
            "periodEnd": 6,
            "createdAt": runs[5]["createdAt"],
            "type": "normal_twk",
            "locked": False,
        }
        assert runs[0]["type"] == "normal"
        assert runs[5]["createdAt"].endswith("Z")

    def test_mean_the_active_year_without_one(self, sandbox: Sandbox, caller: Caller) -> None:
        path = f"{company_path(KONEPAJA)}/runs"

        assert len(caller.rows(path)) == len(caller.rows(path, year="")) == 6
        sandbox.set_active_year(company_id=KONEPAJA, year=2025)
        assert caller.rows(path) == []

    def test_tell_cost_centers_and_cost_units(self, caller: Caller) -> None:
        centers = caller.rows(f"{company_path(KONEPAJA)}/costCenters")
        units = caller.rows(f"{company_path(KONEPAJA)}/costUnits")

        assert [one["code"] for one in centers] == ["100", "210", "220", "310", "450"]
        assert set(centers[0]) == {"costCenterId", "code", "description"}
        assert [one["description"] for one in units][:2] == ["Nosturi", "Telakka"]
        assert set(units[0]) == {"costUnitId", "code", "description"}


class TestPages:
    PATH = f"{debtor_path(7102)}/companies"

    def test_are_of_twenty_rows_at_first(self) -> None:
        caller = caller_of(create_app(world_of(companies=130, runs=0)))

        body = caller.ask("/api/debtors").json()

        assert body["pagination"]["pageSize"] == len(body["data"]) == 20
        assert body["pagination"]["totalRecords"] == 26

    def test_lead_to_each_other(self, caller: Caller) -> None:
        first = caller.ask(self.PATH, pageSize=2).json()["pagination"]
        second = caller.ask(self.PATH, pageSize=2, pageNumber=2).json()["pagination"]
        last = caller.ask(self.PATH, pageSize=2, pageNumber=3).json()["pagination"]

        assert (first["totalPages"], first["totalRecords"]) == (3, 5)
        assert first["previousPage"] is None
        assert first["nextPage"] == f"http://sandbox{self.PATH}?pageSize=2&pageNumber=2"
        assert second["previousPage"] == first["firstPage"]
        assert second["nextPage"] == first["lastPage"]
        assert last["nextPage"] is None

    def test_have_every_row_once(self, caller: Caller) -> None:
        numbers: list[str] = []
        address: str | None = f"{self.PATH}?pageSize=2"
        while address:
            body = caller.client.get(address, headers=_headers(caller)).json()
            numbers += [one["number"] for one in body["data"]]
            address = body["pagination"]["nextPage"]

        assert numbers == ["1003", "1004", "1005", "1006", "1010"]

    def test_are_empty_behind_the_last_one(self, caller: Caller) -> None:
        assert caller.rows(self.PATH, pageNumber=9) == []

    @pytest.mark.parametrize(
        ("name", "value"),
        [
            ("pageSize", "0"),
            ("pageSize", "101"),
            ("pageSize", "-1"),
            ("pageSize", "ten"),
            ("pageSize", ""),
            ("pageNumber", "0"),
            ("pageNumber", "1.5"),
            ("pageNumber", "9" * 30),
        ],
    )
    def test_are_refused_out_of_range(self, caller: Caller, name: str, value: str) -> None:
        response = caller.ask(self.PATH, **{name: value})

        assert refusal(response) == (400, 40033, "Parameter_Invalid")
        assert [one["name"] for one in response.json()["invalid-params"]] == [name]


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


class TestDocuments:
    def test_are_not_there_at_the_first_question(self, caller: Caller) -> None:
        task_id = caller.start(JUNE)

        first = caller.ask(f"/api/documents/{task_id}")
        second = caller.ask(f"/api/documents/{task_id}")
        third = caller.ask(f"/api/documents/{task_id}")

        assert (first.status_code, first.json()) == (202, "Document is being processed")
        assert "Retry-After" not in first.headers
        assert second.status_code == 200
        assert second.headers["Content-Type"] == "application/octet-stream"
        assert code_of(third) == 40401

    def test_belong_to_their_grant(self, sandbox: Sandbox, caller: Caller) -> None:
        task_id = caller.start(JUNE)

        assert code_of(caller_of(sandbox).ask(f"/api/documents/{task_id}")) == 40401
        assert caller.ask(f"/api/documents/{task_id}").status_code == 202

    def test_are_forgotten_in_time(self, caller: Caller, clock: SetClock) -> None:
        task_id = caller.start(JUNE)
        clock.advance(seconds=LIFE.total_seconds())

        assert code_of(caller.ask(f"/api/documents/{task_id}")) == 40401

    def test_are_what_was_asked_for_at_the_start(self, sandbox: Sandbox, caller: Caller) -> None:
        before = caller.document(JUNE).content
        task_id = caller.start(JUNE)
        sandbox.recalculate_run(company_id=KONEPAJA, run_id=JUNE)
        caller.ask(f"/api/documents/{task_id}")

        assert caller.ask(f"/api/documents/{task_id}").content == before
        assert caller.document(JUNE).content != before

    @pytest.mark.parametrize("form", FORMS)
    def test_need_the_year(self, caller: Caller, form: str) -> None:
        path = f"{run_path(JUNE)}/{form}"

        assert code_of(caller.ask(path)) == 40033
        assert code_of(caller.ask(path, year="")) == 40033
        assert code_of(caller.ask(path, year="MMXXVI")) == 40033
        assert code_of(caller.ask(path, year=1999)) == 40033
        assert code_of(caller.ask(path, year=2025)) == 40401
        assert (
            code_of(caller.ask(f"{company_path(KONEPAJA)}/runs/{UNKNOWN}/{form}", year=2026))
            == 40401
        )

    @pytest.mark.parametrize("form", FORMS)
    def test_are_begun_with_nothing_but_a_task(self, caller: Caller, form: str) -> None:
        response = caller.ask(f"{run_path(JUNE)}/{form}", year=2026)

        assert set(response.json()) == {"taskId"}

    def test_differ_in_their_dimensions(self, caller: Caller) -> None:
        def seen(form: str) -> tuple[set[str], set[str]]:
            lines = parsed(caller.document(JUNE, form).content).iterfind(".//line")
            both = [(one.findtext("dim2") or "", one.findtext("dim3") or "") for one in lines]
            return {one for one, _ in both}, {one for _, one in both}

        assert seen("journals") == ({""}, {""})
        assert seen("journalscostcenter")[0] >= {"210", "220"}
        assert seen("journalscostcenter")[1] == {""}
        assert "P-108" in seen("journalscostcenterunit")[1]
        assert seen("journalsdepartment") == ({"1"}, {""})
        assert seen("journalsemployee") == ({"1", "2", "3"}, {""})

    @pytest.mark.parametrize("form", FORMS[:5])
    def test_balance(self, caller: Caller, form: str) -> None:
        lines = list(parsed(caller.document(JUNE, form).content).iterfind(".//line"))
        cents = {"debit": 1, "credit": -1}
        total = sum(
            cents[one.findtext("debitcredit", "")] * round(float(one.findtext("value", "")) * 100)
            for one in lines
        )

        assert lines
        assert total == 0

    def test_are_a_root_without_lines_for_a_run_without_a_journal(
        self, sandbox: Sandbox, caller: Caller
    ) -> None:
        run = sandbox.add_run(company_id=KONEPAJA, has_journal=False)

        root = parsed(caller.document(run.run_id).content)

        assert root.tag == "transactions"
        assert list(root) == []

    def test_are_payments_to_invented_people(self, caller: Caller) -> None:
        names = {"p": "urn:iso:std:iso:20022:tech:xsd:pain.001.001.03"}
        task_id = caller.start(JUNE, "sepa", paymentDate="2026-07-01T00:00:00Z")
        caller.ask(f"/api/documents/{task_id}")
        root = parsed(caller.ask(f"/api/documents/{task_id}").content)

        def text(path: str, element: ET.Element = root) -> str:
            return element.findtext(path, "", names)

        payments = root.findall(".//p:CdtTrfTxInf", names)
        cents = [round(float(text("p:Amt/p:InstdAmt", one)) * 100) for one in payments]
        assert text(".//p:ReqdExctnDt") == "2026-07-01"
        assert int(text(".//p:NbOfTxs")) == len(payments) == 3
        assert sum(cents) == round(float(text(".//p:CtrlSum")) * 100) > 0
        for iban in (one.text or "" for one in root.iterfind(".//p:IBAN", names)):
            moved = iban[4:] + iban[:4]
            assert int("".join(str(int(letter, 36)) for letter in moved)) % 97 == 1
        assert code_of(caller.ask(f"{run_path(JUNE)}/sepa", year=2026, paymentDate="soon")) == 40033


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


def _headers(caller: Caller) -> dict[str, str]:
    return {
        "Authorization": f"Bearer {caller.access_token}",
        "X-Subscription-Key": caller.subscription_key,
    }
