"""The companies that wait to be fetched: who takes them up, and what comes of it.

Fetching only reads, and keeps what it read in one piece at a time. So the queue is nothing but
columns of the company: a worker that dies lets go, and the next one begins anew.
"""

import logging
from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any

from django.db import transaction
from django.db.models import F
from django.utils import timezone

from tilisilta.clients.nmbrs.errors import NmbrsLoginRefused, NmbrsUnavailable
from tilisilta.domain.problems import Problem, ProblemCode, Screen
from tilisilta.errors import TilisiltaError
from tilisilta.models import NmbrsCompany, NmbrsConnection, Synchronisation
from tilisilta.services.checks import dump_problems
from tilisilta.services.fetches import Fetched, fetch_company
from tilisilta.services.nmbrs import nmbrs
from tilisilta.services.payroll_problems import stored_problem_of
from tilisilta.services.synchronisations import finish_if_done

MOST_TRIES = 3
"""A company that gets no answer so often, while others do, has failed for this time."""
SILENT = 8
"""So many calls in a row without an answer, and Nmbrs itself is down."""
PAUSE = timedelta(minutes=1)
LONG_PAUSE = timedelta(minutes=5)

logger = logging.getLogger("tilisilta.fetching")


def claim_companies(executor_id: str, count: int, *, now: datetime) -> Sequence[NmbrsCompany]:
    """Take up to ``count`` companies that are due, for the worker of that id alone.

    Those somebody asked for by themselves go before those of a synchronisation.
    """
    free = NmbrsCompany.objects.fetchable().filter(
        wanted_at__isnull=False, claimed_by__isnull=True, due_at__lte=now
    )
    ids = list(free.order_by("due_at", "pk").values_list("pk", flat=True)[:count])
    if not ids:
        return ()
    with transaction.atomic():
        # Locked where the database can: two workers must not both believe they have it.
        mine = list(free.select_for_update(skip_locked=True, of=("self",)).filter(pk__in=ids))
        NmbrsCompany.objects.filter(pk__in=[one.pk for one in mine]).update(claimed_by=executor_id)
    return list(
        NmbrsCompany.objects.filter(pk__in=[one.pk for one in mine])
        .select_related("company__debtor", "connection")
        .order_by("due_at", "pk")
    )


def fetch_claimed(found: NmbrsCompany, *, now: datetime) -> None:
    """Fetch a company that was claimed, and settle what came of it. Never raises."""
    try:
        with nmbrs(found.connection) as source:
            fetched = fetch_company(found, source, now=now, today=timezone.localdate(now))
    except NmbrsUnavailable as error:
        _settle_silence(found, error, now=now)
    except NmbrsLoginRefused as error:
        _settle(found, Fetched(), stored_problem_of(error), now=now)
        _give_up(found.connection_id, stored_problem_of(error), now=now)
    except TilisiltaError as error:
        _settle(found, Fetched(), stored_problem_of(error), now=now)
    except Exception:  # a fault of ours with one company must not stop the others
        logger.exception("Fetching company %s failed.", found.company.number)
        fault = Problem(code=ProblemCode.FETCHING_BROKE, screen=Screen.NMBRS)
        _settle(found, Fetched(), dump_problems([fault]), now=now)
    else:
        _settle(found, fetched, dump_problems(fetched.trouble), now=now, is_fetched=True)


def _settle(
    found: NmbrsCompany, fetched: Fetched, trouble: Any, *, now: datetime, is_fetched: bool = False
) -> None:
    """Note how a company's turn ended. One that was asked for again meanwhile stays wanted."""
    done = {"tried_at": now, "trouble": trouble, "tries": 0, "claimed_by": None}
    if is_fetched:
        done["fetched_at"] = now
    ended = {"wanted_at": None, "due_at": None, "wanted_by": None, "wants_all_journals": False}
    mine = NmbrsCompany.objects.filter(pk=found.pk)
    with transaction.atomic():
        is_ended = mine.filter(wanted_at=found.wanted_at).update(**done, **ended)
        if not is_ended:
            mine.update(**done)
        counts = (bool(trouble), fetched.journal_count, fetched.revision_count)
        if found.wanted_by_id is not None and any(counts):
            Synchronisation.objects.filter(pk=found.wanted_by_id).update(
                failed_count=F("failed_count") + int(bool(trouble)),
                journal_count=F("journal_count") + fetched.journal_count,
                revision_count=F("revision_count") + fetched.revision_count,
            )
    if found.wanted_by_id is not None:
        finish_if_done(found.wanted_by_id, now=now)
    if is_fetched:
        NmbrsConnection.objects.filter(pk=found.connection_id, silent_count__gt=0).update(
            silent_count=0, trouble=[]
        )


def _give_up(connection_id: int, trouble: Any, *, now: datetime) -> None:
    """Let the rest of a connection's companies fail too: Nmbrs would refuse each of them."""
    waiting = NmbrsCompany.objects.filter(
        connection=connection_id, wanted_at__isnull=False, claimed_by__isnull=True
    )
    for found in waiting.select_related("company"):
        _settle(found, Fetched(), trouble, now=now)


def _settle_silence(found: NmbrsCompany, error: NmbrsUnavailable, *, now: datetime) -> None:
    """Put a company off that got no answer, and all of them when Nmbrs itself seems down.

    As long as nobody gets an answer it is no fault of the company, so that is not counted.
    """
    connection = NmbrsConnection.objects.filter(pk=found.connection_id)
    connection.update(silent_count=F("silent_count") + 1)
    silent_count = connection.values_list("silent_count", flat=True).get()
    tries = found.tries + (silent_count < SILENT)
    if tries >= MOST_TRIES:
        _settle(found, Fetched(), stored_problem_of(error), now=now)
        return
    trouble = stored_problem_of(error)
    NmbrsCompany.objects.filter(pk=found.pk).update(
        claimed_by=None, tries=tries, due_at=now + PAUSE, trouble=trouble, tried_at=now
    )
    if silent_count >= SILENT:
        connection.update(trouble=trouble)
        NmbrsCompany.objects.filter(connection=found.connection_id, wanted_at__isnull=False).update(
            due_at=now + LONG_PAUSE
        )
