"""A PostgreSQL server for the tests only: started in a temporary folder, and stopped after them."""

import os
import pwd
import shutil
import socket
import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

# Debian installs them outside of the PATH, one folder per version.
DEBIAN_FOLDERS = Path("/usr/lib/postgresql")
SERVER_USER = "postgres"


def server_programs() -> Path | None:
    """Return the folder with initdb and postgres, or ``None`` if they are not installed."""
    initdb = shutil.which("initdb")
    if initdb:
        return Path(initdb).resolve().parent
    versions = sorted(DEBIAN_FOLDERS.glob("*/bin/initdb"), key=lambda path: path.parts[-3])
    return versions[-1].parent if versions else None


@contextmanager
def postgres_server(programs: Path) -> Iterator[str]:
    """Start a server on a free port of 127.0.0.1 and yield the URL of its database."""
    folder = Path(tempfile.mkdtemp(prefix="tilisilta-postgres-"))
    cluster = folder / "cluster"
    as_user = _server_user(folder)
    try:
        _run([programs / "initdb", "-A", "trust", "-U", SERVER_USER, "-E", "UTF8", "-N", cluster],
             as_user)  # fmt: skip
        port = _free_port()
        # Its data does not outlive it, so nothing has to reach the disk.
        options = f"-h 127.0.0.1 -p {port} -k {folder} -c max_connections=200 -c fsync=off"
        control = programs / "pg_ctl"
        log = folder / "log"
        _run([control, "start", "-w", "-D", cluster, "-l", log, "-o", options], as_user)
        try:
            yield f"postgresql://{SERVER_USER}@127.0.0.1:{port}/postgres"
        finally:
            _run([control, "stop", "-m", "fast", "-D", cluster], as_user)
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def _server_user(folder: Path) -> str | None:
    """Return the user to run the server as: Debian's for it if we are root, else ``None``."""
    # PostgreSQL refuses to run as root, the usual user of a container.
    if os.getuid() != 0:
        return None
    owner = pwd.getpwnam(SERVER_USER)
    os.chown(folder, owner.pw_uid, owner.pw_gid)
    return SERVER_USER


def _run(command: list[object], user: str | None) -> None:
    subprocess.run(
        [str(part) for part in command],
        check=True,
        user=user,
        stdout=subprocess.DEVNULL,
        cwd="/",
        # A server that inherits our output would keep a pipe open for as long as it runs.
        stderr=subprocess.DEVNULL,
    )


def _free_port() -> int:
    # Another process may take the port before the server does; initdb and start are quick enough.
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        port: int = listener.getsockname()[1]
    return port
