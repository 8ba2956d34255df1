"""Fixtures of the tests of sending: two persons, and a journal that both may send."""

import pytest
from tests.services.sending.proposing import of_company

from procountor_sandbox.app import Sandbox
from tilisilta.models import Journal, User, UserTemplate
from tilisilta.services.users import create_first_administrator, create_user

PASSWORD = "a bridge over the river"


@pytest.fixture
def aino(db: None) -> User:
    return create_first_administrator("aino", PASSWORD)


@pytest.fixture
def onni(aino: User) -> User:
    template = UserTemplate.objects.get(name="Payroll clerk")
    return create_user("onni", PASSWORD, template=template, user=aino)


@pytest.fixture
def journal(procountor: Sandbox) -> Journal:
    return of_company(1001)
