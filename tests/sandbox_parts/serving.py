"""A stand-in really running as its own process, on a free port of the loopback."""

import re
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass

_STOP_SECONDS = 20


@dataclass(frozen=True, kw_only=True)
class Running:
    """A started stand-in and where it answers."""

    process: "subprocess.Popen[str]"
    address: str

    def stop(self) -> int:
        """Ask it to end and return its exit status."""
        self.process.terminate()
        return self.process.wait(_STOP_SECONDS)


def command(module: str, *options: str) -> list[str]:
    """Return the command line that starts the stand-in on this machine."""
    return [sys.executable, "-m", module, *options]


def refusal(module: str, *options: str) -> "subprocess.CompletedProcess[str]":
    """Run the command where it is expected to give up."""
    return subprocess.run(  # our own command, with arguments of ours
        command(module, *options), capture_output=True, text=True, timeout=30, check=False
    )


@contextmanager
def started(module: str, *options: str) -> Iterator[Running]:
    """Start a stand-in, wait until it says its address, and end it afterwards."""
    with subprocess.Popen(  # our own command, with arguments of ours
        command(module, "--port", "0", *options), stdout=subprocess.PIPE, text=True
    ) as process:
        assert process.stdout is not None
        found = re.search(r"http://\S+", process.stdout.readline())
        assert found is not None
        running = Running(process=process, address=found[0])
        try:
            yield running
        finally:
            running.stop()
