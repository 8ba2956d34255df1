"""How far the journals have come that were sent with one click: the same for all who look."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any
from uuid import UUID

from django.contrib import messages
from django.db.models import Prefetch, QuerySet
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import ngettext, pgettext_lazy

from tilisilta.models import Area, Export, JointSending, Right, Sending
from tilisilta.services.explanations import Explanation, explain
from tilisilta.services.sending.progress import (
    STAGES_TO_LOOK_AT,
    UNFINISHED_STAGES,
    Progress,
    Stage,
    progress_of,
    staged,
)
from tilisilta.services.sending.stopping import stop_joint
from tilisilta.services.sending.why_not_booked import why_not_booked
from tilisilta.web.only_posted import only_posted
from tilisilta.web.parts import is_part
from tilisilta.web.rights import UserRequest, needs

MOST_NAMED = 4
LAST_BOOKED = 6
MOST_TO_LOOK_AT = 300

STAGE_WORDS: dict[Stage, Promise] = {
    Stage.WAITING: pgettext_lazy("journals sent together", "Waiting"),
    Stage.CHECKING: pgettext_lazy("journals sent together", "Checking"),
    Stage.SENDING: pgettext_lazy("journals sent together", "Sending"),
    Stage.BOOKED: pgettext_lazy("journals sent together", "Booked"),
    Stage.REFUSED: pgettext_lazy("journals sent together", "Rejected"),
    Stage.UNCERTAIN: pgettext_lazy("journals sent together", "Uncertain"),
    Stage.LEFT: pgettext_lazy("journals sent together", "Left apart"),
}
_MARKS: dict[Stage, tuple[str, str]] = {
    Stage.WAITING: ("queued", "s-queued"),
    Stage.CHECKING: ("ready", "s-ready"),
    Stage.SENDING: ("posting", "s-posting"),
    Stage.BOOKED: ("ok", "s-ok"),
    Stage.REFUSED: ("rejected", "s-rejected"),
    Stage.UNCERTAIN: ("uncertain", "s-uncertain"),
    Stage.LEFT: ("off", "s-off"),
}


@dataclass(frozen=True, kw_only=True)
class Cell:
    """One stage in the line, and where its piece of the bar begins."""

    stage: Stage
    words: Promise
    mark: str
    style: str
    count: int
    debit: Decimal | None
    begins_at: int
    section: str


@dataclass(frozen=True, kw_only=True)
class RowToLookAt:
    """A journal that was not booked, with its reason, or the reason why that is not known."""

    sending: Sending
    stage: Stage
    words: Promise
    mark: str
    style: str
    explanation: Explanation | None


@needs(Area.JOURNAL_EXPORTS, Right.READ)
def sent_together(request: UserRequest, pk: UUID) -> HttpResponse:
    """Show the page; its moving part asks for itself again as long as something is under way."""
    joint = get_object_or_404(
        JointSending.objects.visible_to(request.user).select_related("requested_by"), pk=pk
    )
    progress = progress_of(joint, request.user)
    sendings = staged(joint, request.user).select_related("journal__company")
    context = {
        "joint": joint,
        "progress": progress,
        "cells": tuple(_cells(progress)),
        "now": timezone.now(),
        "current": _current(sendings) if progress.is_moving else (),
        "rows": tuple(_rows(sendings)) if progress.to_look_at else (),
        "last_booked": _last_booked(sendings),
        "booked": progress.counts.get(Stage.BOOKED, 0),
        "waiting": progress.counts.get(Stage.WAITING, 0),
        "in_flight": progress.left - progress.counts.get(Stage.WAITING, 0),
        "to_look_at_debit": _debit_to_look_at(progress),
        "is_moving": progress.is_moving or Stage.UNCERTAIN in progress.counts,
        "address": request.path,
    }
    context["proposed"] = joint.proposals.filter(
        request.user.rows_of_debtors("journal__company__debtor")
    ).count()
    part = "together/moving.html" if is_part(request) else "together/together.html"
    return render(request, part, context)


@only_posted
@needs(Area.JOURNAL_EXPORTS, Right.WRITE)
def stop_together(request: UserRequest, pk: UUID) -> HttpResponse:
    """Stop what no worker has begun; a second click stops nothing more."""
    joint = get_object_or_404(JointSending.objects.visible_to(request.user), pk=pk)
    stopped = stop_joint(joint, user=request.user, now=timezone.now())
    if stopped.stopped:
        text = ngettext(
            "%(count)s journal is stopped and ready again.",
            "%(count)s journals are stopped and ready again.",
            stopped.stopped,
        )
        messages.success(request, text % {"count": stopped.stopped})
    else:
        messages.info(request, _("Nothing was left to be stopped: the rest is begun or done."))
    return redirect("sent_together", pk=pk)


def _cells(progress: Progress) -> Iterator[Cell]:
    begins_at = 0
    for stage in Stage:
        count = progress.counts.get(stage, 0)
        mark, style = _MARKS[stage]
        yield Cell(
            stage=stage,
            words=STAGE_WORDS[stage],
            mark=mark,
            # Calm where nothing is: a red word beside 0 would look like a fault.
            style=style if count else "s-none",
            count=count,
            debit=progress.debits.get(stage) if count else None,
            begins_at=begins_at,
            section="to-look-at" if stage in STAGES_TO_LOOK_AT else "going",
        )
        begins_at += count


def _debit_to_look_at(progress: Progress) -> Decimal | None:
    if not progress.currency:
        return None
    debits = (progress.debits.get(stage, Decimal("0.00")) for stage in STAGES_TO_LOOK_AT)
    return sum(debits, Decimal("0.00"))


def _current(sendings: QuerySet[Any]) -> tuple[Sending, ...]:
    moving = sendings.filter(stage__in=[*(UNFINISHED_STAGES - {Stage.WAITING})])
    return tuple(moving.order_by("enqueued_at")[:MOST_NAMED])


def _rows(sendings: QuerySet[Any]) -> Iterator[RowToLookAt]:
    of_journals = Export.objects.select_related("link__procountor_account")
    exports = Prefetch(
        "journal__exports",
        of_journals.defer("payload", "link__procountor_account__administration"),
    )
    chosen = sendings.filter(stage__in=[*STAGES_TO_LOOK_AT]).prefetch_related(exports)
    for sending in chosen.order_by("journal__company__number")[:MOST_TO_LOOK_AT]:
        stage = Stage(sending.stage)
        mark, style = _MARKS[stage]
        problem = why_not_booked(sending)
        yield RowToLookAt(
            sending=sending,
            stage=stage,
            words=STAGE_WORDS[stage],
            mark=mark,
            style=style,
            explanation=explain(problem) if problem is not None else None,
        )


def _last_booked(sendings: QuerySet[Any]) -> tuple[tuple[Sending, str], ...]:
    exports = Prefetch("journal__exports", Export.objects.defer("payload"))
    booked = sendings.filter(stage=Stage.BOOKED).prefetch_related(exports)
    return tuple(
        (one, ", ".join(str(export.shown_number or "") for export in _booked_by(one)))
        for one in booked.order_by("-finished_at")[:LAST_BOOKED]
    )


def _booked_by(sending: Sending) -> Iterable[Export]:
    """Return what ``sending`` has booked, and nothing that was booked before or after it.

    A receipt that was sent again stands in the journal once for each epoch.
    """
    first: dict[tuple[int, date, bool], Export] = {}
    for export in sending.journal.exports.all():
        if export.posted_at is not None and export.posted_at >= sending.requested_at:
            first.setdefault((export.link_id, export.booking_date, export.is_difference), export)
    return first.values()
