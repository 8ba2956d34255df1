"""Comparisons of both APIs: how workers claim and make them.

As fetching, it only reads from Nmbrs. Its queue is nothing but columns, so that the claim of a dead
worker goes with its row, and what was compared until then stays.
"""

import logging
from collections.abc import Collection, Mapping, Sequence
from datetime import datetime

from django.db import transaction
from django.db.models import F

from tilisilta.clients.nmbrs.errors import JournalNotReady, NmbrsIdUnknown, NmbrsLoginRefused
from tilisilta.domain.both_ways import ComparedRun, Finding, Way
from tilisilta.domain.nmbrs_ids import NmbrsId
from tilisilta.domain.payroll import PayrollSource
from tilisilta.domain.problems import Problem, ProblemCode, Screen, facts
from tilisilta.errors import TryAgainLater
from tilisilta.models import (
    ApiComparison,
    ComparedCompany,
    NmbrsCompany,
    NmbrsConnection,
    Worker,
)
from tilisilta.services.fetching.client import source_by
from tilisilta.services.fetching.connection_problems import today_of
from tilisilta.services.fetching.moving.comparisons import end_early, finish_if_done, later
from tilisilta.services.fetching.moving.listing import BothLists, ListedCompany, read_both_lists
from tilisilta.services.fetching.moving.reading import ReadingFailed, compare_runs, reading_by
from tilisilta.services.fetching.problems import problem_of
from tilisilta.services.fetching.queue import (
    LONG_PAUSE,
    MOST_TRIES,
    MOST_TRIES_WHILE_DOWN,
    PAUSE,
    SILENT,
)

State = ComparedCompany.State
# So many in a row, and Nmbrs makes no journal: eight faulty companies come to it only at the end.
NEVER_READY = SILENT * MOST_TRIES

logger = logging.getLogger("tilisilta.comparing")


def claim_comparison(executor_id: str, *, now: datetime) -> ApiComparison | None:
    """Claim a comparison whose lists are to be read, for the worker of that id alone."""
    waiting = ApiComparison.objects.filter(
        finished_at__isnull=True, listed_at__isnull=True, claimed_by__isnull=True, due_at__lte=now
    )
    found = waiting.order_by("asked_at").first()
    if found is None or not Worker.objects.filter(pk=executor_id).exists():
        return None
    if not waiting.filter(pk=found.pk).update(claimed_by=executor_id):
        return None
    return ApiComparison.objects.select_related("connection").get(pk=found.pk)


def claim_compared(executor_id: str, count: int, *, now: datetime) -> Sequence[ComparedCompany]:
    """Claim up to ``count`` companies that are to be compared, for the worker of that id alone."""
    free = ComparedCompany.objects.filter(
        state=State.WAITING,
        claimed_by__isnull=True,
        due_at__lte=now,
        comparison__finished_at__isnull=True,
        comparison__listed_at__isnull=False,
    ).order_by("due_at", "pk")
    # Read before the transaction: on SQLite it blocks all other writers.
    if not free.exists() or not Worker.objects.filter(pk=executor_id).exists():
        return ()
    with transaction.atomic():
        locked = free.select_for_update(skip_locked=True, of=("self",))[:count]
        ids = [one.pk for one in locked]
        ComparedCompany.objects.filter(pk__in=ids).update(claimed_by=executor_id)
    return list(
        ComparedCompany.objects.filter(pk__in=ids)
        .select_related("company__nmbrs", "company__debtor", "comparison__connection")
        .order_by("due_at", "pk")
    )


def release_compared(
    executor_id: str,
    *,
    lists_under_way: Collection[int],
    companies_under_way: Collection[int],
    now: datetime,
) -> None:
    """Release all that the worker of that id has claimed and is not reading; due after a pause."""
    lists = ApiComparison.objects.filter(claimed_by=executor_id).exclude(pk__in=lists_under_way)
    claimed = ComparedCompany.objects.filter(claimed_by=executor_id)
    lost = [pk for pk in claimed.values_list("pk", flat=True) if pk not in companies_under_way]
    if lists.exists():
        lists.update(claimed_by=None, due_at=later(now) + PAUSE)
    if lost:
        claimed.filter(pk__in=lost).update(claimed_by=None, due_at=later(now) + PAUSE)


def list_claimed(comparison: ApiComparison, *, now: datetime) -> None:
    """Read the lists of a comparison that was claimed, and note how that ended."""
    try:
        both = read_both_lists(comparison.connection, _sources(comparison.connection))
    except ReadingFailed as failure:
        _note_lists_failed(comparison, failure, now=now)
    except Exception:  # a fault of ours must not be repeated for ever
        logger.exception("Listing the companies of connection %s failed.", comparison.connection_id)
        end_early(comparison, _fault(), now=now)
    else:
        _keep_lists(comparison, both, now=now)
        finish_if_done(comparison.pk, now=now)


