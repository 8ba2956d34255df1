"""The demo keeps to itself, and starts and ends as a whole."""

import os
import shlex
import shutil
import signal
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from http.client import HTTPConnection
from pathlib import Path

import pytest
from tests.programs import LONGEST_END_SECONDS, TILISILTA, Program, free_ports, started

from tilisilta.management.demo import (
    MARK,
    DemoRefused,
    environment,
    make_directory,
    ports_must_be_free,
    write_environment,
)
from tilisilta.management.demo_service import PASSWORD, boxed
from tilisilta.management.ports import free_port_after, is_free

STAND_IN_PATH = "/sandbox"
END_OF_BOX = "^└"
# Runs a program as the first of a terminal of its own, as one that is typed there is.
IN_A_TERMINAL = """
import os, signal, sys
signal.signal(signal.SIGHUP, signal.SIG_DFL)  # It may be ignored where the tests run.
os.setsid()
os.open(sys.argv[1], os.O_RDWR)
os.execv(sys.argv[2], sys.argv[2:])
"""
IN_ENGLISH = {"LANG": "en_GB.UTF-8", "LC_ALL": ""}


@contextmanager
def running_demo(directory: Path, ports: Sequence[int]) -> Iterator[Program]:
    """A demo in a process of its own."""
    environment = {**os.environ, **IN_ENGLISH}
    with started(TILISILTA, *demo_words(directory, ports), environment=environment) as program:
        yield program


def demo_words(directory: Path, ports: Sequence[int]) -> list[str]:
    port, sandbox_port, nmbrs_port = map(str, ports)
    return [
        *("demo", "--port", port, "--sandbox-port", sandbox_port, "--nmbrs-port", nmbrs_port),
        *("--data-dir", str(directory)),
    ]


def line_for_commands(output: str) -> str:
    """Return what the box says to type into another terminal."""
    (line,) = (one for one in output.splitlines() if "another terminal:" in one)
    return line.partition("another terminal:")[2].strip(" │")


def status_of(port: int, path: str) -> int:
    connection = HTTPConnection("127.0.0.1", port, timeout=LONGEST_END_SECONDS)
    try:
        connection.request("GET", path)
        return connection.getresponse().status
    finally:
        connection.close()


def wait_until_free(port: int) -> bool:
    give_up_at = time.monotonic() + LONGEST_END_SECONDS
    while time.monotonic() < give_up_at:
        if is_free("127.0.0.1", port):
            return True
        threading.Event().wait(0.05)
    return False


@pytest.mark.once
@pytest.mark.processes
class TestDemo:
    def test_starts_ends_and_comes_back_as_it_was(self, tmp_path: Path) -> None:
        ports = free_ports(3)
        pages = ("/log-in/login/", STAND_IN_PATH, STAND_IN_PATH)

        with running_demo(tmp_path / "demo", ports) as demo:
            demo.wait_for(END_OF_BOX)
            output = demo.output
            answers = [status_of(*where) for where in zip(ports, pages, strict=True)]
            typed = line_for_commands(output)
            status = subprocess.run(
                ["/bin/sh", "-c", typed], check=False, capture_output=True, text=True, timeout=60
            )
            statuses = [demo.end()]
        has_ended = [wait_until_free(port) for port in ports]
        with running_demo(tmp_path / "demo", ports) as demo:
            demo.wait_for(END_OF_BOX)
            output_again = demo.output
            statuses.append(demo.end())

        assert all(f"http://127.0.0.1:{port}" in output for port in ports)
        assert PASSWORD in output
        assert status.returncode == 0, status.stderr
        assert "Workers: 1" in status.stdout
        assert answers == [200, 200, 200]
        assert has_ended == [True, True, True]
        assert "Setting up" in output
        assert "Setting up" not in output_again
        assert statuses == [0, 0]

    def test_leaves_nothing_behind_when_it_is_killed(self, tmp_path: Path) -> None:
        ports = free_ports(3)

        with running_demo(tmp_path / "demo", ports) as demo:
            demo.wait_for(END_OF_BOX)
            demo.end(signal.SIGKILL)

        assert [wait_until_free(port) for port in ports] == [True, True, True]

    def test_leaves_nothing_behind_when_killed_while_it_starts(self, tmp_path: Path) -> None:
        ports = free_ports(3)

        with running_demo(tmp_path / "demo", ports) as demo:
            # The stand-ins listen by now, and the pages do not.
            demo.wait_for("Setting up")
            demo.end(signal.SIGKILL)

        assert [wait_until_free(port) for port in ports] == [True, True, True]

    def test_ends_with_its_terminal(self, tmp_path: Path) -> None:
        ports = free_ports(3)
        ours, theirs = os.openpty()
        command = [sys.executable, "-c", IN_A_TERMINAL, os.ttyname(theirs), TILISILTA]

        with started(
            *command, *demo_words(tmp_path, ports), environment={**os.environ, **IN_ENGLISH}
        ) as demo:
            demo.wait_for(END_OF_BOX)
            os.close(theirs)
            os.close(ours)
            status = demo.wait()

        assert status == 0
        assert [wait_until_free(port) for port in ports] == [True, True, True]

    def test_outlives_its_terminal_with_nohup(self, tmp_path: Path) -> None:
        ports = free_ports(3)
        words = demo_words(tmp_path, ports)
        environment = {**os.environ, **IN_ENGLISH}

        with started("nohup", TILISILTA, *words, environment=environment) as demo:
            demo.wait_for(END_OF_BOX)
            demo.process.send_signal(signal.SIGHUP)
            answer = status_of(ports[0], "/log-in/login/")
            status = demo.end()

        assert answer == 200
        assert status == 0


