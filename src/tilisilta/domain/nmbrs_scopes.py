"""The scopes that are asked of Nmbrs' REST API, and what each is needed for."""

from collections.abc import Iterable
from enum import StrEnum


class Scope(StrEnum):
    """A scope that is asked for. None of ``employee`` is: the pay of a person is not our business.

    All but ``USER`` are needed for fetching.
    """

    OFFLINE = "offline_access"
    COMPANIES = "company.info.read"
    PAYROLL_SETTINGS = "company.payrollsettings.read"
    COMPANY_DOCUMENTS = "company.document.read"
    DOCUMENTS = "document.read"
    USER = "user.info.read"

    @property
    def is_needed(self) -> bool:
        return self is not Scope.USER


ASKED_SCOPES: tuple[str, ...] = tuple(Scope)


def missing_scopes(granted: Iterable[str]) -> tuple[Scope, ...]:
    """Return the scopes that were asked for and are not among ``granted``.

    A scope that may write serves where one that may only read was asked for.
    """
    known = frozenset(granted)
    return tuple(
        scope for scope in Scope if scope not in known and scope.removesuffix(".read") not in known
    )


def missing_for_fetching(granted: Iterable[str]) -> tuple[Scope, ...]:
    return tuple(scope for scope in missing_scopes(granted) if scope.is_needed)
