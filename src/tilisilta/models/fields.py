"""A text column whose content is encrypted at rest."""

from typing import TYPE_CHECKING, Any

from cryptography.fernet import Fernet, MultiFernet
from django.conf import settings
from django.db import models

if TYPE_CHECKING:
    _TextField = models.TextField[str, str]
else:
    _TextField = models.TextField


class EncryptedTextField(_TextField):
    """Text that leaves this process only encrypted, with the newest of the encryption keys.

    Older keys stay readable, so keys can be changed by putting a new one in front. A value that
    no key opens raises ``cryptography.fernet.InvalidToken``.
    """

    def get_prep_value(self, value: Any) -> Any:
        """Encrypt on the way to the database; nothing stays nothing."""
        return _cipher().encrypt(value.encode()).decode("ascii") if value else ""

    def from_db_value(self, value: str | None, *_: object) -> str:
        """Decrypt on the way back."""
        return _cipher().decrypt(value.encode("ascii")).decode() if value else ""


def _cipher() -> MultiFernet:
    return MultiFernet([Fernet(key) for key in settings.ENCRYPTION_KEYS])
