"""The encryption keys: whether they fit what is stored, and encrypting everything anew."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass

from allauth.mfa.models import Authenticator
from cryptography.fernet import InvalidToken
from django.conf import settings
from django.db import transaction
from django.db.models import F, Model, TextField
from django.db.models.functions import Cast

from tilisilta.models import (
    NmbrsConnection,
    NmbrsGrant,
    OnboardingRow,
    ProcountorAccount,
    User,
    Webhook,
)
from tilisilta.models.encryption import UnreadableSecret, cipher
from tilisilta.services import audit

ENCRYPTED_COLUMNS: tuple[tuple[type[Model], str, str], ...] = (
    (ProcountorAccount, "grant", "name"),
    (ProcountorAccount, "access_token", "name"),
    (NmbrsConnection, "token", "name"),
    (NmbrsGrant, "access_token", "connection__name"),
    (NmbrsGrant, "refresh_token", "connection__name"),
    (OnboardingRow, "api_key", "onboarding__file_name"),
    (Webhook, "address", "name"),
    (Webhook, "secret", "name"),
    (Webhook, "former_secret", "name"),
)
"""Each with the name of what it belongs to."""
ENCRYPTED_IN_SECOND_STEPS = ("secret", "seed", "migrated_codes")
Renew = Callable[[str, str], str]
_fitting: set[tuple[str, ...]] = set()


@dataclass(frozen=True, kw_only=True)
class Rotated:
    """What came of encrypting everything anew: how many secrets, and those no key opens."""

    count: int
    unreadable: tuple[str, ...]


def do_keys_fit() -> bool:
    """Return whether every secret in the database is opened by one of our keys.

    Asked once by each process while they do: keys are settings, and change with a restart only.
    """
    if settings.ENCRYPTION_KEYS not in _fitting:
        if any(not _opens(stored) for _owner, stored in _all_stored()):
            return False
        _fitting.add(settings.ENCRYPTION_KEYS)
    return True


def rotate_keys(*, user: User | None) -> Rotated:
    """Encrypt every secret with the newest key, so that the older keys can be taken away.

    A secret that no key opens stays as it is, and is named.
    """
    unreadable: list[str] = []

    def renewed(stored: str, owner: str) -> str:
        try:
            return cipher().rotate(stored.encode("ascii")).decode("ascii")
        except InvalidToken:
            unreadable.append(owner)
            return stored

    with transaction.atomic():
        count = _rotate_columns(renewed) + _rotate_second_steps(renewed)
        audit.record(audit.Action.KEYS_ROTATED, user=user, count=str(count))
    return Rotated(count=count - len(unreadable), unreadable=tuple(dict.fromkeys(unreadable)))


def _rotate_columns(renewed: Renew) -> int:
    count = 0
    for model, column, name in ENCRYPTED_COLUMNS:
        # Locked: a worker that renews a token meanwhile must not get the former one back.
        rows = model._default_manager.select_for_update(of=("self",)).annotate(
            stored=Cast(F(column), TextField())
        )
        for pk, owner, stored in rows.exclude(stored="").values_list("pk", name, "stored"):
            # As an unreadable secret, since that is stored as it is and not encrypted once more.
            again = UnreadableSecret(renewed(stored, owner))
            model._default_manager.filter(pk=pk).update(**{column: again})
            count += 1
    return count


def _rotate_second_steps(renewed: Renew) -> int:
    count = 0
    for one in Authenticator.objects.select_for_update(of=("self",)).select_related("user"):
        for name, stored in tuple(_stored_in(one)):
            if isinstance(stored, list):
                one.data[name] = [renewed(code, _name_of(one)) for code in stored]
            else:
                one.data[name] = renewed(stored, _name_of(one))
            count += 1
        one.save(update_fields=["data"])
    return count


def _all_stored() -> Iterator[tuple[str, str]]:
    """Yield every encrypted text with the name of what it belongs to."""
    for model, column, name in ENCRYPTED_COLUMNS:
        stored = Cast(F(column), TextField())
        for owner, text in model._default_manager.values_list(name, stored):
            if text:
                yield owner, text
    for one in Authenticator.objects.select_related("user"):
        for _name, kept in _stored_in(one):
            for text in kept if isinstance(kept, list) else [kept]:
                yield _name_of(one), text


def _stored_in(second_step: Authenticator) -> Iterator[tuple[str, str | list[str]]]:
    for name in ENCRYPTED_IN_SECOND_STEPS:
        if second_step.data.get(name):
            yield name, second_step.data[name]


def _name_of(second_step: Authenticator) -> str:
    return str(second_step.user)


def _opens(stored: str) -> bool:
    try:
        cipher().decrypt(stored.encode("ascii"))
    except InvalidToken:
        return False
    return True
