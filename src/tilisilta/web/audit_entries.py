"""Entries of the audit log for its page: sentence, what it is about, old and new values."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from urllib.parse import urlencode

from django.urls import reverse
from django.utils.html import strip_tags
from django.utils.translation import gettext as _

from tilisilta.domain.audit_chain import MASKED
from tilisilta.languages import language_of
from tilisilta.models import (
    NOTICE_KINDS,
    Area,
    AuditEntry,
    Link,
    NmbrsConnection,
    ProcountorAccount,
    Right,
    User,
    Webhook,
    shown_template_name,
)
from tilisilta.services.audit_export import OF_OTHER_DEBTORS
from tilisilta.services.audit_sentences import FIELD_WORDS, sentence_of
from tilisilta.web.templatetags.ledger import day, month

About = AuditEntry.About
_PAGES = {
    About.JOURNAL: ("journal", Area.JOURNAL_EXPORTS),
    About.LINK: ("link", Area.PROCOUNTOR),
    About.CONNECTION: ("nmbrs_connection", Area.NMBRS),
    About.USER: ("user", Area.USERS),
    About.TEMPLATE: ("user_template", Area.USERS),
    About.WEBHOOK: ("webhook", Area.USERS),
}
# What has no page of its own is searched for in its list.
_LISTS = {
    About.ACCOUNT: ("procountor_accounts", Area.PROCOUNTOR, "name"),
    About.DEBTOR: ("debtors", Area.COMPANIES, "debtor"),
}
_WORDS_OF: Mapping[str, Callable[[str], object]] = {
    **{area.value: lambda right: Right(right).label for area in Area},
    "template": shown_template_name,
    "attaches": lambda what: Link.Attaches(what).label,
    "closed_period_policy": lambda policy: Link.Policy(policy).label,
    "site": lambda site: NmbrsConnection.Site(site).label,
    "format": lambda form: Webhook.Format(form).label,
    "kinds": lambda kinds: ", ".join(str(dict(NOTICE_KINDS)[kind]) for kind in kinds.split(", ")),
    "language": lambda code: language_of(code).own_name,
    "start_month": lambda written: month(date.fromisoformat(written)),
    "ends_on": lambda written: strip_tags(day(date.fromisoformat(written))),
    "method": lambda method: ProcountorAccount.Method(method).label,
    "start_date": lambda written: strip_tags(day(date.fromisoformat(written))),
}
EMPTY = "\N{EN DASH}"


@dataclass(frozen=True, kw_only=True)
class ShownChange:
    """A field with its old and new value, in the reader's words."""

    field: str
    before: str
    after: str


@dataclass(frozen=True, kw_only=True)
class ShownEntry:
    """An entry with its sentence, the address of what it is about, and the values that changed."""

    entry: AuditEntry
    sentence: str
    address: str
    changes: tuple[ShownChange, ...]


def shown_entries(entries: Iterable[AuditEntry], *, reader: User) -> tuple[ShownEntry, ...]:
    """Return ``entries`` for ``reader``, whom nothing leads to where they may not go."""
    shown = list(entries)
    links = _links_still_there(shown)
    return tuple(
        ShownEntry(
            entry=entry,
            sentence=sentence_of(entry),
            address=_address_of(entry, reader, links),
            changes=changes_for(entry, reader),
        )
        for entry in shown
    )


def changes_for(entry: AuditEntry, reader: User) -> tuple[ShownChange, ...]:
    """Return what changed; a limited reader learns of no other debtor by the former one."""
    return tuple(
        ShownChange(
            field=str(FIELD_WORDS.get(change["field"], change["field"])),
            before=_value(change["field"], change["before"]),
            after=_value(change["field"], change["after"]),
        )
        for change in entry.changes
        if not (reader.is_limited and change["field"] in OF_OTHER_DEBTORS)
    )


def _links_still_there(entries: Sequence[AuditEntry]) -> set[int]:
    """Return the ids of links that were not removed since: only they have a page."""
    ids = [
        entry.about_id
        for entry in entries
        if entry.about_kind == About.LINK and entry.about_id is not None
    ]
    return set(Link.objects.filter(pk__in=ids).values_list("pk", flat=True)) if ids else set()


def _address_of(entry: AuditEntry, reader: User, links: set[int]) -> str:
    kind = entry.about_kind
    if kind == About.LINK and entry.about_id not in links:
        return ""
    if kind in _PAGES:
        page, area = _PAGES[About(kind)]
        return reverse(page, args=[entry.about_id]) if reader.can(Right.READ, area) else ""
    if kind in _LISTS:
        page, area, fact = _LISTS[About(kind)]
        words = entry.facts.get(fact) or str(entry.facts.get("name", "")).partition(" ")[0]
        return _searched(page, words) if reader.can(Right.READ, area) else ""
    # Entries of earlier versions say only by their facts what they are about.
    reference = entry.facts.get("reference", "")
    if reference and reader.can(Right.READ, Area.JOURNAL_EXPORTS):
        return _searched("find", reference)
    return ""


def _searched(page: str, words: str) -> str:
    return f"{reverse(page)}?{urlencode({'q': words})}"


def _value(field: str, value: object) -> str:
    if isinstance(value, bool):
        return _("yes") if value else _("no")
    if value in {None, ""}:
        return EMPTY
    if value == MASKED:
        return MASKED
    return str(_WORDS_OF[field](str(value)) if field in _WORDS_OF else value)
