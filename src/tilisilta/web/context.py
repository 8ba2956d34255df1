"""What every page's template may use."""

from dataclasses import dataclass
from typing import Any

from django.http import HttpRequest
from django.urls import reverse
from django.utils.functional import Promise
from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _

from tilisilta.languages import LANGUAGES, language_of
from tilisilta.models import Area, Right, User


@dataclass(frozen=True, kw_only=True)
class Entry:
    """One entry of the main menu, and the addresses that belong to it. No area: for everybody.

    Who may not see its first page is led to the page named in ``otherwise``, by the right to that.
    """

    name: str
    label: Promise | str
    area: Area | None
    pages: frozenset[str]
    otherwise: tuple[str, Area] | None = None

    def page_for(self, user: User) -> str | None:
        """The name of the page that ``user`` is led to; ``None`` hides the entry."""
        if self.area is None or user.can(Right.READ, self.area):
            return self.name
        if self.otherwise is not None and user.can(Right.READ, self.otherwise[1]):
            return self.otherwise[0]
        return None


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
        otherwise=("nmbrs_connections", Area.NMBRS),
        pages=frozenset(
            {
                "procountor_accounts",
                "new_account",
                "api_key",
                "remove_authorisation",
                "administrations",
                "new_link",
                "link",
                "missing_items",
                "procountor_authorised",
                "nmbrs_connections",
                "new_nmbrs_connection",
                "nmbrs_connection",
                "remove_nmbrs_connection",
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
    chosen = language_of(get_language())
    return {
        "menu": _menu(request),
        "language_code": chosen.code,
        "language_choices": [
            {
                "code": one.code,
                "short": one.code.upper(),
                "name": one.own_name,
                "is_current": one == chosen,
            }
            for one in LANGUAGES
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
        name = entry.page_for(user)
        if name is not None:
            is_current = (current or "") in entry.pages
            entries.append(ShownEntry(url=reverse(name), label=entry.label, is_current=is_current))
    return entries
