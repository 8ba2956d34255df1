"""Fetches a document that Nmbrs makes when asked: begun with one call, collected with others."""

from dataclasses import dataclass, replace
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


@dataclass(frozen=True, kw_only=True)
class BegunDocument:
    """A document that Nmbrs is making; without a task there is none.

    ``asked`` is how often it was asked for, ``last`` when it was begun or asked for last by our
    clock, and ``content`` is there once Nmbrs has handed it out, which may be once only.
    """

    task: UUID | None
    last: float
    asked: int = 0
    content: bytes | None = None

    @property
    def next_at(self) -> float:
        """Return when to ask the next time: each pause is twice the one before."""
        return self.last + min(FIRST_PAUSE_SECONDS * 2.0**self.asked, LONGEST_PAUSE_SECONDS)


def begin_document(calls: RestCalls, call: Call, *, year: int, clock: Clock) -> BegunDocument:
    """Let Nmbrs begin making a document."""
    begun = calls.get(call, {"year": year}, expected=_BEGUN)
    if code_of(begun) == UNKNOWN_COMPANY or _is_of_gateway(begun):
        refuse(call.name, begun)
    task = None
    if begun.status == HTTPStatus.OK:
        task = parsed(call.name, TaskRow, json_of(call.name, begun.content)).task_id
    return BegunDocument(task=task, last=clock.now())


def ask_ahead(calls: RestCalls, begun: BegunDocument, *, clock: Clock) -> BegunDocument:
    """Ask once for a document that is collected later, so that it is there then."""
    is_due = begun.task is not None and not begun.asked and begun.next_at <= clock.now()
    if not is_due:
        return begun
    answer = calls.get(_collecting(begun.task), {}, expected=_COLLECTED)
    is_there = answer.status == HTTPStatus.OK and not _is_in_the_making(answer)
    return replace(
        begun,
        asked=begun.asked + 1,
        last=clock.now(),
        content=answer.content if is_there else None,
    )


def fetch_document(  # what a document is fetched by, each by its name
    calls: RestCalls,
    call: Call,
    *,
    year: int,
    clock: Clock,
    run: str,
    begun: BegunDocument | None = None,
    most_seconds: float = MOST_SECONDS,
) -> bytes | None:
    """Return the document that ``call`` begins; ``None`` where Nmbrs has none.

    One that was ``begun`` before is only collected. A task that Nmbrs does not know is begun anew,
    once. Raises ``JournalNotReady`` for one that is not there in time, or has failed: it may be
    there the next time.
    """
    give_up_at = clock.now() + most_seconds
    for _ in range(2):
        making = begun or begin_document(calls, call, year=year, clock=clock)
        begun = None
        if making.task is None or making.content is not None:
            return making.content
        answer = _collected(calls, making, clock=clock, give_up_at=give_up_at, run=run)
        if answer.status != HTTPStatus.NOT_FOUND:
            return answer.content
    return None


def _collected(
    calls: RestCalls, making: BegunDocument, *, clock: Clock, give_up_at: float, run: str
) -> Answer:
    """Return the answer when the document is there, is not known, or is empty."""
    next_at = making.next_at
    while next_at <= give_up_at:
        clock.sleep(max(0.0, next_at - clock.now()))
        try:
            answer = calls.get(_collecting(making.task), {}, expected=_COLLECTED)
        except NmbrsFailed:
            break
        if answer.status == HTTPStatus.BAD_REQUEST:
            break
        if not _is_in_the_making(answer):
            return answer
        making = replace(making, asked=making.asked + 1, last=clock.now())
        next_at = max(making.next_at, making.last + (answer.retry_after_seconds or 0))
    raise JournalNotReady(run)


def _collecting(task: UUID | None) -> Call:
    return Call(name="documents", path=f"documents/{task}", kind="journals")


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
