"""The end of a month, and payroll against the ledger."""

from datetime import date
from functools import partial
from typing import Any

from django.http import Http404
from django.utils import timezone
from django.utils.translation import gettext_noop as _
from ninja import Path, Query, Router

from tilisilta.api.access import ApiRequest, Bearer
from tilisilta.api.answers import answers, visible_company
from tilisilta.api.asked import Paged
from tilisilta.api.paging import cursor_at, number_in
from tilisilta.api.schemas import Month
from tilisilta.api.schemas_of_work import MonthEndDocument, Reconciliation
from tilisilta.domain.journals import BookingPeriod
from tilisilta.domain.month_end import MonthState
from tilisilta.management.month_end import month_end_document
from tilisilta.management.verification import month_document
from tilisilta.models import Area, ReconciledMonth, Scope
from tilisilta.services.closing.months import month_end
from tilisilta.services.closing.rows import names_of, rows_of
from tilisilta.services.pace import wait_below_sending
from tilisilta.services.verifying.companies import verify

router = Router(tags=["Months"])
# A program waits: then a comparison takes a slot like everything else.
PATIENCE_SECONDS = 5.0
_MAY_READ = Bearer(Scope.READ, Area.JOURNAL_EXPORTS)


class AskedMonth(Paged):
    """Of which companies the month is asked for."""

    state: MonthState | None = None
    debtor: int | None = None


@router.get(
    "/months/{month}",
    auth=_MAY_READ,
    response=answers(MonthEndDocument),
    summary=_("Show where all companies stand in a month"),
)
def show_month(request: ApiRequest, month: Path[Month], asked: Query[AskedMonth]) -> dict[str, Any]:
    """Return the counts of all companies that the user may see, and a page of them, by number."""
    first = first_day(month)
    shown = month_end(first, today=timezone.localdate(), user=request.user, debtor=asked.debtor)
    after = number_in(asked.cursor) if asked.cursor else -1
    behind = sorted(
        (one for one in shown.in_state(asked.state or "") if one.number > after),
        key=lambda one: one.number,
    )
    listed = behind[: asked.limit]
    rows = rows_of(listed, first, names_of(shown.people | shown.signers))
    more = len(behind) > len(listed)
    return {
        **month_end_document(shown, rows),
        "next": cursor_at(listed[-1].number) if more else None,
    }


@router.get(
    "/companies/{int:number}/months/{month}",
    auth=_MAY_READ,
    response=answers(Reconciliation),
    summary=_("Show how payroll compared with the ledger"),
)
def show_reconciliation(request: ApiRequest, number: int, month: Path[Month]) -> dict[str, Any]:
    """Return the last comparison of a company's month."""
    company = visible_company(request.user, number)
    stored = ReconciledMonth.objects.filter(company=company, month=first_day(month)).first()
    if stored is None:
        raise Http404
    return month_document(stored)


@router.post(
    "/companies/{int:number}/months/{month}/comparison",
    auth=Bearer(Scope.VERIFY, Area.JOURNAL_EXPORTS),
    response=answers(Reconciliation, does=True),
    summary=_("Compare payroll with the ledger now"),
)
def compare(request: ApiRequest, number: int, month: Path[Month]) -> dict[str, Any]:
    """Read the ledger, compare the month and return the result. Nothing is written there."""
    company = visible_company(request.user, number)
    period = BookingPeriod.containing(first_day(month))
    pace = partial(wait_below_sending, PATIENCE_SECONDS)
    outcome = verify(company, [period], now=timezone.now(), pace=pace, with_reports=True)
    if outcome.error is not None:
        raise outcome.error
    return month_document(outcome.months[0])


def first_day(month: str) -> date:
    return date.fromisoformat(f"{month}-01")
