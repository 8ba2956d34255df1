import httpx2
import pytest
from tests.procountor_sandbox.calling import (
    COST_CENTRES,
    messages,
    signed_in,
)
from tests.sandbox_parts.clock import SetClock

from procountor_sandbox.app import Sandbox


def has_right_check_digit(business_id: str) -> bool:
    """Return whether a Finnish business id is well formed."""
    number, _, check = business_id.partition("-")
    weights = (7, 9, 10, 5, 8, 4, 2)
    total = sum(int(digit) * weight for digit, weight in zip(number, weights, strict=True))
    return (total + int(check)) % 11 == 0


class TestCompany:
    def test_is_the_one_of_the_token(self, caller: httpx2.Client) -> None:
        company = caller.get("company").json()

        assert company["id"] == 50101
        assert company["name"] == "Koivulammi Konepaja Oy"
        assert company["companyCurrency"] == "EUR"
        assert company["businessIdentifier"]["brnType"] == "FI"

    @pytest.mark.parametrize("number", [1001, 1002, 1003, 1004, 1005, 1007, 1008, 1009, 1010])
    def test_has_a_well_formed_business_id(self, sandbox: Sandbox, number: int) -> None:
        company = signed_in(sandbox, number).get("company").json()

        assert has_right_check_digit(company["businessIdentifier"]["code"])

    def test_may_be_swedish(self, sandbox: Sandbox) -> None:
        company = signed_in(sandbox, 1006).get("company").json()

        assert (company["country"], company["companyCurrency"]) == ("SWEDEN", "SEK")
        assert company["businessIdentifier"]["brnType"] == "SE"

    @pytest.mark.parametrize(
        "path",
        ["status", "users", "users/rights", "company/usagesettings", "currencies/company",
         "vats/settings", "vats/country?countryCode=FI"],
    )  # fmt: skip
    def test_answers_what_else_is_documented(self, caller: httpx2.Client, path: str) -> None:
        answer = caller.get(path)

        assert answer.status_code == 200
        assert isinstance(answer.json(), dict)

    def test_names_its_fields_as_the_specification_does(self, caller: httpx2.Client) -> None:
        company = caller.get("company").json()
        rights = caller.get("users/rights").json()["rights"]
        settings = caller.get("company/usagesettings").json()

        assert company["currencyRateSearchDensity"] == "DAILY_EXCHANGE_RATE"
        assert caller.get("users").json().keys() == {"id", "username"}
        assert caller.get("currencies/company").json() == {"companyCurrency": "EUR"}
        assert "basicCompanyInfo" in rights["management"]
        assert "payroll" in rights["salaries"]
        assert settings["cashDiscount"].keys() == {
            "cashDiscountForSales",
            "cashDiscountForPurchase",
        }

    @pytest.mark.parametrize("query", ["", "?countryCode=XX", "?countryCode=SE"])
    def test_refuses_vats_of_other_countries(self, caller: httpx2.Client, query: str) -> None:
        answer = caller.get(f"vats/country{query}")

        assert answer.status_code == 400


class TestChartOfAccounts:
    def test_has_codes_as_text_and_inactive_accounts(self, caller: httpx2.Client) -> None:
        accounts = caller.get("coa").json()["ledgerAccounts"]

        by_code = {one["ledgerAccountCode"]: one for one in accounts}
        assert by_code["5010"]["name"] == "Palkat"
        assert by_code["5010"]["active"] is True
        assert by_code["5095"]["active"] is False
        assert "5035" not in by_code

    def test_has_swedish_names_where_the_company_is_swedish(self, sandbox: Sandbox) -> None:
        accounts = signed_in(sandbox, 1006).get("coa").json()["ledgerAccounts"]

        names = {one["ledgerAccountCode"]: one["name"] for one in accounts}
        assert names["5010"] == "Löner"


class TestFiscalYears:
    def test_come_newest_first_with_months_in_order(self, caller: httpx2.Client) -> None:
        years = caller.get("fiscalyears").json()["fiscalYears"]

        assert [(year["startDate"], year["isOpen"]) for year in years] == [
            ("2027-01-01", True),
            ("2026-01-01", True),
            ("2025-01-01", False),
        ]
        assert [one["endDate"] for one in years[1]["trackingPeriods"]][:3] == [
            "2026-01-31",
            "2026-02-28",
            "2026-03-31",
        ]

    def test_of_one_sample_company_have_a_closed_spring(self, sandbox: Sandbox) -> None:
        years = signed_in(sandbox, 1005).get("fiscalyears").json()["fiscalYears"]

        closed = [
            one["startDate"] for one in years[1]["trackingPeriods"] if one["status"] == "CLOSED"
        ]
        assert closed == ["2026-01-01", "2026-02-01", "2026-03-01"]

    def test_let_an_open_period_become_pending_and_nothing_else(
        self, caller: httpx2.Client
    ) -> None:
        address = "fiscalyears/26/trackingPeriods/2606"

        first = caller.put(address, json={"status": "PENDING"})
        again = caller.put(address, json={"status": "PENDING"})
        closing = caller.put("fiscalyears/26/trackingPeriods/2607", json={"status": "CLOSED"})
        unknown = caller.put("fiscalyears/26/trackingPeriods/9", json={"status": "PENDING"})

        statuses = [one.status_code for one in (first, again, closing, unknown)]
        assert statuses == [200, 409, 409, 404]
        year = next(
            one for one in caller.get("fiscalyears").json()["fiscalYears"] if one["id"] == 26
        )
        assert year["trackingPeriods"][5] == first.json()


