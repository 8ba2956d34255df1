"""Which address leads to which endpoint, with the scope and the parameters of each."""

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import cached_property

from werkzeug.wrappers import Response

from nmbrs_sandbox.rest import endpoints, scopes
from nmbrs_sandbox.rest.answers import PAGE
from nmbrs_sandbox.rest.call import Call

Endpoint = Callable[[Call], Response]
_VALUE = re.compile(r"\{(\w+)\}")
_RUN = "/api/companies/{companyId}/runs/{payrollRunId}"


@dataclass(frozen=True, kw_only=True)
class Route:
    """One address. ``name`` is its name in faults and in the log; any of ``scopes`` will do."""

    name: str
    path: str
    endpoint: Endpoint
    scopes: tuple[str, ...]
    parameters: tuple[str, ...] = ()

    def match(self, path: str) -> Mapping[str, str] | None:
        """Return the values in a path, or None if it is another one. Letter case is ignored."""
        # Assumed of the service, whose description spells its paths in more than one way.
        found = self._pattern.fullmatch(path)
        return None if found is None else found.groupdict()

    @cached_property
    def _pattern(self) -> re.Pattern[str]:
        return re.compile(_VALUE.sub(r"(?P<\1>[^/]+)", self.path), re.IGNORECASE)


def _journal(name: str, endpoint: Endpoint) -> Route:
    return Route(
        name=name,
        path=f"{_RUN}/{name}",
        endpoint=endpoint,
        scopes=scopes.COMPANY_DOCUMENT,
        parameters=("year",),
    )


ROUTES = (
    Route(
        name="user",
        path="/api/user/info",
        endpoint=endpoints.get_user_info,
        scopes=scopes.USER_INFO,
        parameters=PAGE,
    ),
    Route(
        name="debtors",
        path="/api/debtors",
        endpoint=endpoints.get_debtors,
        scopes=scopes.COMPANY_INFO,
        parameters=PAGE,
    ),
    Route(
        name="companies",
        path="/api/companies",
        endpoint=endpoints.get_companies,
        scopes=scopes.COMPANY_INFO,
        parameters=PAGE,
    ),
    Route(
        name="debtor_companies",
        path="/api/debtors/{debtorId}/companies",
        endpoint=endpoints.get_companies_of_debtor,
        scopes=scopes.COMPANY_INFO,
        parameters=PAGE,
    ),
    Route(
        name="period",
        path="/api/companies/{companyId}/period",
        endpoint=endpoints.get_period,
        scopes=scopes.COMPANY_INFO,
        # Not published for this call, but sent by a client in use.
        parameters=PAGE,
    ),
    Route(
        name="runs",
        path="/api/companies/{companyId}/runs",
        endpoint=endpoints.get_runs,
        scopes=scopes.PAYROLL_SETTINGS,
        parameters=("year", *PAGE),
    ),
    _journal("journals", endpoints.start_journal),
    _journal("journalscostcenter", endpoints.start_journal_by_cost_center),
    _journal("journalscostcenterunit", endpoints.start_journal_by_cost_unit),
    _journal("journalsdepartment", endpoints.start_journal_by_department),
    _journal("journalsemployee", endpoints.start_journal_by_employee),
    Route(
        name="sepa",
        path=f"{_RUN}/sepa",
        endpoint=endpoints.start_payment_file,
        scopes=scopes.COMPANY_DOCUMENT,
        parameters=("year", "paymentDate"),
    ),
    Route(
        name="document",
        path="/api/documents/{taskId}",
        endpoint=endpoints.get_document,
        scopes=scopes.DOCUMENT,
    ),
    Route(
        name="cost_centers",
        path="/api/companies/{companyId}/costCenters",
        endpoint=endpoints.get_cost_centers,
        scopes=scopes.PAYROLL_SETTINGS,
        parameters=PAGE,
    ),
    Route(
        name="cost_units",
        path="/api/companies/{companyId}/costUnits",
        endpoint=endpoints.get_cost_units,
        scopes=scopes.PAYROLL_SETTINGS,
        parameters=PAGE,
    ),
)


def find_route(path: str) -> tuple[Route, Mapping[str, str]] | None:
    """Return the route of a path with the values in it, or None."""
    for route in ROUTES:
        values = route.match(path)
        if values is not None:
            return route, values
    return None
