"""The person, the company and what may be booked there: what programs read before they book."""

from dataclasses import replace
from typing import Any

from werkzeug.wrappers import Response

from procountor_sandbox.companies import written_period, written_year
from procountor_sandbox.office import Call
from procountor_sandbox.refusals import Refused, blank, invalid, not_found
from procountor_sandbox.world import Access, FiscalYear, LedgerAccount, PeriodStatus
from sandbox_parts.wire import answer, without_none

_PRODUCT = "FINANCIALS_PREMIUM"
_VAT_COUNTRIES = {"FI": "FINLAND", "SE": "SWEDEN"}


def get_status(_call: Call) -> Response:
    version = {"name": "Procountor sandbox", "version": "26.04", "procountorVersion": "26.04"}
    return answer({**version, "status": "OK"})


def get_session(call: Call) -> Response:
    """Return the person and the company that the token stands for."""
    return answer(
        {
            "companyId": call.company.company_id,
            "name": call.company.name,
            "country": call.company.country,
            "productVersion": _PRODUCT,
            "userId": call.person.user_id,
            "userName": call.person.username,
            "companySettings": {"invoiceDiscussionEnabled": False},
        }
    )


def get_user(call: Call) -> Response:
    return answer({"id": call.person.user_id, "username": call.person.username})


def get_rights(call: Call) -> Response:
    """Return what the person may do."""
    access = call.person.access
    areas = ("sales", "purchases", "travelAndExpenses", "invoiceCirculation", "payments")
    return answer(
        {
            "role": "ACCOUNTANT" if access is Access.ALL else "USER",
            "rights": {
                "management": {"basicCompanyInfo": access.value},
                "user": {"limitedDimensions": False, "blockSoloLoginToProcountor": False},
                **{area: {} for area in areas},
                "salaries": {"payroll": Access.NONE.value},
                "accounting": _accounting_rights(access),
            },
        }
    )


def get_company(call: Call) -> Response:
    """Return the company's own data."""
    company = call.company
    address = {"street": "Esimerkkikatu 1", "zip": "00000", "city": company.city}
    full_address = {"specifier": None, "poBox": None, **address, "country": company.country}
    return answer(
        {
            "id": company.company_id,
            "name": company.name,
            "country": company.country,
            "productVersion": _PRODUCT,
            "operationType": "DEMONSTRATION",
            "accountingOfficeName": None,
            "accountingOfficeId": None,
            "companyAddress": full_address,
            "billingAddress": full_address,
            "mva": False,
            "inTradeRegister": True,
            "businessIdentifier": {
                "brnType": company.business_id_type,
                "code": company.business_id,
            },
            "accountingCoaLanguages": ["fi", "sv"],
            "companyCurrency": company.currency,
            "currencyRateSearchDensity": "DAILY_EXCHANGE_RATE",
        }
    )


def get_usage_settings(_call: Call) -> Response:
    """Return how the company uses the service."""
    by_row = ("salesInvoice", "purchaseInvoice", "travelAndExpenseInvoice", "salary")
    return answer(
        {
            "defaultInvoiceChannel": "EMAIL",
            # The names are those of the specification; that both are plain switches is assumed.
            "cashDiscount": {"cashDiscountForSales": False, "cashDiscountForPurchase": False},
            "accountingByRow": {f"{name}Posting": False for name in by_row},
        }
    )


def get_currency(call: Call) -> Response:
    return answer({"companyCurrency": call.company.currency})


def get_chart(call: Call) -> Response:
    """Return the chart of accounts, active and inactive accounts alike."""
    call.require_reading()
    accounts = [_written_account(one) for one in call.company.accounts]
    return answer({"ledgerAccounts": accounts})


def get_fiscal_years(call: Call) -> Response:
    """Return the fiscal years, newest first, with their tracking periods in order."""
    call.require_reading()
    years = sorted(call.company.fiscal_years, key=lambda year: year.start_date, reverse=True)
    return answer({"fiscalYears": [written_year(year) for year in years]})


def put_tracking_period(call: Call) -> Response:
    """Mark an open tracking period as being closed."""
    call.require_writing()
    year = _year(call, call.arguments["year_id"])
    period_id = call.arguments["period_id"]
    period = next((one for one in year.tracking_periods if one.period_id == period_id), None)
    if period is None:
        raise not_found(f"tracking period {period_id}")
    wanted = call.body().get("status")
    # Documented: OPEN to PENDING is the only change the API can make, and a conflict is a 409.
    if wanted != PeriodStatus.PENDING or period.status is not PeriodStatus.OPEN or not year.is_open:
        raise Refused(409, invalid("status", wanted))
    call.office.companies.set_period(call.company, period_id, PeriodStatus.PENDING)
    return answer(written_period(replace(period, status=PeriodStatus.PENDING)))


def get_default_vats(call: Call) -> Response:
    """Return the VAT percentages and statuses the company uses."""
    percents = [
        {"vatPercent": percent, "sales": True, "purchase": True}
        for percent in call.company.vat_percents
    ]
    statuses = [
        {
            "vatStatus": one.number,
            "description": one.description,
            "sales": one.sales,
            "purchase": one.purchase,
        }
        for one in call.company.vat_statuses
    ]
    country = call.company.country.capitalize()
    return answer(
        {
            "vatInformation": [{"country": country, "percentages": percents}],
            "vatStatuses": statuses,
        }
    )


def get_country_vats(call: Call) -> Response:
    """Return the VAT percentages of the company's own country."""
    code = call.request.args.get("countryCode")
    if code is None:
        raise Refused(400, blank("countryCode"))
    if _VAT_COUNTRIES.get(code) != call.company.country:
        raise Refused(400, invalid("countryCode", code))
    return answer({"vatPercentages": list(call.company.vat_percents)})


def get_vat_settings(_call: Call) -> Response:
    return answer({"unitPricesIncludeVatSales": False, "unitPricesIncludeVatPurchase": False})


def _accounting_rights(access: Access) -> dict[str, Any]:
    areas = ("journalReceipts", "journalReceiptSearch", "accountingReports", "archive")
    return {
        **dict.fromkeys(areas, access.value),
        "closingOfAccountTools": Access.NONE.value,
        "personalJournalReceiptsOnly": False,
        "preventCreatingEditingInvoices": False,
        "preventEditingAccountingPage": access is not Access.ALL,
    }


def _written_account(account: LedgerAccount) -> dict[str, Any]:
    translations = [{"languageCode": "sv", "translation": account.swedish}]
    return without_none(
        ledgerAccountCode=account.code,
        name=account.name,
        active=account.is_active,
        translations=translations if account.swedish else None,
    )


def _year(call: Call, year_id: int) -> FiscalYear:
    years = (year for year in call.company.fiscal_years if year.year_id == year_id)
    year = next(years, None)
    if year is None:
        raise not_found(f"fiscal year {year_id}")
    return year
