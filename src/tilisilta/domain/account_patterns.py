"""Patterns of ledger account numbers, such as ``[3-8]...`` (R6).

A pattern has one element per position: a literal character or a choice in brackets (``[358]``,
``[3-8]``). ``...`` at its end stands for any rest. Several patterns are separated by commas.
"""

import re
from functools import lru_cache

_PARTS = re.compile(r"\[(?P<choice>(?:[0-9A-Za-z](?:-[0-9A-Za-z])?)+)\]|(?P<literal>[0-9A-Za-z])")
_REST = "..."


def matches_pattern(account: str, pattern: str) -> bool:
    """Return whether ``account`` fits ``pattern``; every account fits an empty pattern."""
    return not pattern.strip() or bool(_compiled(pattern).fullmatch(account))


def check_pattern(pattern: str) -> None:
    """Raise ``ValueError``, which names the position, when ``pattern`` cannot be read."""
    if pattern.strip():
        _compiled(pattern)


# A journal of 100,000 lines asks for the same few patterns once per account.
@lru_cache(maxsize=256)
def _compiled(pattern: str) -> re.Pattern[str]:
    return re.compile("|".join(_expression(one.strip()) for one in pattern.split(",")))


def _expression(pattern: str) -> str:
    signs = pattern.removesuffix(_REST)
    if not pattern:
        raise ValueError("A pattern of ledger accounts is empty.")
    expression, at = "", 0
    while at < len(signs):
        part = _PARTS.match(signs, at)
        if part is None:
            raise ValueError(f"“{pattern}” cannot be read from “{signs[at:]}” on.")
        expression += part.group()
        at = part.end()
    try:
        re.compile(expression)
    except re.error as error:
        raise ValueError(f"“{pattern}” has a range that runs backwards.") from error
    return expression + (".*" if pattern.endswith(_REST) else "")
