"""How amounts, days, states and marks are written on every page: once, here."""

from collections.abc import Iterable, Mapping
from datetime import date, datetime
from decimal import Decimal
from functools import lru_cache
from types import MappingProxyType

from django import template
from django.core.paginator import Page
from django.http import QueryDict
from django.template.context import RequestContext
from django.urls import reverse
from django.utils import formats, timezone
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString
from django.utils.translation import get_language, gettext_lazy
from django.utils.translation import gettext as _

from tilisilta.domain.journals import BookingPeriod
from tilisilta.domain.number_ranges import written_ranges
from tilisilta.domain.problems import Problem, ProblemCode
from tilisilta.domain.standing import ExportState, JournalState
from tilisilta.languages import Language, language_of
from tilisilta.models import (
    EXPORT_STATES,
    JOURNAL_STATES,
    Area,
    Export,
    NmbrsConnection,
    ProcountorAccount,
    Right,
    User,
    UserTemplate,
)
from tilisilta.services.explanations import Explanation, explain
from tilisilta.services.overview import MONTHS_SHOWN, Cell
from tilisilta.services.sending_rules.words import name_of_asker
from tilisilta.web import run_texts

register = template.Library()
register.filter(name_of_asker)

MONTHS_ON_A_PHONE = 4
MINUS = "\N{MINUS SIGN}"

ICONS_AND_STYLES = MappingProxyType(
    {
        JournalState.READY.value: ("ready", "s-ready"),
        JournalState.PROBLEM.value: ("problem", "s-problem"),
        JournalState.BEFORE_START.value: ("before", "s-before"),
        JournalState.OFF.value: ("off", "s-off"),
        JournalState.DISCARDED.value: ("discarded", "s-withdrawn"),
        JournalState.REPLACED.value: ("off", "s-withdrawn"),
        JournalState.CHANGED.value: ("warn", "s-warn"),
        JournalState.QUEUED.value: ("queued", "s-queued"),
        JournalState.SENDING.value: ("posting", "s-posting"),
        JournalState.UNCERTAIN.value: ("uncertain", "s-uncertain"),
        JournalState.REJECTED.value: ("rejected", "s-rejected"),
        JournalState.PARTLY_SENT.value: ("warn", "s-warn"),
        JournalState.SENT.value: ("ok", "s-ok"),
        JournalState.APPROVED.value: ("done", "s-done"),
        JournalState.WITHDRAWING.value: ("posting", "s-posting"),
        JournalState.WITHDRAWAL_STOPPED.value: ("warn", "s-warn"),
        JournalState.MARKED_SENT.value: ("ok", "s-ok"),
        JournalState.SETTLED.value: ("ok", "s-ok"),
        ExportState.NOT_WITHDRAWN.value: ("warn", "s-warn"),
        ExportState.POSTING.value: ("posting", "s-posting"),
        ExportState.POSTED.value: ("ok", "s-ok"),
        ExportState.WITHDRAWN.value: ("off", "s-withdrawn"),
        ProcountorAccount.State.NEW.value: ("dead", "s-dead"),
        ProcountorAccount.State.AUTHORISED.value: ("ok", "s-ok"),
        ProcountorAccount.State.ENDED.value: ("dead", "s-dead"),
        NmbrsConnection.State.WORKING.value: ("ok", "s-ok"),
        NmbrsConnection.State.REFUSED.value: ("dead", "s-dead"),
        NmbrsConnection.State.REMOVED.value: ("off", "s-off"),
        # States that are no column: a draft of the preview, a finding, a mark.
        "waiting": ("ready", "s-ready"),
        "error": ("problem", "s-problem"),
        "warning": ("warn", "s-warn"),
        "test": ("off", "s-off"),
        "blocked": ("off", "s-off"),
        "deleted": ("deleted", "s-warn"),
        "needs_look": ("warn", "s-warn"),
        "proposed": ("proposed", "s-queued"),
        "equal": ("equal", "s-equal"),
        "different": ("differs", "s-differs"),
        "unknown": ("none", "s-none"),
        "through_link": ("ready", "s-ready"),
        "through_earlier_link": ("before", "s-before"),
        # How fetching a company from Nmbrs stands.
        "fetched": ("ok", "s-ok"),
        "fetched_in_part": ("warn", "s-warn"),
        "not_fetched": ("problem", "s-problem"),
        "to_be_fetched": ("queued", "s-queued"),
        "being_fetched": ("coming", "s-posting"),
        "never_fetched": ("none", "s-none"),
        "disconnected": ("off", "s-off"),
        "gone": ("deleted", "s-warn"),
        "by_hand": ("none", "s-none"),
    }
)
STYLES_OF_MARKS = MappingProxyType(
    {
        "coming": "s-posting",
        "dead": "s-dead",
        "differs": "s-ready",
        "equal": "s-equal",
        "info": "s-ready",
        "none": "s-none",
        "off": "s-off",
        "ok": "s-ok",
        "posting": "s-posting",
        "problem": "s-problem",
        "ready": "s-ready",
        "uncertain": "s-uncertain",
        "warn": "s-warn",
    }
)
WORDS: Mapping[str, object] = MappingProxyType(
    {
        **dict(ProcountorAccount.State.choices),
        **dict(NmbrsConnection.State.choices),
        **dict(EXPORT_STATES),
        **dict(JOURNAL_STATES),
        "waiting": gettext_lazy("Waiting"),
        "error": gettext_lazy("Stops"),
        "warning": gettext_lazy("Informs"),
        "test": gettext_lazy("Test company"),
        "blocked": gettext_lazy("Blocked"),
        "deleted": gettext_lazy("Run deleted in Nmbrs"),
        "needs_look": gettext_lazy("Looks wrong"),
        "proposed": gettext_lazy("Proposed"),
        "equal": gettext_lazy("Equal"),
        "different": gettext_lazy("Different"),
        "unknown": gettext_lazy("Not known"),
        "through_link": gettext_lazy("Through this link"),
        "through_earlier_link": gettext_lazy("Through the earlier link"),
        "fetched": gettext_lazy("Fetched"),
        "fetched_in_part": gettext_lazy("Fetched in part"),
        "not_fetched": gettext_lazy("Not fetched"),
        "to_be_fetched": gettext_lazy("Waits to be fetched"),
        "being_fetched": gettext_lazy("Being fetched"),
        "never_fetched": gettext_lazy("Not fetched yet"),
        "disconnected": gettext_lazy("Connection removed"),
        "gone": gettext_lazy("No longer in Nmbrs"),
        "by_hand": gettext_lazy("Added by hand"),
    }
)


