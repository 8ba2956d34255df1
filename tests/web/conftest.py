"""What the tests of pages share: people with and without rights, and a browser for each."""

from pathlib import Path

import pytest
from django.conf import settings
from django.test import Client

from tilisilta.models import User, UserTemplate
from tilisilta.services.users import create_first_administrator, create_user

PASSWORD = "a bridge over the river"

# The web part looks for the collected static files at its start; the tests collect none.
Path(settings.STATIC_ROOT).mkdir(exist_ok=True)


@pytest.fixture
def administrator(db: None) -> User:
    """Somebody who may do everything; the standard user templates are there as well."""
    return create_first_administrator("aino", PASSWORD)


@pytest.fixture
def reader(administrator: User) -> User:
    """Somebody who may look at everything but the users."""
    template = UserTemplate.objects.get(name="Reader")
    return create_user("oona", PASSWORD, template=template, user=administrator)


@pytest.fixture
def browser_of_administrator(administrator: User) -> Client:
    """The browser of the administrator, logged in."""
    client = Client()
    client.force_login(administrator)
    return client


@pytest.fixture
def browser_of_reader(reader: User) -> Client:
    """The browser of the reader, logged in."""
    client = Client()
    client.force_login(reader)
    return client
