"""The saved state: debtors, companies and the permitted user, as they are now."""

from collections.abc import Mapping
from dataclasses import replace
from threading import RLock
from typing import Any

from nmbrs_sandbox.payroll.guids import Entity, guid
from nmbrs_sandbox.payroll.world import ClientLogin, Company, Debtor, Run, World
from sandbox_parts.clock import Clock
from sandbox_parts.orders import OrderRefused
from sandbox_parts.store import Store

_KIND = "order"


class Bureau:
    """A payroll bureau: its world, as the orders carried out so far have made it.

    Stored on disk is not the world but the orders, which are carried out again at every start.
    Hold the ``lock`` while reading more than one thing, or changing one.
    """

    def __init__(self, first_world: World, *, store: Store, clock: Clock) -> None:
        self.lock = RLock()
        self.clock = clock
        # The orders are stored, and not what they lead to: the world needs no second form in JSON,
        # and journals are worked out anew from the payrolls.
        self._first_world = first_world
        self._store = store
        self._orders = 0
        self._set(first_world)

    @property
    def world(self) -> World:
        with self.lock:
            return World(
                access=self.access,
                debtors=tuple(self._debtors.values()),
                companies=tuple(self._companies.values()),
                logins=self.logins(),
                forbidden_calls=frozenset(self.forbidden_calls),
            )

    def remember(self, name: str, fields: Mapping[str, Any]) -> None:
        self._orders += 1
        self._store.save(_KIND, f"{self._orders:09}", {"order": name, "fields": fields})

    def remembered(self) -> list[tuple[str, Mapping[str, Any]]]:
        """Return name and fields of every stored order. To be called once, at the start."""
        orders = [(one["order"], one["fields"]) for _, one in self._store.load(_KIND)]
        # The next order is stored behind these.
        self._orders = len(orders)
        return orders

    def forget(self) -> None:
        """Go back to the first world."""
        with self.lock:
            self._store.clear()
            self._orders = 0
            self._set(self._first_world)

    def debtors(self) -> tuple[Debtor, ...]:
        return tuple(self._debtors.values())

    def companies(self) -> tuple[Company, ...]:
        return tuple(self._companies.values())

    def debtor(self, debtor_id: int) -> Debtor | None:
        return self._debtors.get(debtor_id)

    def company(self, company_id: int) -> Company | None:
        return self._companies.get(company_id)

    def debtor_of_guid(self, wanted: str) -> Debtor | None:
        """Return the debtor of a GUID in small letters."""
        number = self._debtor_ids.get(wanted)
        return None if number is None else self._debtors.get(number)

    def company_of_guid(self, wanted: str) -> Company | None:
        """Return the company of a GUID in small letters."""
        number = self._company_ids.get(wanted)
        return None if number is None else self._companies.get(number)

    def logins(self) -> tuple[ClientLogin, ...]:
        return tuple(self._logins.values())

    def visible_debtors(self) -> tuple[Debtor, ...]:
        return tuple(one for one in self._debtors.values() if not one.is_hidden)

    def visible_companies(self) -> tuple[Company, ...]:
        """Return the companies that the tag filter shows, as it does their debtors."""
        return tuple(one for one in self._companies.values() if self.is_visible(one))

    def is_visible(self, company: Company) -> bool:
        debtor = self._debtors.get(company.debtor_id)
        return not company.is_hidden and debtor is not None and not debtor.is_hidden

    def debtors_of_user(self) -> tuple[Debtor, ...]:
        """Return the debtors that the user of SOAP may see."""
        return tuple(one for one in self.visible_debtors() if self._is_of_user(one.debtor_id))

    def companies_of_user(self) -> tuple[Company, ...]:
        """Return the companies that the user of SOAP may see."""
        return tuple(one for one in self.visible_companies() if self._is_of_user(one.debtor_id))

    def is_shown_to_user(self, company: Company) -> bool:
        return self.is_visible(company) and self._is_of_user(company.debtor_id)

    def next_run_id(self) -> int:
        return 1 + max((run.run_id for one in self.companies() for run in one.runs), default=0)

    def known_debtor(self, debtor_id: int) -> Debtor:
        """Return the debtor that an order names, or raise ``OrderRefused``."""
        debtor = self._debtors.get(debtor_id)
        if debtor is None:
            raise OrderRefused(f"there is no debtor {debtor_id}", status=404)
        return debtor

    def known_company(self, company_id: int) -> Company:
        """Return the company that an order names, or raise ``OrderRefused``."""
        company = self._companies.get(company_id)
        if company is None:
            raise OrderRefused(f"there is no company {company_id}", status=404)
        return company

    def known_run(self, company_id: int, run_id: int) -> Run:
        """Return the run that an order names, deleted or not, or raise ``OrderRefused``."""
        run = self.known_company(company_id).run(run_id)
        if run is None:
            raise OrderRefused(f"company {company_id} has no run {run_id}", status=404)
        return run

    def put_debtor(self, debtor: Debtor) -> Debtor:
        self._debtors[debtor.debtor_id] = debtor
        self._debtor_ids[guid(Entity.DEBTOR, debtor.debtor_id)] = debtor.debtor_id
        return debtor

    def put_company(self, company: Company) -> Company:
        self._companies[company.company_id] = company
        self._company_ids[guid(Entity.COMPANY, company.company_id)] = company.company_id
        return company

    def put_run(self, company_id: int, run: Run) -> Run:
        """Put a run in place of the one with its id."""
        company = self.known_company(company_id)
        runs = tuple(run if one.run_id == run.run_id else one for one in company.runs)
        self.put_company(replace(company, runs=runs))
        return run

    def put_login(self, login: ClientLogin) -> ClientLogin:
        self._logins[login.email, login.debtor_id] = login
        return login

    def remove_login(self, email: str, debtor_id: int) -> ClientLogin:
        """Remove a login that an order names, or raise ``OrderRefused``."""
        login = self._logins.pop((email, debtor_id), None)
        if login is None:
            raise OrderRefused(f"{email} has no login at debtor {debtor_id}", status=404)
        return login

    def _is_of_user(self, debtor_id: int) -> bool:
        return debtor_id not in self.access.without

    def _set(self, world: World) -> None:
        self.access = world.access
        self.forbidden_calls = set(world.forbidden_calls)
        self._debtors = {one.debtor_id: one for one in world.debtors}
        self._companies = {one.company_id: one for one in world.companies}
        self._logins = {(one.email, one.debtor_id): one for one in world.logins}
        self._debtor_ids = {guid(Entity.DEBTOR, one): one for one in self._debtors}
        self._company_ids = {guid(Entity.COMPANY, one): one for one in self._companies}
