"""Where a stand-in stores its state: in a small SQLite file, or nowhere."""

import sqlite3
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from sandbox_parts.wire import decode, encode

_CREATE = (
    "CREATE TABLE IF NOT EXISTS entry "
    "(kind TEXT NOT NULL, name TEXT NOT NULL, value TEXT NOT NULL, PRIMARY KEY (kind, name))"
)


class Store:
    """Named JSON values by kind. Without a path nothing is stored, which suits tests.

    Every ``save`` is on disk before the request that caused it is answered, so a stand-in that
    is killed has booked everything its answers confirmed.
    """

    def __init__(self, path: Path | None) -> None:
        self._database = None if path is None else _open(path)

    def save(self, kind: str, name: str, value: Any) -> None:
        """Store a value, in place of the one of that kind and name."""
        if self._database is not None:
            with self._database:
                # An update and not INSERT OR REPLACE: that would give the row a new place, and load
                # would return receipts in the order of their last change.
                self._database.execute(
                    "INSERT INTO entry (kind, name, value) VALUES (?, ?, ?) "
                    "ON CONFLICT (kind, name) DO UPDATE SET value = excluded.value",
                    (kind, name, encode(value)),
                )

    def load(self, kind: str) -> Iterator[tuple[str, Any]]:
        """Yield names and values of one kind, in the order of their first save."""
        if self._database is not None:
            rows = self._database.execute(
                "SELECT name, value FROM entry WHERE kind = ? ORDER BY rowid", (kind,)
            )
            for name, value in rows.fetchall():
                yield name, decode(value)

    def remove(self, kind: str, name: str) -> None:
        """Delete one value."""
        if self._database is not None:
            with self._database:
                self._database.execute(
                    "DELETE FROM entry WHERE kind = ? AND name = ?", (kind, name)
                )

    def clear(self) -> None:
        """Delete every value."""
        if self._database is not None:
            with self._database:
                self._database.execute("DELETE FROM entry")

    def close(self) -> None:
        if self._database is not None:
            self._database.close()


def _open(path: Path) -> sqlite3.Connection:
    path.parent.mkdir(parents=True, exist_ok=True)
    # Requests run in several threads. They may share the connection, as each stand-in stores under
    # its one lock.
    database = sqlite3.connect(path, check_same_thread=False)
    database.execute("PRAGMA journal_mode = WAL")
    # Safe when the process is killed; a power cut may cost the last moments, which is fine here.
    database.execute("PRAGMA synchronous = NORMAL")
    with database:
        database.execute(_CREATE)
    return database
