"""From a problem of a journal to the screen that puts it right, if the reader may go there."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Protocol

from django.urls import reverse
from django.utils.translation import gettext as _

from tilisilta.domain.problems import Problem, ProblemCode, Screen
from tilisilta.domain.refusals import Refusal
from tilisilta.models import Area, Journal, Link, Right, User


@dataclass(frozen=True, kw_only=True)
class Fix:
    """The link to the screen that puts a problem right."""

    url: str
    label: str


class Place(Protocol):
    """The journal with a problem, and the link that it would go through."""

    @property
    def journal(self) -> Journal: ...

    @property
    def link(self) -> Link | None: ...


def fix_for(problem: Problem, place: Place, user: User) -> Fix | None:
    area, fix = _FIXES.get(_screen_of(problem, place), (None, None))
    return fix(problem, place) if area and fix and user.can(Right.READ, area) else None


def _screen_of(problem: Problem, place: Place) -> Screen:
    """Return the screen of the remedy.

    What has to be opened in Procountor may also be avoided by a choice on one of our own screens.
    """
    link, start = place.link, place.journal.company.start_date
    if problem.code == ProblemCode.BEFORE_START and link is not None:
        # The later of the two starts counts, so only moving that one helps.
        return Screen.COMPANY if start is not None and start > link.start_month else Screen.LINK
    if problem.code in _CHOICES_OF_COMPANY:
        return Screen.COMPANY
    return Screen.LINK if problem.code in _CHOICES_OF_LINK else problem.screen


def _company_fix(problem: Problem, place: Place) -> Fix:
    url = reverse("company", args=[place.journal.company.number])
    anchor = _CHOICES_OF_COMPANY.get(problem.code, "")
    return Fix(url=url + anchor, label=_("Open the company"))


def _nmbrs_fix(_problem: Problem, _place: Place) -> Fix:
    return Fix(url=reverse("nmbrs_connections"), label=_("Open the settings for Nmbrs"))


def _debtor_fix(_problem: Problem, place: Place) -> Fix:
    url = f"{reverse('debtors')}?q={place.journal.company.debtor.number}"
    return Fix(url=url, label=_("Open the debtor"))


def _file_fix(_problem: Problem, place: Place) -> Fix:
    url = reverse("import_journal", args=[place.journal.company.number])
    return Fix(url=url, label=_("Import again"))


def _account_fix(_problem: Problem, place: Place) -> Fix:
    anchor = f"#a{place.link.procountor_account_id}" if place.link else ""
    return Fix(url=reverse("procountor_accounts") + anchor, label=_("Open the accounts"))


def _link_fix(problem: Problem, place: Place) -> Fix:
    if place.link is not None:
        anchor = _CHOICES_OF_LINK.get(problem.code) or _REFUSED_CHOICES.get(
            problem.fact("reason"), ""
        )
        url = reverse("link", args=[place.link.pk]) + anchor
        return Fix(url=url, label=_("Change the link"))
    company = place.journal.company
    return Fix(url=f"{reverse('new_link')}?company={company.number}", label=_("Make the link"))


# The part of the company's page that solves a problem.
_CHOICES_OF_COMPANY: Mapping[ProblemCode, str] = MappingProxyType(
    {
        ProblemCode.BEFORE_START: "#settings",
        ProblemCode.JOURNAL_TOO_COARSE: "#nmbrs",
    }
)
# The part of the long page of a link that solves a problem.
_CHOICES_OF_LINK: Mapping[ProblemCode, str] = MappingProxyType(
    {
        ProblemCode.LEDGER_ACCOUNT_UNKNOWN: "#link-accounts",
        ProblemCode.LEDGER_ACCOUNT_INACTIVE: "#link-accounts",
        ProblemCode.DIMENSION_UNKNOWN: "#link-dimensions",
        ProblemCode.DIMENSION_AMBIGUOUS: "#link-dimensions",
        ProblemCode.DIMENSION_USED_TWICE: "#link-dimensions",
        ProblemCode.BEFORE_START: "#link-start",
        ProblemCode.PERIOD_CLOSED: "#link-period",
        ProblemCode.PERIOD_NOT_BALANCED: "#link-booking",
    }
)
_FIXES: Mapping[Screen, tuple[Area, Callable[[Problem, Place], Fix]]] = MappingProxyType(
    {
        Screen.COMPANY: (Area.COMPANIES, _company_fix),
        Screen.DEBTOR: (Area.COMPANIES, _debtor_fix),
        Screen.FILE: (Area.JOURNAL_EXPORTS, _file_fix),
        Screen.PROCOUNTOR_ACCOUNT: (Area.PROCOUNTOR, _account_fix),
        Screen.LINK: (Area.PROCOUNTOR, _link_fix),
        Screen.NMBRS: (Area.NMBRS, _nmbrs_fix),
    }
)
# The same for what Procountor has refused.
_REFUSED_CHOICES: Mapping[str, str] = MappingProxyType(
    {
        Refusal.ACCOUNT_OR_VAT: "#link-accounts",
        Refusal.DIMENSION: "#link-dimensions",
        Refusal.PERIOD_CLOSED: "#link-period",
    }
)
