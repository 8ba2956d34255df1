"""The saved state: debtors, companies and who is let in, as they are now."""

from collections.abc import Mapping
from dataclasses import replace
from threading import RLock
from typing import Any

from nmbrs_sandbox.payroll.world import Company, Debtor, Run, World
from sandbox_parts.clock import Clock
from sandbox_parts.orders import OrderRefused
from sandbox_parts.store import Store

_KIND = "order"


class Bureau:
    """A payroll bureau: its world, as the orders carried out so far have made it.

    What is kept on disk is not the world but the orders: they are carried out again at a start.
    Whoever asks more than one thing, or changes one, holds the ``lock`` meanwhile.
    """

    def __init__(self, first_world: World, *, store: Store, clock: Clock) -> None:
        self.lock = RLock()
        self.clock = clock
        self._first_world = first_world
        self._store = store
        self._orders = 0
        self._set(first_world)

    @property
    def world(self) -> World:
        """Return everything as it is now."""
        with self.lock:
            return World(
                access=self.access,
                debtors=tuple(self._debtors.values()),
                companies=tuple(self._companies.values()),
                forbidden_calls=frozenset(self.forbidden_calls),
            )

    def remember(self, name: str, fields: Mapping[str, Any]) -> None:
        """Keep an order that has been carried out."""
        self._orders += 1
        self._store.save(_KIND, f"{self._orders:09}", {"order": name, "fields": fields})

    def remembered(self) -> list[tuple[str, Mapping[str, Any]]]:
        """Return name and fields of every order kept on disk. To be called once, at the start."""
        kept = [(one["order"], one["fields"]) for _, one in self._store.load(_KIND)]
        self._orders = len(kept)
        return kept

    def forget(self) -> None:
        """Go back to the first world."""
        with self.lock:
            self._store.clear()
            self._orders = 0
            self._set(self._first_world)

    def debtors(self) -> tuple[Debtor, ...]:
        """Return every debtor, hidden or not."""
        return tuple(self._debtors.values())

    def companies(self) -> tuple[Company, ...]:
        """Return every company, hidden or not."""
        return tuple(self._companies.values())

    def debtor(self, debtor_id: int) -> Debtor | None:
        """Return the debtor with that id, hidden or not."""
        return self._debtors.get(debtor_id)

    def company(self, company_id: int) -> Company | None:
        """Return the company with that id, hidden or not."""
        return self._companies.get(company_id)

    def visible_debtors(self) -> tuple[Debtor, ...]:
        """Return the debtors the tag filter lets through."""
        return tuple(one for one in self._debtors.values() if not one.is_hidden)

    def visible_companies(self) -> tuple[Company, ...]:
        """Return the companies of those debtors that the tag filter lets through as well."""
        return tuple(one for one in self._companies.values() if self.is_visible(one))

    def is_visible(self, company: Company) -> bool:
        """Return whether a company and its debtor are let through by the tag filter."""
        debtor = self._debtors.get(company.debtor_id)
        return not company.is_hidden and debtor is not None and not debtor.is_hidden

    def next_run_id(self) -> int:
        """Return an id that no run has had."""
        return 1 + max((run.run_id for one in self.companies() for run in one.runs), default=0)

    def known_debtor(self, debtor_id: int) -> Debtor:
        """Return a debtor an order names, or refuse the order."""
        found = self._debtors.get(debtor_id)
        if found is None:
            raise OrderRefused(f"there is no debtor {debtor_id}", status=404)
        return found

    def known_company(self, company_id: int) -> Company:
        """Return a company an order names, or refuse the order."""
        found = self._companies.get(company_id)
        if found is None:
            raise OrderRefused(f"there is no company {company_id}", status=404)
        return found

    def known_run(self, company_id: int, run_id: int) -> Run:
        """Return a run an order names, deleted or not, or refuse the order."""
        found = self.known_company(company_id).run(run_id)
        if found is None:
            raise OrderRefused(f"company {company_id} has no run {run_id}", status=404)
        return found

    def put_debtor(self, debtor: Debtor) -> Debtor:
        """Take a debtor as it is now."""
        self._debtors[debtor.debtor_id] = debtor
        return debtor

    def put_company(self, company: Company) -> Company:
        """Take a company as it is now."""
        self._companies[company.company_id] = company
        return company

    def put_run(self, company_id: int, run: Run) -> Run:
        """Take a run as it is now."""
        company = self.known_company(company_id)
        runs = tuple(run if one.run_id == run.run_id else one for one in company.runs)
        self.put_company(replace(company, runs=runs))
        return run

    def _set(self, world: World) -> None:
        self.access = world.access
        self.forbidden_calls = set(world.forbidden_calls)
        self._debtors = {one.debtor_id: one for one in world.debtors}
        self._companies = {one.company_id: one for one in world.companies}
