"""Reads what stops the journals of a month, by reason: few queries, however many there are."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from datetime import date

from django.db.models import Count, FilteredRelation, Q

from tilisilta.domain.month_end import MonthState
from tilisilta.domain.reasons import (
    Reason,
    ReasonGroup,
    Remedy,
    StoppedJournal,
    group_by_reason,
    proposed_account,
    sums_of,
)
from tilisilta.domain.standing import (
    SENT_JOURNALS,
    STOPPED_JOURNALS,
    ExportState,
    JournalState,
)
from tilisilta.models import AccountMapping, Journal, User
from tilisilta.services.closing.months import MonthEnd, Sums, month_end
from tilisilta.services.counted_states import IS_PROPOSED
from tilisilta.services.reasons.words import words_of

_LOST = Q(is_deleted_at_source=True, state__in=SENT_JOURNALS)
_STOPPED_RECEIPTS = Q(
    exports__is_trail=False,
    exports__state__in=(ExportState.REJECTED, ExportState.UNCERTAIN, ExportState.NOT_WITHDRAWN),
)
# Looked up, as making an enum of each of some hundred texts takes noticeably longer.
_JOURNAL_STATES = {state.value: state for state in JournalState}


@dataclass(frozen=True, kw_only=True)
class ShownReason:
    """A reason with what it is called, and the account to map to if one is proposed.

    ``mapped`` says to which accounts links map it already, and how many do.
    """

    group: ReasonGroup
    words: str
    proposed: str = ""
    mapped: Mapping[str, int] = field(default_factory=dict)

    @property
    def reason(self) -> Reason:
        return self.group.reason

    @property
    def company_count(self) -> int:
        return len(self.group.company_ids)

    @property
    def journal_count(self) -> int:
        return len(self.group.journals)

    @property
    def sums(self) -> Sums:
        return self.group.sums


@dataclass(frozen=True, kw_only=True)
class ByReason:
    """All that stops the companies of a month that are to fix. ``sums`` count each journal once."""

    month: date
    reasons: tuple[ShownReason, ...]
    company_ids: frozenset[int]
    journal_count: int
    sums: Sums

    def find(self, reason_id: str) -> ShownReason | None:
        return next((one for one in self.reasons if one.reason.id == reason_id), None)


def problems_by_reason(
    month: date,
    *,
    today: date,
    user: User | None = None,
    debtor: int | None = None,
    company: int | None = None,
) -> ByReason:
    """Return what stops the companies of ``month`` that are to fix, as far as ``user`` sees them.

    ``debtor`` is the number of a debtor, and ``company`` the id of a company.
    """
    shown = month_end(month, today=today, user=user, debtor=debtor, company=company)
    return reasons_of(shown, user=user)


def reasons_of(shown: MonthEnd, *, user: User | None) -> ByReason:
    """Return what stops those of ``shown`` that are to fix, for ``user``."""
    ids = frozenset(one.company_id for one in shown.in_state(MonthState.TO_FIX))
    journals = _stopped(shown.month, ids) if ids else ()
    groups = group_by_reason(journals)
    mapped = _mapped(groups, user)
    return ByReason(
        month=shown.month,
        reasons=tuple(_shown(one, mapped) for one in groups),
        company_ids=frozenset(one.company_id for one in journals),
        journal_count=len(journals),
        sums=sums_of(journals),
    )


def _stopped(month: date, company_ids: Collection[int]) -> tuple[StoppedJournal, ...]:
    """Return the journals with their own problems and those of their receipts: one query."""
    receipts = FilteredRelation("exports", condition=_STOPPED_RECEIPTS)
    rows = (
        Journal.objects.filter(period=month)
        .filter(Q(state__in=STOPPED_JOURNALS) | _LOST)
        .exclude(IS_PROPOSED)
        .annotate(stopped=receipts)
        .order_by("company__number", "pk", "stopped__booking_date")
        .values_list(
            *("pk", "company_id", "state", "currency", "debit_total", "problems"),
            "stopped__problems",
        )
    )
    found: dict[int, StoppedJournal] = {}
    for pk, company_id, state, currency, debit, problems, of_receipt in rows:
        if company_id not in company_ids:
            continue
        known = found.get(pk)
        # A journal with several stopped receipts is a row for each.
        more = (*known.problems, *(of_receipt or ())) if known else (*(of_receipt or ()), *problems)
        found[pk] = StoppedJournal(
            journal_id=pk,
            company_id=company_id,
            state=_JOURNAL_STATES[state],
            is_run_lost=state in SENT_JOURNALS,
            currency=currency,
            debit=debit,
            problems=more,
        )
    return tuple(found.values())


def _mapped(groups: Collection[ReasonGroup], user: User | None) -> Mapping[str, Mapping[str, int]]:
    """Return to which accounts links map the accounts that are to be mapped, and how many do.

    Only links that ``user`` may see: what another debtor's accounts are called is not told.
    """
    accounts = {one.reason.fact for one in groups if one.reason.remedy is Remedy.MAP_ACCOUNT}
    if not accounts:
        return {}
    mappings = AccountMapping.objects.filter(
        journal_account__in=accounts, link__ends_on__isnull=True
    )
    if user is not None:
        mappings = mappings.filter(user.rows_of_debtors("link__company__debtor"))
    rows = (
        mappings.order_by()
        .values_list("journal_account", "procountor_account_code")
        .annotate(count=Count("pk"))
    )
    mapped: dict[str, dict[str, int]] = {}
    for account, code, count in rows:
        mapped.setdefault(account, {})[code] = count
    return mapped


def _shown(group: ReasonGroup, mapped: Mapping[str, Mapping[str, int]]) -> ShownReason:
    if group.reason.remedy is not Remedy.MAP_ACCOUNT:
        return ShownReason(group=group, words=words_of(group))
    others = without_dead(group, mapped.get(group.reason.fact, {}))
    return ShownReason(
        group=group,
        words=words_of(group),
        proposed=proposed_account(near_in(group), others),
        mapped=others,
    )


def near_in(group: ReasonGroup) -> tuple[tuple[str, ...], ...]:
    """Return the accounts near the one of ``group`` in each company, as its check has found."""
    return tuple(
        tuple(filter(None, problem.fact("near").split(", ")))
        for company_id in sorted(group.company_ids)
        for problem in group.problems_of(company_id)[:1]
    )


def without_dead(group: ReasonGroup, mapped: Mapping[str, int]) -> Mapping[str, int]:
    """Return ``mapped`` without what the companies of ``group`` map to in vain."""
    dead = {
        problem.fact("account")
        for _journal, problems in group.journals
        for problem in problems
        if problem.fact("mapped_from")
    }
    return {code: count for code, count in mapped.items() if code not in dead}
