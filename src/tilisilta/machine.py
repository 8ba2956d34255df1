"""What Tilisilta needs of the machine below it: Python, and what its interpreter was built with.

Only the standard library is imported, and only when it is looked at: what is missing is to be said
in one line before anything is made, not by an import that fails.
"""

import sys
from importlib import import_module

OLDEST_PYTHON = (3, 11)
NEWEST_TRIED_PYTHON = (3, 13)
# The oldest with RETURNING, by which a request takes its place in the pace.
OLDEST_SQLITE = (3, 35)
# Parts of Python that are left out where the libraries they need were missing when it was built.
_MODULES = {
    "sqlite3": "libsqlite3-dev",
    "ssl": "libssl-dev",
    "zlib": "zlib1g-dev",
    "ctypes": "libffi-dev",
}


def why_unfit() -> str:
    """Return why Tilisilta cannot run on this Python and what to do, in one line, or nothing."""
    for name, package in _MODULES.items():
        try:
            import_module(name)
        except ImportError:
            return (
                f"This Python ({sys.executable}) was built without {name}. Use another one, or "
                f"install {package} (as Debian calls it) and build it again."
            )
    return why_sqlite_is_unfit(sqlite_version(), is_threaded=bool(sqlite_threads()))


def why_sqlite_is_unfit(version: tuple[int, ...], *, is_threaded: bool) -> str:
    """Return what is wrong with that SQLite and what to do, in one line, or nothing."""
    found = ".".join(map(str, version))
    oldest = ".".join(map(str, OLDEST_SQLITE))
    remedy = f"Use a Python that has SQLite {oldest} or newer and threads in it."
    if version < OLDEST_SQLITE:
        return f"SQLite {found}, which this Python ({sys.executable}) uses, is too old. {remedy}"
    if not is_threaded:
        return f"SQLite {found} of this Python ({sys.executable}) knows no threads. {remedy}"
    return ""


def is_tried_python() -> bool:
    return OLDEST_PYTHON <= sys.version_info[:2] <= NEWEST_TRIED_PYTHON


def python_version() -> str:
    return ".".join(map(str, sys.version_info[:3]))


def sqlite_version() -> tuple[int, ...]:
    version: tuple[int, ...] = import_module("sqlite3").sqlite_version_info
    return version


def sqlite_threads() -> int:
    """Return how far SQLite can be used by several threads; 0 is not at all."""
    return int(import_module("sqlite3").threadsafety)
