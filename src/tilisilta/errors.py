"""What can go wrong, sorted by what to do about it."""


class TilisiltaError(Exception):
    """Something went wrong that we expected might; its subclass says what to do."""


class TryAgainLater(TilisiltaError):
    """Nothing changed; it may work in a while, at the earliest after ``retry_after_seconds``."""

    def __init__(self, message: str, *, retry_after_seconds: int | None = None) -> None:
        super().__init__(message)
        self.retry_after_seconds = retry_after_seconds


class OutcomeUnknown(TilisiltaError):
    """A write may have happened; look before repeating it."""


class NeedsAttention(TilisiltaError):
    """A person must change something: reconnect, map an account, reopen a period."""
