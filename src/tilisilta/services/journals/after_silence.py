"""Checks journals again by itself once Procountor answers that was away when they were checked."""

from datetime import datetime

from django.db.models import F, Q, QuerySet, TextField
from django.db.models.functions import Cast

from tilisilta.domain.problems import ProblemCode
from tilisilta.domain.standing import JournalState
from tilisilta.errors import TilisiltaError
from tilisilta.models import Journal, ProcountorAccount
from tilisilta.services.journals.checks import check_journal
from tilisilta.services.procountor.administrations import read_administration

MOST_ACCOUNTS = 20
MOST_JOURNALS = 200


def recheck_after_silence(now: datetime) -> int:
    """Check journals again that found Procountor silent; return how many were checked.

    At the first account that is silent still, the rest waits for the next call: as a rule
    Procountor is away as a whole. That account goes to the end of the line.
    """
    waiting = _waiting_journals()
    accounts = (
        ProcountorAccount.objects.filter(
            Q(links__company__in=waiting.values("company"), links__ends_on__isnull=True),
            state=ProcountorAccount.State.AUTHORISED,
        )
        .distinct()
        .order_by(F("check_failed_at").asc(nulls_first=True), "pk")[:MOST_ACCOUNTS]
    )
    count = 0
    for account in accounts:
        try:
            read_administration(account, now=now)
        except TilisiltaError:
            ProcountorAccount.objects.filter(pk=account.pk).update(check_failed_at=now)
            return count
        of_account = waiting.filter(
            company__links__procountor_account=account, company__links__ends_on__isnull=True
        ).distinct()
        for journal in of_account.order_by("pk")[:MOST_JOURNALS]:
            check_journal(journal, now=now)
            count += 1
    return count


def _waiting_journals() -> QuerySet[Journal]:
    # The column is JSON, which not every database can be asked about; the code is unmistakable.
    code = f'"{ProblemCode.PROCOUNTOR_UNREACHABLE.value}"'
    stopped = Journal.objects.filter(state=JournalState.PROBLEM)
    return stopped.annotate(problem_text=Cast("problems", TextField())).filter(
        problem_text__contains=code
    )
