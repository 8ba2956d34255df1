"""The page that shows the difference of a changed run as it would be booked, and books it."""

from collections.abc import Iterable
from dataclasses import dataclass
from decimal import Decimal

from django import forms
from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _

from tilisilta.clients.procountor.wire import encode_receipt
from tilisilta.domain.differences import DatedDifference, amount_beside
from tilisilta.domain.items_to_make import ItemToMake
from tilisilta.domain.receipts import LedgerReceipt, Transaction
from tilisilta.errors import TilisiltaError
from tilisilta.models import Area, Proposal, Right
from tilisilta.services.explanations import Explanation, explain
from tilisilta.services.procountor.administrations import known_administration
from tilisilta.services.sending.difference_plans import PlannedDifference
from tilisilta.services.sending.differences import plan_difference_of
from tilisilta.services.sending.proposing_differences import book_or_propose_difference
from tilisilta.services.verifying.documents import Names
from tilisilta.web.parts import error_text, visible_journal
from tilisilta.web.reason_form import ReasonForm
from tilisilta.web.rights import UserRequest, needs


class DifferenceForm(ReasonForm):
    """The reason, and the difference that was looked at."""

    seen = forms.CharField(widget=forms.HiddenInput, required=False)


@dataclass(frozen=True, kw_only=True)
class ChangedRow:
    """A row of the difference, beside what the books hold of it and what the journal wants."""

    row: Transaction
    account_name: str
    items: tuple[str, ...]
    booked: Decimal
    wanted: Decimal


@dataclass(frozen=True, kw_only=True)
class ChangedReceipt:
    """A receipt of the difference with all its rows."""

    receipt: LedgerReceipt
    rows: tuple[ChangedRow, ...]

    @property
    def is_moved(self) -> bool:
        return self.receipt.body.receipt_date != self.receipt.booking_date

    @property
    def debit(self) -> Decimal:
        values = (one.row.accounting_value for one in self.rows)
        return sum((value for value in values if value > 0), Decimal("0.00"))

    @property
    def payload(self) -> str:
        return encode_receipt(self.receipt.body).decode()


@needs(Area.JOURNAL_EXPORTS, Right.WRITE)
def difference_of(request: UserRequest, pk: int) -> HttpResponse:
    """Show what the journal changes in what is booked, ask why, and book it."""
    journal = visible_journal(request.user, pk)
    now = timezone.now()
    try:
        planned = plan_difference_of(journal, now=now)
    except TilisiltaError as error:
        messages.error(request, error_text(error))
        for problem in getattr(error, "problems", ()):
            if problem.stops:
                messages.error(request, explain(problem).message)
        return redirect("journal", pk=pk)
    form = DifferenceForm(request.POST or None, auto_id="a-%s", initial={"seen": planned.digest})
    if request.method == "POST" and form.is_valid():
        given = form.cleaned_data
        try:
            sending = book_or_propose_difference(
                journal,
                reason=given["reason"],
                user=request.user,
                now=now,
                seen=given["seen"] or None,
            )
        except TilisiltaError as error:
            messages.error(request, error_text(error))
            return redirect("book_difference", pk=pk)
        if isinstance(sending, Proposal):
            told = _("The difference is proposed. Another person has to release it.")
        elif sending is None:
            told = _("The books hold the same already. The journal is settled.")
        else:
            told = _("The difference is being booked in Procountor.")
        messages.success(request, told)
        return redirect("journal", pk=pk)
    context = {
        "journal": journal,
        "planned": planned,
        "plan": planned.plan,
        "receipts": _receipts(planned),
        "told": _explained(planned),
        "form": form,
        "read_at": now,
    }
    return render(request, "journals/difference.html", context, status=422 if form.errors else 200)


def _explained(planned: PlannedDifference) -> tuple[tuple[bool, Explanation], ...]:
    return tuple((one.stops, explain(one)) for one in planned.plan.problems)


def _receipts(planned: PlannedDifference) -> tuple[ChangedReceipt, ...]:
    account = planned.link.procountor_account if planned.link is not None else None
    names = Names.of(known_administration(account) if account is not None else None)
    dates = {one.booking_date: one for one in planned.plan.dates}
    return tuple(
        ChangedReceipt(
            receipt=receipt,
            rows=tuple(_rows(dates[receipt.booking_date], names, planned.plan.items_to_make)),
        )
        for receipt in planned.plan.receipts
    )


def _rows(one: DatedDifference, names: Names, items: Iterable[ItemToMake]) -> Iterable[ChangedRow]:
    to_make = {(item.dimension_id, item.stand_in): item.code for item in items}
    for row in one.rows:
        keys = [(value.dimension_id, value.item_id) for value in row.dimension_values]
        yield ChangedRow(
            row=row,
            account_name=names.accounts.get(row.account, ""),
            items=tuple(to_make.get(key) or names.item(*key)["item"] for key in keys),
            booked=amount_beside(row, one.booked),
            wanted=amount_beside(row, one.wanted),
        )
