"""One call as an operation sees it, whose company, debtor and run must exist and be visible."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from nmbrs_sandbox.payroll.bureau import Bureau
from nmbrs_sandbox.payroll.world import NOT_VISIBLE, Company, Debtor, Run
from nmbrs_sandbox.soap.refusals import INVALID_PERIOD, refusal
from nmbrs_sandbox.soap.wsdl import YEAR_PARAMETERS

_YEARS = range(2000, 2100)
_NAMES_OF_YEAR = (*YEAR_PARAMETERS, "year")


@dataclass(frozen=True, kw_only=True)
class Question:
    """One permitted call: its values, and the bureau it asks.

    ``declares_utf_16`` makes journals claim to be in that encoding, as .NET does for texts, though
    they are sent in UTF-8. ``leaves_out_empty`` gives no text at all for a run without a journal.
    """

    bureau: Bureau
    values: Mapping[str, Any]
    declares_utf_16: bool = False
    leaves_out_empty: bool = False

    def debtor(self) -> Debtor:
        """Return the debtor that the call names, or raise a fault."""
        debtor = self.bureau.debtor(self.values["DebtorId"])
        # Documented: one code for an id that does not exist and for one that a tag filter hides.
        if debtor is None or debtor.is_hidden:
            raise refusal(NOT_VISIBLE)
        return debtor

    def company(self) -> Company:
        """Return the company that the call names, or raise a fault."""
        company = self.bureau.company(self._id("CompanyId"))
        if company is None or not self.bureau.is_shown_to_user(company):
            raise refusal(NOT_VISIBLE)
        if company.denied_with is not None:
            raise refusal(company.denied_with)
        return company

    def runs(self) -> tuple[Run, ...]:
        """Return the company's runs of the year that the call names, or of its active year."""
        company = self.company()
        named = (self.values[name] for name in _NAMES_OF_YEAR if name in self.values)
        year = next(named, company.active_year)
        # Assumed: the code is known, but not which years it refuses.
        if year not in _YEARS:
            raise refusal(INVALID_PERIOD)
        return company.runs_of(year)

    def run(self) -> Run:
        """Return the run that the call names, of that company and year, or raise a fault."""
        run = next((one for one in self.runs() if one.run_id == self._id("RunId")), None)
        # Assumed: a run has no code of its own, so it gets the one of other unknown ids.
        if run is None:
            raise refusal(NOT_VISIBLE)
        return run

    def _id(self, name: str) -> int:
        # One call of the service begins the names of its parameters with a small letter.
        small = name[0].lower() + name[1:]
        value: int = self.values[name if name in self.values else small]
        return value
