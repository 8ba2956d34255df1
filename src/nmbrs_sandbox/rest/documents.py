"""The files that tasks make: journals in five forms, and a payment file."""

from collections.abc import Iterable
from dataclasses import replace
from datetime import date
from decimal import Decimal

from nmbrs_sandbox.payroll.journal_xml import Split, journal_xml
from nmbrs_sandbox.payroll.world import Company, JournalLine, Run
from sandbox_parts.markup import Markup, tag

_CENT = Decimal("0.01")
_ONLY_DEPARTMENT = "1"
_PAIN = "urn:iso:std:iso:20022:tech:xsd:pain.001.001.03"


def journal_file(
    lines: Iterable[JournalLine], run: Run, split: Split, *, encoding: str = "utf-8"
) -> bytes:
    """Return a journal as a file. Its form is assumed to be that of SOAP's journals."""
    text = journal_xml(lines, own_date=run.booking_date, split=split)
    return f'<?xml version="1.0" encoding="{encoding}"?>\n{text}'.encode(encoding)


def by_department(lines: Iterable[JournalLine]) -> list[JournalLine]:
    """Return the lines with a department in the place of the cost center: here all have one."""
    return [replace(one, cost_center=_ONLY_DEPARTMENT, cost_unit="") for one in lines]


def by_employee(lines: Iterable[JournalLine], company: Company) -> list[JournalLine]:
    """Return every line split over the company's people, whose numbers stand as cost centers."""
    return [
        replace(one, cost_center=str(number), cost_unit="", amount=amount)
        for one in lines
        for number, amount in enumerate(shares(one.amount, company.employees), start=1)
    ]


def shares(amount: Decimal, count: int) -> list[Decimal]:
    """Return an amount in that many parts of whole cents, which add up to it."""
    part = (amount / count).quantize(_CENT)
    return [part] * (count - 1) + [amount - part * (count - 1)]


def other_journal(lines: Iterable[JournalLine]) -> list[JournalLine]:
    """Return the lines with 0.01 more in the first cost and the first debt."""
    rows = list(lines)
    for is_debt in (False, True):
        place = next((n for n, one in enumerate(rows) if (one.amount < 0) == is_debt), None)
        if place is not None:
            cent = -_CENT if is_debt else _CENT
            rows[place] = replace(rows[place], amount=rows[place].amount + cent)
    return rows


def payment_file(company: Company, run: Run, *, payment_date: date | None) -> bytes:
    """Return a small pain.001 of the largest debt of the run, shared by invented people."""
    lines = run.journal.lines() if run.journal else ()
    net = -min((one.amount for one in lines), default=Decimal("0.00"))
    amounts = shares(net, company.employees) if net > 0 else []
    payments = [_payment(company, run, n, one) for n, one in enumerate(amounts, start=1)]
    day = payment_date or run.booking_date
    head = tag(
        "GrpHdr",
        tag("MsgId", f"RUN-{run.run_id}"),
        tag("CreDtTm", f"{run.run_at:%Y-%m-%dT%H:%M:%S}"),
        tag("NbOfTxs", len(payments)),
        tag("CtrlSum", f"{net:.2f}"),
        tag("InitgPty", tag("Nm", company.name)),
    )
    batch = tag(
        "PmtInf",
        tag("PmtInfId", f"RUN-{run.run_id}"),
        tag("PmtMtd", "TRF"),
        tag("ReqdExctnDt", day.isoformat()),
        tag("Dbtr", tag("Nm", company.name)),
        _account("DbtrAcct", company.company_id),
        *payments,
    )
    document = tag("Document", tag("CstmrCdtTrfInitn", head, batch), xmlns=_PAIN)
    return f'<?xml version="1.0" encoding="utf-8"?>\n{document.text}'.encode()


def _payment(company: Company, run: Run, number: int, amount: Decimal) -> Markup:
    return tag(
        "CdtTrfTxInf",
        tag("PmtId", tag("EndToEndId", f"{run.run_id}-{number}")),
        tag("Amt", tag("InstdAmt", f"{amount:.2f}", Ccy="EUR")),
        tag("Cdtr", tag("Nm", f"Invented Person {number}")),
        _account("CdtrAcct", company.company_id * 100 + number),
        tag("RmtInf", tag("Ustrd", run.description)),
    )


def _account(name: str, number: int) -> Markup:
    # No real bank has this code.
    account = f"999999{number:08}"
    check = 98 - int(f"{account}151800") % 97
    return tag(name, tag("Id", tag("IBAN", f"FI{check:02}{account}")))