def compare_claimed(compared: ComparedCompany, *, now: datetime) -> None:
    """Compare a company that was claimed, and note how its turn ended."""
    connection = compared.comparison.connection
    nmbrs_company = compared.company.nmbrs
    ids = {
        Way.SOAP: NmbrsId(number=nmbrs_company.nmbrs_company_id, guid=compared.rest_guid),
        Way.REST: NmbrsId(guid=compared.rest_guid),
    }
    try:
        runs = compare_runs(
            compared.company, ids=ids, sources=_sources(connection), today=today_of(now)
        )
    except ReadingFailed as failure:
        _note_failed(compared, failure, now=now)
    except Exception:  # a fault of ours with one company must not stop the others
        logger.exception("Comparing company %s failed.", compared.company.number)
        _note(compared, State.UNREAD, (), (_fault(),), now=now)
    else:
        _note_runs(compared, runs, now=now)
    finish_if_done(compared.comparison_id, now=now)


def _sources(connection: NmbrsConnection) -> Mapping[Way, PayrollSource]:
    sources = {}
    for way in Way:
        with reading_by(way):
            sources[way] = source_by(NmbrsConnection.Api(way.value), connection)
    return sources


def _keep_lists(comparison: ApiComparison, both: BothLists, *, now: datetime) -> None:
    """Store which companies are to be compared: all, or those that are not known to be equal."""
    known = {one.company_id: one for one in comparison.companies.all()}
    listed = {one.company_id: one for one in both.known}
    with transaction.atomic():
        mine = ApiComparison.objects.filter(pk=comparison.pk, finished_at__isnull=True)
        if not mine.update(
            listed_at=now, claimed_by=None, tries=0, silent_count=0, lone_companies=list(both.lone)
        ):
            return
        # Also rows of a connection that had a company before.
        ComparedCompany.objects.filter(company__in=listed.keys() - known.keys()).delete()
        comparison.companies.exclude(company__in=listed.keys()).delete()
        new = [
            ComparedCompany(comparison=comparison, company_id=key)
            for key in listed.keys() - known.keys()
        ]
        changed = [row for key, row in known.items() if key in listed]
        for row in (*new, *changed):
            _set_listed(row, listed[row.company_id], is_of_all=comparison.is_of_all, now=now)
        ComparedCompany.objects.bulk_create(new, batch_size=500)
        ComparedCompany.objects.bulk_update(
            changed,
            [
                "state",
                "rest_guid",
                "trouble",
                "trouble_way",
                "due_at",
                "tries",
                "claimed_by",
                "compared_at",
                "runs",
                "accepted_at",
                "accepted_by",
                "accept_reason",
            ],
            batch_size=200,
        )


def _set_listed(
    row: ComparedCompany, one: ListedCompany, *, is_of_all: bool, now: datetime
) -> None:
    """Set what the lists say. A result of before stays on the row until there is another one."""
    was_equal = row.state == State.EQUAL and row.rest_guid == one.rest_guid
    row.rest_guid = one.rest_guid
    row.due_at, row.tries, row.claimed_by = now, 0, None
    if one.state == State.WAITING:
        row.state = State.EQUAL if was_equal and not is_of_all else State.WAITING
        return
    if row.state != one.state:
        _take_back(row)
    row.state, row.runs, row.compared_at = one.state, (), now
    row.trouble, row.trouble_way = ((_doubt(row),) if one.is_in_doubt else ()), ""


def _note_runs(compared: ComparedCompany, runs: Sequence[ComparedRun], *, now: datetime) -> None:
    unread = any(one.finding is Finding.UNREAD for one in runs)
    is_equal = all(one.is_equal for one in runs)
    not_equal = State.UNREAD if unread else State.UNEQUAL
    _note(compared, State.EQUAL if is_equal else not_equal, runs, (), now=now)


def _note(
    compared: ComparedCompany,
    state: ComparedCompany.State,
    runs: Sequence[ComparedRun],
    trouble: Sequence[Problem],
    *,
    now: datetime,
    way: Way | None = None,
) -> None:
    """Note the result. What a person has accepted stays accepted as long as it is the same."""
    is_same = bool(runs) and tuple(runs) == compared.runs
    if not is_same:
        _take_back(compared)
    mine = ComparedCompany.objects.filter(pk=compared.pk, state=State.WAITING)
    mine.update(
        state=state,
        runs=tuple(runs),
        trouble=tuple(trouble),
        trouble_way=way or "",
        compared_at=later(now),
        claimed_by=None,
        tries=0,
        accepted_at=compared.accepted_at,
        accepted_by=compared.accepted_by,
        accept_reason=compared.accept_reason,
    )
    ApiComparison.objects.filter(pk=compared.comparison_id, silent_count__gt=0).update(
        silent_count=0, trouble=(), trouble_way=""
    )


