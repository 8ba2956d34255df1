"""Business IDs, as a person types them."""

import re

_FINNISH = re.compile(r"(?:FI)?(\d{6,7})-?(\d)", re.IGNORECASE)
_WEIGHTS = (7, 9, 10, 5, 8, 4, 2)
LONGEST = 20


def is_mistyped(business_id: str) -> bool:
    """Return whether ``business_id`` is written as a Finnish one and its check digit is wrong.

    Eight digits without hyphen or country may be a number of another country, so they are taken.
    """
    text = business_id.strip()
    found = _FINNISH.fullmatch(text)
    if found is None or text.isdecimal():
        return False
    digits, check = found.groups()
    return _check_digit(digits.zfill(7)) != int(check)


def _check_digit(digits: str) -> int | None:
    """The last digit that belongs to the seven ``digits``; there is none for some of them."""
    weighed = (weight * int(digit) for weight, digit in zip(_WEIGHTS, digits, strict=True))
    rest = sum(weighed) % 11
    if rest == 1:
        return None
    return 11 - rest if rest else 0
