"""The invented journals as the files a payroll clerk would have, in two formats."""

from collections.abc import Sequence
from dataclasses import dataclass
from importlib.resources import files
from itertools import groupby
from xml.sax.saxutils import escape

from tilisilta.domain.journals import BookingPeriod, JournalLine

_HEADERS = "Pvm;Tili;Kustannuspaikka;Laskentatunniste;Selite;Debet;Kredit"


@dataclass(frozen=True, kw_only=True)
class SampleFile:
    """A journal file of one company."""

    company_number: int
    name: str
    content: bytes


def june_with_corrections() -> bytes:
    """The June run of Koivulammi Konepaja Oy, which corrects January to May."""
    return files(__package__).joinpath("june-with-corrections.xml").read_bytes()


def as_xml(lines: Sequence[JournalLine], *, says: str) -> bytes:
    """``lines`` as Nmbrs journal XML, with ``says`` in a comment at the top."""
    transactions = [
        _transaction(list(part)) for _, part in groupby(lines, key=lambda line: line.booking_date)
    ]
    parts = (
        '<?xml version="1.0" encoding="utf-8"?>',
        f"<!-- Invented. {escape(says)} -->",
        "<transactions>",
        *transactions,
        "</transactions>",
        "",
    )
    return "\n".join(parts).encode()


def as_csv(lines: Sequence[JournalLine]) -> bytes:
    """``lines`` as a CSV file with Finnish headers, semicolons and decimal commas."""
    rows = [_row(line) for line in lines]
    return "\r\n".join([_HEADERS, *rows, ""]).encode("utf-8-sig")


def _transaction(lines: Sequence[JournalLine]) -> str:
    day = lines[0].booking_date
    period = BookingPeriod.containing(day)
    return "\n".join(
        (
            "  <transaction>",
            f"    <header><date>{day:%Y%m%d}</date>"
            f"<period>{period.year}/{period.month:02}</period></header>",
            "    <lines>",
            *(f"      {_xml_line(line)}" for line in lines),
            "    </lines>",
            "  </transaction>",
        )
    )


def _xml_line(line: JournalLine) -> str:
    side = "debit" if line.amount >= 0 else "credit"
    parts = (
        ("dim1", line.ledger_account),
        ("dim2", line.cost_center),
        ("dim3", line.cost_unit),
        ("value", f"{abs(line.amount):.2f}"),
        ("debitcredit", side),
        ("description", line.description),
    )
    inner = "".join(f"<{name}>{escape(text)}</{name}>" for name, text in parts if text)
    return f"<line>{inner}</line>"


def _row(line: JournalLine) -> str:
    amount = f"{abs(line.amount):.2f}".replace(".", ",")
    sides = (amount, "") if line.amount >= 0 else ("", amount)
    cells = (
        f"{line.booking_date:%d.%m.%Y}",
        line.ledger_account,
        line.cost_center,
        line.cost_unit,
        line.description,
        *sides,
    )
    return ";".join(cells)
