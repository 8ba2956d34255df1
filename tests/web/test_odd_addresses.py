"""Addresses that no page of ours has made: they are answered, and name nothing."""

import pytest
from django.test import Client
from tests.bureau import a_company

pytestmark = pytest.mark.django_db
# From 4,300 digits on Python refuses to read a number.
LONG = "9" * 4500
LINKS = "/settings/integrations/procountor/administrations"


@pytest.mark.parametrize(
    "address",
    [
        f"/companies/{LONG}",
        f"/journals/{LONG}",
        f"/users/{LONG}",
        "/journals/99999999999999999999999",
        f"/audit-log?company={LONG}",
        f"/exports?page={LONG}",
        f"/audit-log?page={LONG}",
        f"/?page={LONG}",
        f"/?month={LONG}-01",
        "/?month=99999-01",
        "/?month=0000-00",
        f"/audit-log?since={LONG}",
        "/audit-log?since=9999-12-31&until=9999-12-31",
        "/audit-log?until=9999-12-31",
        "/audit-log?since=0001-01-01",
        "/exports?period=9999-99",
        f"/exports?company={LONG}",
        f"/exports?number={LONG}",
        f"/debtors/{LONG}/blocked",
        f"/companies?q={LONG}",
        f"{LINKS}/new?account={LONG}",
        f"{LINKS}/new?company={LONG}&account={LONG}",
        f"{LINKS}/booked-already?company={LONG}&account={LONG}",
        "/exports?from=9999-12-31&to=0001-01-01",
        f"/exports/send-ready?period={LONG}",
        f"/companies/1001?year={LONG}",
        "/companies/1001?year=99999",
        "/companies/1001?year=0",
        f"/settings/integrations/procountor/authorised?done={LONG}",
        "/exports?page=٣",
        "/exports?page=²",
    ],
)
def test_odd_address_is_answered(browser_of_administrator: Client, address: str) -> None:
    a_company(1001)

    assert browser_of_administrator.get(address).status_code < 500


@pytest.mark.parametrize("period", ["9999-99", "", LONG, "2026-06-31T", "not a date"])
def test_odd_forms_are_answered(browser_of_administrator: Client, period: str) -> None:
    sent = {"period": period, "journals": f"{LONG}:seen x:y 7:", "seen_at": period, "shown": LONG}

    response = browser_of_administrator.post("/exports/send-ready", sent)

    assert response.status_code < 500
