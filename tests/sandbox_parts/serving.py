"""A stand-in running as a process of its own, on a free port of the loopback."""

import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass

from tests import programs


@dataclass(frozen=True, kw_only=True)
class Running:
    """A started stand-in and its address."""

    program: programs.Program
    address: str

    def stop(self) -> int:
        """Ask it to end and return its exit status."""
        return self.program.end()


def command(module: str, *options: str) -> list[str]:
    return [sys.executable, "-m", module, *options]


def refusal(module: str, *options: str) -> "subprocess.CompletedProcess[str]":
    """Run the command where it is expected to fail."""
    return subprocess.run(  # our own command, with arguments of ours
        command(module, *options),
        capture_output=True,
        text=True,
        timeout=programs.LONGEST_START_SECONDS,
        check=False,
    )


@contextmanager
def started(module: str, *options: str) -> Iterator[Running]:
    """Start a stand-in, wait until it says its address, and end it afterwards."""
    with programs.started(*command(module, "--port", "0", *options)) as program:
        yield Running(program=program, address=program.wait_for(r"http://\S+")[0])
