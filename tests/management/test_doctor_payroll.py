"""The doctor finds what keeps journals from coming in, and says what to do."""

from datetime import UTC, datetime, time, timedelta
from typing import TYPE_CHECKING, Any
from zoneinfo import ZoneInfo

import pytest
from cryptography.fernet import Fernet
from django.utils import timezone
from tests.bureau import a_company, a_connection, fetch_everything
from tests.management.conftest import Give

from nmbrs_sandbox.faults import Fault, FaultKind
from tilisilta.management.doctor_payroll import last_due
from tilisilta.models import NmbrsConnection, Synchronisation

if TYPE_CHECKING:
    from pytest_django import Settings

    from nmbrs_sandbox.app import Sandbox
    from procountor_sandbox.app import Sandbox as Procountor

pytestmark = pytest.mark.django_db

SIIVOUS = 48103


def helsinki(day: int, hour: int, minute: int) -> datetime:
    return datetime(2026, 7, day, hour, minute, tzinfo=ZoneInfo("Europe/Helsinki"))


@pytest.fixture(autouse=True)
def _reached(procountor: "Procountor", nmbrs: "Sandbox") -> None:
    """Let both services answer, so that nothing else fails."""


def findings(document: dict[str, Any]) -> dict[str, dict[str, Any]]:
    return {finding["part"]: finding for finding in document["findings"]}


def make_older(**age: float) -> None:
    """Date connections and synchronisations back by ``age``."""
    past = timezone.now() - timedelta(**age)
    NmbrsConnection.objects.update(created_at=past)
    Synchronisation.objects.update(requested_at=past, finished_at=past)


class TestConnections:
    def test_that_work_are_well(self, give: Give) -> None:
        a_connection("palkat")

        by_part = findings(give("doctor", "--json").document)

        assert by_part["connection palkat"]["verdict"] == "well"
        assert (
            "domain koivulammi, 3 debtors, 10 companies" in by_part["connection palkat"]["detail"]
        )

    def test_that_are_refused_have_failed(self, give: Give, nmbrs: "Sandbox") -> None:
        a_connection("palkat")
        nmbrs.change_token(token="another")

        examined = give("doctor", "--json")

        finding = findings(examined.document)["connection palkat"]
        assert examined.status == 1
        assert finding["verdict"] == "failed"
        assert "Make a token in Nmbrs" in finding["remedy"]

    def test_name_forbidden_calls(self, give: Give, nmbrs: "Sandbox") -> None:
        a_connection("palkat")
        nmbrs.forbid_call(operation="Run_GetList")

        examined = give("doctor")

        assert examined.status == 1
        assert "!!  connection palkat: Calls that" in examined.text
        assert "Run_GetList" in examined.text

    def test_that_get_no_answer_have_failed(self, give: Give, nmbrs: "Sandbox") -> None:
        a_connection("palkat")
        nmbrs.faults.add(Fault(kind=FaultKind.DOWN, times=None))

        examined = give("doctor")

        assert examined.status == 1
        assert "!!  connection palkat: Nmbrs gave no answer" in examined.text

    def test_that_were_removed_are_left_out(self, give: Give, nmbrs: "Sandbox") -> None:
        a_connection("palkat")
        give("nmbrs", "remove", "palkat")
        nmbrs.requests.clear()

        examined = give("doctor", "--json")

        assert examined.status == 0
        assert "connection palkat" not in findings(examined.document)
        assert not nmbrs.requests.all()

    def test_warn_of_questions(self, give: Give) -> None:
        a_company(1001, "Aivan Muu Oy")
        a_connection("palkat")
        fetch_everything()

        by_part = findings(give("doctor", "--json").document)

        finding = by_part["companies of connection palkat"]
        assert finding["verdict"] == "warning"
        assert finding["detail"].endswith(": 1001")

    def test_are_not_asked_with_other_encryption_keys(
        self, give: Give, settings: "Settings"
    ) -> None:
        a_connection("palkat")
        settings.ENCRYPTION_KEYS = (Fernet.generate_key().decode(),)

        examined = give("doctor", "--json")

        by_part = findings(examined.document)
        assert by_part["encryption keys"]["verdict"] == "failed"
        assert by_part["clock"]["verdict"] == "well"


