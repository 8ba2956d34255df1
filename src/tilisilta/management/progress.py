"""How far long work has come, in one line at the terminal that is written over and over."""

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
        """Put ``text`` in place of what stands there."""
        # A text that reaches the last column would leave a line behind each time.
        fitting = text[: shutil.get_terminal_size().columns - 1]
        if self._is_terminal and fitting != self._shown:
            self._shown = fitting
            self._stream.write(_TO_THE_START_AND_EMPTY + fitting)
            self._stream.flush()

    def clear(self) -> None:
        """Leave an empty line for what is written next."""
        if self._shown:
            self.show("")


@contextmanager
def progress_line() -> Iterator[ProgressLine]:
    """A progress line on standard error, so that the answer alone is on standard output."""
    line = ProgressLine(sys.stderr)
    try:
        yield line
    finally:
        line.clear()
