"""The choices of a link as texts, as files have them and people write them, and back."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _

from tilisilta.domain.account_patterns import check_pattern
from tilisilta.domain.sending_rules import LEAST_HOURS, MOST_HOURS, MOST_PERCENT
from tilisilta.domain.whole_numbers import whole_number
from tilisilta.languages import LANGUAGES
from tilisilta.models import Link, Profile
from tilisilta.models.links import (
    FIRST_YEAR,
    LAST_YEAR,
    MOST_VARIANCE_AMOUNT,
    MOST_VARIANCE_PERCENT,
    ledger_account_number,
)

COLUMNS = (
    "profile",
    "start",
    "cost_centers",
    "cost_units",
    "create_items",
    "dimension_accounts",
    "closed_period",
    "clearing_account",
    "fallback_account",
    "map",
    "sum_equal_lines",
    "approve",
    "two_persons",
    "attach",
    "variance_percent",
    "variance_amount",
    "verify_only",
    "language",
    "title",
    "send_by_rule",
    "rule_hours",
    "rule_percent",
)
"""Every choice, in the order of a file."""
YES, NO = "yes", "no"
_YES = frozenset({YES, "y", "true", "1", "x", "ja", "kyllä"})
_NO = frozenset({NO, "n", "false", "0", "", "nej", "ei"})
_FLAGS = {
    "create_items": "creates_missing_items",
    "sum_equal_lines": "sums_equal_lines",
    "approve": "approves_receipts",
    "two_persons": "needs_release",
    "verify_only": "is_verify_only",
    "send_by_rule": "sends_by_rule",
}


class Unreadable(ValueError):
    """A text is no value of its column; the message says what is."""


@dataclass(frozen=True, kw_only=True)
class ReadChoices:
    """Fields of ``Link``, and all account mappings; ``None`` where no mappings were written."""

    choices: Mapping[str, Any]
    mappings: Mapping[str, str] | None = None


def written(link: Link) -> dict[str, str]:
    """Return every choice of ``link`` as a text, so that reading it changes nothing."""
    flags = {column: YES if getattr(link, name) else NO for column, name in _FLAGS.items()}
    pairs = sorted((one.journal_account, one.procountor_account_code) for one in _mappings(link))
    texts = {
        **flags,
        "profile": link.profile.name if link.profile else "",
        "start": f"{link.start_month:%Y-%m}",
        "cost_centers": link.cost_center_dimension if link.uses_cost_centers else "",
        "cost_units": link.cost_unit_dimension if link.uses_cost_units else "",
        "dimension_accounts": link.dimension_accounts,
        "closed_period": link.closed_period_policy,
        "clearing_account": link.clearing_account,
        "fallback_account": link.fallback_account,
        "map": " ".join(f"{before}={after}" for before, after in pairs),
        "attach": link.attaches,
        "variance_percent": str(link.variance_percent),
        "variance_amount": str(link.variance_amount),
        "language": link.receipt_language,
        "title": link.receipt_title,
        "rule_hours": str(link.rule_hours),
        "rule_percent": str(link.rule_percent),
    }
    return {column: texts[column] for column in COLUMNS}


def read(column: str, text: str) -> ReadChoices:
    """Return what ``text`` in ``column`` says. Raises ``Unreadable``."""
    text = text.strip()
    if column in _FLAGS:
        return ReadChoices(choices={_FLAGS[column]: _flag(text)})
    if column == "map":
        return ReadChoices(choices={}, mappings=read_mappings(text))
    return ReadChoices(choices=_READERS[column](text))


def read_mappings(text: str) -> dict[str, str]:
    """Return the pairs of ``5035=5030 5036=5040``; blanks, commas and semicolons divide them."""
    pairs: dict[str, str] = {}
    for pair in text.replace(";", " ").replace(",", " ").split():
        before, sign, after = pair.partition("=")
        if not (before and sign and after) or pairs.get(before, after) != after:
            raise Unreadable(_("Write account mappings as 5035=5030 5036=5040, each account once."))
        pairs[before] = after
    return pairs


def read_month(text: str) -> date:
    """Return the first day of the month ``2026-06``. Raises ``Unreadable``."""
    told = _("Write the first month as 2026-06.")
    try:
        month = date.fromisoformat(text if len(text) == 10 else f"{text}-01").replace(day=1)
    except ValueError:
        raise Unreadable(told) from None
    if not FIRST_YEAR <= month.year <= LAST_YEAR:
        raise Unreadable(told)
    return month


def find_profile(name: str) -> Profile | None:
    """Return the profile of that name; ``None`` for no name. Raises ``Unreadable``."""
    if not name:
        return None
    found = Profile.objects.filter(name__iexact=name).first()
    if found is None:
        known = ", ".join(Profile.objects.values_list("name", flat=True))
        told = _("There is no profile of this name.")
        raise Unreadable(
            f"{told} {_('There is: %(names)s.') % {'names': known}}" if known else told
        )
    return found


def _mappings(link: Link) -> Any:
    return link.account_mappings.all()


def _flag(text: str) -> bool:
    if text.casefold() in _YES:
        return True
    if text.casefold() in _NO:
        return False
    raise Unreadable(_("Write yes or no."))


def _dimension(box: str, field: str) -> Callable[[str], dict[str, Any]]:
    return lambda text: {box: bool(text), field: text}


def _account(field: str) -> Callable[[str], dict[str, Any]]:
    def reader(text: str) -> dict[str, Any]:
        try:
            if text:
                ledger_account_number(text)
        except ValidationError:
            raise Unreadable(_("A ledger account has digits and letters only.")) from None
        return {field: text}

    return reader


def _pattern(text: str) -> dict[str, Any]:
    # Editors and phones turn three dots into one ellipsis character.
    pattern = text.replace("…", "...")
    try:
        check_pattern(pattern)
    except ValueError:
        raise Unreadable(
            _("This pattern cannot be read. Write for example [3-8]... or 5...,6...")
        ) from None
    return {"dimension_accounts": pattern}


def _one_of(field: str, allowed: tuple[str, ...]) -> Callable[[str], dict[str, Any]]:
    def reader(text: str) -> dict[str, Any]:
        if text not in allowed:
            raise Unreadable(_("Write one of: %(values)s.") % {"values": ", ".join(allowed)})
        return {field: text}

    return reader


def _number(field: str, least: int, most: int) -> Callable[[str], dict[str, Any]]:
    def reader(text: str) -> dict[str, Any]:
        number = whole_number(text)
        if number is None or not least <= number <= most:
            told = _("Write a whole number from %(least)s to %(most)s.")
            raise Unreadable(told % {"least": least, "most": most})
        return {field: number}

    return reader


_READERS: dict[str, Callable[[str], dict[str, Any]]] = {
    "profile": lambda text: {"profile": find_profile(text)},
    "start": lambda text: {"start_month": read_month(text)},
    "cost_centers": _dimension("uses_cost_centers", "cost_center_dimension"),
    "cost_units": _dimension("uses_cost_units", "cost_unit_dimension"),
    "dimension_accounts": _pattern,
    "closed_period": _one_of("closed_period_policy", tuple(Link.Policy.values)),
    "clearing_account": _account("clearing_account"),
    "fallback_account": _account("fallback_account"),
    "attach": _one_of("attaches", tuple(Link.Attaches.values)),
    "variance_percent": _number("variance_percent", 0, MOST_VARIANCE_PERCENT),
    "variance_amount": _number("variance_amount", 0, MOST_VARIANCE_AMOUNT),
    "language": _one_of("receipt_language", tuple(one.code for one in LANGUAGES)),
    "title": lambda text: {"receipt_title": text},
    "rule_hours": _number("rule_hours", LEAST_HOURS, MOST_HOURS),
    "rule_percent": _number("rule_percent", 0, MOST_PERCENT),
}
