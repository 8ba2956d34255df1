"""What only one process may do at a time while it starts, on this machine and on others."""

import fcntl
import os
from collections.abc import Iterator
from contextlib import contextmanager

from django.conf import settings
from django.db import DatabaseError, connection

_LOCK_NUMBER = 7_451_745_174


@contextmanager
def starting_alone() -> Iterator[None]:
    """Wait until no other process makes tables, the first user or the static files.

    The data directory is locked for processes that share it: SQLite cannot even be opened by two at
    once while it is empty. Other machines share nothing but the database server, which keeps a
    lock for as long as our connection lives.
    """
    # The directory itself, and no file in it: one that root made by `tilisilta migrate` could not
    # be opened by the user of the service.
    directory = os.open(settings.DATA_DIR, os.O_RDONLY)
    try:
        fcntl.flock(directory, fcntl.LOCK_EX)
        _lock_database()
        try:
            yield
        finally:
            _unlock_database()
    finally:
        os.close(directory)


def _lock_database() -> None:
    if connection.vendor != "postgresql":
        return
    try:
        with connection.cursor() as cursor:
            cursor.execute("SELECT pg_advisory_lock(%s)", [_LOCK_NUMBER])
    except DatabaseError:
        # A server that cannot be reached is explained by what is done next.
        connection.close()


def _unlock_database() -> None:
    if connection.vendor == "postgresql" and connection.connection is not None:
        with connection.cursor() as cursor:
            cursor.execute("SELECT pg_advisory_unlock(%s)", [_LOCK_NUMBER])
