"""How one company's journals go to its administration, as chosen in advance by a person."""

from dataclasses import dataclass
from datetime import date
from enum import StrEnum


class ClosedPeriodPolicy(StrEnum):
    """What to do with a receipt whose booking date lies in a closed period (R7)."""

    STOP = "stop"
    NEXT_OPEN = "next-open"


@dataclass(frozen=True, kw_only=True)
class LinkRules:
    """The choices of one link.

    A dimension name of ``None`` means that its box is not ticked. ``account_mappings`` pairs a
    journal's ledger account with Procountor's. ``dimension_accounts`` is a pattern of literal
    characters and ``[a-b]`` ranges, one per position and ``...`` for any rest; only matching
    Procountor accounts carry dimensions, and an empty pattern means that all do.
    """

    procountor_company_id: int
    cost_center_dimension: str | None = None
    cost_unit_dimension: str | None = None
    creates_missing_items: bool = False
    sums_equal_lines: bool = False
    closed_period_policy: ClosedPeriodPolicy = ClosedPeriodPolicy.STOP
    clearing_account: str = ""
    fallback_account: str = ""
    account_mappings: tuple[tuple[str, str], ...] = ()
    dimension_accounts: str = ""
    start_date: date | None = None
    receipt_title: str = "Payroll"