class TestVats:
    def test_offer_no_vat_handling_for_purchases(self, caller: httpx2.Client) -> None:
        vats = caller.get("vats/default").json()

        numbers = {one["vatStatus"] for one in vats["vatStatuses"] if one["purchase"]}
        percents = {one["vatPercent"] for one in vats["vatInformation"][0]["percentages"]}
        assert numbers == {1, 12}
        assert {0, 25.5} <= percents


class TestDimensions:
    def test_are_a_bare_list_and_only_passive_items_have_a_status(
        self, caller: httpx2.Client
    ) -> None:
        centres, projects = caller.get("dimensions").json()

        assert centres["name"] == "Kustannuspaikka"
        assert {"id": 71003, "codeName": "210", "description": "Tuotanto"} in centres["items"]
        assert [one["codeName"] for one in projects["items"] if one.get("status") == "P"] == [
            "P-099"
        ]

    def test_can_be_narrowed_by_parts_of_name_and_code(self, caller: httpx2.Client) -> None:
        by_name = caller.get("dimensions", params={"name": "proj"}).json()
        by_code = caller.get("dimensions", params={"codeName": "21"}).json()

        assert [one["name"] for one in by_name] == ["Projekti"]
        assert [one["name"] for one in by_code] == ["Kustannuspaikka"]

    def test_take_new_items_that_can_be_booked_on(self, caller: httpx2.Client) -> None:
        made = caller.post(
            f"dimensions/{COST_CENTRES}/items", json={"codeName": "999", "description": "Uusi"}
        )

        items = caller.get(f"dimensions/{COST_CENTRES}").json()["items"]
        assert made.status_code == 200
        assert made.json() in items
        assert set(made.json()) == {"id", "codeName", "description"}

    def test_take_no_second_item_of_a_code(self, caller: httpx2.Client) -> None:
        answer = caller.post(f"dimensions/{COST_CENTRES}/items", json={"codeName": "210"})

        assert answer.status_code == 400
        assert messages(answer) == [("codeName", "SANDBOX_DIMENSION_ITEM_EXISTS")]

    @pytest.mark.parametrize(
        "body",
        [{}, {"codeName": ""}, {"codeName": "Ł"}, {"codeName": 7}, {"codeName": "1", "x": 1}],
    )
    def test_refuse_wrong_items(self, caller: httpx2.Client, body: dict[str, object]) -> None:
        answer = caller.post(f"dimensions/{COST_CENTRES}/items", json=body)

        assert answer.status_code == 400

    def test_let_an_item_be_changed_and_made_passive(self, caller: httpx2.Client) -> None:
        change = {"id": 71003, "codeName": "211", "description": "Pää", "status": "P"}

        changed = caller.put(f"dimensions/{COST_CENTRES}/items", json=change)
        unknown = caller.put(f"dimensions/{COST_CENTRES}/items", json=change | {"id": 1})

        assert changed.json() == change
        assert unknown.status_code == 404

    def test_can_be_renamed(self, caller: httpx2.Client) -> None:
        caller.put(f"dimensions/{COST_CENTRES}", json={"name": "Osasto"})

        assert caller.get(f"dimensions/{COST_CENTRES}").json()["name"] == "Osasto"

    def test_take_nothing_but_a_name(self, caller: httpx2.Client) -> None:
        answer = caller.put(f"dimensions/{COST_CENTRES}", json={"name": "Osasto", "items": []})

        assert messages(answer) == [("items", "SANDBOX_UNKNOWN_FIELD")]

    def test_are_not_found_under_another_id(self, caller: httpx2.Client) -> None:
        answer = caller.get("dimensions/1")

        assert answer.status_code == 404

    def test_of_one_company_do_not_change_another(
        self, caller: httpx2.Client, sandbox: Sandbox
    ) -> None:
        caller.put(f"dimensions/{COST_CENTRES}", json={"name": "Osasto"})

        other = signed_in(sandbox, 1002).get(f"dimensions/{COST_CENTRES}").json()
        assert other["name"] == "Kustannuspaikka"


class TestAddresses:
    @pytest.mark.parametrize(
        "path", ["nothing", "ledgerreceipts/", "dimensions/x", "coa/1", "dimensions/" + "9" * 5000]
    )
    def test_that_lead_nowhere_are_not_found(self, caller: httpx2.Client, path: str) -> None:
        answer = caller.get(path)

        assert answer.status_code == 404

    def test_repeat_half_a_character_without_breaking(self, caller: httpx2.Client) -> None:
        answer = caller.post(
            "ledgerreceipts",
            content=b'{"type": "\\ud800"}',
            headers={"Content-Type": "application/json"},
        )

        assert ("type", "Value of the 'type' field is invalid") in messages(answer)

    @pytest.mark.parametrize(
        ("method", "path"), [("DELETE", "ledgerreceipts/700001"), ("POST", "coa")]
    )
    def test_take_only_documented_methods(
        self, caller: httpx2.Client, method: str, path: str
    ) -> None:
        answer = caller.request(method, path)

        assert answer.status_code == 405

    def test_refuse_a_body_on_get_as_the_gateway_does(self, caller: httpx2.Client) -> None:
        answer = caller.request("GET", "company", json={})

        assert answer.status_code == 403
        assert answer.headers["Content-Type"].startswith("text/html")

    def test_say_what_time_it_is(self, caller: httpx2.Client, clock: SetClock) -> None:
        answer = caller.get("company")

        assert answer.headers["Date"] == clock.now.strftime("%a, %d %b %Y %H:%M:%S GMT")
