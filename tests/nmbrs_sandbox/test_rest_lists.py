"""The lists of the REST API, and the pages they come in."""

import pytest
from tests.nmbrs_sandbox.calling import JUNE, KONEPAJA
from tests.nmbrs_sandbox.rest_calling import (
    Caller,
    caller_of,
    company_path,
    debtor_path,
    headers_of,
    refusal,
)

from nmbrs_sandbox.app import Sandbox, create_app
from nmbrs_sandbox.payroll.guids import Entity, guid
from nmbrs_sandbox.payroll.sample import LOGIN_OF_ONE, world_of


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
            body = caller.client.get(address, headers=headers_of(caller)).json()
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
