"""Prepares the engine's SQLite file, and every connection to it, for what DBOS expects of both."""

import sqlite3
import time

from sqlalchemy import event
from sqlalchemy.engine import Engine as Database
from sqlalchemy.pool import ConnectionPoolEntry

SUBSECONDS_SINCE = (3, 42)


def use_write_ahead_log(url: str) -> None:
    """Switch the engine's SQLite file to WAL, which stays with the file; DBOS does not."""
    path = url.removeprefix("sqlite:///")
    if path != url:
        with sqlite3.connect(path) as database:
            database.execute("PRAGMA journal_mode=WAL")
        database.close()


def give_old_sqlite_subseconds() -> None:
    """Give connections of an SQLite before 3.42 the ``unixepoch('subsec')`` that DBOS asks for.

    From Python 3.12 on DBOS makes tables whose times are by default that function's. It is NULL in
    an older SQLite, which such a Python may well have, and the tables stay as they are when the
    Python below them changes. So this does not depend on the Python that runs now.
    """
    if sqlite3.sqlite_version_info >= SUBSECONDS_SINCE:
        return
    if not event.contains(Database, "connect", _add_function):
        event.listen(Database, "connect", _add_function)


def unixepoch(modifier: str) -> float | None:
    """Return the seconds since 1970 to the millisecond, as SQLite does from 3.42 on."""
    return round(time.time(), 3) if modifier == "subsec" else None


def _add_function(connection: object, _entry: ConnectionPoolEntry) -> None:
    if isinstance(connection, sqlite3.Connection):
        connection.create_function("unixepoch", 1, unixepoch)
