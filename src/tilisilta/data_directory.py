"""The data directory: made for its owner alone, tightened where it is open, or refused."""

import os
import stat
import tempfile
from pathlib import Path

from django.core.exceptions import ImproperlyConfigured

OPEN_TO_OTHERS = stat.S_IRWXG | stat.S_IRWXO
OURS = (
    "*.sqlite3",
    "*.sqlite3-*",
    "secret-key",
    "encryption-keys",
    "first-password",
    "starting.lock",
    "static",
    "static/**/*",
)
"""What we keep in a data directory. Other files there are behind its closed door, and not ours."""
SHARED_PARENTS = frozenset({Path("/"), Path("/usr"), Path("/var")})
"""Directories in these, such as ``/var/lib``, are needed by the whole machine."""


def prepare(directory: Path) -> None:
    """Make the directory, or close it and our files in it to other users of the machine.

    Raise ``ImproperlyConfigured`` for one that cannot be closed.
    """
    directory.mkdir(mode=0o700, parents=True, exist_ok=True)
    # Whoever may list it may read the databases and the keys that open them.
    if _is_open(directory):
        _close_directory(directory)
    for path in (path for pattern in OURS for path in directory.glob(pattern)):
        if _is_open(path):
            _close(path, told=directory)


def secret_made_once(path: Path, make: str) -> str:
    """Return the secret in the file at ``path``, which gets ``make`` if it is not there yet."""
    if not path.exists():
        _write_once(path, make)
    return path.read_text(encoding="ascii").strip()


def write_for_owner(path: Path, text: str) -> None:
    """Write a text that only the owner of the file may read, over what stood there."""
    path.unlink(missing_ok=True)
    descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(descriptor, "w", encoding="utf-8") as file:
        file.write(text + "\n")


def _write_once(path: Path, text: str) -> None:
    # Linked when it is complete: of two processes that start at once the second would otherwise
    # read a file that the first has made and not yet written.
    descriptor, made = tempfile.mkstemp(dir=path.parent, prefix=f".{path.name}-")
    try:
        with os.fdopen(descriptor, "w", encoding="ascii") as file:
            file.write(text)
        os.link(made, path)
    except FileExistsError:
        return
    finally:
        Path(made).unlink()


def _is_open(path: Path) -> bool:
    """Return whether others may do something with ``path``; a link is never followed."""
    if os.name != "posix":
        return False
    try:
        found = path.lstat()
    except FileNotFoundError:
        # Another process has taken it away meanwhile, as SQLite does with its journals.
        return False
    return not stat.S_ISLNK(found.st_mode) and bool(found.st_mode & OPEN_TO_OTHERS)


def _close_directory(directory: Path) -> None:
    if _is_shared(directory):
        raise ImproperlyConfigured(
            f"TILISILTA_DATA_DIR: {directory} is shared with others, who could read what is in "
            "it. Choose a directory of its own."
        )
    _close(directory, told=directory)


def _is_shared(directory: Path) -> bool:
    """Return whether closing ``directory`` could break something else on this machine."""
    is_sticky = bool(directory.stat().st_mode & stat.S_ISVTX)
    stands_high = directory.resolve().parent in SHARED_PARENTS
    names = {path.name for path in directory.iterdir()} - {"lost+found"}
    is_ours = not names or "tilisilta.sqlite3" in names or "static" in names
    return is_sticky or (stands_high and not is_ours)


def _close(path: Path, *, told: Path) -> None:
    try:
        path.chmod(stat.S_IMODE(path.lstat().st_mode) & ~OPEN_TO_OTHERS)
    except FileNotFoundError:
        return
    except PermissionError:
        raise ImproperlyConfigured(
            f"TILISILTA_DATA_DIR: others may read {path}, and it is not ours to close. Let the "
            f"user who runs Tilisilta own {told}, with mode 700."
        ) from None
