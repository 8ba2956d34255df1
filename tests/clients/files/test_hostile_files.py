"""No file stops what else is running: each is read or refused with little time and memory."""

import json
import resource
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).parents[3]
MOST_SECONDS = 20
MOST_MEMORY = 1200 * 1024 * 1024
"""Of the whole process; the interpreter and the content of the files are some 500 MB of it."""


def limit_memory() -> None:
    resource.setrlimit(resource.RLIMIT_AS, (MOST_MEMORY, MOST_MEMORY))
    resource.setrlimit(resource.RLIMIT_CPU, (280, 280))


class TestHostileFiles:
    def test_take_little_time_of_the_processor_and_little_memory(self) -> None:
        # The time of the processor, as it does not depend on what else the machine does.
        ran = subprocess.run(  # noqa: PLW1510  # its error is shown below
            [sys.executable, "-m", "tests.clients.files.hostile"],
            cwd=ROOT,
            preexec_fn=limit_memory,  # the limits are for this process alone
            capture_output=True,
            text=True,
        )

        files = [json.loads(line) for line in ran.stdout.splitlines()]
        assert (ran.returncode, ran.stderr) == (0, "")
        assert [one for one in files if one["seconds"] > MOST_SECONDS] == []
        assert {one["outcome"] for one in files} <= {"refused", "asked", "read"}
        assert len(files) == 37
