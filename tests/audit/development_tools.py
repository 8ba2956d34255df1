"""The tools from npm: axe-core and Lighthouse, beside the project and never part of it."""

import os
import shutil
import subprocess
from dataclasses import dataclass
from pathlib import Path

HERE = Path(__file__).parent
FOLDER = HERE.parent.parent / ".audit"
LISTS = ("package.json", "package-lock.json")
OLDEST_NODE = 18
PROGRAMS = {"node": "nodejs", "npm": "npm", "chromium": "chromium"}
"""The programs that are needed, each with its package on Debian."""


class ToolMissing(Exception):
    """A program is not installed; the message says which and how to get it."""


@dataclass(frozen=True, kw_only=True)
class Tools:
    """Where the tools are."""

    axe: Path
    node: str
    chromium: str
    folder: Path = FOLDER


def install_tools() -> Tools:
    """Install what ``package-lock.json`` lists, unless it is there already, and return it."""
    programs = _programs()
    _node_must_be_new_enough(programs["node"])
    wanted = (HERE / "package-lock.json").read_text(encoding="utf-8")
    # Written last: what an interrupted installation left is installed again.
    mark = FOLDER / "installed-lock.json"
    if not mark.exists() or mark.read_text(encoding="utf-8") != wanted:
        FOLDER.mkdir(exist_ok=True)
        for name in LISTS:
            shutil.copy(HERE / name, FOLDER / name)
        _install(programs["npm"])
        mark.write_text(wanted, encoding="utf-8")
    return Tools(
        axe=FOLDER / "node_modules" / "axe-core" / "axe.min.js",
        node=programs["node"],
        chromium=programs["chromium"],
    )


def _programs() -> dict[str, str]:
    """Return where each program is; one that is missing is installed where that is allowed."""
    if missing := _missing():
        _install_packages(missing)
    if missing := _missing():
        names = " ".join(missing)
        raise ToolMissing(f"The audit needs {names}. On Debian: apt-get install {names}")
    return {name: str(shutil.which(name)) for name in PROGRAMS}


def _missing() -> list[str]:
    return [package for name, package in PROGRAMS.items() if shutil.which(name) is None]


def _install_packages(packages: list[str]) -> None:
    """Install packages of Debian. Other users than root are told the command instead."""
    if os.geteuid() != 0 or shutil.which("apt-get") is None:
        return
    print(f"Installing {' '.join(packages)} …", flush=True)
    environment = {**os.environ, "DEBIAN_FRONTEND": "noninteractive"}
    for command in (
        ["apt-get", "update", "-qq"],
        ["apt-get", "install", "-y", "-qq", "--no-install-recommends", *packages],
    ):
        subprocess.run(command, check=False, env=environment, stdout=subprocess.DEVNULL)


def _node_must_be_new_enough(node: str) -> None:
    version = subprocess.run([node, "--version"], check=True, capture_output=True, text=True).stdout
    if int(version.strip().removeprefix("v").partition(".")[0]) < OLDEST_NODE:
        raise ToolMissing(f"The audit needs Node {OLDEST_NODE} or newer; {node} is {version}")


def _install(npm: str) -> None:
    print("Installing axe-core and Lighthouse by npm …", flush=True)
    # Scripts of packages are not run: none of them is needed.
    command = [npm, "ci", "--ignore-scripts", "--no-fund", "--no-audit", "--loglevel", "error"]
    environment = {**os.environ, "npm_config_update_notifier": "false"}
    done = subprocess.run(command, check=False, cwd=FOLDER, env=environment)
    if done.returncode:
        raise ToolMissing("npm could not install them; its own words are above.")
