"""Programs that tests start: what they say is read, and waiting for them always has an end.

What a program says goes to a file. A pipe would stay open as long as any of its children holds it.
"""

import os
import re
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory
from threading import Event

# Far more than an idle machine needs, as a busy one may take; below the limit of a single test.
LONGEST_START_SECONDS = 180
LONGEST_END_SECONDS = 90
TILISILTA = str(Path(sys.executable).with_name("tilisilta"))


@dataclass(frozen=True, kw_only=True)
class Program:
    """A program that was started, and the file with its output."""

    process: "subprocess.Popen[bytes]"
    log: Path

    @property
    def output(self) -> str:
        return self.log.read_text(encoding="utf-8", errors="replace")

    def wait_for(self, pattern: str) -> "re.Match[str]":
        """Return the first complete line with ``pattern``; fail loudly if it does not come."""
        give_up_at = time.monotonic() + LONGEST_START_SECONDS
        while True:
            # Whether it has ended is asked first: what it says last is then read after all.
            has_ended = self.process.poll() is not None
            for line in self.output.splitlines(keepends=True):
                found = re.search(pattern, line)
                if found and line.endswith("\n"):
                    return found
            assert not has_ended, f"It ended with {self.process.returncode}:\n{self.output}"
            assert time.monotonic() < give_up_at, f"It never said {pattern!r}:\n{self.output}"
            Event().wait(0.05)

    def end(self, number: int = signal.SIGTERM) -> int:
        """Ask it to end by a signal, and return its exit status."""
        self.process.send_signal(number)
        return self.wait()

    def wait(self) -> int:
        """Wait until it has ended, and return its exit status."""
        try:
            return self.process.wait(timeout=LONGEST_END_SECONDS)
        except subprocess.TimeoutExpired:
            raise AssertionError(f"It does not end:\n{self.output}") from None


@contextmanager
def started(*command: str, environment: Mapping[str, str] | None = None) -> Iterator[Program]:
    """Start a program, with this environment or ours; it is killed in the end if it still lives."""
    inherited = os.environ if environment is None else environment
    with TemporaryDirectory(prefix="tilisilta-program-") as folder:
        log = Path(folder) / "said"
        with log.open("wb") as file:
            process = subprocess.Popen(
                command,
                stdin=subprocess.DEVNULL,
                stdout=file,
                stderr=subprocess.STDOUT,
                env={**inherited, "PYTHONIOENCODING": "utf-8"},
            )
        try:
            yield Program(process=process, log=log)
        finally:
            process.kill()
            process.wait(timeout=LONGEST_END_SECONDS)


def free_ports(count: int) -> list[int]:
    """Return so many unused ports."""
    with ExitStack() as held:
        sockets = [held.enter_context(socket.socket()) for _ in range(count)]
        for one in sockets:
            one.bind(("127.0.0.1", 0))
        return [one.getsockname()[1] for one in sockets]
