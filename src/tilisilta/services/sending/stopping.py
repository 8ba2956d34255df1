"""Stops what was asked for together and is not begun; what is in flight ends as it does.

A worker claims a sending by one update of its row (``outbox.mark_enqueued``). Here the same rows
are locked first, and only those that nobody has claimed: whoever gets the lock decides.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from django.db import transaction
from django.db.models import Exists, OuterRef, Q, QuerySet

from tilisilta.domain.problems import Problem, ProblemCode
from tilisilta.domain.standing import EXPORTS_UNDER_WAY, ExportState, JournalState
from tilisilta.errors import NeedsAttention
from tilisilta.models import Attempt, Export, JointSending, Journal, Sending, User
from tilisilta.services import audit
from tilisilta.services.sending.later_revisions import check_later_revisions


class SendingStopped(NeedsAttention):
    """A person stopped it before it was begun."""

    code = ProblemCode.SENDING_STOPPED

    def __init__(self, journal: Journal, problem: Problem) -> None:
        super().__init__(f"The sending of journal {journal.reference} was stopped.")
        self.journal = journal
        self.facts = dict(problem.facts)


@dataclass(frozen=True, kw_only=True)
class Stopped:
    """How many sendings were stopped, and how many go on as they are begun."""

    stopped: int
    going_on: int


def stoppable(joint: JointSending, user: User | None = None) -> QuerySet[Sending]:
    """Return what of ``joint`` no worker has and no write was made for, as far as ``user`` sees.

    Also what waits for its account to be authorised: its sending has ended and its receipts are
    queued.
    """
    of_journal = OuterRef("journal")
    # One that Procountor surely did nothing with is none: its receipt may wait for an account.
    begun = Attempt.objects.filter(
        export__journal=of_journal, started_at__gte=OuterRef("requested_at")
    ).exclude(outcome=Attempt.Outcome.NOT_SENT)
    moving = Export.objects.filter(
        journal=of_journal, state__in=EXPORTS_UNDER_WAY - {ExportState.QUEUED}
    )
    queued = Export.objects.filter(journal=of_journal, state=ExportState.QUEUED)
    under_way = Sending.objects.filter(journal=of_journal, finished_at__isnull=True)
    is_free = Q(finished_at__isnull=True, enqueued_at__isnull=True)
    # What was asked for again since waits for that other sending, and is not stopped with this one.
    later = Sending.objects.filter(
        journal=of_journal, requested_at__gt=OuterRef("requested_at"), is_refused=False
    )
    waits_for_account = Q(~Exists(under_way), ~Exists(later), finished_at__isnull=False)
    sendings = Sending.objects.filter(
        is_free | waits_for_account,
        ~Exists(begun),
        ~Exists(moving),
        Exists(queued),
        joint=joint,
        is_refused=False,
    )
    if user is not None:
        sendings = sendings.filter(user.rows_of_debtors("journal__company__debtor"))
    return sendings


def stop_joint(joint: JointSending, *, user: User | None, now: datetime) -> Stopped:
    """Make ready again what of ``joint`` is not begun, each with who stopped it and when."""
    with transaction.atomic():
        journals = _locked_journals(joint, user)
        sendings = _locked_sendings(joint, user, list(journals))
        stopped = [journals[one.journal_id] for one in sendings]
        problem = _problem(user, now)
        Sending.objects.filter(pk__in=[one.pk for one in sendings]).update(
            finished_at=now, is_refused=True, refusal=(problem,)
        )
        _make_ready(stopped)
        audit.record_all(
            audit.entry(
                audit.Action.SENDING_STOPPED,
                user=user,
                company=journal.company,
                about=journal,
                reference=journal.reference,
            )
            for journal in stopped
        )
    check_later_revisions(stopped, now=now)
    unfinished = joint.sendings.filter(finished_at__isnull=True)
    if user is not None:
        unfinished = unfinished.filter(user.rows_of_debtors("journal__company__debtor"))
    return Stopped(stopped=len(stopped), going_on=unfinished.count())


def _locked_journals(joint: JointSending, user: User | None) -> dict[int, Journal]:
    """Lock the journals first, as all services do, in the order of their ids."""
    ids = stoppable(joint, user).values_list("journal", flat=True)
    journals = Journal.objects.select_for_update(of=("self",)).filter(pk__in=list(ids))
    return {one.pk: one for one in journals.select_related("company").order_by("pk")}


def _locked_sendings(
    joint: JointSending, user: User | None, journals: Sequence[int]
) -> list[Sending]:
    """Lock what is still to be stopped, now that the journals are: a worker may have been faster.

    The claim of a worker changes no journal, so the rows of the sendings decide.
    """
    rows = Sending.objects.filter(joint=joint, journal__in=journals, is_refused=False)
    locked = {one.pk for one in rows.select_for_update(of=("self",)).order_by("pk")}
    # Read anew under the locks: nothing that claims or finishes them gets past.
    return list(stoppable(joint, user).filter(pk__in=locked).only("pk", "journal"))


def _make_ready(journals: Sequence[Journal]) -> None:
    ids = [one.pk for one in journals]
    Export.objects.filter(journal__in=ids, state=ExportState.QUEUED).update(
        state=ExportState.READY, is_looked_for=False, look_at=None
    )
    exports: dict[int, list[Export]] = {}
    for export in Export.objects.filter(journal__in=ids).defer("payload"):
        exports.setdefault(export.journal_id, []).append(export)
    states: dict[JournalState, list[int]] = {}
    for journal in journals:
        standing = journal.standing(one.standing() for one in exports.get(journal.pk, []))
        states.setdefault(standing.state, []).append(journal.pk)
    for state, of_state in states.items():
        Journal.objects.filter(pk__in=of_state).update(state=state)


def _problem(user: User | None, now: datetime) -> Problem:
    name = user.get_full_name() or user.get_username() if user else audit.current_system_user()
    facts = (("name", name), ("moment", now.isoformat()))
    return Problem(code=ProblemCode.SENDING_STOPPED, facts=facts)
