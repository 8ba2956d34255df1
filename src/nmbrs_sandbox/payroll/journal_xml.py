"""Journals as the XML text inside the service's answers.

Its form is known from programs that read it, not from a description by Nmbrs: the elements are
those of Twinfield's journal transactions.
"""

from collections.abc import Iterable, Sequence
from datetime import date, datetime
from decimal import Decimal
from enum import IntEnum
from itertools import groupby
from operator import attrgetter
from xml.etree import ElementTree as ET

from nmbrs_sandbox.payroll.world import JournalLine
from sandbox_parts.markup import Markup, join, tag

# Reports of the service are known to declare this, although they are sent in UTF-8.
UTF_16_DECLARATION = '<?xml version="1.0" encoding="utf-16"?>'
_SIGNS = {"debit": 1, "credit": -1}


class Split(IntEnum):
    """How finely a journal is split: not at all, by cost center, or by cost unit as well."""

    COMPANY = 0
    COST_CENTER = 1
    COST_UNIT = 2


def journal_xml(lines: Iterable[JournalLine], *, own_date: date, split: Split) -> str:
    """Return a journal with one transaction for each booking date.

    First comes ``own_date``, the date of the run itself, then corrections, oldest first. Rows that
    differ only in what is left out are summed, in the order of their first row; a sum of 0.00
    stays.
    """
    # One transaction for each date is what programs in use expect. Their order, and that sums of
    # zero stay, is assumed.
    rows = sorted(
        _summed(lines, split), key=lambda one: (one.booking_date != own_date, one.booking_date)
    )
    parts = [
        _transaction(day, list(part), split)
        for day, part in groupby(rows, attrgetter("booking_date"))
    ]
    if not parts:
        return "<transactions />"
    return f"<transactions>\n{join(parts).text}</transactions>"


def read_journal(text: bytes) -> tuple[JournalLine, ...]:
    """Return the rows of a journal in this form. Only for files of this package."""
    root = ET.fromstring(text)  # noqa: S314  # comes with the package
    return tuple(
        _read_line(line, day=datetime.strptime(_text(part, "header/date"), "%Y%m%d").date())  # noqa: DTZ007
        for part in root
        for line in part.iterfind("lines/line")
    )


def _summed(lines: Iterable[JournalLine], split: Split) -> list[JournalLine]:
    sums: dict[tuple[date, str, str, str, str], Decimal] = {}
    for line in lines:
        key = (
            line.booking_date,
            line.ledger_account,
            line.description,
            line.cost_center if split >= Split.COST_CENTER else "",
            line.cost_unit if split >= Split.COST_UNIT else "",
        )
        sums[key] = sums.get(key, Decimal("0.00")) + line.amount
    return [
        JournalLine(
            booking_date=day,
            ledger_account=account,
            description=description,
            amount=amount,
            cost_center=cost_center,
            cost_unit=cost_unit,
        )
        for (day, account, description, cost_center, cost_unit), amount in sums.items()
    ]


def _transaction(day: date, rows: Sequence[JournalLine], split: Split) -> Markup:
    header = tag("header", tag("date", f"{day:%Y%m%d}"), tag("period", f"{day:%Y/%m}"))
    lines = join(
        piece
        for number, row in enumerate(rows, start=1)
        for piece in (Markup("      "), _line(row, number, split), "\n")
    )
    inside = f"    {header.text}\n    <lines>\n{lines.text}    </lines>\n"
    return Markup(f"  <transaction>\n{inside}  </transaction>\n")


def _line(row: JournalLine, number: int, split: Split) -> Markup:
    parts = (
        ("dim1", row.ledger_account),
        ("dim2", row.cost_center),
        *([("dim3", row.cost_unit)] if split >= Split.COST_UNIT else []),
        ("value", f"{abs(row.amount):.2f}"),
        ("debitcredit", "debit" if row.amount >= 0 else "credit"),
        ("description", row.description),
    )
    # A program in use reads a row by the places of its elements, so that the empty ones are there
    # too. That the cost unit is only in the call that has it is assumed.
    return tag("line", *(tag(name, text) for name, text in parts), id=str(number))


def _read_line(line: ET.Element, *, day: date) -> JournalLine:
    return JournalLine(
        booking_date=day,
        ledger_account=_text(line, "dim1"),
        description=_text(line, "description"),
        amount=Decimal(_text(line, "value")) * _SIGNS[_text(line, "debitcredit")],
        cost_center=line.findtext("dim2", ""),
        cost_unit=line.findtext("dim3", ""),
    )


def _text(element: ET.Element, path: str) -> str:
    text = element.findtext(path)
    if text is None:
        raise ValueError(f"no {path} in {element.tag}")
    return text
