"""What the tests of pages share: people with and without rights, and a browser for each."""

import pytest
from django.test import Client

from tilisilta.models import User, UserTemplate
from tilisilta.services.users import create_first_administrator, create_user

PASSWORD = "a bridge over the river"


@pytest.fixture
def administrator(db: None) -> User:
    """Return a user with all rights; the standard user templates exist too."""
    return create_first_administrator("aino", PASSWORD)


@pytest.fixture
def reader(administrator: User) -> User:
    """Return a user who may read everything but the users."""
    template = UserTemplate.objects.get(name="Reader")
    return create_user("oona", PASSWORD, template=template, user=administrator)


@pytest.fixture
def browser_of_administrator(administrator: User) -> Client:
    client = Client()
    client.force_login(administrator)
    return client


@pytest.fixture
def browser_of_reader(reader: User) -> Client:
    client = Client()
    client.force_login(reader)
    return client
