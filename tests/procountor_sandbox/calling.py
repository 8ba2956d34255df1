"""Short ways to a signed-in caller and to receipts that are right, or wrong in one place."""

from typing import Any

import httpx2

from procountor_sandbox.app import Sandbox
from procountor_sandbox.sample import API_CLIENT

API = "http://sandbox/api/"
COST_CENTRES = 3101
PROJECTS = 3102
PRODUCTION = 71003
SERVICE = 71004
CRANE = 72002
PASSIVE_PROJECT = 72099


def client_of(sandbox: Sandbox, base_url: str = API) -> httpx2.Client:
    """Return a client that talks to the sandbox without a network."""
    return httpx2.Client(transport=httpx2.WSGITransport(app=sandbox), base_url=base_url)


def token_form(number: int = 1001, /, **changes: str) -> dict[str, str]:
    """Return what a program sends to get a token with a company's API key."""
    return {
        "grant_type": "client_credentials",
        "client_id": API_CLIENT.client_id,
        "client_secret": API_CLIENT.client_secret,
        "api_key": f"SANDBOX-KEY-{number}",
    } | changes


def signed_in(sandbox: Sandbox, number: int = 1001) -> httpx2.Client:
    """Return a client that may act in the company of that API key."""
    client = client_of(sandbox)
    token = client.post("oauth/token", data=token_form(number)).json()["access_token"]
    client.headers["Authorization"] = f"Bearer {token}"
    return client


def row(account: str = "5010", value: str | float = 100.00, **changes: Any) -> dict[str, Any]:
    """Return a transaction as it is sent."""
    return {
        "transactionType": "ENTRY",
        "account": account,
        "accountingValue": value,
        "vatPercent": 0,
    } | changes


def receipt(*rows: dict[str, Any], **changes: Any) -> dict[str, Any]:
    """Return a ledger receipt as it is sent: 100.00 of wages owed, unless told otherwise."""
    return {
        "type": "JOURNAL",
        "name": "Payroll 2026-06 run 6 #AB12CD34",
        "receiptDate": "2026-06-30",
        "vatType": "PURCHASE",
        "vatStatus": 12,
        "transactions": list(rows) or [row(), row("2961", -100.00)],
    } | changes


def dimension_value(
    value: float = 100.00, *, dimension_id: int = COST_CENTRES, item_id: int = PRODUCTION
) -> dict[str, Any]:
    """Return a dimension value as it is sent."""
    return {"dimensionId": dimension_id, "itemId": item_id, "value": value}


def wages(**changes: Any) -> dict[str, Any]:
    """Return a right receipt whose first row is changed."""
    return receipt(row(**changes), row("2961", -100.00))


def messages(response: httpx2.Response) -> list[tuple[str | None, str]]:
    """Return what an error answer says, as pairs of field and message without its details."""
    return [
        (one.get("field"), one["message"].partition(":")[0])
        for one in response.json()["errors"]
        if one["status"] == response.status_code
    ]
