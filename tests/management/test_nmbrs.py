"""Connections to Nmbrs, all from the command line."""

import io
import sys
from typing import TYPE_CHECKING

import pytest
from cryptography.fernet import Fernet
from tests.bureau import a_company, a_connection, fetch_everything
from tests.management.conftest import Give

from nmbrs_sandbox.faults import Fault, FaultKind
from nmbrs_sandbox.payroll.sample import TOKEN, USERNAME
from tilisilta.models import NmbrsConnection, Synchronisation

if TYPE_CHECKING:
    from pytest_django import Settings

    from nmbrs_sandbox.app import Sandbox

pytestmark = pytest.mark.django_db

ADD = ("nmbrs", "add", "palkat", "--user", USERNAME)


class TestAdd:
    def test_takes_the_token_from_standard_input(
        self, give: Give, nmbrs: "Sandbox", monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr("sys.stdin", io.StringIO(f"{TOKEN}\n"))

        added = give(*ADD, "--token", "-", "--first-year", "2025", "--json")

        assert added.status == 0
        assert added.document["state"] == "working"
        assert added.document["domain"] == "koivulammi"
        assert added.document["first_year"] == 2025
        assert (added.document["debtor_count"], added.document["company_count"]) == (3, 10)
        assert added.document["forbidden_calls"] == []
        assert TOKEN not in added.text
        assert NmbrsConnection.objects.get().token == TOKEN

    def test_takes_the_token_from_the_environment(
        self, give: Give, nmbrs: "Sandbox", monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setenv("TILISILTA_NMBRS_TOKEN", TOKEN)

        added = give(*ADD)

        assert "palkat  works  domain koivulammi, 3 debtors, 10 companies" in added.text
        assert TOKEN not in added.text

    def test_takes_the_site_of_a_swedish_environment(
        self, give: Give, nmbrs: "Sandbox", settings: "Settings", monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setenv("TILISILTA_NMBRS_TOKEN", TOKEN)
        settings.NMBRS_SOAP_URL = "https://api.nmbrs.nl/soap/v3"

        added = give(*ADD, "--site", "se", "--json")

        assert added.document["site"] == "se"

    def test_offers_no_site_beside_a_stand_in(
        self, give: Give, nmbrs: "Sandbox", monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setenv("TILISILTA_NMBRS_TOKEN", TOKEN)

        added = give(*ADD, "--site", "se")

        assert added.status == 2
        assert not NmbrsConnection.objects.exists()

    def test_asks_at_a_terminal_without_showing_what_is_typed(
        self, give: Give, nmbrs: "Sandbox", monkeypatch: pytest.MonkeyPatch
    ) -> None:
        terminal = io.StringIO()
        monkeypatch.setattr(terminal, "isatty", lambda: True)
        monkeypatch.setattr(sys, "stdin", terminal)
        monkeypatch.setattr("getpass.getpass", {"Token: ": f"{TOKEN} "}.get)

        added = give(*ADD, "--token", "-", "--json")

        assert added.document["state"] == "working"

    def test_asks_for_everything_to_be_fetched(
        self, give: Give, nmbrs: "Sandbox", monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setenv("TILISILTA_NMBRS_TOKEN", TOKEN)

        added = give(*ADD)

        assert "All it reaches will be fetched." in added.text
        assert Synchronisation.objects.get().finished_at is None

    def test_takes_the_domain_as_given(
        self, give: Give, nmbrs: "Sandbox", monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setenv("TILISILTA_NMBRS_TOKEN", TOKEN)

        give(*ADD, "--domain", "koivulammi")

        assert "Environment_Get" not in {call.operation for call in nmbrs.requests.all()}

    def test_never_shows_a_wrong_token(
        self, give: Give, nmbrs: "Sandbox", monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr("sys.stdin", io.StringIO("NOT-A-TOKEN\n"))

        refused = give(*ADD, "--token", "-")

        assert refused.status == 1
        assert "Nmbrs does not accept the user and token" in refused.complaint
        assert "NOT-A-TOKEN" not in refused.complaint + refused.text
        assert not NmbrsConnection.objects.exists()

    def test_refuses_without_a_token(self, give: Give, nmbrs: "Sandbox") -> None:
        refused = give(*ADD)

        assert refused.status == 1
        assert "There is no token" in refused.complaint
        assert "TILISILTA_NMBRS_TOKEN" in refused.complaint
        assert not nmbrs.requests.all()

    def test_refuses_a_name_that_is_taken(
        self, give: Give, nmbrs: "Sandbox", monkeypatch: pytest.MonkeyPatch
    ) -> None:
        a_connection("palkat")
        monkeypatch.setenv("TILISILTA_NMBRS_TOKEN", TOKEN)

        refused = give(*ADD, "--json")

        assert refused.status == 1
        assert refused.document["error"]["kind"] == "ConnectionNameTaken"

    def test_says_when_nmbrs_gives_no_answer(
        self, give: Give, nmbrs: "Sandbox", monkeypatch: pytest.MonkeyPatch
    ) -> None:
        nmbrs.faults.add(Fault(kind=FaultKind.DOWN, times=None))
        monkeypatch.setenv("TILISILTA_NMBRS_TOKEN", TOKEN)

        refused = give(*ADD, "--json")

        assert refused.status == 1
        assert refused.document["error"]["kind"] == "NmbrsUnavailable"
        assert not NmbrsConnection.objects.exists()


class TestChange:
    def test_gives_a_new_token(
        self, give: Give, nmbrs: "Sandbox", monkeypatch: pytest.MonkeyPatch
    ) -> None:
        a_connection("palkat")
        nmbrs.change_token(token="another")
        give("nmbrs", "test", "palkat")
        monkeypatch.setattr("sys.stdin", io.StringIO("another\n"))

        changed = give("nmbrs", "change", "palkat", "--token", "-", "--json")

        assert changed.document["state"] == "working"
        assert changed.document["problems"] == []
        assert NmbrsConnection.objects.get().token == "another"

    def test_says_how_earlier_years_come_in(self, give: Give, nmbrs: "Sandbox") -> None:
        a_connection("palkat")

        changed = give("nmbrs", "change", "palkat", "--first-year", "2024")

        connection = NmbrsConnection.objects.get()
        assert "The earlier years come in" in changed.text
        assert (connection.first_year, connection.user_name) == (2024, USERNAME)
        assert connection.token == TOKEN

    def test_moves_to_the_host_of_swedish_environments(
        self, give: Give, nmbrs: "Sandbox", settings: "Settings"
    ) -> None:
        a_connection("palkat")
        beside_a_stand_in = give("nmbrs", "change", "palkat", "--site", "se")
        settings.NMBRS_SOAP_URL = "https://api.nmbrs.nl/soap/v3"

        changed = give("nmbrs", "change", "palkat", "--site", "se", "--json")
        nmbrs.change_token(token="of another environment")
        refused = give("nmbrs", "change", "palkat", "--site", "nl")

        assert beside_a_stand_in.status == 2
        assert changed.document["site"] == "se"
        assert refused.status == 1
        assert "api.nmbrs.nl was asked." in refused.complaint
        assert NmbrsConnection.objects.get().site == "se"

    def test_needs_something_to_change(self, give: Give, nmbrs: "Sandbox") -> None:
        a_connection("palkat")

        assert give("nmbrs", "change", "palkat").status == 2


class TestTest:
    def test_says_what_each_connection_reaches(self, give: Give, nmbrs: "Sandbox") -> None:
        a_connection("ensimmäinen")
        a_connection("toinen")

        tested = give("nmbrs", "test")

        assert tested.status == 0
        assert tested.text.splitlines() == [
            "ensimmäinen  works  domain koivulammi, 3 debtors, 10 companies",
            "toinen  works  domain koivulammi, 3 debtors, 10 companies",
        ]

    def test_names_the_calls_that_are_forbidden(self, give: Give, nmbrs: "Sandbox") -> None:
        a_connection("palkat")
        nmbrs.forbid_call(operation="Run_GetList")
        nmbrs.forbid_call(operation="CostUnit_GetList")

        tested = give("nmbrs", "test", "palkat", "--json")
        shown = give("nmbrs", "test", "palkat")

        assert tested.status == 1
        assert tested.document["connections"][0]["forbidden_calls"] == [
            "Run_GetList",
            "CostUnit_GetList",
        ]
        assert "does not allow: Run_GetList, CostUnit_GetList" in shown.text
        assert "Allow them in the API template" in shown.text

    def test_says_which_one_is_refused(self, give: Give, nmbrs: "Sandbox") -> None:
        a_connection("palkat")
        nmbrs.change_token(token="another")

        tested = give("nmbrs", "test", "--json")

        connection = tested.document["connections"][0]
        assert tested.status == 1
        assert connection["state"] == "refused"
        assert [problem["code"] for problem in connection["problems"]] == ["P02"]
        assert TOKEN not in tested.text

    def test_tells_silence_from_a_refusal(self, give: Give, nmbrs: "Sandbox") -> None:
        a_connection("palkat")
        nmbrs.faults.add(Fault(kind=FaultKind.DOWN, times=None))

        tested = give("nmbrs", "test", "--json")

        connection = tested.document["connections"][0]
        assert tested.status == 1
        assert connection["state"] == "working"
        assert [problem["code"] for problem in connection["problems"]] == ["P01"]

    def test_leaves_removed_ones_out(self, give: Give, nmbrs: "Sandbox") -> None:
        a_connection("palkat")
        give("nmbrs", "remove", "palkat")

        of_all = give("nmbrs", "test")
        by_name = give("nmbrs", "test", "palkat")

        assert (of_all.status, by_name.status) == (1, 1)
        assert "There is no connection to Nmbrs" in of_all.complaint
        assert "was removed" in by_name.complaint

    def test_refuses_a_name_that_is_not_there(self, give: Give) -> None:
        refused = give("nmbrs", "test", "nowhere")

        assert refused.status == 1
        assert "There is no connection to Nmbrs named nowhere" in refused.complaint


class TestList:
    def test_shows_all_and_no_token(self, give: Give, nmbrs: "Sandbox") -> None:
        a_connection("palkat")
        give("nmbrs", "remove", "palkat")
        a_connection("uusi")

        shown = give("nmbrs", "list")
        listed = give("nmbrs", "list", "--json")

        states = {one["name"]: one["state"] for one in listed.document["connections"]}
        assert states == {"palkat": "removed", "uusi": "working"}
        assert USERNAME in shown.text
        assert TOKEN not in shown.text + listed.text

    def test_names_what_is_wrong(self, give: Give, nmbrs: "Sandbox") -> None:
        a_connection("palkat")
        nmbrs.change_token(token="another")
        give("nmbrs", "test")

        shown = give("nmbrs", "list")

        assert "P02 Nmbrs does not accept the user and token" in shown.text

    def test_says_why_a_connection_was_refused_while_fetching(
        self, give: Give, nmbrs: "Sandbox"
    ) -> None:
        a_connection("palkat")
        NmbrsConnection.objects.update(state=NmbrsConnection.State.REFUSED)

        listed = give("nmbrs", "list", "--json")

        problems = listed.document["connections"][0]["problems"]
        assert [problem["code"] for problem in problems] == ["P02"]

    def test_asks_which_companies_are_the_same(self, give: Give, nmbrs: "Sandbox") -> None:
        a_company(1001, "Aivan Muu Oy")
        a_connection("palkat")
        fetch_everything()

        listed = give("nmbrs", "list", "--json")
        shown = give("nmbrs", "list")

        question = listed.document["connections"][0]["questions"][0]
        assert (question["number"], question["name"], question["name_here"]) == (
            1001,
            "Koivulammi Konepaja Oy",
            "Aivan Muu Oy",
        )
        assert question["remedy"]
        assert "Is 1001 Koivulammi Konepaja Oy in Nmbrs the company 1001 Aivan Muu Oy" in shown.text

    def test_does_without_the_right_encryption_key(
        self, give: Give, nmbrs: "Sandbox", settings: "Settings"
    ) -> None:
        a_connection("palkat")
        settings.ENCRYPTION_KEYS = (Fernet.generate_key().decode(),)

        assert give("nmbrs", "list").status == 0
        tested = give("nmbrs", "test")

        assert tested.status == 1
        assert "The encryption key was lost" in tested.text


class TestRemove:
    def test_deletes_the_token_and_leaves_what_came_in(self, give: Give, nmbrs: "Sandbox") -> None:
        a_connection("palkat")
        fetch_everything()

        removed = give("nmbrs", "remove", "palkat", "--json")

        connection = NmbrsConnection.objects.get()
        assert removed.document["state"] == "removed"
        assert connection.token == ""
        assert connection.companies.count() == 10

    def test_can_be_undone_with_another_token(
        self, give: Give, nmbrs: "Sandbox", monkeypatch: pytest.MonkeyPatch
    ) -> None:
        a_connection("palkat")
        give("nmbrs", "remove", "palkat")
        monkeypatch.setenv("TILISILTA_NMBRS_TOKEN", TOKEN)

        changed = give("nmbrs", "change", "palkat", "--json")

        assert changed.document["state"] == "working"
        assert NmbrsConnection.objects.get().token == TOKEN
