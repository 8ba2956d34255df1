"""Looks names up in a limited time: the machine's own way to do so may take much longer."""

import socket
from collections.abc import Callable, Collection, Mapping
from functools import partial
from ipaddress import ip_address
from queue import Empty, SimpleQueue
from threading import Thread
from time import monotonic

from tilisilta.domain.receivers import Address

LookUp = Callable[[str, int], Collection[Address]]
Place = tuple[str, int]
"""A name and a port."""


def look_up(host: str, port: int) -> Collection[Address]:
    """Return the addresses that a name stands for; none if it is unknown."""
    try:
        found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
    except (OSError, UnicodeError):
        return ()
    return tuple(dict.fromkeys(ip_address(one[4][0]) for one in found))


def look_up_in_time(
    places: Collection[Place], *, seconds: float, look_up: LookUp = look_up
) -> Mapping[Place, Collection[Address]]:
    """Return what each of ``places`` stands for, of those that were answered within ``seconds``."""
    answers: SimpleQueue[tuple[Place, Collection[Address]]] = SimpleQueue()
    for place in set(places):
        # What goes on after the time is up must not keep the process from ending.
        Thread(target=partial(_put, answers, place, look_up), daemon=True).start()
    until = monotonic() + seconds
    found: dict[Place, Collection[Address]] = {}
    while len(found) < len(set(places)):
        try:
            place, addresses = answers.get(timeout=max(until - monotonic(), 0))
        except Empty:
            break
        found[place] = addresses
    return found


def _put(
    answers: "SimpleQueue[tuple[Place, Collection[Address]]]", place: Place, look_up: LookUp
) -> None:
    answers.put((place, look_up(*place)))
