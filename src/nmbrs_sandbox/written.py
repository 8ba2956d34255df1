"""Debtors, companies, runs and journals as JSON has them."""

from collections.abc import Iterable
from functools import singledispatch
from typing import Any

from nmbrs_sandbox.payroll.world import Access, Company, CostItem, Debtor, JournalLine, Run


@singledispatch
def written(value: object) -> Any:
    """Return what an order came to as JSON has it. Tokens are left out."""
    raise TypeError(f"{type(value).__name__} is nothing an order comes to")


@written.register
def _debtor(debtor: Debtor) -> Any:
    return {
        "debtor_id": debtor.debtor_id,
        "number": debtor.number,
        "name": debtor.name,
        "is_hidden": debtor.is_hidden,
    }


@written.register
def _company(company: Company) -> Any:
    return {
        "company_id": company.company_id,
        "number": company.number,
        "name": company.name,
        "debtor_id": company.debtor_id,
        "active_year": company.active_year,
        "is_hidden": company.is_hidden,
        "denied_with": company.denied_with,
        "cost_centers": [_item(one) for one in company.cost_centers],
        "cost_units": [_item(one) for one in company.cost_units],
        "runs": [_run(one) for one in company.runs],
    }


@written.register
def _run(run: Run) -> Any:
    return {
        "run_id": run.run_id,
        "number": run.number,
        "year": run.year,
        "period_start": run.period_start,
        "period_end": run.period_end,
        "description": run.description,
        "run_at": run.run_at.isoformat(timespec="seconds"),
        "is_locked": run.is_locked,
        "is_deleted": run.is_deleted,
        "has_journal": run.journal is not None,
    }


@written.register
def _item(item: CostItem) -> Any:
    return {"id": item.item_id, "code": item.code, "description": item.description}


@written.register
def _access(access: Access) -> Any:
    return {"domain": access.domain}


@written.register
def _calls(calls: frozenset) -> Any:  # type: ignore[type-arg]  # dispatch knows no arguments
    return {"forbidden_calls": sorted(calls)}


def written_journals(companies: Iterable[Company]) -> Any:
    """Return every run of some companies with the rows of its journal, as finely as known."""
    return {
        "runs": [
            {
                "company_id": company.company_id,
                "company_number": company.number,
                **_run(run),
                "lines": [_line(one) for one in (run.journal.lines() if run.journal else ())],
            }
            for company in companies
            for run in company.runs
        ]
    }


def _line(line: JournalLine) -> Any:
    return {
        "date": line.booking_date,
        "account": line.ledger_account,
        "description": line.description,
        "cost_center": line.cost_center,
        "cost_unit": line.cost_unit,
        "amount": f"{line.amount:.2f}",
    }
