"""One call as an operation sees it: what is asked about must be there, and may be seen."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from nmbrs_sandbox.payroll.bureau import Bureau
from nmbrs_sandbox.payroll.world import NOT_VISIBLE, Company, Debtor, Run
from nmbrs_sandbox.soap.refusals import INVALID_PERIOD, refusal
from nmbrs_sandbox.soap.wsdl import YEAR_PARAMETERS

_YEARS = range(2000, 2100)


@dataclass(frozen=True, kw_only=True)
class Question:
    """One call of a user who may make it: what was asked, and of which bureau.

    ``declares_utf_16`` makes journals claim to be in that encoding, as .NET likes to say of
    texts, though they are sent in UTF-8.
    """

    bureau: Bureau
    values: Mapping[str, Any]
    declares_utf_16: bool = False

    def debtor(self) -> Debtor:
        """Return the debtor the call names, or refuse the call."""
        found = self.bureau.debtor(self.values["DebtorId"])
        if found is None or found.is_hidden:
            raise refusal(NOT_VISIBLE)
        return found

    def company(self) -> Company:
        """Return the company the call names, or refuse the call."""
        found = self.bureau.company(self.values["CompanyId"])
        if found is None or not self.bureau.is_visible(found):
            raise refusal(NOT_VISIBLE)
        if found.denied_with is not None:
            raise refusal(found.denied_with)
        return found

    def runs(self) -> tuple[Run, ...]:
        """Return the company's runs of the year the call names, or of its active year."""
        company = self.company()
        named = (self.values[name] for name in YEAR_PARAMETERS if name in self.values)
        year = next(named, company.active_year)
        if year not in _YEARS:
            raise refusal(INVALID_PERIOD)
        return company.runs_of(year)

    def run(self) -> Run:
        """Return the run the call names, which must be one of that company and that year."""
        found = next((one for one in self.runs() if one.run_id == self.values["RunId"]), None)
        if found is None:
            raise refusal(NOT_VISIBLE)
        return found
