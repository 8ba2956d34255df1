"""Sending all of a month at the command line: ask in one moment, and show how far it has come."""

import sys
import time
from argparse import Namespace
from collections.abc import Iterator, Sequence
from contextlib import contextmanager

from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from tilisilta.domain.problems import Problem, ProblemCode
from tilisilta.errors import NeedsAttention
from tilisilta.management.progress import ProgressLine, progress_line
from tilisilta.management.workers import running_worker
from tilisilta.models import JointSending, Journal
from tilisilta.services.sending.asking import (
    AlreadySent,
    CannotBeSent,
    PreviewChanged,
    Refusal,
    SentMany,
    Wanted,
)
from tilisilta.services.sending.progress import Progress, Stage, progress_of
from tilisilta.services.sending.ready import ReadyJournals
from tilisilta.services.sending.stopping import SendingStopped
from tilisilta.services.sending.together import send_together
from tilisilta.services.sending.two_persons import with_journals
from tilisilta.services.workers import living_workers

POLL_SECONDS = 0.5


def send_all(journals: Sequence[Journal], ready: ReadyJournals, options: Namespace) -> SentMany:
    """Ask for ``journals`` in one moment and, with ``--wait``, show how far they have come."""
    wanted = [Wanted(journal=journal) for journal in journals]
    if not wanted:
        return SentMany()
    joint = send_together(wanted, user=None, now=timezone.now(), period=ready.period)
    if options.wait:
        with told_when_interrupted(), running_worker(), progress_line() as line:
            _wait_for(joint, line, give_up_at=time.monotonic() + options.timeout)
    return _outcome_of(joint)


def _wait_for(joint: JointSending, line: ProgressLine, *, give_up_at: float) -> None:
    while time.monotonic() < give_up_at:
        progress = progress_of(joint)
        line.show(progress_text(progress))
        if not joint.sendings.filter(finished_at__isnull=True).exists():
            return
        time.sleep(POLL_SECONDS)


@contextmanager
def told_when_interrupted() -> Iterator[None]:
    """Print what becomes of the rest where a person interrupts the waiting."""
    try:
        yield
    except KeyboardInterrupt:
        is_anyone_there = bool(living_workers(timezone.now()))
        goes_on = (
            _("Interrupted. Nothing is lost: a worker goes on sending.")
            if is_anyone_there
            else _("Interrupted. Nothing is lost: the rest is sent as soon as a worker is at work.")
        )
        sys.stderr.write(f"{goes_on}\n")
        raise


def progress_text(progress: Progress) -> str:
    """Return in one line how many are settled, how, and about how long the rest takes."""
    parts = [
        _("%(settled)s of %(total)s settled")
        % {"settled": progress.settled, "total": progress.total}
    ]
    for stage, words in (
        (Stage.BOOKED, _("%(count)s booked")),
        (Stage.REFUSED, _("%(count)s rejected")),
        (Stage.UNCERTAIN, _("%(count)s uncertain")),
        (Stage.LEFT, _("%(count)s left apart")),
    ):
        if count := progress.counts.get(stage):
            parts.append(words % {"count": count})
    if seconds := progress.seconds_left:
        parts.append(
            ngettext("about %(count)s second to go", "about %(count)s seconds to go", seconds)
            % {"count": seconds}
        )
    return ", ".join(parts)


def _outcome_of(joint: JointSending) -> SentMany:
    sendings = list(
        joint.sendings.select_related("journal__company").order_by(
            "journal__period", "journal__company__number"
        )
    )
    return SentMany(
        joint=joint,
        proposed=tuple(with_journals(joint.proposals.all())),
        sendings=tuple(one for one in sendings if not one.is_refused),
        refused=tuple(
            Refusal(journal=one.journal, error=_error_of(one.journal, one.refusal[0]))
            for one in sendings
            if one.is_refused
        ),
    )


def _error_of(journal: Journal, problem: Problem) -> NeedsAttention:
    if problem.code == ProblemCode.ALREADY_SENT:
        return AlreadySent(journal)
    if problem.code == ProblemCode.PREVIEW_CHANGED:
        return PreviewChanged(journal, reason=problem.fact("reason"))
    if problem.code == ProblemCode.SENDING_STOPPED:
        return SendingStopped(journal, problem)
    return CannotBeSent(journal)
