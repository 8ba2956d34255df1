"""How long a service asks us to wait."""

from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from math import ceil


def seconds_to_wait(text: str) -> int | None:
    """Return what a ``Retry-After`` says, which is a number of seconds or a moment."""
    text = text.strip()
    if text.isascii() and text.isdecimal():
        return int(text[:6])
    try:
        moment = parsedate_to_datetime(text)
    except ValueError:
        return None
    return max(
        0,
        ceil((moment.replace(tzinfo=moment.tzinfo or UTC) - datetime.now(tz=UTC)).total_seconds()),
    )
