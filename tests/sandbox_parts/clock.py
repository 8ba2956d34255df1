"""A clock for a stand-in, which a test sets."""

from datetime import UTC, datetime, timedelta


class SetClock:
    """A clock that stands still until it is told to go on."""

    def __init__(self) -> None:
        self.now = datetime(2026, 7, 1, 9, 0, tzinfo=UTC)

    def __call__(self) -> datetime:
        """Return the time it shows."""
        return self.now

    def advance(self, **by: float) -> None:
        """Go on by so many hours, seconds and so forth."""
        self.now += timedelta(**by)
