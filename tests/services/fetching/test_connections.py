from typing import TYPE_CHECKING

import httpx2
import pytest
from django.core.exceptions import ValidationError
from django.db import connection as database
from tests.bureau import NOW, a_connection, fetch_everything

from nmbrs_sandbox.faults import Fault, FaultKind
from nmbrs_sandbox.payroll import sample
from tilisilta.clients.nmbrs.errors import NmbrsLoginRefused, NmbrsUnavailable
from tilisilta.models import AuditEntry, NmbrsCompany, NmbrsConnection, Synchronisation
from tilisilta.services.explanations import explain_error
from tilisilta.services.fetching import connections as nmbrs_connections
from tilisilta.services.fetching.client import offered_sites
from tilisilta.services.fetching.connections import (
    ConnectionNameTaken,
    OtherEnvironment,
    change_connection,
    check_connection,
    connect,
    remove_connection,
)
from tilisilta.services.fetching.synchronisations import (
    NothingConnected,
    ask_for_everything,
    read_lists,
)

if TYPE_CHECKING:
    from collections.abc import Callable

    from pytest_django import Settings

    from nmbrs_sandbox.app import Sandbox

pytestmark = pytest.mark.django_db

State = NmbrsConnection.State


class Meanwhile(httpx2.BaseTransport):
    """A transport to the stand-in; something else happens as soon as Nmbrs is called."""

    def __init__(self, nmbrs: "Sandbox", act: "Callable[[], object]") -> None:
        self._way = httpx2.WSGITransport(app=nmbrs)
        self._act = act
        self._is_done = False

    def handle_request(self, request: httpx2.Request) -> httpx2.Response:
        if not self._is_done:
            self._is_done = True
            self._act()
        return self._way.handle_request(request)


class TestSite:
    """Dutch environments answer at one host and Swedish ones at another."""

    @pytest.fixture
    def hosts(self, nmbrs: "Sandbox", settings: "Settings") -> list[str]:
        """The hosts that were called, while the settings name the Dutch one."""
        called: list[str] = []
        way = httpx2.WSGITransport(app=nmbrs)

        class Noting(httpx2.BaseTransport):
            def handle_request(self, request: httpx2.Request) -> httpx2.Response:
                called.append(request.url.host)
                return way.handle_request(request)

        settings.NMBRS_SOAP_URL = "https://api.nmbrs.nl/soap/v3"
        settings.NMBRS_TRANSPORT = Noting()
        return called

    def connected(self, site: str) -> NmbrsConnection:
        return connect(
            "Ruotsi",
            user_name=sample.USERNAME,
            token=sample.TOKEN,
            first_year=2026,
            user=None,
            site=site,
        )

    @pytest.mark.parametrize(
        ("site", "host"), [("", "api.nmbrs.nl"), ("nl", "api.nmbrs.nl"), ("se", "api.nmbrs.se")]
    )
    def test_is_the_only_one_that_gets_the_token(
        self, hosts: list[str], site: str, host: str
    ) -> None:
        made = self.connected(site)
        check_connection(made)
        change_connection(made, user=None, user_name=made.user_name, first_year=2025)
        fetch_everything()

        assert set(hosts) == {host}

    def test_of_two_connections_may_differ(self, hosts: list[str]) -> None:
        a_connection()
        self.connected("se")
        hosts.clear()

        read_lists(ask_for_everything(user=None, now=NOW), now=NOW)

        assert set(hosts) == {"api.nmbrs.nl", "api.nmbrs.se"}

    def test_is_changed_once_the_other_host_lets_the_user_in(self, hosts: list[str]) -> None:
        made = self.connected("nl")
        hosts.clear()

        change_connection(made, user=None, user_name=made.user_name, first_year=2026, site="se")

        entry = AuditEntry.objects.filter(action="nmbrs_changed").get()
        assert made.site == "se"
        assert set(hosts) == {"api.nmbrs.se"}
        assert entry.changes == [{"field": "site", "before": "nl", "after": "se"}]
        assert entry.facts["fields"] == "site"

    def test_stays_where_the_other_host_refuses_the_user(
        self, nmbrs: "Sandbox", hosts: list[str]
    ) -> None:
        made = self.connected("nl")
        nmbrs.change_token(token="of another environment")

        with pytest.raises(NmbrsLoginRefused) as refused:
            change_connection(made, user=None, user_name=made.user_name, first_year=2026, site="se")

        assert NmbrsConnection.objects.get().site == "nl"
        assert "api.nmbrs.se was asked." in explain_error(refused.value).remedy
        assert not AuditEntry.objects.filter(action="nmbrs_changed").exists()

    def test_of_the_settings_is_no_change_when_it_is_named(self, hosts: list[str]) -> None:
        made = self.connected("")
        hosts.clear()

        change_connection(made, user=None, user_name=made.user_name, first_year=2026, site="nl")

        assert hosts == []
        assert not AuditEntry.objects.filter(action="nmbrs_changed").exists()

    def test_is_not_blamed_beside_a_stand_in(self, nmbrs: "Sandbox") -> None:
        nmbrs.change_token(token="another")

        with pytest.raises(NmbrsLoginRefused) as refused:
            self.connected("")

        assert "was asked" not in explain_error(refused.value).remedy

    @pytest.mark.parametrize(
        ("address", "offered"),
        [
            ("https://api.nmbrs.nl/soap/v3", ["nl", "se"]),
            ("https://api.nmbrs.se/soap/v3", ["se", "nl"]),
            ("https://api-sandbox.nmbrs.nl/soap/v3", []),
            ("http://127.0.0.1:8200/soap/v3", []),
        ],
    )
    def test_is_offered_unless_the_settings_name_a_stand_in(
        self, settings: "Settings", address: str, offered: list[str]
    ) -> None:
        settings.NMBRS_SOAP_URL = address

        assert list(offered_sites()) == offered


