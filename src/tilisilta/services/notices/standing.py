"""What there is to tell now, over all companies: as the month end and the connections say it."""

from collections.abc import Iterable, Iterator, Mapping
from datetime import date, datetime, timedelta
from typing import Any

from django.db.models import Q, QuerySet
from django.utils import timezone

from tilisilta.domain import end_of_soap
from tilisilta.domain.month_end import MonthState, month_after, month_before
from tilisilta.domain.notices import (
    MOST_MONTHS,
    Matter,
    NoticeKind,
    ends_soon,
    is_complete,
    is_missing,
)
from tilisilta.domain.problems import Effect, ProblemCode
from tilisilta.domain.standing import JournalState
from tilisilta.models import (
    Company,
    Export,
    Journal,
    Link,
    NmbrsConnection,
    NmbrsGrant,
    Notice,
    ProcountorAccount,
    ReconciledMonth,
    Settlement,
    Withdrawal,
)
from tilisilta.services.closing.months import CompanyMonth, MonthEnd, month_end
from tilisilta.services.fetching.notices import connections_at
from tilisilta.services.reasons.groups import reasons_of

MONTHS_ALWAYS = 4
"""The current month and the three before it."""
ACCOUNT_ENDED = "account_ended"
ACCOUNT_NOT_AUTHORISED = "account_not_authorised"
CONSENT_ENDS = "consent_ends"


def present_matters(months: Iterable[date], *, now: datetime) -> tuple[Matter, ...]:
    """Return all there is to tell of ``months`` and of the authorisations.

    Some ten queries for each month, however many companies and journals there are.
    """
    today = timezone.localtime(now).date()
    debtors = dict(Company.objects.order_by().values_list("pk", "debtor_id"))
    return (
        *(matter for month in months for matter in _of_month(month, debtors, today=today)),
        *_of_accounts(),
        *_of_connections(now, today=today),
    )


def months_to_look_at(*, since: datetime | None, today: date) -> tuple[date, ...]:
    """Return the last months, and others that have notices or where something happened.

    ``since`` is when this was asked before; without it only the last months and the notices count.
    The latest come first, and there are ``MOST_MONTHS`` at most.
    """
    latest = latest_month(today)
    found = set(_last_months(today))
    if Journal.objects.filter(period=latest, discarded_at=None).exists():
        found.add(latest)
    of_notices = Notice.objects.open().exclude(kind=NoticeKind.COMPLETE)
    months = of_notices.order_by().values_list("month", flat=True).distinct()
    found.update(month for month in months if month is not None)
    if since is not None:
        found.update(_months_with_changes(since))
    return tuple(sorted((month for month in found if month <= latest), reverse=True)[:MOST_MONTHS])


def latest_month(today: date) -> date:
    """Return the month after the current one, of which a run may come early, as before holidays."""
    return month_after(today.replace(day=1))


def _last_months(today: date) -> list[date]:
    months = [today.replace(day=1)]
    while len(months) < MONTHS_ALWAYS:
        months.append(month_before(months[-1]))
    return months


def _months_with_changes(since: datetime) -> Iterator[date]:
    """Yield the months in which something came, went or was compared: the month end asks these."""
    journals = Journal.objects.filter(Q(came_at__gt=since) | Q(discarded_at__gt=since))
    gone = Journal.objects.filter(run__gone_at__gt=since)
    exports = Export.with_trail.filter(posted_at__gt=since)
    withdrawals = Withdrawal.objects.filter(Q(requested_at__gt=since) | Q(finished_at__gt=since))
    settled = Settlement.objects.filter(Q(settled_at__gt=since) | Q(undone_at__gt=since))
    compared = ReconciledMonth.objects.filter(compared_at__gt=since)
    asked: tuple[tuple[QuerySet[Any], str], ...] = (
        (journals, "period"),
        (gone, "period"),
        (exports, "journal__period"),
        (withdrawals, "journal__period"),
        (settled, "journal__period"),
        (compared, "month"),
    )
    for rows, column in asked:
        yield from rows.order_by().values_list(column, flat=True).distinct()


def _of_month(month: date, debtors: Mapping[int, int], *, today: date) -> Iterator[Matter]:
    shown = month_end(month, today=today)
    for one in shown.companies:
        kind, code = _kind_of(one, month, today=today)
        if kind is not None:
            yield _of_company(kind, one.company_id, month, debtors, code=code)
    for group in reasons_of(shown, user=None).reasons:
        for company_id in sorted(group.group.company_ids):
            code = group.reason.code
            yield _of_company(NoticeKind.NEEDS_PERSON, company_id, month, debtors, code=code)
    if month <= today:
        # Of the next one only those are expected whose run came early.
        yield from _complete(shown, debtors)


