"""A clock for what waits: no test sleeps."""

from dataclasses import dataclass, field


@dataclass
class SleepingClock:
    """A clock that moves only by sleeping. ``slept`` has each pause, in seconds."""

    seconds: float = 0.0
    slept: list[float] = field(default_factory=list)

    def now(self) -> float:
        return self.seconds

    def sleep(self, seconds: float) -> None:
        self.slept.append(seconds)
        self.seconds += seconds