class TestConnect:
    def test_says_what_it_reaches_and_finds_the_domain(self, nmbrs: "Sandbox") -> None:
        made = a_connection()

        assert made.domain == sample.DOMAIN
        assert (made.debtor_count, made.company_count) == (3, 10)
        assert made.state == State.WORKING
        assert made.forbidden_calls == []

    def test_names_the_calls_that_the_template_forbids(self, nmbrs: "Sandbox") -> None:
        nmbrs.forbid_call(operation="CostUnit_GetList")

        assert a_connection().forbidden_calls == ["CostUnit_GetList"]

    def test_stores_the_token_encrypted(self, nmbrs: "Sandbox") -> None:
        a_connection()

        with database.cursor() as cursor:
            cursor.execute("SELECT token FROM tilisilta_nmbrsconnection")
            (stored,) = cursor.fetchone()
        assert sample.TOKEN not in stored
        assert NmbrsConnection.objects.get().token == sample.TOKEN

    def test_stores_nothing_of_a_token_that_is_refused(self, nmbrs: "Sandbox") -> None:
        with pytest.raises(NmbrsLoginRefused) as refusal:
            connect("Oma", user_name="x@example.invalid", token="y", first_year=2026, user=None)

        assert not NmbrsConnection.objects.exists()
        assert "y" not in str(refusal.value).split()

    def test_stores_nothing_while_nmbrs_does_not_answer(self, nmbrs: "Sandbox") -> None:
        nmbrs.faults.add(Fault(kind=FaultKind.DOWN, times=None))

        with pytest.raises(NmbrsUnavailable):
            a_connection()

        assert not NmbrsConnection.objects.exists()

    def test_needs_a_name_of_its_own(self, nmbrs: "Sandbox") -> None:
        a_connection()

        with pytest.raises(ConnectionNameTaken):
            a_connection()

    def test_needs_a_name_at_all(self, nmbrs: "Sandbox") -> None:
        with pytest.raises(ValidationError):
            a_connection(" ")

    def test_may_be_one_of_several(self, nmbrs: "Sandbox") -> None:
        a_connection("Toinen")

        a_connection("Ensimmäinen")

        assert NmbrsConnection.objects.filter(domain=sample.DOMAIN).count() == 2

    def test_is_written_down_without_the_token(self, nmbrs: "Sandbox") -> None:
        a_connection()

        entry = AuditEntry.objects.get(action="nmbrs_connected")
        assert entry.facts == {"name": "Palkkatoimisto", "user_name": sample.USERNAME}


