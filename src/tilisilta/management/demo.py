"""Runs the demo: two stand-ins, an invented bureau and Tilisilta, all on this machine.

This file works before the settings are read, as it decides what they are.
"""

import os
import shlex
import shutil
import signal
import socket
import subprocess
import sys
import time
from argparse import Namespace
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from importlib import import_module
from pathlib import Path
from types import FrameType

from tilisilta.management.ports import (
    DEMO_HOST,
    ENVIRONMENT_FILE,
    demo_url,
    free_port_after,
    is_free,
)
from tilisilta.management.starting import (
    hangs_up_with_terminal,
    machine_must_fit,
    set_up,
)
from tilisilta.management.wording import gettext as _
from tilisilta.sample.bureau import REST_DEBTOR

MARK = "tilisilta-demo"
SANDBOX_START_SECONDS = 180
_PREFIX = "TILISILTA_"


class DemoRefused(Exception):
    """The demo cannot start; the message says why and what to do."""


@dataclass(frozen=True, kw_only=True)
class StandIn:
    """A service that the demo replaces: its stand-in program, and the option for its port."""

    name: str
    module: str
    option: str
    state: str


PROCOUNTOR = StandIn(
    name="Procountor",
    module="procountor_sandbox",
    option="--sandbox-port",
    state="procountor.sqlite3",
)
NMBRS = StandIn(name="Nmbrs", module="nmbrs_sandbox", option="--nmbrs-port", state="nmbrs.sqlite3")


def run(options: Namespace) -> int:
    """Run the demo until Ctrl+C. The next demo goes on with what was done in it."""
    machine_must_fit()
    directory = Path(options.data_dir).absolute()
    _end_on_signals()
    try:
        ports_must_be_free(
            {
                "--port": options.port,
                PROCOUNTOR.option: options.sandbox_port,
                NMBRS.option: options.nmbrs_port,
            }
        )
        make_directory(directory, is_fresh=options.fresh)
        back = f"{demo_url(options.port)}/settings/integrations"
        to_procountor = ("--redirect-uri", f"{back}/procountor/authorised")
        # The debtor of the connection by REST comes by REST alone.
        to_nmbrs = (
            *("--redirect-uri", f"{back}/nmbrs/consented"),
            *("--soap-without", REST_DEBTOR),
        )
        with (
            stand_in(PROCOUNTOR, options.sandbox_port, directory, *to_procountor),
            stand_in(NMBRS, options.nmbrs_port, directory, *to_nmbrs),
        ):
            settings = environment(
                options.port,
                sandbox_port=options.sandbox_port,
                nmbrs_port=options.nmbrs_port,
                directory=directory,
            )
            os.environ.update(settings)
            write_environment(settings, directory)
            set_up(is_quiet=True)
            # Its services can be imported only now that the settings are read.
            service = import_module("tilisilta.management.demo_service")
            return int(service.run(options, directory))
    except DemoRefused as error:
        sys.stderr.write(f"tilisilta: {error}\n")
        return 1


def environment(
    port: int, *, sandbox_port: int, nmbrs_port: int, directory: Path
) -> Mapping[str, str]:
    """Return the settings of the demo, after deleting all those of a real service."""
    # Whatever is left of a real service could lead the demo to its database or to Procountor.
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
        "TILISILTA_NMBRS_SOAP_URL": f"{demo_url(nmbrs_port)}/soap/v3",
        "TILISILTA_NMBRS_REST_URL": demo_url(nmbrs_port),
        "TILISILTA_NMBRS_IDENTITY_URL": f"{demo_url(nmbrs_port)}/identity",
        "TILISILTA_NMBRS_CLIENT_ID": "sandbox*development",
        "TILISILTA_NMBRS_CLIENT_SECRET": "sandbox$nmbrs*secret%41+1",
        "TILISILTA_NMBRS_SUBSCRIPTION_KEY": "sandbox-development-key",
        # Slow enough to watch the journals come in.
        "TILISILTA_NMBRS_REQUESTS_PER_SECOND": "2",
        "TILISILTA_NMBRS_FETCHES_AT_ONCE": "2",
        # Short, so that an uncertain receipt is found while the person still watches.
        "TILISILTA_PROCOUNTOR_TIMEOUT_SECONDS": "10",
        "TILISILTA_UNCERTAIN_PAUSE_SECONDS": "3",
        # A receiver of webhooks is tried out on the same machine.
        "TILISILTA_WEBHOOK_NETWORKS": f"{DEMO_HOST},::1",
        # A proxy for the network must not be asked for this machine.
        "NO_PROXY": direct,
        "no_proxy": direct,
    }


