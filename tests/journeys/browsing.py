"""A demo that really runs, and a Chromium to look at it with."""

import json
import os
import shutil
import socket
import subprocess
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.request import urlopen

from playwright.sync_api import Browser, Page, sync_playwright

from tilisilta.management.demo_service import PASSWORD, USER

START_SECONDS = 90


@dataclass(frozen=True, kw_only=True)
class Demo:
    """The addresses of a running demo, and the files it offers to import."""

    url: str
    procountor_url: str
    sample_files: Path

    def booked(self, company_id: int) -> list[dict[str, Any]]:
        """What the stand-in Procountor has booked for a company."""
        address = f"{self.procountor_url}/sandbox/receipts.json?company_id={company_id}"
        with urlopen(address) as answer:  # noqa: S310  # our own stand-in
            receipts: list[dict[str, Any]] = json.load(answer)["receipts"]
        return receipts


@contextmanager
def running_demo(folder: Path) -> Iterator[Demo]:
    """A demo in a process of its own, with its invented bureau loaded."""
    port, sandbox_port = _free_ports()
    process = subprocess.Popen(
        [
            *(str(Path(sys.executable).with_name("tilisilta")), "demo"),
            *("--port", str(port), "--sandbox-port", str(sandbox_port)),
            *("--data-dir", str(folder)),
        ],
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        encoding="utf-8",
        env={**os.environ, "PYTHONIOENCODING": "utf-8"},
    )
    too_late = threading.Timer(START_SECONDS, process.kill)
    too_late.start()
    try:
        _wait_for_box(process)
        too_late.cancel()
        yield Demo(
            url=f"http://127.0.0.1:{port}",
            procountor_url=f"http://127.0.0.1:{sandbox_port}",
            sample_files=folder / "sample-files",
        )
    finally:
        too_late.cancel()
        process.terminate()
        process.communicate(timeout=30)


@contextmanager
def chromium() -> Iterator[Browser]:
    """The system's Chromium, without a window."""
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(
            executable_path=shutil.which("chromium"), args=["--no-sandbox"]
        )
        yield browser
        browser.close()


def log_in(page: Page, demo: Demo) -> None:
    """Log in as the demo's administrator."""
    page.goto(f"{demo.url}/log-in/login/")
    page.get_by_label("User name").fill(USER)
    page.get_by_label("Password").fill(PASSWORD)
    page.get_by_role("button", name="Log in").click()
    page.wait_for_url(f"{demo.url}/")


def _free_ports() -> tuple[int, int]:
    with socket.socket() as one, socket.socket() as other:
        one.bind(("127.0.0.1", 0))
        other.bind(("127.0.0.1", 0))
        return one.getsockname()[1], other.getsockname()[1]


def _wait_for_box(process: "subprocess.Popen[str]") -> None:
    assert process.stdout is not None
    said = []
    for line in process.stdout:
        said.append(line)
        if line.startswith("└"):
            return
    raise AssertionError("The demo did not start: " + "".join(said))
