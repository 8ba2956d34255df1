"""The words for what became of a part, and for the fields that people change."""

from collections.abc import Mapping

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from tilisilta.domain.net_pay import NetPayFinding, NetPayState
from tilisilta.domain.net_pay_accounts import ProposedBy
from tilisilta.domain.reconciliation import Finding

FINDINGS: Mapping[str, Promise] = {
    Finding.EQUAL: pgettext_lazy("receipt", "Equal"),
    Finding.APPROVED: _("Equal, approved"),
    Finding.SET_BACK: _("Set back to unfinished"),
    Finding.EDITED: _("Edited by a person"),
    Finding.MOVED: _("Moved to another month"),
    Finding.INVALIDATED: _("Invalidated"),
    Finding.GONE: _("Gone from Procountor"),
    Finding.TWICE: _("Booked twice"),
    Finding.ANOTHER_WAY: _("Booked another way"),
    Finding.OTHER_DIMENSIONS: _("Other dimension items"),
    Finding.MISSING: _("Not booked"),
    Finding.CHANGED: _("Changed after sending"),
    Finding.SETTLED: _("Settled, and no receipt of that date shows it"),
}
RECEIPT_TYPES: Mapping[str, Promise] = {
    "JOURNAL": _("Memo voucher"),
    "BANK_STATEMENT_AS_RECEIPT": _("Bank statement"),
    "REFERENCE_PAYMENT": _("Reference payment"),
    "PURCHASE_INVOICE": _("Purchase invoice"),
    "SALES_INVOICE": _("Sales invoice"),
    "TRAVEL_INVOICE": _("Travel invoice"),
    "BILL_OF_CHARGES": _("Expense claim"),
    "SALARY": _("Salary"),
    "PERIODIC_TAX_RETURN": _("Tax return"),
    "VAT_SUMMARY": _("VAT summary"),
    "RECEIPT_FOR_OPENING_ACCOUNTS": _("Opening balance"),
}
"""The types of receipts, as people know them in Procountor."""
FIELDS: Mapping[str, Promise] = {
    "name": pgettext_lazy("receipt", "Name"),
    "receipt_date": _("Date"),
    "accountants_notes": _("Accountant's notes"),
}
NET_PAY_STATES: Mapping[str, Promise] = {
    NetPayState.NOTHING: _("Nothing to pay"),
    NetPayState.OPEN: _("Not compared, not ticked off"),
    NetPayState.BY_HAND: _("Ticked off by hand"),
    NetPayState.CHANGED: _("Changed after ticking off"),
    NetPayState.EQUAL: pgettext_lazy("net pay", "Equal"),
    NetPayState.NOTED: _("Equal, worth a look"),
    NetPayState.DIFFERENT: pgettext_lazy("net pay", "Different"),
}
NET_PAY_FINDINGS: Mapping[str, Promise] = {
    NetPayFinding.SUM: _("The payment files do not pay what payroll says."),
    NetPayFinding.DATE: _("Payments are dated outside of the month and the one after it."),
    NetPayFinding.NUMBER: _("The journals have another number of rows of net pay than payments."),
    NetPayFinding.CURRENCY: _("A file pays in another currency than that of payroll."),
}
PROPOSED_BY: Mapping[str, Promise] = {
    ProposedBy.PAYMENT_FILES: _("it is credited with just what the files pay"),
    ProposedBy.NAME: _("by the name"),
    ProposedBy.NUMBER: _("by the number that most companies have"),
    ProposedBy.LARGEST_CREDIT: _("it has the largest credit"),
}