@register.filter
def amount(value: Decimal | None) -> str:
    """Return an amount in the reader's locale, two decimals; a negative one red and bold."""
    if value is None:
        return ""
    written = formats.number_format(abs(value), decimal_pos=2, force_grouping=True)
    if value < 0:
        return format_html('<span class="neg">{}{}</span>', MINUS, written)
    return format_html('<span class="pos">{}</span>', written)


@register.filter
def credit(value: Decimal | None) -> str:
    """Return an amount for a column of credits: with a true minus, but no alarm."""
    if value is None:
        return ""
    written = formats.number_format(abs(value), decimal_pos=2, force_grouping=True)
    return format_html('<span class="pos">{}{}</span>', MINUS if value < 0 else "", written)


@register.filter
def percent(value: Decimal | None) -> str:
    """Return a change in percent with its sign: it is read beside others in a column."""
    if value is None:
        return ""
    written = formats.number_format(abs(value), decimal_pos=1, force_grouping=True)
    sign = MINUS if value < 0 else "+" if value > 0 else ""
    return f"{sign}{written}\N{NO-BREAK SPACE}%"


@register.filter
def change(value: Decimal | None) -> str:
    """Return a difference with its sign, without alarm."""
    if value is None:
        return ""
    written = formats.number_format(abs(value), decimal_pos=2, force_grouping=True)
    sign = MINUS if value < 0 else "+" if value > 0 else ""
    return format_html('<span class="pos">{}{}</span>', sign, written)


@register.filter
def count(value: int | None) -> str:
    return "" if value is None else formats.number_format(value, force_grouping=True)


@register.filter
def day(value: date | datetime | None) -> str:
    """Return a day in the reader's language, short: 2 Jul 2026."""
    if value is None:
        return ""
    if isinstance(value, datetime):
        value = timezone.localtime(value).date()
    return _timed(value.isoformat(), formats.date_format(value, _language().day))


@register.filter
def moment(value: datetime | None) -> str:
    """Return a day and the time of day in the reader's language: 2 Jul 2026, 14:31."""
    if value is None:
        return ""
    local = timezone.localtime(value)
    written = formats.date_format(local, _language().moment)
    return _timed(local.isoformat(timespec="seconds"), written)


@register.filter
def second(value: datetime | None) -> str:
    """Return a day and the time to the second, where minutes are too coarse."""
    if value is None:
        return ""
    local = timezone.localtime(value)
    to_the_minute = _language().moment
    # Between minutes and seconds stands what stands between hours and minutes.
    written = formats.date_format(local, f"{to_the_minute}{to_the_minute[-2]}s")
    return _timed(local.isoformat(timespec="seconds"), written)


@register.filter
def month(value: date | BookingPeriod | str | None) -> str:
    """Return a month in the reader's words, such as May 2026; also one written as 2026-05."""
    if not value:
        return ""
    first = value if isinstance(value, date) else date.fromisoformat(f"{value}-01")
    return formats.date_format(first, _language().month)


@register.filter
def beyond_month(description: str, shown: date) -> str:
    return run_texts.beyond_month(description, shown)


@register.simple_tag
def icon(name: str) -> SafeString:
    """Return the mark ``name`` of the page's sprite. Screen readers skip it, so add a word."""
    return format_html('<svg class="i" aria-hidden="true"><use href="#{}"/></svg>', name)


@register.simple_tag
def state_badge(state: str, word: object = "") -> SafeString:
    """Return a state as mark, word and colour; ``word`` replaces the usual one."""
    mark, style = ICONS_AND_STYLES[str(state)]
    return format_html(
        '<span class="s {}">{}<span>{}</span></span>', style, icon(mark), word or WORDS[str(state)]
    )


