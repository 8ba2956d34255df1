"""Narrows links by what they are, as a person writes it: ``debtor=103``."""

from collections.abc import Callable, Iterable
from typing import Any

from django.db.models import Q, QuerySet

from tilisilta.domain.whole_numbers import whole_number
from tilisilta.models import Link

NONE = "none"
"""Written as the value for links that have nothing there."""


class UnknownCondition(ValueError):
    """A condition names no property of links, or no value that it can have."""


def links_where(conditions: Iterable[str], links: QuerySet[Link]) -> QuerySet[Link]:
    """Return those of ``links`` that fit each of ``conditions``.

    A condition is a property, ``=``, and one or several values with commas between, of which one
    has to fit. Raises ``UnknownCondition``.
    """
    for condition in conditions:
        name, sign, values = condition.partition("=")
        wanted = [value.strip() for value in values.split(",")]
        make = _PROPERTIES.get(name.strip().replace("_", "-"))
        if make is None or not sign or not all(wanted):
            raise UnknownCondition(condition)
        fitting = Q()
        for value in wanted:
            fitting |= make(value, condition)
        links = links.filter(fitting)
    return links


def properties() -> tuple[str, ...]:
    return tuple(_PROPERTIES)


def _number(field: str) -> Callable[[str, str], Q]:
    def make(value: str, condition: str) -> Q:
        number = whole_number(value)
        if number is None:
            raise UnknownCondition(condition)
        return Q(**{field: number})

    return make


def _text(field: str) -> Callable[[str, str], Q]:
    return lambda value, _condition: Q(**{f"{field}__iexact": "" if value == NONE else value})


def _dimension(box: str, field: str) -> Callable[[str, str], Q]:
    def make(value: str, _condition: str) -> Q:
        named: dict[str, Any] = {box: True, f"{field}__iexact": value}
        return Q(**{box: False}) if value == NONE else Q(**named)

    return make


def _flag(field: str) -> Callable[[str, str], Q]:
    def make(value: str, condition: str) -> Q:
        if value not in {"yes", "no"}:
            raise UnknownCondition(condition)
        return Q(**{field: value == "yes"})

    return make


def _profile(value: str, _condition: str) -> Q:
    return Q(profile__isnull=True) if value == NONE else Q(profile__name__iexact=value)


_PROPERTIES: dict[str, Callable[[str, str], Q]] = {
    "debtor": _number("company__debtor__number"),
    "company": _number("company__number"),
    "account": _text("procountor_account__name"),
    "administration": _text("procountor_account__company_name"),
    "business-id": _text("procountor_account__business_id"),
    "profile": _profile,
    "cost-centers": _dimension("uses_cost_centers", "cost_center_dimension"),
    "cost-units": _dimension("uses_cost_units", "cost_unit_dimension"),
    "closed-period": _text("closed_period_policy"),
    "clearing-account": _text("clearing_account"),
    "fallback-account": _text("fallback_account"),
    "language": _text("receipt_language"),
    "send-by-rule": _flag("sends_by_rule"),
    "maps": _text("account_mappings__journal_account"),
}
