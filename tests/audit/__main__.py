"""``make audit``: every page in every language, theme and width, with axe-core and Lighthouse.

It starts the product with an invented bureau on free ports of this machine, and ends with 1 if
anything is wrong on any page.
"""

import sys
import tempfile
from pathlib import Path

import django
from tests.audit.development_tools import ToolMissing, install_tools
from tests.audit.running import running_services


def main() -> int:
    """Audit everything, print what was found, and return the exit code."""
    try:
        tools = install_tools()
    except ToolMissing as missing:
        print(missing, file=sys.stderr)
        return 1
    with (
        tempfile.TemporaryDirectory(prefix="tilisilta-audit-") as folder,
        running_services(Path(folder)) as running,
    ):
        # Its settings are those of the running service, so they are read only now.
        django.setup()
        from tests.audit.auditing import audit  # noqa: PLC0415  # needs Django

        return audit(running, tools, only=sys.argv[1:])


if __name__ == "__main__":
    sys.exit(main())