def write_environment(settings: Mapping[str, str], directory: Path) -> None:
    """Write the settings as a file that a shell reads, to give commands beside the demo."""
    # Named although they are what the demo uses anyway: another terminal may hold those of a real
    # service, and no command must reach its database.
    of_the_demo = {
        **settings,
        "TILISILTA_DATABASE_URL": f"sqlite:///{directory}/tilisilta.sqlite3",
        "TILISILTA_SECRET_KEY": "",
        "TILISILTA_ENCRYPTION_KEYS": "",
    }
    # In words that bash, zsh and fish all know.
    programs = shlex.quote(str(Path(sys.executable).parent))
    lines = [f'export PATH={programs}:"$PATH"']
    lines += [f"export {name}={shlex.quote(value)}" for name, value in of_the_demo.items()]
    path = directory / ENVIRONMENT_FILE
    path.write_text("\n".join([*lines, ""]), encoding="utf-8")
    path.chmod(0o600)


def ports_must_be_free(ports: Mapping[str, int]) -> None:
    """Refuse to start on a port that is taken, and offer another. ``ports`` is by option."""
    for option, number in ports.items():
        others = {other for name, other in ports.items() if name != option}
        if number not in others and is_free(DEMO_HOST, number):
            continue
        free = free_port_after(DEMO_HOST, number)
        while free in others:
            free = free_port_after(DEMO_HOST, free)
        text = _("port %(port)s is in use. Port %(free)s is free: %(command)s")
        command = _demo_command(option, free)
        raise DemoRefused(text % {"port": number, "free": free, "command": command})


def _demo_command(option: str, port: int) -> str:
    """Return the command for another port: of make, if make started us."""
    if "MAKELEVEL" not in os.environ:
        return f"tilisilta demo {option} {port}"
    return f"make demo {option.removeprefix('--').replace('-', '_').upper()}={port}"


def make_directory(directory: Path, *, is_fresh: bool) -> None:
    """Make the directory of the demo. A directory of anything else is neither used nor emptied."""
    mark = directory / MARK
    if directory.exists() and any(directory.iterdir()) and not mark.exists():
        text = _("%(directory)s holds something other than a demo. Choose another --data-dir.")
        raise DemoRefused(text % {"directory": directory})
    # Only a directory with our mark, or an empty one, gets here.
    if is_fresh and directory.exists():
        shutil.rmtree(directory)
    directory.mkdir(mode=0o700, parents=True, exist_ok=True)
    mark.write_text("Made by tilisilta demo. It may be deleted as a whole.\n", encoding="utf-8")


@contextmanager
def stand_in(
    service: StandIn, port: int, directory: Path, *more: str
) -> Iterator[subprocess.Popen[bytes]]:
    """Run a stand-in as a process of its own that ends with us, even if we are killed."""
    command = [
        *(sys.executable, "-m", service.module),
        *("--host", DEMO_HOST, "--port", str(port)),
        *("--state", str(directory / service.state)),
        "--end-with-input",
        *more,
    ]
    process = subprocess.Popen(  # noqa: S603  # our own program with our own words
        command,
        # Never written to: it ends when we do, and the stand-in with it.
        stdin=subprocess.PIPE,
        stdout=subprocess.DEVNULL,
        # Away from Ctrl+C at the terminal: the stand-in has to outlive our last requests.
        start_new_session=True,
    )
    try:
        _wait_until_it_listens(service, process, port)
        yield process
    finally:
        _end(process)


def _wait_until_it_listens(service: StandIn, process: subprocess.Popen[bytes], port: int) -> None:
    give_up_at = time.monotonic() + SANDBOX_START_SECONDS
    while time.monotonic() < give_up_at and process.poll() is None:
        with socket.socket(socket.AF_INET, socket.SOCK_STREAM) as probe:
            if probe.connect_ex((DEMO_HOST, port)) == 0:
                return
        time.sleep(0.05)
    text = _("the stand-in %(service)s did not start; its own words are above.")
    raise DemoRefused(text % {"service": service.name})


def _end(process: subprocess.Popen[bytes]) -> None:
    process.terminate()
    try:
        process.wait(timeout=10)
    except subprocess.TimeoutExpired:
        process.kill()
        process.wait()
    if process.stdin is not None:
        process.stdin.close()


def _end_on_signals() -> None:
    """End by an exception on SIGTERM and with the terminal, so that the stand-ins are ended too."""

    def on_signal(_number: int, _frame: FrameType | None) -> None:
        raise SystemExit(0)

    signal.signal(signal.SIGTERM, on_signal)
    if hangs_up_with_terminal():
        signal.signal(signal.SIGHUP, on_signal)
