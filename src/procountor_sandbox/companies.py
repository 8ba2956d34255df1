"""The companies as they are now: dimension items are added, names change, periods close."""

from collections.abc import Iterable, Mapping
from dataclasses import replace
from datetime import date
from typing import Any

from procountor_sandbox.world import (
    Company,
    Dimension,
    DimensionItem,
    FiscalYear,
    PeriodStatus,
    TrackingPeriod,
)
from sandbox_parts.store import Store
from sandbox_parts.wire import without_none

_KIND = "company"
# Documented: an item that is passive has this status, and an active item has none.
PASSIVE = "P"


class Companies:
    """Every company with the changes made since the stand-in first started."""

    def __init__(self, companies: Iterable[Company], *, store: Store) -> None:
        self._first = {one.company_id: one for one in companies}
        self._store = store
        self._now = dict(self._first)
        for name, changes in store.load(_KIND):
            if int(name) in self._now:
                self._now[int(name)] = _changed(self._now[int(name)], changes)

    def all(self) -> tuple[Company, ...]:
        return tuple(self._now.values())

    def find(self, company_id: int) -> Company | None:
        return self._now.get(company_id)

    def put_dimension(self, company: Company, dimension: Dimension) -> None:
        """Store a dimension in place of the one with its id."""
        dimensions = tuple(
            dimension if one.dimension_id == dimension.dimension_id else one
            for one in company.dimensions
        )
        self._keep(replace(company, dimensions=dimensions))

    def set_period(self, company: Company, period_id: int, status: PeriodStatus) -> None:
        years = tuple(_with_period(year, period_id, status) for year in company.fiscal_years)
        self._keep(replace(company, fiscal_years=years))

    def set_year(self, company: Company, year_id: int, *, is_open: bool) -> Company:
        """Close or open a whole fiscal year and return the company as it is then."""
        years = tuple(
            replace(year, is_open=is_open) if year.year_id == year_id else year
            for year in company.fiscal_years
        )
        changed = replace(company, fiscal_years=years)
        self._keep(changed)
        return changed

    def clear(self) -> None:
        self._now = dict(self._first)

    def _keep(self, company: Company) -> None:
        self._now[company.company_id] = company
        self._store.save(_KIND, str(company.company_id), _changes(company))


def written_dimension(dimension: Dimension) -> dict[str, Any]:
    """Return a dimension with its items as Procountor writes it."""
    return {
        "id": dimension.dimension_id,
        "name": dimension.name,
        "items": [written_item(item) for item in dimension.items],
    }


def written_item(item: DimensionItem) -> dict[str, Any]:
    """Return a dimension item as Procountor writes it."""
    return without_none(
        id=item.item_id,
        codeName=item.code_name,
        status=None if item.is_active else PASSIVE,
        description=item.description,
    )


def written_year(year: FiscalYear) -> dict[str, Any]:
    """Return a fiscal year with its tracking periods as Procountor writes it."""
    return {
        "id": year.year_id,
        "startDate": year.start_date,
        "endDate": year.end_date,
        "isOpen": year.is_open,
        "modified": f"{year.start_date}T08:00:00.000",
        "trackingPeriods": [written_period(period) for period in year.tracking_periods],
    }


def written_period(period: TrackingPeriod) -> dict[str, Any]:
    """Return a tracking period as Procountor writes it."""
    return {
        "id": period.period_id,
        "startDate": period.start_date,
        "endDate": period.end_date,
        "status": period.status.value,
        "modified": f"{period.start_date}T08:00:00.000",
    }


def read_item(stored: Mapping[str, Any]) -> DimensionItem:
    """Return the item that ``written_item`` wrote."""
    return DimensionItem(
        item_id=stored["id"],
        code_name=stored["codeName"],
        description=stored.get("description", ""),
        is_active=stored.get("status") != PASSIVE,
    )


def period_containing(company: Company, day: date) -> int | None:
    """Return the id of the tracking period a day falls in."""
    return next(
        (
            period.period_id
            for year in company.fiscal_years
            for period in year.tracking_periods
            if period.start_date <= day <= period.end_date
        ),
        None,
    )


def year_containing(company: Company, day: date) -> FiscalYear | None:
    """Return the fiscal year a day falls in."""
    years = company.fiscal_years
    return next((one for one in years if one.start_date <= day <= one.end_date), None)


def _with_period(year: FiscalYear, period_id: int, status: PeriodStatus) -> FiscalYear:
    periods = tuple(
        replace(period, status=status) if period.period_id == period_id else period
        for period in year.tracking_periods
    )
    return replace(year, tracking_periods=periods)


# Only what can change is stored. All else comes from the world at every start.
def _changes(company: Company) -> dict[str, Any]:
    return {
        "dimensions": [written_dimension(one) for one in company.dimensions],
        "years": {str(year.year_id): year.is_open for year in company.fiscal_years},
        "periods": {
            str(period.period_id): period.status.value
            for year in company.fiscal_years
            for period in year.tracking_periods
        },
    }


def _changed(company: Company, changes: Mapping[str, Any]) -> Company:
    return replace(
        company,
        dimensions=tuple(
            Dimension(
                dimension_id=one["id"],
                name=one["name"],
                items=tuple(read_item(item) for item in one["items"]),
            )
            for one in changes["dimensions"]
        ),
        fiscal_years=tuple(_changed_year(year, changes) for year in company.fiscal_years),
    )


def _changed_year(year: FiscalYear, changes: Mapping[str, Any]) -> FiscalYear:
    return replace(
        year,
        is_open=changes.get("years", {}).get(str(year.year_id), year.is_open),
        tracking_periods=tuple(
            replace(
                period,
                status=PeriodStatus(
                    changes["periods"].get(str(period.period_id), period.status.value)
                ),
            )
            for period in year.tracking_periods
        ),
    )
