"""Which address leads to which endpoint, under every documented version prefix."""

import re
from collections.abc import Mapping
from typing import Any

from werkzeug.exceptions import MethodNotAllowed, NotFound
from werkzeug.routing import Map, Rule

from procountor_sandbox.endpoints import (
    attachments,
    company,
    dimensions,
    ledger_receipts,
    reports,
)
from procountor_sandbox.office import Endpoint
from procountor_sandbox.refusals import Refused, Violation

# Documented: ``/api`` alone, the two moving versions, and numbered releases of February, May,
# August and November. A client in use relies on a 404 for any other version.
_API = re.compile(r"/(?:(?:latest|supported|v2[0-9](?:02|05|08|11))/)?api(?P<path>/.*)", re.DOTALL)

_ENDPOINTS: tuple[tuple[str, str, Endpoint], ...] = (
    ("GET", "/status", company.get_status),
    ("GET", "/sessioninfo", company.get_session),
    ("GET", "/users", company.get_user),
    ("GET", "/users/rights", company.get_rights),
    ("GET", "/company", company.get_company),
    ("GET", "/company/usagesettings", company.get_usage_settings),
    ("GET", "/currencies/company", company.get_currency),
    ("GET", "/coa", company.get_chart),
    ("GET", "/fiscalyears", company.get_fiscal_years),
    (
        "PUT",
        "/fiscalyears/<int:year_id>/trackingPeriods/<int:period_id>",
        company.put_tracking_period,
    ),
    ("GET", "/vats/default", company.get_default_vats),
    ("GET", "/vats/country", company.get_country_vats),
    ("GET", "/vats/settings", company.get_vat_settings),
    ("GET", "/dimensions", dimensions.get_dimensions),
    ("GET", "/dimensions/<int:dimension_id>", dimensions.get_dimension),
    ("PUT", "/dimensions/<int:dimension_id>", dimensions.put_dimension),
    ("POST", "/dimensions/<int:dimension_id>/items", dimensions.post_item),
    ("PUT", "/dimensions/<int:dimension_id>/items", dimensions.put_item),
    ("GET", "/ledgerreceipts", ledger_receipts.search_receipts),
    ("POST", "/ledgerreceipts", ledger_receipts.post_receipt),
    ("GET", "/ledgerreceipts/<receipt_ids>", ledger_receipts.get_receipts),
    ("PUT", "/ledgerreceipts/<int:receipt_id>", ledger_receipts.put_receipt),
    ("PUT", "/ledgerreceipts/<int:receipt_id>/approve", ledger_receipts.approve),
    ("PUT", "/ledgerreceipts/<int:receipt_id>/unfinished", ledger_receipts.make_unfinished),
    ("PUT", "/ledgerreceipts/<int:receipt_id>/invalidate", ledger_receipts.invalidate),
    (
        "PUT",
        "/ledgerreceipts/<int:receipt_id>/transactions/<int:transaction_id>/dimensions",
        ledger_receipts.put_dimensions,
    ),
    ("GET", "/journals", ledger_receipts.list_journals),
    ("POST", "/reports/generalledger/<int:account>", reports.report_general_ledger),
    ("POST", "/reports/ledgeraccounts", reports.report_ledger_accounts),
    ("POST", "/reports/accounting", reports.report_accounting),
    ("GET", "/attachments", attachments.list_attachments),
    ("POST", "/attachments", attachments.post_attachment),
    ("GET", "/attachments/<int:attachment_id>", attachments.get_attachment),
    ("PATCH", "/attachments/<int:attachment_id>", attachments.patch_attachment),
    ("DELETE", "/attachments/<int:attachment_id>", attachments.delete_attachment),
)
_MAP = Map(
    [Rule(path, methods=[method], endpoint=endpoint) for method, path, endpoint in _ENDPOINTS],
    redirect_defaults=False,
)


def api_path(path: str) -> str | None:
    """Return what follows the version and ``/api``, or None for a path outside the API."""
    match = _API.fullmatch(path)
    return match["path"] if match else None


def find_endpoint(method: str, path: str) -> tuple[Endpoint, Mapping[str, Any]]:
    """Return the endpoint of a path under ``/api``, with the values in the path."""
    try:
        endpoint, arguments = _MAP.bind("localhost").match(path, method=method)
    except (NotFound, ValueError) as error:
        # ValueError: an id of thousands of digits, which Python refuses to read.
        raise Refused(404, Violation(message="SANDBOX_NO_SUCH_ADDRESS")) from error
    except MethodNotAllowed as error:
        raise Refused(405, Violation(message="SANDBOX_METHOD_NOT_ALLOWED")) from error
    return endpoint, arguments
