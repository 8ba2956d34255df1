"""How the states of a month are written, and the way to another month."""

from collections.abc import Mapping
from datetime import date
from types import MappingProxyType

from django import template
from django.http import QueryDict
from django.template.context import RequestContext
from django.urls import reverse
from django.utils.html import format_html, format_html_join
from django.utils.http import urlencode
from django.utils.safestring import SafeString

from tilisilta.domain.month_end import MonthState
from tilisilta.domain.reasons import Reason
from tilisilta.services.closing.words import STATE_WORDS
from tilisilta.web.templatetags.ledger import day, icon

register = template.Library()

_BADGES: Mapping[str, tuple[str, str]] = MappingProxyType(
    {
        MonthState.NOT_EXPECTED: ("none", "s-none"),
        MonthState.EXPECTED: ("missing", "s-missing"),
        MonthState.TO_FIX: ("problem", "s-problem"),
        MonthState.READY: ("ready", "s-ready"),
        MonthState.PROPOSED: ("proposed", "s-queued"),
        MonthState.SENDING: ("posting", "s-posting"),
        MonthState.BOOKED: ("ok", "s-ok"),
        MonthState.EQUAL: ("equal", "s-equal"),
        MonthState.DIFFERENT: ("differs", "s-differs"),
        MonthState.SIGNED: ("signed", "s-signed"),
        MonthState.CHANGED: ("warn", "s-changed"),
    }
)


@register.simple_tag
def month_badge(state: str, count: int | None = None) -> SafeString:
    """Return a state as mark, word and colour; calm where a ``count`` of it is 0."""
    mark, style = _BADGES[state]
    return format_html(
        '<span class="s {}">{}<span>{}</span></span>',
        "s-none" if count == 0 else style,
        icon(mark),
        STATE_WORDS[state],
    )


@register.simple_tag(takes_context=True)
def month_query(context: RequestContext, month: date) -> str:
    """Return the query of this page's address for another month, on the first page."""
    request = context.request
    query = request.GET.copy() if request is not None else QueryDict(mutable=True)
    query.pop("page", None)
    query["month"] = f"{month:%Y-%m}"
    return "?" + query.urlencode()


@register.simple_tag
def fix_address(month: date, reason: Reason) -> str:
    """Return the address of the page that puts a reason right."""
    query = urlencode({"month": f"{month:%Y-%m}", "reason": reason.id})
    return f"{reverse('fix_reason')}?{query}"


@register.simple_tag(takes_context=True)
def reason_address(context: RequestContext, reason: Reason) -> str:
    """Return the address of this page with the companies of a reason alone."""
    request = context.request
    query = request.GET.copy() if request is not None else QueryDict(mutable=True)
    for name in ("page", "state"):
        query.pop(name, None)
    query["reason"] = reason.id
    return f"?{query.urlencode()}#companies"


@register.filter
def shown_days(days: str) -> SafeString:
    """Return days such as ``2026-03-31, 2026-04-30`` as the reader writes them."""
    written = (day(date.fromisoformat(one)) for one in days.split(", ") if one)
    return format_html_join(", ", "{}", ((one,) for one in written))
