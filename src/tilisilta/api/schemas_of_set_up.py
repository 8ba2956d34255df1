"""The JSON documents of what is set up: links, profiles, accounts, connections, debtors, runs."""

from datetime import date, datetime
from typing import Any

from ninja import Schema
from pydantic import Field

from tilisilta.api.schemas import Cursor, DebtorDocument, Month, Problem


class LinkDocument(Schema):
    """A link: where the journals of a company are booked, and all its rules."""

    company: int
    account: str
    administration: str
    profile: str | None
    own: list[str] = Field(description="The choices in which it differs from its profile.")
    cost_centers: str | None
    cost_units: str | None
    create_items: bool
    dimension_accounts: str | None
    closed_period: str
    clearing_account: str | None
    fallback_account: str | None
    map: dict[str, str] = Field(description="Ledger accounts of journals, and what they become.")
    sum_equal_lines: bool
    approve: bool
    two_persons: bool
    attach: str | None
    variance_percent: int = Field(description="An account that differs more is pointed out.")
    variance_amount: int = Field(description="In whole units of the currency: less is not.")
    verify_only: bool
    account_may_write: bool | None
    start: Month
    ends_on: date | None
    end_reason: str | None
    language: str
    title: str
    send_by_rule: bool = Field(description="What is as every month goes out by itself.")
    rule_hours: int
    rule_percent: int
    rule_since: datetime | None = Field(description="Only what came later is sent by rule.")


class Links(Schema):
    """A page of links, by the order in which they were made."""

    links: list[LinkDocument]
    next: Cursor


class DriftedLink(Schema):
    """A link that names what Procountor does not have any more, as last compared."""

    company: int
    administration: str
    checked_at: datetime | None
    problems: list[Problem]


class Drift(Schema):
    """A page of the links in which something is not there any more."""

    links: list[DriftedLink]
    next: Cursor


class AccountDocument(Schema):
    """A Procountor account: our permission to act in one company. It holds no secret."""

    name: str
    state: str
    key_lost: bool
    method: str | None
    procountor_company_id: int | None
    company_name: str | None
    business_id: str | None
    company: int | None
    debtor: int | None
    checked_at: datetime | None
    ended_at: datetime | None


class Accounts(Schema):
    """A page of accounts, by the order in which they were made."""

    accounts: list[AccountDocument]
    next: Cursor


class ConnectionDocument(Schema):
    """A connection to Nmbrs. It holds no secret."""

    name: str
    state: str
    api: str
    user: str
    domain: str
    site: str | None
    first_year: int
    debtor_count: int
    company_count: int
    forbidden_calls: list[str]
    tested_at: datetime | None
    listed_at: datetime | None
    problems: list[Problem]
    questions: list[dict[str, Any]]
    rest: dict[str, Any]


class Connections(Schema):
    """A page of connections to Nmbrs."""

    connections: list[ConnectionDocument]
    next: Cursor


class Debtors(Schema):
    """A page of debtors, by number."""

    debtors: list[DebtorDocument]
    next: Cursor


class RunInNmbrs(Schema):
    """A payroll run as Nmbrs lists it, and what is wrong with fetching its journal."""

    company: int
    year: int
    number: str
    description: str
    period_start: int
    period_end: int
    run_at: datetime | None
    type: str
    is_locked: bool
    journal_read_at: datetime | None
    gone_at: datetime | None
    trouble: list[Problem]


class Runs(Schema):
    """A page of runs, the newest first."""

    runs: list[RunInNmbrs]
    next: Cursor


class Synchronisation(Schema):
    """How far fetching from Nmbrs is; the companies in trouble are those with ``trouble``."""

    asked_at: datetime | None
    is_finished: bool
    company_count: int
    waiting_count: int
    failed_count: int
    new_journal_count: int | None = Field(description="For users who see all debtors.")
    changed_journal_count: int | None