class TestMakeDirectory:
    def test_marks_a_new_one(self, tmp_path: Path) -> None:
        make_directory(tmp_path / "demo", is_fresh=False)

        assert (tmp_path / "demo" / MARK).exists()

    def test_leaves_what_an_earlier_demo_made(self, tmp_path: Path) -> None:
        make_directory(tmp_path, is_fresh=False)
        (tmp_path / "kept").touch()

        make_directory(tmp_path, is_fresh=False)

        assert (tmp_path / "kept").exists()

    def test_starts_anew_when_asked_to(self, tmp_path: Path) -> None:
        make_directory(tmp_path / "demo", is_fresh=False)
        (tmp_path / "demo" / "gone").touch()

        make_directory(tmp_path / "demo", is_fresh=True)

        assert [path.name for path in (tmp_path / "demo").iterdir()] == [MARK]

    @pytest.mark.parametrize("is_fresh", [False, True])
    def test_leaves_other_peoples_directories_alone(self, tmp_path: Path, is_fresh: bool) -> None:
        (tmp_path / "thesis.txt").touch()

        with pytest.raises(DemoRefused, match="other than a demo"):
            make_directory(tmp_path, is_fresh=is_fresh)

        assert (tmp_path / "thesis.txt").exists()


class TestEnvironment:
    def test_forgets_the_settings_of_a_real_service(
        self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        for name in [name for name in os.environ if name.startswith("TILISILTA_")]:
            # So that they are there again after the test.
            monkeypatch.setenv(name, os.environ[name])
        monkeypatch.setenv("TILISILTA_DATABASE_URL", "postgresql://bureau")

        made = environment(8000, sandbox_port=8100, nmbrs_port=8200, directory=tmp_path)

        assert "TILISILTA_DATABASE_URL" not in {**os.environ, **made}
        assert made["TILISILTA_PROCOUNTOR_API_URL"] == "http://127.0.0.1:8100/api"
        assert made["TILISILTA_NMBRS_SOAP_URL"] == "http://127.0.0.1:8200/soap/v3"

    def test_goes_past_a_proxy(self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        for name in [name for name in os.environ if name.startswith("TILISILTA_")]:
            monkeypatch.setenv(name, os.environ[name])
        monkeypatch.setenv("NO_PROXY", "example.com")

        made = environment(8000, sandbox_port=8100, nmbrs_port=8200, directory=tmp_path)

        assert made["NO_PROXY"] == "example.com,127.0.0.1,localhost"

    @pytest.mark.parametrize("shell", ["sh", "bash", "zsh", "fish"])
    def test_is_read_by_a_shell_that_has_the_settings_of_a_real_service(
        self, tmp_path: Path, shell: str
    ) -> None:
        program = shutil.which(shell)
        if program is None:
            pytest.skip(f"There is no {shell} here.")
        directory = tmp_path / "the clerk's demo"
        directory.mkdir()
        real = {
            "PATH": os.environ["PATH"],
            "TILISILTA_DATABASE_URL": "postgresql://bureau",
            "TILISILTA_SECRET_KEY": "of the bureau",
        }

        write_environment({"TILISILTA_DATA_DIR": str(directory)}, directory)
        read = subprocess.run(
            [program, "-c", f". {shlex.quote(str(directory / 'environment'))}; env"],
            env={**os.environ, **real},
            capture_output=True,
            text=True,
            check=True,
        ).stdout.splitlines()

        assert f"TILISILTA_DATA_DIR={directory}" in read
        assert f"TILISILTA_DATABASE_URL=sqlite:///{directory}/tilisilta.sqlite3" in read
        assert "TILISILTA_SECRET_KEY=" in read
        assert any(line.startswith(f"PATH={Path(sys.executable).parent}:") for line in read)


@pytest.fixture
def taken_port() -> Iterator[int]:
    """Yield a port that something listens on."""
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        listener.listen()
        yield listener.getsockname()[1]


class TestPorts:
    def test_offer_a_free_one_for_one_that_is_used(
        self, taken_port: int, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.delenv("MAKELEVEL", raising=False)
        other = free_port_after("127.0.0.1", taken_port)

        with pytest.raises(DemoRefused, match=rf"port {taken_port} is in use.*--port \d+"):
            ports_must_be_free({"--port": taken_port, "--sandbox-port": other})

    def test_are_offered_in_the_words_of_make_where_make_started_the_demo(
        self, taken_port: int, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setenv("MAKELEVEL", "1")
        other = free_port_after("127.0.0.1", taken_port)

        with pytest.raises(DemoRefused, match=r"make demo SANDBOX_PORT=\d+"):
            ports_must_be_free({"--port": other, "--sandbox-port": taken_port})

    def test_must_differ(self) -> None:
        (port,) = free_ports(1)

        with pytest.raises(DemoRefused, match="is in use"):
            ports_must_be_free({"--port": port, "--nmbrs-port": port})


class TestBoxed:
    def test_is_as_wide_as_its_longest_line(self) -> None:
        drawn = boxed(["short", "a longer line"]).strip().splitlines()

        assert {len(line) for line in drawn} == {len("a longer line") + 6}
