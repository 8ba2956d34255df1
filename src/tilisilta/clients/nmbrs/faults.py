"""What the faults of Nmbrs mean: sorted by the number in their text, else by its words."""

import re
from collections.abc import Mapping
from typing import NoReturn

from lxml import etree
from zeep.exceptions import Fault

from tilisilta.clients.nmbrs.errors import (
    NO_SUCH_PERIOD,
    NmbrsAccessDenied,
    NmbrsCallForbidden,
    NmbrsLoginRefused,
    NmbrsRefused,
)

_REFUSALS: Mapping[str, type[NmbrsRefused]] = {
    "1001": NmbrsLoginRefused,
    "1004": NmbrsLoginRefused,
    "2043": NmbrsLoginRefused,
    "1002": NmbrsCallForbidden,
    "1003": NmbrsAccessDenied,
    "2003": NmbrsAccessDenied,
    "2004": NmbrsAccessDenied,
    "2009": NmbrsAccessDenied,
    "2046": NmbrsAccessDenied,
}
_OTHERS = ("2006", "2011", "2013", "2019", "2020", "2021", "2037", "2038", "2039", "9999")
# The usual form. Any number counts there, as Nmbrs may have more than are known.
_ARROW = re.compile(r"-+>\s*\(?(?:error|code|nr)?[\s:#.]*(\d{4})\b", re.IGNORECASE)
# In other forms only the known numbers count: years and ids have four digits as well.
_KNOWN = re.compile(rf"(?<![\w/-])({'|'.join((*_REFUSALS, *_OTHERS))})(?![\w/-])")
# The words of faults without a number, and the number that others of their meaning have.
_WORDS: tuple[tuple[str, re.Pattern[str]], ...] = tuple(
    (number, re.compile(words, re.IGNORECASE))
    for number, words in (
        ("1001", r"invalid (combination|authentication|credential|log-?in|token|user)"),
        ("1001", r"(wrong|incorrect|invalid) (e-?mail|password)|(login|authentication) failed"),
        ("1004", r"(no|without|invalid) (valid |active )?subscription|account.{0,20} disabled"),
        ("2043", r"(invalid|unknown|wrong) (sub)?domain"),
        ("1002", r"(api|user) ?template|switched off|not (allowed|authori[sz]ed).{0,30}\bcall"),
        (NO_SUCH_PERIOD, r"invalid (period|year)"),
        ("1003", r"unauthori[sz]ed|not authori[sz]ed|no (right|access|permission)|access denied"),
        ("2046", r"not found|does not exist"),
    )
)


def refuse(call: str, fault: Fault) -> NoReturn:
    """Raise what a SOAP fault means. Nothing of its text is kept, as it may quote data."""
    text = _text_of(fault)
    match = _ARROW.search(text) or _KNOWN.search(text)
    number = match[1] if match else ""
    reason = number or next((code for code, words in _WORDS if words.search(text)), "")
    raise _REFUSALS.get(reason, NmbrsRefused)(call, number=number, reason=reason) from None


def _text_of(fault: Fault) -> str:
    """Return all text of a fault. One in the form of SOAP 1.2 has it in its detail alone."""
    detail = fault.detail
    if isinstance(detail, bytes | str):
        return f"{fault.message} {_text_in(detail)}"
    inside = "" if detail is None else " ".join(detail.itertext())
    return f"{fault.message or ''} {inside}"


def _text_in(detail: bytes | str) -> str:
    content = detail if isinstance(detail, bytes) else detail.encode()
    parser = etree.XMLParser(resolve_entities=False, no_network=True)
    try:
        root = etree.fromstring(content, parser)
    except etree.XMLSyntaxError:
        return ""
    return " ".join(map(str, root.itertext()))
