"""The last limit of a test: where it hangs and cannot be failed, its whole process ends."""

import faulthandler
import os
import threading
from collections.abc import Generator

import pytest


class LastLimit:
    """A plugin that ends the process after ``seconds`` in one test, its clean-up included.

    pytest-timeout fails the test long before, and is enough unless the clean-up hangs after that.
    The limit that pytest has itself is lifted as soon as a test has failed.
    """

    def __init__(self, seconds: float) -> None:
        self._seconds = seconds
        # As it is now: during a test pytest captures it, and would take what is said along.
        self._stderr = os.dup(2)

    @pytest.hookimpl(wrapper=True, tryfirst=True)
    def pytest_runtest_protocol(self, item: pytest.Item) -> Generator[None, object, object]:
        """Run one test with the limit around it."""
        timer = threading.Timer(self._seconds, self._end_process, (item.nodeid,))
        timer.daemon = True
        timer.start()
        try:
            return (yield)
        finally:
            timer.cancel()

    def _end_process(self, name: str) -> None:
        told = f"\n{name} hangs, and so does its clean-up. Every thread:\n"
        os.write(self._stderr, told.encode())
        faulthandler.dump_traceback(self._stderr)
        os._exit(1)
