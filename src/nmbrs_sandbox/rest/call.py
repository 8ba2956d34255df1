"""One permitted call as an endpoint sees it: whose it is, what it asks for, and what it may see."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from functools import cached_property

from nmbrs_sandbox.payroll.bureau import Bureau
from nmbrs_sandbox.payroll.guids import Entity, guid
from nmbrs_sandbox.payroll.world import NOT_VISIBLE, Company, Debtor, Run
from nmbrs_sandbox.rest.grants import Grant
from nmbrs_sandbox.rest.refusals import (
    NO_ACCESS,
    NO_RIGHT,
    NOT_FOUND,
    UNKNOWN_COMPANY,
    invalid_parameter,
    refusal,
)
from nmbrs_sandbox.rest.tasks import Tasks
from nmbrs_sandbox.traps import Trap, Traps

_YEARS = range(2000, 2100)
_WHOLE = re.compile(r"[0-9]{1,9}")
_GUID = re.compile(r"[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}", re.IGNORECASE)


@dataclass(frozen=True, kw_only=True)
class Call:
    """A call whose key, token and scope are right.

    ``ids`` are the values in its path, ``query`` its other parameters. ``site`` is the address it
    came to, without a slash at its end.
    """

    bureau: Bureau
    grant: Grant
    tasks: Tasks
    traps: Traps
    path: str
    site: str
    ids: Mapping[str, str]
    query: Mapping[str, str]

    @cached_property
    def covered(self) -> frozenset[int]:
        """Return the ids of the debtors of the consent at which the person still has a login."""
        logins = {one.debtor_id for one in self.bureau.logins() if one.email == self.grant.email}
        return frozenset(logins & set(self.grant.debtor_ids))

    def debtors(self) -> tuple[Debtor, ...]:
        visible = self.bureau.visible_debtors()
        return tuple(one for one in visible if one.debtor_id in self.covered)

    def debtor(self) -> Debtor:
        """Return the debtor that the path names, or raise a refusal."""
        debtor = self.bureau.debtor_of_guid(self._guid("debtorId"))
        if debtor is None:
            raise refusal(NOT_FOUND)
        if debtor.is_hidden or debtor.debtor_id not in self.covered:
            raise refusal(NO_ACCESS)
        return debtor

    def companies(self) -> tuple[Company, ...]:
        visible = self.bureau.visible_companies()
        return tuple(one for one in visible if one.debtor_id in self.covered)

    def company(self) -> Company:
        """Return the company that the path names, or raise a refusal."""
        company = self.bureau.company_of_guid(self._guid("companyId"))
        if company is None or self.is_on(Trap.COMPANY_VANISHES, company):
            raise refusal(UNKNOWN_COMPANY)
        if company.debtor_id not in self.covered or not self.bureau.is_visible(company):
            raise refusal(NO_ACCESS)
        if company.denied_with is not None:
            # The two codes of SOAP for a company that is listed and refused.
            raise refusal(NO_ACCESS if company.denied_with == NOT_VISIBLE else NO_RIGHT)
        return company

    def run(self) -> tuple[Company, Run]:
        """Return the run that the path names, with its company, or raise a refusal."""
        company = self.company()
        wanted = self._guid("payrollRunId")
        if not self.query.get("year"):
            raise invalid_parameter("year", "The parameter is required.")
        runs = company.runs_of(self.year(company))
        run = next((one for one in runs if guid(Entity.RUN, one.run_id) == wanted), None)
        if run is None:
            raise refusal(NOT_FOUND)
        return company, run

    def year(self, company: Company) -> int:
        """Return the year that the call names, or the company's active year."""
        # An empty parameter means the current year too, as the description has it.
        text = self.query.get("year", "")
        if not text:
            return company.active_year
        year = self.number("year", text)
        if year not in _YEARS:
            raise invalid_parameter("year", "It has to be a valid year.")
        return year

    def number(self, name: str, text: str) -> int:
        if _WHOLE.fullmatch(text) is None:
            raise invalid_parameter(name, "It has to be a whole number.")
        return int(text)

    def day(self, name: str) -> date | None:
        """Return the day of a parameter, which may be a time; None without one."""
        text = self.query.get(name, "")
        try:
            return datetime.fromisoformat(text).date() if text else None
        except ValueError as error:
            raise invalid_parameter(name, "It has to be a time of ISO 8601.") from error

    def is_on(self, trap: Trap, company: Company | None = None) -> bool:
        return self.traps.is_on(trap, None if company is None else company.company_id)

    def task_id(self) -> str:
        return self._guid("taskId")

    def _guid(self, name: str) -> str:
        # Assumed: an id in the path that is no GUID is a mistake in a parameter, and no 404.
        if _GUID.fullmatch(self.ids[name]) is None:
            raise invalid_parameter(name, "It has to be a GUID.")
        return self.ids[name].lower()