def _kind_of(one: CompanyMonth, month: date, *, today: date) -> tuple[NoticeKind | None, str]:
    """Return what there is to tell of a company that its reasons do not say."""
    if is_missing(one.state, month, today=today):
        return NoticeKind.MISSING_RUN, ""
    if one.state is MonthState.CHANGED:
        return NoticeKind.CHANGED, ""
    if one.state in {MonthState.DIFFERENT, MonthState.PROPOSED}:
        return NoticeKind.NEEDS_PERSON, one.state.value
    if JournalState.UNCERTAIN in one.facts.due:
        return NoticeKind.NEEDS_PERSON, JournalState.UNCERTAIN.value
    if one.state is MonthState.READY and JournalState.READY in one.facts.due:
        return NoticeKind.READY, ""
    return None, ""


def _of_company(
    kind: NoticeKind, company_id: int, month: date, debtors: Mapping[int, int], *, code: str
) -> Matter:
    debtor_id = debtors.get(company_id)
    return Matter(kind=kind, code=code, month=month, company_id=company_id, debtor_id=debtor_id)


def _complete(shown: MonthEnd, debtors: Mapping[int, int]) -> Iterator[Matter]:
    """Yield the whole month where it is complete, and each debtor of whom it is."""
    states: dict[int | None, set[MonthState]] = {}
    for one in shown.companies:
        states.setdefault(debtors.get(one.company_id), set()).add(one.state)
    if states and is_complete(set().union(*states.values())):
        yield Matter(kind=NoticeKind.COMPLETE, month=shown.month)
    for debtor_id, of_debtor in states.items():
        if debtor_id is not None and is_complete(of_debtor):
            yield Matter(kind=NoticeKind.COMPLETE, month=shown.month, debtor_id=debtor_id)


def _of_accounts() -> Iterator[Matter]:
    """Yield the accounts that serve a company and are not authorised."""
    rows = (
        Link.objects.open()
        .exclude(procountor_account__state=ProcountorAccount.State.AUTHORISED)
        .order_by("procountor_account")
        .values_list(
            *("procountor_account", "procountor_account__state", "company", "company__debtor")
        )
    )
    for account_id, state, company_id, debtor_id in rows:
        has_ended = state == ProcountorAccount.State.ENDED
        yield Matter(
            kind=NoticeKind.AUTHORISATION,
            code=ACCOUNT_ENDED if has_ended else ACCOUNT_NOT_AUTHORISED,
            account_id=account_id,
            company_id=company_id,
            debtor_id=debtor_id,
        )


def _of_connections(now: datetime, *, today: date) -> Iterator[Matter]:
    """Yield the connections to Nmbrs whose token or consent has ended or ends soon."""
    for notice in connections_at(now).notices:
        code = notice.problem.code
        if notice.is_question:
            # Not of an authorisation: the company's run counts as missing meanwhile.
            continue
        if code is ProblemCode.SOAP_ENDS:
            last_day = end_of_soap.END_OF_SOAP - timedelta(days=1)
            if ends_soon(last_day, today=today):
                yield _of_connection(notice.connection.pk, code.value, ends_on=last_day)
        elif code.effect is not Effect.WAITS:
            yield _of_connection(notice.connection.pk, code.value)
    refused = NmbrsConnection.objects.filter(state=NmbrsConnection.State.REFUSED, grant=None)
    for pk in refused.order_by("pk").values_list("pk", flat=True):
        yield _of_connection(pk, ProblemCode.NMBRS_LOGIN_REFUSED.value)
    given = NmbrsGrant.objects.filter(state=NmbrsGrant.State.GIVEN)
    for grant in given.only("connection_id", "renewed_at"):
        last_day = timezone.localtime(grant.ends_at).date()
        if ends_soon(last_day, today=today):
            yield _of_connection(grant.connection_id, CONSENT_ENDS, ends_on=last_day)


def _of_connection(pk: int, code: str, *, ends_on: date | None = None) -> Matter:
    return Matter(kind=NoticeKind.AUTHORISATION, code=code, connection_id=pk, ends_on=ends_on)
