"""Compares the choices of a link with its administration, while they are typed."""

import difflib
from collections.abc import Mapping
from dataclasses import dataclass

from tilisilta.domain.administrations import Administration, Dimension, LedgerAccount
from tilisilta.domain.dimensions import find_dimensions
from tilisilta.domain.ledger_accounts import near_accounts
from tilisilta.models import Company, JournalLine


@dataclass(frozen=True, kw_only=True)
class DimensionCheck:
    """Whether a dimension name is known in Procountor, and what else it may mean."""

    name: str
    dimension: Dimension | None
    is_ambiguous: bool
    offered: tuple[str, ...]


@dataclass(frozen=True, kw_only=True)
class AccountCheck:
    """A ledger account used by the company's journals, and where the link books it."""

    journal_account: str
    description: str
    mapped_to: str
    account: LedgerAccount | None
    near: tuple[LedgerAccount, ...]

    @property
    def is_mapped(self) -> bool:
        return bool(self.mapped_to) and self.mapped_to != self.journal_account

    @property
    def is_bookable(self) -> bool:
        return self.account is not None and self.account.is_active


def check_dimension(administration: Administration, name: str) -> DimensionCheck:
    """Find a dimension by name: exactly, then ignoring case and outer blanks (R6)."""
    candidates = find_dimensions(name, administration.dimensions)
    names = [dimension.name for dimension in administration.dimensions]
    near = difflib.get_close_matches(name, names, n=3, cutoff=0.4)
    return DimensionCheck(
        name=name,
        dimension=candidates[0] if len(candidates) == 1 else None,
        is_ambiguous=len(candidates) > 1,
        offered=tuple(near or names),
    )


def check_accounts(
    company: Company, administration: Administration, mappings: Mapping[str, str]
) -> tuple[AccountCheck, ...]:
    """Return every ledger account of the company's journals, and where it would be booked."""
    known = {account.code: account for account in administration.ledger_accounts}
    used = (
        JournalLine.objects.filter(journal__company=company)
        .order_by("ledger_account", "position")
        .values_list("ledger_account", "description")
    )
    descriptions: dict[str, str] = {}
    for code, description in used.iterator():
        descriptions.setdefault(code, description)
    for code in mappings:
        descriptions.setdefault(code, "")
    return tuple(
        AccountCheck(
            journal_account=code,
            description=descriptions[code],
            mapped_to=mappings.get(code, code),
            account=known.get(mappings.get(code, code)),
            near=near_accounts(mappings.get(code, code), administration.ledger_accounts),
        )
        for code in sorted(descriptions)
    )
