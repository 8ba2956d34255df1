"""The services the stand-in has, by their names."""

from collections.abc import Mapping

from nmbrs_sandbox.soap import company_service, debtor_service
from nmbrs_sandbox.soap.cost_calls import COST_OPERATIONS
from nmbrs_sandbox.soap.journal_calls import journal_operations
from nmbrs_sandbox.soap.schema import YEAR_PARAMETERS, Service, service

WSDL = "WSDL"


def services(*, year_parameter: str, declares_utf_16: bool) -> Mapping[str, Service]:
    """Return the services by path, with that name for the year in the calls for journals."""
    if year_parameter not in YEAR_PARAMETERS:
        raise ValueError(f"the year is called one of {', '.join(YEAR_PARAMETERS)}")
    of_company = (
        *company_service.OPERATIONS,
        *COST_OPERATIONS,
        *journal_operations(declares_utf_16=declares_utf_16),
    )
    made = (
        service(debtor_service.NAME, debtor_service.OPERATIONS, year_parameter=year_parameter),
        service(company_service.NAME, of_company, year_parameter=year_parameter),
    )
    return {one.path: one for one in made}
