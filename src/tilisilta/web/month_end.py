"""The end of a month: where every company stands, on one page."""

from dataclasses import dataclass
from datetime import date

from django.contrib import messages
from django.core.paginator import Page, Paginator
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from tilisilta.domain.month_end import MonthState, month_after, month_before
from tilisilta.models import Area, Right
from tilisilta.services.closing.months import (
    CompanyMonth,
    MonthEnd,
    Sums,
    summed,
)
from tilisilta.services.closing.rows import MonthRow, names_of, rows_of
from tilisilta.services.closing.words import STATE_WORDS
from tilisilta.services.reasons.groups import ByReason, ShownReason, reasons_of
from tilisilta.services.sending.releasing import proposing_companies
from tilisilta.services.verifying.night import ask_for_comparison
from tilisilta.web.asked_month import AskedMonth
from tilisilta.web.only_posted import only_posted
from tilisilta.web.parts import asked_page, with_query
from tilisilta.web.rights import UserRequest, needs

ROWS_PER_PAGE = 25


@dataclass(frozen=True, kw_only=True)
class ShownCell:
    """A state in the line: its place in the bar, and the address that lists its companies."""

    state: str
    count: int
    sums: Sums
    begins_at: int
    address: str
    is_chosen: bool


@dataclass(frozen=True, kw_only=True)
class Choice:
    """One value of a filter with its words."""

    value: str
    words: object
    is_chosen: bool


@dataclass(frozen=True, kw_only=True)
class MonthEndPage:
    """Everything on the page. ``reason`` is the one whose companies alone are listed."""

    shown: MonthEnd
    by_reason: ByReason
    reason: ShownReason | None
    line: tuple[ShownCell, ...]
    page: Page[CompanyMonth]
    rows: tuple[MonthRow, ...]
    page_sums: Sums
    chosen_sums: Sums
    states: tuple[Choice, ...]
    debtors: tuple[Choice, ...]
    people: tuple[Choice, ...]
    search: str
    is_narrowed: bool

    @property
    def currency(self) -> str:
        """The currency of all amounts; empty where there are several."""
        return next(iter(self.shown.sums)) if len(self.shown.sums) == 1 else ""

    @property
    def before(self) -> date:
        return month_before(self.shown.month)

    @property
    def after(self) -> date:
        return month_after(self.shown.month)


@needs(Area.JOURNAL_EXPORTS, Right.READ)
def month_ends(request: UserRequest) -> HttpResponse:
    """Show where the companies stand that the reader may see, as the address narrows them."""
    if "month" not in request.GET:
        # An address that shows the same month tomorrow, and that can be sent to a colleague.
        query = with_query(request, month=f"{AskedMonth.of(request).month:%Y-%m}")
        return redirect(f"{reverse('month_end')}{query}")
    page = _page(request)
    context = {"page": page, "proposed": proposing_companies(request.user, page.shown.month)}
    return render(request, "closing/month_end.html", context)


@only_posted
@needs(Area.JOURNAL_EXPORTS, Right.READ)
def compare_month(request: UserRequest) -> HttpResponse:
    """Have a worker compare the month of the companies that the address narrows the list to."""
    asked = AskedMonth.of(request)
    shown = asked.month_end(request.user)
    ids = [one.company_id for one in asked.chosen(shown, reasons_of(shown, user=request.user))]
    count = ask_for_comparison(ids, shown.month)
    if count:
        text = ngettext(
            "%(count)s company will be compared with the ledger.",
            "%(count)s companies will be compared with the ledger.",
            count,
        )
        messages.success(request, text % {"count": count})
    else:
        messages.info(request, _("None of these companies has a link to compare it by."))
    return redirect(f"{reverse('month_end')}?{request.GET.urlencode()}")


def _page(request: UserRequest) -> MonthEndPage:
    asked = AskedMonth.of(request)
    state, debtor, person = asked.state, asked.debtor, asked.person
    shown = asked.month_end(request.user)
    by_reason = reasons_of(shown, user=request.user)
    chosen = asked.chosen(shown, by_reason)
    reason = by_reason.find(asked.reason)
    page = Paginator(chosen, ROWS_PER_PAGE).get_page(asked_page(request))
    names = names_of(shown.people | shown.signers)
    return MonthEndPage(
        shown=shown,
        by_reason=by_reason,
        reason=reason,
        line=_line(request, shown, state),
        page=page,
        rows=rows_of(tuple(page), shown.month, names),
        page_sums=summed(page),
        chosen_sums=summed(chosen),
        states=tuple(
            Choice(value=one.value, words=STATE_WORDS[one], is_chosen=one == state)
            for one in MonthState
        ),
        debtors=tuple(
            Choice(value=str(number), words=f"{number} {name}", is_chosen=number == debtor)
            for number, name in shown.debtors
        ),
        people=tuple(
            Choice(value=str(pk), words=name, is_chosen=pk == person)
            for pk, name in names.items()
            if pk in shown.people
        ),
        search=asked.search,
        is_narrowed=bool(asked.search or state or reason)
        or debtor is not None
        or person is not None,
    )


def _line(request: UserRequest, shown: MonthEnd, state: str) -> tuple[ShownCell, ...]:
    cells = []
    begins_at = 0
    for cell in shown.line:
        is_chosen = cell.state == state
        if cell.state is MonthState.PROPOSED and not (cell.count or is_chosen):
            # Most bureaus demand no second person.
            continue
        cells.append(
            ShownCell(
                state=cell.state.value,
                count=cell.count,
                sums=cell.sums,
                begins_at=begins_at,
                # Chosen once more, it shows all again.
                address=with_query(request, state="" if is_chosen else cell.state.value),
                is_chosen=is_chosen,
            )
        )
        begins_at += cell.count
    return tuple(cells)