class TestChangeConnection:
    def test_takes_a_new_token(self, nmbrs: "Sandbox") -> None:
        made = a_connection()
        nmbrs.change_token(token="newer-token")
        check_connection(made)

        change_connection(
            made, user=None, user_name=made.user_name, first_year=2026, token="newer-token"
        )

        made.refresh_from_db()
        assert (made.state, made.token, made.trouble) == (State.WORKING, "newer-token", ())

    def test_leaves_the_old_token_where_none_is_given(self, nmbrs: "Sandbox") -> None:
        made = a_connection()

        change_connection(made, user=None, user_name=made.user_name, first_year=2025)

        made.refresh_from_db()
        assert (made.token, made.first_year) == (sample.TOKEN, 2025)

    def test_refuses_a_token_of_another_environment(self, nmbrs: "Sandbox") -> None:
        made = a_connection()
        NmbrsConnection.objects.update(domain="toinen", token="an older one")
        made.refresh_from_db()

        with pytest.raises(OtherEnvironment):
            change_connection(
                made, user=None, user_name=made.user_name, first_year=2026, token=sample.TOKEN
            )

        assert NmbrsConnection.objects.get().domain == "toinen"

    def test_leaves_what_is_there_when_the_new_token_is_refused(self, nmbrs: "Sandbox") -> None:
        made = a_connection()

        with pytest.raises(NmbrsLoginRefused):
            change_connection(
                made, user=None, user_name=made.user_name, first_year=2026, token="mistyped"
            )

        assert NmbrsConnection.objects.get().token == sample.TOKEN

    def test_leaves_one_removed_that_was_removed_meanwhile(
        self, nmbrs: "Sandbox", settings: "Settings"
    ) -> None:
        made = a_connection()
        settings.NMBRS_TRANSPORT = Meanwhile(
            nmbrs, lambda: remove_connection(NmbrsConnection.objects.get(), user=None)
        )

        with pytest.raises(NothingConnected):
            change_connection(made, user=None, user_name=made.user_name, first_year=2025)

        kept = NmbrsConnection.objects.get()
        assert (kept.state, kept.token, kept.first_year) == (State.REMOVED, "", 2026)
        assert not AuditEntry.objects.filter(action="nmbrs_changed").exists()

    def test_connects_a_removed_one_again(self, nmbrs: "Sandbox") -> None:
        made = a_connection()
        remove_connection(made, user=None)

        change_connection(
            made, user=None, user_name=made.user_name, first_year=2026, token=sample.TOKEN
        )

        kept = NmbrsConnection.objects.get()
        assert (kept.state, kept.token) == (State.WORKING, sample.TOKEN)

    def test_leaves_what_fetching_stores_meanwhile(
        self, nmbrs: "Sandbox", settings: "Settings"
    ) -> None:
        made = a_connection()
        asked = [{"nmbrs_company_id": 1}]
        settings.NMBRS_TRANSPORT = Meanwhile(
            nmbrs, lambda: NmbrsConnection.objects.update(questions=asked, listed_at=NOW)
        )

        changed = change_connection(made, user=None, user_name=made.user_name, first_year=2025)

        kept = NmbrsConnection.objects.get()
        assert (kept.questions, kept.listed_at, kept.first_year) == (asked, NOW, 2025)
        assert changed.questions == asked

    def test_knows_the_environment_in_any_case(self, nmbrs: "Sandbox") -> None:
        made = a_connection()
        NmbrsConnection.objects.update(domain=sample.DOMAIN.upper())
        made.refresh_from_db()

        change_connection(made, user=None, user_name=made.user_name, first_year=2025)

        assert NmbrsConnection.objects.get().first_year == 2025


