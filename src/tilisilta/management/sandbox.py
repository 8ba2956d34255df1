"""Starts a stand-in, a program of its own that shares no code with us."""

import os
import sys
from argparse import Namespace
from typing import NoReturn


def become(options: Namespace) -> NoReturn:
    """Replace this process with the stand-in, which gets the remaining words as its own."""
    command = [sys.executable, "-m", options.module, *options.rest]
    os.execv(sys.executable, command)  # noqa: S606  # our own program, no shell
