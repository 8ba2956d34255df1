"""How the standings of companies in a list are written."""

from collections.abc import Mapping
from types import MappingProxyType

from django import template
from django.utils.html import format_html
from django.utils.safestring import SafeString

from tilisilta.web.templatetags.ledger import icon

register = template.Library()

_BADGES: Mapping[str, tuple[str, str]] = MappingProxyType(
    {
        "linked": ("done", "s-done"),
        "match": ("equal", "s-equal"),
        "names": ("differs", "s-differs"),
        "ids": ("differs", "s-differs"),
        "taken": ("problem", "s-problem"),
        "key": ("dead", "s-dead"),
        "wrong": ("warn", "s-warn"),
    }
)


@register.simple_tag
def standing_badge(group: str, words: object, count: int | None = None) -> SafeString:
    """Return a standing as mark, word and colour; calm where a ``count`` of it is 0."""
    mark, style = _BADGES[group]
    return format_html(
        '<span class="s {}">{}<span>{}</span></span>',
        "s-none" if count == 0 else style,
        icon(mark),
        words,
    )
