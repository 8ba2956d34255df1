"""What every page's template may use."""

from dataclasses import dataclass
from typing import Any

from django.http import HttpRequest
from django.urls import reverse
from django.utils.functional import Promise
from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _

from tilisilta.models import Area, Right

LANGUAGES = (("sv", "SV", "Svenska"), ("fi", "FI", "Suomi"), ("en", "EN", "English"))


@dataclass(frozen=True, kw_only=True)
class Entry:
    """One entry of the main menu, and the addresses that belong to it. No area: for everybody."""

    name: str
    label: Promise | str
    area: Area | None
    pages: frozenset[str]


@dataclass(frozen=True, kw_only=True)
class ShownEntry:
    """An entry of the menu as the reader sees it."""

    url: str
    label: Promise | str
    is_current: bool


MENU = (
    Entry(name="overview", label=_("Overview"), area=None, pages=frozenset({"overview"})),
    Entry(
        name="companies",
        label=_("Companies"),
        area=Area.COMPANIES,
        pages=frozenset({"companies", "company", "new_company", "debtors", "import_journal"}),
    ),
    Entry(
        name="exports",
        label=_("Journal entries Export"),
        area=Area.JOURNAL_EXPORTS,
        pages=frozenset({"exports", "journal", "payload", "send_ready"}),
    ),
    Entry(
        name="procountor_accounts",
        label=_("Settings"),
        area=Area.PROCOUNTOR,
        pages=frozenset(
            {
                "procountor_accounts",
                "new_account",
                "api_key",
                "remove_authorisation",
                "administrations",
                "new_link",
                "link",
                "procountor_authorised",
            }
        ),
    ),
    Entry(
        name="users",
        label=_("Users"),
        area=Area.USERS,
        pages=frozenset(
            {"users", "user", "new_user", "user_templates", "new_user_template", "user_template"}
        ),
    ),
    Entry(
        name="audit_log", label=_("Audit log"), area=Area.AUDIT_LOG, pages=frozenset({"audit_log"})
    ),
    Entry(
        name="common_errors",
        label=_("Common errors"),
        area=None,
        pages=frozenset({"common_errors"}),
    ),
)


def page(request: HttpRequest) -> dict[str, Any]:
    """Values for the frame of the page: the menu as the reader's rights allow, and languages."""
    chosen = get_language() or "en"
    return {
        "menu": _menu(request),
        "language_code": chosen,
        "language_choices": [
            {"code": code, "short": short, "name": name, "is_current": code == chosen}
            for code, short, name in LANGUAGES
        ],
    }


def _menu(request: HttpRequest) -> list[ShownEntry]:
    user = getattr(request, "user", None)
    if user is None or not user.is_authenticated:
        return []
    match = request.resolver_match
    current = match.url_name if match else None
    entries = []
    for entry in MENU:
        if entry.area is not None and not user.can(Right.READ, entry.area):
            continue
        url = reverse(entry.name)
        entries.append(
            ShownEntry(url=url, label=entry.label, is_current=(current or "") in entry.pages)
        )
    return entries
