"""The values that the template of every page may use."""

from dataclasses import dataclass
from functools import partial
from typing import Any

from django.http import HttpRequest
from django.urls import reverse
from django.utils.functional import Promise
from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _

from tilisilta.languages import LANGUAGES, language_of
from tilisilta.models import Area, Right, User
from tilisilta.web.logged_out import what_was_lost


@dataclass(frozen=True, kw_only=True)
class Entry:
    """One entry of the main menu, and the addresses below it. Every user sees one without an area.

    A user without the right to its first page is led to the page named in ``otherwise``, given the
    right to the area named there.
    """

    name: str
    label: Promise | str
    area: Area | None
    addresses: tuple[str, ...]
    otherwise: tuple[str, Area] | None = None

    def page_for(self, user: User) -> str | None:
        """Return the name of the page that ``user`` is led to; ``None`` hides the entry."""
        if self.area is None or user.can(Right.READ, self.area):
            return self.name
        if self.otherwise is not None and user.can(Right.READ, self.otherwise[1]):
            return self.otherwise[0]
        return None

    def holds(self, path: str) -> bool:
        return any(path == one or path.startswith(f"{one}/") for one in self.addresses)


@dataclass(frozen=True, kw_only=True)
class ShownEntry:
    """An entry of the menu as the reader sees it."""

    url: str
    label: Promise | str
    is_current: bool


MENU = (
    Entry(name="overview", label=_("Overview"), area=None, addresses=("",)),
    Entry(
        name="month_end",
        label=_("Month end"),
        area=Area.JOURNAL_EXPORTS,
        addresses=("month-end",),
    ),
    Entry(
        name="companies",
        label=_("Companies"),
        area=Area.COMPANIES,
        addresses=("companies", "debtors"),
    ),
    Entry(
        name="exports",
        # Short, so that the search fits beside the menu.
        label=_("Exports"),
        area=Area.JOURNAL_EXPORTS,
        addresses=("exports", "journals"),
    ),
    Entry(
        name="procountor_accounts",
        label=_("Settings"),
        area=Area.PROCOUNTOR,
        otherwise=("nmbrs_connections", Area.NMBRS),
        addresses=("settings",),
    ),
    Entry(
        name="users",
        label=_("Users"),
        area=Area.USERS,
        addresses=("users", "user-templates", "webhooks"),
    ),
    Entry(name="audit_log", label=_("Audit log"), area=Area.AUDIT_LOG, addresses=("audit-log",)),
    Entry(
        name="common_errors",
        label=_("Common errors"),
        area=None,
        addresses=("common-errors",),
    ),
)


def page(request: HttpRequest) -> dict[str, Any]:
    """Return the values of the page's frame: languages, and the menu as the rights allow.

    ``page_address`` is that of the page; a choice of another language leads back to it.
    """
    chosen = language_of(get_language())
    return {
        "menu": _menu(request),
        "what_was_lost": partial(what_was_lost, request),
        "page_address": _address_of(request),
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


def _address_of(request: HttpRequest) -> str:
    """Return the address of a page without the code of a consent, which belongs in no page."""
    if "code" not in request.GET:
        return request.get_full_path()
    rest = request.GET.copy()
    del rest["code"]
    return f"{request.path}?{rest.urlencode()}"


def _menu(request: HttpRequest) -> list[ShownEntry]:
    user = getattr(request, "user", None)
    if user is None or not user.is_authenticated:
        return []
    path = request.path_info.strip("/")
    entries = []
    for entry in MENU:
        name = entry.page_for(user)
        if name is not None:
            shown = ShownEntry(url=reverse(name), label=entry.label, is_current=entry.holds(path))
            entries.append(shown)
    return entries