def _take_back(row: ComparedCompany) -> None:
    row.accepted_at = row.accepted_by = None
    row.accept_reason = ""


def _note_failed(compared: ComparedCompany, failure: ReadingFailed, *, now: datetime) -> None:
    """Put a company off, or end its turn; a refusal of every call ends the whole comparison."""
    problem = problem_of(failure.error)
    if isinstance(failure.error, NmbrsLoginRefused):
        end_early(compared.comparison, problem, way=failure.way, now=now)
    elif not isinstance(failure.error, TryAgainLater):
        _note(compared, State.UNREAD, (), (problem,), way=failure.way, now=now)
    elif isinstance(failure.error, JournalNotReady):
        _note_not_ready(compared, failure, now=now)
    elif isinstance(failure.error, NmbrsIdUnknown):
        _put_off(compared, failure, most_tries=MOST_TRIES, now=now)
    else:
        _note_silence(compared, failure, now=now)


def _note_not_ready(compared: ComparedCompany, failure: ReadingFailed, *, now: datetime) -> None:
    """Put off a company whose journal was not made in time; end all if Nmbrs makes none at all.

    Each of the others would wait for its journal in turn, two minutes three times.
    """
    mine = ApiComparison.objects.filter(pk=compared.comparison_id)
    mine.update(silent_count=F("silent_count") + 1)
    if mine.filter(silent_count__gte=NEVER_READY).exists():
        end_early(compared.comparison, problem_of(failure.error), way=failure.way, now=now)
    else:
        _put_off(compared, failure, most_tries=MOST_TRIES, now=now)


def _note_silence(compared: ComparedCompany, failure: ReadingFailed, *, now: datetime) -> None:
    """Put off a company that got no answer; all of them, if one of the APIs seems down."""
    mine = ApiComparison.objects.filter(pk=compared.comparison_id)
    mine.update(silent_count=F("silent_count") + 1)
    is_down = mine.filter(silent_count__gte=SILENT).exists()
    most_tries = MOST_TRIES_WHILE_DOWN if is_down else MOST_TRIES
    _put_off(compared, failure, most_tries=most_tries, now=now)
    if is_down:
        mine.update(trouble=(problem_of(failure.error),), trouble_way=failure.way)
        waiting = ComparedCompany.objects.filter(
            comparison=compared.comparison_id, state=State.WAITING
        )
        waiting.update(due_at=later(now) + LONG_PAUSE)


def _put_off(
    compared: ComparedCompany, failure: ReadingFailed, *, most_tries: int, now: datetime
) -> None:
    trouble = {"trouble": (problem_of(failure.error),), "trouble_way": failure.way}
    tries = compared.tries + 1
    if tries >= most_tries:
        # Not by _note(), which takes an end for an answer of Nmbrs.
        ComparedCompany.objects.filter(pk=compared.pk, state=State.WAITING).update(
            state=State.UNREAD,
            runs=(),
            **trouble,
            claimed_by=None,
            compared_at=later(now),
            accepted_at=None,
            accepted_by=None,
            accept_reason="",
        )
        return
    ComparedCompany.objects.filter(pk=compared.pk).update(
        claimed_by=None, tries=tries, due_at=later(now) + PAUSE, **trouble
    )


def _note_lists_failed(comparison: ApiComparison, failure: ReadingFailed, *, now: datetime) -> None:
    problem = problem_of(failure.error)
    tries = comparison.tries + 1
    if not isinstance(failure.error, TryAgainLater) or tries >= MOST_TRIES:
        end_early(comparison, problem, way=failure.way, now=now)
        return
    ApiComparison.objects.filter(pk=comparison.pk).update(
        claimed_by=None,
        tries=tries,
        due_at=later(now) + PAUSE,
        trouble=(problem,),
        trouble_way=failure.way,
    )


def _doubt(row: ComparedCompany) -> Problem:
    number = str(NmbrsCompany.objects.get(company=row.company_id).nmbrs_number)
    return Problem(
        code=ProblemCode.NMBRS_SEVERAL_ALIKE,
        screen=Screen.NMBRS,
        facts=facts(reason="company", count=1, numbers=number),
    )


def _fault() -> Problem:
    return Problem(code=ProblemCode.FETCHING_BROKE, screen=Screen.NMBRS)
