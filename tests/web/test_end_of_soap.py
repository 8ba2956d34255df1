"""The end of SOAP is told in time on the pages, with the next step."""

from datetime import date, timedelta

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone
from tests.bureau import a_connection, a_rest_connection, compare, fetch_everything
from tests.web.reading import squeezed

from nmbrs_sandbox.app import Sandbox
from tilisilta.domain import end_of_soap

pytestmark = pytest.mark.django_db


class TestEndOfSoap:
    @pytest.mark.parametrize(("days", "is_told"), [(91, False), (90, True), (1, True)])
    def test_is_counted_down_from_90_days_before(
        self,
        nmbrs: Sandbox,
        browser_of_administrator: Client,
        monkeypatch: pytest.MonkeyPatch,
        days: int,
        is_told: bool,
    ) -> None:
        made = a_connection()
        _end_soap_in(days, monkeypatch)

        overview = squeezed(browser_of_administrator.get("/").text)
        page = squeezed(browser_of_administrator.get(reverse("nmbrs_rest", args=[made.pk])).text)

        assert (f"days left: {days}" in overview) is is_told
        assert ("until Nmbrs ends SOAP" in page) is is_told
        assert ("Next step: give consent at Nmbrs." in overview) is is_told

    def test_names_the_next_step_once_rest_is_connected(
        self, nmbrs: Sandbox, browser_of_reader: Client, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        a_rest_connection(nmbrs, connection=a_connection())
        _end_soap_in(30, monkeypatch)

        text = browser_of_reader.get("/").text

        assert "Next step: compare what both ways read, then switch." in text

    def test_names_the_switch_as_the_next_step_once_all_is_equal(
        self, nmbrs: Sandbox, browser_of_reader: Client, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        connection = a_rest_connection(nmbrs, connection=a_connection())
        fetch_everything()
        compare(connection)
        _end_soap_in(30, monkeypatch)

        text = browser_of_reader.get("/").text

        assert "Next step: switch to REST." in text

    @pytest.mark.parametrize("days", [0, -1, -400])
    def test_says_afterwards_what_happened(
        self,
        nmbrs: Sandbox,
        browser_of_administrator: Client,
        monkeypatch: pytest.MonkeyPatch,
        days: int,
    ) -> None:
        a_connection()
        _end_soap_in(days, monkeypatch)

        overview = browser_of_administrator.get("/").text
        listed = browser_of_administrator.get("/settings/integrations/nmbrs").text

        assert "Nmbrs has ended SOAP, by which this connection fetches" in overview
        assert "import the journals from files" in squeezed(listed)

    def test_is_no_matter_of_connections_by_rest(
        self, nmbrs: Sandbox, browser_of_administrator: Client, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        a_rest_connection(nmbrs)
        _end_soap_in(-1, monkeypatch)

        assert "ended SOAP" not in browser_of_administrator.get("/").text


def _end_soap_in(days: int, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(end_of_soap, "END_OF_SOAP", timezone.localdate() + timedelta(days=days))


def test_the_end_of_soap_is_the_day_that_nmbrs_announced() -> None:
    # Read from the file: the tests move the constant out of their way.
    source = end_of_soap.__file__
    assert source is not None
    with open(source, encoding="utf-8") as file:
        assert f"END_OF_SOAP = {date(2027, 3, 1)!r}".replace("datetime.", "") in file.read()
