"""Does the same with many things, several at the same time, as each mostly waits for Procountor."""

from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextvars import copy_context
from typing import TypeVar

from django.conf import settings
from django.db import connections

_Thing = TypeVar("_Thing")
_Outcome = TypeVar("_Outcome")


def each_at_once(do: Callable[[_Thing], _Outcome], things: Sequence[_Thing]) -> Iterator[_Outcome]:
    """Yield what ``do`` returns for each of ``things``, in their order.

    It is called in several threads, which share the pace of all requests. One thing alone, or none
    at a time by the settings, is done here.
    """
    if len(things) < 2 or settings.VERIFICATIONS_AT_ONCE < 2:
        yield from map(do, things)
        return

    def do_one(thing: _Thing) -> _Outcome:
        try:
            return do(thing)
        finally:
            # Nothing else closes the connections of a thread of ours.
            connections.close_all()

    # Who runs the command is known in the context of this thread, and the audit log needs it.
    contexts = [copy_context() for _thing in things]
    with ThreadPoolExecutor(settings.VERIFICATIONS_AT_ONCE) as pool:
        yield from pool.map(lambda context, thing: context.run(do_one, thing), contexts, things)
