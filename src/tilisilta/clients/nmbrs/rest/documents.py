"""Fetches a document that Nmbrs makes when asked: begun with one call, collected with others."""

from http import HTTPStatus
from uuid import UUID

from tilisilta.clients.nmbrs.errors import JournalNotReady, NmbrsFailed
from tilisilta.clients.nmbrs.rest.calls import Call, RestCalls
from tilisilta.clients.nmbrs.rest.http import Answer
from tilisilta.clients.nmbrs.rest.refusals import UNKNOWN_COMPANY, code_of, refuse
from tilisilta.clients.nmbrs.rest.waiting import Clock
from tilisilta.clients.nmbrs.rest.wire import TaskRow, json_of, parsed

FIRST_PAUSE_SECONDS = 0.5
LONGEST_PAUSE_SECONDS = 8.0
MOST_SECONDS = 120.0
"""So long a document is waited for; the pauses and the pace of calls are within it."""
_BEGUN = frozenset({HTTPStatus.OK, HTTPStatus.NO_CONTENT, HTTPStatus.NOT_FOUND})
_COLLECTED = frozenset(
    {
        HTTPStatus.OK,
        HTTPStatus.ACCEPTED,
        HTTPStatus.NO_CONTENT,
        HTTPStatus.BAD_REQUEST,
        HTTPStatus.NOT_FOUND,
    }
)


def fetch_document(
    calls: RestCalls,
    call: Call,
    *,
    year: int,
    clock: Clock,
    run: str,
    most_seconds: float = MOST_SECONDS,
) -> bytes | None:
    """Return the document that ``call`` begins; ``None`` where Nmbrs has none.

    A task that Nmbrs does not know is begun anew, once. Raises ``JournalNotReady`` for one that is
    not there in time, or has failed: it may be there the next time.
    """
    give_up_at = clock.now() + most_seconds
    for _ in range(2):
        begun = calls.get(call, {"year": year}, expected=_BEGUN)
        if code_of(begun) == UNKNOWN_COMPANY or _is_of_gateway(begun):
            refuse(call.name, begun)
        if begun.status != HTTPStatus.OK:
            return None
        task = parsed(call.name, TaskRow, json_of(call.name, begun.content)).task_id
        answer = _collected(calls, task, clock=clock, give_up_at=give_up_at, run=run)
        if answer.status != HTTPStatus.NOT_FOUND:
            return answer.content
    return None


def _collected(
    calls: RestCalls, task: UUID, *, clock: Clock, give_up_at: float, run: str
) -> Answer:
    """Return the answer when the document is there, is not known, or is empty."""
    call = Call(name="documents", path=f"documents/{task}", kind="journals")
    pause = wanted = FIRST_PAUSE_SECONDS
    while clock.now() + wanted <= give_up_at:
        clock.sleep(wanted)
        try:
            answer = calls.get(call, {}, expected=_COLLECTED)
        except NmbrsFailed:
            break
        if answer.status == HTTPStatus.BAD_REQUEST:
            break
        if not _is_in_the_making(answer):
            return answer
        pause = min(2 * pause, LONGEST_PAUSE_SECONDS)
        wanted = max(pause, answer.retry_after_seconds or 0)
    raise JournalNotReady(run)


def _is_in_the_making(answer: Answer) -> bool:
    """Return whether an answer is no document yet.

    A document is never a text of JSON, which says so, whatever type either is said to have.
    """
    if answer.status == HTTPStatus.ACCEPTED:
        return True
    return answer.status == HTTPStatus.OK and answer.content.lstrip().startswith(b'"')


def _is_of_gateway(answer: Answer) -> bool:
    """Return whether the gateway does not know the address, which says nothing about a run."""
    is_unknown = answer.status == HTTPStatus.NOT_FOUND and not code_of(answer)
    return is_unknown and bool(answer.content.strip())
