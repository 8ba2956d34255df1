"""What Procountor means when it refuses something, by the code or text of its answer."""

import re
from collections.abc import Iterable
from enum import StrEnum


class Refusal(StrEnum):
    """Why something was refused; what is of no known kind has Procountor's own words alone."""

    PERIOD_CLOSED = "period_closed"
    ACCOUNT_OR_VAT = "account_or_vat"
    DIMENSION = "dimension"
    VAT_STATUS = "vat_status"
    DUE_DATE = "due_date"
    BUSINESS_ID = "business_id"
    E_INVOICE = "e_invoice"
    OVERLOAD = "overload"
    RIGHTS = "rights"
    UNAUTHORISED = "unauthorised"
    VALUE_INVALID = "value_invalid"
    VALUE_MISSING = "value_missing"


_BY_CODE = {
    "CLOSED_FISCAL_PERIOD": Refusal.PERIOD_CLOSED,
    "ERROR_LEDGERACCOUNT_VATPERCENTAGE_COMBINATION": Refusal.ACCOUNT_OR_VAT,
    "DIMENSION_OR_DIMENSION_ITEM_IDENTIFIERS_DOES_NOT_MATCH_THOSE_STORED_IN_DATABASE": (
        Refusal.DIMENSION
    ),
    "ERROR_VATSTATUS_VATPERC": Refusal.VAT_STATUS,
    "DUE_DATE_BEFORE_BILL_DATE": Refusal.DUE_DATE,
    "ERROR_BRN_CODE": Refusal.BUSINESS_ID,
    "OVT_NOT_ALLOWED": Refusal.E_INVOICE,
    "INVALID_OVT": Refusal.E_INVOICE,
    "UNABLE_TO_GET_CONNECTION": Refusal.OVERLOAD,
}
_BY_TEXT = (
    (
        re.compile(r"user rights check failed|insufficient user rights", re.IGNORECASE),
        Refusal.RIGHTS,
    ),
    (re.compile(r"unauthorized", re.IGNORECASE), Refusal.UNAUTHORISED),
    (re.compile(r"value of the '.*' field is invalid", re.IGNORECASE), Refusal.VALUE_INVALID),
    (re.compile(r"value of the '.*' cannot be blank", re.IGNORECASE), Refusal.VALUE_MISSING),
)
_ROW = re.compile(r"transactions\[(\d{1,6})\]\.?(.*)")
_FIELDS = {
    "account": "account",
    "accountingValue": "accounting_value",
    "date": "receipt_date",
    "description": "description",
    "dimensionItemValues": "dimension_values",
    "name": "name",
    "notes": "accountants_notes",
    "receiptDate": "receipt_date",
    "vatPercent": "vat_percent",
    "vatStatus": "vat_status",
}
_FORBIDDEN = 403


def refusal_of(answer: str, *, status: int | None = None) -> Refusal | None:
    """Return what an answer means; ``None`` where only Procountor's words can tell."""
    # A long code is broken by blanks where it was shown or mailed on.
    if kind := _BY_CODE.get(re.sub(r"\s+", "", answer)):
        return kind
    if kind := next((kind for text, kind in _BY_TEXT if text.search(answer)), None):
        return kind
    return Refusal.RIGHTS if status == _FORBIDDEN else None


def first_refusal_of(answers: Iterable[str], *, status: int) -> Refusal | None:
    """Return what the first of ``answers`` means that is of a known kind."""
    known = (refusal_of(answer) for answer in answers)
    return next((kind for kind in known if kind), None) or refusal_of("", status=status)


def row_of(field: str) -> int | None:
    """Return which row of a receipt ``field`` is of, the first being 1."""
    found = _ROW.match(field)
    return int(found[1]) + 1 if found else None


def place_of(field: str) -> str:
    """Return where in a receipt ``field`` is, as deviations are named: "row 3 account"."""
    row = row_of(field)
    name = _ROW.sub(r"\2", field) if row else field
    first = re.split(r"[.\[]", name, maxsplit=1)[0]
    ours = _FIELDS.get(first, first)
    return f"row {row} {ours}".strip() if row else ours
