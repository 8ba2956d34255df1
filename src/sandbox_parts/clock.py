"""The time as an input, so that a test can set it."""

from collections.abc import Callable
from datetime import datetime
from zoneinfo import ZoneInfo

Clock = Callable[[], datetime]


def finnish_time() -> datetime:
    """Return the time in Finland, where what is invented has its home."""
    return datetime.now(tz=ZoneInfo("Europe/Helsinki"))
