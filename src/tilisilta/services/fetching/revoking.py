"""Gives a consent back to Nmbrs and forgets its tokens."""

from django.db import transaction
from django.utils import timezone

from tilisilta.clients.nmbrs.rest import identity
from tilisilta.errors import TilisiltaError
from tilisilta.models import NmbrsConnection, NmbrsGrant, User
from tilisilta.models.encryption import UnreadableSecret
from tilisilta.services import audit
from tilisilta.services.fetching.registration import is_registered, registration, transport


def disconnect(connection: NmbrsConnection, *, user: User | None) -> bool:
    """Give the consent back and forget its tokens; return whether Nmbrs confirmed it.

    They are forgotten in any case: a person who disconnects need not wait for Nmbrs.
    """
    with transaction.atomic():
        grant = NmbrsGrant.objects.select_for_update().filter(connection=connection).first()
        if grant is None or grant.state == NmbrsGrant.State.WITHDRAWN:
            return True
        spent = grant.refresh_token
        grant.state = NmbrsGrant.State.WITHDRAWN
        grant.access_token = grant.refresh_token = ""
        grant.access_token_expires_at = grant.renewal_began_at = None
        grant.ended_at = timezone.now()
        grant.save()
        audit.record(audit.Action.REST_REVOKED, user=user, about=connection, name=connection.name)
    return is_revoked(spent)


def is_revoked(refresh_token: str) -> bool:
    """Give a refresh token back, and return whether Nmbrs has confirmed it."""
    is_usable = refresh_token and not isinstance(refresh_token, UnreadableSecret)
    if not is_usable or not is_registered():
        return False
    try:
        identity.revoke(registration(), refresh_token, transport=transport())
    except TilisiltaError:
        return False
    return True
