"""The progress of long work, in one line at the terminal that is written again and again."""

import shutil
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from typing import TextIO

_TO_THE_START_AND_EMPTY = "\r\x1b[K"


class ProgressLine:
    """The last line of a terminal while something is under way. Elsewhere it writes nothing."""

    def __init__(self, stream: TextIO) -> None:
        self._stream = stream
        self._is_terminal = stream.isatty()
        self._shown = ""

    def show(self, text: str) -> None:
        """Replace the line by ``text``."""
        # A text that fills the last column makes the terminal begin a new line each time.
        fitting = text[: shutil.get_terminal_size().columns - 1]
        if self._is_terminal and fitting != self._shown:
            self._shown = fitting
            self._stream.write(_TO_THE_START_AND_EMPTY + fitting)
            self._stream.flush()

    def clear(self) -> None:
        if self._shown:
            self.show("")


@contextmanager
def progress_line() -> Iterator[ProgressLine]:
    """Show a progress line on standard error, so that standard output has the answer alone."""
    line = ProgressLine(sys.stderr)
    try:
        yield line
    finally:
        line.clear()
