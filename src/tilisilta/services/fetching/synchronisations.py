"""Synchronisations: ask for everything to be fetched from Nmbrs, begin it, and end it."""

import logging
from datetime import date, datetime, timedelta

from django.conf import settings
from django.db import IntegrityError, transaction
from django.db.models import F, Q
from django.db.models.functions import Coalesce
from django.utils import timezone

from tilisilta.domain.problems import Problem, ProblemCode, Screen
from tilisilta.errors import NeedsAttention, TilisiltaError
from tilisilta.models import (
    Company,
    NmbrsCompany,
    NmbrsConnection,
    Synchronisation,
    User,
    Worker,
)
from tilisilta.services import audit
from tilisilta.services.fetching.client import nmbrs
from tilisilta.services.fetching.lists import keep_lists
from tilisilta.services.fetching.problems import problem_of

HEAD_START = timedelta(days=1)
"""What a person waits for becomes due so much earlier than all the rest, and so goes first."""
PATIENCE = timedelta(hours=6)
"""One that has not ended after so long does not prevent the next night's."""

logger = logging.getLogger("tilisilta.synchronisations")


class NothingConnected(NeedsAttention):
    """There is no working connection to Nmbrs to fetch by."""

    code = ProblemCode.NMBRS_NOT_CONNECTED


class NotInNmbrs(NeedsAttention):
    """The company did not come from Nmbrs, or is no longer there, so it cannot be fetched."""

    code = ProblemCode.NOT_IN_NMBRS

    def __init__(self, company: Company) -> None:
        super().__init__(f"{company} cannot be fetched from Nmbrs.")
        self.facts = {"other": str(company)}


def ask_for_everything(
    *, user: User | None, now: datetime, wants_all_journals: bool = False
) -> Synchronisation:
    """Commit that everything is to be fetched; a worker picks it up.

    If one is under way, that one is hastened and returned. Normally only journals that may have
    changed are fetched; ``wants_all_journals`` fetches each one again. Raises ``NothingConnected``.
    """
    if not NmbrsConnection.objects.filter(state=NmbrsConnection.State.WORKING).exists():
        raise NothingConnected("There is no working connection to Nmbrs.")
    made = _begin(
        Synchronisation(requested_at=now, requested_by=user, wants_all_journals=wants_all_journals)
    )
    if made is not None:
        audit.record(audit.Action.SYNC_ASKED, user=user)
        return made
    under_way = Synchronisation.objects.filter(finished_at__isnull=True).first()
    if under_way is not None:
        # A person who asks again expects Nmbrs to answer by now: what was put off becomes due.
        waiting = NmbrsCompany.objects.filter(wanted_by=under_way, claimed_by__isnull=True)
        waiting.filter(due_at__gt=now).update(due_at=now)
        return under_way
    # The one under way, which the constraint found, has ended since: begin again.
    return ask_for_everything(user=user, now=now, wants_all_journals=wants_all_journals)


def ask_for_company(company: Company, *, user: User | None, now: datetime) -> NmbrsCompany:
    """Commit that one company is to be fetched with all its journals, before all others.

    Raises ``NotInNmbrs``.
    """
    nmbrs_company = NmbrsCompany.objects.fetchable().filter(company=company).first()
    if nmbrs_company is None:
        raise NotInNmbrs(company)
    with transaction.atomic():
        is_asked = nmbrs_company.wanted_at is not None and nmbrs_company.wants_all_journals
        NmbrsCompany.objects.filter(pk=nmbrs_company.pk).want(
            now - HEAD_START, wants_all_journals=True
        )
        if not is_asked:
            audit.record(
                audit.Action.COMPANY_FETCH_ASKED, user=user, company=company, name=str(company)
            )
    nmbrs_company.refresh_from_db()
    return nmbrs_company


def begin_by_itself(now: datetime) -> Synchronisation | None:
    """Begin the synchronisation of a night, or the first one of a new connection.

    Safe for several workers at once: only one is begun. A connection that was made after another
    synchronisation had read its lists is fetched as soon as that one has ended. One under way is
    waited for, but one that was begun over six hours ago is ended for that of the night.
    """
    working = NmbrsConnection.objects.filter(state=NmbrsConnection.State.WORKING)
    newest = working.order_by("created_at").last()
    if newest is None:
        return None
    night = _night(now)
    # Queried first: a second row would break the constraint, twice a second.
    under_way = Synchronisation.objects.filter(finished_at__isnull=True).first()
    if under_way is not None:
        is_overdue = night is not None and under_way.requested_at < now - PATIENCE
        if not is_overdue or not _end(under_way.pk, now=now):
            return None
        logger.warning("Synchronisation %s was ended, as it is time for another.", under_way.pk)
    if night is not None:
        return _begin(Synchronisation(requested_at=now, night=night))
    if Synchronisation.objects.filter(requested_at__gte=newest.created_at).exists():
        return None
    return _begin(Synchronisation(requested_at=now))


