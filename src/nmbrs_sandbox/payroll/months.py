"""Months: their last days, and their names in the languages of the invented companies."""

from datetime import date

_FINNISH = (
    *("Tammikuu", "Helmikuu", "Maaliskuu", "Huhtikuu", "Toukokuu", "Kesäkuu"),
    *("Heinäkuu", "Elokuu", "Syyskuu", "Lokakuu", "Marraskuu", "Joulukuu"),
)
_SWEDISH = (
    *("Januari", "Februari", "Mars", "April", "Maj", "Juni"),
    *("Juli", "Augusti", "September", "Oktober", "November", "December"),
)


def last_day(year: int, month: int) -> date:
    """Return the last day of a month."""
    first_of_next = date(year + month // 12, month % 12 + 1, 1)
    return date.fromordinal(first_of_next.toordinal() - 1)


def month_name(year: int, month: int, *, in_swedish: bool = False) -> str:
    """Return a month as a run is called: ``Kesäkuu 2026`` or ``Juni 2026``."""
    names = _SWEDISH if in_swedish else _FINNISH
    return f"{names[month - 1]} {year}"


def month_after(year: int, month: int) -> tuple[int, int]:
    """Return the next month and its year."""
    return year + month // 12, month % 12 + 1
