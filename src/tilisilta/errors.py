"""What can go wrong, sorted by what to do about it."""

from collections.abc import Mapping
from types import MappingProxyType
from typing import ClassVar


class TilisiltaError(Exception):
    """An expected failure; its subclass says what to do about it.

    ``code`` is the problem code that people see, and ``facts`` are the values that its text names,
    both as listed in ``tilisilta.domain.problems``. An error class without a code of its own has
    the general code of the class below that it inherits from.
    """

    code: ClassVar[str] = ""
    facts: Mapping[str, str] = MappingProxyType({})


class TryAgainLater(TilisiltaError):
    """Nothing changed; it may work in a while, at the earliest after ``retry_after_seconds``."""

    code = "E01"

    def __init__(self, message: str, *, retry_after_seconds: int | None = None) -> None:
        super().__init__(message)
        self.retry_after_seconds = retry_after_seconds
        self.facts = {} if retry_after_seconds is None else {"wait": str(retry_after_seconds)}


class OutcomeUnknown(TilisiltaError):
    """A write may have happened; search for its result before repeating it."""

    code = "E02"


class NeedsAttention(TilisiltaError):
    """A person must change something: reconnect, map an account, reopen a period."""

    code = "E03"
