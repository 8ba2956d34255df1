"""A message for people, before it gets the form of Slack or Teams."""

from collections.abc import Sequence
from dataclasses import dataclass

MOST_LINES = 10
MOST_LINE_CHARACTERS = 200


@dataclass(frozen=True, kw_only=True)
class Line:
    """What is told of one matter: the page about it, whom it is about, and how many more."""

    text: str
    url: str = ""
    names: Sequence[str] = ()
    more: str = ""

    @property
    def below(self) -> tuple[str, ...]:
        """What stands below the line, each for itself."""
        return (*self.names, *((self.more,) if self.more else ()))


@dataclass(frozen=True, kw_only=True)
class Message:
    """What is told. ``more`` says how many lines are left out; ``link`` names the page of all."""

    title: str
    lines: Sequence[Line]
    more: str = ""
    link: str = ""
    url: str = ""


def one_line(text: str, most: int = MOST_LINE_CHARACTERS) -> str:
    """Return ``text`` without line ends and characters that cannot be seen, cut to its length.

    A name is what somebody typed elsewhere: it must neither begin a line of its own nor turn the
    direction of the text around it.
    """
    seen = "".join(one if one.isprintable() else " " for one in text)
    seen = " ".join(seen.split())
    return seen if len(seen) <= most else f"{seen[: most - 1].rstrip()}…"