def read_lists(synchronisation: Synchronisation, *, now: datetime) -> None:
    """Read the lists of every connection, then mark the companies to be fetched.

    What is known of a connection that fails stays, and it does not stop the others.
    """
    for connection in NmbrsConnection.objects.filter(state=NmbrsConnection.State.WORKING):
        trouble = _trouble_of_lists(connection, now=now)
        if trouble:
            NmbrsConnection.objects.filter(pk=connection.pk).update(trouble=trouble)
    with transaction.atomic():
        mine = Synchronisation.objects.filter(pk=synchronisation.pk)
        if not mine.filter(finished_at__isnull=True).update(listed_at=now, claimed_by=None):
            # It took so long that it was ended, and another has begun.
            return
        more = {"wants_all_journals": True} if synchronisation.wants_all_journals else {}
        wanted = NmbrsCompany.objects.fetchable().want(now, wanted_by=synchronisation, **more)
        mine.update(company_count=wanted)
    finish_if_done(synchronisation.pk, now=now)


def claim_lists(executor_id: str) -> Synchronisation | None:
    """Claim a synchronisation whose lists are to be read, unless another worker has.

    A worker that was taken for dead gets none until its row exists again.
    """
    open_ones = Synchronisation.objects.filter(
        finished_at__isnull=True, listed_at__isnull=True, claimed_by__isnull=True
    )
    synchronisation = open_ones.first()
    if synchronisation is None or not Worker.objects.filter(pk=executor_id).exists():
        return None
    if not open_ones.filter(pk=synchronisation.pk).update(claimed_by=executor_id):
        return None
    return synchronisation


def release_lists(executor_id: str) -> None:
    """Release the lists that the worker of that id has claimed and is not reading any more."""
    claimed = Synchronisation.objects.filter(finished_at__isnull=True, claimed_by=executor_id)
    if claimed.exists():
        claimed.update(claimed_by=None)


def finish_abandoned(now: datetime) -> None:
    """End synchronisations whose last worker died after the last company."""
    for synchronisation in Synchronisation.objects.filter(
        finished_at__isnull=True, listed_at__isnull=False
    ):
        finish_if_done(synchronisation.pk, now=now)


def finish_if_done(synchronisation_id: int, *, now: datetime) -> None:
    """End a synchronisation whose companies have all been fetched, or have failed.

    Companies of a connection that turned red are not waited for, as they cannot be fetched.
    """
    waiting = NmbrsCompany.objects.filter(wanted_by=synchronisation_id)
    if waiting.fetchable().exists() or waiting.filter(claimed_by__isnull=False).exists():
        return
    if Synchronisation.objects.filter(pk=synchronisation_id, listed_at__isnull=False).exists():
        _end(synchronisation_id, now=now)


def latest_synchronisation() -> Synchronisation | None:
    return Synchronisation.objects.select_related("requested_by").first()


def _end(synchronisation_id: int, *, now: datetime) -> bool:
    """End a synchronisation; what still waits for it has failed, but stays wanted for another.

    Returns ``False`` when it has ended already.
    """
    mine = Synchronisation.objects.filter(pk=synchronisation_id)
    with transaction.atomic():
        ended = mine.filter(finished_at__isnull=True).update(
            finished_at=now, listed_at=Coalesce("listed_at", now), claimed_by=None
        )
        if not ended:
            return False
        left = NmbrsCompany.objects.filter(wanted_by=synchronisation_id).update(wanted_by=None)
        if left:
            mine.update(failed_count=F("failed_count") + left)
    return True


def _night(now: datetime) -> date | None:
    """Return the night whose time has come, if there was no synchronisation since."""
    at = settings.NMBRS_SYNC_TIME
    local = timezone.localtime(now)
    if at is None or local.time() < at:
        return None
    begin = datetime.combine(local.date(), at, tzinfo=local.tzinfo)
    since = Q(requested_at__gte=begin) | Q(night=local.date())
    return None if Synchronisation.objects.filter(since).exists() else local.date()


def _trouble_of_lists(connection: NmbrsConnection, *, now: datetime) -> tuple[Problem, ...]:
    """Read the lists of one connection; return the problem if they cannot be read."""
    try:
        with nmbrs(connection) as source:
            keep_lists(connection, source, now=now)
    except TilisiltaError as error:
        return (problem_of(error),)
    except Exception:  # a fault of ours with one connection must not stop the others
        logger.exception("Reading the lists of connection %s failed.", connection.pk)
        return (Problem(code=ProblemCode.FETCHING_BROKE, screen=Screen.NMBRS),)
    return ()


def _begin(made: Synchronisation) -> Synchronisation | None:
    """Store a new synchronisation; return ``None`` when one is under way already."""
    try:
        with transaction.atomic():
            made.save()
    except IntegrityError:
        # One unfinished at a time and one per night, by constraints: another worker was faster.
        return None
    return made
