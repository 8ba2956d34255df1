"""Where every company stands in a month: few queries, and the rule of the domain for each."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from decimal import Decimal
from functools import cached_property
from typing import Any

from django.db.models import Exists, OuterRef, Q, QuerySet, Subquery, Sum

from tilisilta.domain.month_end import (
    MonthFacts,
    MonthState,
    counts_of,
    is_run_expected,
    state_of_month,
)
from tilisilta.domain.problems import Problem
from tilisilta.domain.reconciliation import Outcome
from tilisilta.domain.standing import JOURNALS_NOT_SUMMED, SENT_JOURNALS
from tilisilta.models import (
    Company,
    Export,
    Journal,
    JournalState,
    Link,
    MonthSignature,
    ReconciledMonth,
    User,
)
from tilisilta.services.companies import matching

_NEVER_RUN = (JournalState.REPLACED, JournalState.DISCARDED, JournalState.BEFORE_START)
Sums = Mapping[str, Decimal]


@dataclass(frozen=True, kw_only=True)
class Compared:
    """The last comparison of a month. It ``is_stale`` if something came or was booked since."""

    outcome: Outcome
    difference: Decimal
    compared_at: datetime
    digest: str
    is_stale: bool


@dataclass(frozen=True, kw_only=True)
class Signed:
    """The signature in force. ``is_changed`` says that what it stands below has changed since."""

    signed_at: datetime
    user_id: int | None
    system_user: str
    is_changed: bool


@dataclass(frozen=True, kw_only=True)
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
    responsible_id: int | None
    stand_in_id: int | None
    compared: Compared | None
    signed: Signed | None
    waits_for_comparison: bool
    trouble: tuple[Problem, ...]

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
    ``signers`` those of all who signed this one.
    """

    month: date
    companies: tuple[CompanyMonth, ...]
    people: frozenset[int]
    signers: frozenset[int]

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

    def in_state(self, state: str) -> tuple[CompanyMonth, ...]:
        """Return those in that state; all of them for an empty one."""
        return tuple(one for one in self.companies if not state or one.state == state)


@dataclass(kw_only=True)
class _Journals:
    """What the journals of a company's month add up to."""

    states: set[JournalState] = field(default_factory=set)
    has_lost_run: bool = False
    sums: dict[tuple[JournalState, str], Decimal] = field(default_factory=dict)


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
    if debtor is not None:
        companies = companies.filter(debtor__number=debtor)
    if company is not None:
        companies = companies.filter(pk=company)
    journals = _journals_of(month, user, company)
    compared = _compared_of(month, user, company)
    signed = _signed_of(month, user, compared)
    found = [
        _company_month(
            row,
            month,
            today=today,
            journals=journals.get(row["pk"], _Journals()),
            compared=compared.get(row["pk"]),
            signed=signed.get(row["pk"]),
        )
        for row in _rows(companies, month)
    ]
    return MonthEnd(
        month=month,
        companies=tuple(one for one in found if person is None or person in one.people),
        people=frozenset(person for one in found for person in one.people),
        signers=frozenset(
            one.signed.user_id for one in found if one.signed and one.signed.user_id is not None
        ),
    )


def summed(companies: Iterable[CompanyMonth]) -> Sums:
    """Return the debit of all, by currency."""
    sums: dict[str, Decimal] = {}
    for one in companies:
        for currency, amount in one.sums.items():
            sums[currency] = sums.get(currency, Decimal()) + amount
    return dict(sorted(sums.items()))


def month_before(month: date) -> date:
    return date(month.year - (month.month == 1), month.month - 1 or 12, 1)


