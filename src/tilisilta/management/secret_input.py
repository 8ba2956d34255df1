"""Reads an API key or a token so that no other user of the machine can see it."""

import getpass
import os
import sys


def read_secret(given: str, *, variable: str, prompt: str) -> str:
    """Return the secret: as given, from standard input for ``-``, else from ``variable``.

    At a terminal ``-`` asks for it, and what is typed is not shown.
    """
    if given != "-":
        secret = given or os.environ.get(variable, "")
    elif sys.stdin.isatty():
        secret = getpass.getpass(prompt)
    else:
        secret = sys.stdin.readline()
    return secret.strip()
