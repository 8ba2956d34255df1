"""What each scope of Nmbrs is for, and what does not work without it."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from tilisilta.domain.nmbrs_scopes import Scope, missing_scopes


@dataclass(frozen=True, kw_only=True)
class ScopeWords:
    """The words for one scope."""

    purpose: Promise
    without: Promise


@dataclass(frozen=True, kw_only=True)
class ScopeRow:
    """A scope that was asked for, and whether it was granted."""

    scope: Scope
    words: ScopeWords
    is_granted: bool


WORDS: Mapping[Scope, ScopeWords] = {
    Scope.OFFLINE: ScopeWords(
        purpose=_("To fetch at night, without you"),
        without=_("The consent ends within an hour. Nothing can be fetched."),
    ),
    Scope.COMPANIES: ScopeWords(
        purpose=_("Debtors and companies"),
        without=_("No debtor and no company is found. Nothing can be fetched."),
    ),
    Scope.PAYROLL_SETTINGS: ScopeWords(
        purpose=_("Periods, runs, cost centers and cost units"),
        without=_("No run is found, so no journal is fetched."),
    ),
    Scope.COMPANY_DOCUMENTS: ScopeWords(
        purpose=_("To ask for the journal of a run"),
        without=_("Runs are listed, but no journal is fetched."),
    ),
    Scope.DOCUMENTS: ScopeWords(
        purpose=_("To collect the journal when it is ready"),
        without=_("Journals are asked for and cannot be collected."),
    ),
    Scope.USER: ScopeWords(
        purpose=_("To show who gave the consent"),
        without=_("It cannot be said whose log-in consented. Everything else works."),
    ),
}


def scope_rows(granted: Iterable[str]) -> tuple[ScopeRow, ...]:
    """Return all scopes that are asked for, each with what it is for."""
    missing = missing_scopes(granted)
    return tuple(
        ScopeRow(scope=scope, words=WORDS[scope], is_granted=scope not in missing)
        for scope in Scope
    )
