"""How the states of a comparison with the ledger are written: mark, word and colour."""

from collections.abc import Mapping
from types import MappingProxyType

from django import template
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext_lazy

from tilisilta.domain.net_pay import NetPayState
from tilisilta.domain.reconciliation import Finding, Outcome
from tilisilta.models import OUTCOMES
from tilisilta.services.verifying.words import FINDINGS, NET_PAY_STATES, RECEIPT_TYPES
from tilisilta.web.templatetags.ledger import icon

register = template.Library()

_OUTCOMES: Mapping[str, tuple[str, str]] = MappingProxyType(
    {
        Outcome.NOTHING.value: ("none", "s-none"),
        Outcome.EQUAL.value: ("equal", "s-equal"),
        Outcome.NOTED.value: ("edited", "s-warn"),
        Outcome.DIFFERENT.value: ("differs", "s-differs"),
        "": ("none", "s-none"),
    }
)
_FINDINGS: Mapping[str, tuple[str, str]] = MappingProxyType(
    {
        Finding.EQUAL.value: ("equal", "s-equal"),
        Finding.APPROVED.value: ("equal", "s-equal"),
        Finding.SET_BACK.value: ("warn", "s-differs"),
        Finding.EDITED.value: ("edited", "s-differs"),
        Finding.MOVED.value: ("before", "s-differs"),
        Finding.INVALIDATED.value: ("off", "s-differs"),
        Finding.GONE.value: ("deleted", "s-differs"),
        Finding.TWICE.value: ("problem", "s-differs"),
        Finding.ANOTHER_WAY.value: ("other", "s-other"),
        Finding.OTHER_DIMENSIONS.value: ("differs", "s-differs"),
        Finding.MISSING.value: ("deleted", "s-differs"),
        Finding.CHANGED.value: ("warn", "s-differs"),
    }
)
_NET_PAY: Mapping[str, tuple[str, str]] = MappingProxyType(
    {
        NetPayState.NOTHING.value: ("none", "s-none"),
        NetPayState.OPEN.value: ("none", "s-none"),
        NetPayState.BY_HAND.value: ("done", "s-done"),
        NetPayState.CHANGED.value: ("warn", "s-differs"),
        NetPayState.EQUAL.value: ("equal", "s-equal"),
        NetPayState.NOTED.value: ("edited", "s-warn"),
        NetPayState.DIFFERENT.value: ("differs", "s-differs"),
    }
)
_STATUSES: Mapping[str, tuple[str, str, object]] = MappingProxyType(
    {
        "UNFINISHED": ("ok", "s-ok", gettext_lazy("Unfinished")),
        "APPROVED": ("done", "s-done", gettext_lazy("Approved")),
        "INVALIDATED": ("off", "s-withdrawn", gettext_lazy("Invalidated")),
    }
)
_WORDS = MappingProxyType({**dict(OUTCOMES), "": gettext_lazy("Not compared yet")})


@register.simple_tag
def outcome_badge(outcome: str) -> SafeString:
    """Return how a month compares; the empty text is a month that was not compared."""
    return _badge(*_OUTCOMES[outcome], _WORDS[outcome])


@register.simple_tag
def finding_badge(finding: str) -> SafeString:
    return _badge(*_FINDINGS[finding], FINDINGS[finding])


@register.simple_tag
def net_pay_badge(state: str) -> SafeString:
    return _badge(*_NET_PAY[state], NET_PAY_STATES[state])


@register.simple_tag
def procountor_status(status: str) -> SafeString:
    """Return the status of a receipt in Procountor; one that we do not know as it is spelt."""
    mark, style, word = _STATUSES.get(status, ("none", "s-none", status))
    return _badge(mark, style, word)


@register.filter
def receipt_type(code: str) -> str:
    """Return the type of a receipt in words; one that we do not know as it is spelt."""
    return str(RECEIPT_TYPES.get(code, code))


def _badge(mark: str, style: str, word: object) -> SafeString:
    return format_html('<span class="s {}">{}<span>{}</span></span>', style, icon(mark), word)
