"""The system user who runs a command."""

import os
import pwd

MOST_CHARACTERS = 100


def system_user() -> str:
    """Return the system user of this process; with ``sudo`` also the one who became that user.

    A service mostly has an account of its own on the machine, which says little about the person.
    The account is what the kernel says; the name behind it is what sudo says, and root could
    change that.
    """
    name = _name_of(os.getuid())
    behind = os.environ.get("SUDO_USER", "")
    shown = f"{behind} (sudo: {name})" if behind and behind != name else name
    return shown[:MOST_CHARACTERS]


def _name_of(user_id: int) -> str:
    try:
        return pwd.getpwuid(user_id).pw_name
    except KeyError:
        # A container may run under a number that has no name.
        return str(user_id)
