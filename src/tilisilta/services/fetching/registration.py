"""This installation's registration for Nmbrs' REST API, from the settings."""

from typing import cast

import httpx2
from django.conf import settings

from tilisilta.clients.nmbrs.rest.identity import Registration
from tilisilta.domain.problems import ProblemCode
from tilisilta.errors import NeedsAttention

PATH = "/settings/integrations/nmbrs/consented"
"""Where the identity service sends people back to, below the base address."""


class NotRegistered(NeedsAttention):
    """Client id, secret and subscription key for Nmbrs' REST API are not set."""

    code = ProblemCode.NMBRS_NOT_REGISTERED


def is_registered() -> bool:
    return bool(settings.NMBRS_CLIENT_ID)


def must_be_registered() -> None:
    if not is_registered():
        raise NotRegistered("TILISILTA_NMBRS_CLIENT_ID is not set.")


def registration() -> Registration:
    return Registration(
        identity_url=settings.NMBRS_IDENTITY_URL,
        client_id=settings.NMBRS_CLIENT_ID,
        client_secret=settings.NMBRS_CLIENT_SECRET,
        redirect_uri=redirect_uri(),
    )


def redirect_uri() -> str:
    """Return the address that has to be registered at Nmbrs, letter by letter."""
    return f"{settings.BASE_URL}{PATH}"


def transport() -> httpx2.BaseTransport | None:
    """Return how requests leave; ``None`` is the network."""
    return cast("httpx2.BaseTransport | None", settings.NMBRS_TRANSPORT)
