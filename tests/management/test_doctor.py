"""The doctor finds what is wrong and says what to do."""

from typing import TYPE_CHECKING, Any

import httpx2
import pytest
from cryptography.fernet import Fernet
from django.utils import timezone
from tests.bureau import a_linked_company
from tests.management.conftest import Give

from tilisilta.environment import networks as _networks
from tilisilta.models import Worker

if TYPE_CHECKING:
    from pytest_django import Settings

    from procountor_sandbox.app import Sandbox

pytestmark = pytest.mark.django_db


def verdicts(document: dict[str, Any]) -> dict[str, str]:
    return {finding["part"]: finding["verdict"] for finding in document["findings"]}


class TestDoctor:
    def test_finds_all_well(self, give: Give, procountor: "Sandbox") -> None:
        a_linked_company()
        now = timezone.now()
        Worker.objects.create(executor_id="one", started_at=now, heard_at=now)

        examined = give("doctor", "--json")

        assert examined.status == 0
        assert verdicts(examined.document) == {
            "settings": "well",
            "addresses of clients": "well",
            "Python": "well",
            "Procountor application": "well",
            "database": "well",
            "workers": "well",
            "audit log": "well",
            "Nmbrs by REST": "well",
            "account tili-1001": "well",
            "Procountor version": "well",
            "clock": "well",
        }

    @pytest.mark.parametrize(
        ("months_old", "verdict", "is_well"),
        [(0, "well", True), (6, "well", True), (8, "warning", True), (10, "failed", False)],
    )
    def test_warns_before_a_pinned_version_ends(
        self,
        give: Give,
        procountor: "Sandbox",
        settings: "Settings",
        months_old: int,
        verdict: str,
        is_well: bool,
    ) -> None:
        today = timezone.localdate()
        months = today.year * 12 + today.month - 1 - months_old
        version = f"v{months // 12 % 100:02}{months % 12 + 1:02}"
        settings.PROCOUNTOR_API_URL = f"http://procountor.invalid/{version}/api"

        examined = give("doctor", "--json")

        assert verdicts(examined.document)["Procountor version"] == verdict
        assert examined.document["is_well"] is is_well

    @pytest.mark.parametrize("path", ["/supported/api", "/latest/api", "/api"])
    def test_is_content_with_a_version_that_moves_on(
        self, give: Give, procountor: "Sandbox", settings: "Settings", path: str
    ) -> None:
        settings.PROCOUNTOR_API_URL = f"http://procountor.invalid{path}"

        examined = give("doctor", "--json")

        assert verdicts(examined.document)["Procountor version"] == "well"

    @pytest.mark.parametrize(
        ("base_url", "proxies", "verdict"),
        [
            ("http://127.0.0.1:8000", "none", "well"),
            ("https://tilisilta.example.com", "none", "warning"),
            ("https://tilisilta.example.com", "127.0.0.1,::1", "well"),
            ("https://tilisilta.example.com", "10.0.0.0/8", "well"),
            ("https://tilisilta.example.com", "0.0.0.0/0", "warning"),
            ("http://127.0.0.1:8000", "127.0.0.1,::/0", "warning"),
        ],
    )
    def test_says_whose_word_about_addresses_is_believed(
        self,
        give: Give,
        procountor: "Sandbox",
        settings: "Settings",
        base_url: str,
        proxies: str,
        verdict: str,
    ) -> None:
        settings.BASE_URL = base_url
        settings.TRUSTED_PROXIES = _networks("PROXIES", proxies)

        examined = give("doctor", "--json")

        [finding] = (
            one for one in examined.document["findings"] if one["part"] == "addresses of clients"
        )
        believed = "nobody" if proxies == "none" else proxies.replace(",", ", ")
        assert finding["detail"] == f"X-Forwarded-For is believed from {believed}"
        assert finding["verdict"] == verdict
        assert ("TILISILTA_TRUSTED_PROXIES" in (finding["remedy"] or "")) is (verdict == "warning")

    def test_warns_without_a_worker(self, give: Give, procountor: "Sandbox") -> None:
        examined = give("doctor", "--json")

        assert examined.status == 0
        assert verdicts(examined.document)["workers"] == "warning"

    def test_fails_with_a_dead_account(self, give: Give, procountor: "Sandbox") -> None:
        company = a_linked_company()
        company.link.procountor_account.mark_ended(timezone.now())

        examined = give("doctor")

        assert examined.status == 1
        assert "!!  account tili-1001: Authorisation ended" in examined.text

    def test_fails_without_client_id(
        self, give: Give, procountor: "Sandbox", settings: "Settings"
    ) -> None:
        settings.PROCOUNTOR_CLIENT_ID = ""

        examined = give("doctor")

        assert examined.status == 1
        assert "TILISILTA_PROCOUNTOR_CLIENT_ID" in examined.text

    def test_fails_with_other_encryption_keys(
        self, give: Give, procountor: "Sandbox", settings: "Settings"
    ) -> None:
        a_linked_company()
        settings.ENCRYPTION_KEYS = (Fernet.generate_key().decode(),)

        examined = give("doctor", "--json")
        listed = give("account", "list")

        assert verdicts(examined.document)["encryption keys"] == "failed"
        assert listed.status == 0
        assert "The encryption key was lost" in listed.text

    def test_fails_where_procountor_is_not_reached(self, give: Give, settings: "Settings") -> None:
        def refuse(request: httpx2.Request) -> httpx2.Response:
            raise httpx2.ConnectError("no way", request=request)

        settings.PROCOUNTOR_TRANSPORT = httpx2.MockTransport(refuse)

        examined = give("doctor", "--json")

        assert verdicts(examined.document)["clock"] == "failed"

    @pytest.mark.parametrize(
        ("headers", "verdict"),
        [
            ({"Date": "Tue, 01 Jan 2019 00:00:00 GMT"}, "failed"),
            ({"Date": "yesterday"}, "warning"),
            ({}, "warning"),
        ],
        ids=["far off", "unreadable", "not said"],
    )
    def test_compares_clocks(
        self, give: Give, settings: "Settings", headers: dict[str, str], verdict: str
    ) -> None:
        settings.PROCOUNTOR_TRANSPORT = httpx2.MockTransport(
            lambda _request: httpx2.Response(401, headers=headers)
        )

        examined = give("doctor", "--json")

        assert verdicts(examined.document)["clock"] == verdict
