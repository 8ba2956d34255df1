"""What decides where the companies of a month stand, gathered with few queries."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from decimal import Decimal

from django.db.models import Exists, OuterRef, Q, Sum

from tilisilta.domain.month_end import month_before
from tilisilta.domain.net_pay import NetPayState
from tilisilta.domain.reconciliation import Outcome
from tilisilta.domain.standing import PROPOSED, SENT_JOURNALS, JournalState
from tilisilta.models import (
    Export,
    Journal,
    Link,
    MonthSignature,
    ReconciledMonth,
    Settlement,
    User,
    Withdrawal,
)
from tilisilta.services.counted_states import COUNTED_STATE

_FEW = 500
_NEVER_RUN = (JournalState.REPLACED, JournalState.DISCARDED, JournalState.BEFORE_START)
# Looked up, as making an enum of each of some thousand texts takes noticeably longer.
_JOURNAL_STATES = {state.value: state for state in JournalState}
_OUTCOMES = {outcome.value: outcome for outcome in Outcome}
_NET_PAY_STATES = {state.value: state for state in NetPayState}


@dataclass(frozen=True, kw_only=True, slots=True)
class Compared:
    """The last comparison of a month. It ``is_stale`` if something came or was booked since."""

    outcome: Outcome
    difference: Decimal
    compared_at: datetime
    digest: str
    is_stale: bool
    net_pay: NetPayState | None
    net_pay_difference: Decimal
    net_pay_digest: str


@dataclass(frozen=True, kw_only=True, slots=True)
class Signed:
    """The signature in force. ``is_changed`` says that what it stands below has changed since."""

    signed_at: datetime
    user_id: int | None
    system_user: str
    is_changed: bool


@dataclass(kw_only=True, slots=True)
class MonthJournals:
    """What the journals of a company's month add up to.

    ``not_proposed`` are those states in which one waits for more than a second person.
    """

    states: set[JournalState] = field(default_factory=set)
    not_proposed: set[JournalState] = field(default_factory=set)
    has_lost_run: bool = False
    sums: dict[tuple[JournalState, str], Decimal] = field(default_factory=dict)


@dataclass(frozen=True, kw_only=True, slots=True)
class MonthLinks:
    """What of the links decides: which are verify only, and where the first one begins later."""

    verify_only: frozenset[int]
    begins_later: Mapping[int, date]


@dataclass(frozen=True, kw_only=True, slots=True)
class Gathered:
    """What decides about all companies of a month, by their ids."""

    journals: Mapping[int, MonthJournals]
    compared: Mapping[int, Compared]
    signed: Mapping[int, Signed]
    had_run: frozenset[int]
    links: MonthLinks


def gather(
    month: date, user: User | None, company: int | None, company_ids: Collection[int]
) -> Gathered:
    journals = _journals_of(month, user, company)
    compared = _compared_of(month, user, company)
    return Gathered(
        journals=journals,
        compared=compared,
        signed=_signed_of(month, user, compared),
        # Of no interest where there is a run now.
        had_run=_had_run(month_before(month), [pk for pk in company_ids if pk not in journals]),
        links=_links_in(month),
    )


def _had_run(month: date, company_ids: Collection[int]) -> frozenset[int]:
    """Return those of the companies that had a run in ``month``."""
    if not company_ids:
        return frozenset()
    journals = Journal.objects.filter(period=month).exclude(state__in=_NEVER_RUN)
    if len(company_ids) < _FEW:
        journals = journals.filter(company__in=company_ids)
    return frozenset(journals.order_by().values_list("company_id", flat=True).distinct())


def _links_in(month: date) -> MonthLinks:
    later = Q(start_month__gt=month)
    verify_only = (Q(ends_on__isnull=True) | Q(ends_on__gt=month)) & Q(is_verify_only=True)
    earlier = Link.objects.filter(company=OuterRef("company"), start_month__lte=month)
    # Only links that make a difference, and they are few.
    rows = list(
        Link.objects.filter(later | verify_only)
        .annotate(has_earlier=Exists(earlier))
        .order_by("-start_month")
        .values_list("company_id", "start_month", "has_earlier")
    )
    return MonthLinks(
        verify_only=frozenset(company for company, start, _earlier in rows if start <= month),
        begins_later={company: start for company, start, earlier in rows if not earlier},
    )


def _journals_of(
    month: date, user: User | None, company: int | None
) -> Mapping[int, MonthJournals]:
    """Return the journals of the month by company, added up in the database."""
    journals = Journal.objects.not_discarded().filter(period=month)
    if user is not None:
        journals = journals.visible_to(user)
    if company is not None:
        journals = journals.filter(company=company)
    rows = (
        journals.order_by()
        .annotate(counted=COUNTED_STATE)
        .values_list("company_id", "state", "currency", "is_deleted_at_source", "counted")
        .annotate(debit=Sum("debit_total"))
    )
    found: dict[int, MonthJournals] = {}
    for company_id, name, currency, is_deleted, counted, debit in rows:
        one = found.setdefault(company_id, MonthJournals())
        state = _JOURNAL_STATES[name]
        one.states.add(state)
        if counted != PROPOSED:
            one.not_proposed.add(state)
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
        .values_list(
            *("company_id", "outcome", "difference", "compared_at", "digest", "is_stale"),
            *("net_pay", "net_pay_difference", "net_pay_digest"),
        )
    )
    return {
        company_id: Compared(
            outcome=_OUTCOMES[outcome],
            difference=difference,
            compared_at=compared_at,
            digest=digest,
            is_stale=is_stale,
            # Empty for a comparison of before net pay was compared.
            net_pay=_NET_PAY_STATES.get(net_pay),
            net_pay_difference=paid_more,
            net_pay_digest=net_pay_digest,
        )
        for (
            company_id,
            outcome,
            difference,
            compared_at,
            digest,
            is_stale,
            net_pay,
            paid_more,
            net_pay_digest,
        ) in rows
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
        .values_list(
            *("company_id", "signed_at", "signed_by", "system_user", "is_stale"),
            *("digest", "net_pay_digest"),
        )
    )
    return {
        company_id: Signed(
            signed_at=signed_at,
            user_id=user_id,
            system_user=system_user,
            is_changed=is_stale or _differs(compared.get(company_id), digest, net_pay_digest),
        )
        for company_id, signed_at, user_id, system_user, is_stale, digest, net_pay_digest in rows
    }


def _differs(compared: Compared | None, digest: str, net_pay_digest: str) -> bool:
    # A comparison or a signature of before there were digests says nothing.
    if compared is None:
        return False
    is_other_pay = bool(net_pay_digest) and compared.net_pay_digest not in {"", net_pay_digest}
    return is_other_pay or compared.digest not in {"", digest}


def stale_since(moment: str) -> Q:
    """Return the condition that journals or receipts came, went or were settled after ``moment``.

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
    taken_back = Withdrawal.objects.filter(
        Q(requested_at__gt=OuterRef(moment)) | Q(finished_at__gt=OuterRef(moment)),
        journal__company=OuterRef("company"),
        journal__period=OuterRef("month"),
    )
    settled = Settlement.objects.filter(
        Q(settled_at__gt=OuterRef(moment)) | Q(undone_at__gt=OuterRef(moment)),
        journal__company=OuterRef("company"),
        journal__period=OuterRef("month"),
    )
    return Q(Exists(came)) | Q(Exists(booked)) | Q(Exists(taken_back)) | Q(Exists(settled))