class TestCheckConnection:
    def test_turns_red_once_the_token_is_refused(self, nmbrs: "Sandbox") -> None:
        made = a_connection()
        nmbrs.change_token(token="newer-token")

        check_connection(made)
        check_connection(made)

        made.refresh_from_db()
        assert made.state == State.REFUSED
        assert [problem.code for problem in made.trouble] == ["P02"]
        assert AuditEntry.objects.filter(action="nmbrs_refused").count() == 1

    def test_becomes_well_again_by_itself(self, nmbrs: "Sandbox") -> None:
        made = a_connection()
        nmbrs.change_token(token="newer-token")
        check_connection(made)
        nmbrs.change_token(token=sample.TOKEN)

        check_connection(made)

        assert (made.state, made.trouble) == (State.WORKING, ())

    def test_blames_no_token_while_nmbrs_does_not_answer(self, nmbrs: "Sandbox") -> None:
        made = a_connection()
        nmbrs.faults.add(Fault(kind=FaultKind.DOWN, times=None))

        check_connection(made)

        made.refresh_from_db()
        assert made.state == State.WORKING
        assert [problem.code for problem in made.trouble] == ["P01"]

    def test_leaves_one_removed_that_was_removed_meanwhile(self, nmbrs: "Sandbox") -> None:
        made = a_connection()
        as_it_was = NmbrsConnection.objects.get()
        remove_connection(made, user=None)

        check_connection(as_it_was)

        kept = NmbrsConnection.objects.get()
        assert (kept.state, kept.token) == (State.REMOVED, "")

    def test_stays_as_it_is_when_the_template_forbids_the_lists(self, nmbrs: "Sandbox") -> None:
        made = a_connection()
        nmbrs.forbid_call(operation="List_GetAll")

        check_connection(made)

        assert made.state == State.WORKING
        assert [problem.code for problem in made.trouble] == ["P03"]

    def test_does_not_hang_a_synchronisation(self, nmbrs: "Sandbox") -> None:
        made = a_connection()
        read_lists(ask_for_everything(user=None, now=NOW), now=NOW)
        nmbrs.change_token(token="newer-token")

        check_connection(made)

        done = Synchronisation.objects.get()
        assert done.finished_at is not None
        assert done.failed_count == 10

    def test_leaves_questions_as_they_are(self, nmbrs: "Sandbox") -> None:
        made = a_connection()
        NmbrsConnection.objects.update(questions=[{"nmbrs_company_id": 1}])

        check_connection(made)

        assert NmbrsConnection.objects.get().questions == [{"nmbrs_company_id": 1}]


class TestRemoveConnection:
    def test_forgets_the_token_and_keeps_what_came(self, nmbrs: "Sandbox") -> None:
        made = a_connection()
        fetch_everything()

        remove_connection(made, user=None)

        made.refresh_from_db()
        assert (made.state, made.token) == (State.REMOVED, "")
        assert NmbrsCompany.objects.count() == 10
        assert not NmbrsCompany.objects.fetchable().exists()

    def test_is_done_once(self, nmbrs: "Sandbox") -> None:
        made = a_connection()

        remove_connection(made, user=None)
        remove_connection(made, user=None)

        assert AuditEntry.objects.filter(action="nmbrs_removed").count() == 1

    def test_lets_another_connection_take_its_companies_over(self, nmbrs: "Sandbox") -> None:
        made = a_connection()
        fetch_everything()
        remove_connection(made, user=None)
        nmbrs_connections.connect(
            "Uusi", user_name=sample.USERNAME, token=sample.TOKEN, first_year=2026, user=None
        )

        fetch_everything()

        assert NmbrsCompany.objects.filter(connection__name="Uusi").count() == 10
        assert NmbrsCompany.objects.count() == 10
