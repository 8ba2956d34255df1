"""Whole numbers that people and browsers hand over as text."""

MOST_DIGITS = 18
"""More than any number here has; Python refuses to convert some thousands of digits."""


def whole_number(text: str) -> int | None:
    """Return the number that ``text`` is in digits; ``None`` for anything else, or for too many."""
    is_number = text.isascii() and text.isdecimal() and len(text) <= MOST_DIGITS
    return int(text) if is_number else None
