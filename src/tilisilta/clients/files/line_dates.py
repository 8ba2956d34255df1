"""The booking date of each line of a file, and whether its period names another month."""

from datetime import date

from tilisilta.clients.files.dates import month_named, read_dates, read_periods
from tilisilta.clients.files.raw import Cell, Fault, RawJournal, RawLine
from tilisilta.domain.journals import BookingPeriod
from tilisilta.domain.problems import Problem, ProblemCode, Screen, Severity, facts
from tilisilta.domain.tallies import facts_of_lines

MONTH = "Month"
"""Nmbrs' word for monthly pay periods."""
_MOST_NOTES = 12
_OTHER_PERIODS = Fault(ProblemCode.PERIOD_NOT_A_MONTH, "period-type")


class LineDates:
    """Reads each distinct date and period of a file once (R1).

    ``period_type`` is empty where the pay periods of the company are not known. Where they are
    known not to be months, a period alone gives no date.
    """

    def __init__(self, raw: RawJournal, *, period_type: str) -> None:
        self._has_dates = "date" in raw.names
        self._has_months = period_type in {"", MONTH}
        self._dates = read_dates(line.date for line in raw.lines)
        self._periods = read_periods((line.period, line.year) for line in raw.lines)
        self._others: dict[tuple[Cell, Cell, date], BookingPeriod | None] = {}
        self._differing: dict[tuple[BookingPeriod, date], list[int]] = {}

    def read(self, row: int, line: RawLine) -> tuple[date | Fault, str, Cell]:
        """Return the date of a line or its fault, and the field and cell it was read from."""
        by_period = line.date == "" and (line.period != "" or not self._has_dates)
        if not by_period:
            day = self._dates[line.date]
            if line.period != "" and not isinstance(day, Fault) and self._has_months:
                self._compare(row, line, day)
            return day, "date", line.date
        day = self._periods[line.period, line.year]
        is_named = not isinstance(day, Fault) or day.code is ProblemCode.PERIOD_NOT_A_MONTH
        if is_named and not self._has_months:
            day = _OTHER_PERIODS
        return day, "period", line.period

    def notes(self) -> tuple[Problem, ...]:
        """Return a warning for each date outside of the month that its lines name."""
        return tuple(
            Problem(
                code=ProblemCode.PERIOD_AND_DATE_DIFFER,
                severity=Severity.WARNING,
                screen=Screen.FILE,
                line=rows[0],
                booking_date=day,
                facts=facts(period=str(month), date=day) + facts_of_lines(rows),
            )
            for (month, day), rows in list(self._differing.items())[:_MOST_NOTES]
        )

    def _compare(self, row: int, line: RawLine, day: date) -> None:
        key = (line.period, line.year, day)
        if key not in self._others:
            month = month_named(*key)
            self._others[key] = month if month != BookingPeriod.containing(day) else None
        if other := self._others[key]:
            self._differing.setdefault((other, day), []).append(row)