@register.simple_block_tag
def marked(content: str, mark: str, style: str = "") -> SafeString:
    """Words beside a mark that says of what kind they are; ``style`` replaces its usual colour."""
    return format_html(
        '<span class="s {}">{}<span>{}</span></span>',
        style or STYLES_OF_MARKS[mark],
        icon(mark),
        SafeString(content.strip()),
    )


@register.simple_block_tag
def crumbs(content: str) -> SafeString:
    """The way back to where a page belongs, of links in list items."""
    frame = '<nav class="crumbs" aria-label="{}"><ol>{}</ol></nav>'
    return format_html(frame, _("Breadcrumb"), SafeString(content.strip()))


@register.simple_tag
def heading(words: object, style: str = "") -> SafeString:
    """The heading of a column, with the roles that a table laid out as entries would lose."""
    class_of_style = format_html(' class="{}"', style) if style else ""
    return format_html('<th role="columnheader" scope="col"{}>{}</th>', class_of_style, words)


@register.simple_tag
def explained(code: str) -> Explanation:
    return explain(Problem(code=ProblemCode(code)))


@register.simple_tag
def state_style(state: str) -> str:
    return ICONS_AND_STYLES[str(state)][1]


@register.simple_tag
def year_cells(cells: Iterable[Cell], current: date) -> SafeString:
    """Return the months of a company in the timetable, each linked to its journal if it has one.

    They are drawn here and not in a template, since a page has six hundred of them.
    """
    language = _language().code
    address = reverse("journal", args=[0]).removesuffix("0")
    drawn = ((cell, *_drawn(cell.state, cell.month, current, language)) for cell in cells)
    return format_html_join(
        "",
        "{}{}{}",
        (
            (before, f"{address}{cell.journal_id}" if cell.journal_id else "", after)
            for cell, before, after in drawn
        ),
    )


@register.simple_tag
def month_style(shown: date, current: date) -> str:
    """Return the classes of a month's column: where a year begins, and what a phone leaves out."""
    distance = (current.year - shown.year) * 12 + current.month - shown.month
    if not distance:
        return "now"
    begins_year = " y" if shown.month == 1 or distance == MONTHS_SHOWN - 1 else ""
    return f"m{begins_year}" + (" old" if distance >= MONTHS_ON_A_PHONE else "")


@register.simple_tag
def procountor_logo(state: str = "on") -> SafeString:
    """Return the ledger that stands for Procountor: ``on``, ``sent``, ``off`` or ``dead``."""
    return format_html(
        '<svg class="ledger ledger-{}" aria-hidden="true"><use href="#ledger"/></svg>', state
    )


@register.simple_tag
def receipt_numbers(exports: Iterable[Export]) -> str:
    return written_ranges(export.shown_number for export in exports if export.shown_number)


@register.simple_tag
def right_of(template: UserTemplate, area: Area) -> Right:
    return template.right_to(area)


@register.filter
def at(mapping: Mapping[object, object], key: object) -> object:
    return mapping.get(key)


@register.filter
def can_read(user: User, area: str) -> bool:
    return user.is_authenticated and user.can(Right.READ, Area(area))


@register.filter
def can_write(user: User, area: str) -> bool:
    return user.is_authenticated and user.can(Right.WRITE, Area(area))


@register.simple_tag(takes_context=True)
def page_query(context: RequestContext, number: int) -> str:
    """Return the query of this page's address with another page number."""
    request = context.request
    query = request.GET.copy() if request is not None else QueryDict(mutable=True)
    query["page"] = str(number)
    return "?" + query.urlencode()


@register.inclusion_tag("parts/pages.html", takes_context=True)
def pages(context: RequestContext, page: Page[object]) -> dict[str, object]:
    return {"page": page, "request": context.request, "label": _("Pages")}


@lru_cache(maxsize=2000)
def _drawn(
    state: str | None, shown: date, current: date, language: str
) -> tuple[SafeString, SafeString]:
    """Return what stands before and after the address of a journal in the cell of a month.

    ``language`` is the active one, a part of the key: each language has cells of its own.
    """
    style = month_style(shown, current)
    if state is None:
        cell = '<td class="{}"><span class="s s-none">{}<span class="vh">{}</span></span></td>'
        return format_html(cell, style, icon("none"), _("No journal")), SafeString("")
    mark, state_class = ICONS_AND_STYLES[state]
    is_current = shown == current
    title = str(WORDS[state]) if is_current else f"{WORDS[state]}, {month(shown)}"
    word = format_html('<span class="{}">{}</span>', "" if is_current else "vh", title)
    return (
        format_html('<td class="{}"><a class="s {}" title="{}" href="', style, state_class, title),
        format_html('">{}{}</a></td>', icon(mark), word),
    )


def _language() -> Language:
    return language_of(get_language())


def _timed(machine: str, written: str) -> SafeString:
    return format_html('<time datetime="{}" class="nowrap">{}</time>', machine, written)
