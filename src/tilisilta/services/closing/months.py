"""Where every company stands in a month: few queries, and the rule of the domain for each."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from functools import cached_property
from typing import Any

from django.db.models import Exists, OuterRef, QuerySet

from tilisilta.domain.month_end import (
    NOTHING_TO_DO,
    MonthFacts,
    MonthState,
    counts_of,
    is_run_expected,
    needs_reason,
    state_of_month,
)
from tilisilta.domain.problems import Problem
from tilisilta.domain.standing import JOURNALS_NOT_SUMMED
from tilisilta.models import CheckedLink, Company, User
from tilisilta.services.closing.facts import Compared, Gathered, MonthJournals, Signed, gather
from tilisilta.services.companies import matching

Sums = Mapping[str, Decimal]


@dataclass(frozen=True, kw_only=True, slots=True)
class CompanyMonth:
    """A company in a month: its state, and what the state was decided by.

    ``sums`` are the debit of what is to be booked, by currency. ``trouble`` is what hindered the
    last comparison.
    """

    company_id: int
    number: int
    name: str
    state: MonthState
    facts: MonthFacts
    sums: Sums
    had_run_before: bool
    is_off: bool
    is_test: bool
    responsible_id: int | None
    stand_in_id: int | None
    compared: Compared | None
    signed: Signed | None
    waits_for_comparison: bool
    trouble: tuple[Problem, ...]

    @property
    def can_be_signed_at_once(self) -> bool:
        """Return whether it can be signed along with others, without a reason."""
        return self.state is MonthState.EQUAL and not needs_reason(self.state, self.facts.net_pay)

    @property
    def people(self) -> tuple[int, ...]:
        """The ids of those who close its months."""
        return tuple(one for one in (self.responsible_id, self.stand_in_id) if one is not None)


@dataclass(frozen=True, kw_only=True)
class Cell:
    """One state with the number of companies in it and their debit by currency."""

    state: MonthState
    count: int
    sums: Sums


@dataclass(frozen=True, kw_only=True)
class MonthEnd:
    """All companies of a month that were asked for; the cells of its line add up to them.

    ``people`` are the ids of all who close months of companies that are seen, or stand in, and
    ``signers`` those of all who signed this one. ``debtors`` are those of the companies that were
    found, whichever was chosen, by number and name. ``unfit_link_count`` is of the open links that
    name what is not in Procountor any more.
    """

    month: date
    companies: tuple[CompanyMonth, ...]
    people: frozenset[int]
    signers: frozenset[int]
    debtors: tuple[tuple[int, str], ...] = ()
    unfit_link_count: int = 0

    @cached_property
    def line(self) -> tuple[Cell, ...]:
        counts = counts_of(one.state for one in self.companies)
        sums = {
            state: summed(one for one in self.companies if one.state == state) for state in counts
        }
        return tuple(
            Cell(state=state, count=count, sums=sums[state]) for state, count in counts.items()
        )

    @cached_property
    def sums(self) -> Sums:
        return summed(self.companies)

    @property
    def compared_at(self) -> datetime | None:
        """When any of them was compared last."""
        moments = [one.compared.compared_at for one in self.companies if one.compared]
        return max(moments, default=None)

    @property
    def waiting_count(self) -> int:
        """How many wait for the comparison that somebody asked for."""
        return sum(one.waits_for_comparison for one in self.companies)

    @property
    def is_begun(self) -> bool:
        """Return whether any of them has a run, or should have one."""
        return any(one.state != MonthState.NOT_EXPECTED for one in self.companies)

    @property
    def unproved_count(self) -> int:
        """How many are equal to the ledger, and nothing proves yet that their net pay was paid."""
        return sum(
            one.state == MonthState.EQUAL and not one.can_be_signed_at_once
            for one in self.companies
        )

    @property
    def ready_count(self) -> int:
        return sum(one.state == MonthState.READY for one in self.companies)

    @property
    def open_count(self) -> int:
        """How many are neither equal nor signed, though a run of theirs is expected or there."""
        return sum(one.state not in NOTHING_TO_DO for one in self.companies)

    def in_state(self, state: str) -> tuple[CompanyMonth, ...]:
        """Return those in that state; all of them for an empty one."""
        return tuple(one for one in self.companies if not state or one.state == state)


def month_end(
    month: date,
    *,
    today: date,
    user: User | None = None,
    search: str = "",
    debtor: int | None = None,
    person: int | None = None,
    company: int | None = None,
) -> MonthEnd:
    """Return where the companies stand in ``month``, its first day, as far as ``user`` sees them.

    ``debtor`` is the number of a debtor, and ``person`` the id of a user who is responsible for the
    companies or stands in; ``company`` is the id of a single one. Without a ``user``, as in a
    command, all companies are seen.
    """
    companies = Company.objects.all() if user is None else Company.objects.visible_to(user)
    if search:
        companies = companies.filter(matching(search))
    if company is not None:
        companies = companies.filter(pk=company)
    found_rows = list(_rows(companies))
    # Chosen here, so that the others are there to choose from.
    rows = [row for row in found_rows if debtor in {None, row["debtor__number"]}]
    gathered = gather(month, user, company, [row["pk"] for row in rows])
    found = [_company_month(row, month, today=today, gathered=gathered) for row in rows]
    return MonthEnd(
        month=month,
        companies=tuple(one for one in found if person is None or person in one.people),
        people=frozenset(person for one in found for person in one.people),
        signers=frozenset(
            one.signed.user_id for one in found if one.signed and one.signed.user_id is not None
        ),
        debtors=tuple(sorted({(row["debtor__number"], row["debtor__name"]) for row in found_rows})),
        unfit_link_count=sum(row["has_unfit_link"] for row in found_rows),
    )


def summed(companies: Iterable[CompanyMonth]) -> Sums:
    """Return the debit of all, by currency."""
    sums: dict[str, Decimal] = {}
    for one in companies:
        for currency, amount in one.sums.items():
            sums[currency] = sums.get(currency, Decimal()) + amount
    return dict(sorted(sums.items()))


def _rows(companies: QuerySet[Company]) -> Iterable[Mapping[str, Any]]:
    unfit = CheckedLink.objects.filter(
        is_well=False, link__company=OuterRef("pk"), link__ends_on__isnull=True
    )
    return companies.order_by("number").values(
        "pk",
        "number",
        "name",
        "start_date",
        "is_test",
        "responsible_id",
        "stand_in_id",
        "debtor__number",
        "debtor__name",
        "debtor__is_blocked",
        "stays_blocked",
        "nmbrs__period_type",
        "nmbrs__gone_at",
        "verified__wanted_month",
        "verified__awaited_month",
        "verified__trouble",
        has_unfit_link=Exists(unfit),
    )


def _company_month(
    row: Mapping[str, Any], month: date, *, today: date, gathered: Gathered
) -> CompanyMonth:
    pk = row["pk"]
    journals, compared = gathered.journals.get(pk, MonthJournals()), gathered.compared.get(pk)
    signed, had_run_before = gathered.signed.get(pk), pk in gathered.had_run
    first_month = gathered.links.begins_later.get(pk)
    is_off = row["is_test"] or row["debtor__is_blocked"] or row["stays_blocked"]
    is_listed = row["nmbrs__gone_at"] is None
    facts = MonthFacts(
        journals=frozenset(journals.states),
        has_lost_run=journals.has_lost_run,
        proposed=frozenset(journals.states - journals.not_proposed),
        outcome=compared.outcome if compared is not None and not compared.is_stale else None,
        net_pay=compared.net_pay if compared is not None else None,
        is_expected=not is_off
        and is_listed
        and is_run_expected(
            month,
            today=today,
            had_run_before=had_run_before,
            period_type=row["nmbrs__period_type"] or "",
            # Of months before the first link nothing is ever booked.
            start=max(filter(None, (row["start_date"], first_month)), default=None),
        ),
        is_verify_only=pk in gathered.links.verify_only and not is_off,
        is_signed=signed is not None,
        is_changed=signed is not None and signed.is_changed,
    )
    return CompanyMonth(
        company_id=pk,
        number=row["number"],
        name=row["name"],
        state=state_of_month(facts),
        facts=facts,
        sums=_due_sums(journals, facts),
        had_run_before=had_run_before,
        is_off=is_off,
        is_test=row["is_test"],
        responsible_id=row["responsible_id"],
        stand_in_id=row["stand_in_id"],
        compared=compared,
        signed=signed,
        waits_for_comparison=month
        in (row["verified__wanted_month"], row["verified__awaited_month"]),
        trouble=tuple(row["verified__trouble"] or ()),
    )


def _due_sums(journals: MonthJournals, facts: MonthFacts) -> Sums:
    counted = facts.due - JOURNALS_NOT_SUMMED
    sums: dict[str, Decimal] = {}
    for (state, currency), amount in journals.sums.items():
        if state in counted:
            sums[currency] = sums.get(currency, Decimal()) + amount
    return sums
