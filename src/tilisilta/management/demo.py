"""Runs the demo: a stand-in Procountor, an invented bureau and Tilisilta, all on this machine.

This file works before the settings are read, as it is what decides them.
"""

import os
import shutil
import signal
import socket
import subprocess
import sys
import time
from argparse import Namespace
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from importlib import import_module
from pathlib import Path
from types import FrameType

from tilisilta.management.ports import DEMO_HOST, demo_url, free_port_after, is_free
from tilisilta.management.starting import set_up
from tilisilta.management.wording import gettext as _

MARK = "tilisilta-demo"
SANDBOX_STATE = "procountor.sqlite3"
SANDBOX_START_SECONDS = 30
_PREFIX = "TILISILTA_"


class DemoRefused(Exception):
    """The demo cannot start; the message says why and what to do."""


def run(options: Namespace) -> int:
    """Run the demo until Ctrl+C. What was done in it is there again the next time."""
    directory = Path(options.data_dir).absolute()
    _end_on_sigterm()
    try:
        ports_must_be_free(options.port, options.sandbox_port)
        make_directory(directory, is_fresh=options.fresh)
        with stand_in(options.sandbox_port, options.port, directory):
            os.environ.update(environment(options.port, options.sandbox_port, directory))
            set_up(is_quiet=True)
            # Its services can be imported only now that the settings are there.
            service = import_module("tilisilta.management.demo_service")
            return int(service.run(options, directory))
    except DemoRefused as error:
        sys.stderr.write(f"tilisilta: {error}\n")
        return 1


def environment(port: int, sandbox_port: int, directory: Path) -> Mapping[str, str]:
    """The settings of the demo. Whatever is set for a real service is forgotten first."""
    for name in [name for name in os.environ if name.startswith(_PREFIX)]:
        del os.environ[name]
    direct = ",".join(filter(None, (os.environ.get("NO_PROXY"), DEMO_HOST, "localhost")))
    return {
        "TILISILTA_BASE_URL": demo_url(port),
        "TILISILTA_DATA_DIR": str(directory),
        "TILISILTA_PROCOUNTOR_API_URL": f"{demo_url(sandbox_port)}/api",
        "TILISILTA_PROCOUNTOR_LOGIN_URL": f"{demo_url(sandbox_port)}/login",
        "TILISILTA_PROCOUNTOR_CLIENT_ID": "tilisilta-demo",
        "TILISILTA_PROCOUNTOR_CLIENT_SECRET": "sandbox-secret",
        # What is uncertain resolves itself while one watches.
        "TILISILTA_PROCOUNTOR_TIMEOUT_SECONDS": "10",
        "TILISILTA_UNCERTAIN_PAUSE_SECONDS": "3",
        # A proxy on the way to the world is none on the way to ourselves.
        "NO_PROXY": direct,
        "no_proxy": direct,
    }


def ports_must_be_free(port: int, sandbox_port: int) -> None:
    """Refuse to start on a port somebody else has, and offer another."""
    for option, number, other in (
        ("--port", port, sandbox_port),
        ("--sandbox-port", sandbox_port, port),
    ):
        if number != other and is_free(DEMO_HOST, number):
            continue
        free = free_port_after(DEMO_HOST, number)
        free = free if free != other else free_port_after(DEMO_HOST, other)
        told = _("port %(port)s is in use. Port %(free)s is free: %(command)s")
        command = _demo_command(option, free)
        raise DemoRefused(told % {"port": number, "free": free, "command": command})


def _demo_command(option: str, port: int) -> str:
    """The command to type for another port: the one of make, where it was make that started us."""
    if "MAKELEVEL" not in os.environ:
        return f"tilisilta demo {option} {port}"
    return f"make demo {option.removeprefix('--').replace('-', '_').upper()}={port}"


def make_directory(directory: Path, *, is_fresh: bool) -> None:
    """Make the demo's directory. One that is no demo's is neither used nor emptied."""
    mark = directory / MARK
    if directory.exists() and any(directory.iterdir()) and not mark.exists():
        told = _("%(directory)s holds something other than a demo. Choose another --data-dir.")
        raise DemoRefused(told % {"directory": directory})
    if is_fresh and directory.exists():
        shutil.rmtree(directory)
    directory.mkdir(mode=0o700, parents=True, exist_ok=True)
    mark.write_text("Made by tilisilta demo. It may be deleted as a whole.\n", encoding="utf-8")


@contextmanager
def stand_in(port: int, our_port: int, directory: Path) -> Iterator[subprocess.Popen[bytes]]:
    """The stand-in Procountor, a process of its own that ends with us."""
    command = [
        *(sys.executable, "-m", "procountor_sandbox"),
        *("--host", DEMO_HOST, "--port", str(port)),
        *("--state", str(directory / SANDBOX_STATE)),
        *("--redirect-uri", f"{demo_url(our_port)}/settings/integrations/procountor/authorised"),
    ]
    process = subprocess.Popen(  # noqa: S603  # our own program with our own words
        command,
        stdout=subprocess.DEVNULL,
        # Ctrl+C is for us; we end it once nothing of ours needs it any more.
        start_new_session=True,
    )
    try:
        _wait_until_it_listens(process, port)
        yield process
    finally:
        _end(process)


def _wait_until_it_listens(process: subprocess.Popen[bytes], port: int) -> None:
    give_up_at = time.monotonic() + SANDBOX_START_SECONDS
    while time.monotonic() < give_up_at and process.poll() is None:
        with socket.socket(socket.AF_INET, socket.SOCK_STREAM) as probe:
            if probe.connect_ex((DEMO_HOST, port)) == 0:
                return
        time.sleep(0.05)
    raise DemoRefused(_("the stand-in Procountor did not start; its own words are above."))


def _end(process: subprocess.Popen[bytes]) -> None:
    process.terminate()
    try:
        process.wait(timeout=10)
    except subprocess.TimeoutExpired:
        process.kill()
        process.wait()


def _end_on_sigterm() -> None:
    """Let SIGTERM unwind us, so that the stand-in is ended too."""

    def on_signal(_number: int, _frame: FrameType | None) -> None:
        raise SystemExit(0)

    signal.signal(signal.SIGTERM, on_signal)
