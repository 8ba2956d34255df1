"""Facts as a reader expects them: amounts, dates and periods in the active language."""

from collections.abc import Callable, Mapping
from datetime import date, datetime
from decimal import Decimal

from django.utils import formats, timezone
from django.utils.translation import get_language, gettext, ngettext
from django.utils.translation import gettext_noop as _

from tilisilta.domain.problems import Problem
from tilisilta.languages import language_of
from tilisilta.models import Area, Right

FIELDS = {
    "name": _("name"),
    "receipt_date": _("receipt date"),
    "accountants_notes": _("notes"),
    "account": _("ledger account"),
    "accounting_value": _("amount"),
    "description": _("description"),
    "dimension_values": _("dimensions"),
    "vat_percent": _("VAT percentage"),
    "vat_status": _("VAT status"),
    "missing": _("is missing"),
    "unexpected": _("was not sent"),
}


def shown_facts(problem: Problem) -> Mapping[str, str]:
    return {name: _shown(name, value) for name, value in problem.facts if value}


def where(problem: Problem) -> str:
    """Return a sentence that names the lines of a problem; empty when it is about none."""
    if problem.line is None:
        return ""
    others = problem.fact("others")
    named = [str(problem.line), *(others.split(", ") if others else ())]
    more = int(problem.fact("lines") or 1) - len(named)
    if more > 0:
        text = ngettext(
            "Lines %(lines)s and %(count)s more.", "Lines %(lines)s and %(count)s more.", more
        )
        return text % {"lines": ", ".join(named), "count": shown_count(more)}
    *before, last = named
    if not before:
        return gettext("Line %(line)s.") % {"line": last}
    return gettext("Lines %(lines)s and %(last)s.") % {"lines": ", ".join(before), "last": last}


def with_count(message: str, problem: Problem) -> str:
    """Return ``message`` with how many more problems it stands for."""
    more = int(problem.fact("alike") or 1) - 1
    if not more:
        return message
    text = ngettext(
        "%(message)s, and %(count)s more like it", "%(message)s, and %(count)s more like it", more
    )
    return text % {"message": message, "count": shown_count(more)}


def first_alike(problem: Problem) -> str:
    """Return a sentence that names the first of the problems alike; empty where it is but one."""
    if not problem.fact("first"):
        return ""
    return gettext("The first of them: %(first)s.") % {"first": problem.fact("first")}


def shown_count(number: int) -> str:
    return formats.number_format(number, use_l10n=True, force_grouping=True)


def _shown(name: str, value: str) -> str:
    show = _WAYS_TO_SHOW.get(name)
    return show(value) if show else value


def _shown_area(value: str) -> str:
    return str(Area(value).label)


def _shown_right(value: str) -> str:
    return str(Right(value).label)


def _shown_limit(value: str) -> str:
    return shown_count(int(value))


def _shown_period(value: str) -> str:
    wanted = language_of(get_language()).month
    return formats.date_format(date.fromisoformat(f"{value}-01"), wanted)


def _shown_differences(value: str) -> str:
    return "; ".join(_shown_difference(part) for part in value.split(", "))


def _shown_fields(value: str) -> str:
    return "; ".join(_shown_field(part) for part in value.split(", "))


def _shown_amount(value: str) -> str:
    shown = formats.number_format(abs(Decimal(value)), 2, use_l10n=True, force_grouping=True)
    # A true minus, as wide as a figure: a hyphen could be read as a dash before the amount.
    return f"\N{MINUS SIGN}{shown}" if value.startswith("-") else shown


def _shown_date(value: str) -> str:
    return formats.date_format(date.fromisoformat(value), language_of(get_language()).day)


def _shown_difference(part: str) -> str:
    """Return one unbalanced date, "2026-05-31 -0.01", or the number not named, "+3", in words."""
    if part.startswith("+"):
        rest = int(part[1:])
        return ngettext("%(count)s more date", "%(count)s more dates", rest) % {"count": rest}
    day, difference = part.split(" ")
    return f"{_shown_date(day)}: {_shown_amount(difference)}"


def _shown_field(part: str) -> str:
    """Return one deviation of a booked receipt, "receipt_date" or "row 3 account", in words."""
    row, _space, field = part.rpartition(" ")
    shown = gettext(FIELDS[field]) if field in FIELDS else field
    if not row:
        return shown
    number = row.removeprefix("row ")
    return gettext("row %(number)s: %(field)s") % {"number": number, "field": shown}


def _shown_moment(value: str) -> str:
    moment = timezone.localtime(datetime.fromisoformat(value))
    return f"{_shown_date(moment.date().isoformat())} {formats.date_format(moment, 'H:i:s')}"


def _shown_wait(value: str) -> str:
    seconds = int(value)
    if seconds < 90:
        return ngettext("%(count)s second", "%(count)s seconds", seconds) % {"count": seconds}
    minutes = -(-seconds // 60)
    return ngettext("%(count)s minute", "%(count)s minutes", minutes) % {"count": minutes}


_WAYS_TO_SHOW: Mapping[str, Callable[[str], str]] = {
    "amount": _shown_amount,
    "area": _shown_area,
    "credit": _shown_amount,
    "date": _shown_date,
    "dates": _shown_differences,
    "debit": _shown_amount,
    "difference": _shown_amount,
    "fields": _shown_fields,
    "limit": _shown_limit,
    "moment": _shown_moment,
    "moved_to": _shown_date,
    "period": _shown_period,
    "right": _shown_right,
    "start": _shown_date,
    "wait": _shown_wait,
}
