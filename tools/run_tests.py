"""Runs the tests on SQLite, then those that use our database once more on PostgreSQL.

``TILISILTA_TESTS_REQUIRE_ALL=1`` makes it fail if PostgreSQL or a browser is not installed; without
it their tests are skipped, with a message. Other arguments go to pytest.
"""

import os
import subprocess
import sys
from pathlib import Path

from postgres import postgres_server, server_programs

ROOT = Path(__file__).parent.parent
# Tests that do not use our database; running them once is enough.
WITHOUT_DATABASE = ("domain", "clients", "procountor_sandbox", "nmbrs_sandbox", "tools", "data")
# What would only be the same once more, such as all that uses the demo: it has SQLite even then.
NOT_TWICE = "not once"
# Containers often set it. The tests start hundreds of processes, and each would compile anew.
WITHOUT_BYTECODE = "PYTHONDONTWRITEBYTECODE"


def main() -> int:
    """Run both rounds and return the exit code of the first that fails."""
    arguments = sys.argv[1:]
    print("Tests on SQLite", flush=True)
    on_sqlite = _pytest(arguments, {})
    programs = server_programs()
    if programs is None:
        print("PostgreSQL's server programs are not installed: its tests were not run.")
        return on_sqlite or int("TILISILTA_TESTS_REQUIRE_ALL" in os.environ)
    print("Tests on PostgreSQL", flush=True)
    with postgres_server(programs) as url:
        on_postgres = _pytest(
            arguments or [*_touching_database(), "-m", NOT_TWICE],
            {"TILISILTA_DATABASE_URL": url},
        )
    return on_sqlite or on_postgres


def _touching_database() -> list[str]:
    folders = sorted(path for path in (ROOT / "tests").iterdir() if path.is_dir())
    return [
        str(path.relative_to(ROOT))
        for path in folders
        if path.name not in WITHOUT_DATABASE and any(path.rglob("test_*.py"))
    ]


def _pytest(arguments: list[str], environment: dict[str, str]) -> int:
    # A file stays together: its tests may share a bureau, and go on from one another.
    spread = ("-n", "2", "--dist", "loadfile", "--no-loadscope-reorder")
    command = [sys.executable, "-m", "pytest", "-q", *spread, *arguments]
    inherited = {key: value for key, value in os.environ.items() if key != WITHOUT_BYTECODE}
    return subprocess.run(
        command, check=False, cwd=ROOT, env={**inherited, **environment}
    ).returncode


if __name__ == "__main__":
    raise SystemExit(main())
