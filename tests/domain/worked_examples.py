"""Reads the worked examples in ``tests/data/*.md``: a journal in, ledger receipts out.

The files are written for accountants. A section begins with ``##``; in it stand ``- Name: value``
lists and tables, whose first row names the columns. Everything else is prose.
"""

from dataclasses import dataclass, replace
from datetime import date
from decimal import Decimal
from pathlib import Path

from tests.domain.samples import ADMINISTRATION, calendar_year

from tilisilta.domain.administrations import Administration
from tilisilta.domain.journals import Journal, JournalLine, Run
from tilisilta.domain.links import ClosedPeriodPolicy, LinkRules
from tilisilta.domain.problems import Problem
from tilisilta.domain.receipts import LedgerReceipt, Transaction

FOLDER = Path(__file__).parent.parent / "data"


@dataclass(frozen=True, kw_only=True)
class Section:
    """One section of a file: its lists by name, and the rows of its table by column."""

    title: str
    entries: dict[str, str]
    rows: list[dict[str, str]]


@dataclass(frozen=True, kw_only=True)
class WorkedExample:
    """A journal with all that it is checked against, and its expected receipts and problems."""

    journal: Journal
    rules: LinkRules
    administration: Administration
    receipts: list[Section]
    problems: list[dict[str, str]]


def read_example(path: Path) -> WorkedExample:
    """Read one file."""
    sections = {section.title: section for section in read_sections(path.read_text("utf-8"))}
    receipts = [section for title, section in sections.items() if title.startswith("Receipt of")]
    return WorkedExample(
        journal=_journal(sections["Journal"]),
        rules=_rules(sections["Link"].entries),
        administration=_administration(sections["Procountor"].entries),
        receipts=receipts,
        problems=sections["Problems"].rows,
    )


def read_sections(text: str) -> list[Section]:
    """The sections of a file, in order."""
    sections: list[Section] = []
    for block in text.split("\n## ")[1:]:
        title, *lines = block.splitlines()
        entries = dict(line[2:].split(": ", 1) for line in lines if line.startswith("- "))
        table = [_cells(line) for line in lines if line.startswith("|")]
        rows = [dict(zip(table[0], row, strict=True)) for row in table[2:]]
        sections.append(Section(title=title.strip(), entries=entries, rows=rows))
    return sections


def drawn_receipt(receipt: LedgerReceipt, administration: Administration) -> Section:
    """A receipt as the files show it."""
    body = receipt.body
    rows = [drawn_row(row, administration) for row in body.transactions]
    debit = sum((row.accounting_value for row in body.transactions if row.accounting_value > 0), 0)
    credit = sum((row.accounting_value for row in body.transactions if row.accounting_value < 0), 0)
    total = {"Account": "Sum", "Debit": f"{debit:.2f}", "Credit": f"{-credit:.2f}"}
    rows.append({**dict.fromkeys(rows[0], ""), **total})
    return Section(
        title=f"Receipt of {receipt.booking_date}",
        entries={
            "Name": body.name,
            "Dated": body.receipt_date.isoformat(),
            "Notes": body.accountants_notes,
        },
        rows=rows,
    )


def drawn_row(row: Transaction, administration: Administration) -> dict[str, str]:
    """A row as the files show it, with the codes of its dimension items."""
    amount = f"{abs(row.accounting_value):.2f}"
    codes = dict.fromkeys((dimension.name for dimension in administration.dimensions), "")
    for value in row.dimension_values:
        name, code = _item_names(administration)[value.dimension_id, value.item_id]
        codes[name] = code
    return {
        "Account": row.account,
        **codes,
        "Description": row.description,
        "Debit": amount if row.accounting_value > 0 else "",
        "Credit": amount if row.accounting_value < 0 else "",
        "Lines": ", ".join(str(position) for position in row.positions),
    }


def drawn_problem(problem: Problem) -> dict[str, str]:
    """A problem as the files show it."""
    return {
        "Code": problem.code.value,
        "Effect": "stops" if problem.stops else "informs",
        "Line": str(problem.line or ""),
        "Receipt": str(problem.booking_date or ""),
        "Facts": "; ".join(f"{name} {value}" for name, value in problem.facts),
    }


def _cells(line: str) -> list[str]:
    return [cell.strip() for cell in line.strip().strip("|").split("|")]


def _item_names(administration: Administration) -> dict[tuple[int, int], tuple[str, str]]:
    return {
        (dimension.dimension_id, item.item_id): (dimension.name, item.code)
        for dimension in administration.dimensions
        for item in dimension.items
    }


def _journal(section: Section) -> Journal:
    number, year = section.entries["Run"].split("/")
    return Journal(
        company_number=int(section.entries["Company"]),
        run=Run(year=int(year), number=number),
        revision=int(section.entries["Revision"]),
        currency=section.entries["Currency"],
        lines=tuple(_line(row) for row in section.rows),
    )


def _line(row: dict[str, str]) -> JournalLine:
    return JournalLine(
        position=int(row["Line"]),
        ledger_account=row["Account"],
        description=row["Description"],
        amount=Decimal(row["Debit"] or "0") - Decimal(row["Credit"] or "0"),
        cost_center=row["Cost center"],
        cost_unit=row["Cost unit"],
        booking_date=date.fromisoformat(row["Date"]),
    )


def _rules(choices: dict[str, str]) -> LinkRules:
    mappings = [pair.split(" to ") for pair in _listed(choices.get("Account mapping", ""))]
    return LinkRules(
        procountor_company_id=50101,
        cost_center_dimension=choices.get("Cost centers go to"),
        cost_unit_dimension=choices.get("Cost units go to"),
        sums_equal_lines=choices.get("Equal lines") == "summed",
        closed_period_policy=ClosedPeriodPolicy(choices.get("Closed periods", "stop")),
        clearing_account=choices.get("Clearing account", ""),
        fallback_account=choices.get("Fallback account", ""),
        account_mappings=tuple((journals, procountors) for journals, procountors in mappings),
        dimension_accounts=choices.get("Accounts with dimensions", ""),
        receipt_title=choices.get("Receipts are called", "Payroll"),
    )


def _administration(differences: dict[str, str]) -> Administration:
    closed = tuple(int(month[-2:]) for month in _listed(differences.get("Closed months", "")))
    inactive = _listed(differences.get("Inactive ledger accounts", ""))
    accounts = tuple(
        replace(account, is_active=account.code not in inactive)
        for account in ADMINISTRATION.ledger_accounts
    )
    years = (calendar_year(2026, closed=closed), calendar_year(2025, is_open=False))
    return replace(ADMINISTRATION, ledger_accounts=accounts, fiscal_years=years)


def _listed(text: str) -> list[str]:
    return [one.strip() for one in text.split(",") if one.strip()]
