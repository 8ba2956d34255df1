"""What a row of the walk took: actions of a person, commands, and time."""

import sys
import time
from dataclasses import dataclass, field

from walking_bureau import Bureau

SECONDS_PER_ACTION = 3


@dataclass(frozen=True, kw_only=True)
class Row:
    """A row of the table: what it took before, and what it may take now.

    Both of a bureau of 300. Onboarding is bounded by the minutes of a person, all else by actions,
    those on pages of Procountor itself left out.
    """

    pages_before: int | None
    commands_before: int | None
    actions: int | None
    commands: int
    minutes: int | None = None

    def holds(self, way: str, step: "Step") -> bool:
        if way == "commands":
            return step.actions <= self.commands
        if self.minutes is not None:
            return step.minutes <= self.minutes
        return self.actions is None or step.actions <= self.actions

    def before(self, way: str) -> str:
        count = self.pages_before if way == "pages" else self.commands_before
        return "-" if count is None else str(count)


ROWS = {
    "onboard": Row(pages_before=5100, commands_before=900, actions=None, commands=1, minutes=30),
    "their wrong keys": Row(pages_before=None, commands_before=None, actions=None, commands=1),
    "unknown account": Row(pages_before=200, commands_before=None, actions=3, commands=1),
    "new cost center": Row(pages_before=75, commands_before=None, actions=3, commands=1),
    "closed period": Row(pages_before=50, commands_before=None, actions=3, commands=1),
    "dead authorisation, by key": Row(pages_before=40, commands_before=5, actions=15, commands=5),
    "dead authorisation, by log-in": Row(
        pages_before=40, commands_before=None, actions=15, commands=5
    ),
    "send all runs": Row(pages_before=4, commands_before=1, actions=3, commands=1),
    "is it finished, is it proved": Row(
        pages_before=None, commands_before=None, actions=1, commands=1
    ),
    "and all signed": Row(pages_before=None, commands_before=600, actions=6, commands=2),
}


@dataclass(frozen=True, kw_only=True)
class Step:
    """One row as it was walked. ``there`` are the actions on pages of Procountor itself."""

    name: str
    actions: int
    there: int
    seconds: float
    waited: float
    notes: tuple[str, ...]

    @property
    def minutes(self) -> float:
        """The time of a person: three seconds for each action, and the waiting."""
        return ((self.actions + self.there) * SECONDS_PER_ACTION + self.waited) / 60


@dataclass(kw_only=True)
class Stopwatch:
    """Counts what is done until the step is asked for."""

    name: str
    started: float
    actions: int = 0
    there: int = 0
    waited: float = 0.0
    notes: list[str] = field(default_factory=list)

    def command(self, bureau: Bureau, *words: str, given: str | None = None) -> str:
        """Give one command, and return what it says. What is to do ends with 1 as well."""
        self.actions += 1
        began = time.monotonic()
        done = bureau.run(*words, given=given)
        self.waited += time.monotonic() - began
        if not done.stdout:
            raise SystemExit(f"{' '.join(words)}: {done.stderr[-1500:]}")
        if done.returncode:
            self.note(f"exit {done.returncode}")
        return done.stdout

    def note(self, text: str) -> None:
        self.notes.append(text)
        print(f"    {self.name}: {text}", file=sys.stderr, flush=True)

    def step(self) -> Step:
        return Step(
            name=self.name,
            actions=self.actions,
            there=self.there,
            seconds=time.monotonic() - self.started,
            waited=self.waited,
            notes=tuple(self.notes),
        )


def stopwatch(name: str) -> Stopwatch:
    return Stopwatch(name=name, started=time.monotonic())
