"""Business IDs, as a person types them."""

import re

_FINNISH = re.compile(r"(?:FI)?(\d{6,7})-?(\d)", re.IGNORECASE)
_WEIGHTS = (7, 9, 10, 5, 8, 4, 2)
LONGEST = 20


def is_mistyped(business_id: str) -> bool:
    """Return whether ``business_id`` has the form of a Finnish one and a wrong check digit.

    Eight digits without hyphen or country may be a number of another country, so they pass.
    """
    text = business_id.strip()
    match = _FINNISH.fullmatch(text)
    if match is None or text.isdecimal():
        return False
    digits, check = match.groups()
    # Old numbers of six digits are calculated with a leading zero.
    return _check_digit(digits.zfill(7)) != int(check)


def _check_digit(digits: str) -> int | None:
    """Return the check digit of seven ``digits``; ``None`` where Finland issues no such number."""
    weighed = (weight * int(digit) for weight, digit in zip(_WEIGHTS, digits, strict=True))
    rest = sum(weighed) % 11
    if rest == 1:
        return None
    return 11 - rest if rest else 0
