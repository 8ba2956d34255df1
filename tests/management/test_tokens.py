"""Tokens of the API at the command line."""

import pytest
from django.test import Client
from tests.management.conftest import Give

from tilisilta.models import ApiToken
from tilisilta.services.users import create_first_administrator

pytestmark = [pytest.mark.django_db, pytest.mark.once]


class TestTokenCommands:
    def test_make_list_and_revoke_a_token(self, give: Give) -> None:
        create_first_administrator("aino", "a bridge over the river")
        words = ("aino", "payroll robot", "--scope", "send", "--scope", "read", "--days", "30")

        made = give("token", "create", *words, "--json").document
        taken = give("token", "create", *words)
        listed = give("token", "list", "--user", "aino")
        document = give("token", "list", "--json").document["tokens"][0]
        revoked = give("token", "revoke", "aino", "payroll robot")
        gone = give("token", "revoke", "aino", "payroll robot")

        headers = {"Authorization": f"Bearer {made['token']}"}
        assert Client().get("/api/v1/me", headers=headers).json()["facts"]["reason"] == "revoked"
        assert made["scopes"] == ["read", "send"]
        assert (taken.status, taken.complaint[:14]) == (1, "tilisilta: E66")
        assert made["start"] in listed.text
        assert made["token"] not in listed.text + str(document)
        assert (revoked.status, gone.status) == (0, 1)

    def test_refuse_what_makes_no_sense(self, give: Give) -> None:
        create_first_administrator("aino", "a bridge over the river")

        refused = [
            give("token", "create", "aino", "robot", "--days", "367"),
            give("token", "create", "nobody", "robot"),
        ]

        assert [one.status for one in refused] == [1, 1]
        assert "A token is good for 1 to 366 days." in refused[0].complaint
        assert not ApiToken.objects.exists()
