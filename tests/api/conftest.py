"""What the tests of the API share: users with tokens, and a program that calls with one."""

from collections.abc import Collection
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from django.conf import settings
from django.test import Client

from tilisilta.models import Scope, User, UserTemplate
from tilisilta.services.api_tokens import create_token
from tilisilta.services.users import create_first_administrator, create_user

PASSWORD = "a bridge over the river"
START = "/api/v1"
# At its start the web part expects collected static files. The tests collect none.
Path(settings.STATIC_ROOT).mkdir(exist_ok=True)


@dataclass(kw_only=True)
class Program:
    """A program that calls the API with a token."""

    secret: str
    client: Client = field(default_factory=lambda: Client(raise_request_exception=False))

    def get(self, path: str, values: dict[str, Any] | None = None, **headers: str) -> Any:
        return self.client.get(START + path, values, headers=self._headers(headers))

    def post(self, path: str, body: object = None, **headers: str) -> Any:
        return self.client.post(
            START + path, body or {}, "application/json", headers=self._headers(headers)
        )

    def upload(self, path: str, values: dict[str, Any]) -> Any:
        return self.client.post(START + path, values, headers=self._headers({}))

    def _headers(self, more: dict[str, str]) -> dict[str, str]:
        named = {name.replace("_", "-"): value for name, value in more.items()}
        return {"Authorization": f"Bearer {self.secret}", **named}


def program_of(user: User, scopes: Collection[Scope] = tuple(Scope), **more: Any) -> Program:
    """Return a program with a new token of ``user``."""
    values = {"name": f"robot {user.api_tokens.count()}", "days": 30, "now": datetime.now(tz=UTC)}
    made = create_token(user, scopes=scopes, user=user, **{**values, **more})
    return Program(secret=made.secret)


@pytest.fixture
def administrator(db: None) -> User:
    return create_first_administrator("aino", PASSWORD)


@pytest.fixture
def reader(administrator: User) -> User:
    template = UserTemplate.objects.get(name="Reader")
    return create_user("oona", PASSWORD, template=template, user=administrator)


@pytest.fixture
def program(administrator: User) -> Program:
    """Return a program that may do everything."""
    return program_of(administrator)
