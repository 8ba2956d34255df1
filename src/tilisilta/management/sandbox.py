"""Starts a stand-in, a program of its own that shares no code with us."""

import os
import sys
from argparse import Namespace
from typing import NoReturn


def become(options: Namespace) -> NoReturn:
    command = [sys.executable, "-m", options.module, *options.rest]
    os.execv(sys.executable, command)  # noqa: S606  # our own program, no shell
