"""The encryption of secrets at rest, and what stands for one that no key opens any more."""

from functools import cache

from cryptography.fernet import Fernet, InvalidToken, MultiFernet
from django.conf import settings

from tilisilta.domain.problems import ProblemCode
from tilisilta.errors import NeedsAttention


class KeysDoNotFit(NeedsAttention):
    """A secret was encrypted with a key that is not among ours."""

    code = ProblemCode.KEYS_DO_NOT_FIT


class UnreadableSecret(str):
    """Stands for a secret that none of our keys opens; as a text it is what was stored.

    Reading a row must not fail because of it, or every page would; using it does. Stored again it
    stays as it was, so that the former key still opens it.
    """

    __slots__ = ()


def cipher() -> MultiFernet:
    """Return what encrypts with the newest key, and decrypts with each."""
    return _cipher_of(tuple(settings.ENCRYPTION_KEYS))


@cache
def _cipher_of(keys: tuple[str, ...]) -> MultiFernet:
    # Kept: a receipt alone decrypts half a dozen secrets.
    return MultiFernet([Fernet(key) for key in keys])


def encrypted(secret: str) -> str:
    """Return ``secret`` as it is stored; nothing stays nothing."""
    if not secret or isinstance(secret, UnreadableSecret):
        return str(secret)
    return cipher().encrypt(secret.encode()).decode("ascii")


def decrypted(stored: str) -> str:
    """Return what is stored as a secret, or as an ``UnreadableSecret``."""
    if not stored:
        return ""
    try:
        return cipher().decrypt(stored.encode("ascii")).decode()
    except InvalidToken:
        return UnreadableSecret(stored)


def readable(secret: str) -> str:
    """Return ``secret`` for use; raise ``KeysDoNotFit`` if no key opens it."""
    if isinstance(secret, UnreadableSecret):
        raise KeysDoNotFit("No encryption key of ours opens a secret in the database.")
    return secret
