"""Whether a journal is a new revision of a known one, or the journal of another run (R0).

A revision is the same run: the same number, named by the file or a person, and not contradicted by
the content of the journal. In doubt a person decides; no run is replaced by another without one.
"""

from collections.abc import Collection, Iterator, Sequence
from enum import StrEnum

from tilisilta.domain.journals import BookingPeriod, JournalLine
from tilisilta.domain.sameness import have_most_lines_in_common

_LETTERS = "bcdefghijklmnopqrstuvwxyz"


class RunDoubt(StrEnum):
    """Why it is not certain that a journal is a revision of another one."""

    GUESSED = "guessed"
    """Its run was not named: the number is only that of its month."""
    KNOWN_GUESSED = "known-guessed"
    """It names its run, but the number of the known journal is only that of its month."""
    NUMBER = "number"
    """It names a known run, and a person has named another one."""
    MONTH = "month"
    """It is for another month than the run whose number it has."""
    LINES = "lines"
    """It has few lines in common with it, as another payroll of the same month would."""


def doubt_about(
    lines: Sequence[JournalLine],
    known: Sequence[JournalLine],
    *,
    is_named: bool,
) -> RunDoubt | None:
    """Return why ``lines`` may be no revision of the journal with the lines ``known``, if any.

    ``is_named`` says that a file or a person has named one run for both. A known journal without
    lines contradicts nothing.
    """
    if not is_named:
        return RunDoubt.GUESSED
    if not known:
        return None
    # Before the lines: lines of another month never agree, as their dates differ.
    if period_of_lines(lines) != period_of_lines(known):
        return RunDoubt.MONTH
    return None if have_most_lines_in_common(lines, known) else RunDoubt.LINES


def period_of_lines(lines: Sequence[JournalLine]) -> BookingPeriod:
    return BookingPeriod.containing(max(line.booking_date for line in lines))


def another_number(number: str, taken: Collection[str]) -> str:
    """Return a number for another run that has none of its own: 8b beside run 8.

    Nmbrs numbers its runs with digits alone, so that none of its numbers is ever taken.
    """
    if number not in taken:
        return number
    # From b to z, then bb to zz. The run itself is the first, so that there is no 8a.
    suffixes: Iterator[str] = (first + second for first in ("", *_LETTERS) for second in _LETTERS)
    return next(number + suffix for suffix in suffixes if number + suffix not in taken)
