"""Makes ``.venv`` and installs the locked requirements: ``install.py base`` or ``install.py dev``.

It uses only the standard library, as it runs before anything is installed. It installs with uv,
which takes a quarter of pip's time, and with pip where uv is not available or fails.
"""

import os
import subprocess
import sys
import venv
from pathlib import Path

ROOT = Path(__file__).parent.parent
ENVIRONMENT = ROOT / ".venv"
OLDEST = (3, 11)


def main() -> int:
    """Install the list named on the command line, and Tilisilta itself."""
    chosen = sys.argv[1] if len(sys.argv) > 1 else "dev"
    if sys.version_info < OLDEST:
        print(
            f"Tilisilta needs Python 3.11 or newer, and this is {sys.version.split()[0]}.\n"
            "Name a newer one: make PYTHON=python3.12 demo",
            file=sys.stderr,
        )
        return 1
    python = _environment()
    print(f"Installing into {ENVIRONMENT.name} ...", flush=True)
    locked = ["--require-hashes", "-r", str(ROOT / "requirements" / f"{chosen}.txt")]
    ourselves = ["--no-build-isolation", "--no-deps", "-e", str(ROOT)]
    # Tilisilta itself comes last: its build needs tools from the locked list.
    return _install(python, locked) or _install(python, ourselves)


def _environment() -> Path:
    python = ENVIRONMENT / "bin" / "python"
    if not python.exists():
        venv.create(ENVIRONMENT, with_pip=True, symlinks=True)
    return python


def _install(python: Path, what: list[str]) -> int:
    uv = _uv(python)
    if uv is not None:
        done = subprocess.run(
            [str(uv), "pip", "install", "--quiet", "--python", str(python), *what], check=False
        )
        if done.returncode == 0:
            return 0
        # uv ignores pip's configuration, such as a mirror, so pip may work where uv does not.
        print("uv did not get through; trying pip ...", flush=True)
    return _pip(python, what)


def _uv(python: Path) -> Path | None:
    """Return the uv of the environment, installed first if missing; ``None`` if that failed."""
    uv = python.with_name("uv")
    if not uv.exists():
        locked = ROOT / "requirements" / "uv.txt"
        _pip(python, ["--require-hashes", "-r", str(locked)])
    return uv if uv.exists() else None


def _pip(python: Path, what: list[str]) -> int:
    environment = {**os.environ, "PIP_DISABLE_PIP_VERSION_CHECK": "1"}
    command = [str(python), "-m", "pip", "install", "--quiet", *what]
    return subprocess.run(command, check=False, env=environment).returncode


if __name__ == "__main__":
    raise SystemExit(main())
