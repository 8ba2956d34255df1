"""The checks of a link's values against Procountor, as its form is filled in."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from functools import cached_property
from typing import Any

from tilisilta.domain.administrations import Administration
from tilisilta.domain.cost_objects import ItemComparison
from tilisilta.domain.dimensions import DimensionKind
from tilisilta.errors import TilisiltaError
from tilisilta.models import Company, ProcountorAccount
from tilisilta.services.cost_objects import compare_with_dimension
from tilisilta.services.explanations import Explanation, explain_error
from tilisilta.services.link_checks import (
    AccountCheck,
    DimensionCheck,
    check_accounts,
    check_dimension,
)
from tilisilta.services.procountor.administrations import (
    ADMINISTRATION_AGE_LIMIT,
    known_administration,
    read_administration,
)

MOST_UNMAPPED = 200
JUST_READ = timedelta(seconds=10)
"""Most names are unknown for a moment while somebody types, and each must not read Procountor."""


@dataclass(frozen=True, kw_only=True)
class Checks:
    """The form's values checked against Procountor.

    Each check is made when the template first reads it, so a part of the page costs only its own.
    With ``reads_again`` Procountor is read before anything is said to be unknown there.
    """

    values: Mapping[str, Any]
    mappings: Mapping[str, str]
    company: Company | None
    account: ProcountorAccount | None
    now: datetime
    age_limit: timedelta = ADMINISTRATION_AGE_LIMIT
    reads_again: bool = False

    @cached_property
    def _again(self) -> "Checks":
        """The same checks by what is read now, unless that was done a moment ago.

        What is not found may just have been made in Procountor, as we said that it should be.
        """
        return replace(self, age_limit=JUST_READ, reads_again=False)

    @cached_property
    def _read(self) -> tuple[Administration | None, Explanation | None]:
        if self.account is None:
            return None, None
        try:
            read = read_administration(self.account, now=self.now, age_limit=self.age_limit)
        except TilisiltaError as error:
            # The failed read may have ended the authorisation in the database.
            self.account.refresh_from_db()
            return known_administration(self.account), explain_error(error)
        return read, None

    @property
    def administration(self) -> Administration | None:
        """The administration as last read; ``None`` until an account is chosen."""
        return self._read[0]

    @property
    def trouble(self) -> Explanation | None:
        """Why the administration could not be read now; ``None`` if it was."""
        return self._read[1]

    @property
    def cost_center(self) -> DimensionCheck | None:
        return self._dimension("uses_cost_centers", "cost_center_dimension")

    @property
    def cost_unit(self) -> DimensionCheck | None:
        return self._dimension("uses_cost_units", "cost_unit_dimension")

    @cached_property
    def cost_center_items(self) -> ItemComparison | None:
        return self._items(DimensionKind.COST_CENTER, self.cost_center)

    @cached_property
    def cost_unit_items(self) -> ItemComparison | None:
        return self._items(DimensionKind.COST_UNIT, self.cost_unit)

    @cached_property
    def accounts(self) -> tuple[AccountCheck, ...]:
        """Every ledger account that the company's journals used, and where it would go."""
        if self.company is None or self.administration is None:
            return ()
        checks = check_accounts(self.company, self.administration, self.mappings)
        if self.reads_again and not all(check.is_bookable for check in checks):
            return self._again.accounts
        return checks

    @cached_property
    def listed_accounts(self) -> tuple[AccountCheck, ...]:
        """The accounts with a field of their own: a page and a post have room for so many.

        All that are mapped are among them, as what the form does not post is no mapping any more.
        Those that Procountor does not know come before those of which nothing has to be said.
        """
        unmapped = [check for check in self.accounts if not check.is_mapped]
        urgent_first = sorted(unmapped, key=lambda check: check.is_bookable)
        listed = {check.journal_account for check in urgent_first[:MOST_UNMAPPED]}
        return tuple(
            check for check in self.accounts if check.is_mapped or check.journal_account in listed
        )

    @property
    def unlisted_count(self) -> int:
        return len(self.accounts) - len(self.listed_accounts)

    @property
    def unknown_count(self) -> int:
        return sum(not check.is_bookable for check in self.accounts)

    @property
    def is_all_well(self) -> bool:
        """Return whether Procountor was read now and knows everything that the form names."""
        if self.administration is None or self.trouble is not None or self.company is None:
            return False
        return not self.unknown_count and self._dimensions_fit() and self._has_own_accounts()

    def _dimensions_fit(self) -> bool:
        checks = (check for check in (self.cost_center, self.cost_unit) if check is not None)
        items = (self.cost_center_items, self.cost_unit_items)
        return all(check.dimension is not None for check in checks) and all(
            comparison.is_complete for comparison in items if comparison is not None
        )

    def _has_own_accounts(self) -> bool:
        """Return whether the clearing and the fallback account are in use, where they are named."""
        assert self.administration is not None  # noqa: S101  # the caller has looked
        named = (self.values.get("clearing_account"), self.values.get("fallback_account"))
        active = {one.code for one in self.administration.ledger_accounts if one.is_active}
        return all(str(code).strip() in active for code in named if code)

    def account_check(self, journal_account: str) -> AccountCheck | None:
        return next((one for one in self.accounts if one.journal_account == journal_account), None)

    def _dimension(self, box: str, field: str) -> DimensionCheck | None:
        name = str(self.values.get(field) or "")
        if self.administration is None or not self.values.get(box):
            return None
        check = check_dimension(self.administration, name)
        if self.reads_again and name and check.dimension is None:
            return self._again._dimension(box, field)  # a value of this class
        return check

    def _items(self, kind: DimensionKind, check: DimensionCheck | None) -> ItemComparison | None:
        if self.company is None or check is None or check.dimension is None:
            return None
        return compare_with_dimension(self.company, kind, check.dimension)
