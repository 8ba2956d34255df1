"""Numbers as people write them, with ranges."""

from collections.abc import Iterable

_FEWEST_FOR_A_RANGE = 3


def written_ranges(numbers: Iterable[int], *, most: int | None = None) -> str:
    """Return the numbers in order, three or more in a row as a range.

    Of more than ``most`` parts the first are written, and then an ellipsis.
    """
    runs: list[list[int]] = []
    for number in sorted(set(numbers)):
        if runs and number == runs[-1][-1] + 1:
            runs[-1].append(number)
        else:
            runs.append([number])
    parts = [part for run in runs for part in _parts(run)]
    rest = ["…"] if most is not None and len(parts) > most else []
    return ", ".join(parts[:most] + rest)


def _parts(run: list[int]) -> list[str]:
    if len(run) < _FEWEST_FOR_A_RANGE:
        return [str(number) for number in run]
    return [f"{run[0]}\N{EN DASH}{run[-1]}"]