def month_after(month: date) -> date:
    return date(month.year + month.month // 12, month.month % 12 + 1, 1)


def _rows(companies: QuerySet[Company], month: date) -> Iterable[Mapping[str, Any]]:
    before = Journal.objects.filter(company=OuterRef("pk"), period=month_before(month))
    links = Link.objects.filter(company=OuterRef("pk"))
    verify_only = links.filter(
        Q(ends_on__isnull=True) | Q(ends_on__gt=month), is_verify_only=True, start_month__lte=month
    )
    return (
        companies.order_by("number")
        .annotate(
            had_run_before=Exists(before.exclude(state__in=_NEVER_RUN)),
            is_verify_only=Exists(verify_only),
            first_month=Subquery(links.order_by("start_month").values("start_month")[:1]),
        )
        .values(
            "pk",
            "number",
            "name",
            "start_date",
            "is_test",
            "responsible_id",
            "stand_in_id",
            "debtor__is_blocked",
            "nmbrs__period_type",
            "nmbrs__gone_at",
            "verified__wanted_month",
            "verified__trouble",
            "had_run_before",
            "is_verify_only",
            "first_month",
        )
    )


def _company_month(
    row: Mapping[str, Any],
    month: date,
    *,
    today: date,
    journals: _Journals,
    compared: Compared | None,
    signed: Signed | None,
) -> CompanyMonth:
    is_off = row["is_test"] or row["debtor__is_blocked"]
    is_listed = row["nmbrs__gone_at"] is None
    facts = MonthFacts(
        journals=frozenset(journals.states),
        has_lost_run=journals.has_lost_run,
        outcome=compared.outcome if compared is not None and not compared.is_stale else None,
        is_expected=not is_off
        and is_listed
        and is_run_expected(
            month,
            today=today,
            had_run_before=row["had_run_before"],
            period_type=row["nmbrs__period_type"] or "",
            # Of months before the first link nothing is ever booked.
            start=max(filter(None, (row["start_date"], row["first_month"])), default=None),
        ),
        is_verify_only=row["is_verify_only"] and not is_off,
        is_signed=signed is not None,
        is_changed=signed is not None and signed.is_changed,
    )
    return CompanyMonth(
        company_id=row["pk"],
        number=row["number"],
        name=row["name"],
        state=state_of_month(facts),
        facts=facts,
        sums=_due_sums(journals, facts),
        had_run_before=row["had_run_before"],
        is_off=is_off,
        responsible_id=row["responsible_id"],
        stand_in_id=row["stand_in_id"],
        compared=compared,
        signed=signed,
        waits_for_comparison=row["verified__wanted_month"] == month,
        trouble=tuple(row["verified__trouble"] or ()),
    )


def _due_sums(journals: _Journals, facts: MonthFacts) -> Sums:
    counted = facts.due - JOURNALS_NOT_SUMMED
    sums: dict[str, Decimal] = {}
    for (state, currency), amount in journals.sums.items():
        if state in counted:
            sums[currency] = sums.get(currency, Decimal()) + amount
    return sums


def _journals_of(month: date, user: User | None, company: int | None) -> Mapping[int, _Journals]:
    """Return the journals of the month by company, added up in the database."""
    journals = Journal.objects.not_discarded().filter(period=month)
    if user is not None:
        journals = journals.visible_to(user)
    if company is not None:
        journals = journals.filter(company=company)
    rows = (
        journals.order_by()
        .values_list("company_id", "state", "currency", "is_deleted_at_source")
        .annotate(debit=Sum("debit_total"))
    )
    found: dict[int, _Journals] = {}
    for company_id, name, currency, is_deleted, debit in rows:
        one = found.setdefault(company_id, _Journals())
        state = JournalState(name)
        one.states.add(state)
        one.has_lost_run |= is_deleted and state in SENT_JOURNALS
        one.sums[state, currency] = one.sums.get((state, currency), Decimal()) + debit
    return found


def _compared_of(month: date, user: User | None, company: int | None) -> Mapping[int, Compared]:
    results = ReconciledMonth.objects.filter(month=month)
    if user is not None:
        results = results.visible_to(user)
    if company is not None:
        results = results.filter(company=company)
    rows = (
        results.order_by()
        .annotate(is_stale=stale_since("compared_at"))
        .values_list("company_id", "outcome", "difference", "compared_at", "digest", "is_stale")
    )
    return {
        company_id: Compared(
            outcome=Outcome(outcome),
            difference=difference,
            compared_at=compared_at,
            digest=digest,
            is_stale=is_stale,
        )
        for company_id, outcome, difference, compared_at, digest, is_stale in rows
    }


def _signed_of(
    month: date, user: User | None, compared: Mapping[int, Compared]
) -> Mapping[int, Signed]:
    signatures = MonthSignature.objects.in_force().filter(month=month)
    if user is not None:
        signatures = signatures.visible_to(user)
    rows = (
        signatures.order_by()
        .annotate(is_stale=stale_since("signed_at"))
        .values_list("company_id", "signed_at", "signed_by", "system_user", "digest", "is_stale")
    )
    return {
        company_id: Signed(
            signed_at=signed_at,
            user_id=user_id,
            system_user=system_user,
            is_changed=is_stale or _differs(compared.get(company_id), digest),
        )
        for company_id, signed_at, user_id, system_user, digest, is_stale in rows
    }


def _differs(compared: Compared | None, digest: str) -> bool:
    # A comparison of before there were digests says nothing.
    return compared is not None and compared.digest not in {"", digest}


def stale_since(moment: str) -> Q:
    """Return the condition that a month's journals or receipts are newer than ``moment``.

    It is for rows with a ``company`` and a ``month``; ``moment`` names their column.
    """
    of_month = Journal.objects.filter(company=OuterRef("company"), period=OuterRef("month"))
    came = of_month.filter(
        Q(came_at__gt=OuterRef(moment))
        | Q(discarded_at__gt=OuterRef(moment))
        | Q(run__gone_at__gt=OuterRef(moment))
    )
    booked = Export.with_trail.filter(
        journal__company=OuterRef("company"),
        journal__period=OuterRef("month"),
        posted_at__gt=OuterRef(moment),
    )
    return Q(Exists(came)) | Q(Exists(booked))
