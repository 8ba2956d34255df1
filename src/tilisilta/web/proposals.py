"""What is proposed to be sent: the list, releasing what is ticked, and ending a proposal."""

from dataclasses import dataclass
from decimal import Decimal
from uuid import UUID, uuid4

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from tilisilta.domain.whole_numbers import whole_number
from tilisilta.errors import NeedsAttention
from tilisilta.models import Area, Proposal, Right
from tilisilta.services.explanations import explain
from tilisilta.services.sending.ending_proposals import (
    came_back,
    send_back,
    take_back_proposal,
)
from tilisilta.services.sending.releasing import OpenProposal, Released, open_proposals, release
from tilisilta.services.sending.two_persons import with_journals
from tilisilta.services.sending_rules.words import name_of_asker
from tilisilta.web.export_rows import Books, books_of
from tilisilta.web.only_posted import only_posted
from tilisilta.web.parts import address_to_go_back_to, error_text
from tilisilta.web.reason_form import ReasonForm
from tilisilta.web.rights import UserRequest, needs

Sums = dict[str, Decimal]


@dataclass(frozen=True, kw_only=True)
class ShownProposal:
    """A row of the list, with the administrations its receipts go to."""

    one: OpenProposal
    books: tuple[Books, ...]


@needs(Area.JOURNAL_EXPORTS, Right.READ, post=Right.WRITE)
def proposals(request: UserRequest) -> HttpResponse:
    """Show what is proposed, with all that is to be looked at; release what is ticked."""
    if request.method == "POST":
        return _release(request)
    listed = open_proposals(request.user)
    may_send = request.user.can(Right.WRITE, Area.JOURNAL_EXPORTS)
    can_be_ticked = (one for one in listed if one.can_be_released and not one.is_warned_of)
    mine = list(can_be_ticked) if may_send else []
    context = {
        "rows": [
            ShownProposal(one=one, books=books_of(one.proposal.journal, one.exports))
            for one in listed
        ],
        "count": len(mine),
        "may_send": may_send,
        "sums": _sums(mine),
        "receipt_count": sum(one.receipt_count for one in mine),
        "joint": uuid4(),
        "came_back": came_back(request.user, now=timezone.now()),
    }
    return render(request, "proposals/list.html", context)


@needs(Area.JOURNAL_EXPORTS, Right.WRITE)
def send_it_back(request: UserRequest, pk: int) -> HttpResponse:
    """Ask why, and end the proposal of another person."""
    proposal = _visible(request, pk)
    form = ReasonForm(request.POST or None, auto_id="a-%s")
    if request.method == "POST" and form.is_valid():
        reason = form.cleaned_data["reason"]
        try:
            send_back(proposal, reason=reason, user=request.user, now=timezone.now())
        except NeedsAttention as error:
            messages.error(request, error_text(error))
        else:
            text = _("%(reference)s is sent back to %(name)s.")
            facts = {
                "reference": proposal.journal.reference,
                "name": name_of_asker(proposal.proposer),
            }
            messages.success(request, text % facts)
        return redirect("proposals")
    context = {"form": form, "proposal": proposal, "journal": proposal.journal}
    return render(request, "proposals/back.html", context, status=422 if form.errors else 200)


@only_posted
@needs(Area.JOURNAL_EXPORTS, Right.WRITE)
def take_back(request: UserRequest, pk: int) -> HttpResponse:
    """End a proposal of the reader's own."""
    proposal = _visible(request, pk)
    try:
        take_back_proposal(proposal, user=request.user, now=timezone.now())
    except NeedsAttention as error:
        messages.error(request, error_text(error))
    else:
        text = _("%(reference)s is no longer proposed.")
        messages.success(request, text % {"reference": proposal.journal.reference})
    return redirect("journal", pk=proposal.journal_id)


def _visible(request: UserRequest, pk: int) -> Proposal:
    return get_object_or_404(with_journals(Proposal.objects.visible_to(request.user)), pk=pk)


def _sums(listed: list[OpenProposal]) -> Sums:
    sums: Sums = {}
    for one in listed:
        currency, debit = one.proposal.journal.currency, one.debit
        if debit is not None:
            sums[currency] = sums.get(currency, Decimal("0.00")) + debit
    return sums


def _release(request: UserRequest) -> HttpResponse:
    numbers = map(whole_number, request.POST.getlist("release"))
    ticked = {number for number in numbers if number is not None}
    visible = Proposal.objects.visible_to(request.user).filter(pk__in=ticked)
    wanted = list(with_journals(visible))
    if not wanted:
        messages.info(request, _("Nothing is ticked, so nothing was released."))
        return redirect("proposals")
    joint_id = _uuid(request.POST.get("joint", ""))
    released = release(wanted, user=request.user, now=timezone.now(), joint_id=joint_id)
    _tell(request, released)
    if released.joint is not None and len(wanted) > 1:
        return redirect("sent_together", released.joint.pk)
    return redirect(address_to_go_back_to(request) or "proposals")


def _tell(request: UserRequest, released: Released) -> None:
    problems = [problem for _journal, problem in released.refused]
    count = released.differences
    if released.joint is not None:
        for sending in released.joint.sendings.all():
            problems += sending.refusal[:1]
            count += not sending.is_refused
    if count:
        text = ngettext(
            "%(count)s journal is released and being sent.",
            "%(count)s journals are released and being sent.",
            count,
        )
        messages.success(request, text % {"count": count})
    for problem in problems:
        told = explain(problem)
        messages.error(request, f"{told.message}. {told.remedy}")


def _uuid(text: str) -> UUID | None:
    try:
        return UUID(text)
    except ValueError:
        return None