class TestNightlyFetching:
    def test_is_nothing_to_speak_of_without_a_connection(self, give: Give) -> None:
        assert "nightly fetching" not in findings(give("doctor", "--json").document)

    def test_is_not_missed_of_a_new_connection(self, give: Give) -> None:
        a_connection()

        by_part = findings(give("doctor", "--json").document)

        assert by_part["nightly fetching"]["verdict"] == "well"
        assert "nothing was fetched yet" in by_part["nightly fetching"]["detail"]

    def test_says_when_it_was_last(self, give: Give) -> None:
        a_connection()
        fetch_everything()
        moment = timezone.localtime(Synchronisation.objects.get().requested_at)

        by_part = findings(give("doctor", "--json").document)

        assert by_part["nightly fetching"]["verdict"] == "well"
        assert f"{moment:%Y-%m-%d %H:%M}: 10 companies" in by_part["nightly fetching"]["detail"]

    def test_is_missed_when_it_should_have_run(self, give: Give) -> None:
        a_connection()
        fetch_everything()
        make_older(days=2)

        examined = give("doctor", "--json")

        finding = findings(examined.document)["nightly fetching"]
        assert examined.status == 0
        assert finding["verdict"] == "warning"
        assert "did not" in finding["detail"]
        assert "tilisilta worker" in finding["remedy"]

    def test_is_missed_where_nothing_was_ever_fetched(self, give: Give) -> None:
        a_connection()
        make_older(days=2)

        by_part = findings(give("doctor", "--json").document)

        assert by_part["nightly fetching"]["verdict"] == "warning"

    def test_warns_while_it_is_switched_off(self, give: Give, settings: "Settings") -> None:
        a_connection()
        settings.NMBRS_SYNC_TIME = None

        by_part = findings(give("doctor", "--json").document)

        assert by_part["nightly fetching"]["verdict"] == "warning"
        assert "switched off" in by_part["nightly fetching"]["detail"]

    @pytest.mark.parametrize(
        ("now", "due"),
        [
            (helsinki(2, 4, 0), helsinki(2, 4, 0)),
            (helsinki(2, 3, 59), helsinki(1, 4, 0)),
            (helsinki(2, 23, 0), helsinki(2, 4, 0)),
        ],
    )
    def test_is_due_at_its_hour_in_local_time(self, now: datetime, due: datetime) -> None:
        assert last_due(time(4), now.astimezone(UTC)) == due


class TestFetchedCompanies:
    def test_are_well_when_all_came(self, give: Give) -> None:
        a_connection()
        fetch_everything()

        by_part = findings(give("doctor", "--json").document)

        assert by_part["companies in Nmbrs"]["verdict"] == "well"
        assert by_part["companies in Nmbrs"]["detail"] == "10 companies"

    def test_that_failed_are_named(self, give: Give, nmbrs: "Sandbox") -> None:
        a_connection()
        fetch_everything()
        nmbrs.deny_company(company_id=SIIVOUS)
        fetch_everything()

        examined = give("doctor", "--json")

        finding = findings(examined.document)["companies in Nmbrs"]
        assert examined.status == 1
        assert finding["verdict"] == "failed"
        assert finding["detail"].startswith("1 of 10 ")
        assert finding["detail"].endswith("1003 (P04)")

    def test_are_named_up_to_a_few(self, give: Give, nmbrs: "Sandbox") -> None:
        for number in range(2001, 2004):
            nmbrs.add_company(debtor_id=7101, number=number, name=f"Yritys {number} Oy")
        a_connection()
        nmbrs.forbid_call(operation="Run_GetList")
        fetch_everything()

        by_part = findings(give("doctor", "--json").document)

        assert by_part["companies in Nmbrs"]["detail"].endswith("1010 (P03), and 3 more")

    def test_that_have_gone_are_not_missed(self, give: Give, nmbrs: "Sandbox") -> None:
        a_connection()
        nmbrs.deny_company(company_id=SIIVOUS)
        fetch_everything()
        nmbrs.hide_company(company_id=SIIVOUS)
        fetch_everything()

        by_part = findings(give("doctor", "--json").document)

        assert by_part["companies in Nmbrs"]["detail"] == "9 companies"
