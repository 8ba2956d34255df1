"""Tokens of the API on a person's own page, and on the page of the user for an administrator."""

import re

import pytest
from django.test import Client
from django.urls import reverse
from tests.web.conftest import PASSWORD

from tilisilta.models import ApiToken, AuditEntry, User

pytestmark = [pytest.mark.django_db, pytest.mark.once]
FORM = {"name": "payroll robot", "scopes": ["read", "send"], "days": "90", "own_password": PASSWORD}
SECRET = re.compile(r'id="secret" value="(tilisilta_[\w-]{43})"')


class TestOwnTokens:
    def test_are_made_with_the_password_and_shown_once(
        self, browser_of_administrator: Client
    ) -> None:
        made = browser_of_administrator.post(reverse("api_tokens"), FORM)
        shown = browser_of_administrator.get(reverse("api_tokens")).text

        found = SECRET.search(made.text)
        assert found is not None
        assert "no-store" in made["Cache-Control"]
        assert found[1] not in shown
        assert ApiToken.objects.get().start in shown
        answer = Client().get("/api/v1/me", headers={"Authorization": f"Bearer {found[1]}"})
        assert answer.json()["token"]["scopes"] == ["read", "send"]

    @pytest.mark.parametrize(
        ("changed", "said"),
        [
            ({"own_password": "wrong"}, "This is not your own password"),
            ({"scopes": []}, "Choose at least one scope."),
            ({"name": " "}, "This field is required."),
            ({"name": "Aino 131052-308T"}, "without a personal identity code"),
            ({"days": "9999"}, "Select a valid choice"),
        ],
    )
    def test_are_refused_with_what_to_put_right(
        self, browser_of_administrator: Client, changed: dict[str, object], said: str
    ) -> None:
        refused = browser_of_administrator.post(reverse("api_tokens"), {**FORM, **changed})

        assert refused.status_code == 422
        assert said in refused.text
        assert not ApiToken.objects.exists()

    def test_clicked_twice_are_one(self, browser_of_administrator: Client) -> None:
        browser_of_administrator.post(reverse("api_tokens"), FORM)
        again = browser_of_administrator.post(reverse("api_tokens"), FORM)

        assert "There is already an API token named payroll robot" in again.text
        assert ApiToken.objects.count() == 1

    def test_are_revoked_and_their_name_is_free_again(
        self, browser_of_administrator: Client
    ) -> None:
        browser_of_administrator.post(reverse("api_tokens"), FORM)
        address = reverse("revoke_own_token", args=[ApiToken.objects.get().pk])

        pages = [browser_of_administrator.post(address, follow=True).text for _ in range(2)]

        assert "Token payroll robot is revoked" in pages[0]
        assert AuditEntry.objects.filter(action=AuditEntry.Action.TOKEN_REVOKED).count() == 1
        again = browser_of_administrator.post(reverse("api_tokens"), FORM)
        assert SECRET.search(again.text)


class TestTokensOfOthers:
    def test_are_revoked_by_an_administrator_alone(
        self, browser_of_administrator: Client, browser_of_reader: Client, reader: User
    ) -> None:
        browser_of_reader.post(reverse("api_tokens"), FORM)
        token = ApiToken.objects.get()
        address = reverse("revoke_token_of_user", args=[reader.pk, token.pk])

        refused = browser_of_reader.post(address)
        page = browser_of_administrator.get(reverse("user", args=[reader.pk])).text
        browser_of_administrator.post(address)

        assert refused.status_code == 403
        assert address in page
        token.refresh_from_db()
        assert token.revoked_at is not None


class TestTheDescription:
    def test_lists_each_operation_with_what_it_needs(
        self, browser_of_administrator: Client
    ) -> None:
        text = browser_of_administrator.get(reverse("describe_api")).text

        assert "POST /sendings" in text
        assert "<code>debit_negative</code>" in text
        assert "Journal entries Export: Write" in text
        assert 'id="ProblemDetails"' in text
        assert "https://" not in text.replace("http://127.0.0.1", "")
