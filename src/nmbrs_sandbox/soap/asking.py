"""What the operations about one company have in common: may it be seen, and does the year fit."""

from nmbrs_sandbox.payroll.world import Company, Run
from nmbrs_sandbox.soap.refusals import INVALID_PERIOD, NOT_VISIBLE, refusal
from nmbrs_sandbox.soap.schema import YEAR, Question

_YEARS = range(2000, 2100)


def company_asked_for(question: Question) -> Company:
    """Return the company a call names, or refuse the call."""
    company = question.bureau.company(question.values["CompanyId"])
    if company is None or not question.bureau.is_visible(company):
        raise refusal(NOT_VISIBLE)
    if company.denied_with is not None:
        raise refusal(company.denied_with)
    return company


def year_asked_for(question: Question, company: Company) -> int:
    """Return the year a call names, or the company's active one where it names none."""
    year: int = question.values.get(YEAR, company.active_year)
    if year not in _YEARS:
        raise refusal(INVALID_PERIOD)
    return year


def run_asked_for(question: Question) -> Run:
    """Return the run a call names, which must be one of that company and that year."""
    company = company_asked_for(question)
    year = year_asked_for(question, company)
    run_id = question.values["RunId"]
    found = next((one for one in company.runs_of(year) if one.run_id == run_id), None)
    if found is None:
        raise refusal(NOT_VISIBLE)
    return found
