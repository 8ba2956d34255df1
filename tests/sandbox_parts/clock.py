"""A clock for a stand-in, which a test sets."""

from datetime import UTC, datetime, timedelta


class SetClock:
    """A clock that stands still until a test moves it."""

    def __init__(self) -> None:
        self.now = datetime(2026, 7, 1, 9, 0, tzinfo=UTC)

    def __call__(self) -> datetime:
        return self.now

    def advance(self, **by: float) -> None:
        """Move on by so many hours, seconds and so forth."""
        self.now += timedelta(**by)
