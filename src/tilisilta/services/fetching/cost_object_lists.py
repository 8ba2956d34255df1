"""The two lists of cost objects of a company, which are read in turns, and may be forbidden."""

from collections.abc import Sequence
from datetime import datetime

from tilisilta.clients.nmbrs.errors import NmbrsCallForbidden
from tilisilta.domain.dimensions import DimensionKind
from tilisilta.domain.payroll import PayrollSource
from tilisilta.domain.problems import Problem
from tilisilta.models import Link, NmbrsCompany
from tilisilta.services.cost_objects import (
    is_unread,
    keep_cost_objects,
    kinds_by_age,
    note_forbidden,
)
from tilisilta.services.fetching.problems import is_list_forbidden, list_forbidden


class CostObjectLists:
    """The lists of one company while it is fetched."""

    def __init__(
        self,
        nmbrs_company: NmbrsCompany,
        source: PayrollSource,
        *,
        link: Link | None,
        now: datetime,
    ) -> None:
        self._nmbrs_company = nmbrs_company
        self._source = source
        self._link = link
        self._now = now
        kinds = kinds_by_age(nmbrs_company)
        self.unread: Sequence[DimensionKind] = [
            one for one in kinds if is_unread(nmbrs_company, one)
        ]
        self.by_age: Sequence[DimensionKind] = [one for one in kinds if one not in self.unread]
        self._asked_for: set[DimensionKind] = set()
        self._trouble: list[Problem] = []

    def read(self, kind: DimensionKind) -> None:
        """Read one of the lists. A forbidden call is trouble only for a link that uses the list."""
        self._asked_for.add(kind)
        try:
            keep_cost_objects(self._nmbrs_company, self._source, kind, now=self._now)
        except NmbrsCallForbidden as error:
            note_forbidden(self._nmbrs_company, kind, now=self._now)
            if self._uses(kind):
                self._trouble.append(list_forbidden(error, kind))

    def trouble(self) -> Sequence[Problem]:
        """Return what is wrong, also with a list that was not asked for this time."""
        before = [
            problem
            for kind in DimensionKind
            if kind not in self._asked_for and self._uses(kind)
            for problem in self._nmbrs_company.trouble
            if is_list_forbidden(problem, kind)
        ]
        return [*self._trouble, *before]

    def _uses(self, kind: DimensionKind) -> bool:
        return self._link is not None and bool(self._link.dimension_name(kind))
