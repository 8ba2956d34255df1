"""The time as an input, so that a test can set it."""

from collections.abc import Callable
from datetime import datetime

Clock = Callable[[], datetime]
